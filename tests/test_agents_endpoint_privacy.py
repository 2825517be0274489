"""What leaves for an endpoint: every byte of every request is looked at; values come back only for their owner."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agents import Ask, House, Principal
from bench.endpoint_peer import Answer, Peer, ToolCall, peer
from tools import CaseDraft, Cases

from .conftest import CITIZEN, OTHER, run
from .test_agents_endpoint_turns import GREETING, Played, desk

PHONE, RESIDENT_ID, NAME, CARD = "13971234567", "420106199003070032", "王小明", "6222021234567890128"
LANDLINE, MAIL, PLATE = "027-85712345", "wangxm@example.com", "鄂A12345"
MISTYPED = "420106199103070039"
DWELLING, TENANT = "3栋2单元501室", "示例甲"
SECRETS = (PHONE, RESIDENT_ID, MISTYPED, NAME, CARD, LANDLINE, MAIL, PLATE, DWELLING, TENANT)
PLACE = "徐东大街和友谊大道路口"
REPORT = f"{PLACE}的井盖翘起来了，我叫{NAME}，电话{PHONE}，身份证号{RESIDENT_ID}"
STAFF = Principal("supervisor-1", frozenset(("supervisor",)), name="值班长")
PLACEHOLDER = re.compile(r"⟦手机号·[0-9a-z]+·\d+⟧")


def sent(served: Peer) -> str:
    """All that left, as one text, with nothing hidden by escapes."""
    return json.dumps(served.requests, ensure_ascii=False)


def clean(text: str) -> None:
    assert not [each for each in SECRETS if each in text]
    digits = re.sub(r"[\s\-]", "", text)
    assert not [each for each in (PHONE, RESIDENT_ID, CARD) if each in digits]


def report_with(number: str) -> Answer:
    """A report whose phone number is this text."""
    arguments = {"description": "井盖翘起来了", "address": PLACE, "contact_phone": number}
    return Answer(calls=(ToolCall("case__create", json.dumps(arguments, ensure_ascii=False)),))


def repeats_phone(body: Mapping[str, Any]) -> Answer:
    """A model that passes on the placeholder it read."""
    read = PLACEHOLDER.findall(json.dumps(body["messages"], ensure_ascii=False))
    return report_with(read[-1]) if read else GREETING


async def one(house: House, talk: str, text: str, who: Principal = CITIZEN) -> Any:
    return await house.desk.ask(Ask(talk, text), who)


def test_nothing_personal_that_is_said_leaves_in_this_turn_or_as_history(tmp_path: Path) -> None:
    spoken = (
        REPORT,
        f"座机{LANDLINE}，邮箱{MAIL}，车牌{PLATE}，卡号{CARD}",
        "１３９７１２３４５６７ 也是我的号码，还有 139-7123-4567 和 139 7123 4567",
        f"联系人{NAME}，我爱人叫李秀英，她的身份证号打错过一位：{MISTYPED}",
        f"本人{NAME}，家住徐东大街幸福小区{DWELLING}，{NAME}收",
        f"联系人：{TENANT}，再问一句，{TENANT}能代办吗",
        "谢谢",
    )

    async def body(url: str) -> None:
        async with desk(tmp_path, url) as house:
            talk = (await house.desk.open_conversation(CITIZEN)).id
            for line in spoken:
                await one(house, talk, line)

    with peer(Played(GREETING)) as served:
        run(lambda: body(served.url))
        assert len(served.requests) == len(spoken)
        clean(sent(served))
        assert "李秀英" not in sent(served)
        assert "１３９７１２３４５６７" not in sent(served)


def test_arguments_are_restored_for_their_owner_alone(tmp_path: Path) -> None:
    async def body(served: Peer) -> None:
        async with desk(tmp_path, served.url) as house:
            mine = (await house.desk.open_conversation(CITIZEN)).id
            reply = await one(house, mine, REPORT)
            assert reply.actions[0].arguments["contact_phone"] == PHONE
            assert f"联系电话：{PHONE}" in reply.actions[0].summary
            done = await house.desk.decide(CITIZEN, mine, reply.actions[0].id, "confirm")
            assert done.outcome.kind == "done"
            rows = house._sandbox_store.store.rows("SELECT contact_phone FROM reports")  # type: ignore[union-attr]
            assert [row["contact_phone"] for row in rows] == [PHONE]
            foreign = PLACEHOLDER.findall(sent(served))[0]
            served.think = Played(report_with(foreign))
            theirs = (await house.desk.open_conversation(OTHER)).id
            other = await one(house, theirs, f"{PLACE}的井盖翘起来了", OTHER)
            assert PHONE not in f"{other}"
            assert "已隐藏" in other.actions[0].summary

    with peer(repeats_phone) as served:
        run(lambda: body(served))
        clean(sent(served))


def test_a_door_leaves_as_a_placeholder_and_reaches_the_case_whole(tmp_path: Path) -> None:
    """The model passes on the street it reads and the placeholder of the door; platform and owner get both."""

    def reports(body: Mapping[str, Any]) -> Answer:
        read = re.findall(r"⟦门牌·[0-9a-z]+·\d+⟧", json.dumps(body["messages"], ensure_ascii=False))
        arguments = {"description": f"幸福小区{read[-1]}门前井盖翘起来了", "address": PLACE}
        return Answer(calls=(ToolCall("case__create", json.dumps(arguments, ensure_ascii=False)),))

    async def body(url: str) -> None:
        async with desk(tmp_path, url) as house:
            talk = (await house.desk.open_conversation(CITIZEN)).id
            reply = await one(house, talk, f"{PLACE}幸福小区{DWELLING}门前井盖翘起来了")
            assert DWELLING in reply.actions[0].summary
            await house.desk.decide(CITIZEN, talk, reply.actions[0].id, "confirm")
            rows = house._sandbox_store.store.rows("SELECT description FROM reports")  # type: ignore[union-attr]
            assert [row["description"] for row in rows] == [f"幸福小区{DWELLING}门前井盖翘起来了"]

    with peer(reports) as served:
        run(lambda: body(served.url))
        assert PLACE in sent(served)
        clean(sent(served))


def test_a_case_is_read_by_staff_without_its_reporter(tmp_path: Path) -> None:
    def reads(number: str) -> Answer:
        calls = ToolCall("case__get", json.dumps({"number": number})), ToolCall("case__search", "{}")
        return Answer(calls=calls)

    async def body(served: Peer) -> None:
        async with desk(tmp_path, served.url) as house:
            mine = (await house.desk.open_conversation(CITIZEN)).id
            reply = await one(house, mine, REPORT)
            done = await house.desk.decide(CITIZEN, mine, reply.actions[0].id, "confirm")
            number = done.receipts[0].object_id
            served.think = Played(reads(number), Answer("已查到。"))
            desk_talk = (await house.desk.open_conversation(STAFF)).id
            await one(house, desk_talk, f"看一下案件{number}", STAFF)
            own = (await house.desk.open_conversation(CITIZEN)).id
            served.think = Played(reads(number), Answer("已查到。"))
            await one(house, own, f"我的案件{number}怎么样了", CITIZEN)
            results = [each for each in served.requests[-1]["messages"] if each["role"] == "tool"]
            assert number in json.dumps(results)

    with peer(repeats_phone) as served:
        run(lambda: body(served))
        clean(sent(served))
        assert CITIZEN.id not in sent(served)


def test_a_number_in_what_a_tool_returns_leaves_as_a_placeholder(tmp_path: Path) -> None:
    """People write their numbers into descriptions; the platform gives them back in its records."""

    async def body(served: Peer) -> None:
        async with desk(tmp_path, served.url) as house:
            draft = CaseDraft(f"井盖翘起来了，联系电话{PHONE}", PLACE, "C0102", 114.36, 30.59, contact_phone=PHONE)
            made = await Cases(house.platform).create(draft, CITIZEN, "someone")
            served.think = Played(Answer(calls=(ToolCall("case__get", json.dumps({"number": made.id})),)), GREETING)
            talk = (await house.desk.open_conversation(STAFF)).id
            await one(house, talk, "看一下这个案件现在到哪一步了", STAFF)
            results = [each["content"] for each in served.requests[-1]["messages"] if each["role"] == "tool"]
            assert any("⟦手机号·" in each and "井盖翘起来了" in each for each in results)

    with peer(Played(GREETING)) as served:
        run(lambda: body(served))
        clean(sent(served))


@pytest.mark.parametrize("mode", ["native", "prompted"])
def test_it_holds_whichever_way_tools_are_told(tmp_path: Path, mode: str) -> None:
    async def body(url: str) -> None:
        async with desk(tmp_path, url, model_tools=mode) as house:
            talk = (await house.desk.open_conversation(CITIZEN)).id
            await one(house, talk, REPORT)
            await one(house, talk, "改一下，算了")

    with peer(repeats_phone) as served:
        run(lambda: body(served.url))
        clean(sent(served))
        assert ("tools" in served.requests[0]) is (mode == "native")
