"""Calls to the platform: signatures and replays, one case per key, lost answers, slow and broken replies."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from tools import (
    Case,
    Cases,
    Conflict,
    Platform,
    Unavailable,
)
from tools.unified.assertion import HEADER, assert_principal
from tools.unified.signing import Signed, sign_headers

from .test_tools_platform import SUPERVISOR
from .test_tools_world import APP, CITIZEN, CROSSING, OTHER, SECRET, World, give_near, give_world  # noqa: F401

CASES = "POST /api/v1/cases"


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
    world.fault(kind, CASES, seconds=1.9)
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
    world.fault("drip", "GET /api/v1/geocode", seconds=0.08)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        world.run(lambda: world.platform.geocode("光谷广场"))
    assert time.monotonic() - began < 6
