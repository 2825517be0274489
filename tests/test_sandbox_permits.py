"""Permits for works in the road as their office feeds them: listed, told, announced; repeated, late and wrong ones."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tools import permit_tools, run_tool
from tools.unified.signing import Signed, sign_headers

from .test_sandbox_events import Receiver, delivered
from .test_tools_world import ANYBODY, APP, SECRET, START, World, give_near, give_world  # noqa: F401

PATH = "/api/v1/permits"
HOOK = "https://desk.example/hooks/city"


def permit(number: str = "WZ2026-001", minutes: int = 0, **changes: Any) -> dict[str, Any]:
    """A gas works permit on 新华路, changed so many minutes after the start."""
    day = START.date()
    row = {
        "number": number, "kind": "gas", "road": "新华路", "section": "新华路（解放大道至建设大道）", "lon": 114.275,
        "lat": 30.5905, "unit": "某燃气工程公司", "first_day": day.isoformat(),
        "last_day": (day + timedelta(days=3)).isoformat(), "hours": "22:00至次日06:00",
        "changed_at": (START + timedelta(minutes=minutes)).isoformat(),
    }  # fmt: skip
    return {**row, **changes}


async def call(world: World, method: str, path: str, body: Any = None, secret: str = SECRET) -> httpx.Response:
    content = json.dumps(body).encode() if body else b""
    headers = sign_headers(Signed(method, path, (), content), APP, secret)
    async with world.raw() as http:
        return await http.request(
            method, path, content=content, headers={**headers, "Content-Type": "application/json"}
        )


async def feed(world: World, *permits: dict[str, Any]) -> dict[str, int]:
    answer = await call(world, "PUT", PATH, {"permits": permits})
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()["data"]
    return found


async def told(world: World, **arguments: Any) -> Any:
    return await run_tool(permit_tools(world.platform)[0], arguments, world.call(ANYBODY))


def test_once_an_office_feeds_permits_only_its_own_are_told_and_not_as_demo(world: World) -> None:
    async def body() -> None:
        assert "演示数据" in (await told(world)).said
        assert await feed(world, permit()) == {"changed": 1, "unchanged": 0}
        found = await told(world)
        assert [each["number"] for each in found.data["permits"]] == ["WZ2026-001"]
        assert "新华路（解放大道至建设大道）（江汉区），燃气管线施工，某燃气工程公司" in found.said
        assert "演示" not in found.said
        none = (await told(world, address="新华路", kind="water")).said
        assert "没有查到" in none
        assert "演示" not in none

    world.run(body)


def test_a_withdrawn_permit_is_not_in_force(near: World) -> None:
    async def body() -> None:
        await feed(near, permit())
        await feed(near, permit(minutes=5, status="withdrawn"))
        assert (await told(near)).data["permits"] == []

    near.run(body)


def test_repeated_and_late_deliveries_change_nothing(near: World) -> None:
    async def body() -> None:
        later = permit(minutes=10, hours="08:00至20:00")
        assert await feed(near, permit(), permit("WZ2026-002")) == {"changed": 2, "unchanged": 0}
        assert await feed(near, permit(), permit("WZ2026-002")) == {"changed": 0, "unchanged": 2}
        assert await feed(near, later) == {"changed": 1, "unchanged": 0}
        assert await feed(near, permit(minutes=5, hours="全天")) == {"changed": 0, "unchanged": 1}
        assert await feed(near, {**later, "changed_at": permit(minutes=20)["changed_at"]}) == {
            "changed": 0,
            "unchanged": 1,
        }
        assert await feed(near, permit(minutes=15, hours="全天")) == {"changed": 0, "unchanged": 1}

    near.run(body)
    assert {row["number"]: row["hours"] for row in near.rows("permits")} == {
        "WZ2026-001": "08:00至20:00",
        "WZ2026-002": "22:00至次日06:00",
    }


def test_every_change_is_announced_once_signed_and_stays_in_the_list(near: World) -> None:
    async def body() -> None:
        receiver = Receiver()
        assert (await call(near, "PUT", "/api/v1/webhook", {"url": HOOK})).status_code == 200
        await feed(near, permit())
        await feed(near, permit())
        await feed(near, permit(minutes=5, hours="全天"))
        await feed(near, permit(minutes=6, status="withdrawn"))
        await feed(near, permit(minutes=7))
        assert await delivered(near, receiver) == 4
        events = [each for each in receiver.events() if each is not None]
        assert {each.type for each in events} == {"permit.changed"}
        assert [each.data["change"] for each in events] == ["granted", "changed", "withdrawn", "granted"]
        assert events[1].data["permit"]["hours"] == "全天"
        assert receiver.events("x" * 40) == [None] * 4
        listed = (await call(near, "GET", "/api/v1/events")).json()["data"]
        assert [each["id"] for each in listed] == [each.id for each in events]
        assert [each["sequence"] for each in listed] == sorted(each.sequence for each in events)

    near.run(body)
    assert [row["action"] for row in near.rows("changes")] == ["granted", "changed", "withdrawn", "granted"]


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"lon": 116.4, "lat": 39.9}, "不在武汉市"),
        ({"kind": "tunnel"}, "kind"),
        ({"last_day": "2020-01-01"}, "参数不合要求"),
        ({"changed_at": "2026-09-01T10:00:00"}, "changed_at"),
        ({"number": "许可 1"}, "number"),
        ({"crs": "GCJ02"}, "crs"),
        ({"contact": "13900000001"}, "contact"),
    ],
)
def test_one_wrong_permit_refuses_the_batch(near: World, wrong: dict[str, Any], word: str) -> None:
    async def body() -> None:
        answer = await call(near, "PUT", PATH, {"permits": [permit(), {**permit("WZ2026-002"), **wrong}]})
        assert answer.status_code == 400
        assert answer.json()["code"] == "40001"
        assert word in answer.json()["message"]

    near.run(body)
    assert near.rows("permits") == []


def test_only_an_application_of_the_platform_may_feed(near: World) -> None:
    async def body() -> None:
        answer = await call(near, "PUT", PATH, {"permits": [permit()]}, secret="y" * 40)
        assert answer.status_code == 401

    near.run(body)
    assert near.rows("permits") == []
