"""Conversations, turns and steps in SQL. A turn costs two writes: its beginning and its end."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from langchain_core.messages import BaseMessage
from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, select

from .actions import Draft, PendingAction, insert_drafts, pending_actions, replace_pending
from .database import Database
from .errors import Conflict, Unknown
from .guard import Vault, hide, mask, restore, restore_value
from .history import load_message
from .records import Is, Reason, Reply, Waiting, could_not_help
from .rows import (
    Step,
    add_turn,
    dump_waiting,
    finish_turn,
    moment,
    new_id,
    owned,
    read_reply,
    read_waiting,
    record,
    stamp,
    write_steps,
)
from .seal import Seal
from .tables import actions, audit, conversations, feedback, steps, turns
from .views import AuditRow, Conversation, ConversationView, Trace, TraceStep, TurnView

HISTORY_TURNS = 20
TURN_LIMIT = timedelta(seconds=150)
_REPLY: TypeAdapter[Reply] = TypeAdapter(Reply)


@dataclass(frozen=True)
class Opening:
    """What a turn starts from. `replay` is set when this very request was answered before.

    `handoff` is the order of the person who speaks here now; `failed` says that the last reply could not help;
    `refused` why it would not; `last` what it came to; `began` is when, by the process's own clock.
    """

    turn_id: str
    text: str
    vault: Vault
    history: tuple[BaseMessage, ...] = ()
    waiting: Waiting | None = None
    agent: str | None = None
    pending: tuple[PendingAction, ...] = ()
    shown: tuple[str, ...] = ()
    handoff: str | None = None
    failed: bool = False
    refused: Reason | None = None
    last: Is | None = None
    replay: Reply | None = None
    began: float = field(default_factory=time.monotonic)


@dataclass(frozen=True)
class Closing:
    """What a turn leaves behind."""

    reply: Reply
    vault: Vault
    steps: Sequence[Step]
    drafts: Sequence[Draft]
    waiting: Waiting | None
    replaced: Sequence[str] = ()


class Conversations:
    """The desk's memory; every read and write names the owner."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._db = database
        self._seal = seal

    async def open(self, owner: str, key: str | None) -> Conversation:
        """Start a conversation; the same key gives the same one."""

        def work(connection: Connection) -> Conversation:
            if key and (row := _by_key(connection, owner, key)):
                return _conversation(row, self._vault(row))
            now = stamp()
            new = {
                "id": new_id("c"),
                "owner": owner,
                "title": "",
                "vault": self._seal.close({"nonce": secrets.token_hex(2), "values": {}}),
                "idempotency_key": key,
                "created_at": now,
                "updated_at": now,
            }
            connection.execute(conversations.insert().values(**new))
            record(connection, owner, "conversation.opened", str(new["id"]), {})
            made = connection.execute(select(conversations).where(_is(str(new["id"])))).one()
            return _conversation(made, self._vault(made))

        return await self._db.write(work)

    async def recent(self, owner: str, limit: int, before: datetime | None) -> list[Conversation]:
        """The owner's conversations, newest first."""
        query = select(conversations).where(conversations.c.owner == owner)
        if before is not None:
            query = query.where(conversations.c.updated_at < stamp(before))
        query = query.order_by(conversations.c.updated_at.desc(), conversations.c.id).limit(limit)
        return await self._db.read(
            lambda connection: [_conversation(row, self._vault(row)) for row in connection.execute(query)]
        )

    async def view(self, owner: str, conversation_id: str) -> ConversationView:
        """A conversation with its turns, personal data restored for its owner."""

        def work(connection: Connection) -> ConversationView:
            row = owned(connection, owner, conversation_id)
            vault = self._vault(row)
            query = select(turns).where(turns.c.conversation_id == conversation_id).order_by(turns.c.sequence)
            return ConversationView(
                _conversation(row, vault), tuple(_turn(turn, vault) for turn in connection.execute(query))
            )

        return await self._db.read(work)

    async def remove(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation and everything said in it; receipts and audit rows stay."""

        def work(connection: Connection) -> None:
            owned(connection, owner, conversation_id)
            busy = select(actions.c.id).where(
                actions.c.conversation_id == conversation_id, actions.c.state == "executing"
            )
            if connection.execute(busy).first():
                raise Conflict("有一项操作正在提交，请等它完成后再删除会话。")
            connection.execute(conversations.delete().where(_is(conversation_id)))
            record(connection, owner, "conversation.deleted", conversation_id, {})

        await self._db.write(work)

    async def begin(self, owner: str, conversation_id: str, text: str, key: str | None) -> Opening:
        """Store the user's message durably and return what the turn starts from."""
        return await self._db.write(lambda connection: self._begin(connection, owner, conversation_id, text, key))

    def _begin(self, connection: Connection, owner: str, conversation_id: str, text: str, key: str | None) -> Opening:
        row = owned(connection, owner, conversation_id)
        masked = mask(text, self._vault(row))
        if key and (earlier := _turn_by_key(connection, conversation_id, key)):
            return _replay(earlier, masked.text, masked.vault)
        _refuse_if_busy(connection, conversation_id)
        last = connection.execute(
            select(turns.c.reply)
            .where(turns.c.conversation_id == conversation_id)
            .order_by(turns.c.sequence.desc())
            .limit(1)
        ).first()
        turn_id = add_turn(connection, conversation_id, masked.text, key)
        self._remember(connection, conversation_id, masked.vault, None if last else masked.text)
        return Opening(
            turn_id=turn_id,
            text=masked.text,
            vault=masked.vault,
            history=_history(connection, conversation_id),
            waiting=read_waiting(row.waiting),
            agent=row.agent,
            pending=pending_actions(connection, conversation_id),
            shown=_shown(last),
            handoff=row.handoff,
            failed=_failed(last),
            refused=_refused(last),
            last=_last_outcome(last),
        )

    def _remember(self, connection: Connection, conversation_id: str, vault: Vault, title: str | None) -> None:
        values = {
            "vault": self._seal.close({"nonce": vault.nonce, "values": dict(vault.values)}),
            "updated_at": stamp(),
        }
        if title is not None:
            values["title"] = title[:40]
        connection.execute(conversations.update().where(_is(conversation_id)).values(**values))

    async def finish(self, owner: str, closing: Closing) -> None:
        """Write the turn's end in one commit: steps, reply, actions, what is waited for, audit."""

        def work(connection: Connection) -> None:
            reply = closing.reply
            write_steps(connection, reply.turn_id, closing.steps)
            finish_turn(connection, reply)
            for action_id in closing.replaced:
                replace_pending(connection, action_id)
            insert_drafts(connection, reply.conversation_id, reply.turn_id, closing.drafts)
            self._remember(connection, reply.conversation_id, closing.vault, None)
            connection.execute(
                conversations.update()
                .where(_is(reply.conversation_id))
                .values(
                    agent=reply.agent,
                    waiting=dump_waiting(closing.waiting),
                )
            )
            details = {"outcome": reply.outcome.kind, "reason": reply.outcome.reason, "agent": reply.agent}
            record(connection, owner, "turn.answered", reply.turn_id, details)
            for draft in closing.drafts:
                record(connection, owner, "action.proposed", draft.action.id, {"tool": draft.action.tool})

        await self._db.write(work)

    async def fail(self, owner: str, turn_id: str, problem: str) -> None:
        """Mark a turn that broke; the user's words stay."""

        def work(connection: Connection) -> None:
            connection.execute(turns.update().where(turns.c.id == turn_id).values(state="failed", finished_at=stamp()))
            record(connection, owner, "turn.failed", turn_id, {"problem": problem})

        await self._db.write(work)

    async def fail_abandoned(self) -> None:
        """Mark turns that a dead process left running."""
        border = stamp(datetime.now(UTC) - TURN_LIMIT) if not self._db.alone else stamp()
        stale = (turns.c.state == "running") & (turns.c.created_at < border)
        await self._db.write(
            lambda connection: connection.execute(
                turns.update().where(stale).values(state="failed", finished_at=stamp())
            )
        )

    async def trace(self, owner: str | None, conversation_id: str, turn_id: str) -> Trace:
        """The steps of a turn, placeholders kept; `owner` None is an operator, who may see any."""

        def work(connection: Connection) -> Trace:
            if owner is not None:
                owned(connection, owner, conversation_id)
            found = select(turns.c.id).where(turns.c.id == turn_id, turns.c.conversation_id == conversation_id)
            if not connection.execute(found).first():
                raise Unknown("没有找到这一轮对话。请核对编号。")
            query = select(steps).where(steps.c.turn_id == turn_id).order_by(steps.c.ordinal)
            rows = connection.execute(query)
            return Trace(
                turn_id,
                conversation_id,
                tuple(TraceStep(row.kind, row.title, moment(row.at), json.loads(row.details)) for row in rows),
            )

        return await self._db.read(work)

    async def rate(self, owner: str, conversation_id: str, turn_id: str, rating: str, comment: str | None) -> None:
        """Store what the user thought of a reply."""

        def work(connection: Connection) -> None:
            owned(connection, owner, conversation_id)
            found = select(turns.c.id).where(turns.c.id == turn_id, turns.c.conversation_id == conversation_id)
            if not connection.execute(found).first():
                raise Unknown("没有找到这一轮对话。请核对编号。")
            masked = hide(comment) if comment else None
            connection.execute(feedback.insert().values(turn_id=turn_id, rating=rating, comment=masked, at=stamp()))

        await self._db.write(work)

    async def audit(self, limit: int, before: int | None) -> list[AuditRow]:
        """The newest audit rows."""
        query = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.id < before)
        rows = await self._db.read(lambda connection: connection.execute(query).all())
        return [
            AuditRow(row.id, moment(row.at), row.who, row.event, row.object, json.loads(row.details)) for row in rows
        ]

    def _vault(self, row: Row[Any]) -> Vault:
        opened = self._seal.open(row.vault)
        return Vault(opened["nonce"], opened["values"])


