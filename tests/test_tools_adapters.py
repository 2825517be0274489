"""The same tests over every way to a platform: native, and Open311 in JSON, in XML, and with a city's quirks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools import CaseDraft, CaseQuery, Cases, NotFound, Platform, ToolError, Unavailable, open311_key
from tools.unified.adapters import GeoReport, Ledger, Open311Transport

from .test_tools_world import APP, CITIZEN, CROSSING, OTHER, SECRET, World, open_world

WATER = CaseDraft("路口积水很深", "武汉市洪山区光谷广场", "E0406", 114.398, 30.506, contact_phone="13912345678")
ENDPOINT = "http://sandbox/open311/v2"
Change = Callable[[httpx.Request, httpx.Response], httpx.Response | None]


class Between(httpx.AsyncBaseTransport):
    """Stands between adapter and city: counts posts, and may change an answer as some cities would give it."""

    def __init__(self, inner: httpx.AsyncBaseTransport) -> None:
        self._inner = inner
        self.posts: list[str] = []
        self.change: Change | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.posts.append((await request.aread()).decode())
        answer = await self._inner.handle_async_request(request)
        content = await answer.aread()
        read = httpx.Response(answer.status_code, headers=answer.headers, content=content, request=request)
        return (self.change(request, read) if self.change else None) or read


@dataclass
class Way:
    """One way to a platform, over a sandbox of its own."""

    world: World
    platform: Platform
    between: Between | None = None
    ledger: Path | None = None

    @property
    def cases(self) -> Cases:
        return Cases(self.platform)

    def run(self, work: Callable[[], Any]) -> Any:
        async def main() -> Any:
            try:
                return await work()
            finally:
                await self.platform.close()
                await self.world.platform.close()

        return asyncio.run(main())


def adapted(world: World, folder: Path, change: Change | None = None, key: str | None = None) -> Way:
    """A client of the same sandbox through its Open311 side."""
    between = Between(httpx.ASGITransport(app=world.sandbox.app))
    between.change = change
    http = httpx.AsyncClient(base_url=ENDPOINT, transport=between, trust_env=False)
    geo = GeoReport(http, key or open311_key(APP, SECRET), "wuhan.hubei.cn")
    path = folder / "open311.db"
    transport = Open311Transport(geo, Ledger(path), app_key=APP, secret=SECRET, clock=lambda: world.clock[0])
    platform = Platform(base_url="http://city", app_key=APP, secret=SECRET, transport=transport, timeout_s=4.0)
    return Way(world, platform, between, path)


def only_xml(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    """A city that never learned JSON."""
    return httpx.Response(406, request=request) if request.url.path.endswith(".json") else None


def quirky(request: httpx.Request, answer: httpx.Response) -> httpx.Response | None:
    """Times without a zone, states in capitals, numbers as text, no discovery."""
    if "discovery" in request.url.path:
        return httpx.Response(404, text="<html>no</html>", request=request)
    if request.method == "GET" and "/requests" in request.url.path and answer.status_code == 200:
        rows = [
            {**row, "status": row["status"].upper(), "lat": str(row["lat"]), "long": str(row["long"]),
             "requested_datetime": row["requested_datetime"][:19]}
            for row in answer.json()
        ]  # fmt: skip
        return httpx.Response(200, json=rows, request=request)
    return None


@contextmanager
def opened(kind: str, folder: Path) -> Iterator[Way]:
    with open_world(folder / "sandbox") as world:
        if kind == "native":
            yield Way(world, world.platform)
        else:
            change = {"open311": None, "open311 xml": only_xml, "open311 quirks": quirky}[kind]
            yield adapted(world, folder, change)


@pytest.fixture(name="way", params=["native", "open311", "open311 xml", "open311 quirks"])
def give_way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    with opened(request.param, tmp_path) as way:
        yield way


@pytest.fixture(name="city")
def give_city(tmp_path: Path) -> Iterator[Way]:
    with opened("open311", tmp_path) as way:
        yield way


def test_a_report_can_be_read_back(way: Way) -> None:
    async def body() -> None:
        made = await way.cases.create(WATER, CITIZEN, "k1")
        found = await way.cases.get(made.number, CITIZEN)
        assert (found.status, found.category_code, found.category_name) == ("reported", "E0406", "道路积水")
        assert found.description == WATER.description
        assert (found.lon, found.lat) == (WATER.lon, WATER.lat)
        assert found.district_name == "洪山区"
        assert found.reported_at == made.reported_at == "2026-09-01T08:40:00+08:00"

    way.run(body)
    assert len(way.world.rows()) == 1


def test_the_same_key_reports_once_and_another_request_under_it_is_refused(way: Way) -> None:
    async def body() -> None:
        made = [await way.cases.create(WATER, CITIZEN, "k1") for _ in range(2)]
        at_once = await asyncio.gather(*[way.cases.create(WATER, CITIZEN, "k1") for _ in range(4)])
        assert {case.number for case in [*made, *at_once]} == {made[0].number}
        with pytest.raises(ToolError):
            await way.cases.create(replace(WATER, description="别的事情"), CITIZEN, "k1")
        assert await way.platform.find_request("k1")
        assert not await way.platform.find_request("k2")

    way.run(body)
    assert len(way.world.rows()) == 1


def test_a_repeated_report_joins_the_open_one_nearby(way: Way) -> None:
    async def body() -> None:
        first = await way.cases.create(WATER, CITIZEN, "k1")
        again = await way.cases.create(replace(WATER, lon=114.3981), OTHER, "k2")
        assert (again.number, again.linked) == (first.number, True)
        near = await way.cases.similar("E0406", (114.3981, 30.506), within_m=100, days=7)
        assert [each.number for each in near] == [first.number]
        assert 0 < near[0].distance_m < 20
        assert await way.cases.similar("C0114", (114.3981, 30.506), within_m=100, days=7) == []

    way.run(body)
    assert len(way.world.rows()) == 1


def test_reports_are_found_by_class_state_time_words_and_person(way: Way) -> None:
    async def body() -> None:
        made = await way.cases.create(WATER, CITIZEN, "k1")
        way.world.wait(days=100)
        late = await way.cases.create(CROSSING, CITIZEN, "k2")

        async def numbers(**given: Any) -> list[str]:
            return [case.number for case in (await way.cases.search(CaseQuery(**given), CITIZEN)).cases]

        span = {"from": "2026-08-20", "to": "2026-12-31"}
        assert await numbers(**{"class": "E0406"}, **span) == [made.number]
        assert await numbers(**span) == [late.number, made.number]
        assert await numbers(status="open", reporter="me", **span) == [late.number, made.number]
        assert await numbers(status="closed", **span) == []
        assert await numbers(text="积水", **span) == [made.number]
        assert await numbers(district="420103", **span) == [late.number]
        assert await numbers(size=1, page=2, **span) == [made.number]

    way.run(body)


def test_what_is_unknown_is_not_found_and_what_is_wrong_is_refused(way: Way) -> None:
    async def body() -> None:
        with pytest.raises(NotFound):
            await way.cases.get("WH20260101000001", CITIZEN)
        with pytest.raises(ToolError):
            await way.cases.create(replace(WATER, category_code="E9999"), CITIZEN, "k1")
        with pytest.raises(ToolError):
            await way.cases.search(CaseQuery(**{"from": "soon"}), CITIZEN)
        assert await way.platform.category("E9999") is None

    way.run(body)
    assert way.world.rows() == []


def test_places_and_classes_are_known(way: Way) -> None:
    async def body() -> None:
        assert (await way.platform.geocode("光谷广场")).candidates[0].precise
        grid = await way.platform.locate(114.398, 30.506)
        assert grid is not None
        assert grid.district_name == "洪山区"
        assert await way.platform.locate(0, 0) is None
        hits = await way.platform.search_categories("路面上全是积水", 3)
        assert hits[0].category.code == "E0406"
        found = await way.platform.category("C0114")
        assert found is not None
        assert found.name == "无主井盖"

    way.run(body)


@pytest.mark.parametrize("answer", ["lost", "refused as a duplicate"])
def test_a_post_whose_answer_was_lost_is_found_and_not_sent_again(city: Way, answer: str) -> None:
    between = city.between
    assert between is not None

    def lose(request: httpx.Request, given: httpx.Response) -> httpx.Response | None:
        if request.method != "POST" or given.status_code != 201:
            return None
        if answer == "lost":
            raise httpx.ReadError("lost", request=request)
        errors = [{"code": 400, "description": "duplicate"}]
        return httpx.Response(400, json=errors, request=request)

    async def body() -> None:
        between.change = lose
        made = await city.cases.create(WATER, CITIZEN, "k1")
        assert made.number == city.world.rows()[0]["number"]
        assert (await city.cases.create(WATER, CITIZEN, "k1")).number == made.number

    city.run(body)
    assert len(between.posts) == 1
    assert len(city.world.rows()) == 1


def test_own_reports_are_remembered_over_a_restart(city: Way, tmp_path: Path) -> None:
    async def body() -> None:
        made = await city.cases.create(WATER, CITIZEN, "k1")
        second = adapted(city.world, tmp_path)
        mine = await second.cases.search(CaseQuery(reporter="me"), CITIZEN)
        assert [case.number for case in mine.cases] == [made.number]
        assert (await second.cases.search(CaseQuery(reporter="me"), OTHER)).total == 0
        assert (await second.cases.create(WATER, CITIZEN, "k1")).number == made.number
        await second.platform.close()

    city.run(body)


def test_the_city_learns_no_identity_and_the_answer_no_phone(city: Way) -> None:
    between = city.between
    assert between is not None

    async def body() -> None:
        made = await city.cases.create(WATER, CITIZEN, "k1")
        assert made.contact_phone is None
        assert "HZ-" not in made.description

    city.run(body)
    assert CITIZEN.id not in between.posts[0]
    assert "account_id=" in between.posts[0]
    assert city.ledger is not None
    assert b"13912345678" not in city.ledger.read_bytes()


def test_a_wrong_key_tells_the_person_to_call_the_administrator(city: Way, tmp_path: Path) -> None:
    async def body() -> None:
        way = adapted(city.world, tmp_path, key="wrong")
        with pytest.raises(Unavailable, match="管理员"):
            await way.cases.create(WATER, CITIZEN, "k9")
        await way.platform.close()

    city.run(body)


def test_what_open311_cannot_do_is_refused_in_words(city: Way) -> None:
    async def body() -> None:
        made = await city.cases.create(WATER, CITIZEN, "k1")
        with pytest.raises(NotFound, match="只开放了上报和查询"):
            await city.cases.urge(made.number, CITIZEN, "k2")
        with pytest.raises(NotFound, match="只开放了上报和查询"):
            await city.platform.read("/weather")
        with pytest.raises(ToolError, match="不能按时限"):
            await city.cases.search(CaseQuery(due="overdue"), CITIZEN)

    city.run(body)
