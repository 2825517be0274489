"""What a person of the city says in a conversation: noted, sent to its order, then told, each once whatever crashes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from sqlalchemy import Connection, Row, select

from tools import (
    HANDOFF_TOOL,
    TALKERS,
    NotFound,
    Orders,
    Platform,
    PlatformEvent,
    Principal,
    Said,
    ToolError,
    Unavailable,
)

from . import wording
from .arrivals import Arrival, News, add_arrival, known_arrival
from .database import Database
from .errors import Conflict, Forbidden, Unknown
from .rows import new_id, record
from .seal import Seal, hash_arguments
from .tables import arrivals, conversations, outbox, receipts

SAID = "order.message_added"
SENT_FOR = timedelta(hours=24)
"""How long a reply whose platform does not answer is kept; after that it is given up, in the audit."""
_GONE = "没有找到这个会话。它可能已被删除。"
_log = logging.getLogger(__name__)


class Replies:
    """The outbox of what staff say here, and the ear for what they say on the platform's own side.

    A reply is noted with its key before anything is sent. The platform takes it once per key; that it is told and that
    it is no longer to be sent is one commit. What the platform refuses is told to nobody.
    """

    def __init__(self, database: Database, seal: Seal, platform: Platform) -> None:
        self._db = database
        self._seal = seal
        self._platform = platform
        self._orders = Orders(platform)
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def say(self, who: Principal, conversation_id: str, text: str, key: str | None) -> Arrival:
        """Speak in a conversation that was handed over; audited, told once per key."""
        if not who.roles & TALKERS:
            raise Forbidden(wording.MAY_NOT_REPLY)
        once = _once(conversation_id, who, key or new_id("r"))
        known = await self._db.write(lambda connection: self._note(connection, who, conversation_id, text, once))
        try:
            return known or await self._reply(conversation_id, once)
        except Unavailable:
            raise Unavailable(wording.REPLY_KEPT) from None

    async def deliver_all(self) -> None:
        """Send what a dead process or a silent platform left, conversation by conversation."""
        query = select(outbox.c.conversation_id).distinct()
        waiting = await self._db.read(lambda connection: connection.execute(query).scalars().all())
        for conversation_id in waiting:
            try:
                await self._deliver(conversation_id, None)
            except Unavailable as problem:
                _log.warning("replies of conversation %s wait for the platform: %s", conversation_id, problem)

    async def hear(self, event: PlatformEvent) -> None:
        """Tell what a person said on the platform's own side; our own words come back as events too and are known.

        An event carries no words: they are read on behalf of whoever the conversation belongs to.
        """
        if event.data.get("author") != "staff":
            return
        number, message, key = (event.data.get(name) for name in ("number", "message", "key"))
        if not isinstance(number, str) or not isinstance(message, int) or not isinstance(key, str | None):
            _log.warning("event %s of type %s is not as the interface says: nothing is told", event.id, event.type)
            return
        by = wording.POSTS.get(str(event.data.get("post")), wording.SOMEBODY)
        for place in await self._db.read(lambda connection: _places(connection, number, key)):
            try:
                order = await self._orders.get(number, Principal(place.owner, frozenset(("citizen",))))
            except NotFound:
                _log.warning("order %s is not its conversation's owner's: nothing is told", number)
                continue
            said = [each for each in order.messages if each.author == "staff" and each.id <= message]
            if said and said[-1].id == message and not (key is None and await self._known(place.id, said)):
                news = News("reply", said[-1].text, {"number": number, "by": by}, f"message:{number}:{message}")
                await self._tell("platform", place.id, news)

    async def _known(self, conversation_id: str, said: Sequence[Said]) -> bool:
        """For words without a key: whether as many of them as the order holds are told here or on their way."""

        def work(connection: Connection) -> list[str]:
            told = select(arrivals.c.payload).where(
                arrivals.c.conversation_id == conversation_id, arrivals.c.kind == "reply"
            )
            waiting = select(outbox.c.payload).where(outbox.c.conversation_id == conversation_id)
            return [row.payload for query in (told, waiting) for row in connection.execute(query)]

        texts = [self._seal.open(each)["text"] for each in await self._db.read(work)]
        return texts.count(said[-1].text) >= [each.text for each in said].count(said[-1].text)

    def _note(
        self, connection: Connection, who: Principal, conversation_id: str, text: str, once: str
    ) -> Arrival | None:
        """Write down what is to be sent; the arrival where it was told before."""
        row = connection.execute(select(conversations).where(conversations.c.id == conversation_id)).first()
        if row is None:
            raise Unknown(_GONE)
        told = known_arrival(connection, self._seal, conversation_id, once)
        waiting = connection.execute(select(outbox).where(outbox.c.key == once)).first()
        before = told.text if told else self._seal.open(waiting.payload)["text"] if waiting else text
        if before != text:
            raise Conflict(wording.REPLY_KEY_TAKEN)
        if told or waiting:
            return told
        if row.handoff is None:
            raise Conflict(wording.NOT_HANDED_OVER)
        payload = {"order": row.handoff, "text": text, "by": _post(who)}
        until = datetime.now(UTC) + SENT_FOR
        claims = self._seal.sign_claims(who, hash_arguments(once, payload), until)
        values = {"conversation_id": conversation_id, "key": once, "claims": claims}
        connection.execute(outbox.insert().values(**values, payload=self._seal.close(payload)))
        return None

    async def _reply(self, conversation_id: str, once: str) -> Arrival:
        """Send a reply that was noted, after those before it; raises why it was refused."""
        await self._deliver(conversation_id, once)
        told = await self._db.read(lambda connection: known_arrival(connection, self._seal, conversation_id, once))
        if told is None:
            raise Conflict(wording.REPLY_LOST)
        return told

    async def _deliver(self, conversation_id: str, once: str | None) -> None:
        """Send what waits in a conversation, oldest first; raises the refusal of the reply `once`."""
        async with self._locks.setdefault(conversation_id, asyncio.Lock()):
            query = select(outbox).where(outbox.c.conversation_id == conversation_id).order_by(outbox.c.id)
            rows = await self._db.read(lambda connection: connection.execute(query).all())
            for row in rows:
                try:
                    await self._send(row)
                except Unavailable:
                    raise
                except ToolError:
                    if row.key == once:
                        raise

    async def _send(self, row: Row[Any]) -> None:
        """One reply: to its order, then into the conversation. Refused for good, it waits no longer."""
        words = self._seal.open(row.payload)
        digest = hash_arguments(row.key, words)
        who = self._seal.read_claims(row.claims, digest)
        if who is None and await self._platform.find_request(row.key):
            who = self._seal.read_claims(row.claims, digest, expired=True)
        if who is None:
            await self._drop(row, words["order"], "too late")
            return
        try:
            await self._orders.say(words["order"], words["text"], who, row.key)
        except Unavailable:
            raise
        except ToolError as problem:
            await self._drop(row, words["order"], problem.kind)
            raise
        news = News("reply", words["text"], {"number": words["order"], "by": words["by"]}, row.key)
        await self._tell(who.id, row.conversation_id, news)

    async def _tell(self, who: str, conversation_id: str, news: News) -> None:
        """The words into the conversation and out of the outbox, in one commit; nothing where it was deleted."""

        def work(connection: Connection) -> None:
            connection.execute(outbox.delete().where(outbox.c.key == news.key))
            here = select(conversations.c.id).where(conversations.c.id == conversation_id)
            if connection.execute(here).first() is None or known_arrival(
                connection, self._seal, conversation_id, news.key
            ):
                return
            told = add_arrival(connection, self._seal, conversation_id, news)
            details = {"order": news.data["number"], "sequence": told.sequence, "characters": len(news.text)}
            record(connection, who, "handoff.replied", conversation_id, details)

        await self._db.write(work)

    async def _drop(self, row: Row[Any], order: str, why: str) -> None:
        def work(connection: Connection) -> None:
            if connection.execute(outbox.delete().where(outbox.c.id == row.id)).rowcount:
                details = {"order": order, "why": why}
                record(connection, "desk", "handoff.reply_refused", row.conversation_id, details)

        await self._db.write(work)


def _once(conversation_id: str, who: Principal, key: str) -> str:
    """The platform's key of a reply: the same person's, in the same conversation, under the same key."""
    return f"reply-{hashlib.sha256(repr((conversation_id, who.id, key)).encode()).hexdigest()[:40]}"


def _places(connection: Connection, number: str, key: str | None) -> list[Row[Any]]:
    """The conversations handed over as this order in which the words of `key` are neither told nor on their way."""
    if connection.execute(select(outbox.c.id).where(outbox.c.key == key)).first():
        return []
    known = select(arrivals.c.conversation_id).where(arrivals.c.key == key)
    query = (
        select(conversations.c.id, conversations.c.owner)
        .join(receipts, receipts.c.conversation_id == conversations.c.id)
        .where(receipts.c.object_id == number, receipts.c.tool == HANDOFF_TOOL, conversations.c.id.not_in(known))
        .distinct()
    )
    return list(connection.execute(query))


def _post(who: Principal) -> str:
    return next(name for role, name in wording.POSTS.items() if role in who.roles)
