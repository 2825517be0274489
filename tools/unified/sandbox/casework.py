"""What can be done with cases: report, look at, find, urge, move on. Checks rows and roles itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...categories import Categories
from ...gazetteer import Gazetteer
from ...geocode import geocode
from ...principal import Principal
from ..finding import CITY_ZONE
from ..lifecycle import FINAL, NEEDS_REASON, SEES_ALL, STATES, TIMESTAMP, TRANSITIONS, Scope, scope_of
from .auth import Caller
from .bodies import CaseBody, TransitionBody
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Row, Store, change_case, fetch, insert_case, once

Clock = Callable[[], datetime]
URGE_EVERY = timedelta(hours=24)
HIDDEN = ("contact_phone", "reporter")


@dataclass(frozen=True)
class Casework:
    """The platform's rules over its store; `clock` is the city's."""

    store: Store
    clock: Clock
    gazetteer: Gazetteer
    categories: Categories

    def report(self, caller: Caller, body: CaseBody, path: str) -> Row:
        """Make a case."""
        row = {**self.draft_row(body), "source": _source(caller.who), "reporter": caller.who.id}
        digest = _hash("POST", path, body.model_dump(), caller.who)
        with self.store.write() as connection:
            return once(
                connection, caller.app, caller.write_key, caller.who.id, digest,
                lambda: insert_case(connection, {**row, **self._now("reported_at")}, caller.who.id),
            )  # fmt: skip

    def draft_row(self, body: CaseBody) -> Row:
        """The stored fields of a report: class, place and grid checked and filled in by the platform."""
        category = self.categories.get(body.category_code)
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

    def see(self, caller: Caller, id_or_number: str) -> Row:
        """A case this person may see."""
        row = self.store.case(id_or_number) or {}
        return _within(scope_of(caller.who), row)

    def urge(self, caller: Caller, id_or_number: str, path: str) -> Row:
        """Ask for speed, once in 24 hours."""

        def work() -> Row:
            now, row = self.clock(), _within(scope_of(caller.who), fetch(connection, id_or_number))
            if row["reporter"] != caller.who.id and not caller.who.roles & SEES_ALL:
                raise Problem(FORBIDDEN, "只有上报人可以催办这个案件。")
            if row["status"] in FINAL:
                raise Problem(BAD_STATE, f"案件已是“{STATES[row['status']]}”状态，不能催办。")
            if row["urged_at"] and now - datetime.fromisoformat(row["urged_at"]) < URGE_EVERY:
                raise Problem(BAD_STATE, "24 小时内已经催办过一次，请稍后再催。")
            values = {**self._now("urged_at"), "urge_count": row["urge_count"] + 1}
            return change_case(connection, row["id"], values, caller.who.id, "urged")

        digest = _hash("POST", path, {}, caller.who)
        with self.store.write() as connection:
            return once(connection, caller.app, caller.write_key, caller.who.id, digest, work)

    def move(self, caller: Caller, id_or_number: str, body: TransitionBody, path: str) -> Row:
        """Move a case to its next state."""

        def work() -> Row:
            row = _within(scope_of(caller.who), fetch(connection, id_or_number))
            _check_transition(caller.who, row, body)
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
            return change_case(connection, row["id"], values, caller.who.id, body.to)

        digest = _hash("POST", path, body.model_dump(), caller.who)
        with self.store.write() as connection:
            return once(connection, caller.app, caller.write_key, caller.who.id, digest, work)

    def now(self) -> str:
        """The city's time as it is stored."""
        return self.clock().astimezone(CITY_ZONE).isoformat(timespec="seconds")

    def _now(self, name: str) -> dict[str, str]:
        at = self.now()
        return {name: at, "updated_at": at}

    def _place(self, body: CaseBody) -> Row:
        """District and grid from the point; from the words of the address alone when there is none."""
        if body.lon is not None and body.lat is not None:
            grid = self.gazetteer.locate(body.lon, body.lat)
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
        candidates = geocode(self.gazetteer, body.address).candidates
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


def _hash(method: str, path: str, body: Mapping[str, Any], who: Principal) -> str:
    text = json.dumps([method, path, body, who.id], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
