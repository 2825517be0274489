"""The staff tools of cases: what they ask, what they refuse early, what they say."""

from __future__ import annotations

import asyncio
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
    case_approval_tools,
    case_centre_tools,
    case_resume_tools,
    case_rule_tools,
    case_tools,
    case_visit_tools,
    metric_tools,
    run_tool,
    spec_of,
    staff_case_tools,
)
from tools.case_steps import case_numbers, department_in

from .test_sandbox_cases import at_state, grid_of
from .test_tools_platform import ROLES, SUPERVISOR, UNIT
from .test_tools_world import CITIZEN, CROSSING, OTHER, World, give_near, give_world  # noqa: F401

STAFF_TOOLS = {
    "case.accept": {"acceptor", "supervisor"},
    "case.file": {"supervisor"},
    "case.dispatch": {"dispatcher", "supervisor"},
    "case.return": {"department"},
    "case.feedback": {"department"},
    "case.close": {"supervisor", "grid"},
    "case.rework": {"supervisor"},
    "case.void": {"acceptor", "supervisor"},
    "case.verify": {"grid", "acceptor", "supervisor"},
    "case.check": {"grid", "supervisor"},
    "task.list": {"grid", "acceptor", "supervisor"},
    "case.extend": {"department", "supervisor"},
    "case.suspend": {"department", "supervisor"},
    "case.resume": {"dispatcher", "supervisor"},
    "case.supervise": {"supervisor"},
    "case.merge": {"supervisor"},
    "metric.query": {"supervisor", "department"},
    "report.draft": {"supervisor", "department"},
}


def all_tools(world: World) -> dict[str, BaseTool]:
    makers = (
        case_tools, staff_case_tools, case_visit_tools, case_approval_tools, case_centre_tools, case_rule_tools,
        metric_tools, case_resume_tools,
    )  # fmt: skip
    return {each.name: each for make in makers for each in make(world.platform)}


