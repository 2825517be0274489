"""Figures from a statistics interface in the vendor's shape (domain reference 10.1); everything else goes on as before.

A transport around another: it answers the native `/metrics` and `/metrics/heatmap` out of the vendor's read-only
interface. That one knows no persons, so who may see what is decided here; it gives no numerators, so none are told.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from ...gazetteer import bundled_gazetteer
from ...principal import Principal
from ..assertion import HEADER, read_assertion
from ..finding import read_moment
from ..lifecycle import MAY_MEASURE
from ..periods import COMPARED, Span, compared_kinds, earlier
from ..signing import Signed, sign_headers
from .replies import Refused, respond

PREFIX = "/api/v1/metrics"
RECORDS = "/api/cgdbstat/records"
STATES = {"district": "region", "class": "eventType", "department": "disposeUnit", "day": "time",
          "source": "recordsSource"}  # fmt: skip
# In the vendor's rows `name` and `text` swap their meaning between endpoints.
READABLE = {"eventType": "text"}
DATA = Path(__file__).parents[2] / "data" / "measures.json"
DEFINED = "由统计平台按“{name}”计算，没有给出分子和分母"


@dataclass(frozen=True)
class Access:
    """How the statistics interface is reached and signed, and how the client signs to us."""

    http: httpx.AsyncClient
    app_key: str
    secret: str


class VendorStatistics(httpx.AsyncBaseTransport):
    """Figures from the vendor's interface, the rest from `inner`."""

    def __init__(self, inner: httpx.AsyncBaseTransport, access: Access, clock: Callable[[], datetime]) -> None:
        self._inner, self._access, self._clock = inner, access, clock

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One native request."""
        _, figures, rest = request.url.path.partition(PREFIX)
        if not figures:
            return await self._inner.handle_async_request(request)
        query = dict(request.url.params)
        try:
            unit = _own_unit(self._who(request), query.get("department"))
            match rest:
                case "":
                    data: Any = await self._figures(query, unit)
                case "/heatmap":
                    data = await self._heat(query, unit)
                case "/definitions":
                    data = [
                        {**row, "definition": DEFINED.format(name=row["name"])} for row in measure_names().values()
                    ]  # fmt: skip
                case _:
                    raise Refused("40401", "统计平台没有这个接口。")
        except Refused as problem:
            return respond(problem.code, problem.message, retry_after=problem.retry_after)
        except (httpx.TransportError, ValueError):
            return respond("50001", "统计平台没有给出能用的回答。")
        return respond("0", "成功", data)

    async def aclose(self) -> None:
        """Close connections."""
        await self._access.http.aclose()
        await self._inner.aclose()

    def _who(self, request: httpx.Request) -> Principal | None:
        token = request.headers.get(HEADER)
        return read_assertion(token, self._access.app_key, self._access.secret) if token else None

    async def _figures(self, query: Mapping[str, str], unit: str | None) -> list[dict[str, Any]]:
        """One answer for each measure, as the native interface gives it."""
        names, span, group = _names(query["names"]), _span(query), query.get("group")
        if group and group not in STATES:
            raise Refused("40001", "统计平台不能按这一项分组。")
        kinds = compared_kinds(query.get("compare"))
        body = {
            "groupList": names, **_window(span), "condition": _condition(query, unit), "top": int(query.get("top", 20)),
            "HB": int("hb" in kinds), "TB": int("tb" in kinds),
        }  # fmt: skip
        whole = await self._post("/index/group", {}, body)
        parts = await self._post("/index/group", {"@state": STATES[group]}, body) if group else None
        row = whole["result"][0] if whole["result"] else {}
        return [
            {
                **_figure(measure_names()[name], row.get(name)),
                "definition": DEFINED.format(name=measure_names()[name]["name"]),
                "period": span.shown(),
                "as_of": self._clock().isoformat(timespec="seconds"),
                "area": _area(query, unit),
                "class": query.get("class"),
                "group_by": group,
                "groups": _groups(measure_names()[name], parts["result"], STATES[group]) if parts and group else [],
                "compare": [_compared(name, row, earlier(span, kind), kind) for kind in kinds],
                "demo": _demo(whole),
            }
            for name in names
        ]

    async def _heat(self, query: Mapping[str, str], unit: str | None) -> dict[str, Any]:
        """Points with a count, as the native interface gives them."""
        span = _span(query)
        body = {**_window(span), "condition": _condition(query, unit), "top": int(query.get("top", 200))}
        found = await self._post("/heatmap", {}, body)
        points = [
            {
                "grid": row.get("cellName"), "district_name": row.get("districtName"),
                "subdistrict_name": row.get("streetName"), "lon": float(row["longitude"]),
                "lat": float(row["latitude"]), "value": row["value"], "demo": _demo(found),
            }
            for row in found["result"]
        ]  # fmt: skip
        return {
            "points": points,
            "crs": "WGS84",
            "definition": "由统计平台给出的热力点，数值是时段内上报的案件数",
            "period": span.shown(),
            "area": _area(query, unit),
        }

    async def _post(self, path: str, query: Mapping[str, str], body: Mapping[str, Any]) -> Mapping[str, Any]:
        """One call; the body decides, whatever the status says."""
        sent = json.dumps(body, ensure_ascii=False, sort_keys=True).encode()
        pairs = tuple(query.items())
        signed = sign_headers(
            Signed("POST", f"{RECORDS}{path}", pairs, sent), self._access.app_key, self._access.secret
        )
        headers = {**signed, "Content-Type": "application/json"}
        answer = await self._access.http.post(f"{RECORDS}{path}", params=list(pairs), content=sent, headers=headers)
        if answer.status_code == 429:
            raise Refused("42901", "请求过于频繁。", answer.headers.get("Retry-After"))
        if answer.status_code in (401, 403):
            raise Refused("40101", "接入凭证有误。")
        found = answer.json()
        if not isinstance(found, dict) or "hasError" not in found:
            raise ValueError("no answer in the vendor's shape")
        if found["hasError"]:
            raise Refused("40001", f"统计平台没有接受：{str(found.get('message') or '')[:200]}")
        if not isinstance(found.get("result"), list):
            raise ValueError("no result")
        return found


@cache
def measure_names() -> Mapping[str, Mapping[str, str]]:
    """The measures we ask for, with name and kind."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["measures"]
    return {row["key"]: {"key": row["key"], "name": row["name"], "kind": row["kind"]} for row in rows}


