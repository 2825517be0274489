"""Open311 GeoReport v2 over the same store."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from tools import open311_key

from .test_tools_world import APP, CITIZEN, CROSSING, SECRET, World, give_near, give_world  # noqa: F401

BASE = "/open311/v2"
KEY = open311_key(APP, SECRET)


async def get(world: World, path: str, **query: Any) -> httpx.Response:
    async with world.raw() as http:
        return await http.get(BASE + path, params=query)


async def post(world: World, form: str = "json", **fields: Any) -> httpx.Response:
    async with world.raw() as http:
        return await http.post(f"{BASE}/requests.{form}", data=fields)


def test_a_desk_case_shows_in_json_and_xml(world: World) -> None:
    async def body() -> None:
        made = await world.report(
            draft=replace(CROSSING, description="井盖碎了，电话13912345678", contact_phone="13912345678")
        )
        answer = await get(world, f"/requests/{made.number}.json")
        found = answer.json()[0]
        assert found["service_request_id"] == made.number
        assert (found["service_code"], found["status"]) == ("C0114", "open")
        assert found["status_notes"].startswith("reported")
        assert (found["lat"], found["long"]) == (30.5905, 114.275)
        assert datetime.fromisoformat(found["requested_datetime"]).tzinfo is not None
        assert "13912345678" not in answer.text
        assert CITIZEN.id not in answer.text
        xml = await get(world, "/requests.xml")
        assert xml.headers["content-type"].startswith("text/xml")
        tree = ElementTree.fromstring(xml.content)
        assert tree.tag == "service_requests"
        assert tree.findtext("request/service_request_id") == made.number
        assert "13912345678" not in xml.text

    world.run(body)


def test_discovery_and_services_speak_both_forms(near: World) -> None:
    async def body() -> None:
        assert (await get(near, "/discovery.json")).json()["endpoints"][0]["formats"] == [
            "text/xml",
            "application/json",
        ]
        assert ElementTree.fromstring((await get(near, "/discovery.xml")).content).tag == "discovery"
        services = (await get(near, "/services.json", jurisdiction_id="wuhan.hubei.cn")).json()
        assert len(services) == 137
        assert {"service_code", "service_name", "type", "metadata", "keywords", "group"} <= set(services[0])
        assert len(ElementTree.fromstring((await get(near, "/services.xml")).content)) == 137
        assert (await get(near, "/services/E0406.json")).json()["service_code"] == "E0406"

    near.run(body)


@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_posted_request_can_be_read(near: World, form: str) -> None:
    async def body() -> str:
        fields = {
            "api_key": KEY,
            "service_code": "E0406",
            "lat": "30.506",
            "long": "114.398",
            "description": "积水",
            "phone": "1",
        }
        answer = await post(near, form, **fields)
        assert answer.status_code == 201
        if form == "json":
            return str(answer.json()[0]["service_request_id"])
        return str(ElementTree.fromstring(answer.content).findtext("request/service_request_id"))

    number = near.run(body)
    assert [(row["number"], row["district_name"]) for row in near.rows()] == [(number, "洪山区")]


def test_errors_are_lists_of_code_and_description(near: World) -> None:
    place = {"lat": "30.5", "long": "114.3"}

    async def body() -> None:
        answers = [
            (403, await post(near, service_code="E0406", **place)),
            (403, await post(near, api_key="wrong", service_code="E0406", **place)),
            (400, await post(near, api_key=KEY, **place)),
            (404, await post(near, api_key=KEY, service_code="E9999", **place)),
            (400, await post(near, api_key=KEY, service_code="E0406")),
            (400, await post(near, api_key=KEY, service_code="E0406", lat="north", long="east")),
            (404, await get(near, "/requests/WH0.json")),
            (404, await get(near, "/services/E9999.json")),
            (404, await get(near, "/services.json", jurisdiction_id="elsewhere")),
            (400, await get(near, "/requests.json", status="lost")),
            (400, await get(near, "/requests.json", start_date="2026-01-01", end_date="2026-08-01")),
            (400, await get(near, "/requests.json", start_date="soon")),
            (404, await get(near, "/nothing.json")),
        ]
        for status, answer in answers:
            assert answer.status_code == status, answer.text
            assert set(answer.json()[0]) == {"code", "description"}
            assert answer.json()[0]["code"] == status
        xml = ElementTree.fromstring((await get(near, "/requests/WH0.xml")).content)
        assert (xml.tag, xml.findtext("error/code")) == ("errors", "404")

    near.run(body)
    assert near.rows() == []


def test_many_are_filtered_by_code_status_and_time(near: World) -> None:
    async def body() -> None:
        old = await near.report()
        near.wait(days=100)
        new = await near.report(draft=replace(CROSSING, category_code="E0406"))

        async def found(**query: Any) -> list[str]:
            answer = await get(near, "/requests.json", **query)
            return [each["service_request_id"] for each in answer.json()]

        assert await found() == [new.number]
        assert await found(service_request_id=f"{old.number},{new.number}") == [new.number, old.number]
        assert await found(service_code="E0406") == [new.number]
        assert await found(service_code="C0114") == []
        assert await found(status="closed") == []
        assert await found(status="open,closed") == [new.number]
        assert await found(start_date="2026-09-01T00:00:00Z", end_date="2026-09-02T00:00:00Z") == [old.number]
        assert await found(start_date="2026-08-01") == [old.number]
        assert await found(page_size=1, page=2) == []

    near.run(body)
