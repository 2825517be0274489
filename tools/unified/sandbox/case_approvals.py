"""What a department asks for: more time, to let a case rest, another look at what was found. The supervisor decides."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...principal import Principal
from ...standards import bundled_standards
from ...worktime import Limit, due_at
from ..lifecycle import OPEN_TO_APPEAL
from .bodies import ApprovalBody, DecisionBody, TransitionBody
from .case_moves import Moves
from .case_rows import case_row, change_case, fetch, tell
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Row, Write, once

OPEN_FOR = {"extend": ("dispatched", "processing", "rework"), "suspend": ("processing",), "appeal": OPEN_TO_APPEAL}
NAMES = {"extend": "延期", "suspend": "挂账", "appeal": "申诉"}


@dataclass(frozen=True)
class Approvals:
    """Requests and decisions."""

    ground: Ground

    def ask(self, who: Principal, case: str, body: ApprovalBody, write: Write) -> Row:
        """Ask for an extension or a suspension of one's own case."""

        def work() -> Row:
            row = fetch(connection, who, case)
            if "department" not in who.roles or row["department"] != who.department:
                raise Problem(FORBIDDEN, "只有承办部门可以提出申请。")
            self._check(connection, row, body)
            query = """INSERT INTO approvals (case_id, kind, status, reason, value, asked_by, asked_at)
              VALUES (?, ?, 'pending', ?, ?, ?, ?)"""
            now = self.ground.now()
            value = body.value if body.kind == "extend" else None
            added = connection.execute(query, (row["id"], body.kind, body.reason, value, who.id, now))
            appeal = {"appeal_status": "pending", "appeal_reason": body.reason, "appealed_at": now}
            values = {"updated_at": now, **(appeal if body.kind == "appeal" else {})}
            change_case(connection, row, values, who, f"asked_{body.kind}")
            return _one(connection, int(added.lastrowid or 0))

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def decide(self, who: Principal, approval: int, body: DecisionBody, write: Write) -> Row:
        """Approve or turn down; an approved request takes effect at once."""

        def work() -> Row:
            if "supervisor" not in who.roles:
                raise Problem(FORBIDDEN, "只有值班长可以审批。")
            found = _one(connection, approval)
            if found["status"] != "pending":
                raise Problem(BAD_STATE, "这个申请已经审批过了。")
            row = fetch(connection, who, found["case_number"])
            query = "UPDATE approvals SET status = ?, decided_by = ?, decided_at = ?, note = ? WHERE id = ?"
            status, now = "approved" if body.approve else "rejected", self.ground.now()
            connection.execute(query, (status, who.id, now, body.note, approval))
            if found["kind"] == "appeal":
                change_case(connection, row, {"appeal_status": status, "updated_at": now}, who, f"appeal_{status}")
            elif body.approve:
                self._apply(connection, row, found, who)
            verdict = "同意" if body.approve else "不同意"
            text = f"案件 {row['number']} 的{NAMES[found['kind']]}申请：{verdict}。"
            tell(connection, found["asked_by"], {**row, "updated_at": now}, found["kind"], text)
            return _one(connection, approval)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def of_case(self, who: Principal, case: str) -> list[dict[str, Any]]:
        """The requests about a case, newest first; for its department and the centre."""
        row = case_row(self.ground.store, who, case)
        if not who.roles & {"supervisor", "dispatcher", "department"}:
            raise Problem(FORBIDDEN, "您的岗位不能看审批。")
        query = "SELECT approvals.*, ? AS case_number FROM approvals WHERE case_id = ? ORDER BY id DESC"
        return self.ground.store.rows(query, (row["number"], row["id"]))

    def _check(self, connection: sqlite3.Connection, row: Row, body: ApprovalBody) -> None:
        if row["status"] not in OPEN_FOR[body.kind]:
            raise Problem(BAD_STATE, f"案件现在的状态不能申请{NAMES[body.kind]}。")
        if body.kind == "appeal" and row["appeal_status"] is not None:
            raise Problem(BAD_STATE, "这个案件已经申诉过一次。")
        if body.kind == "extend" and body.value is None:
            raise Problem(BAD_PARAMETER, "请写明要延长多久。")
        if body.kind == "extend" and row["deadline_at"] is None:
            raise Problem(BAD_STATE, "这个案件没有处置时限，不需要延期。")
        query = "SELECT 1 FROM approvals WHERE case_id = ? AND kind = ? AND status = 'pending'"
        if connection.execute(query, (row["id"], body.kind)).fetchone():
            raise Problem(BAD_STATE, f"已经有一个{NAMES[body.kind]}申请在等待审批。")

    def _apply(self, connection: sqlite3.Connection, row: Row, found: Row, who: Principal) -> None:
        if row["status"] not in OPEN_FOR[found["kind"]]:
            raise Problem(BAD_STATE, f"案件的状态已经改变，不能再{NAMES[found['kind']]}。")
        if found["kind"] == "suspend":
            body = TransitionBody(to="suspended", reason=found["reason"])
            Moves(self.ground).step(connection, row, body, who)
            return
        limit = Limit(row["limit_kind"], found["value"])
        end = due_at(datetime.fromisoformat(row["deadline_at"]), limit, bundled_standards().hours)
        values = {
            "deadline_at": end.isoformat(timespec="seconds"),
            "extension_count": row["extension_count"] + 1,
            "updated_at": self.ground.now(),
        }
        change_case(connection, row, values, who, "extended")


def _one(connection: sqlite3.Connection, approval: int) -> Row:
    query = """SELECT approvals.*, cases.number AS case_number FROM approvals
      JOIN cases ON cases.id = approvals.case_id WHERE approvals.id = ?"""
    row = connection.execute(query, (approval,)).fetchone()
    if row is None:
        raise Problem(NOT_FOUND, "没有这个申请。")
    return dict(row)
