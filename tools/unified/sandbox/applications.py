"""Applications for service items: handed in, corrected, moved on by the deciding office. Checks owners and offices."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...directory import Item, bundled_directory
from ...principal import Principal
from ...worktime import is_workday, nth_workday
from ..finding import CITY_ZONE
from .domain import Ground
from .outbox import announce
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Change, Row, Write, log_change, next_serial, once

SCHEMA = """
CREATE TABLE IF NOT EXISTS applications (
  number TEXT PRIMARY KEY, item TEXT NOT NULL, title TEXT NOT NULL, owner TEXT NOT NULL, represents TEXT,
  department TEXT, status TEXT NOT NULL, provided TEXT NOT NULL, wanted TEXT NOT NULL, note TEXT, draft TEXT,
  contact_phone TEXT, submitted_at TEXT NOT NULL, accepted_at TEXT, due_on TEXT, due_unit TEXT, finished_at TEXT,
  updated_at TEXT NOT NULL, demo INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS applications_by_owner ON applications (owner, submitted_at);
CREATE TABLE IF NOT EXISTS application_drafts (
  id TEXT PRIMARY KEY, item TEXT NOT NULL, owner TEXT NOT NULL, represents TEXT, form TEXT NOT NULL,
  created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS application_drafts_by_owner ON application_drafts (owner, item);
"""
STATUSES: Mapping[str, str] = {
    "submitted": "已提交，待受理",
    "correcting": "待补正",
    "accepted": "已受理",
    "reviewing": "审查中",
    "done": "已办结",
    "refused": "不予办理",
}
STAGES = ("submitted", "accepted", "reviewing", "done")
FINAL = frozenset(("done", "refused"))
MOVES: Mapping[str, frozenset[str]] = {
    "submitted": frozenset(("correcting", "accepted", "refused")),
    "accepted": frozenset(("reviewing",)),
    "reviewing": frozenset(("done", "refused")),
}
OPEN_SQL = "status NOT IN ('done', 'refused')"


class ApplicationBody(BaseModel):
    """An application: the item, the names of the materials handed in, and the draft it was filled in with."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    item: str = Field(min_length=2, max_length=60)
    materials: list[str] = Field(default_factory=list, max_length=40)
    draft: str | None = Field(None, max_length=40)
    contact_phone: str | None = Field(None, max_length=40)


class SupplementBody(BaseModel):
    """Materials that were asked for."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    materials: list[str] = Field(min_length=1, max_length=40)


class StepBody(BaseModel):
    """What the deciding office does next; `wanted` only when it asks for corrections."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    to: Literal["correcting", "accepted", "reviewing", "done", "refused"]
    wanted: list[str] = Field(default_factory=list, max_length=40)
    note: str | None = Field(None, max_length=1000)


@dataclass(frozen=True)
class Applications:
    """The rules over the store."""

    ground: Ground

    def submit(self, who: Principal, body: ApplicationBody, write: Write) -> Row:
        """Hand an application in; one that is open for the same item must be finished first."""
        item = found_item(body.item)
        _may_apply(who, item)
        if unknown := [each for each in body.materials if each not in {known.name for known in item.materials}]:
            raise Problem(BAD_PARAMETER, f"“{item.name}”的材料清单里没有：{'、'.join(unknown)}。")

        def work() -> Row:
            self._refuse_second(connection, who, item)
            self._check_draft(connection, who, body)
            row = self._new_row(connection, who, item, body)
            insert(connection, "applications", row)
            shown = {"item": item.id, "status": "submitted"}
            log_change(
                connection, Change(row["submitted_at"], who.id, "submitted", "application", row["number"], shown)
            )
            return view(row, self.ground.clock())

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def mine(self, who: Principal, item: str | None) -> list[Row]:
        """Own applications, newest first."""
        query = "SELECT * FROM applications WHERE (owner = ? OR (represents IS NOT NULL AND represents = ?))"
        values: list[Any] = [who.id, who.represents]
        if item:
            query, values = f"{query} AND item = ?", [*values, item]
        rows = self.ground.store.rows(f"{query} ORDER BY submitted_at DESC, number DESC LIMIT 50", values)
        return [view(row, self.ground.clock()) for row in rows]

    def see(self, who: Principal, number: str) -> Row:
        """One application of this person, of whom they represent, or of their office."""
        rows = self.ground.store.rows("SELECT * FROM applications WHERE number = ?", (number.upper(),))
        return view(_within(who, rows[0] if rows else None), self.ground.clock())

    def supplement(self, who: Principal, number: str, materials: list[str], write: Write) -> Row:
        """Hand in what was asked for; anything else is refused."""

        def work() -> Row:
            row = _within(who, fetch(connection, number))
            if not _owns(who, row):
                raise Problem(FORBIDDEN, "只有申请人可以补交材料。")
            wanted: list[str] = json.loads(row["wanted"])
            if row["status"] != "correcting":
                raise Problem(BAD_STATE, f"办件 {row['number']} 现在是“{STATUSES[row['status']]}”，不需要补正。")
            if extra := [each for each in materials if each not in wanted]:
                names = "、".join(extra), "、".join(wanted)
                raise Problem(BAD_PARAMETER, f"没有要求补交：{names[0]}。只需要补交：{names[1]}。")
            left = [each for each in wanted if each not in materials]
            provided = [*json.loads(row["provided"]), *(each for each in wanted if each in materials)]
            values: dict[str, Any] = {"provided": _text(provided), "wanted": _text(left)}
            values |= {} if left else {"status": "submitted", "note": None}
            return self._change(connection, row, values, who, "supplemented")

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def advance(self, who: Principal, number: str, body: StepBody, write: Write) -> Row:
        """The deciding office asks for corrections, accepts, reviews, decides."""

        def work() -> Row:
            row = _within(who, fetch(connection, number))
            if not _decides(who, row):
                raise Problem(FORBIDDEN, "只有办理部门可以推进办件。")
            if body.to not in MOVES.get(row["status"], frozenset()):
                raise Problem(BAD_STATE, f"办件不能从“{STATUSES[row['status']]}”变为“{STATUSES[body.to]}”。")
            if body.to == "correcting" and not body.wanted:
                raise Problem(BAD_PARAMETER, "要求补正时要一次写明补什么材料。")
            if body.to == "refused" and not body.note:
                raise Problem(BAD_PARAMETER, "不予办理要写明理由。")
            values: dict[str, Any] = {"status": body.to, "note": body.note, "wanted": _text(body.wanted)}
            if body.to == "accepted":
                values |= {"accepted_at": self.ground.now(), **due(found_item(row["item"]), self._today())}
            if body.to in FINAL:
                values["finished_at"] = self.ground.now()
            return self._change(connection, row, values, who, body.to)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def _change(
        self, connection: sqlite3.Connection, row: Row, values: Mapping[str, Any], who: Principal, action: str
    ) -> Row:
        at = self.ground.now()
        changed = {**values, "updated_at": at}
        names = ", ".join(f"{name} = ?" for name in changed)
        query = f"UPDATE applications SET {names} WHERE number = ?"  # noqa: S608 - the names are this file's
        connection.execute(query, [*changed.values(), row["number"]])
        log_change(connection, Change(at, who.id, action, "application", row["number"], changed))
        if (after := str(changed.get("status", row["status"]))) != row["status"]:
            payload = {
                "number": row["number"],
                "from": row["status"],
                "to": after,
                "to_name": STATUSES[after],
                "at": at,
            }
            announce(connection, "application.state_changed", at, payload)
        return view({**row, **changed}, self.ground.clock())

    def _new_row(self, connection: sqlite3.Connection, who: Principal, item: Item, body: ApplicationBody) -> Row:
        at = self.ground.now()
        day = at[:10].replace("-", "")
        return {
            "number": f"BJ{day}{next_serial(connection, f'application:{day}'):06d}",
            "item": item.id,
            "title": item.title,
            "owner": who.id,
            "represents": who.represents if item.audience == "企业" else None,
            "department": item.department,
            "status": "submitted",
            "provided": _text(body.materials),
            "wanted": _text([]),
            "draft": body.draft,
            "contact_phone": body.contact_phone,
            "submitted_at": at,
            "updated_at": at,
        }

    def _refuse_second(self, connection: sqlite3.Connection, who: Principal, item: Item) -> None:
        query = f"SELECT number FROM applications WHERE owner = ? AND item = ? AND {OPEN_SQL}"  # noqa: S608 - a constant
        known = connection.execute(query, (who.id, item.id)).fetchone()
        if known is not None:
            raise Problem(BAD_STATE, f"您已经有一件在办的“{item.name}”，编号 {known['number']}，不用重复提交。")

    def _check_draft(self, connection: sqlite3.Connection, who: Principal, body: ApplicationBody) -> None:
        if body.draft is None:
            return
        query = "SELECT 1 FROM application_drafts WHERE id = ? AND owner = ? AND item = ?"
        if connection.execute(query, (body.draft, who.id, body.item)).fetchone() is None:
            raise Problem(NOT_FOUND, "没有找到这份表单草稿，请重新填表。")

    def _today(self) -> date:
        return self.ground.clock().astimezone(CITY_ZONE).date()


def view(row: Mapping[str, Any], now: datetime) -> Row:
    """An application as its owner may read it; never the phone number or who else is concerned."""
    left = remaining(row.get("due_on"), row.get("due_unit"), now.astimezone(CITY_ZONE).date())
    names = ("number", "item", "title", "department", "status", "note", "submitted_at", "updated_at")
    later = ("accepted_at", "due_on", "due_unit", "finished_at")
    return {
        **{name: row[name] if name != "note" else row.get("note") for name in names},
        **{name: row.get(name) for name in later},
        "status_name": STATUSES[row["status"]],
        "provided": json.loads(row["provided"]),
        "wanted": json.loads(row["wanted"]),
        "remaining_days": left if row["status"] in ("accepted", "reviewing") else None,
        "demo": bool(row.get("demo")),
    }


def remaining(due_on: str | None, unit: str | None, today: date) -> int | None:
    """Days left until the limit in its own unit: work days on the official calendar, or natural days."""
    if due_on is None:
        return None
    due = date.fromisoformat(due_on)
    if unit != "work_day":
        return (due - today).days
    first, last = sorted((today, due))
    days = sum(is_workday(first + timedelta(days=count + 1)) for count in range((last - first).days))
    return days if due >= today else -days


def found_item(item: str) -> Item:
    """The item of the directory."""
    known = bundled_directory().get(item)
    if known is None:
        raise Problem(NOT_FOUND, "没有这个政务服务事项，请先查事项目录。")
    return known


def fetch(connection: sqlite3.Connection, number: str) -> Row | None:
    """The row of an application inside a transaction."""
    row = connection.execute("SELECT * FROM applications WHERE number = ?", (number.upper(),)).fetchone()
    return dict(row) if row is not None else None


def insert(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> None:
    """Add one row; the names are those of this room's tables."""
    marks = ", ".join("?" * len(row))
    query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608 - names are ours
    connection.execute(query, list(row.values()))


def _may_apply(who: Principal, item: Item) -> None:
    if "citizen" not in who.roles or not who.verified:
        raise Problem(FORBIDDEN, "提交申请要先实名登录。")
    if item.needs_enterprise and not who.represents:
        raise Problem(FORBIDDEN, f"“{item.name}”由企业办理，您的登录身份没有代表任何企业。")


def _within(who: Principal, row: Row | None) -> Row:
    """The row, or the same "not found" for a missing and for somebody else's application."""
    if row is None or not (_owns(who, row) or _decides(who, row)):
        raise Problem(NOT_FOUND, "没有找到这个办件，请核对办件编号。")
    return row


def _owns(who: Principal, row: Mapping[str, Any]) -> bool:
    return bool(row["owner"] == who.id or (who.represents and row["represents"] == who.represents))


def _decides(who: Principal, row: Mapping[str, Any]) -> bool:
    return "department" in who.roles and who.department is not None and row["department"] == who.department


def due(item: Item, today: date) -> dict[str, Any]:
    """The end of the statutory limit that begins with acceptance; nothing where no source gives one."""
    if item.limit is None:
        return {}
    days, unit = item.limit.days, item.limit.unit
    due = nth_workday(today, days) if unit == "work_day" else today + timedelta(days=days)
    return {"due_on": due.isoformat(), "due_unit": unit}


def _text(values: list[str]) -> str:
    return json.dumps(values, ensure_ascii=False)