def _is(conversation_id: str) -> Any:
    return conversations.c.id == conversation_id


def _by_key(connection: Connection, owner: str, key: str) -> Row[Any] | None:
    query = select(conversations).where(conversations.c.owner == owner, conversations.c.idempotency_key == key)
    return connection.execute(query).first()


def _turn_by_key(connection: Connection, conversation_id: str, key: str) -> Row[Any] | None:
    query = select(turns).where(turns.c.conversation_id == conversation_id, turns.c.idempotency_key == key)
    return connection.execute(query).first()


def _replay(turn: Row[Any], text: str, vault: Vault) -> Opening:
    if turn.request_hash != text:
        raise Conflict("这个 Idempotency-Key 已用于另一条消息，请换一个新的。")
    if turn.reply is None:
        raise Conflict("这条消息正在处理或处理失败，请稍后重新读取会话。")
    return Opening(turn.id, text, vault, replay=read_reply(turn.reply, vault))


def _refuse_if_busy(connection: Connection, conversation_id: str) -> None:
    border = stamp(datetime.now(UTC) - TURN_LIMIT)
    running = select(turns.c.id).where(
        turns.c.conversation_id == conversation_id, turns.c.state == "running", turns.c.created_at >= border
    )
    if connection.execute(running).first():
        raise Conflict("上一条消息还在处理，请等它答完再发。")


