"""Visits to the place: is the problem there (verify), is it solved (check)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ...principal import Principal
from ..lifecycle import CHECK_RESULTS, MAY_CHECK, MAY_VERIFY, SEES_ALL, VERIFY_RESULTS
from .bodies import VisitBody
from .case_rows import change_case, fetch
from .case_view import view
from .casework import photos_text, with_photos
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Row, Write, once

KINDS = {
    "verify": (MAY_VERIFY, VERIFY_RESULTS, "verify_result", "verified_at"),
    "check": (MAY_CHECK, CHECK_RESULTS, "check_result", "checked_at"),
}


@dataclass(frozen=True)
class Visits:
    """Tasks for the people on the street, and what they found."""

    ground: Ground

    def report(self, who: Principal, case: str, kind: str, body: VisitBody, write: Write) -> Row:
        """Record what was found; the case waits for the desk's next step."""
        if kind not in KINDS:
            raise Problem(NOT_FOUND, "任务只有 verify（核实）和 check（核查）两种。")
        roles, results, field, stamp = KINDS[kind]

        def work() -> Row:
            row = fetch(connection, who, case)
            if not who.roles & roles:
                raise Problem(FORBIDDEN, "您的岗位不能办理这一步。")
            if body.result not in results:
                raise Problem(BAD_PARAMETER, f"结果只能是：{'、'.join(results.values())}。")
            now = self.ground.now()
            done = """UPDATE tasks SET status = 'done', done_at = ?, done_by = ?, result = ?, note = ?, photos = ?
              WHERE case_id = ? AND kind = ? AND status = 'open'"""
            found = (now, who.id, body.result, body.note, photos_text(body.photos), row["id"], kind)
            if connection.execute(done, found).rowcount == 0:
                raise Problem(BAD_STATE, "这个案件现在没有等待现场反馈的任务。")
            values = {field: body.result, stamp: now, "updated_at": now, **with_photos(row, body.photos)}
            return view(change_case(connection, row, values, who, kind), who, now)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def waiting(self, who: Principal) -> list[dict[str, Any]]:
        """The open tasks of a person's grids, or all for the centre; the most pressing first."""
        everything = bool(who.roles & SEES_ALL)
        grids = list(who.grids) if "grid" in who.roles else []
        if not everything and not grids:
            raise Problem(FORBIDDEN, "只有网格员和指挥中心可以看任务。")
        where = "1" if everything else f"tasks.duty_grid IN ({', '.join('?' * len(grids))})"
        query = f"""SELECT tasks.*, number AS case_number, category_name, address FROM tasks
          JOIN cases ON cases.id = tasks.case_id WHERE tasks.status = 'open' AND {where}
          ORDER BY due_at LIMIT 200"""  # noqa: S608
        rows = self.ground.store.rows(query, [] if everything else grids)
        return [{**row, "photos": json.loads(row["photos"])} for row in rows]