async def prepare(world: World, name: str, who: Principal, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(all_tools(world)[name]).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


async def do(world: World, name: str, who: Principal, **arguments: Any) -> Any:
    """Prepared as the desk does it, then run with exactly what was confirmed."""
    ready = await prepare(world, name, who, **arguments)
    return await run_tool(all_tools(world)[name], ready, world.call(who))


async def read(world: World, name: str, who: Principal = CITIZEN, **arguments: Any) -> Any:
    return await run_tool(all_tools(world)[name], arguments, world.call(who))


def test_a_case_goes_its_way_through_the_tools(world: World) -> None:
    async def body() -> None:
        number = (await world.report()).number
        said = (await do(world, "case.verify", ROLES["acceptor"], number=number)).said
        assert "已发出核实任务" in said
        member = grid_of(await world.cases.get(number, SUPERVISOR))
        tasks = await read(world, "task.list", member)
        assert number in tasks.said
        assert "核实" in tasks.said
        assert "问题存在" in (await do(world, "case.verify", member, number=number, result="属实")).said
        await do(world, "case.accept", ROLES["acceptor"], number=number)
        filed = await do(world, "case.file", SUPERVISOR, number=number)
        assert "4个紧急工作时（演示规则" in filed.said
        sent = await do(
            world, "case.dispatch", ROLES["dispatcher"], number=number, department=f"派给{UNIT.department}吧"
        )
        assert UNIT.department in sent.said
        assert "2026年9月1日12:40" in sent.said
        assert "处理中" in (await do(world, "case.feedback", UNIT, number=number)).said
        asked = await do(world, "case.extend", UNIT, number=number, amount=2, reason="等配件到货")
        assert "2个紧急工作时" in asked.said
        decided = await do(world, "case.extend", SUPERVISOR, number=number, decision="同意")
        assert "2026年9月1日14:40" in decided.said
        await do(world, "case.feedback", UNIT, number=number, note="已更换井盖", photos=["https://p/a"])
        assert "核查不通过" in (await do(world, "case.check", member, number=number, result="没修好")).said
        again = await do(world, "case.rework", SUPERVISOR, number=number, reason="还在响")
        assert "第 1 次返工" in again.said
        await do(world, "case.feedback", UNIT, number=number)
        await do(world, "case.check", member, number=number, result="pass")
        assert "结案" in (await do(world, "case.close", SUPERVISOR, number=number)).said
        told = (await read(world, "case.get", CITIZEN, number=number)).said
        for words in ("结案", "返工 1 次", "核查通过", UNIT.department or "", "演示规则"):
            assert words in told

    world.run(body)


@pytest.mark.parametrize("name", STAFF_TOOLS)
def test_a_staff_tool_is_for_its_posts_only(near: World, name: str) -> None:
    spec = spec_of(all_tools(near)[name])
    assert set(spec.roles) == STAFF_TOOLS[name]
    for role in {"anonymous", "citizen", "developer", "operator"}:
        with pytest.raises(NotAllowed):
            asyncio.run(run_tool(all_tools(near)[name], {}, near.call(ROLES[role])))


def test_every_tool_declares_what_the_desk_needs(near: World) -> None:
    for name, each in all_tools(near).items():
        spec = spec_of(each)
        assert len(set(spec.examples)) >= (15 if name in STAFF_TOOLS else 30), name
        assert spec.say, name
        assert each.description, name
        assert (spec.prepare is not None) == (spec.effect == "write"), name
        assert all(slot.label for slot in spec.slots.values()), name
        assert all(spec.slots[required].ask for required in spec.required), name
        assert spec.confirm == (spec.effect == "write")


def test_a_step_is_refused_before_it_is_proposed(near: World) -> None:
    async def body() -> None:
        number = (await near.report()).number
        with pytest.raises(Conflict, match="不能变为"):
            await prepare(near, "case.file", SUPERVISOR, number=number)
        with pytest.raises(NotAllowed):
            await prepare(near, "case.accept", UNIT_WITH_ALL_SIGHT, number=number)
        with pytest.raises(NotFound):
            await prepare(near, "case.feedback", UNIT, number=number)
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.accept", SUPERVISOR, number="")
        assert asked.value.slot == "number"
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.void", SUPERVISOR, number=number, reason=number)
        assert asked.value.slot == "reason"
        with pytest.raises(Conflict, match="没有等待"):
            await prepare(near, "case.check", SUPERVISOR, number=number, result="pass")
        with pytest.raises(Conflict, match="不能延期"):
            await prepare(near, "case.extend", SUPERVISOR, number=number)

    near.run(body)
    assert near.rows("requests") != []
    assert {row["action"] for row in near.rows("changes")} == {"created"}


UNIT_WITH_ALL_SIGHT = Principal("d", frozenset(("dispatcher",)))


def test_what_was_confirmed_is_not_done_to_a_case_that_changed(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "accepted")
        ready = await prepare(near, "case.file", SUPERVISOR, number=case.number)
        near.wait(minutes=2)
        await near.cases.supervise([case.number], "重点", SUPERVISOR, near.key())
        with pytest.raises(Conflict, match="有了变化"):
            await run_tool(all_tools(near)["case.file"], ready, near.call(SUPERVISOR))

    near.run(body)


def test_a_return_asks_for_reason_and_basis(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "dispatched")
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.return", UNIT, number=case.number, reason="不归我们")
        assert asked.value.slot == "basis"
        given = {"reason": "不归我们", "basis": "井盖属于通信公司"}
        done = await do(near, "case.return", UNIT, number=case.number, **given)
        assert "回退" in done.said
        told = (await read(near, "case.get", SUPERVISOR, number=case.number)).said
        assert "退回依据：井盖属于通信公司" in told
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.dispatch", SUPERVISOR, number=case.number, department=UNIT.department)
        assert asked.value.slot == "basis"
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.dispatch", SUPERVISOR, number=case.number, department="随便哪里")
        assert asked.value.slot == "department"

    near.run(body)


def test_closing_without_a_check_asks_for_the_supervisors_word(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "feedback")
        with pytest.raises(NeedsAnswer, match="核查通过"):
            await prepare(near, "case.close", SUPERVISOR, number=case.number)
        done = await do(near, "case.close", SUPERVISOR, number=case.number, forced=True, reason="现场已拆除")
        assert done.data["forced_close"] is True

    near.run(body)


def test_a_self_handled_report_needs_two_pictures(near: World) -> None:
    async def body() -> None:
        member = grid_of(await near.report())
        given = {"description": "店外经营，已劝离", "address": "香港路和建设大道路口", "self_handled": True}
        with pytest.raises(NotAllowed):
            await prepare(near, "case.create", CITIZEN, **given)
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "case.create", member, **given)
        assert asked.value.slot == "photos"
        done = await do(near, "case.create", member, **given, photos=["https://p/1", "https://p/2"])
        assert "自行处理结案" in done.said

    near.run(body)


