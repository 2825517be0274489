"""What the centre does with several cases at once: watch them, or find that they are one."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any

from ...principal import Principal
from ..lifecycle import FINAL, STATES
from .bodies import MergeBody, SuperviseBody
from .case_rows import change_case, fetch, tell
from .case_view import view
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once


@dataclass(frozen=True)
class Merging:
    """Supervision and merging; all of the named cases, or none."""

    ground: Ground

    def supervise(self, who: Principal, body: SuperviseBody, write: Write) -> dict[str, Any]:
        """Flag open cases as supervised."""

        def work() -> dict[str, Any]:
            rows = self._open_ones(connection, who, body.numbers)
            now = self.ground.now()
            for row in rows:
                values = {"supervised": 1, "supervised_at": now, "supervise_reason": body.reason, "updated_at": now}
                change_case(connection, row, values, who, "supervised")
            return {"numbers": [row["number"] for row in rows], "reason": body.reason, "at": now}

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def merge(self, who: Principal, body: MergeBody, write: Write) -> dict[str, Any]:
        """The earliest case leads; the reporters of the others keep their access and are told."""

        def work() -> dict[str, Any]:
            rows = self._open_ones(connection, who, body.numbers)
            rows.sort(key=lambda row: (row["reported_at"], row["number"]))
            if len(rows) < 2:
                raise Problem(BAD_PARAMETER, "并案至少要有两个不同的案件。")
            self._check_kind(rows)
            master, others = rows[0], rows[1:]
            for other in others:
                self._absorb(connection, master, other, who)
            now = self.ground.now()
            count = master["report_count"] + sum(row["report_count"] for row in others)
            changed = change_case(connection, master, {"report_count": count, "updated_at": now}, who, "merged")
            return {"master": view(changed, who, now), "merged": [row["number"] for row in others]}

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def _absorb(self, connection: sqlite3.Connection, master: Row, other: Row, who: Principal) -> None:
        now = self.ground.now()
        query = "SELECT * FROM reports WHERE case_id = ?"
        reports = [dict(row) for row in connection.execute(query, (other["id"],)).fetchall()]
        copy = """INSERT INTO reports (case_id, reporter, at, source, description, address, contact_phone, photos,
          merged_from) SELECT ?, reporter, at, source, description, address, contact_phone, photos, ?
          FROM reports WHERE case_id = ?"""
        connection.execute(copy, (master["id"], other["number"], other["id"]))
        connection.execute(
            "UPDATE tasks SET status = 'cancelled' WHERE case_id = ? AND status = 'open'", (other["id"],)
        )
        values = {
            "status": "void", "merged_into": master["number"], "updated_at": now,
            "reason": f"与案件 {master['number']} 是同一问题，已并案。",
        }  # fmt: skip
        change_case(connection, other, values, who, "merged")
        text = f"您上报的案件 {other['number']} 与 {master['number']} 是同一问题，已并入后者，进展以后者为准。"
        for person in dict.fromkeys(report["reporter"] for report in reports):
            tell(connection, person, {"id": master["id"], "updated_at": now}, "merged", text)

    def _check_kind(self, rows: list[Row]) -> None:
        known = self.ground.categories
        kinds = {category.group for row in rows if (category := known.get(row["category_code"]))}
        if len(kinds) > 1:
            raise Problem(BAD_PARAMETER, "这些案件不是同一类问题，不能并案。")

    def _open_ones(self, connection: sqlite3.Connection, who: Principal, numbers: list[str]) -> list[Row]:
        if "supervisor" not in who.roles:
            raise Problem(FORBIDDEN, "只有值班长可以督办和并案。")
        rows = [fetch(connection, who, number) for number in dict.fromkeys(each.strip().upper() for each in numbers)]
        for row in rows:
            if row["status"] in FINAL:
                raise Problem(BAD_STATE, f"案件 {row['number']} 已是“{STATES[row['status']]}”状态，不能办理。")
        return rows
