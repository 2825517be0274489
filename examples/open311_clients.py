"""Two independent Open311 clients against Hanzhi's GeoReport v2: what they list, report and read back.

In an environment of its own (the clients are no part of Hanzhi):

    pip install georeport==0.3.1 three==0.8.0
    python examples/open311_clients.py http://127.0.0.1:9100/open311/v2 API_KEY

`three` was written for Python 2; the one name it misses is given back below, the client itself is unchanged.
"""

from __future__ import annotations

import builtins
import itertools
import sys
from datetime import UTC, datetime, timedelta

itertools.ifilter = builtins.filter  # type: ignore[attr-defined]

import three  # noqa: E402
from georeport import GeoReport  # noqa: E402

W3 = "%Y-%m-%dT%H:%M:%SZ"
JURISDICTION = "wuhan.hubei.cn"
PLACE = {"lat": "30.506", "long": "114.398"}


def main(url: str, api_key: str) -> int:
    """Go through every method of both clients; any surprise ends it."""
    reporter = three.Three(endpoint=url, api_key=api_key, jurisdiction=JURISDICTION, format="json")
    discovery = reporter.discovery()
    show("three discovery", discovery["endpoints"][0]["specification"])
    services = reporter.services()
    show("three services", f"{len(services)}, first {services[0]['service_code']} {services[0]['service_name']}")
    show("three service definition", reporter.services("E0406")["service_code"])
    since = datetime.now(UTC) - timedelta(days=30)
    made = reporter.post("E0406", description="路口积水，来自 three", name="Example Person", phone="555-5555", **PLACE)
    number = made[0]["service_request_id"]
    show("three post", f"{number} {made[0]['service_notice']}")
    again = reporter.post("E0406", description="还是积水", address="武汉市洪山区光谷广场")
    show("three post by address", again[0]["service_request_id"])
    show("three request", reporter.request(number)[0]["status_notes"])
    show("three requests of a class", len(reporter.requests("E0406", count=5)))
    show("three requests of a span", len(reporter.requests(start=since.strftime("%m-%d-%Y"))))
    refused = three.Three(endpoint=url, api_key="wrong", jurisdiction=JURISDICTION).post("E0406", **PLACE)
    show("three post with a wrong key", refused)
    for form in ("json", "xml"):
        read(GeoReport(url, jurisdiction=JURISDICTION, output_format=form), number)
    return 0


def read(client: GeoReport, number: str) -> None:
    """What the reading client sees of it, in one format."""
    form = client.output_format
    show(f"georeport {form} services", len(client.get_service_list()))
    show(f"georeport {form} definition", client.get_service_definition("E0406")["service_code"])
    one = client.get_service_request(number)
    assert one["service_request_id"] == number
    show(f"georeport {form} request", f"{one['status']} {one['service_name']} {one['lat']},{one['long']}")
    several = client.get_service_requests(service_code="E0406,C0114", status="open,closed")
    show(f"georeport {form} requests", len(several) if isinstance(several, list) else 1)
    named = client.get_service_requests(service_request_id=number)
    show(f"georeport {form} by id", len(named) if isinstance(named, list) else 1)
    until = datetime.now(UTC)
    spanned = client.get_service_requests(
        start_date=(until - timedelta(days=30)).strftime(W3), end_date=(until - timedelta(days=20)).strftime(W3)
    )
    show(f"georeport {form} span", len(spanned) if isinstance(spanned, list) else 1)


def show(what: str, value: object) -> None:
    """One line."""
    sys.stdout.write(f"{what:32} {value}\n")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
