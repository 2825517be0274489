"""The platform and its client: signatures, idempotency, failures, who sees what, the life of a case."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Coroutine
from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from tools import (
    STATES,
    TRANSITIONS,
    Case,
    CaseQuery,
    Cases,
    Conflict,
    NotAllowed,
    NotFound,
    Photo,
    Platform,
    Principal,
    Step,
    ToolError,
    Unavailable,
    Visit,
)
from tools.unified.assertion import HEADER, assert_principal
from tools.unified.signing import Signed, sign_headers

from .test_tools_world import ANYBODY, APP, CITIZEN, CROSSING, OTHER, SECRET, World, give_near, give_world  # noqa: F401

CASES = "POST /api/v1/cases"
SUPERVISOR = Principal("supervisor-1", frozenset(("supervisor",)))
ROLES = {
    name: Principal(f"{name}-9", frozenset((name,)))
    for name in ("anonymous", "citizen", "acceptor", "dispatcher", "supervisor", "developer", "operator")
}
UNIT = Principal("unit-9", frozenset(("department",)), department="江汉区市政维修所")


def headers(method: str, path: str, *, secret: str = SECRET, age_s: float = 0, **more: str) -> dict[str, str]:
    signed = Signed(method, path, (), more.pop("body", "").encode())
    person = assert_principal(CITIZEN, APP, SECRET)
    return {**sign_headers(signed, APP, secret, now=lambda: time.time() - age_s), HEADER: person, **more}


async def code_of(world: World, method: str, path: str, given: dict[str, str], body: str = "") -> tuple[int, str]:
    async with world.raw() as http:
        answer = await http.request(method, path, headers=given, content=body.encode())
    found = answer.json()
    assert set(found) >= {"code", "message", "data", "request_id"}
    return answer.status_code, found["code"]


def test_bad_stale_and_replayed_requests_are_refused(world: World) -> None:
    path = "/api/v1/cases/WH1"

    async def body() -> None:
        assert await code_of(world, "GET", path, headers("GET", path, secret="wrong")) == (401, "40101")
        assert await code_of(world, "GET", path, {}) == (401, "40101")
        assert await code_of(world, "GET", path + "?x=1", headers("GET", path)) == (401, "40101")
        for age in (301, -301):
            assert await code_of(world, "GET", path, headers("GET", path, age_s=age)) == (401, "40102")
        good = headers("GET", path)
        assert await code_of(world, "GET", path, good) == (404, "40401")
        assert await code_of(world, "GET", path, good) == (401, "40103")

    world.run(body)


def test_a_body_that_was_changed_is_refused(near: World) -> None:
    text = json.dumps(CROSSING.body())
    given = headers("POST", "/api/v1/cases", body=text, **{"Idempotency-Key": "k", "Content-Type": "application/json"})

    async def body() -> None:
        assert await code_of(near, "POST", "/api/v1/cases", given, text.replace("C0114", "C0101")) == (401, "40101")

    near.run(body)
    assert near.rows() == []


def test_a_forged_person_is_refused(near: World) -> None:
    path = "/api/v1/cases/WH1"
    forged = {**headers("GET", path), HEADER: assert_principal(SUPERVISOR, APP, "another secret")}
    other_app = {**headers("GET", path), HEADER: assert_principal(SUPERVISOR, "other", SECRET)}
    nobody = {name: value for name, value in headers("GET", path).items() if name != HEADER}

    async def body() -> None:
        assert await code_of(near, "GET", path, forged) == (401, "40101")
        assert await code_of(near, "GET", path, other_app) == (401, "40101")
        assert await code_of(near, "GET", path, nobody) == (403, "40301")

    near.run(body)


def test_a_wrong_secret_is_an_operating_fault(near: World) -> None:
    client = Platform(base_url=near.url, app_key=APP, secret="wrong", transport=near.transport)
    with pytest.raises(Unavailable):
        near.run(lambda: Cases(client).get("WH1", CITIZEN))


def test_it_works_mounted_below_a_path(near: World) -> None:
    outside = FastAPI()
    outside.mount("/sandbox", near.sandbox.app)
    transport = httpx.ASGITransport(app=outside)
    client = Platform(base_url="http://x/sandbox", app_key=APP, secret=SECRET, transport=transport)

    async def body() -> None:
        made = await Cases(client).create(CROSSING, CITIZEN, "k")
        assert await Cases(client).get(made.id, CITIZEN) == made
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            assert len((await http.get("/sandbox/open311/v2/requests.json")).json()) == 1

    near.run(body)


def test_the_same_key_gives_the_same_case(world: World) -> None:
    async def body() -> None:
        first = await world.cases.create(CROSSING, CITIZEN, "k")
        assert await world.cases.create(CROSSING, CITIZEN, "k") == first
        with pytest.raises(Conflict):
            await world.cases.create(replace(CROSSING, description="别的事"), CITIZEN, "k")
        with pytest.raises(Conflict):
            await world.cases.create(CROSSING, OTHER, "k")
        assert await world.platform.find_request("k") is True
        assert await world.platform.find_request("unknown") is False

    world.run(body)
    assert len(world.rows()) == 1


def test_concurrent_posts_with_one_key_make_one_case(world: World) -> None:
    async def body() -> list[Case]:
        return await asyncio.gather(*[world.cases.create(CROSSING, CITIZEN, "k") for _ in range(8)])

    assert len({case.number for case in world.run(body)}) == 1
    assert len(world.rows()) == 1


def test_numbers_count_up_within_a_day(near: World) -> None:
    async def body() -> list[str]:
        made = [(await near.report()).number for _ in range(2)]
        near.wait(days=1)
        return [*made, (await near.report()).number]

    assert near.run(body) == ["WH20260901000001", "WH20260901000002", "WH20260902000001"]


@pytest.mark.parametrize(
    "kind", ["timeout_after_commit", "latency", "http_500", "error_body", "malformed", "rate_limit"]
)
def test_a_write_without_an_answer_ends_in_one_case(world: World, kind: str) -> None:
    world.fault(kind, CASES, seconds=1.3)
    made = world.run(lambda: world.cases.create(CROSSING, CITIZEN, "k"))
    assert [row["number"] for row in world.rows()] == [made.number]


def test_a_write_is_not_sent_again_when_the_key_cannot_be_looked_up(near: World) -> None:
    near.fault("timeout_after_commit", CASES, seconds=5)
    near.fault("http_500", "GET /api/v1/requests/*", times=9)
    with pytest.raises(Unavailable):
        near.run(lambda: near.cases.create(CROSSING, CITIZEN, "k"))
    assert len(near.rows()) == 1


def test_reads_are_tried_three_times(world: World) -> None:
    async def body() -> None:
        made = await world.report()
        world.fault("http_500", "GET /api/v1/cases/*", times=2)
        assert await world.cases.get(made.number, CITIZEN) == made
        world.fault("error_body", "GET /api/v1/cases/*", times=3)
        with pytest.raises(Unavailable):
            await world.cases.get(made.number, CITIZEN)

    world.run(body)


def test_a_dripping_body_meets_the_total_deadline(world: World) -> None:
    world.fault("drip", "GET /api/v1/geocode", seconds=0.04)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        world.run(lambda: world.platform.geocode("光谷广场"))
    assert time.monotonic() - began < 3


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
