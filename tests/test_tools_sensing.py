"""Weather, water on the road, permits, alerts and heat points: in process, and over the network where it matters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tools import (
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    Principal,
    ToolError,
    ToolResult,
    alert_tools,
    heat_tools,
    permit_tools,
    run_tool,
    spec_of,
    waterlog_tools,
    weather_tools,
)
from tools.rainfall import levels, rain_day, water_points
from tools.roadworks import permits_between
from tools.unified.sensing import Sensing

from .test_tools_world import ANYBODY, CITIZEN, START, World, give_near, give_world, open_world  # noqa: F401

STORM = datetime(2026, 8, 1, 16, 30, tzinfo=START.tzinfo)
CHIEF = Principal("supervisor-1", frozenset(("supervisor",)))
SENDER = Principal("dispatcher-1", frozenset(("dispatcher",)))
GRID = Principal("grid-1", frozenset(("grid",)))
MAKERS = (weather_tools, waterlog_tools, permit_tools, alert_tools, heat_tools)


@pytest.fixture(name="storm")
def give_storm(tmp_path: Path) -> Iterator[World]:
    """A world on a day whose synthetic rain is heavy."""
    with open_world(tmp_path / "sandbox") as opened:
        opened.clock[0] = STORM
        yield opened


async def use(world: World, tool_name: str, who: Principal = ANYBODY, **arguments: Any) -> ToolResult:
    tools = {each.name: each for make in MAKERS for each in make(world.platform)}
    return await run_tool(tools[tool_name], arguments, world.call(who))


async def ready(world: World, who: Principal = CHIEF, **arguments: Any) -> dict[str, Any]:
    """What would be shown before the yes."""
    prepare = spec_of(alert_tools(world.platform)[0]).prepare
    assert prepare is not None
    return await prepare(arguments, world.call(who))


def feed(*readings: tuple[str, datetime, float]) -> dict[str, Any]:
    return {
        "readings": [{"sensor": code, "at": at.isoformat(), "depth_cm": deep} for code, at, deep in readings]
    }  # fmt: skip


def test_the_series_is_the_same_every_time_and_water_follows_rain() -> None:
    assert rain_day(STORM.date()).kind == "storm"
    deepest = max(levels(point, STORM)[-1].depth_cm for point in water_points())
    assert 30 < deepest <= 90
    dry = START.replace(hour=3)
    assert rain_day(dry.date()).kind == "dry"
    assert {level.depth_cm for point in water_points() for level in levels(point, dry)} == {0.0}


def test_weather_is_told_with_its_moment_and_as_demo(storm: World) -> None:
    async def body() -> None:
        said = (await use(storm, "weather.get")).said
        assert "预警（演示数据）" in said
        assert "2026年8月1日16:30" in said
        assert "气象部门" in said
        one = await use(storm, "weather.get", district="洪山区")
        assert [each["district"] for each in one.data["rain"]] == ["420111"]
        storm.clock[0] = START
        quiet = (await use(storm, "weather.get")).said
        assert "没有生效的天气预警" in quiet

    storm.run(body)


def test_a_citizen_hears_safety_first_and_no_promise_staff_get_figures(storm: World) -> None:
    async def body() -> None:
        citizen = (await use(storm, "waterlog.list", CITIZEN, address="雄楚大道")).said
        assert citizen.startswith("请先注意安全")
        assert "这里不能答应" in citizen
        assert not re.search("可以通行|能通过|可以过|放心", citizen)
        staff = await use(storm, "waterlog.list", CHIEF)
        assert "请先注意安全" not in staff.said
        for text in (citizen, staff.said):
            assert "超过30厘米、长度超过50米、30分钟还没有退去（武汉市水务部门2013年的说法）" in text
            assert "演示数据" in text
            assert "统计时刻：2026年8月1日16:30" in text
        counted = [each for each in staff.data["points"] if each["state"] == "waterlogged"]
        assert f"渍水 {len(counted)} 个" in staff.said
        assert counted

    storm.run(body)


def test_water_is_narrowed_by_district_place_and_risk(storm: World) -> None:
    async def body() -> None:
        district = await use(storm, "waterlog.list", district="武昌区")
        assert {each["district"] for each in district.data["points"]} == {"420106"}
        named = await use(storm, "waterlog.list", address="单洞门")
        assert [each["name"] for each in named.data["points"]] == ["解放大道单洞门"]
        high = await use(storm, "waterlog.list", risk="high")
        assert {each["risk"] for each in high.data["points"]} == {"high"}
        nowhere = await use(storm, "waterlog.list", address="天河机场")
        assert "不代表那里没有积水" in nowhere.said
        strange = await use(storm, "waterlog.list", address="月亮背面")
        assert "没有认出“月亮背面”在哪里，下面是全市的情况" in strange.said

    storm.run(body)


def test_a_state_needs_depth_length_and_time_together(near: World) -> None:
    async def body() -> None:
        sensing, code, now = Sensing(near.platform), "JD-420111-02", near.clock[0]

        async def state(*readings: tuple[float, float, float]) -> str:
            """The state after readings of (minutes ago, depth, length)."""
            rows = [
                {"sensor": code, "at": (near.clock[0] - timedelta(minutes=ago)).isoformat(), "depth_cm": deep,
                 "length_m": long}
                for ago, deep, long in readings
            ]  # fmt: skip
            await near.platform.write("PUT", "/sensors/readings", {"readings": rows}, CHIEF, near.key())
            found = await sensing.sensor(code)
            near.wait(hours=3)
            return str(found["state"])

        assert await state((40, 35, 60), (20, 36, 60), (0, 34, 60)) == "waterlogged"
        assert await state((20, 35, 60), (0, 34, 60)) == "standing"
        assert await state((40, 35, 40), (0, 34, 40)) == "standing"
        assert await state((40, 30, 60), (0, 30, 60)) == "standing"
        assert await state((40, 35, 60), (20, 10, 60), (0, 34, 60)) == "standing"
        assert await state((0, 0, 0)) == "dry"
        assert (await sensing.sensor(code))["state"] == "unknown"
        assert now < near.clock[0]

    near.run(body)


def test_a_fed_sensor_is_never_invented_and_the_same_reading_counts_once(world: World) -> None:
    async def body() -> None:
        world.clock[0] = STORM
        sensing, code = Sensing(world.platform), "JD-420111-03"
        assert (await sensing.sensor(code))["demo"]
        batch = feed((code, STORM, 4.0), (code, STORM - timedelta(minutes=5), 3.0))
        for expected in (2, 0):
            answer = await world.platform.write("PUT", "/sensors/readings", batch, CHIEF, world.key())
            assert answer["stored"] == expected
        fed = await sensing.sensor(code)
        assert (fed["demo"], fed["depth_cm"], fed["expected_cm"], fed["risk"]) == (False, 4.0, None, "low")
        told = (await use(world, "sensor.get", point=f"看下 {code} 的读数")).said
        assert "监测设备上传" in told
        assert "上升 1 厘米" in told

    world.run(body)


def test_a_warning_that_was_fed_ends_the_invented_ones(near: World) -> None:
    async def body() -> None:
        near.clock[0] = STORM
        body = {
            "kind": "暴雨", "colour": "橙色", "districts": ["420111"], "issued_at": STORM.isoformat(),
            "until": (STORM + timedelta(hours=2)).isoformat(), "text": "请注意防范",
        }  # fmt: skip
        await near.platform.write("PUT", "/weather/warnings/W1", body, CHIEF, near.key())
        found = await use(near, "weather.get")
        assert "暴雨橙色预警（洪山区）正在生效" in found.said
        assert len(found.data["warnings"]) == 1
        near.wait(hours=3)
        assert (await use(near, "weather.get")).data["warnings"] == []

    near.run(body)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sensors/readings", feed(("JD-000000-99", START, 1.0))),
        ("/sensors/readings", feed(("JD-420111-02", START + timedelta(days=1), 1.0))),
        ("/sensors/readings", feed(("JD-420111-02", START, -1.0))),
        ("/sensors/readings", {"readings": []}),
        ("/weather/warnings/W1", {"kind": "暴雨"}),
        (
            "/weather/warnings/W1",
            {
                "kind": "雪",
                "colour": "蓝色",
                "issued_at": START.isoformat(),
                "until": START.isoformat(),
                "text": "注意",
            },
        ),
    ],
)
def test_a_wrong_feed_is_refused_whole(near: World, path: str, body: dict[str, Any]) -> None:
    async def work() -> None:
        with pytest.raises(ToolError):
            await near.platform.write("PUT", path, body, CHIEF, near.key())

    near.run(work)
    assert near.rows("readings") == near.rows("weather_warnings") == []


def test_a_sensor_is_found_by_code_or_place_and_else_asked_for(storm: World) -> None:
    async def body() -> None:
        for words in ("jd-420111-02", "光谷广场的水位监测", "查一下光谷广场"):
            assert (await use(storm, "sensor.get", point=words)).data["code"] == "JD-420111-02"
        with pytest.raises(NeedsAnswer):
            await use(storm, "sensor.get", point="查监测点水位")
        with pytest.raises(NotFound):
            await use(storm, "sensor.get", point="JD-420111-77")

    storm.run(body)


def test_permits_are_found_by_road_district_kind_and_day(world: World) -> None:
    async def body() -> None:
        day = world.clock[0].date()
        expected = {each.number for each in permits_between(day, day)}
        found = await use(world, "permit.search")
        assert {each["number"] for each in found.data["permits"]} == expected
        assert "演示数据" in found.said
        some = next(each for each in permits_between(day, day) if each.kind == "gas")
        by_road = await use(world, "permit.search", address=some.road, kind="gas")
        assert some.number in [each["number"] for each in by_road.data["permits"]]
        assert {each["kind"] for each in by_road.data["permits"]} == {"gas"}
        assert f"{some.section}（{some.district_name}），燃气管线施工" in by_road.said
        district = await use(world, "permit.search", district=some.district_name)
        assert {each["district"] for each in district.data["permits"]} == {some.district}
        later = await use(world, "permit.search", day="2027-08-01", address=some.road)
        assert "2027年8月1日" in later.said
        with pytest.raises(ToolError, match="没有认出"):
            await use(world, "permit.search", address="那边")

    world.run(body)


def test_no_permit_promises_nothing_and_names_the_danger(near: World) -> None:
    async def body() -> None:
        day = near.clock[0].date()
        busy = {each.road for each in permits_between(day, day) if each.kind == "gas"}
        road = next(each for each in ("发展大道", "友谊大道", "和平大道", "武珞路") if each not in busy)
        said = (await use(near, "permit.search", address=road, kind="gas")).said
        assert "没有查到" in said
        assert "不代表没有人施工" in said

    near.run(body)


def test_the_risk_points_are_pushed_word_for_word_and_once(world: World) -> None:
    async def body() -> None:
        world.clock[0] = STORM
        shown = await ready(world, message="把现在的渍水风险点推给水务、城管和交管")
        assert shown["recipients"] == "水务、城管、交管"
        assert "渍水风险提示" in shown["message"]
        assert "统计时刻：2026年8月1日16:30" in shown["message"]
        tool, call = alert_tools(world.platform)[0], world.call(CHIEF, "alert-1")
        world.wait(minutes=10)  # what was shown is what is pushed
        first = await run_tool(tool, shown, call)
        again = await run_tool(tool, shown, call)
        assert first.data == again.data
        assert first.data["text"] == shown["message"]
        assert "没有发给真实单位" in first.said

    world.run(body)
    assert len(world.rows("alerts")) == 1
    assert [row["type"] for row in world.rows("events")] == ["alert.pushed"]
    assert [row["action"] for row in world.rows("changes")] == ["pushed"]


@pytest.mark.parametrize(
    ("said", "units", "text"),
    [
        ("通知交管：雄楚大道积水，请安排人员", "交管", "雄楚大道积水，请安排人员"),
        ("给应急和消防下发预警：江岸区雨大，供电单位已到场", "应急、消防", "江岸区雨大，供电单位已到场"),
        ("请推送给燃气单位：中南路有燃气味", "燃气", "中南路有燃气味"),
    ],
)
def test_what_was_written_is_pushed_to_whom_it_was_addressed(near: World, said: str, units: str, text: str) -> None:
    shown = near.run(lambda: ready(near, message=said))
    assert (shown["recipients"], shown["message"]) == (units, text)


def test_an_alert_asks_for_what_is_missing_and_pushes_no_empty_list(near: World) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer, match="内容"):
            await ready(near, message="推送预警给水务")
        with pytest.raises(NeedsAnswer, match="哪些单位"):
            await ready(near, message="三环线边坡有裂缝，请派人查看")
        with pytest.raises(Conflict, match="没有可推送的内容"):
            await ready(near, message="把渍水风险推给水务")

    near.run(body)


def test_only_the_centre_pushes_and_the_platform_checks_again(near: World) -> None:
    async def body() -> None:
        for who in (ANYBODY, CITIZEN, GRID, Principal("operator-1", frozenset(("operator",)))):
            with pytest.raises(NotAllowed):
                await use(near, "alert.push", who, message="通知交管：请值守路口")
            for method, path in (("POST", "/alerts"),):
                body = {"kind": "other", "text": "请值守路口", "recipients": ["traffic"]}
                with pytest.raises(NotAllowed):
                    await near.platform.write(method, path, body, who, near.key())
            with pytest.raises(NotAllowed):
                await near.platform.read("/alerts", who=who)
        for who in (CHIEF, SENDER):
            await use(near, "alert.push", who, message="通知交管：请值守路口")
        with pytest.raises(ToolError, match="接收单位"):
            await near.platform.write(
                "POST", "/alerts", {"kind": "other", "text": "请值守路口", "recipients": ["army"]}, CHIEF, near.key()
            )
        assert len((await near.platform.read("/alerts", who=SENDER)).data) == 2

    near.run(body)


def test_heat_points_carry_their_definition_and_are_for_staff(near: World) -> None:
    async def body() -> None:
        for _ in range(3):
            await near.report()
        found = await use(near, "case.heat", CHIEF)
        assert sum(each["value"] for each in found.data["points"]) == 3
        assert "按单元网格（约 100 米）计数" in found.said
        assert "全市，2026年8月3日至2026年9月1日" in found.said
        nothing = await use(near, "case.heat", CHIEF, district="青山区")
        assert "没有可统计的案件" in nothing.said
        with pytest.raises(NotAllowed):
            await use(near, "case.heat", CITIZEN)

    near.run(body)


@pytest.mark.parametrize("make", MAKERS)
def test_the_tools_have_enough_different_examples(make: Any, near: World) -> None:
    for each in make(near.platform):
        spec = spec_of(each)
        least = 30 if spec.roles & {"citizen"} else 15
        assert len(set(spec.examples)) >= least, spec.name
