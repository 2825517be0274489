"""The user's decision on an action: claimed once, executed once, receipted; finished after a crash."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage
from sqlalchemy import Connection, Row, select

from tools import (
    HANDOFF_TOOL,
    Call,
    NeedsAnswer,
    Platform,
    Principal,
    ToolError,
    ToolSpec,
    Unavailable,
    run_tool,
    spec_of,
)

from . import wording
from .actions import (
    LEASE,
    Draft,
    PendingAction,
    add_receipt,
    claim,
    decidable,
    insert_drafts,
    pending,
    settle,
)
from .arrivals import hand_over
from .clock import Clock
from .database import Database
from .errors import Forbidden, Invalid
from .guard import Vault, restore_value
from .history import RESULT, dump_message, tool_message
from .proposals import masked_value, propose
from .records import Asked, Citation, Outcome, Receipt, Reply, Waiting
from .rows import Step, add_turn, finish_turn, owned, read_reply, read_waiting, record, stamp, write_steps
from .seal import Seal, hash_arguments
from .tables import actions, conversations, turns
from .toolbox import Toolbox

CLAIMS_LAST = timedelta(minutes=10)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """An action this process won the right to execute, and the turn that tells of it."""

    action: PendingAction
    conversation_id: str
    turn_id: str
    vault: Vault
    waiting: Waiting | None = None


@dataclass(frozen=True)
class Told:
    """How a decision turned out, ready to be written."""

    reply: Reply
    steps: tuple[Step, ...]
    vault: Vault
    receipt: Receipt | None = None
    state: str | None = None
    drafts: tuple[Draft, ...] = ()


class Decisions:
    """Confirm, cancel and edit; nothing here keeps state outside SQL."""

    def __init__(
        self, database: Database, seal: Seal, toolbox: Toolbox, platform: Platform, clock: Clock, minutes: int
    ) -> None:
        self._db = database
        self._seal = seal
        self._toolbox = toolbox
        self._platform = platform
        self._clock = clock
        self._minutes = minutes

    async def confirm(
        self, who: Principal, conversation_id: str, action_id: str, key: str | None, turn_id: str | None = None
    ) -> Told | Reply:
        """Execute an action once. A repeated key gives the stored reply; `turn_id` is set for a yes in words."""

        def work(connection: Connection) -> Claimed | Reply:
            conversation = owned(connection, who.id, conversation_id)
            vault = self._vault(conversation)
            if key and (stored := _decided(connection, conversation_id, action_id, key)):
                return read_reply(stored, vault)
            row = decidable(connection, conversation_id, action_id, self._clock())
            self._require(who, row)
            turn = turn_id or add_turn(connection, conversation_id, wording.CONFIRMED, None)
            until = datetime.now(UTC) + CLAIMS_LAST
            claim(connection, row, self._seal.sign_claims(who, row.arguments_hash, until), key, turn)
            record(connection, who.id, "action.confirmed", action_id, {"tool": row.tool})
            return Claimed(pending(row), conversation_id, turn, vault, read_waiting(conversation.waiting))

        claimed = await self._db.write(work)
        return claimed if isinstance(claimed, Reply) else await self._execute(who, claimed)

    async def cancel(
        self,
        who: Principal,
        conversation_id: str,
        action_id: str,
        turn_id: str | None = None,
        said: str = wording.NOTHING_SENT,
    ) -> Told:
        """Drop an action."""

        def work(connection: Connection) -> Claimed:
            conversation = owned(connection, who.id, conversation_id)
            vault = self._vault(conversation)
            row = decidable(connection, conversation_id, action_id, self._clock())
            settle(connection, action_id, "cancelled")
            record(connection, who.id, "action.cancelled", action_id, {"tool": row.tool})
            turn = turn_id or add_turn(connection, conversation_id, wording.CANCELLED, None)
            return Claimed(pending(row), conversation_id, turn, vault, read_waiting(conversation.waiting))

        claimed = await self._db.write(work)
        return await self._tell(who, claimed, _reply(claimed, said, Outcome("answered")), "cancelled")

    async def edit(self, who: Principal, conversation_id: str, action_id: str, arguments: Mapping[str, Any]) -> Told:
        """Replace an action by one with changed arguments, to be confirmed anew."""

        def read(connection: Connection) -> tuple[PendingAction, Vault]:
            vault = self._vault(owned(connection, who.id, conversation_id))
            row = decidable(connection, conversation_id, action_id, self._clock())
            self._require(who, row)
            return pending(row), vault

        action, vault = await self._db.read(read)
        tool = self._toolbox[action.tool]
        changed = _merge(spec_of(tool), action.arguments, arguments)
        try:
            call = Call(principal=who, now=self._clock())
            proposal = await propose(tool, changed, vault, call, self._minutes)
        except NeedsAnswer as need:
            raise Invalid(need.question, f"arguments.{need.slot}") from None
        except ToolError as problem:
            raise Invalid(str(problem), "arguments") from None

        def work(connection: Connection) -> Claimed:
            decidable(connection, conversation_id, action_id, self._clock())
            settle(connection, action_id, "replaced")
            turn = add_turn(connection, conversation_id, wording.EDITED, None)
            record(connection, who.id, "action.edited", action_id, {"new": proposal.action.id})
            return Claimed(action, conversation_id, turn, proposal.vault)

        claimed = await self._db.write(work)
        lines = "\n".join(f"- {line}" for line in proposal.action.summary.splitlines())
        reply = _reply(claimed, f"{wording.CHECK}\n{lines}", Outcome("confirm"))
        draft = Draft(proposal.action, action.agent)
        return await self._tell(who, claimed, replace(reply, actions=(proposal.action,)), "edited", (draft,))

    async def explain(
        self, who: Principal, conversation_id: str, turn_id: str, action: PendingAction, problem: str
    ) -> Told:
        """Answer a yes or no in words that came too late."""
        vault = await self._db.read(lambda connection: self._vault(owned(connection, who.id, conversation_id)))
        claimed = Claimed(action, conversation_id, turn_id, vault)
        return await self._tell(who, claimed, _reply(claimed, problem, Outcome("refused", "conflict")), None)

    async def recover(self, everything: bool) -> int:
        """Finish executions a process left behind; at start-up of a lone process that is every open one."""
        now = stamp()
        query = select(actions, conversations.c.owner, conversations.c.vault).join(
            conversations, conversations.c.id == actions.c.conversation_id
        )
        query = query.where(actions.c.state == "executing")
        if not everything:
            query = query.where(actions.c.lease_until < now)
        rows = await self._db.read(lambda connection: connection.execute(query).all())
        return sum([await self._recover_one(row) for row in rows])

    async def _recover_one(self, row: Row[Any]) -> bool:
        if not await self._renew(row):
            return False
        claimed = Claimed(pending(row), row.conversation_id, row.decision_turn, self._vault(row))
        try:
            known = await self._platform.find_request(row.id)
        except ToolError as problem:
            _log.warning("action %s: platform not reachable for recovery: %s", row.id, problem)
            return False
        intact = hash_arguments(row.tool, json_arguments(row)) == row.arguments_hash
        who = self._seal.read_claims(row.claims, row.arguments_hash, expired=known) if intact else None
        if who is None:
            lost = _reply(claimed, wording.LOST, Outcome("refused", "unavailable"))
            await self._tell(Principal(row.owner, frozenset()), claimed, lost, "failed")
        else:
            await self._execute(who, claimed)
        return True

    async def _renew(self, row: Row[Any]) -> bool:
        """Take over the lease of an abandoned execution; one winner."""
        same = (actions.c.id == row.id) & (actions.c.state == "executing") & (actions.c.lease_until == row.lease_until)
        change = actions.update().where(same).values(lease_until=stamp(datetime.now(UTC) + LEASE))
        return await self._db.write(lambda connection: connection.execute(change).rowcount == 1)

    async def _execute(self, who: Principal, claimed: Claimed) -> Told:
        action = claimed.action
        spec = spec_of(self._toolbox[action.tool])
        arguments = restore_value(dict(action.arguments), claimed.vault)
        call = Call(principal=who, now=self._clock(), idempotency_key=action.id)
        try:
            result = await run_tool(self._toolbox[action.tool], arguments, call)
        except Unavailable:
            unsure = _reply(claimed, wording.UNSURE, Outcome("refused", "unavailable"))
            return await self._tell(who, claimed, unsure, None)
        except ToolError as problem:
            refused = _reply(claimed, str(problem), Outcome("refused", wording.REASONS[problem.kind]))
            return await self._tell(who, claimed, refused, "failed")
        masked, vault = masked_value({"said": result.said, "data": dict(result.data)}, claimed.vault)
        object_id = str(result.data.get(spec.object_id or "", action.id))
        receipt = Receipt(action.id, spec.name, spec.title, object_id, self._clock(), who.id)
        citation = Citation(1, "record", spec.title, masked["said"], tool=spec.name, record=masked["data"])
        reply = _reply(claimed, f"{masked['said']}[1]", Outcome("done"))
        reply = replace(reply, citations=(citation,), receipts=(receipt,))
        return await self._tell(who, replace(claimed, vault=vault), reply, "executed", receipt=receipt)

    async def _tell(
        self,
        who: Principal,
        claimed: Claimed,
        reply: Reply,
        state: str | None,
        drafts: tuple[Draft, ...] = (),
        receipt: Receipt | None = None,
    ) -> Told:
        """Write how the decision turned out in one commit, with the question that is still open beside it."""
        reply = self._still_open(claimed, reply)
        steps = tuple(Step("message", "决定的结果", dump_message(each)) for each in _messages(claimed, reply, state))

        def work(connection: Connection) -> None:
            write_steps(connection, reply.turn_id, steps)
            finish_turn(connection, reply)
            if receipt is not None:
                add_receipt(connection, reply.conversation_id, receipt)
                if receipt.tool == HANDOFF_TOOL:
                    hand_over(connection, self._seal, reply.conversation_id, receipt.object_id)
            elif state == "failed":
                settle(connection, claimed.action.id, "failed", reply.text)
                record(connection, who.id, "action.failed", claimed.action.id, {"reason": reply.outcome.reason})
            insert_drafts(connection, reply.conversation_id, reply.turn_id, drafts)
            sealed = self._seal.close({"nonce": claimed.vault.nonce, "values": dict(claimed.vault.values)})
            mine = conversations.c.id == reply.conversation_id
            connection.execute(conversations.update().where(mine).values(vault=sealed, updated_at=stamp()))

        await self._db.write(work)
        return Told(reply, steps, claimed.vault, receipt, state, drafts)

    def _still_open(self, claimed: Claimed, reply: Reply) -> Reply:
        """The reply with what another wish of the same conversation still waits for."""
        waiting = claimed.waiting
        if waiting is None or claimed.action.tool == HANDOFF_TOOL or waiting.tool not in self._toolbox:
            return reply
        spec = spec_of(self._toolbox[waiting.tool])
        slot = spec.slots.get(waiting.slot)
        if slot is None:
            return reply
        question = slot.ask or wording.TELL.format(label=slot.label)
        asked = Asked(spec.name, waiting.slot, slot.kind, question, (), waiting.slot in spec.required)
        text = f"{reply.text}\n\n{wording.STILL_OPEN.format(title=spec.title, question=question)}"
        return replace(reply, text=text, asks=(asked,))

    def _require(self, who: Principal, row: Row[Any]) -> None:
        spec = spec_of(self._toolbox[row.tool])
        if not who.roles & spec.roles:
            raise Forbidden(wording.NOT_ALLOWED.format(title=spec.title))

    def _vault(self, row: Row[Any]) -> Vault:
        opened = self._seal.open(row.vault)
        return Vault(opened["nonce"], opened["values"])


def json_arguments(row: Row[Any]) -> Mapping[str, Any]:
    """The stored arguments of an action's row."""
    return pending(row).arguments