def _history(connection: Connection, conversation_id: str) -> tuple[BaseMessage, ...]:
    recent = (
        select(turns.c.id, turns.c.sequence)
        .where(turns.c.conversation_id == conversation_id, turns.c.state == "finished")
        .order_by(turns.c.sequence.desc())
        .limit(HISTORY_TURNS)
        .subquery()
    )
    query = (
        select(steps.c.details)
        .join(recent, recent.c.id == steps.c.turn_id)
        .where(steps.c.kind == "message")
        .order_by(recent.c.sequence, steps.c.ordinal)
    )
    return tuple(load_message(json.loads(row.details)) for row in connection.execute(query))


def _shown(last: Row[Any] | None) -> tuple[str, ...]:
    if last is None or last.reply is None:
        return ()
    return tuple(action.id for action in _REPLY.validate_json(last.reply).actions)


def _failed(last: Row[Any] | None) -> bool:
    if last is None or last.reply is None:
        return False
    return could_not_help(_REPLY.validate_json(last.reply).outcome)


def _last_outcome(last: Row[Any] | None) -> Is | None:
    return None if last is None or last.reply is None else _REPLY.validate_json(last.reply).outcome.kind


def _refused(last: Row[Any] | None) -> Reason | None:
    if last is None or last.reply is None:
        return None
    outcome = _REPLY.validate_json(last.reply).outcome
    return outcome.reason if outcome.kind == "refused" else None


def _conversation(row: Row[Any], vault: Vault) -> Conversation:
    return Conversation(
        row.id, restore(row.title, vault), row.agent, moment(row.created_at), moment(row.updated_at), row.handoff
    )


def _turn(row: Row[Any], vault: Vault) -> TurnView:
    return TurnView(
        id=row.id,
        sequence=row.sequence,
        state=row.state,
        text=restore_value(row.text, vault),
        reply=read_reply(row.reply, vault) if row.reply else None,
        created_at=moment(row.created_at),
    )
