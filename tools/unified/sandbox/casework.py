"""What can be done with cases: report, look at, find, urge, move on. Checks rows and roles itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...geocode import geocode
from ...principal import Principal
from ..lifecycle import FINAL, NEEDS_REASON, SEES_ALL, STATES, TIMESTAMP, TRANSITIONS, Scope, scope_of
from .bodies import CaseBody, TransitionBody
from .case_rows import case_row, change_case, fetch, insert_case
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Row, Write, once

URGE_EVERY = timedelta(hours=24)
HIDDEN = ("contact_phone", "reporter")


@dataclass(frozen=True)
class Casework:
    """The platform's rules over its store; `clock` is the city's."""

    ground: Ground

    def report(self, who: Principal, body: CaseBody, write: Write) -> Row:
        """Make a case."""
        row = {**self.draft_row(body), "source": _source(who), "reporter": who.id}
        with self.ground.store.write() as connection:
            return once(
                connection, write,
                lambda: view(insert_case(connection, {**row, **self._now("reported_at")}, who.id), who),
            )  # fmt: skip

    def draft_row(self, body: CaseBody) -> Row:
        """The stored fields of a report: class, place and grid checked and filled in by the platform."""
        category = self.ground.categories.get(body.category_code)
        if category is None:
            raise Problem(BAD_PARAMETER, f"没有编码为 {body.category_code} 的类别。")
        return {
            "status": "reported",
            "category_code": category.code,
            "category_name": category.name,
            "category_kind": category.kind,
            "description": body.description,
            "address": body.address,
            "lon": body.lon,
            "lat": body.lat,
            "crs": body.crs,
            **self._place(body),
            "contact_phone": body.contact_phone,
            "photos": json.dumps([each.model_dump() for each in body.photos], ensure_ascii=False),
            "urge_count": 0,
        }

    def see(self, who: Principal, id_or_number: str) -> Row:
        """A case this person may see."""
        return _within(scope_of(who), case_row(self.ground.store, id_or_number))

    def urge(self, who: Principal, id_or_number: str, write: Write) -> Row:
        """Ask for speed, once in 24 hours."""

        def work() -> Row:
            now, row = self.ground.clock(), _within(scope_of(who), fetch(connection, id_or_number))
            if row["reporter"] != who.id and not who.roles & SEES_ALL:
                raise Problem(FORBIDDEN, "只有上报人可以催办这个案件。")
            if row["status"] in FINAL:
                raise Problem(BAD_STATE, f"案件已是“{STATES[row['status']]}”状态，不能催办。")
            if row["urged_at"] and now - datetime.fromisoformat(row["urged_at"]) < URGE_EVERY:
                raise Problem(BAD_STATE, "24 小时内已经催办过一次，请稍后再催。")
            values = {**self._now("urged_at"), "urge_count": row["urge_count"] + 1}
            return view(change_case(connection, row["id"], values, who.id, "urged"), who)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def move(self, who: Principal, id_or_number: str, body: TransitionBody, write: Write) -> Row:
        """Move a case to its next state."""

        def work() -> Row:
            row = _within(scope_of(who), fetch(connection, id_or_number))
            _check_transition(who, row, body)
            values = {"status": body.to, **self._now("updated_at"), "reason": body.reason or row["reason"]}
            if stamp := TIMESTAMP.get(body.to):
                values[stamp] = values["updated_at"]
            if row["status"] == "feedback":
                values["checked_at"] = values["updated_at"]
            if body.department and body.to == "dispatched":
                values["department"] = body.department
            if body.photos:
                added = [each.model_dump() for each in body.photos]
                values["photos"] = json.dumps([*json.loads(row["photos"]), *added], ensure_ascii=False)
            return view(change_case(connection, row["id"], values, who.id, body.to), who)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def now(self) -> str:
        """The city's time as it is stored."""
        return self.ground.now()

    def _now(self, name: str) -> dict[str, str]:
        at = self.now()
        return {name: at, "updated_at": at}

    def _place(self, body: CaseBody) -> Row:
        """District and grid from the point; from the words of the address alone when there is none."""
        if body.lon is not None and body.lat is not None:
            grid = self.ground.gazetteer.locate(body.lon, body.lat)
            if grid is None:
                raise Problem(BAD_PARAMETER, "坐标不在武汉市范围内。")
            return {
                "district": grid.district,
                "district_name": grid.district_name,
                "subdistrict": grid.subdistrict,
                "subdistrict_name": grid.subdistrict_name,
                "grid": grid.code,
                "duty_grid": grid.duty_grid,
            }
        candidates = geocode(self.ground.gazetteer, body.address).candidates
        if len(candidates) != 1:
            return {}
        found = candidates[0]
        return {
            "district": found.district,
            "district_name": found.district_name,
            "subdistrict": found.subdistrict,
            "subdistrict_name": found.subdistrict_name,
        }


def view(row: Row, who: Principal) -> dict[str, Any]:
    """A case as this person may read it: who reported it is for the reporter and the staff in charge."""
    shown = {**row, "status_name": STATES[row["status"]], "photos": json.loads(row["photos"])}
    if row["reporter"] != who.id and not who.is_staff:
        shown.update(dict.fromkeys(HIDDEN))
    return shown


def _within(scope: Scope, row: Mapping[str, Any]) -> Row:
    """The row, or the same "not found" for a missing and for somebody else's case."""
    if not row or not scope.covers(row):
        raise Problem(NOT_FOUND, "没有找到这个案件，请核对案件编号。")
    return dict(row)


def _check_transition(who: Principal, row: Row, body: TransitionBody) -> None:
    allowed = TRANSITIONS.get((row["status"], body.to))
    if allowed is None:
        names = STATES[row["status"]], STATES.get(body.to, body.to)
        raise Problem(BAD_STATE, f"案件不能从“{names[0]}”变为“{names[1]}”。")
    if not who.roles & allowed:
        raise Problem(FORBIDDEN, "您的岗位不能办理这一步。")
    if body.to in NEEDS_REASON and not (body.reason or "").strip():
        raise Problem(BAD_PARAMETER, "请写明原因。")
    if body.to == "dispatched" and not body.department:
        raise Problem(BAD_PARAMETER, "派遣时要写明处置部门。")
    self_handled = (row["status"], body.to) == ("reported", "closed")
    if self_handled and not {"before", "after"} <= {each.type for each in body.photos}:
        raise Problem(BAD_PARAMETER, "自行处理结案要有处理前和处理后的照片。")


def _source(who: Principal) -> str:
    return "staff" if who.is_staff else "public"
