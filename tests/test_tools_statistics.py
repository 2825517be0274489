"""The same figures over both ways to them: the platform's own interface, and a vendor's through its adapter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tools import MetricDraft as Draft
from tools import (
    Metrics,
    NotAllowed,
    Platform,
    Principal,
    ToolError,
    Unavailable,
    heat_tools,
    metric_tools,
    run_tool,
)
from tools.unified.adapters import Access, VendorStatistics
from tools.unified.sandbox.cases_seed import seed_cases

from .test_tools_world import APP, CITIZEN, SECRET, START, World, open_world

CHIEF = Principal("supervisor-1", frozenset(("supervisor",)))
UNIT = Principal("department-1", frozenset(("department",)), department="江汉区市政维修所")
SPAN = ("2026-08-10", "2026-08-25")


def vendor(world: World, http: httpx.AsyncClient | None = None) -> Platform:
    """A client whose figures come from the vendor's interface of the same sandbox."""
    inner = httpx.ASGITransport(app=world.sandbox.app)
    reached = http or httpx.AsyncClient(base_url="http://statistics", transport=inner)
    transport = VendorStatistics(inner, Access(reached, APP, SECRET), lambda: world.clock[0])
    return Platform(base_url="http://sandbox", app_key=APP, secret=SECRET, transport=transport)


