"""The platform's rules for cases: visits, limits, approvals, supervision, merging, linked reports, urging."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tools import (
    Case,
    CaseQuery,
    Conflict,
    NotAllowed,
    NotFound,
    Photo,
    Principal,
    Step,
    ToolError,
    Visit,
)

from .test_tools_platform import ALL, PICTURES, ROLES, SUPERVISOR, UNIT, advance, move
from .test_tools_world import ANYBODY, CITIZEN, CROSSING, OTHER, World, give_near, give_world  # noqa: F401


def grid_of(case: Case) -> Principal:
    return Principal("grid-9", frozenset(("grid",)), grids=(case.duty_grid or "",))


async def at_state(world: World, state: str, who: Principal = CITIZEN) -> Case:
    made = await world.report(who)
    await advance(world, made.number, state)
    return await world.cases.get(made.number, SUPERVISOR)


def test_a_report_of_a_known_problem_is_linked(world: World) -> None:
    """Same kind, open, at most 50 m and 7 days away: one case, two reporters, each reads their own words."""

    async def body() -> None:
        first = await world.report(CITIZEN, replace(CROSSING, contact_phone="13800000001"))
        near = replace(CROSSING, lon=CROSSING.lon + 0.0004, category_code="C0103", description="雨水井盖破了")
        key = world.key()
        second = await world.cases.create(near, OTHER, key)
        assert (second.number, second.linked, second.report_count) == (first.number, True, 2)
        assert second.description == "雨水井盖破了"
        assert second.reporter is second.contact_phone is None
        assert await world.cases.create(near, OTHER, key) == second
        assert (await world.cases.get(first.number, OTHER)).description == "雨水井盖破了"
        assert (await world.cases.get(first.number, CITIZEN)).description == CROSSING.description
        assert (await world.cases.urge(first.number, OTHER, world.key())).urge_count == 1
        assert [each.text for each in await world.cases.notices(OTHER)] == [f"您的上报已并入案件 {first.number}。"]
        assert await world.cases.notices(CITIZEN) == []
        with pytest.raises(NotFound):
            await world.cases.get(first.number, ANYBODY)

    world.run(body)
    assert len(world.rows()) == 1
    assert len(world.rows("reports")) == 2


@pytest.mark.parametrize("change", ["far", "late", "kind", "closed"])
def test_a_report_of_another_problem_is_a_case_of_its_own(near: World, change: str) -> None:
    async def body() -> None:
        first = await near.report(draft=CROSSING)
        again = CROSSING
        if change == "far":
            again = replace(CROSSING, lon=CROSSING.lon + 0.0006)  # 57 m
        if change == "kind":
            again = replace(CROSSING, category_code="E0406")
        if change == "late":
            near.wait(days=7, seconds=1)
        if change == "closed":
            await advance(near, first.number, "closed")
        second = await near.report(OTHER, again)
        assert second.number != first.number
        assert not second.linked

    near.run(body)


def test_a_linked_reporter_sees_nothing_of_the_first_one(near: World) -> None:
    async def body() -> None:
        await near.report(
            CITIZEN, replace(CROSSING, contact_phone="13800000001", photos=(Photo("near", "https://p/9"),))
        )
        await near.report(OTHER, replace(CROSSING, description="我也看到了"))
        seen = (await near.cases.search(_query(), OTHER)).cases[0]
        assert (seen.reporter, seen.contact_phone, seen.photos, seen.description) == (None, None, (), "我也看到了")
        grid_member_elsewhere = replace(OTHER, roles=frozenset(("grid",)), grids=("420102001001000",))
        seen = await near.cases.get(seen.number, grid_member_elsewhere)
        assert (seen.reporter, seen.contact_phone) == (None, None)

    near.run(body)


def _query(**given: Any) -> CaseQuery:
    return CaseQuery(**given)


def test_similar_cases_are_public_without_who_reported(near: World) -> None:
    async def body() -> None:
        made = await near.report(draft=replace(CROSSING, description="我叫张三"))
        point = (CROSSING.lon or 0, CROSSING.lat or 0)
        found = await near.cases.similar("C0101", point, within_m=200, days=30)
        assert [(each.number, each.distance_m) for each in found] == [(made.number, 0)]
        assert "张三" not in str(found)
        assert await near.cases.similar("E0406", point, within_m=200, days=30) == []
        far = (point[0] + 0.0022, point[1])  # 211 m
        assert await near.cases.similar("C0114", far, within_m=200, days=30) == []
        near.wait(days=31)
        assert await near.cases.similar("C0114", point, within_m=200, days=30) == []
        with pytest.raises(ToolError):
            await near.cases.similar("X", point, within_m=200, days=30)

    near.run(body)


def test_a_self_handled_report_is_closed_with_two_pictures(near: World) -> None:
    async def body() -> None:
        member = grid_of(await near.report())
        draft = replace(CROSSING, category_code="E0504", photos=PICTURES, self_handled=True)
        with pytest.raises(NotAllowed):
            await near.report(CITIZEN, draft)
        with pytest.raises(ToolError, match="照片"):
            await near.report(member, replace(draft, photos=PICTURES[:1]))
        made = await near.report(member, draft)
        assert (made.status, made.self_handled, made.closed_at) == ("closed", True, made.reported_at)
        assert [each.type for each in made.photos] == ["before", "after"]

    near.run(body)


def test_the_street_verifies_and_the_desk_decides(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "verifying")
        member = grid_of(case)
        assert [(each.kind, each.case_number) for each in await near.cases.tasks(member)] == [("verify", case.number)]
        with pytest.raises(Conflict, match="现场结果"):
            await move(near, case.number, "accepted", ROLES["acceptor"])
        with pytest.raises(NotAllowed, match="值班长"):
            await move(near, case.number, "accepted", ROLES["acceptor"], forced=True)
        with pytest.raises(ToolError, match="结果只能是"):
            await near.cases.visit(case.number, "verify", Visit("pass"), member, near.key())
        for who in (CITIZEN, ROLES["dispatcher"]):
            with pytest.raises(NotAllowed):
                await near.cases.visit(case.number, "verify", Visit("exist"), who, near.key())
        seen = Visit("exist", "井盖缺一半", (Photo("near", "https://p/3", 114.2, 30.5, "2026-09-01T09:00:00+08:00"),))
        done = await near.cases.visit(case.number, "verify", seen, member, near.key())
        assert (done.status, done.verify_result, done.photos[-1:]) == ("verifying", "exist", seen.photos)
        assert await near.cases.tasks(member) == []
        with pytest.raises(Conflict, match="任务"):
            await near.cases.visit(case.number, "verify", seen, member, near.key())
        assert (await move(near, case.number, "accepted", ROLES["acceptor"])).status == "accepted"

    near.run(body)
    task = near.rows("tasks")[0]
    assert (task["status"], task["result"], task["due_at"]) == ("done", "exist", "2026-09-01T10:40:00+08:00")


def test_closing_needs_a_passed_check_or_the_supervisors_word(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "feedback")
        with pytest.raises(Conflict, match="核查结果"):
            await move(near, case.number, "closed", SUPERVISOR)
        await near.cases.visit(case.number, "check", Visit("not_pass"), grid_of(case), near.key())
        with pytest.raises(Conflict):
            await move(near, case.number, "closed", SUPERVISOR)
        again = await move(near, case.number, "rework", SUPERVISOR)
        assert (again.rework_count, again.reason) == (1, "原因")
        await move(near, case.number, "feedback", UNIT)
        await near.cases.visit(case.number, "check", Visit("pass"), grid_of(case), near.key())
        closed = await move(near, case.number, "closed", SUPERVISOR)
        assert (closed.status, closed.forced_close, closed.check_result) == ("closed", False, "pass")
        forced = await at_state(near, "feedback")
        with pytest.raises(ToolError, match="特批"):
            await move(near, forced.number, "closed", SUPERVISOR, forced=True, reason=None)
        assert (await move(near, forced.number, "closed", SUPERVISOR, forced=True)).forced_close

    near.run(body)


def test_the_limit_comes_from_the_standard_and_runs_from_dispatch(near: World) -> None:
    """A manhole cover: 4 urgent hours. A shop on the pavement: 4 work hours. Both are demonstration rules."""

    async def body() -> None:
        cover = await at_state(near, "dispatched")
        assert (cover.standard_id, cover.limit_kind, cover.urgent) == ("DEMO-C0114-1", "urgent_hour", True)
        assert cover.deadline_at == "2026-09-01T12:40:00+08:00"
        assert "演示" in (cover.limit_source or "")
        shop = await near.report(draft=replace(CROSSING, category_code="E0504"))
        near.wait(hours=2, minutes=20)  # 11:00
        await advance(near, shop.number, "dispatched")
        seen = await near.cases.get(shop.number, SUPERVISOR)
        assert seen.deadline_at == "2026-09-01T17:00:00+08:00"  # 1 h, lunch, 3 h
        assert not seen.overdue
        near.wait(hours=6, minutes=1)
        assert (await near.cases.get(shop.number, SUPERVISOR)).overdue

    near.run(body)


def test_what_runs_out_is_found_before_the_offices_close(near: World) -> None:
    async def found(due: str) -> list[str]:
        return [each.number for each in (await near.cases.search(_query(due=due), SUPERVISOR)).cases]

    async def body() -> None:
        cover = await at_state(near, "dispatched")  # until 12:40
        lamp = await near.report(draft=replace(CROSSING, category_code="C0118"))
        await advance(near, lamp.number, "dispatched")  # one work day: until 17:30 tomorrow
        assert await found("today") == [cover.number]
        assert await found("overdue") == []
        near.wait(hours=5)  # 13:40
        assert (await found("overdue"), await found("today"), await found("day")) == ([cover.number], [], [])
        near.wait(hours=5)  # 18:40
        assert await found("day") == [lamp.number]
        await move(near, cover.number, "processing", UNIT)
        await move(near, cover.number, "feedback", UNIT)
        assert await found("overdue") == []

    near.run(body)


def test_a_returned_case_needs_a_basis_to_go_back_to_the_same_unit(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "dispatched")
        with pytest.raises(ToolError, match="依据"):
            await move(near, case.number, "returned", UNIT, basis=None)
        back = await move(near, case.number, "returned", UNIT)
        assert (back.return_count, back.return_basis) == (1, "权属单位是另一家")
        with pytest.raises(ToolError, match="新的依据"):
            await move(near, case.number, "dispatched", SUPERVISOR, basis=None)
        other = await move(near, case.number, "dispatched", SUPERVISOR, basis=None, department="江汉区水务站")
        assert other.department == "江汉区水务站"

    near.run(body)


def test_an_extension_is_asked_for_and_decided(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        ask = {"kind": "extend", "reason": "等配件", "value": 2}
        for who in (SUPERVISOR, replace(UNIT, department="另一个单位")):
            with pytest.raises((NotAllowed, NotFound)):
                await near.cases.ask(case.number, ask, who, near.key())
        waiting = await near.cases.ask(case.number, ask, UNIT, near.key())
        with pytest.raises(Conflict, match="等待审批"):
            await near.cases.ask(case.number, ask, UNIT, near.key())
        with pytest.raises(NotAllowed):
            await near.cases.decide(waiting.id, True, None, UNIT, near.key())
        done = await near.cases.decide(waiting.id, True, None, SUPERVISOR, near.key())
        assert done.status == "approved"
        with pytest.raises(Conflict):
            await near.cases.decide(waiting.id, False, None, SUPERVISOR, near.key())
        longer = await near.cases.get(case.number, UNIT)
        assert (longer.deadline_at, longer.extension_count) == ("2026-09-01T14:40:00+08:00", 1)
        assert [each.text for each in await near.cases.notices(UNIT)] == [f"案件 {case.number} 的延期申请：同意。"]
        refused = await near.cases.ask(case.number, ask, UNIT, near.key())
        await near.cases.decide(refused.id, False, "不能再拖", SUPERVISOR, near.key())
        assert (await near.cases.get(case.number, UNIT)).deadline_at == longer.deadline_at

    near.run(body)


def test_a_suspended_case_keeps_the_time_it_had_left(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")  # 4 urgent hours, until 12:40
        near.wait(hours=1)
        ask = await near.cases.ask(case.number, {"kind": "suspend", "reason": "等资金"}, UNIT, near.key())
        await near.cases.decide(ask.id, True, None, SUPERVISOR, near.key())
        resting = await near.cases.get(case.number, SUPERVISOR)
        assert (resting.status, resting.reason) == ("suspended", "等资金")
        near.wait(days=3)
        back = await move(near, case.number, "processing", SUPERVISOR)
        assert back.deadline_at == "2026-09-04T12:40:00+08:00"
        assert back.suspended_at is None

    near.run(body)


def test_supervision_flags_all_or_none(near: World) -> None:
    async def body() -> None:
        first, second, closed = [await at_state(near, state) for state in ("processing", "reported", "closed")]
        with pytest.raises(Conflict):
            await near.cases.supervise([first.number, closed.number], "超期", SUPERVISOR, near.key())
        assert not [row for row in near.rows() if row["supervised"]]
        with pytest.raises(NotAllowed):
            await near.cases.supervise([first.number], "超期", UNIT, near.key())
        done = await near.cases.supervise([first.number, second.number], "超期", SUPERVISOR, near.key())
        assert done == (first.number, second.number)
        assert (await near.cases.search(_query(supervised=True), SUPERVISOR)).total == 2

    near.run(body)


def test_merging_keeps_the_earliest_and_tells_the_others(near: World) -> None:
    async def body() -> None:
        first = await near.report(CITIZEN)
        near.wait(minutes=5)
        second = await near.report(OTHER)
        wrong = await near.report(draft=replace(CROSSING, category_code="E0406"))
        with pytest.raises(ToolError, match="同一类"):
            await near.cases.merge([first.number, wrong.number], None, SUPERVISOR, near.key())
        with pytest.raises(ToolError):
            await near.cases.merge([first.number, first.number.lower()], None, SUPERVISOR, near.key())
        with pytest.raises(NotAllowed):
            await near.cases.merge([first.number, second.number], None, ROLES["dispatcher"], near.key())
        done = await near.cases.merge([second.number, first.number], None, SUPERVISOR, near.key())
        assert (done.master.number, done.merged, done.master.report_count) == (first.number, (second.number,), 2)
        theirs = await near.cases.get(second.number, OTHER)
        assert (theirs.status, theirs.status_name, theirs.merged_into) == ("void", "已并案", first.number)
        assert (await near.cases.get(first.number, OTHER)).status == "reported"
        assert second.number in (await near.cases.notices(OTHER))[0].text
        assert await near.cases.notices(CITIZEN) == []
        with pytest.raises(Conflict):
            await near.cases.merge([first.number, second.number], None, SUPERVISOR, near.key())

    near.run(body)


def test_a_case_that_changed_since_it_was_looked_at_is_not_moved(near: World) -> None:
    async def body() -> None:
        seen = await at_state(near, "accepted")
        near.wait(minutes=1)
        await near.cases.supervise([seen.number], "重点", SUPERVISOR, near.key())
        with pytest.raises(Conflict, match="有了变化"):
            await near.cases.move(seen.number, Step("filed", version=seen.updated_at), SUPERVISOR, near.key())
        now = await near.cases.get(seen.number, SUPERVISOR)
        moved = await near.cases.move(seen.number, Step("filed", version=now.updated_at), SUPERVISOR, near.key())
        assert moved.status == "filed"

    near.run(body)


def test_every_write_happens_once_under_its_key(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        other = await near.report()
        ask = {"kind": "extend", "reason": "等配件", "value": 2}
        for call in (
            lambda key: near.cases.ask(case.number, ask, UNIT, key),
            lambda key: near.cases.supervise([case.number], "超期", SUPERVISOR, key),
            lambda key: near.cases.urge(other.number, CITIZEN, key),
            lambda key: near.cases.merge([case.number, other.number], None, SUPERVISOR, key),
        ):
            key = near.key()
            before = len(near.rows("changes"))
            results = await asyncio.gather(*[call(key) for _ in range(3)])
            assert results[0] == results[1] == results[2]
            assert 1 <= len(near.rows("changes")) - before <= 2

    near.run(body)


@pytest.mark.parametrize("role", ["anonymous", "citizen", "developer", "operator", "acceptor", "dispatcher"])
def test_who_may_not_measure_approve_or_watch(near: World, role: str) -> None:
    async def body() -> None:
        case = await at_state(near, "processing")
        who = ROLES[role]
        for call in (
            lambda: near.cases.supervise([case.number], "超期", who, near.key()),
            lambda: near.cases.merge([case.number, case.number], None, who, near.key()),
            lambda: near.cases.decide(1, True, None, who, near.key()),
            lambda: near.cases.ask(case.number, {"kind": "suspend", "reason": "等资金"}, who, near.key()),
        ):
            with pytest.raises((NotAllowed, NotFound)):
                await call()
        if role not in ("acceptor", "dispatcher"):
            with pytest.raises(NotAllowed):
                await near.cases.tasks(who)

    near.run(body)
    assert near.rows()[0]["supervised"] == 0


def test_one_person_in_all_posts_can_take_a_case_through(world: World) -> None:
    """The whole way over both transports, with a return, an extension, a rework and a closing."""

    async def body() -> None:
        case = await world.report()
        for step in (
            "verifying",
            "accepted",
            "filed",
            "dispatched",
            "returned",
            "dispatched",
            "processing",
            "feedback",
        ):
            if step == "accepted":
                await world.cases.visit(case.number, "verify", Visit("exist"), SUPERVISOR, world.key())
            case = await move(world, case.number, step, ALL)
        await world.cases.visit(case.number, "check", Visit("pass"), SUPERVISOR, world.key())
        assert (await move(world, case.number, "closed", ALL)).status_name == "结案"

    world.run(body)
