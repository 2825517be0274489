"""Cities that speak Open311 in ways of their own: other codes, tokens, extra answers, broken replies, discovery."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tools import Cases, Platform, ToolError, Unavailable
from tools.unified.adapters import GeoReport, Ledger, Open311Transport

from .test_tools_adapters import ENDPOINT, WATER
from .test_tools_world import APP, CITIZEN, SECRET, START


def city_of(folder: Path, answers: Callable[[httpx.Request], httpx.Response], base: str = ENDPOINT) -> Platform:
    """A client of a city that answers as the test says."""
    http = httpx.AsyncClient(base_url=base, transport=httpx.MockTransport(answers))
    ledger = Ledger(folder / "city.db")
    transport = Open311Transport(GeoReport(http, "key"), ledger, app_key=APP, secret=SECRET, clock=lambda: START)
    return Platform(base_url="http://city", app_key=APP, secret=SECRET, transport=transport, timeout_s=3.0)


SERVICE: dict[str, object] = {
    "service_code": "pothole",
    "service_name": "道路坑洼",
    "metadata": False,
    "type": "batch",
    "group": "道路",
}
SERVICE |= {"keywords": "坑洼,大坑"}


def test_a_city_with_its_own_codes_tokens_and_no_zone_is_understood(tmp_path: Path) -> None:
    def answers(request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/open311/v2")
        if path == "/services.json":
            return httpx.Response(200, json=[SERVICE])
        if request.method == "POST":
            assert "service_code=pothole" in request.content.decode()
            return httpx.Response(201, json=[{"token": "t-1"}])
        if path == "/tokens/t-1.json":
            return httpx.Response(200, json=[{"token": "t-1", "service_request_id": "a1b2"}])
        if path == "/requests/a1b2.json":
            row = {"service_request_id": "a1b2", "status": "open", "service_code": "pothole", "description": "坑"}
            row |= {"service_name": "道路坑洼", "requested_datetime": "2026-09-01T08:00:00", "address": "某路"}
            return httpx.Response(200, json=[row])
        if path == "/requests.json":
            return httpx.Response(200, json=[])
        return httpx.Response(404, json=[{"code": 404, "description": "no"}])

    async def body() -> None:
        platform = city_of(tmp_path, answers)
        hits = await platform.search_categories("路上有个坑洼", 3)
        assert [hit.category.code for hit in hits] == ["POTHOLE"]
        made = await Cases(platform).create(replace(WATER, category_code="POTHOLE"), CITIZEN, "k1")
        assert (made.number, made.reported_at) == ("a1b2", "2026-09-01T08:00:00+08:00")
        assert (await Cases(platform).get("A1B2", CITIZEN)).status_name == "未办结"
        await platform.close()

    asyncio.run(body())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (httpx.Response(200, json=[{"code": 500, "description": "broken"}]), Unavailable),
        (httpx.Response(200, text="<html><body>hello</body></html>"), ToolError),
        (httpx.Response(200, text="not json"), Unavailable),
        (httpx.Response(503, text="down"), Unavailable),
        (httpx.Response(429, json=[{"code": 429, "description": "slow"}], headers={"Retry-After": "60"}), Unavailable),
        (httpx.Response(200, text='<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x">]><services>&b;'), Unavailable),
    ],
)
def test_a_broken_city_is_told_as_such(tmp_path: Path, answer: httpx.Response, error: type[Exception]) -> None:
    async def body() -> None:
        platform = city_of(
            tmp_path, lambda request: httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        )
        with pytest.raises(error):
            await Cases(platform).get("a1", CITIZEN)
        await platform.close()

    asyncio.run(body())


def test_extra_answers_a_city_insists_on_are_named(tmp_path: Path) -> None:
    definition = {
        "service_code": "pothole",
        "attributes": [
            {"variable": True, "code": "size", "datatype": "string", "required": True, "description": "坑有多大"},
            {"variable": True, "code": "note", "datatype": "string", "required": False, "description": "备注"},
        ],
    }

    def answers(request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        path = request.url.path.removeprefix("/open311/v2")
        if path == "/services.json":
            return httpx.Response(200, json=[{**SERVICE, "metadata": True}])
        if path == "/services/pothole.json":
            return httpx.Response(200, json=definition)
        return httpx.Response(200, json=[])

    async def body() -> None:
        platform = city_of(tmp_path, answers)
        with pytest.raises(ToolError, match="坑有多大"):
            await Cases(platform).create(replace(WATER, category_code="POTHOLE"), CITIZEN, "k1")
        await platform.close()

    asyncio.run(body())


def test_discovery_leads_within_a_host_and_never_to_another(tmp_path: Path) -> None:
    asked: list[str] = []

    def answers(request: httpx.Request) -> httpx.Response:
        asked.append(f"{request.url.host}{request.url.path}")
        if request.url.path.endswith("discovery.json"):
            endpoints = [
                {
                    "specification": "http://wiki.open311.org/GeoReport_v2",
                    "url": "http://evil/v2",
                    "type": "production",
                },
                {"specification": "http://wiki.open311.org/GeoReport_v2", "url": "http://city/live/v2", "type": "test"},
            ]
            return httpx.Response(200, content=json.dumps({"endpoints": endpoints}))
        return httpx.Response(200, json=[SERVICE])

    async def body() -> None:
        platform = city_of(tmp_path, answers, "http://city/open311/v2")
        await platform.search_categories("坑洼")
        await platform.close()

    asyncio.run(body())
    assert asked == ["city/open311/v2/discovery.json", "city/live/v2/services.json"]
