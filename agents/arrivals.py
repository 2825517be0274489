"""What arrives in a conversation outside its turns: a person's reply, a case's progress. Numbered, sealed, kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, func, select

from .database import Database
from .rows import moment, owned, record, stamp
from .seal import Seal
from .tables import arrivals, conversations

Kind = Literal["handoff", "reply", "progress", "returned"]


@dataclass(frozen=True)
class Arrival:
    """One of them: `sequence` counts within its conversation; `data` says which object it is about."""

    conversation_id: str
    sequence: int
    at: datetime
    kind: Kind
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Fresh:
    """The newest arrival of all, and the conversations in which something came since another one."""

    last: int
    conversations: frozenset[str] = frozenset()


class Arrivals:
    """Reads them: for their owner, from a number on; and, for whoever waits, where there are new ones."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._db = database
        self._seal = seal

    async def after(self, owner: str, conversation_id: str, sequence: int, limit: int) -> list[Arrival]:
        """What came in one of the owner's conversations after a number, oldest first."""

        def work(connection: Connection) -> list[Arrival]:
            owned(connection, owner, conversation_id)
            later = (arrivals.c.conversation_id == conversation_id) & (arrivals.c.sequence > sequence)
            query = select(arrivals).where(later).order_by(arrivals.c.sequence).limit(limit)
            return [_arrival(row, self._seal) for row in connection.execute(query)]

        return await self._db.read(work)

    async def fresh(self, last: int | None) -> Fresh:
        """Where something came after the arrival `last`; with None only which is the newest."""

        def work(connection: Connection) -> Fresh:
            newest = connection.execute(select(func.max(arrivals.c.id))).scalar() or 0
            if last is None or newest <= last:
                return Fresh(newest)
            query = select(arrivals.c.conversation_id).where(arrivals.c.id > last).distinct()
            return Fresh(newest, frozenset(connection.execute(query).scalars()))

        return await self._db.read(work)


@dataclass(frozen=True)
class News:
    """Something to be told in a conversation; told once per key."""

    kind: Kind
    text: str
    data: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None


def add_arrival(connection: Connection, seal: Seal, conversation_id: str, news: News) -> Arrival:
    """Write it in the running transaction; the same key again gives the one that is there."""
    mine = arrivals.c.conversation_id == conversation_id
    known = known_arrival(connection, seal, conversation_id, news.key)
    if known is not None:
        return known
    number = (connection.execute(select(func.max(arrivals.c.sequence)).where(mine)).scalar() or 0) + 1
    values = {"conversation_id": conversation_id, "sequence": number, "at": stamp(), "kind": news.kind}
    payload = seal.close({"text": news.text, "data": dict(news.data)})
    connection.execute(arrivals.insert().values(**values, key=news.key, payload=payload))
    row = connection.execute(select(arrivals).where(mine, arrivals.c.sequence == number)).one()
    return _arrival(row, seal)


def known_arrival(connection: Connection, seal: Seal, conversation_id: str, key: str | None) -> Arrival | None:
    """What was told under a key, if anything was."""
    if key is None:
        return None
    query = select(arrivals).where(arrivals.c.conversation_id == conversation_id, arrivals.c.key == key)
    row = connection.execute(query).first()
    return None if row is None else _arrival(row, seal)


def hand_over(connection: Connection, seal: Seal, conversation_id: str, order: str) -> None:
    """From now on a person speaks in this conversation."""
    mine = conversations.c.id == conversation_id
    connection.execute(conversations.update().where(mine).values(handoff=order))
    news = News("handoff", f"已转给人工，工单编号 {order}。", {"number": order}, f"handoff:{order}")
    add_arrival(connection, seal, conversation_id, news)


def hand_back(connection: Connection, seal: Seal, conversation_id: str, order: str, text: str) -> bool:
    """The agents speak again; False when they already do."""
    mine = (conversations.c.id == conversation_id) & (conversations.c.handoff == order)
    if connection.execute(conversations.update().where(mine).values(handoff=None)).rowcount != 1:
        return False
    add_arrival(connection, seal, conversation_id, News("returned", text, {"number": order}))
    record(connection, "desk", "handoff.returned", conversation_id, {"order": order})
    return True


def _arrival(row: Row[Any], seal: Seal) -> Arrival:
    opened = seal.open(row.payload)
    return Arrival(row.conversation_id, row.sequence, moment(row.at), row.kind, opened["text"], opened["data"])
