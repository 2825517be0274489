"""Calling too often: the bucket, the platform's 429 with Retry-After, and a client that waits as asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest

from tools import Platform, Unavailable, open311_key
from tools.pacing import MOST_CALLERS, Pacing
from tools.unified.signing import Signed, sign_headers

from .test_tools_world import APP, CITIZEN, CROSSING, SECRET, World, open_world

PATH = "/api/v1/geocode"
OPEN311 = "/open311/v2"
QUERY = (("address", "光谷广场"),)


@pytest.fixture(name="town", params=["in process", "network"])
def give_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path / "sandbox", network=request.param == "network", timeout_s=4.0) as opened:
        yield opened


async def ask(world: World) -> httpx.Response:
    async with world.raw() as http:
        headers = sign_headers(Signed("GET", PATH, QUERY), APP, SECRET)
        return await http.get(PATH, params=list(QUERY), headers=headers)


def test_a_bucket_lets_a_burst_through_and_fills_again() -> None:
    now = [100.0]
    pacing = Pacing(2.0, 3.0, lambda: now[0])
    assert [pacing.wait_s("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert pacing.wait_s("b") == 0.0
    now[0] += 0.5
    assert pacing.wait_s("a") == 0.0
    assert pacing.wait_s("a") == 0.5
    now[0] += 3600
    assert [pacing.wait_s("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_it_remembers_no_more_callers_than_it_may() -> None:
    pacing = Pacing(1.0, 1.0, lambda: 0.0)
    for number in range(MOST_CALLERS + 5):
        pacing.wait_s(str(number))
    assert len(pacing._buckets) == MOST_CALLERS


@pytest.mark.parametrize(("per_s", "burst"), [(0, 1), (-1, 5), (1, 0)])
def test_a_pace_that_lets_nobody_through_is_refused(per_s: float, burst: float) -> None:
    with pytest.raises(ValueError, match="per_s"):
        Pacing(per_s, burst)


def test_the_platform_says_when_to_come_back(town: World) -> None:
    async def body() -> None:
        town.sandbox.limit(0.5)
        assert (await ask(town)).status_code == 200
        refused = await ask(town)
        assert refused.status_code == 429
        assert refused.json()["code"] == "42901"
        assert refused.headers["Retry-After"] == "2"
        town.sandbox.limit(0)
        assert (await ask(town)).status_code == 200

    town.run(body)


def test_only_signed_requests_use_up_an_applications_pace(town: World) -> None:
    async def body() -> None:
        town.sandbox.limit(0.5)
        async with town.raw() as http:
            for _ in range(3):
                forged = await http.get(PATH, params=list(QUERY), headers={"X-App-Key": APP})
                assert forged.status_code == 401
        assert (await ask(town)).status_code == 200

    town.run(body)


@pytest.mark.parametrize("path", ["discovery", "services", "services/C0114", "requests", "requests/WH1"])
def test_open311_says_when_to_come_back_in_its_own_error_format(town: World, path: str) -> None:
    async def body() -> None:
        town.sandbox.limit(0.5)
        async with town.raw() as http:
            assert (await http.get(f"{OPEN311}/{path}.json")).status_code in (200, 404)
            refused = await http.get(f"{OPEN311}/{path}.json")
            in_xml = await http.get(f"{OPEN311}/{path}.xml")
            town.sandbox.limit(0)
            assert (await http.get(f"{OPEN311}/{path}.json")).status_code in (200, 404)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "2")
        assert refused.json() == [{"code": 429, "description": "请求过于频繁，请稍后再试。"}]
        assert (in_xml.status_code, in_xml.headers["Retry-After"]) == (429, "2")
        assert ElementTree.fromstring(in_xml.content).findtext("error/code") == "429"

    town.run(body)


def test_open311_paces_an_application_by_its_key_and_nobody_can_use_that_up_with_a_wrong_one(town: World) -> None:
    async def body() -> None:
        town.sandbox.limit(0.5)
        report = {"api_key": open311_key(APP, SECRET), "service_code": "C0114", "address_string": CROSSING.address}
        async with town.raw() as http:
            forged = await http.post(f"{OPEN311}/requests.json", data={**report, "api_key": "0" * 40})
            again = await http.post(f"{OPEN311}/requests.json", data={**report, "api_key": "1" * 40})
            made = await http.post(f"{OPEN311}/requests.json", data=report)
            refused = await http.post(f"{OPEN311}/requests.json", data=report)
        assert [each.status_code for each in (forged, again, made, refused)] == [403, 429, 201, 429]
        assert (await ask(town)).status_code == 429

    town.run(body)
    assert len(town.rows()) == 1


def test_the_client_waits_as_asked_and_every_write_happens_once(town: World) -> None:
    async def body() -> None:
        town.sandbox.limit(2.0)
        made = await asyncio.gather(*[town.cases.create(CROSSING, CITIZEN, f"k{n % 2}") for n in range(4)])
        assert len({case.number for case in made}) == 1
        found = await town.platform.geocode("光谷广场")
        assert found.candidates

    town.run(body)
    assert [row["report_count"] for row in town.rows()] == [2]


def test_a_wait_longer_than_the_call_ends_it_at_once_and_says_how_long(town: World) -> None:
    async def body() -> None:
        town.fault("rate_limit", "* /api/v1/*", seconds=90, times=9)
        for work in (
            lambda: town.platform.geocode("光谷广场"),
            lambda: town.cases.create(CROSSING, CITIZEN, town.key()),
        ):
            with pytest.raises(Unavailable, match="过 90 秒再试"):
                await work()

    town.run(body)
    assert town.rows() == []


@pytest.mark.parametrize("said", ["date", "nonsense", None])
def test_a_moment_and_nonsense_are_read_too(said: str | None) -> None:
    answers = iter([429, 200])

    def answer(request: httpx.Request) -> httpx.Response:
        if next(answers) == 429:
            header = formatdate(time.time() + 1, usegmt=True) if said == "date" else said
            return httpx.Response(
                429, json={"code": "42901", "message": "慢"}, headers={"Retry-After": header} if header else {}
            )
        return httpx.Response(200, json={"code": "0", "data": {"query": "x", "candidates": []}})

    platform = Platform(base_url="http://p", app_key="a", secret="s", transport=httpx.MockTransport(answer))
    assert asyncio.run(platform.geocode("x")).query == "x"


def test_being_asked_to_wait_does_not_open_the_circuit(town: World) -> None:
    async def body() -> None:
        town.fault("rate_limit", f"GET {PATH}", seconds=60, times=20)
        for _ in range(20):
            with pytest.raises(Unavailable, match="60 秒"):
                await town.platform.geocode("光谷广场")
        assert (await town.platform.geocode("光谷广场")).candidates

    town.run(body)
