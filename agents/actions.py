"""Writes waiting for a yes: proposed, claimed by one winner, executed once, receipted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select

from tools import ToolSpec

from .errors import Conflict, Gone, Unknown
from .records import Action, Receipt
from .rows import moment, record, stamp
from .seal import hash_arguments
from .tables import actions, receipts

LEASE = timedelta(seconds=60)


@dataclass(frozen=True)
class Draft:
    """A new action as the turn leaves it; arguments hold placeholders for personal data."""

    action: Action
    agent: str


@dataclass(frozen=True)
class PendingAction:
    """An action shown to the user and not yet decided."""

    id: str
    agent: str
    tool: str
    title: str
    arguments: Mapping[str, Any]
    summary: str
    expires_at: datetime


def insert_drafts(connection: Connection, conversation_id: str, turn_id: str, drafts: Sequence[Draft]) -> None:
    """Store proposed actions."""
    for draft in drafts:
        action = draft.action
        connection.execute(
            actions.insert().values(
                id=action.id,
                conversation_id=conversation_id,
                turn_id=turn_id,
                agent=draft.agent,
                tool=action.tool,
                title=action.title,
                arguments=json.dumps(action.arguments, ensure_ascii=False, sort_keys=True),
                arguments_hash=hash_arguments(action.tool, action.arguments),
                summary=action.summary,
                state="pending",
                expires_at=stamp(action.expires_at),
            )
        )


def pending_actions(connection: Connection, conversation_id: str) -> tuple[PendingAction, ...]:
    """The conversation's undecided actions, expired ones included."""
    query = select(actions).where(actions.c.conversation_id == conversation_id, actions.c.state == "pending")
    return tuple(pending(row) for row in connection.execute(query))


def pending(row: Row[Any]) -> PendingAction:
    """An action's row as a record."""
    return PendingAction(
        row.id, row.agent, row.tool, row.title, json.loads(row.arguments), row.summary, moment(row.expires_at)
    )


def decidable(connection: Connection, conversation_id: str, action_id: str, now: datetime) -> Row[Any]:
    """The action's row if it may be decided now; otherwise why not, as an error."""
    query = select(actions).where(actions.c.id == action_id, actions.c.conversation_id == conversation_id)
    row = connection.execute(query).first()
    if row is None:
        raise Unknown("没有找到这项操作。请回到会话里核对。")
    if row.state == "pending" and now > moment(row.expires_at):
        raise Gone("这项操作已超过确认时限，没有提交。请重新说一遍要办的事。")
    if row.state == "executed":
        raise Conflict("这项操作之前已经提交成功，没有重复提交。", receipt_of(connection, action_id))
    if row.state != "pending":
        raise Conflict(_WHY_NOT[row.state])
    return row


_WHY_NOT = {
    "executing": "这项操作正在提交，请稍候再看结果。",
    "cancelled": "这项操作已取消，没有提交。需要的话请重新发起。",
    "replaced": "这项操作已被修改后的新内容取代，请确认新的那一项。",
    "failed": "这项操作之前提交失败，没有生效。请重新发起。",
}


def claim(connection: Connection, row: Row[Any], claims: str, key: str | None, turn_id: str) -> None:
    """Take the action for execution; exactly one caller wins, on any number of replicas."""
    won = connection.execute(
        actions.update()
        .where(actions.c.id == row.id, actions.c.state == "pending")
        .values(
            state="executing",
            claims=claims,
            lease_until=stamp(datetime.now(UTC) + LEASE),
            decision_key=key,
            decision_turn=turn_id,
        )
    )
    if won.rowcount != 1:
        raise Conflict(_WHY_NOT["executing"])


def settle(connection: Connection, action_id: str, state: str, problem: str | None = None) -> None:
    """Give an action its final state."""
    connection.execute(
        actions.update().where(actions.c.id == action_id).values(state=state, problem=problem, lease_until=None)
    )


def replace_pending(connection: Connection, action_id: str) -> None:
    """A newer proposal takes an undecided action's place; one that is being executed stays."""
    connection.execute(
        actions.update().where(actions.c.id == action_id, actions.c.state == "pending").values(state="replaced")
    )


def withdraws(earlier: PendingAction, spec: ToolSpec, given: Mapping[str, Any]) -> bool:
    """Whether what cannot be done is the earlier one put right: then that was not meant either (不是我的卡)."""
    same = [name for name in spec.required if name in given and earlier.arguments.get(name) == given[name]]
    return earlier.tool == spec.name and (bool(same) or not spec.required)


def add_receipt(connection: Connection, conversation_id: str, receipt: Receipt) -> None:
    """Store the proof of an executed action (once) and settle the action."""
    if receipt_of(connection, receipt.action_id) is None:
        connection.execute(
            receipts.insert().values(
                action_id=receipt.action_id,
                conversation_id=conversation_id,
                tool=receipt.tool,
                title=receipt.title,
                object_id=receipt.object_id,
                at=stamp(receipt.at),
                by=receipt.by,
            )
        )
    settle(connection, receipt.action_id, "executed")
    record(connection, receipt.by, "action.executed", receipt.action_id, {"object": receipt.object_id})


def receipt_of(connection: Connection, action_id: str) -> Receipt | None:
    """The receipt of an action, if it was executed."""
    row = connection.execute(select(receipts).where(receipts.c.action_id == action_id)).first()
    return Receipt(row.action_id, row.tool, row.title, row.object_id, moment(row.at), row.by) if row else None
