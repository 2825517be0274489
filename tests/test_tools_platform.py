"""The rules of the platform: who sees what, the life of a case, exact filters."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tools import (
    STATES,
    TRANSITIONS,
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

from .test_tools_world import ANYBODY, CITIZEN, CROSSING, OTHER, World, give_near, give_world  # noqa: F401

SUPERVISOR = Principal("supervisor-1", frozenset(("supervisor",)))
ROLES = {
    name: Principal(f"{name}-9", frozenset((name,)))
    for name in ("anonymous", "citizen", "acceptor", "dispatcher", "supervisor", "developer", "operator")
}
UNIT = Principal("unit-9", frozenset(("department",)), department="江汉区市政维修所")


def visible(world: World, who: Principal, number: str) -> bool:
    async def body() -> bool:
        page = await world.cases.search(CaseQuery(), who)
        try:
            await world.cases.get(number, who)
        except NotFound:
            assert number not in {case.number for case in page.cases}
            return False
        assert number in {case.number for case in page.cases}
        return True

    return asyncio.run(body())


def test_rows_are_seen_by_whom_they_concern(near: World) -> None:
    made = asyncio.run(near.report())
    asyncio.run(advance(near, made.number, "dispatched"))
    duty = made.duty_grid or ""
    sees = [
        CITIZEN,
        ROLES["acceptor"],
        ROLES["dispatcher"],
        ROLES["supervisor"],
        UNIT,
        Principal("g", frozenset(("grid",)), grids=(duty,)),
    ]
    blind = [
        OTHER,
        ANYBODY,
        ROLES["developer"],
        ROLES["operator"],
        replace(UNIT, department="另一个单位"),
        replace(UNIT, department=None),
        Principal("g", frozenset(("grid",)), grids=("420102001001000",)),
        Principal("c", frozenset(("citizen",)), grids=(duty,), department=UNIT.department),
    ]
    assert [visible(near, who, made.number) for who in sees] == [True] * len(sees)
    assert [visible(near, who, made.number) for who in blind] == [False] * len(blind)


PATHS = {
    "verifying": ("verifying",),
    "accepted": ("accepted",),
    "filed": ("accepted", "filed"),
    "dispatched": ("accepted", "filed", "dispatched"),
    "returned": ("accepted", "filed", "dispatched", "returned"),
    "processing": ("accepted", "filed", "dispatched", "processing"),
    "feedback": ("accepted", "filed", "dispatched", "processing", "feedback"),
    "rework": ("accepted", "filed", "dispatched", "processing", "feedback", "rework"),
    "suspended": ("accepted", "filed", "dispatched", "processing", "suspended"),
    "closed": ("accepted", "filed", "dispatched", "processing", "feedback", "closed"),
    "void": ("void",),
    "reported": (),
}
ALL = replace(UNIT, id="all-9", roles=frozenset(("supervisor", "acceptor", "dispatcher", "department")))
PICTURES = (Photo("before", "https://p/1"), Photo("after", "https://p/2"))
FOUND = {("verifying", "accepted"): "exist", ("verifying", "void"): "not_exist", ("feedback", "closed"): "pass"}


def move(world: World, number: str, to: str, who: Principal, **more: Any) -> Coroutine[Any, Any, Case]:
    given = {"reason": "原因", "basis": "权属单位是另一家", "department": UNIT.department, "photos": PICTURES, **more}
    return world.cases.move(number, Step(to, **given), who, world.key())


async def visit(world: World, number: str, state: str, to: str) -> None:
    """What the next step waits for, found on the spot."""
    if result := FOUND.get((state, to)):
        kind: Any = "verify" if state == "verifying" else "check"
        await world.cases.visit(number, kind, Visit(result), SUPERVISOR, world.key())


async def advance(world: World, number: str, state: str) -> None:
    before = "reported"
    for step in PATHS[state]:
        await visit(world, number, before, step)
        await move(world, number, step, ALL)
        before = step


@pytest.mark.parametrize("state", STATES)
def test_transitions_follow_the_table_for_every_role(near: World, state: str) -> None:
    """Every state × every target × every role: done, refused for the role, or refused for the state."""

    async def body() -> None:
        grid = Principal("grid-9", frozenset(("grid",)))
        people = [ROLES["acceptor"], ROLES["dispatcher"], ROLES["supervisor"], UNIT, grid]
        number = ""
        for to in STATES:
            for turn in range(len(people)):
                if not number:
                    made = await near.report()
                    number, people[-1] = made.number, replace(grid, grids=(made.duty_grid or "",))
                    await advance(near, number, state)
                who = people[turn]
                allowed = TRANSITIONS.get((state, to))
                hidden = who.department and state in ("reported", "verifying", "accepted", "filed", "void")
                if hidden:
                    expected: type[ToolError] | None = NotFound
                else:
                    expected = Conflict if allowed is None else None if who.roles & allowed else NotAllowed
                if expected is not None:
                    with pytest.raises(expected):
                        await move(near, number, to, who)
                else:
                    await visit(near, number, state, to)
                    assert (await move(near, number, to, who)).status == to
                    number = ""

    near.run(body)


def test_outsiders_move_nothing(near: World) -> None:
    async def body() -> None:
        made = await near.report()
        with pytest.raises(NotAllowed):
            await move(near, made.number, "accepted", CITIZEN)
        for name in ("anonymous", "citizen", "developer", "operator"):
            with pytest.raises(NotFound):
                await move(near, made.number, "accepted", ROLES[name])

    near.run(body)
    assert near.rows()[0]["status"] == "reported"


def test_a_step_needs_what_belongs_to_it(near: World) -> None:
    async def body() -> None:
        made = await near.report()
        with pytest.raises(ToolError, match="照片"):
            await move(near, made.number, "closed", SUPERVISOR, photos=PICTURES[:1])
        with pytest.raises(ToolError, match="原因"):
            await move(near, made.number, "void", SUPERVISOR, reason=" ")
        await advance(near, made.number, "filed")
        with pytest.raises(ToolError, match="部门"):
            await move(near, made.number, "dispatched", SUPERVISOR, department=None)
        await move(near, made.number, "dispatched", SUPERVISOR)
        assert near.rows()[0]["dispatched_at"] == "2026-09-01T08:40:00+08:00"

    near.run(body)
    assert [row["action"] for row in near.rows("changes")] == ["created", "accepted", "filed", "dispatched"]


def test_urging_is_for_the_reporter_once_in_a_day(near: World) -> None:
    async def body() -> None:
        made = await near.report(ANYBODY)
        assert (await near.cases.urge(made.number, ANYBODY, near.key())).urge_count == 1
        near.wait(hours=23, minutes=59)
        with pytest.raises(Conflict):
            await near.cases.urge(made.number, ANYBODY, near.key())
        near.wait(minutes=1)
        assert (await near.cases.urge(made.number, ANYBODY, near.key())).urge_count == 2
        with pytest.raises(NotFound):
            await near.cases.urge(made.number, CITIZEN, near.key())
        await advance(near, made.number, "closed")
        near.wait(days=2)
        with pytest.raises(Conflict):
            await near.cases.urge(made.number, ANYBODY, near.key())

    near.run(body)


def test_filters_are_exact(near: World) -> None:
    async def body() -> None:
        first = await near.report()
        near.wait(days=2)
        second = await near.report(
            OTHER, replace(CROSSING, category_code="E0406", description="积水100%", lon=114.398, lat=30.506)
        )

        async def found(**filters: Any) -> set[str]:
            page = await near.cases.search(CaseQuery(**filters), SUPERVISOR)
            assert page.total == len(page.cases)
            return {case.number for case in page.cases}

        assert await found() == {first.number, second.number}
        assert await found(**{"class": "E0406"}) == {second.number}
        assert await found(district="420103") == {first.number}
        assert await found(district="洪山区") == {second.number}
        assert await found(grid=first.grid) == {first.number}
        assert await found(**{"from": "2026-09-02"}) == {second.number}
        assert await found(to="2026-09-01") == {first.number}
        assert await found(text="100%") == {second.number}
        assert await found(text="%_%") == set()
        assert await found(status="open", reporter="me") == set()
        assert await found(status="closed,void") == set()
        for wrong in ({"status": "nonsense"}, {"from": "yesterday"}):
            with pytest.raises(ToolError):
                await found(**wrong)

    near.run(body)


def test_bad_reports_are_refused(near: World) -> None:
    wrong = ({"category_code": "E9999"}, {"lon": 120.0}, {"lat": None}, {"description": " "}, {"crs": "GCJ-02"})

    async def body() -> None:
        for change in wrong:
            with pytest.raises(ToolError):
                await near.report(draft=replace(CROSSING, **change))

    near.run(body)
    assert near.rows() == []


def test_reporter_data_stays_with_reporter_and_staff(near: World) -> None:
    async def body() -> None:
        made = await near.report(draft=replace(CROSSING, contact_phone="13800000000"))
        assert made.contact_phone == "13800000000"
        assert (await near.cases.get(made.number, SUPERVISOR)).contact_phone == "13800000000"

    near.run(body)
