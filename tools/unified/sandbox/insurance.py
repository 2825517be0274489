"""Insurance: enrolment, off-site filings, family bindings. People see and change only what is theirs."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...insured import bundled_insurance
from ...principal import Principal
from ...waiting import waiting_period
from ..finding import CITY_ZONE
from .applications import insert
from .domain import Ground
from .enterprises import mask
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Change, Row, Write, log_change, next_serial, once

SCHEMA = """
CREATE TABLE IF NOT EXISTS insured (
  id TEXT PRIMARY KEY, owner TEXT, guardian TEXT, name TEXT NOT NULL, relation TEXT NOT NULL,
  resident_id TEXT NOT NULL UNIQUE, scheme TEXT NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL,
  paid_until TEXT NOT NULL, missed_years INTEGER NOT NULL, extra_years INTEGER NOT NULL,
  demo INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS offsite_filings (
  number TEXT PRIMARY KEY, owner TEXT NOT NULL, insured TEXT NOT NULL, family TEXT NOT NULL, reason TEXT NOT NULL,
  place TEXT NOT NULL, starts_on TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS offsite_filings_by_insured ON offsite_filings (insured, place);
CREATE TABLE IF NOT EXISTS family_bindings (
  number TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, holder TEXT NOT NULL, member TEXT NOT NULL,
  relation TEXT NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (kind, holder, member)
);
"""
_BINDINGS = """SELECT * FROM (SELECT family_bindings.*, holders.owner AS holder_owner, holders.name AS holder_name,
  members.owner AS member_owner, members.name AS member_name FROM family_bindings
  JOIN insured AS holders ON holders.id = family_bindings.holder
  JOIN insured AS members ON members.id = family_bindings.member)"""
_PAIR = ("holder", "member")
REASONS: Mapping[str, tuple[str, ...]] = {
    "long": ("resettled", "resident", "worker"),
    "temporary": ("referral", "emergency", "other"),
}


class FilingBody(BaseModel):
    """Care outside the city: whose, of which kind, where, from when."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    insured: str = Field(min_length=1, max_length=20)
    reason: Literal["resettled", "resident", "worker", "referral", "emergency", "other"]
    place: str = Field(min_length=2, max_length=30)
    starts_on: date


class BindingBody(BaseModel):
    """`sharing` lets a member spend from one's account; `code` only shows the member's medical code."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Literal["sharing", "code"]
    relation: Literal["spouse", "parent", "child"]
    name: str = Field(min_length=2, max_length=30)
    resident_id: str = Field(min_length=18, max_length=18)


class DecisionBody(BaseModel):
    """The bound adult's yes or no."""

    model_config = ConfigDict(extra="forbid")
    agree: bool


@dataclass(frozen=True)
class Insurance:
    """The rules over the store."""

    ground: Ground

    def enrolments(self, who: Principal) -> list[Row]:
        """Own enrolment and those of people one looks after."""
        _verified(who)
        query = "SELECT * FROM insured WHERE owner = ? OR guardian = ? ORDER BY owner IS NULL, id"
        return [self._view(row) for row in self.ground.store.rows(query, (who.id, who.id))]

    def file(self, who: Principal, body: FilingBody, write: Write) -> Row:
        """File care outside the city; once per person and place."""
        _verified(who)
        if "武汉" in body.place:
            raise Problem(BAD_PARAMETER, "参保地就是武汉，在武汉看病不用做异地备案。")
        if body.starts_on < self.ground.clock().astimezone(CITY_ZONE).date():
            raise Problem(BAD_PARAMETER, "开始日期不能早于今天。")

        def work() -> Row:
            insured = _theirs(connection, who, body.insured)
            if insured["state"] != "active":
                raise Problem(BAD_STATE, "参保状态不是“参保中”，不能备案，请先续保。")
            query = "SELECT number FROM offsite_filings WHERE insured = ? AND place = ?"
            known = connection.execute(query, (insured["id"], body.place)).fetchone()
            if known is not None:
                raise Problem(BAD_STATE, f"已经有到{body.place}的备案，编号 {known['number']}，不用重复办。")
            family = next(name for name, reasons in REASONS.items() if body.reason in reasons)
            row = {**self._numbered(connection, "YD", who), "insured": insured["id"], "family": family}
            row |= {"reason": body.reason, "place": body.place, "starts_on": body.starts_on.isoformat()}
            row |= {"status": "filed", "created_at": self.ground.now()}
            insert(connection, "offsite_filings", row)
            self._log(connection, who, "filed", "offsite_filing", row)
            return {**row, "person": mask("name", insured["name"]), "demo": True}

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def bind(self, who: Principal, body: BindingBody, write: Write) -> Row:
        """Bind a member whose name and id number agree; adults still confirm for themselves."""
        _verified(who)

        def work() -> Row:
            holder = _row(connection, "SELECT * FROM insured WHERE owner = ?", (who.id,))
            if holder is None:
                raise Problem(NOT_FOUND, "没有查到您本人的参保记录，不能绑定。")
            query = "SELECT * FROM insured WHERE resident_id = ? AND name = ?"
            member = _row(connection, query, (body.resident_id.upper(), body.name))
            if member is None or member["id"] == holder["id"]:
                raise Problem(NOT_FOUND, "家人的姓名和身份证号与参保登记对不上，请核对后再办。")
            if body.kind == "sharing":
                _may_share(holder, member)
            _ask_again(connection, body.kind, holder, member)
            status = "bound" if member["guardian"] == who.id else "waiting"
            row = {**self._numbered(connection, "QS", who), "kind": body.kind, "holder": holder["id"]}
            row |= {"member": member["id"], "relation": body.relation, "status": status}
            row |= {"created_at": self.ground.now()}
            insert(connection, "family_bindings", row)
            self._log(connection, who, "bound", "family_binding", row)
            return {**row, "person": mask("name", member["name"]), "demo": True}

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def bindings(self, who: Principal) -> list[Row]:
        """Bindings one asked for or is asked about, newest first; the other person's name is masked."""
        _verified(who)
        rows = self.ground.store.rows(f"{_BINDINGS} WHERE holder_owner = ? OR member_owner = ? ORDER BY number DESC",
                                      (who.id, who.id))  # fmt: skip
        return [_shown(row, who) for row in rows]

    def decide(self, who: Principal, number: str, agree: bool, write: Write) -> Row:
        """The bound adult's own yes or no; nobody else's counts."""
        _verified(who)

        def work() -> Row:
            row = _row(connection, f"{_BINDINGS} WHERE number = ? AND member_owner = ?", (number, who.id))
            if row is None:
                raise Problem(NOT_FOUND, "没有找到等您确认的这条绑定，请核对编号。")
            if row["status"] != "waiting":
                raise Problem(BAD_STATE, "这条绑定已经处理过了，不用再确认。")
            if agree and row["kind"] == "sharing":
                people = [_row(connection, "SELECT * FROM insured WHERE id = ?", (row[name],)) for name in _PAIR]
                _may_share(*(each or {} for each in people))
            row["status"] = "bound" if agree else "refused"
            connection.execute("UPDATE family_bindings SET status = ? WHERE number = ?", (row["status"], number))
            self._log(connection, who, "agreed" if agree else "refused", "family_binding", row)
            return _shown(row, who)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def _view(self, row: Mapping[str, Any]) -> Row:
        hidden = {"owner", "guardian", "resident_id", "name", "demo"}
        waiting = waiting_period(row["missed_years"], row["extra_years"]) if row["scheme"] == "resident" else None
        return {
            **{name: value for name, value in row.items() if name not in hidden},
            "name": mask("name", row["name"]),
            "waiting": {**asdict(waiting), "total": waiting.total} if waiting else None,
            "as_of": bundled_insurance().as_of,
            "demo": bool(row["demo"]),
        }

    def _numbered(self, connection: sqlite3.Connection, prefix: str, who: Principal) -> dict[str, Any]:
        day = self.ground.now()[:10].replace("-", "")
        return {"number": f"{prefix}{day}{next_serial(connection, f'{prefix}:{day}'):06d}", "owner": who.id}

    def _log(
        self, connection: sqlite3.Connection, who: Principal, action: str, kind: str, row: Mapping[str, Any]
    ) -> None:
        values = {name: value for name, value in row.items() if name not in ("number", "owner")}
        log_change(connection, Change(self.ground.now(), who.id, action, kind, row["number"], values))


def seed(connection: sqlite3.Connection, now: datetime) -> None:
    """The invented insured people."""
    for each in bundled_insurance().insured:
        insert(connection, "insured", {**each, "demo": 1})


def _verified(who: Principal) -> None:
    if "citizen" not in who.roles or not who.verified:
        raise Problem(FORBIDDEN, "查询和办理医保业务要先实名登录。")


def _may_share(holder: Row, member: Row) -> None:
    if holder["scheme"] != "employee" or holder["state"] != "active":
        raise Problem(BAD_STATE, "家庭共济用的是职工医保个人账户，您现在没有有效的职工医保，不能办共济。")
    if member["state"] != "active":
        raise Problem(BAD_STATE, "家人现在没有有效参保，不能加入家庭共济。")


def _ask_again(connection: sqlite3.Connection, kind: str, holder: Row, member: Row) -> None:
    """A binding is asked for once, unless it was refused."""
    query = "SELECT number, status FROM family_bindings WHERE kind = ? AND holder = ? AND member = ?"
    known = connection.execute(query, (kind, holder["id"], member["id"])).fetchone()
    if known is not None and known["status"] != "refused":
        waits = "，正在等家人确认" if known["status"] == "waiting" else ""
        raise Problem(BAD_STATE, f"已经绑定过这位家人，编号 {known['number']}{waits}。")
    if known is not None:
        connection.execute("DELETE FROM family_bindings WHERE number = ?", (known["number"],))


def _shown(row: Row, who: Principal) -> Row:
    """A binding as one of the two sees it."""
    mine = row["holder_owner"] == who.id
    return {
        "number": row["number"], "kind": row["kind"], "relation": row["relation"], "status": row["status"],
        "created_at": row["created_at"], "asked": mine,
        "person": mask("name", row["member_name" if mine else "holder_name"]), "demo": True,
    }  # fmt: skip


def _theirs(connection: sqlite3.Connection, who: Principal, insured: str) -> Row:
    query = "SELECT * FROM insured WHERE id = ? AND (owner = ? OR guardian = ?)"
    row = _row(connection, query, (insured, who.id, who.id))
    if row is None:
        raise Problem(NOT_FOUND, "没有查到您可以代办的这位参保人。")
    return row


def _row(connection: sqlite3.Connection, query: str, values: tuple[Any, ...]) -> Row | None:
    row = connection.execute(query, values).fetchone()
    return dict(row) if row is not None else None