def _decided(connection: Connection, conversation_id: str, action_id: str, key: str) -> str | None:
    query = (
        select(turns.c.reply)
        .join(actions, actions.c.decision_turn == turns.c.id)
        .where(actions.c.id == action_id, actions.c.conversation_id == conversation_id, actions.c.decision_key == key)
    )
    return connection.execute(query).scalar()


def _merge(spec: ToolSpec, old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    unknown = [name for name in new if name not in spec.slots]
    if unknown or not new:
        allowed = "、".join(spec.slots)
        raise Invalid(f"不能修改“{'、'.join(unknown) or '（空）'}”。可以修改的有：{allowed}。", "arguments")
    return {**old, **new}


def _reply(claimed: Claimed, text: str, outcome: Outcome) -> Reply:
    return Reply(
        conversation_id=claimed.conversation_id,
        turn_id=claimed.turn_id,
        agent=claimed.action.agent,
        text=text,
        outcome=outcome,
        trace_id=claimed.turn_id,
    )


def _messages(claimed: Claimed, reply: Reply, state: str | None) -> list[BaseMessage]:
    words = {"cancelled": wording.CANCELLED, "edited": wording.EDITED}.get(state or "", wording.CONFIRMED)
    arguments = {"action": claimed.action.id, "tool": claimed.action.tool, "state": state or "unknown"}
    call = {"name": RESULT, "args": arguments, "id": f"result-{claimed.action.id}", "type": "tool_call"}
    return [
        HumanMessage(words),
        AIMessage("", tool_calls=[call]),
        tool_message(str(call["id"]), RESULT, {"say": reply.text, **arguments}),
        AIMessage(reply.text),
    ]
