"""Small pieces every table shares: identifiers, times, audit rows, steps, stored replies."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, func, select

from .errors import Unknown
from .guard import Vault, restore_value
from .records import Reply, Waiting
from .tables import audit, conversations, steps, turns

_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)
_WAITING: TypeAdapter[Waiting] = TypeAdapter(Waiting)


@dataclass(frozen=True)
class Step:
    """A step to be written: what kind, a Chinese title, JSON details (personal data as placeholders)."""

    kind: str
    title: str
    details: Mapping[str, Any]


def new_id(prefix: str) -> str:
    """An unguessable identifier (128 bits)."""
    return f"{prefix}_{secrets.token_hex(16)}"


def stamp(at: datetime | None = None) -> str:
    """A moment (now, by the wall clock) as sortable UTC text."""
    return (at or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="microseconds")


def moment(text: str) -> datetime:
    """The moment of `stamp`'s text."""
    return datetime.fromisoformat(text)


def record(connection: Connection, who: str, event: str, target: str, details: Mapping[str, Any]) -> None:
    """Append one audit row in the running transaction."""
    values = {"at": stamp(), "who": who, "event": event, "object": target}
    connection.execute(audit.insert().values(**values, details=json.dumps(details, ensure_ascii=False)))


def write_steps(connection: Connection, turn_id: str, rows: Sequence[Step]) -> None:
    """Append the steps of a turn; one that ended unsure gets more when it is known what became of it."""
    if rows:
        query = select(func.count()).select_from(steps).where(steps.c.turn_id == turn_id)
        before = int(connection.execute(query).scalar_one())
        connection.execute(
            steps.insert(),
            [
                {
                    "turn_id": turn_id,
                    "ordinal": ordinal,
                    "kind": row.kind,
                    "title": row.title,
                    "at": stamp(),
                    "details": json.dumps(row.details, ensure_ascii=False, default=str),
                }
                for ordinal, row in enumerate(rows, before)
            ],
        )


def finish_turn(connection: Connection, reply: Reply) -> None:
    """Store a turn's reply (placeholders kept)."""
    connection.execute(
        turns.update()
        .where(turns.c.id == reply.turn_id)
        .values(state="finished", reply=_REPLY.dump_json(reply).decode(), finished_at=stamp())
    )


def read_reply(stored: str, vault: Vault) -> Reply:
    """A stored reply with personal data restored for its owner."""
    return _REPLY.validate_python(restore_value(json.loads(stored), vault))


def read_waiting(stored: str | None) -> Waiting | None:
    """What a conversation waits for, from its column."""
    return _WAITING.validate_json(stored) if stored else None


def dump_waiting(waiting: Waiting | None) -> str | None:
    """The same, as it is stored."""
    return _WAITING.dump_json(waiting).decode() if waiting else None


def restored(reply: Reply, vault: Vault) -> Reply:
    """A reply with personal data restored for its owner."""
    return (
        _REPLY.validate_python(restore_value(_REPLY.dump_python(reply, mode="json"), vault)) if vault.values else reply
    )


def owned(connection: Connection, owner: str, conversation_id: str) -> Row[Any]:
    """The conversation's row if it is this owner's; anything else is `Unknown`."""
    query = select(conversations).where(conversations.c.id == conversation_id, conversations.c.owner == owner)
    row = connection.execute(query).first()
    if row is None:
        raise Unknown("没有找到这个会话。它可能已被删除，请新建一个会话。")
    return row


def next_sequence(connection: Connection, conversation_id: str) -> int:
    """The number of the conversation's next turn."""
    query = select(func.max(turns.c.sequence)).where(turns.c.conversation_id == conversation_id)
    return (connection.execute(query).scalar() or 0) + 1


def add_turn(connection: Connection, conversation_id: str, text: str, key: str | None) -> str:
    """Insert a running turn with the user's (masked) words; returns its id."""
    turn_id = new_id("t")
    connection.execute(
        turns.insert().values(
            id=turn_id,
            conversation_id=conversation_id,
            sequence=next_sequence(connection, conversation_id),
            state="running",
            text=text,
            idempotency_key=key,
            request_hash=text,
            created_at=stamp(),
        )
    )
    return turn_id
