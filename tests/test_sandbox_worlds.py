"""What the sandbox has for evaluation: worlds from a cached morning, the change log read out, selective faults."""

from __future__ import annotations

from typing import Any

import pytest

from tools import CaseQuery, Unavailable
from tools.unified.sandbox import FaultBody

from .test_tools_world import CITIZEN, World, give_near  # noqa: F401

NEW = {"number": "WH20260831000001", "category_code": "E0102", "address": "江汉区解放大道与新华路路口"}


async def put(world: World, **body: Any) -> Any:
    async with world.raw() as http:
        return await http.put("/sandbox/world", json={"demo": False, **body})


async def changes(world: World) -> list[dict[str, Any]]:
    async with world.raw() as http:
        found: list[dict[str, Any]] = (await http.get("/sandbox/changes")).json()
        return found


async def numbers(world: World) -> list[str]:
    found = await world.cases.search(CaseQuery(), CITIZEN)
    return [case.number for case in found.cases]


def test_demo_rows_are_those_of_the_day_whatever_the_hour(near: World) -> None:
    async def work() -> None:
        first = await put(near, demo=True)
        rows = near.rows()
        near.wait(hours=9)
        await near.report()
        again = await put(near, demo=True)
        assert (near.rows(), again.json()) == (rows, first.json())
        near.wait(hours=24)
        await put(near, demo=True)
        assert near.rows() != rows
        await put(near)
        assert near.rows() == []

    near.run(work)


def test_rows_are_filled_in_as_the_platform_would_and_over_what_is_there(near: World) -> None:
    async def work() -> None:
        row = {**NEW, "reporter": CITIZEN.id, "status": "processing", "photos": [{"type": "near", "url": "x"}]}
        await put(near, patch={"cases": {"upsert": [row, {"number": NEW["number"], "department": "江汉区市政维修所"}]}})
        case = await near.cases.get(NEW["number"], CITIZEN)
        assert (case.category_name, case.district_name, case.status) == ("暴露垃圾", "江汉区", "processing")
        assert case.department == "江汉区市政维修所"
        assert await changes(near) == []
        await put(near, patch={"cases": {"upsert": [row], "delete": [{"number": NEW["number"]}]}})
        assert await numbers(near) == [NEW["number"]]

    near.run(work)


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"nothing": {"upsert": [{"a": 1}]}}, "没有名为 nothing 的表"),
        ({"cases": {"upsert": [{"nummer": 1}]}}, "没有这些列：nummer"),
        ({"cases": {"upsert": [{"number": "WH1"}]}}, "要写 number、category_code 和 address"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_what_can(near: World, patch: Any, told: str) -> None:
    async def work() -> None:
        answer = await put(near, patch=patch)
        assert answer.status_code == 400
        assert told in answer.json()["message"]

    near.run(work)


def test_changes_are_told_with_the_row_as_it_was_before_each(near: World) -> None:
    async def work() -> None:
        await put(near, patch={"cases": {"upsert": [{**NEW, "reporter": CITIZEN.id}]}})
        await near.cases.urge(NEW["number"], CITIZEN, near.key())
        made = await near.report()
        near.wait(hours=25)
        await near.cases.urge(NEW["number"], CITIZEN, near.key())
        first, second, third = await changes(near)
        assert (first["op"], first["before"]["urge_count"], first["values"]["urge_count"]) == ("update", 0, 1)
        assert (second["op"], second["key"], second["before"]) == ("insert", made.id, {})
        assert second["values"]["number"] == made.number
        assert (third["before"]["urge_count"], third["values"]["urge_count"]) == (1, 2)

    near.run(work)


def test_a_fault_hits_the_nth_every_nth_or_the_requests_with_such_arguments(near: World) -> None:
    async def works(address: str) -> bool:
        try:
            return bool((await near.platform.geocode(address)).candidates)
        except Unavailable:
            return False

    async def work() -> None:
        path = "GET /api/v1/geocode"
        near.faults.add(FaultBody(match=path, kind="http_500", nth=2, times=99))
        assert [await works("青年路"), await works("青年路")] == [True, True]  # the client tries a read again
        near.faults.clear()
        near.faults.add(FaultBody(match=path, kind="http_500", every=1, times=99))
        assert not await works("青年路")
        near.faults.clear()
        near.faults.add(FaultBody(match=path, kind="http_500", times=99, args={"address": "青年路"}))
        assert [await works("青年路"), await works("光谷广场")] == [False, True]

    near.run(work)


def test_answers_may_be_empty_stale_or_acknowledged_twice(near: World) -> None:
    async def work() -> None:
        first = await near.report()
        path = "GET /api/v1/cases"
        near.faults.add(FaultBody(match=path, kind="empty"))
        assert await numbers(near) == []
        near.faults.add(FaultBody(match=path, kind="stale", times=9))
        assert await numbers(near) == [first.number]
        near.faults.add(FaultBody(match="POST /api/v1/cases", kind="duplicate_ack"))
        second = await near.report()
        assert await numbers(near) == [first.number]
        near.faults.clear()
        assert sorted(await numbers(near)) == sorted([first.number, second.number])

    near.run(work)
