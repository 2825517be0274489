"""The case and place tools over the sandbox: what they ask, what they settle, what they say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from langchain_core.tools import BaseTool

from tools import (
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    Principal,
    ToolError,
    case_tools,
    place_tools,
    run_tool,
    spec_of,
)

from .test_tools_world import ANYBODY, CITIZEN, OTHER, World, give_near, give_world  # noqa: F401

PLACE = "香港路和建设大道路口"


def named(world: World, name: str) -> BaseTool:
    return {each.name: each for each in case_tools(world.platform) + place_tools(world.platform)}[name]


async def prepare(world: World, name: str = "case.create", **arguments: Any) -> dict[str, Any]:
    ready = spec_of(named(world, name)).prepare
    assert ready is not None
    return await ready(arguments, world.call())


async def use(world: World, name: str, who: Principal = CITIZEN, **arguments: Any) -> Any:
    return await run_tool(named(world, name), arguments, world.call(who))


def test_a_report_is_settled_confirmed_and_told(world: World) -> None:
    async def body() -> None:
        ready = await prepare(world, description="路灯不亮", address=PLACE)
        assert ready["address"] == "武汉市江岸区香港路与建设大道交叉口"
        assert (ready["category_code"], ready["category_name"], ready["crs"]) == ("C0118", "路灯", "WGS84")
        assert len(ready["grid"]) == 15
        assert await prepare(world, **ready) == ready
        made = await use(world, "case.create", **ready)
        assert made.data["grid"] == ready["grid"]
        assert "reporter" not in made.data
        for said in (made.data["number"], "待受理", "路灯", ready["address"]):
            assert said in made.said
        shown = await use(world, "case.get", number=made.data["number"].lower())
        assert "待受理" in shown.said
        assert "2026年9月1日08:40" in shown.said
        assert "处置部门" not in shown.said
        listed = await use(world, "case.search")
        assert [each["number"] for each in listed.data["cases"]] == [made.data["number"]]
        assert "共查到 1 件" in listed.said

    world.run(body)


def test_nothing_is_written_while_preparing(near: World) -> None:
    near.run(lambda: prepare(near, description="路灯不亮", address=PLACE))
    assert near.rows() == near.rows("changes") == near.rows("requests") == []


def test_derived_arguments_are_hidden_from_models_and_shown_where_a_person_can_read_them(near: World) -> None:
    spec = spec_of(named(near, "case.create"))
    asked = {"description", "address", "category", "contact_phone", "photos", "self_handled", "casualties"}
    assert set(named(near, "case.create").args) == asked
    assert spec.required == ("description", "address")
    assert spec.personal == ("contact_phone",)
    assert {"category_code", "category_name", "lon", "lat", "crs", "grid", "linked_to"} == set(spec.derived)
    assert {name for name in spec.derived if spec.slots[name].shown} == {"category_name", "linked_to"}
    assert all(spec.slots[name].ask for name in spec.required)


def test_a_changed_address_moves_the_point(near: World) -> None:
    async def body() -> None:
        first = await prepare(near, description="路灯不亮", address=PLACE)
        moved = await prepare(near, **{**first, "address": "归元寺对面"})
        assert moved["lon"] != first["lon"]
        assert moved["grid"] != first["grid"]
        changed = await prepare(near, **{**first, "description": "路面积水很深"})
        assert changed["category_code"] == "E0406"

    near.run(body)


@pytest.mark.parametrize(
    ("address", "choices"),
    [("江岸区", 0), ("解放大道", 0), ("火星路", 0), ("", 0), ("李集街道", 2), ("东湖", 3), ("光谷", 0)],
)
def test_a_vague_place_is_asked_for(near: World, address: str, choices: int) -> None:
    with pytest.raises(NeedsAnswer) as asked:
        near.run(lambda: prepare(near, description="路灯不亮", address=address))
    assert asked.value.slot == "address"
    assert "路口" in asked.value.question
    assert len(asked.value.choices) == choices


def test_two_kinds_of_problems_are_asked_apart(near: World) -> None:
    async def body() -> None:
        said = {"description": "下水道堵了，路上全是积水", "address": PLACE}
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, **said)
        assert asked.value.slot == "category"
        assert set(asked.value.choices) == {"下水道堵塞或破损", "道路积水"}
        for choice in asked.value.choices:
            assert (await prepare(near, **said, category=choice))["category_name"] == choice

    near.run(body)


def test_an_unclear_problem_is_asked_for_and_may_stay_other(near: World) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, description="这里很不对劲", address=PLACE)
        assert 2 <= len(asked.value.choices) <= 4
        ready = await prepare(near, description="这里很不对劲", address=PLACE, category="其他")
        assert ready["category_code"].endswith("99")

    near.run(body)


def test_a_place_known_by_words_only_gets_no_made_up_point(near: World) -> None:
    async def body() -> None:
        ready = await prepare(near, description="路灯不亮", address="洪山区幸福里小区3栋")
        assert "lon" not in ready
        made = await use(near, "case.create", **ready)
        assert made.data["district_name"] == "洪山区"
        assert "grid" not in made.data

    near.run(body)


def test_unprepared_arguments_are_prepared(near: World) -> None:
    made = near.run(lambda: use(near, "case.create", description="路灯不亮", address=PLACE))
    assert made.data["category_code"] == "C0118"


def test_a_write_needs_a_key(near: World) -> None:
    call = replace(near.call(), idempotency_key=None)
    with pytest.raises(ToolError):
        near.run(lambda: run_tool(named(near, "case.create"), {"description": "路灯不亮", "address": PLACE}, call))
    assert near.rows() == []


def test_urging_names_the_case_and_happens_once(near: World) -> None:
    async def body() -> None:
        made = await near.report()
        ready = await prepare(near, "case.urge", number=made.number)
        assert ready["category_name"] == "无主井盖"
        assert "第 1 次" in (await use(near, "case.urge", **ready)).said
        with pytest.raises(Conflict, match="24 小时"):
            await use(near, "case.urge", number=made.number)
        with pytest.raises(Conflict, match="24 小时"):
            await prepare(near, "case.urge", number=made.number)
        with pytest.raises(NotFound):
            await use(near, "case.urge", OTHER, number=made.number)
        with pytest.raises(NotAllowed):
            await use(near, "case.urge", Principal("s", frozenset(("supervisor",))), number=made.number)

    near.run(body)


def test_everybody_sees_their_own_only(near: World) -> None:
    async def body() -> None:
        mine, theirs = await near.report(), await near.report(ANYBODY)
        assert (await use(near, "case.search")).data["total"] == 1
        with pytest.raises(NotFound):
            await use(near, "case.get", number=theirs.number)
        assert (await use(near, "case.get", ANYBODY, number=theirs.number)).data["number"] == theirs.number
        with pytest.raises(NotFound):
            await use(near, "case.get", number="../../requests/x")
        assert mine.number != theirs.number

    near.run(body)


def test_search_reads_words_and_never_drops_a_filter(near: World) -> None:
    async def body() -> None:
        await near.report()
        assert (await use(near, "case.search", category="井盖", district="江汉", status="待受理")).data["total"] == 1
        assert (await use(near, "case.search", status="结案")).data["total"] == 0
        none = await use(near, "case.search", category="路灯", status="open", since="2026-09-01", until="2026-09-01")
        assert none.said == "没有查到符合条件的案件。查的是：路灯、未办结、2026年9月1日。"
        assert (await use(near, "case.search", who=OTHER)).said == "没有查到符合条件的案件。"
        for wrong in ({"category": "飞碟"}, {"district": "朝阳区"}, {"since": "某天"}, {"status": "飞走了"}):
            with pytest.raises(ToolError):
                await use(near, "case.search", **wrong)

    near.run(body)


def test_place_tools_answer_and_ask(near: World) -> None:
    async def body() -> None:
        assert "洪山区" in (await use(near, "geocode", address="光谷广场B口")).said
        assert "没有找到" in (await use(near, "geocode", address="火星路")).said
        assert "黄陂区李集街道、" in (await use(near, "geocode", address="李集街道")).said
        grid = await use(near, "grid.locate", address="归元寺")
        assert grid.data["code"] in grid.said
        with pytest.raises(NeedsAnswer):
            await use(near, "grid.locate", address="青山区")
        with pytest.raises(NotFound):
            await use(near, "grid.locate", address="北京", lon=116.4, lat=39.9)
        assert "E0406" in (await use(near, "category.search", description="路面积水")).said

    near.run(body)


def test_every_tool_declares_enough_examples(near: World) -> None:
    for each in case_tools(near.platform) + place_tools(near.platform):
        spec = spec_of(each)
        assert len(set(spec.examples)) >= (30 if each.name.startswith("case.") else 12), each.name
        assert spec.title
        assert spec.say
        assert each.description
        assert spec.effect == ("write" if each.name in ("case.create", "case.urge") else "read")
