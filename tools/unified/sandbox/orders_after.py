"""The hotline's way out: an order is sent back, answered, followed up, opened again, talked about."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...orders_rules import bundled_order_rules
from ...principal import Principal
from ...standards import bundled_standards
from ...worktime import Limit, due_at
from ..finding import CITY_ZONE
from ..order_states import ORDER_FINAL, ORDER_STATES, SENDERS, TALKERS, post_of
from .domain import Ground
from .orders_bodies import ExtendBody, ReturnBody, VisitedBody
from .orders_rows import add_row, change_order, check_move, fetch, view
from .outbox import announce
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once

Work = Callable[[sqlite3.Connection, Row], Mapping[str, Any]]


@dataclass(frozen=True)
class OrderFollowUp:
    """Return, reply, extend, visit, reopen, and the messages of a hand-off."""

    ground: Ground

    def give_back(self, who: Principal, number: str, body: ReturnBody, write: Write) -> Row:
        """A unit sends an order back, within its time and with a basis."""

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            check_move(who, row, "returned")
            sent = datetime.fromisoformat(row["dispatched_at"])
            if self._clock() > due_at(sent, bundled_order_rules().return_within, bundled_standards().hours):
                raise Problem(BAD_STATE, f"已超过退单时限（派单后{bundled_order_rules().return_within.words}内）。")
            query = """UPDATE order_dispatches SET returned_at = ?, return_reason = ?, return_basis = ?
              WHERE order_number = ? AND returned_at IS NULL"""
            connection.execute(query, (self.ground.now(), body.reason, body.basis, number.upper()))
            told = {"return_reason": body.reason, "return_basis": body.basis}
            return {"status": "returned", "return_count": row["return_count"] + 1, **told}

        return self._step(who, number, write, work, "returned")

    def reply(self, who: Principal, number: str, text: str, write: Write) -> Row:
        """The answer, by the unit that handles it or by the desk that answers at once."""

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            check_move(who, row, "replied")
            return {"status": "replied", "reply": text, "replied_at": self.ground.now()}

        return self._step(who, number, write, work, "replied")

    def extend(self, who: Principal, number: str, body: ExtendBody, write: Write) -> Row:
        """More work days, once, by those who sent it."""

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            if not who.roles & SENDERS:
                raise Problem(FORBIDDEN, "只有派遣员和值班长可以批准延期。")
            if row["status"] != "dispatched" or row["due_at"] is None:
                raise Problem(BAD_STATE, f"工单现在是“{ORDER_STATES[row['status']]}”，不能延期。")
            if row["extension_count"]:
                raise Problem(BAD_STATE, "这张工单已经延期过一次，不能再延。")
            most = bundled_order_rules().extension_max_days
            if body.days > most:
                raise Problem(BAD_PARAMETER, f"一次最多延期 {most} 个工作日（演示规则）。")
            end = due_at(datetime.fromisoformat(row["due_at"]), Limit("work_day", body.days), bundled_standards().hours)
            return {
                "due_at": end.isoformat(timespec="seconds"), "extension_count": 1, "extension_reason": body.reason,
            }  # fmt: skip

        return self._step(who, number, write, work, "extended")

    def visit(self, who: Principal, number: str, body: VisitedBody, write: Write) -> Row:
        """Solved and not dissatisfied closes the order; otherwise it is handled again. Nobody reached: it waits."""
        if body.contacted and (body.solved is None or body.satisfaction is None):
            raise Problem(BAD_PARAMETER, "联系上了就要写明是否解决和满意程度。")

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            good = body.solved is True and body.satisfaction != "dissatisfied"
            check_move(who, row, "closed" if good or not body.contacted else "reopened")
            now = self.ground.now()
            values = {
                "visited_at": now, "contacted": int(body.contacted), "visit_note": body.note,
                "solved": None if body.solved is None else int(body.solved), "satisfaction": body.satisfaction,
            }  # fmt: skip
            if not body.contacted:
                return values
            if good:
                return {**values, "status": "closed", "closed_at": now}
            return {**values, **self._again(row, body.note or "回访不满意")}

        return self._step(who, number, write, work, "visited")

    def reopen(self, who: Principal, number: str, reason: str, write: Write) -> Row:
        """Handle a closed order again: by its own caller or the desk, for some days."""

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            check_move(who, row, "reopened")
            days = bundled_order_rules().reopen_days
            if row["closed_at"] and self._clock() - datetime.fromisoformat(row["closed_at"]) > timedelta(days=days):
                raise Problem(BAD_STATE, f"办结已超过 {days} 天，不能重办，请重新提出诉求。")
            return self._again(row, reason)

        return self._step(who, number, write, work, "reopened")

    def say(self, who: Principal, number: str, text: str, write: Write) -> Row:
        """A message of a hand-off; the first one by a person of the city takes it up."""

        def work(connection: sqlite3.Connection, row: Row) -> Mapping[str, Any]:
            if row["kind"] != "handoff":
                raise Problem(BAD_STATE, "只有转人工的工单可以留言。")
            if row["status"] in ORDER_FINAL:
                raise Problem(BAD_STATE, f"工单已是“{ORDER_STATES[row['status']]}”状态，不能再留言。")
            own = row["caller"] == who.id
            if not own and not who.roles & TALKERS:
                raise Problem(FORBIDDEN, "您的岗位不能在对话中回复市民。")
            message = {"order_number": row["number"], "at": self.ground.now(), "text": text, "person": who.id}
            told = {**message, "author": "citizen" if own else "staff"}
            announce(connection, "order.message_added", told["at"], {
                "number": row["number"], "message": add_row(connection, "order_messages", told), "at": told["at"],
                "author": told["author"], "post": post_of(who), "key": write.key,
            })  # fmt: skip
            taken = not own and row["status"] == "received"
            return {"status": "talking", "accepted_at": self.ground.now()} if taken else {}

        return self._step(who, number, write, work, "message")

    def _again(self, row: Row, reason: str) -> Mapping[str, Any]:
        return {
            "status": "reopened", "reopen_count": row["reopen_count"] + 1, "reopen_reason": reason, "closed_at": None,
        }  # fmt: skip

    def _step(self, who: Principal, number: str, write: Write, work: Work, action: str) -> Row:
        def done() -> Row:
            row, now = fetch(connection, who, number), self.ground.now()
            values = {**work(connection, row), "updated_at": now}
            return view(connection, change_order(connection, row, values, who, action), who, now)

        with self.ground.store.write() as connection:
            return once(connection, write, done)

    def _clock(self) -> datetime:
        return self.ground.clock().astimezone(CITY_ZONE)
