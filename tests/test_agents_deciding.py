"""Decisions: confirmed once, executed once; late, repeated and foreign ones refused; crashes healed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage
from sqlalchemy import text

from agents import CITY_ZONE, Ask, Conflict, Gone, House, Invalid, Reply, ScriptedModel, Unknown

from .conftest import CITIZEN, OTHER, open_for_test, run

PLACE = "解放大道和新华路路口"


def report() -> ScriptedModel:
    arguments = {"description": "井盖破了，差点绊倒人", "address": PLACE}
    call = {"name": "case.create", "args": arguments, "id": "id-1", "type": "tool_call"}
    return ScriptedModel(lines=[AIMessage("", tool_calls=[call]), "好的。"])


async def propose(house: House) -> Reply:
    conversation = await house.desk.open_conversation(CITIZEN)
    reply = await house.desk.ask(Ask(conversation.id, f"{PLACE}井盖破了，差点绊倒人"), CITIZEN)
    assert reply.outcome.kind == "confirm"
    return reply


async def cases(house: House) -> list[dict[str, Any]]:
    from tools import Call

    tool = house.desk._parts.decisions._toolbox["case.search"]
    from tools import run_tool

    call = Call(principal=CITIZEN, now=datetime.now(CITY_ZONE))
    return list((await run_tool(tool, {}, call)).data["cases"])


def test_nothing_is_written_before_the_yes(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            summary = reply.actions[0].summary
            assert "解放大道" in summary
            assert "井盖" in summary
            assert await cases(house) == []

    run(body)


def test_a_confirmed_action_is_executed_once_and_receipted(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            action = reply.actions[0]
            done = await house.desk.decide(CITIZEN, reply.conversation_id, action.id, "confirm")
            assert done.outcome.kind == "done"
            assert done.receipts[0].object_id in done.text
            with pytest.raises(Conflict) as again:
                await house.desk.decide(CITIZEN, reply.conversation_id, action.id, "confirm")
            assert again.value.receipt == done.receipts[0]
            assert len(await cases(house)) == 1

    run(body)


def test_of_many_simultaneous_confirms_one_wins(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            work = [house.desk.decide(CITIZEN, reply.conversation_id, reply.actions[0].id, "confirm") for _ in range(8)]
            results = await asyncio.gather(*work, return_exceptions=True)
            assert sum(isinstance(each, Reply) for each in results) == 1
            assert sum(isinstance(each, Conflict) for each in results) == 7
            assert len(await cases(house)) == 1

    run(body)


def test_the_same_decision_key_gives_the_same_reply(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            where = (CITIZEN, reply.conversation_id, reply.actions[0].id, "confirm")
            first = await house.desk.decide(*where, idempotency_key="k1")
            assert await house.desk.decide(*where, idempotency_key="k1") == first
            assert len(await cases(house)) == 1

    run(body)


def test_someone_elses_action_does_not_exist(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            mine = await house.desk.open_conversation(OTHER)
            for conversation_id in (reply.conversation_id, mine.id):
                with pytest.raises(Unknown):
                    await house.desk.decide(OTHER, conversation_id, reply.actions[0].id, "confirm")
            assert await cases(house) == []

    run(body)


def test_a_late_confirm_is_gone(tmp_path: Path) -> None:
    start = datetime(2026, 9, 1, 8, 40, tzinfo=CITY_ZONE)

    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), clock=start) as house:
            reply = await propose(house)
        async with open_for_test(tmp_path, model=report(), clock=start + timedelta(minutes=11)) as house:
            with pytest.raises(Gone):
                await house.desk.decide(CITIZEN, reply.conversation_id, reply.actions[0].id, "confirm")
            assert await cases(house) == []

    run(body)


def test_a_cancelled_action_cannot_be_confirmed(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            cancelled = await house.desk.decide(CITIZEN, reply.conversation_id, reply.actions[0].id, "cancel")
            assert cancelled.outcome.kind == "answered"
            with pytest.raises(Conflict):
                await house.desk.decide(CITIZEN, reply.conversation_id, reply.actions[0].id, "confirm")
            assert await cases(house) == []

    run(body)


def test_an_edit_makes_a_new_action(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            where = (CITIZEN, reply.conversation_id, reply.actions[0].id)
            edited = await house.desk.decide(*where, "edit", {"address": "珞喻路和民族大道路口"})
            assert edited.outcome.kind == "confirm"
            assert "珞喻路" in edited.actions[0].summary
            assert "解放大道" not in edited.actions[0].summary
            with pytest.raises(Conflict):
                await house.desk.decide(*where, "confirm")
            done = await house.desk.decide(CITIZEN, reply.conversation_id, edited.actions[0].id, "confirm")
            assert done.outcome.kind == "done"
            assert "珞喻路" in (await cases(house))[0]["address"]

    run(body)


@pytest.mark.parametrize("arguments", [{}, {"nonsense": "x"}])
def test_an_edit_of_nothing_or_of_unknown_fields_is_invalid(tmp_path: Path, arguments: dict[str, str]) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            where = (CITIZEN, reply.conversation_id, reply.actions[0].id)
            with pytest.raises(Invalid):
                await house.desk.decide(*where, "edit", arguments)
            assert (await house.desk.decide(*where, "confirm")).outcome.kind == "done"

    run(body)


@pytest.mark.parametrize(("words", "outcome"), [("对，就这样报", "done"), ("取消吧，不报了", "answered")])
def test_a_yes_or_no_in_words_counts_for_the_action_just_shown(tmp_path: Path, words: str, outcome: str) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            answer = await house.desk.ask(Ask(reply.conversation_id, words), CITIZEN)
            assert answer.outcome.kind == outcome
            assert len(await cases(house)) == (outcome == "done")

    run(body)


def test_other_words_leave_the_action_pending(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            await house.desk.ask(Ask(reply.conversation_id, "这个一般几天能处理好？"), CITIZEN)
            assert await cases(house) == []
            answer = await house.desk.ask(Ask(reply.conversation_id, "对，就这样报"), CITIZEN)
            assert answer.outcome.kind != "done"
            assert await cases(house) == []
            done = await house.desk.decide(CITIZEN, reply.conversation_id, reply.actions[0].id, "confirm")
            assert done.outcome.kind == "done"

    run(body)


def test_an_interrupted_execution_is_finished_after_restart(tmp_path: Path) -> None:
    """Claimed but not sent: the state a kill between claim and call leaves behind."""

    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            await house.desk._parts.decisions._db.write(_claim_only(house, reply))
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            for _ in range(200):
                view = await house.desk.conversation(CITIZEN, reply.conversation_id)
                if view.turns[-1].reply is not None:
                    break
                await asyncio.sleep(0.02)
            assert view.turns[-1].reply is not None
            assert view.turns[-1].reply.outcome.kind == "done"
            assert len(await cases(house)) == 1

    run(body)


def test_tampered_arguments_are_not_executed_after_restart(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            reply = await propose(house)
            database = house.desk._parts.decisions._db
            await database.write(_claim_only(house, reply))
            change = text("UPDATE actions SET arguments = replace(arguments, '井盖', '路灯')")
            await database.write(lambda connection: connection.execute(change))
        async with open_for_test(tmp_path, model=report(), bundled_knowledge=False) as house:
            for _ in range(200):
                view = await house.desk.conversation(CITIZEN, reply.conversation_id)
                if view.turns[-1].reply is not None:
                    break
                await asyncio.sleep(0.02)
            assert view.turns[-1].reply is not None
            assert view.turns[-1].reply.outcome.reason == "unavailable"
            assert await cases(house) == []

    run(body)


def _claim_only(house: House, reply: Reply) -> Any:
    from datetime import UTC

    from agents.actions import claim, decidable
    from agents.rows import add_turn

    decisions = house.desk._parts.decisions

    def work(connection: Any) -> None:
        row = decidable(connection, reply.conversation_id, reply.actions[0].id, decisions._clock())
        turn = add_turn(connection, reply.conversation_id, "确认提交", None)
        until = datetime.now(UTC) + timedelta(minutes=10)
        claim(connection, row, decisions._seal.sign_claims(CITIZEN, row.arguments_hash, until), None, turn)

    return work


def reporting(**arguments: Any) -> AIMessage:
    call = {"name": "case.create", "args": arguments, "id": f"id-{len(arguments)}", "type": "tool_call"}
    return AIMessage("", tool_calls=[call])


def test_a_corrected_proposal_takes_the_place_of_the_first(tmp_path: Path) -> None:
    async def body() -> None:
        first = {"description": "路口的井盖坏了", "address": "解放大道和新华路路口"}
        lines = [reporting(**first), reporting(**first, contact_phone="13900139000")]
        async with open_for_test(tmp_path, model=ScriptedModel(lines=lines)) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            one = await house.desk.ask(Ask(conversation.id, "解放大道和新华路路口的井盖坏了"), CITIZEN)
            two = await house.desk.ask(Ask(conversation.id, "电话是13900139000"), CITIZEN)
            with pytest.raises(Conflict):
                await house.desk.decide(CITIZEN, conversation.id, one.actions[0].id, "confirm")
            done = await house.desk.ask(Ask(conversation.id, "对，就这样报"), CITIZEN)
            assert done.outcome.kind == "done"
            assert done.receipts[0].action_id == two.actions[0].id

    run(body)
