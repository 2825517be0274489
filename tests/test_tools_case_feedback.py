"""What is said of a case afterwards: people hurt, how satisfied its reporter is, and a department's appeal."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tools import (
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    ToolError,
    case_feedback_tools,
    case_tools,
    run_tool,
    spec_of,
)

from .test_sandbox_cases import at_state
from .test_tools_platform import SUPERVISOR, UNIT, move
from .test_tools_world import ANYBODY, CITIZEN, CROSSING, OTHER, World, give_near, give_world  # noqa: F401


def tools_of(world: World) -> Any:
    return {each.name: each for make in (case_tools, case_feedback_tools) for each in make(world.platform)}


async def prepare(world: World, name: str, who: Any, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(tools_of(world)[name]).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


async def do(world: World, name: str, who: Any, **arguments: Any) -> Any:
    ready = await prepare(world, name, who, **arguments)
    return await run_tool(tools_of(world)[name], ready, world.call(who))


def test_a_closed_case_is_rated_once_by_who_reported_it(world: World) -> None:
    async def body() -> None:
        case = await at_state(world, "closed")
        with pytest.raises(NeedsAnswer) as need:
            await prepare(world, "case.rate", CITIZEN, number=case.number)
        assert "满意" in need.value.choices
        with pytest.raises(NotFound):
            await prepare(world, "case.rate", OTHER, number=case.number, satisfaction="satisfied")
        with pytest.raises(NotAllowed, match="只有上报人"):
            await world.cases.rate(case.number, "satisfied", None, SUPERVISOR, world.key())
        said = (await do(world, "case.rate", CITIZEN, number=case.number, satisfaction="dissatisfied")).said
        assert "不满意" in said
        assert "转人工" in said
        with pytest.raises(Conflict, match="已经评价过"):
            await prepare(world, "case.rate", CITIZEN, number=case.number, satisfaction="satisfied")
        with pytest.raises(Conflict, match="已经评价过"):
            await world.cases.rate(case.number, "satisfied", None, CITIZEN, world.key())
        told = await run_tool(tools_of(world)["case.get"], {"number": case.number}, world.call(CITIZEN))
        assert "上报人评价：不满意" in told.said

    world.run(body)


def test_an_open_case_is_not_rated(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        with pytest.raises(Conflict, match="结案以后"):
            await prepare(near, "case.rate", CITIZEN, number=case.number, satisfaction="satisfied")
        with pytest.raises(Conflict, match="结案以后"):
            await near.cases.rate(case.number, "satisfied", None, CITIZEN, near.key())
        with pytest.raises(ToolError):
            await near.cases.rate(case.number, "wonderful", None, CITIZEN, near.key())

    near.run(body)


@pytest.mark.parametrize(("decision", "status"), [("同意", "approved"), ("不同意", "rejected")])
def test_a_department_appeals_once_and_the_supervisor_decides(near: World, decision: str, status: str) -> None:
    async def body() -> None:
        case = await at_state(near, "feedback")
        with pytest.raises(NeedsAnswer, match="理由"):
            await prepare(near, "case.appeal", UNIT, number=case.number)
        asked = await do(near, "case.appeal", UNIT, number=case.number, reason="当天停电，无法施工")
        assert "等待裁定" in asked.said
        with pytest.raises(Conflict, match="已经申诉过"):
            await prepare(near, "case.appeal", UNIT, number=case.number, reason="再说一次理由")
        again = {"kind": "appeal", "reason": "再说一次理由"}
        with pytest.raises(Conflict, match="已经申诉过"):
            await near.cases.ask(case.number, again, UNIT, near.key())
        with pytest.raises(NeedsAnswer, match="当天停电"):
            await prepare(near, "case.appeal", SUPERVISOR, number=case.number)
        await do(near, "case.appeal", SUPERVISOR, number=case.number, decision=decision)
        found = await near.cases.get(case.number, SUPERVISOR)
        assert (found.appeal_status, found.appeal_reason, found.status) == (status, "当天停电，无法施工", "feedback")

    near.run(body)


def test_an_appeal_has_its_time_and_its_people(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        with pytest.raises(Conflict, match="不能申诉"):
            await prepare(near, "case.appeal", UNIT, number=case.number, reason="还没做完")
        with pytest.raises(Conflict, match="没有等待裁定"):
            await prepare(near, "case.appeal", SUPERVISOR, number=case.number, decision="同意")
        for who in (CITIZEN, ANYBODY):
            with pytest.raises(NotAllowed):
                await run_tool(tools_of(near)["case.appeal"], {"number": case.number}, near.call(who))

    near.run(body)


def test_people_hurt_make_a_case_urgent(near: World) -> None:
    async def body() -> None:
        hurt = await near.report(CITIZEN, replace(CROSSING, casualties=2))
        assert (hurt.urgent, hurt.casualties) == (True, 2)
        await move(near, hurt.number, "accepted", SUPERVISOR)
        assert (await move(near, hurt.number, "filed", SUPERVISOR)).urgent
        told = await run_tool(tools_of(near)["case.get"], {"number": hurt.number}, near.call(CITIZEN))
        assert "2 人伤亡" in told.said
        with pytest.raises(ToolError):
            await near.report(CITIZEN, replace(CROSSING, lon=CROSSING.lon + 0.01, casualties=-1))

    near.run(body)


def test_the_tools_declare_what_the_desk_needs(near: World) -> None:
    found = tools_of(near)
    assert len(set(spec_of(found["case.rate"]).examples)) >= 30
    assert len(set(spec_of(found["case.appeal"]).examples)) >= 15
    assert spec_of(found["case.rate"]).roles == {"anonymous", "citizen"}
    assert spec_of(found["case.appeal"]).roles == {"department", "supervisor"}
    assert "casualties" in spec_of(found["case.create"]).slots
