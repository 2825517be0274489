"""A case moves from state to state: who may, what a step needs, what it sets off."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...principal import Principal
from ...standards import bundled_standards
from ...worktime import Limit, due_at, resumed
from ..finding import CITY_ZONE
from ..lifecycle import NEEDS_REASON, STATES, TIMESTAMP, TRANSITIONS
from .bodies import TransitionBody
from .case_rows import change_case, fetch
from .case_view import view
from .casework import with_photos
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once

_VISITS = {"verifying": "verify", "feedback": "check"}


@dataclass(frozen=True)
class Moves:
    """The state machine over the store."""

    ground: Ground

    def move(self, who: Principal, id_or_number: str, body: TransitionBody, write: Write) -> Row:
        """Move a case to its next state."""

        def work() -> Row:
            row = fetch(connection, who, id_or_number)
            check_step(who, row, body)
            return view(self.step(connection, row, body, who), who, self.ground.now())

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def step(self, connection: sqlite3.Connection, row: Row, body: TransitionBody, who: Principal) -> Row:
        """Make a step that was checked, inside a transaction."""
        values = {"status": body.to, "updated_at": self.ground.now(), **self._sets(row, body)}
        moved = change_case(connection, row, values, who, body.to)
        cancel = "UPDATE tasks SET status = 'cancelled' WHERE case_id = ? AND status = 'open'"
        connection.execute(cancel, (row["id"],))
        if kind := _VISITS.get(body.to):
            self._send(connection, row, kind)
        return moved

    def _sets(self, row: Row, body: TransitionBody) -> dict[str, Any]:
        """The fields a step changes besides the state."""
        now = self.ground.now()
        values: dict[str, Any] = {"reason": body.reason or row["reason"], **with_photos(row, body.photos)}
        if stamp := TIMESTAMP.get(body.to):
            values[stamp] = now
        match row["status"], body.to:
            case _, "filed":
                values |= self._filed(row)
            case before, "dispatched":
                values |= {"department": body.department, "deadline_at": self._deadline(row)}
                values |= {"return_basis": body.basis} if before == "returned" and body.basis else {}
            case _, "returned":
                values |= {"return_count": row["return_count"] + 1, "return_basis": body.basis}
            case _, "rework":
                values |= {"rework_count": row["rework_count"] + 1, "checked_at": now}
            case "suspended", "processing":
                values |= {"received_at": row["received_at"], "suspended_at": None, **self._resumed(row)}
            case "reported", "closed":
                values |= {"self_handled": 1, "finished_at": now}
            case before, "closed":
                forced = body.forced or before == "suspended"
                values |= {"forced_close": int(forced), "checked_at": row["checked_at"] or now}
            case _, "feedback":
                values |= {"check_result": None, "reason": body.reason}
        return values

    def _filed(self, row: Row) -> dict[str, Any]:
        """The standard in force today decides the limit; dispatching has a limit of its own."""
        standards, now = bundled_standards(), self._clock()
        due = due_at(now, standards.stages["dispatch"], standards.hours).isoformat(timespec="seconds")
        found = standards.get(row["category_code"], now.date())
        if found is None:
            return {"dispatch_due_at": due}
        return {
            "dispatch_due_at": due,
            "standard_id": found.id,
            "limit_kind": found.limit.kind,
            "limit_value": found.limit.value,
            "limit_source": found.source,
            "urgent": int(found.limit.kind == "urgent_hour" or row["urgent"]),
        }

    def _deadline(self, row: Row) -> str | None:
        if row["limit_kind"] is None:
            return None
        limit = Limit(row["limit_kind"], row["limit_value"])
        return due_at(self._clock(), limit, bundled_standards().hours).isoformat(timespec="seconds")

    def _resumed(self, row: Row) -> dict[str, Any]:
        """A case that rested goes on with the time it had left."""
        if row["deadline_at"] is None or row["suspended_at"] is None:
            return {}
        due, paused = (datetime.fromisoformat(row[name]) for name in ("deadline_at", "suspended_at"))
        end = resumed(due, paused, self._clock(), row["limit_kind"], bundled_standards().hours)
        return {"deadline_at": end.isoformat(timespec="seconds")}

    def _send(self, connection: sqlite3.Connection, row: Row, kind: str) -> None:
        """Ask the duty grid to go and look."""
        standards, now = bundled_standards(), self._clock()
        due = due_at(now, standards.stages[kind], standards.hours)
        query = (
            "INSERT INTO tasks (case_id, kind, status, duty_grid, created_at, due_at) VALUES (?, ?, 'open', ?, ?, ?)"
        )
        times = (now.isoformat(timespec="seconds"), due.isoformat(timespec="seconds"))
        connection.execute(query, (row["id"], kind, row["duty_grid"], *times))

    def _clock(self) -> datetime:
        return self.ground.clock().astimezone(CITY_ZONE)


def check_step(who: Principal, row: Row, body: TransitionBody) -> None:
    """Refuse a step that the state, the role or missing facts forbid."""
    if body.version is not None and body.version != row["updated_at"]:
        raise Problem(BAD_STATE, "案件在您核对之后有了变化，请重新查看后再办理。")
    allowed = TRANSITIONS.get((row["status"], body.to))
    if allowed is None:
        names = STATES[row["status"]], STATES.get(body.to, body.to)
        raise Problem(BAD_STATE, f"案件不能从“{names[0]}”变为“{names[1]}”。")
    if not who.roles & allowed:
        raise Problem(FORBIDDEN, "您的岗位不能办理这一步。")
    if body.to in NEEDS_REASON and not body.reason:
        raise Problem(BAD_PARAMETER, "请写明原因。")
    _check_visit(who, row, body)
    match row["status"], body.to:
        case "reported", "closed":
            if not {"before", "after"} <= {each.type for each in body.photos}:
                raise Problem(BAD_PARAMETER, "自行处理结案要有处理前和处理后的照片。")
        case before, "dispatched":
            if not body.department:
                raise Problem(BAD_PARAMETER, "派遣时要写明处置部门。")
            if before == "returned" and body.department == row["department"] and not body.basis:
                raise Problem(BAD_PARAMETER, "案件是这个部门退回的。再派给它要写明新的依据，或者改派其他部门。")
        case _, "returned":
            if not body.basis:
                raise Problem(BAD_PARAMETER, "退回时要写明依据，例如责任清单的条目或权属单位。")


def _check_visit(who: Principal, row: Row, body: TransitionBody) -> None:
    """Going on after a visit needs its result; only the supervisor may go on without, and must say why."""
    needed = {
        ("verifying", "accepted"): ("verify_result", ("exist",), "核实结果为“问题存在”"),
        ("verifying", "void"): ("verify_result", ("not_exist", "unable"), "核实结果为“问题不存在”或“无法核实”"),
        ("feedback", "closed"): ("check_result", ("pass",), "核查结果为“通过”"),
    }.get((row["status"], body.to))
    if needed is None or row[needed[0]] in needed[1]:
        return
    if not body.forced:
        raise Problem(BAD_STATE, f"要先有现场结果：{needed[2]}才能办理这一步。")
    if "supervisor" not in who.roles:
        raise Problem(FORBIDDEN, "没有现场结果时，只有值班长可以特批。")
    if not body.reason:
        raise Problem(BAD_PARAMETER, "特批要写明原因。")
