"""What a person of the city says: kept while the platform is silent, in order, told once; heard from the platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from agents import Ask, House
from agents import Conflict as DeskConflict
from agents.database import Database
from agents.tables import audit, outbox
from tools import Conflict as ObjectConflict
from tools import Orders, Principal, Unavailable
from tools.unified.sandbox import FaultBody

from .conftest import ANYBODY, CITIZEN, OTHER, open_for_test, run
from .test_agents_handoff import ACCEPTOR, delivery

DISPATCHER = Principal("dispatcher-1", frozenset(("dispatcher",)))
SAYS = "POST /api/v1/orders/*/messages"


def desk(folder: Path) -> Any:
    return open_for_test(folder, bundled_knowledge=False, platform_timeout_s=1.2)


async def handed(house: House, who: Principal = CITIZEN) -> tuple[str, str]:
    """A conversation with a person, and its order."""
    conversation = (await house.desk.open_conversation(who)).id
    made = await house.desk.hand_over(who, conversation)
    return conversation, made.receipts[0].object_id


def fault(house: House, kind: str, match: str = SAYS, times: int = 1000) -> None:
    assert house._sandbox_store is not None
    house._sandbox_store.deliveries.faults.add(FaultBody(match=match, kind=kind, times=times))  # type: ignore[arg-type]


def mend(house: House) -> None:
    assert house._sandbox_store is not None
    house._sandbox_store.deliveries.faults.clear()
    house.platform.forget_failures()


async def shown(house: House, conversation: str, who: Principal = CITIZEN) -> list[tuple[str, str]]:
    found = await house.desk.arrivals(who, conversation)
    return [(each.data["by"], each.text) for each in found if each.kind == "reply"]


async def held(house: House, order: str) -> list[str]:
    return [each.text for each in (await Orders(house.platform).get(order, ACCEPTOR)).messages]


async def rows(database: Database, table: Any) -> list[Any]:
    return await database.read(lambda connection: list(connection.execute(table.select())))


async def events(house: House) -> list[Any]:
    """What the sandbox announced of words."""
    assert house._sandbox_store is not None
    return house._sandbox_store.store.rows("SELECT * FROM events WHERE type = 'order.message_added'")


async def deliver(house: House, times: int = 1, **changes: Any) -> None:
    """Everything the sandbox announced, as its own deliveries bring it, so often; with changed data if asked."""
    secret = f"sandbox:{house.settings.signing_secret()}"
    for row in (await events(house)) * times:
        event = {"id": row["id"], "sequence": row["sequence"], "type": row["type"], "at": row["at"]}
        told = delivery(secret, {**event, "data": {**json.loads(row["payload"]), **changes}})
        assert await house.desk.receive_event(*told)


def test_a_silent_platform_delays_a_reply_and_keeps_the_order(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            fault(house, "http_500", "*")
            for text in ("第一句", "第二句"):
                with pytest.raises(Unavailable, match="自动送达"):
                    await house.desk.reply_as_person(ACCEPTOR, talk, text, idempotency_key=text)
            assert await shown(house, talk) == []
            kept = await rows(house._database, outbox)
            assert len(kept) == 2
            assert not [each for each in kept if "第一句" in each.payload]
            mend(house)
            await house.desk.reply_as_person(DISPATCHER, talk, "第三句")
            assert await shown(house, talk) == [("受理员", "第一句"), ("受理员", "第二句"), ("派遣员", "第三句")]
            assert await held(house, order) == ["第一句", "第二句", "第三句"]
            again = await house.desk.reply_as_person(ACCEPTOR, talk, "第一句", idempotency_key="第一句")
            assert again.text == "第一句"
            assert len(await shown(house, talk)) == 3
            assert await rows(house._database, outbox) == []

    run(body)


def test_the_next_start_sends_what_was_left(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            fault(house, "http_500", "*")
            with pytest.raises(Unavailable):
                await house.desk.reply_as_person(ACCEPTOR, talk, "您好")
        async with desk(tmp_path) as house:
            await house.desk._parts.replies.deliver_all()
            await house.desk._parts.replies.deliver_all()
            assert await shown(house, talk) == [("受理员", "您好")]
            assert await held(house, order) == ["您好"]

    run(body)


def test_what_the_platform_refuses_is_shown_to_nobody(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            fault(house, "http_500", SAYS)
            with pytest.raises(Unavailable):
                await house.desk.reply_as_person(ACCEPTOR, talk, "请稍等")
            mend(house)
            await Orders(house.platform).step(order, "refuse", {"reason": "重复"}, ACCEPTOR, "refuse-1")
            with pytest.raises((ObjectConflict, DeskConflict)):
                await house.desk.reply_as_person(ACCEPTOR, talk, "还在吗")
            await house.desk._parts.replies.deliver_all()
            assert await shown(house, talk) == []
            assert await rows(house._database, outbox) == []
            refused = [each for each in await rows(house._database, audit) if each.event == "handoff.reply_refused"]
            assert refused
            assert "请稍等" not in f"{refused}"

    run(body)


def test_words_said_on_the_platforms_own_side_are_shown_once(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            other, _ = await handed(house, OTHER)
            await house.desk.ask(Ask(talk, "在吗"), CITIZEN)
            await house.desk.reply_as_person(ACCEPTOR, talk, "我是受理员")
            await Orders(house.platform).say(order, "我来跟进", DISPATCHER, "their-own-key")
            await deliver(house, times=2)
            assert await shown(house, talk) == [("受理员", "我是受理员"), ("派遣员", "我来跟进")]
            assert await shown(house, other, OTHER) == []
            assert not [each for each in await events(house) if "跟进" in each["payload"]]

    run(body)


def test_a_reply_on_its_way_is_not_told_by_its_own_event(tmp_path: Path) -> None:
    """The platform took it, its answer was lost: the event comes first and must not show it a second time."""

    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house, ANYBODY)
            fault(house, "timeout_after_commit", SAYS, times=1)
            fault(house, "http_500", "GET /api/v1/requests/*")
            with pytest.raises(Unavailable):
                await house.desk.reply_as_person(ACCEPTOR, talk, "您好")
            assert await held(house, order) == ["您好"]
            await deliver(house)
            assert await shown(house, talk, ANYBODY) == []
            mend(house)
            await house.desk._parts.replies.deliver_all()
            await deliver(house)
            assert await shown(house, talk, ANYBODY) == [("受理员", "您好")]
            assert await held(house, order) == ["您好"]

    run(body)


def test_an_event_the_desk_cannot_look_up_yet_is_refused_so_that_it_comes_again(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            await Orders(house.platform).say(order, "您好", ACCEPTOR, "their-own-key")
            fault(house, "http_500", "GET /api/v1/orders/*")
            with pytest.raises(Unavailable):
                await deliver(house)
            mend(house)
            await deliver(house)
            assert await shown(house, talk) == [("受理员", "您好")]

    run(body)


def test_a_platform_that_names_no_keys_is_understood_by_the_words(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            await house.desk.reply_as_person(ACCEPTOR, talk, "您好")
            await Orders(house.platform).say(order, "您好", DISPATCHER, "their-own-key")
            await deliver(house, times=2, key=None)
            assert await shown(house, talk) == [("受理员", "您好"), ("派遣员", "您好")]

    run(body)


@pytest.mark.parametrize(
    "wrong", [{"number": ["x"]}, {"message": {}}, {"key": {"a": 1}}, {"message": 10**6}, {"number": "GD20200101000001"}]
)
def test_an_event_that_is_not_as_agreed_shows_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            await Orders(house.platform).say(order, "您好", ACCEPTOR, "their-own-key")
            await deliver(house, **wrong)
            assert await shown(house, talk) == []

    run(body)


def test_neither_anothers_words_nor_ones_own_are_shown_as_a_persons(tmp_path: Path) -> None:
    async def body() -> None:
        async with desk(tmp_path) as house:
            talk, order = await handed(house)
            other, foreign = await handed(house, OTHER)
            await house.desk.ask(Ask(talk, "转账给我"), CITIZEN)
            await deliver(house, author="staff")
            await Orders(house.platform).say(order, "您好", ACCEPTOR, "their-own-key")
            await deliver(house, author="staff", number=foreign)
            assert await shown(house, talk) == []
            assert await shown(house, other, OTHER) == []

    run(body)
