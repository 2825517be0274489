"""A person instead of the agents, over HTTP: asked for, confirmed, spoken with, taken back; and what arrives later."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents.progress import subscribe
from tools import Orders, Principal

from .conftest import Site, Visit, opened, say, serving, site, visit  # noqa: F401
from .test_tools_world import APP, SECRET, open_world

SLOW = 20.0
ACCEPTOR = Principal("acceptor-9", frozenset(("acceptor",)))


def news(api: httpx.Client, conversation: str, after: int = 0) -> list[dict[str, Any]]:
    """What arrived in a conversation."""
    answer = api.get(f"/conversations/{conversation}/events", params={"after": after})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def until(api: httpx.Client, conversation: str, kind: str) -> dict[str, Any]:
    """The first arrival of a kind; events of the platform come a moment later."""
    end = time.monotonic() + SLOW
    while time.monotonic() < end:
        found = [each for each in news(api, conversation) if each["kind"] == kind]
        if found:
            return found[0]
        time.sleep(0.1)
    raise AssertionError(f"no {kind} arrived")


def handed(api: httpx.Client) -> tuple[str, str]:
    """A conversation handed over by a press, and its order."""
    conversation = opened(api)
    reply = api.post(f"/conversations/{conversation}/handoff", json={})
    assert reply.status_code == 200, reply.text
    return conversation, str(reply.json()["receipts"][0]["object_id"])


def audited(site: Site, visit: Visit, event: str) -> list[dict[str, Any]]:  # noqa: F811
    rows: list[dict[str, Any]] = visit(site, "operator-1").get("/audit", params={"limit": 100}).json()["rows"]
    return [row for row in rows if row["event"] == event]


def test_the_whole_story(site: Site, visit: Visit) -> None:  # noqa: F811
    """Asked for in words, confirmed with one yes, answered by a person in the same chat, and back to the agents."""
    citizen, acceptor = visit(site, "citizen-1"), visit(site, "acceptor-1")
    conversation = opened(citizen)
    say(citizen, conversation, "小区门口的电梯坏了三天没人修")
    offered = say(citizen, conversation, "转人工").json()
    assert offered["outcome"] == {"is": "handoff", "reason": None}
    (action,) = offered["actions"]
    assert action["tool"] == "handoff.create"
    assert "电梯坏了三天" in action["summary"]
    assert "您说过的话 2 句" in action["summary"]
    assert citizen.get(f"/conversations/{conversation}").json()["handoff"] is None

    made = say(citizen, conversation, "是").json()
    assert made["outcome"]["is"] == "done"
    order = made["receipts"][0]["object_id"]
    assert citizen.get(f"/conversations/{conversation}").json()["handoff"] == order
    quiet = say(citizen, conversation, "居住证怎么办理").json()
    assert quiet["outcome"]["is"] == "handoff"
    assert quiet["citations"] == []
    assert "已转给人工" in quiet["text"]

    told = acceptor.post(f"/conversations/{conversation}/replies", json={"text": "您好，我是受理员，已经联系物业。"})
    assert told.status_code == 201, told.text
    reply = until(citizen, conversation, "reply")
    assert reply["text"] == "您好，我是受理员，已经联系物业。"
    assert reply["data"] == {"number": order, "by": "受理员"}
    found = opened(acceptor)
    seen = say(acceptor, found, f"查工单 {order}").json()
    assert "居住证怎么办理" in seen["text"]
    assert "已经联系物业" in seen["text"]

    back = say(citizen, conversation, "回到智能助手").json()
    assert back["outcome"]["is"] == "answered"
    assert citizen.get(f"/conversations/{conversation}").json()["handoff"] is None
    assert say(citizen, conversation, "12345热线几点上班").json()["outcome"]["is"] != "handoff"
    late = acceptor.post(f"/conversations/{conversation}/replies", json={"text": "还在吗"})
    assert late.status_code == 409
    assert "回到智能助手" in late.json()["detail"]
    assert [each["kind"] for each in news(citizen, conversation) if each["kind"] != "progress"] == [
        "handoff",
        "reply",
        "returned",
    ]
    rows = [row for row in audited(site, visit, "handoff.replied") if row["object"] == conversation]
    assert [(row["who"], row["details"]["order"]) for row in rows] == [("acceptor-1", order)]
    assert "物业" not in json.dumps(rows, ensure_ascii=False)


def test_nothing_is_handed_over_without_a_yes(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen = visit(site, "citizen-2")
    conversation = opened(citizen)
    assert say(citizen, conversation, "我要找真人客服").json()["actions"]
    no = say(citizen, conversation, "不用了").json()
    assert no["outcome"]["is"] == "answered"
    assert citizen.get(f"/conversations/{conversation}").json()["handoff"] is None
    assert news(citizen, conversation) == []


def test_pressing_the_button_is_the_yes(site: Site, visit: Visit) -> None:  # noqa: F811
    nobody = visit(site)
    conversation = opened(nobody)
    key = {"Idempotency-Key": "press-1"}
    first = nobody.post(f"/conversations/{conversation}/handoff", json={}, headers=key)
    assert first.status_code == 200, first.text
    assert first.json()["outcome"]["is"] == "done"
    assert nobody.post(f"/conversations/{conversation}/handoff", json={}, headers=key).json() == first.json()
    again = nobody.post(f"/conversations/{conversation}/handoff").json()
    assert again["outcome"]["is"] == "handoff"
    assert first.json()["receipts"][0]["object_id"] in again["text"]
    assert again["receipts"] == []
    assert nobody.delete(f"/conversations/{conversation}/handoff").status_code == 204
    assert nobody.delete(f"/conversations/{conversation}/handoff").status_code == 409


@pytest.mark.parametrize("identity", ["", "citizen-2", "grid-1", "department-1", "developer-1", "operator-1"])
def test_only_the_posts_of_the_desk_speak_as_a_person(site: Site, visit: Visit, identity: str) -> None:  # noqa: F811
    conversation, _ = handed(visit(site, "citizen-1"))
    answer = visit(site, identity).post(f"/conversations/{conversation}/replies", json={"text": "您好"})
    assert answer.status_code == 403
    assert "受理员" in answer.json()["detail"]


@pytest.mark.parametrize("identity", ["acceptor-1", "dispatcher-1", "supervisor-1"])
def test_a_reply_is_told_once_per_key(site: Site, visit: Visit, identity: str) -> None:  # noqa: F811
    citizen, staff = visit(site, "citizen-1"), visit(site, identity)
    conversation, _ = handed(citizen)
    key = {"Idempotency-Key": "say-1"}
    for _ in range(2):
        assert staff.post(f"/conversations/{conversation}/replies", json={"text": "您好"}, headers=key).is_success
    assert [each["kind"] for each in news(citizen, conversation)].count("reply") == 1


def test_events_are_for_their_owner(site: Site, visit: Visit) -> None:  # noqa: F811
    conversation, _ = handed(visit(site, "citizen-1"))
    for identity in ("citizen-2", "acceptor-1", "operator-1", ""):
        api = visit(site, identity)
        assert api.get(f"/conversations/{conversation}/events").status_code == 404
        assert api.delete(f"/conversations/{conversation}/handoff").status_code == 404
        assert api.post(f"/conversations/{conversation}/handoff").status_code == 404


BAD = {
    "an empty reply": ("post", "/replies", {"json": {"text": " "}}, 422),
    "no text": ("post", "/replies", {"json": {}}, 422),
    "an unknown field": ("post", "/replies", {"json": {"text": "您好", "as": "mayor"}}, 422),
    "too long a reply": ("post", "/replies", {"json": {"text": "长" * 5000}}, 422),
    "a negative number": ("get", "/events?after=-1", {}, 422),
    "a word for a number": ("get", "/events?after=abc", {}, 422),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_explained(site: Site, visit: Visit, name: str) -> None:  # noqa: F811
    method, path, more, status = BAD[name]
    owner = visit(site, "supervisor-1")
    conversation, _ = handed(owner)
    answer = owner.request(method, f"/conversations/{conversation}{path}", **more)
    assert answer.status_code == status
    assert any("一" <= letter <= "鿿" for letter in answer.json()["detail"])


def frames(lines: Iterator[str], count: int) -> list[dict[str, str]]:
    """The next events of a stream."""
    found: list[dict[str, str]] = [{}]
    for line in lines:
        if line and not line.startswith(":"):
            name, _, value = line.partition(": ")
            found[-1][name] = value
        elif found[-1]:
            if len(found) == count:
                return found
            found.append({})
    raise AssertionError("the stream ended")


def test_a_stream_tells_at_once_and_is_taken_up_where_it_was_cut(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen, staff = visit(site, "citizen-1"), visit(site, "dispatcher-1")
    conversation, order = handed(citizen)
    path, sse = f"/conversations/{conversation}/events", {"Accept": "text/event-stream"}
    later = threading.Timer(
        0.3, lambda: staff.post(f"/conversations/{conversation}/replies", json={"text": "请讲"}).raise_for_status()
    )
    with citizen.stream("GET", path, headers=sse) as stream:
        later.start()
        first = frames(stream.iter_lines(), 2)
    later.join()
    assert [each["event"] for each in first] == ["handoff", "reply"]
    assert json.loads(first[0]["data"])["data"] == {"number": order}
    with citizen.stream("GET", path, headers={**sse, "Last-Event-ID": first[0]["id"]}) as stream:
        (again,) = frames(stream.iter_lines(), 1)
    assert again == first[1]


def test_a_case_that_moves_on_is_told_in_its_conversation(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen, acceptor = visit(site, "citizen-1"), visit(site, "acceptor-1")
    conversation = opened(citizen)
    say(citizen, conversation, "江岸区沿江大道200号门口井盖破了，没有照片")
    made = say(citizen, conversation, "是").json()
    number = made["receipts"][0]["object_id"]
    desk = opened(acceptor)
    asked = say(acceptor, desk, f"受理这个案件 {number}").json()
    assert asked["outcome"]["is"] == "confirm", asked["text"]
    assert say(acceptor, desk, "是").json()["outcome"]["is"] == "done"
    told = until(citizen, conversation, "progress")
    assert told["text"] == f"您的案件 {number} 有了新进展：待立案。"
    assert told["data"]["state"] == "accepted"
    assert [each["kind"] for each in news(acceptor, desk)] == []


def test_an_order_that_is_over_gives_the_conversation_back(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen, acceptor = visit(site, "citizen-2"), visit(site, "acceptor-1")
    conversation, order = handed(citizen)
    desk = opened(acceptor)
    say(acceptor, desk, f"工单 {order} 不予受理，原因是重复来电")
    assert say(acceptor, desk, "是").json()["outcome"]["is"] == "done"
    assert until(citizen, conversation, "returned")["text"].startswith("人工服务已结束")
    assert citizen.get(f"/conversations/{conversation}").json()["handoff"] is None
    assert say(citizen, conversation, "12345热线几点上班").json()["outcome"]["is"] != "handoff"


def test_danger_comes_first_even_when_a_person_is_there(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen = visit(site, "citizen-2")
    conversation, _ = handed(citizen)
    reply = say(citizen, conversation, "家里燃气泄漏了，味道好大").json()
    assert reply["outcome"]["is"] == "emergency"
    assert "119" in reply["text"].split("。")[0] or "燃气" in reply["text"].split("。")[0]
    assert "已转给人工" in reply["text"]


def test_an_event_that_is_not_signed_is_not_taken(site: Site) -> None:  # noqa: F811
    answer = httpx.post(f"{site.url}/api/v1/platform/events", json={"id": "x", "type": "case.state_changed"})
    assert answer.status_code == 401
    assert "签名" in answer.json()["detail"]


def test_a_platform_in_the_network_reports_over_the_network(tmp_path: Path, visit: Visit) -> None:  # noqa: F811
    """The desk asks for events at its own address; the platform posts them there, signed."""
    far = {"platform_key": APP, "platform_secret": SECRET, "bundled_knowledge": False}
    with (
        open_world(tmp_path / "platform", network=True, timeout_s=8.0) as world,
        serving(tmp_path / "desk", platform_url=world.url, **far) as away,
    ):
        citizen = visit(away, "citizen-1")
        conversation, order = handed(citizen)

        async def reported() -> None:
            await subscribe(world.platform, away.url)
            await Orders(world.platform).step(order, "refuse", {"reason": "重复来电"}, ACCEPTOR, "refuse-1")
            async with httpx.AsyncClient(trust_env=False) as http:
                assert await world.sandbox.deliveries.send_due(http) == 1

        world.run(reported)
        assert [each["kind"] for each in news(citizen, conversation)] == ["handoff", "progress", "returned"]
        assert world.rows("deliveries")[0]["delivered"] == 1


def test_two_refusals_in_a_row_end_with_an_offer(site: Site, visit: Visit) -> None:  # noqa: F811
    citizen = visit(site, "citizen-1")
    conversation = opened(citizen)
    first = say(citizen, conversation, "查案件 WH20200101999999").json()
    assert first["outcome"] == {"is": "refused", "reason": "no_evidence"}
    assert first["actions"] == []
    second = say(citizen, conversation, "查案件 WH20200101999998").json()
    assert second["outcome"] == {"is": "refused", "reason": "no_evidence"}
    assert [each["tool"] for each in second["actions"]] == ["handoff.create"]
    assert say(citizen, conversation, "好的，转吧").json()["outcome"]["is"] == "done"
