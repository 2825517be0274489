"""Webhooks, reset and snapshots, the national signature, and a client that stops calling what keeps failing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from tools import Case, NotFound, Platform, Unavailable, open_sandbox
from tools.unified.breaker import Breaker
from tools.unified.sandbox import FaultBody
from tools.unified.signing import SIGNERS, Signed, matches, sign_headers
from tools.unified.webhook import Event, read_event

from .test_tools_platform import SUPERVISOR, advance
from .test_tools_world import APP, CITIZEN, SECRET, START, World, give_near, give_world  # noqa: F401

HOOK = "https://desk.example/hooks/city"


class Receiver(httpx.AsyncBaseTransport):
    """An application that listens: keeps what came, answers with the given statuses, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)

    def events(self, secret: str = SECRET) -> list[Event | None]:
        return [read_event(each.headers, each.url.path, each.content, secret) for each in self.requests]


async def signed(world: World, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    content = json.dumps(body).encode() if body else b""
    headers = sign_headers(Signed(method, path, (), content), APP, SECRET)
    async with world.raw() as http:
        answer = await http.request(
            method, path, content=content, headers={**headers, "Content-Type": "application/json"}
        )
    return answer.json()["data"]


async def delivered(world: World, receiver: Receiver, now: float = 0.0) -> int:
    async with httpx.AsyncClient(transport=receiver) as http:
        return await world.sandbox.deliveries.send_due(http, now)


def test_a_change_of_state_is_sent_signed_and_in_sequence(world: World) -> None:
    async def body() -> None:
        receiver = Receiver()
        await world.report()  # before anybody listens
        await signed(world, "PUT", "/api/v1/webhook", {"url": HOOK})
        case = await world.report()
        await advance(world, case.number, "filed")
        assert await delivered(world, receiver) == 3
        assert await delivered(world, receiver) == 0
        events = [each for each in receiver.events() if each]
        assert [each.data["to"] for each in events] == ["reported", "accepted", "filed"]
        assert [each.sequence for each in events] == [2, 3, 4]
        assert {each.type for each in events} == {"case.state_changed"}
        assert events[-1].data["number"] == case.number
        assert CITIZEN.id not in str(events)
        assert receiver.events("another secret") == [None] * 3
        await signed(world, "DELETE", "/api/v1/webhook")
        await advance(world, (await world.report()).number, "void")
        assert await delivered(world, receiver) == 0

    world.run(body)


def test_a_delivery_that_fails_is_sent_again_later(near: World) -> None:
    async def body() -> None:
        receiver = Receiver(500, 503)
        await signed(near, "PUT", "/api/v1/webhook", {"url": HOOK})
        await near.report()
        assert await delivered(near, receiver, 1000.0) == 1
        assert await delivered(near, receiver, 1001.0) == 0
        assert await delivered(near, receiver, 1002.0) == 1
        assert await delivered(near, receiver, 1005.0) == 0
        assert await delivered(near, receiver, 1006.0) == 1
        assert await delivered(near, receiver, 9999.0) == 0
        assert len({each.id for each in receiver.events() if each}) == 1

    near.run(body)
    row = near.rows("deliveries")[0]
    assert (row["attempts"], row["delivered"]) == (3, 1)


def test_duplicates_and_losses_can_be_played_and_made_good(near: World) -> None:
    async def body() -> None:
        receiver = Receiver()
        await signed(near, "PUT", "/api/v1/webhook", {"url": HOOK})
        near.faults.add(FaultBody(match="CALLBACK *", kind="duplicate_delivery"))
        near.faults.add(FaultBody(match="CALLBACK *", kind="dropped_callback"))
        case = await near.report()
        await advance(near, case.number, "accepted")
        await delivered(near, receiver)
        ids = [each.id for each in receiver.events() if each]
        assert len(ids) == 2
        assert len(set(ids)) == 1
        missed = await signed(near, "GET", "/api/v1/events")
        assert [each["data"]["to"] for each in missed] == ["reported", "accepted"]
        assert missed[0]["id"] == ids[0]

    near.run(body)


def test_an_event_that_was_changed_or_is_old_is_not_read() -> None:
    body = json.dumps({"id": "1", "sequence": 1, "type": "t", "at": "x", "data": {}}).encode()
    headers = sign_headers(Signed("POST", "/h", (), body), APP, SECRET)
    assert read_event(headers, "/h", body, SECRET) is not None
    assert read_event(headers, "/h", body + b" ", SECRET) is None
    assert read_event(headers, "/other", body, SECRET) is None
    assert read_event(headers, "/h", body, SECRET, now=lambda: time.time() + 301) is None
    assert read_event({}, "/h", body, SECRET) is None
    odd = sign_headers(Signed("POST", "/h", (), b"[]"), APP, SECRET)
    assert read_event(odd, "/h", b"[]", SECRET) is None


def test_a_snapshot_brings_back_what_was(near: World) -> None:
    async def body() -> Case:
        first = await near.report()
        async with near.raw() as http:
            assert (await http.put("/sandbox/snapshots/a")).status_code == 204
            await advance(near, first.number, "filed")
            await near.report()
            assert (await http.post("/sandbox/snapshots/a/restore")).status_code == 204
            assert (await http.post("/sandbox/snapshots/b/restore")).status_code == 404
            again = await near.cases.get(first.number, SUPERVISOR)
            assert (again.status, len(near.rows())) == ("reported", 1)
            await http.post("/sandbox/reset")
            assert near.rows() == near.rows("changes") == near.rows("serials") == []
            made = await near.report()
            await http.post("/sandbox/reset?demo=true")
            assert len(near.rows()) == 3000
        return made

    assert near.run(body).number == "WH20260901000001"


def test_test_routes_exist_only_for_tests(tmp_path: Path) -> None:
    async def body() -> list[int]:
        transport = httpx.ASGITransport(app=sandbox.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
            posts = [await http.post(f"/sandbox/{name}") for name in ("reset", "deliver", "faults")]
            return [each.status_code for each in (*posts, await http.get("/sandbox/state"))]

    sandbox = open_sandbox(tmp_path, clock=lambda: START, apps={})
    try:
        assert asyncio.run(body()) == [404] * 4
    finally:
        sandbox.close()


def test_both_signature_algorithms_are_accepted(world: World) -> None:
    async def body() -> None:
        for name, signer in SIGNERS.items():
            client = Platform(base_url=world.url, app_key=APP, secret=SECRET, transport=world.transport, signer=signer)
            assert await client.locate(114.275, 30.5905) is not None, name
            await client.close()
            wrong = Platform(base_url=world.url, app_key=APP, secret="x", transport=world.transport, signer=signer)
            with pytest.raises(Unavailable):
                await wrong.locate(114.275, 30.5905)
            await wrong.close()

    world.run(body)


def test_sm3_gives_the_value_of_the_standard() -> None:
    """GB/T 32905, appendix A.1: the digest of `abc`."""
    signer = SIGNERS["HMAC-SM3"]
    assert signer.digest(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    request = Signed("GET", "/x")
    headers = sign_headers(request, APP, SECRET, signer=signer)
    given = (headers["X-Timestamp"], headers["X-Nonce"])
    assert matches(request, SECRET, *given, "HMAC-SM3", headers["X-Signature"])
    assert not matches(request, SECRET, *given, "HMAC-SHA256", headers["X-Signature"])
    assert not matches(request, SECRET, *given, "HMAC-MD5", headers["X-Signature"])


def test_a_failing_platform_is_left_alone_and_tried_again(near: World) -> None:
    moment = [0.0]
    breaker = Breaker(limit=3, rest_s=5.0, clock=lambda: moment[0])
    client = Platform(base_url=near.url, app_key=APP, secret=SECRET, transport=near.transport, breaker=breaker)

    async def body() -> None:
        near.fault("http_500", "GET /api/v1/grids/locate", times=4)
        with pytest.raises(Unavailable):
            await client.locate(114.275, 30.5905)
        assert breaker.is_open
        near.faults.clear()
        with pytest.raises(Unavailable):
            await client.locate(114.275, 30.5905)
        moment[0] = 5.0
        assert await client.locate(114.275, 30.5905) is not None
        assert not breaker.is_open
        with pytest.raises(NotFound):
            await near.cases.get("WH0", CITIZEN)
        await client.close()

    near.run(body)


def test_after_a_rest_one_call_tries_and_the_others_wait() -> None:
    moment = [0.0]
    breaker = Breaker(limit=2, rest_s=5.0, clock=lambda: moment[0])
    for _ in range(2):
        assert breaker.allows()
        breaker.failed()
    assert not breaker.allows()
    moment[0] = 5.0
    assert breaker.allows()
    assert not breaker.allows()
    breaker.failed()
    moment[0] = 9.0
    assert not breaker.allows()
    moment[0] = 10.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
