"""Handing over, inside the desk: what goes along, when it is offered, what the platform reports or does not take."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage

from agents import Ask, House, Reply, ScriptedModel
from agents.handoff import agrees, request_of, wants_back
from agents.progress import PATH, subscribe
from tools import Order, Orders, Principal
from tools.unified.sandbox import FaultBody
from tools.unified.signing import Signed, sign_headers

from .conftest import ANYBODY, CITIZEN, OTHER, open_for_test, run
from .test_agents_desk import call, quote_first
from .test_tools_world import World, give_near  # noqa: F401

ACCEPTOR = Principal("acceptor-1", frozenset(("acceptor",)))
PHONE = "13912345678"


async def talk(house: House, who: Principal, *texts: str) -> tuple[str, list[Reply]]:
    """A new conversation of several messages."""
    conversation = await house.desk.open_conversation(who)
    return conversation.id, [await house.desk.ask(Ask(conversation.id, text), who) for text in texts]


async def order_of(house: House, number: str) -> Order:
    return await Orders(house.platform).get(number, ACCEPTOR)


def scripted(folder: Path, *lines: Any) -> Any:
    return open_for_test(folder, model=ScriptedModel(lines=list(lines)))


def test_everything_a_person_needs_goes_along(tmp_path: Path) -> None:
    """Words, what was being filled in, what was cited, what was done; personal data restored for the city only."""

    async def body() -> None:
        report = call("case.create", description="井盖破了", address="武汉市江汉区解放大道与新华路交叉口")
        async with scripted(
            tmp_path, quote_first, report, call("case.create", description="路灯不亮"), call("hand_off")
        ) as house:
            said = (
                "智能体应用要打造多少个？",
                "井盖破了，在解放大道新华路口",
                "是",
                f"路灯也不亮，电话{PHONE}",
                "转人工吧",
            )
            conversation, replies = await talk(house, CITIZEN, *said)
            case = replies[2].receipts[0].object_id
            assert replies[-1].outcome.kind == "handoff"
            (action,) = replies[-1].actions
            for words in ("您说过的话 4 句", "已填内容 1 项", "查到的依据 1 条", "已办步骤 1 步"):
                assert words in action.summary
            done = await house.desk.ask(Ask(conversation, "是"), CITIZEN)
            order = await order_of(house, done.receipts[0].object_id)
            assert order.packet["words"] == [said[0], said[1], said[3], said[4]]
            assert order.packet["slots"] == [{"name": "上报城市问题·问题描述", "value": "路灯不亮"}]
            assert order.packet["sources"] == [
                replies[0].citations[0].title + (replies[0].citations[0].document_number or "")
            ]
            assert order.packet["steps"] == [f"上报城市问题：{case}"]
            assert order.conversation == conversation

    run(body)
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("records.db*"))
    assert PHONE.encode() not in kept


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (call("hand_off"), "asked"),
        (call("hand_off", reason="complaint"), "complaint"),
        (call("hand_off", reason="nonsense"), "asked"),
        (call("handoff.create", request="请人工核对我的材料", reason="stuck"), "stuck"),
    ],
)
def test_a_model_that_hands_off_makes_an_offer(tmp_path: Path, line: AIMessage, reason: str) -> None:
    async def body() -> None:
        async with scripted(tmp_path, line) as house:
            conversation, (reply,) = await talk(house, ANYBODY, "材料总是通不过，怎么回事")
            assert reply.outcome.kind == "handoff"
            assert [each.arguments["reason"] for each in reply.actions] == [reason]
            assert (await house.desk.conversation(ANYBODY, conversation)).conversation.handoff is None

    run(body)


def test_who_was_asked_twice_in_vain_is_offered_a_person(tmp_path: Path) -> None:
    async def body() -> None:
        again = [call("case.create", description="路灯不亮")] * 3
        async with scripted(tmp_path, *again) as house:
            conversation, replies = await talk(house, CITIZEN, "路灯不亮", "就那里", "你知道的")
            assert [each.outcome.kind for each in replies] == ["clarify", "clarify", "handoff"]
            assert replies[-1].actions[0].arguments["reason"] == "stuck"
            assert (await house.desk.ask(Ask(conversation, "不用了"), CITIZEN)).outcome.kind == "answered"

    run(body)


def test_a_newer_offer_takes_the_place_of_the_older(tmp_path: Path) -> None:
    async def body() -> None:
        async with scripted(tmp_path, call("hand_off"), "好的。", call("hand_off")) as house:
            conversation, replies = await talk(house, CITIZEN, "找人工", "再想想", "还是找人工")
            assert len(replies[0].actions) == len(replies[2].actions) == 1
            done = await house.desk.ask(Ask(conversation, "是"), CITIZEN)
            assert done.receipts[0].action_id == replies[2].actions[0].id

    run(body)


def test_no_model_is_asked_while_a_person_is_there(tmp_path: Path) -> None:
    async def body() -> None:
        async with scripted(tmp_path, "不该说的话。") as house:
            conversation = (await house.desk.open_conversation(CITIZEN)).id
            made = await house.desk.hand_over(CITIZEN, conversation)
            quiet = await house.desk.ask(Ask(conversation, f"我的电话是{PHONE}"), CITIZEN)
            assert quiet.outcome.kind == "handoff"
            order = await order_of(house, made.receipts[0].object_id)
            assert [each.text for each in order.messages] == [f"我的电话是{PHONE}"]
            trace = await house.desk.trace(CITIZEN, conversation, quiet.turn_id)
            assert PHONE not in json.dumps([dict(each.details) for each in trace.steps], ensure_ascii=False)

    run(body)


def test_words_that_do_not_arrive_are_not_called_passed_on(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False, platform_timeout_s=0.6) as house:
            conversation = (await house.desk.open_conversation(CITIZEN)).id
            made = await house.desk.hand_over(CITIZEN, conversation)
            sandbox = house._sandbox_store
            assert sandbox is not None
            sandbox.deliveries.faults.add(FaultBody(match="*", kind="http_500", times=1000))
            lost = await house.desk.ask(Ask(conversation, "在吗"), CITIZEN)
            assert (lost.outcome.kind, lost.outcome.reason) == ("refused", "unavailable")
            assert "没有送到" in lost.text
            sandbox.deliveries.faults.clear()
            house.platform.forget_failures()
            assert (await house.desk.ask(Ask(conversation, "在吗"), CITIZEN)).outcome.kind == "handoff"
            order = await order_of(house, made.receipts[0].object_id)
            assert [each.text for each in order.messages] == ["在吗"]
            sandbox.deliveries.faults.add(FaultBody(match="*", kind="http_500", times=1000))
            back = await house.desk.ask(Ask(conversation, "回到智能助手"), CITIZEN)
            assert back.outcome.kind == "answered"

    run(body)


def test_a_press_that_fails_leaves_the_conversation_with_the_agents(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False, platform_timeout_s=0.6) as house:
            sandbox = house._sandbox_store
            assert sandbox is not None
            sandbox.deliveries.faults.add(FaultBody(match="*", kind="http_500", times=1000))
            conversation = (await house.desk.open_conversation(CITIZEN)).id
            failed = await house.desk.hand_over(CITIZEN, conversation)
            assert (failed.outcome.kind, failed.outcome.reason) == ("refused", "unavailable")
            assert (await house.desk.conversation(CITIZEN, conversation)).conversation.handoff is None

    run(body)


def delivery(secret: str, event: Mapping[str, Any]) -> tuple[dict[str, str], str, bytes]:
    body = json.dumps(event, ensure_ascii=False).encode()
    return sign_headers(Signed("POST", PATH, (), body), "desk", secret), PATH, body


def event(number: str, **changes: Any) -> dict[str, Any]:
    data = {
        "number": number,
        "from": "reported",
        "to": "accepted",
        "to_name": "待立案",
        "at": "2026-09-01T09:00:00+08:00",
    }
    return {"id": "E1", "sequence": 1, "type": "case.state_changed", "at": data["at"], "data": {**data, **changes}}


def test_progress_is_told_once_and_only_where_it_belongs(tmp_path: Path) -> None:
    async def body() -> None:
        report = call("case.create", description="井盖破了", address="武汉市江汉区解放大道与新华路交叉口")
        async with scripted(tmp_path, report, report) as house:
            mine, replies = await talk(house, CITIZEN, "井盖破了", "是")
            other, _ = await talk(house, OTHER, "井盖破了")
            number = replies[1].receipts[0].object_id
            secret = f"sandbox:{house.settings.signing_secret()}"
            good = delivery(secret, event(number))
            assert await house.desk.receive_event(*good)
            assert await house.desk.receive_event(*delivery(secret, event(number)))
            for told in (
                delivery("another secret", event(number, to="void")),
                (good[0], PATH, good[2] + b" "),
                ({}, PATH, good[2]),
            ):
                assert not await house.desk.receive_event(*told)
            created = {**event(number), "id": "E2", "data": {**event(number)["data"], "from": None}}
            strange = {**event(number), "id": "E3", "type": "moon.rose"}
            for unheard in (created, strange, {**event("WH20200101000001"), "id": "E4"}):
                assert await house.desk.receive_event(*delivery(secret, unheard))
            found = await house.desk.arrivals(CITIZEN, mine)
            assert [(each.kind, each.text) for each in found] == [
                ("progress", f"您的案件 {number} 有了新进展：待立案。")
            ]
            assert await house.desk.arrivals(OTHER, other) == []

    run(body)


def test_what_staff_did_themselves_is_not_told_to_them(tmp_path: Path) -> None:
    async def body() -> None:
        async with scripted(tmp_path, call("order.create", demand="电梯停运", nature="complaint"), "好的。") as house:
            desk, replies = await talk(house, ACCEPTOR, "登记工单：电梯停运", "是")
            number = replies[1].receipts[0].object_id
            moved = {**event(number, to="refused"), "type": "order.state_changed"}
            secret = f"sandbox:{house.settings.signing_secret()}"
            assert await house.desk.receive_event(*delivery(secret, moved))
            assert await house.desk.arrivals(ACCEPTOR, desk) == []

    run(body)


def test_a_platform_in_the_network_is_asked_for_events_until_it_answers(near: World) -> None:
    near.fault("http_500", "PUT /api/v1/webhook", times=2)

    async def body() -> None:
        await subscribe(near.platform, "https://desk.example/")

    near.run(body)
    assert [row["url"] for row in near.rows("webhooks")] == [f"https://desk.example{PATH}"]


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (("我要投诉你们的人，上门态度恶劣，转人工",), "我要投诉你们的人，上门态度恶劣，转人工"),
        (("小区电梯坏了三天", "转人工"), "小区电梯坏了三天"),
        (("转人工",), "转人工"),
        (("您好", "我要找人工，电梯困过人两回了"), "我要找人工，电梯困过人两回了"),
    ],
)
def test_a_person_reads_first_what_it_is_about(said: tuple[str, ...], first: str) -> None:
    assert request_of(list(said)) == first


@pytest.mark.parametrize("text", ["回到智能助手", "换回机器人吧", "还是找智能助手", "不用人工了", "转回AI"])
def test_the_agents_are_wanted_again(text: str) -> None:
    assert wants_back(text)


@pytest.mark.parametrize(
    "text", ["你们回复一下", "机器人拆了我的快递", "我要回武汉办手续", "不要", "返回的材料在哪里拿"]
)
def test_other_words_go_to_the_person(text: str) -> None:
    assert not wants_back(text)


@pytest.mark.parametrize(("text", "yes"), [("转吧", True), ("好的，转人工", True), ("人工", True), ("不要人工", False)])
def test_saying_it_again_is_a_yes(text: str, yes: bool) -> None:
    assert agrees(text) is yes