@pytest.fixture(name="town", scope="module")
def give_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with the demonstration cases."""
    with open_world(tmp_path_factory.mktemp("town")) as opened:
        with opened.sandbox.store.write() as connection:
            seed_cases(connection, START)
        yield opened


@pytest.fixture(name="platform", params=["native", "vendor"])
def give_platform(request: pytest.FixtureRequest, town: World) -> Platform:
    if request.param == "vendor":
        return vendor(town)
    inner = httpx.ASGITransport(app=town.sandbox.app)
    return Platform(base_url="http://sandbox", app_key=APP, secret=SECRET, transport=inner)


def asked(names: tuple[str, ...], **more: Any) -> Draft:
    return Draft(names, *SPAN, **more)


def figures(platform: Platform, draft: Draft, who: Principal = CHIEF) -> list[Any]:
    async def body() -> list[Any]:
        return list(await Metrics(platform).query(draft, who))

    return asyncio.run(body())


NAMES = ("report", "archiveRate", "inTimeDisposeRate", "avgHandleTime", "reworkRate", "overtimeToDispose")
# Counted by hand from the rows themselves, by the definitions of measures.json.
HAND = "SELECT count(*) AS n FROM cases WHERE merged_into IS NULL AND reported_at >= ? AND reported_at < ?"
BOUNDS = ("2026-08-10T00:00:00+08:00", "2026-08-26T00:00:00+08:00")


def test_figures_agree_with_the_rows_and_with_each_other(platform: Platform, town: World) -> None:
    found = {each["metric"]: each for each in figures(platform, asked(NAMES))}
    assert found["report"]["value"] == town.sandbox.store.rows(HAND, BOUNDS)[0]["n"] > 0
    assert tuple(found) == NAMES
    own = {each["metric"]: each["value"] for each in figures(town.platform, asked(NAMES))}
    assert {name: each["value"] for name, each in found.items()} == own
    for each in found.values():
        assert each["period"] == {"from": BOUNDS[0], "to": BOUNDS[1]}
        assert each["area"] == "全市"
        assert each["definition"]
        assert each["demo"]


@pytest.mark.parametrize("group", ["district", "class", "department", "day", "source"])
def test_groups_carry_readable_names_in_the_same_order(platform: Platform, town: World, group: str) -> None:
    draft = asked(("report", "archiveRate"), group=group)
    shown = [[(row["name"], row["value"]) for row in each["groups"]] for each in figures(platform, draft)]
    own = [[(row["name"], row["value"]) for row in each["groups"]] for each in figures(town.platform, draft)]
    assert [sorted(each, key=str) for each in shown] == [sorted(each, key=str) for each in own]
    assert shown[0][0] == own[0][0]


def test_comparisons_districts_and_classes_are_passed_on(platform: Platform, town: World) -> None:
    draft = asked(("report", "inTimeDisposeRate"), district="420103", category="E0101,E0102", compare="both")
    found, own = figures(platform, draft), figures(town.platform, draft)
    for mine, theirs in zip(found, own, strict=True):
        assert mine["area"] == "江汉区"
        for one, other in zip(mine["compare"], theirs["compare"], strict=True):
            for name in ("kind", "name", "period", "value", "change", "rate"):
                assert one[name] == other[name], name


def test_heat_points_agree(platform: Platform, town: World) -> None:
    async def heat(of: Platform) -> list[tuple[str, int]]:
        found = await Metrics(of).heat(asked((), top=30), CHIEF)
        return [(each["grid"], each["value"]) for each in found["points"]]

    assert asyncio.run(heat(platform)) == asyncio.run(heat(town.platform))


def test_a_department_sees_its_own_and_nobody_else_any(platform: Platform, town: World) -> None:
    found = figures(platform, asked(("dispatch",)), UNIT)[0]
    assert found["value"] == figures(town.platform, asked(("dispatch",), department=UNIT.department))[0]["value"]
    assert UNIT.department is not None
    assert UNIT.department in found["area"]
    for who in (CITIZEN, Principal("grid-1", frozenset(("grid",)))):
        with pytest.raises(NotAllowed):
            figures(platform, asked(("report",)), who)
    with pytest.raises(NotAllowed):
        figures(platform, asked(("report",), department="武昌区市政维修所"), UNIT)


def test_wrong_questions_are_refused(platform: Platform) -> None:
    for draft in (
        asked(("nothing",)),
        Draft(("report",), "2026-08-25", "2026-08-10"),
        Draft(("report",), "soon", "2026-08-10"),
    ):
        with pytest.raises(ToolError):
            figures(platform, draft)


def test_a_rate_without_parts_is_told_with_whose_definition_it_is(town: World) -> None:
    async def body() -> None:
        platform = vendor(town)
        call = town.call(CHIEF)
        tools = {each.name: each for make in (metric_tools, heat_tools) for each in make(platform)}
        arguments = {"metric": "archiveRate", "since": SPAN[0], "until": SPAN[1], "compare": "hb", "group": "district"}
        said = (await run_tool(tools["metric.query"], arguments, call)).said
        assert "由统计平台按“结案率”计算，没有给出分子和分母" in said
        assert "÷" not in said
        assert "含演示数据" in said
        heat = await run_tool(tools["case.heat"], {"since": SPAN[0], "until": SPAN[1]}, call)
        assert "由统计平台给出的热力点" in heat.said
        with pytest.raises(ToolError, match="一个月"):
            await run_tool(tools["case.heat"], {"since": "2026-06-01", "until": "2026-08-30"}, call)

    asyncio.run(body())


def test_everything_else_goes_to_the_platform(town: World) -> None:
    async def body() -> None:
        assert (await vendor(town).geocode("光谷广场")).candidates

    asyncio.run(body())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda: httpx.Response(200, json={"hasError": True, "message": "指标不能为空"}), "指标不能为空"),
        (lambda: httpx.Response(200, json={"flag": 1}), "没有响应"),
        (lambda: httpx.Response(200, json={"hasError": False, "result": None}), "没有响应"),
        (lambda: httpx.Response(200, text="<html>"), "没有响应"),
        (lambda: httpx.Response(500, text="x"), "没有响应"),
        (lambda: httpx.Response(401, json={}), "管理员"),
        (lambda: httpx.Response(429, headers={"Retry-After": "70"}), "70 秒"),
    ],
)
def test_a_broken_interface_is_told_as_such(town: World, answer: Callable[[], httpx.Response], error: str) -> None:
    http = httpx.AsyncClient(base_url="http://s", transport=httpx.MockTransport(lambda request: answer()))
    with pytest.raises((Unavailable, ToolError), match=error):
        figures(vendor(town, http), asked(("report",)))