def _own_unit(who: Principal | None, asked: str | None) -> str | None:
    """The supervisor sees all, a department its own, nobody else any."""
    if who is None or not who.roles & MAY_MEASURE:
        raise Refused("40301", "只有值班长（分析、领导）和处置部门可以看统计。")
    if "supervisor" in who.roles:
        return asked
    if who.department is None or asked not in (None, who.department):
        raise Refused("40301", "处置部门只能看本部门的统计。")
    return who.department


def _names(text: str) -> list[str]:
    names = list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    unknown = [each for each in names if each not in measure_names()]
    if unknown or not names:
        raise Refused("40001", f"没有“{'、'.join(unknown)}”这个指标。")
    return names


def _span(query: Mapping[str, str]) -> Span:
    try:
        span = Span(read_moment(query["from"], end=False), read_moment(query["to"], end=True))
    except ValueError as problem:
        raise Refused("40001", str(problem)) from None
    if span.end <= span.start:
        raise Refused("40001", "统计时段的结束要晚于开始。")
    return span


def _window(span: Span) -> dict[str, int]:
    return {
        "startTimestamp": round(datetime.fromisoformat(span.start).timestamp() * 1000),
        "endTimestamp": round(datetime.fromisoformat(span.end).timestamp() * 1000),
    }


def _condition(query: Mapping[str, str], unit: str | None) -> dict[str, Any]:
    condition: dict[str, Any] = {"districtId": query.get("district"), "disposeUnitName": unit}
    if query.get("class"):
        condition["subTypeIds"] = query["class"].upper().split(",")
    return {name: value for name, value in condition.items() if value is not None}


def _figure(what: Mapping[str, str], value: Any) -> dict[str, Any]:
    """A count is its own numerator; a rate or a mean comes without its parts."""
    counted = value if what["kind"] == "count" else None
    return {
        "metric": what["key"], "name": what["name"], "kind": what["kind"], "value": value,
        "numerator": counted, "denominator": counted,
    }  # fmt: skip


def _groups(what: Mapping[str, str], rows: list[Mapping[str, Any]], state: str) -> list[dict[str, Any]]:
    readable = READABLE.get(state, "name")
    found = [
        {
            "name": str(row.get(readable) or "（未知）"),
            "value": row[what["key"]],
            "numerator": None,
            "denominator": None,
        }
        for row in rows
        if row.get(what["key"]) is not None
    ]
    if what["kind"] == "count":
        found = [{**each, "numerator": each["value"], "denominator": each["value"]} for each in found]
    if state == "time":
        return sorted(found, key=lambda each: each["name"])
    return sorted(found, key=lambda each: (-each["value"], each["name"]))


def _compared(name: str, row: Mapping[str, Any], before: Span, kind: str) -> dict[str, Any]:
    key = f"{name}_{kind.upper()}"
    return {
        "kind": kind, "name": COMPARED[kind], "period": before.shown(), "value": row.get(key),
        "numerator": row.get(key) if measure_names()[name]["kind"] == "count" else None, "denominator": None,
        "change": row.get(f"{key}Rise"), "rate": row.get(f"{key}Rate"),
    }  # fmt: skip


def _area(query: Mapping[str, str], unit: str | None) -> str:
    district = query.get("district")
    name = bundled_gazetteer().district_name(district) if district else "全市"
    return f"{name}（{unit}）" if unit else name


def _demo(found: Mapping[str, Any]) -> bool:
    return "演示" in str(found.get("tag") or "")