def test_a_report_says_beforehand_and_afterwards_that_it_is_linked(near: World) -> None:
    async def body() -> None:
        given = {"description": "路灯不亮", "address": "香港路和建设大道路口"}
        first = await do(near, "case.create", CITIZEN, **given)
        ready = await prepare(near, "case.create", OTHER, **given)
        assert ready["linked_to"] == first.data["number"]
        second = await run_tool(all_tools(near)["case.create"], ready, near.call(OTHER))
        assert second.data["number"] == first.data["number"]
        assert "已并入" in second.said
        assert "2 次上报" in second.said
        near_by = await read(near, "case.similar", OTHER, **given)
        assert first.data["number"] in near_by.said
        assert "0 米" in near_by.said
        assert (
            "没有查到"
            in (await read(near, "case.similar", OTHER, description="路面积水", address=given["address"])).said
        )

    near.run(body)


def test_what_runs_out_today_is_listed_and_supervised(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "dispatched")
        found = await read(near, "case.search", SUPERVISOR, due="今天下班前", since="2026-09-01", until="2026-09-01")
        assert found.data["total"] == 1
        assert "处置时限 2026年9月1日12:40" in found.said
        with pytest.raises(NotFound):
            await prepare(near, "case.supervise", SUPERVISOR, due="overdue")
        near.wait(hours=6)
        ready = await prepare(near, "case.supervise", SUPERVISOR, due="超期", district="江汉区")
        assert (ready["count"], ready["chosen"]) == (1, [case.number])
        done = await run_tool(all_tools(near)["case.supervise"], ready, near.call(SUPERVISOR))
        assert "已督办 1 件" in done.said
        told = (await read(near, "case.get", SUPERVISOR, number=case.number)).said
        assert "已列为督办" in told
        assert "已超过处置时限" in told
        with pytest.raises(NeedsAnswer):
            await prepare(near, "case.supervise", SUPERVISOR)

    near.run(body)


def test_cases_named_in_one_sentence_are_merged(near: World) -> None:
    async def body() -> None:
        first, second = (await near.report()).number, (await near.report(OTHER)).number
        with pytest.raises(NeedsAnswer):
            await prepare(near, "case.merge", SUPERVISOR, numbers=f"{first} 并一下")
        done = await do(near, "case.merge", SUPERVISOR, numbers=f"{second}和{first.lower()}是同一件事，并案")
        assert f"以最早的 {first}" in done.said
        road = replace(CROSSING, category_code="E0504", description="店外经营", lon=114.29)
        other = (await near.report(draft=road)).number
        with pytest.raises(Conflict, match="不是同一类"):
            await prepare(near, "case.merge", SUPERVISOR, numbers=f"{first}、{other} 并案")
        told = (await read(near, "case.get", OTHER, number=second)).said
        assert "已并案" in told
        assert f"已并入案件 {first}" in told

    near.run(body)


def test_a_suspension_is_asked_for_refused_and_ordered(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        asked = await do(near, "case.suspend", UNIT, number=case.number, reason="等专项资金")
        assert "等待值班长审批" in asked.said
        with pytest.raises(NeedsAnswer, match="等专项资金"):
            await prepare(near, "case.suspend", SUPERVISOR, number=case.number)
        refused = await do(near, "case.suspend", SUPERVISOR, number=case.number, decision="不同意")
        assert "未同意" in refused.said
        ordered = await do(near, "case.suspend", SUPERVISOR, number=case.number, reason="汛期后再施工")
        assert "挂账" in ordered.said

    near.run(body)


def test_a_case_that_rested_goes_on(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        with pytest.raises(Conflict, match="没有挂账"):
            await prepare(near, "case.resume", ROLES["dispatcher"], number=case.number)
        await do(near, "case.suspend", SUPERVISOR, number=case.number, reason="等专项资金")
        done = await do(near, "case.resume", ROLES["dispatcher"], number=case.number, reason="资金到位")
        assert "处理中" in done.said
        assert (await near.cases.get(case.number, SUPERVISOR)).suspended_at is None

    near.run(body)


def test_an_extension_is_asked_in_the_unit_of_the_case(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        right, wrong = ("days", "hours") if case.limit_kind in ("work_day", "natural_day") else ("hours", "days")
        with pytest.raises(NeedsAnswer, match="计算"):
            await prepare(near, "case.extend", UNIT, number=case.number, amount=2, unit=wrong, reason="下雨")
        assert (await prepare(near, "case.extend", UNIT, number=case.number, amount=2, unit=right, reason="下雨"))[
            "amount"
        ] == 2

    near.run(body)


def test_a_number_that_is_given_leaves_the_range_of_a_supervision(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        reason = "要求今天下班前办结"
        ready = await prepare(near, "case.supervise", SUPERVISOR, number=case.number, due="today", reason=reason)
        assert (ready["reason"], "due" in ready) == (reason, False)

    near.run(body)


def test_what_was_done_is_on_the_card_and_on_record(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        done = await do(near, "case.feedback", UNIT, number=case.number, note="已换灯泡")
        assert "已换灯泡" in done.said
        assert (await near.cases.get(case.number, SUPERVISOR)).reason == "已换灯泡"
        again = await at_state(near, "dispatched")
        ready = await prepare(near, "case.feedback", UNIT, number=again.number, note="已经围挡")
        assert "反馈" in ready["step"]

    near.run(body)


def test_standards_and_the_calendar_say_what_they_are(near: World) -> None:
    async def body() -> None:
        told = (await read(near, "standard.get", category="暴露垃圾")).said
        assert "其他城市示例（济源市），不是武汉的规定" in told
        assert "1个工作日" in told
        with pytest.raises(NeedsAnswer):
            await read(near, "standard.get", category="心情不好")
        holiday = (await read(near, "calendar", day="2026-10-01")).said
        assert "不是工作日（国庆节放假）" in holiday
        assert "下一个工作日是10月8日" in holiday
        assert "调休上班" in (await read(near, "calendar", day="2026-10-10")).said
        counted = (await read(near, "calendar", day="2026-09-23", amount=5, unit="工作日")).said
        assert "2026年10月8日17:30" in counted
        assert "还没有收录" in (await read(near, "calendar", day="2027-01-04")).said
        with pytest.raises(NeedsAnswer):
            await read(near, "calendar", amount=5)
        with pytest.raises(NeedsAnswer, match="多少个工作日"):
            await read(near, "calendar", unit="work_day")
        for wrong in ({"amount": 5000, "unit": "工作日"}, {"day": "某天"}):
            with pytest.raises(ToolError):
                await read(near, "calendar", **wrong)

    near.run(body)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("派给江汉区市政维修所", "江汉区市政维修所"),
        ("把 WH20260510000011 派到洪山区环卫所去处理", "洪山区环卫所"),
        ("改派水务站", "水务站"),
        ("让武昌区城管执法大队负责", "武昌区城管执法大队"),
        ("江岸区园林管理所", "江岸区园林管理所"),
        ("WH20260510000011 派遣汉阳区环卫所处置", "汉阳区环卫所"),
        ("街道口那件 WH20260510000011 转洪山区城管执法大队", "洪山区城管执法大队"),
        ("派遣这个案件", None),
        ("", None),
    ],
)
def test_a_unit_is_found_in_what_was_said(said: str, unit: str | None) -> None:
    assert department_in(said) == unit


def test_case_numbers_are_found_in_what_was_said() -> None:
    text = "wh20260510000011、WH 20260510000012 和 WH20260510000011，还有 WH123"
    assert case_numbers(text) == ["WH20260510000011", "WH20260510000012"]
