"""Visits to an outlet, lost cards, and requests for data: each written once, for the person who asks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...catalogue import Dataset, bundled_datasets
from ...circle import Outlet, bundled_outlets, counter_services
from ...principal import Principal
from ...worktime import is_workday
from ..finding import CITY_ZONE
from .applications import insert
from .domain import Ground
from .enterprises import Registry
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Change, Row, Write, log_change, next_serial, once

SCHEMA = """
CREATE TABLE IF NOT EXISTS visits (
  number TEXT PRIMARY KEY, owner TEXT NOT NULL, outlet TEXT NOT NULL, service TEXT NOT NULL, day TEXT NOT NULL,
  period TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS visits_by_place ON visits (outlet, day, period);
CREATE TABLE IF NOT EXISTS card_losses (
  number TEXT PRIMARY KEY, owner TEXT UNIQUE NOT NULL, card_tail TEXT, reported_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS data_requests (
  number TEXT PRIMARY KEY, owner TEXT NOT NULL, department TEXT, dataset TEXT NOT NULL, purpose TEXT NOT NULL,
  retention_days INTEGER NOT NULL, status TEXT NOT NULL, created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS data_requests_by_owner ON data_requests (owner, created_at);
"""
PERIODS: Mapping[str, str] = {"am": "上午", "pm": "下午"}
PLACES_A_PERIOD = 20
DAYS_AHEAD = 30
MAY_ASK_DATA = frozenset(("department", "developer", "supervisor"))


class VisitBody(BaseModel):
    """A visit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    outlet: str = Field(min_length=2, max_length=20)
    service: str = Field(min_length=2, max_length=60)
    day: date
    period: Literal["am", "pm"]


class DataRequestBody(BaseModel):
    """A request to use data: what for, and how long it is kept."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    dataset: str = Field(min_length=2, max_length=20)
    purpose: str = Field(min_length=5, max_length=1000)
    retention_days: int = Field(ge=1, le=3650)


@dataclass(frozen=True)
class Bookings:
    """The rules over the store."""

    ground: Ground

    def book(self, who: Principal, body: VisitBody, write: Write) -> Row:
        """Book a visit: on a work day of the next weeks, while there is room, once per person and period."""
        outlet = self._outlet(body)
        if "citizen" not in who.roles:
            raise Problem(FORBIDDEN, "预约要先实名登录。")
        today = self.ground.clock().astimezone(CITY_ZONE).date()
        if not today < body.day <= today + timedelta(days=DAYS_AHEAD):
            raise Problem(BAD_PARAMETER, f"只能预约明天起 {DAYS_AHEAD} 天以内的日子。")
        if not is_workday(body.day):
            raise Problem(BAD_PARAMETER, f"{body.day.isoformat()} 不是工作日，请换一天。")

        def work() -> Row:
            self._room(connection, who, body)
            row = {**self._numbered(connection, "YY", who), "outlet": outlet.id, "service": body.service}
            row |= {"day": body.day.isoformat(), "period": body.period, "created_at": self.ground.now()}
            insert(connection, "visits", row)
            self._log(connection, who, "booked", "visit", row)
            return _seen(row)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def visits(self, who: Principal) -> list[Row]:
        """Own visits, the latest day first; those that are over too."""
        if "citizen" not in who.roles:
            raise Problem(FORBIDDEN, "查预约要先实名登录。")
        rows = self.ground.store.rows("SELECT * FROM visits WHERE owner = ? ORDER BY day DESC, number DESC LIMIT 50",
                                      (who.id,))  # fmt: skip
        return [_seen(row) for row in rows]

    def report_loss(self, who: Principal, write: Write) -> Row:
        """Report one's own card as lost: only a verified person, and once."""
        if "citizen" not in who.roles or not who.verified:
            raise Problem(FORBIDDEN, "挂失社保卡要先实名登录。")
        tail = Registry(self.ground).card_tail(who)

        def work() -> Row:
            known = connection.execute("SELECT number FROM card_losses WHERE owner = ?", (who.id,)).fetchone()
            if known is not None:
                raise Problem(BAD_STATE, f"您的社保卡已经挂失过，挂失编号 {known['number']}。")
            row = {**self._numbered(connection, "GS", who), "card_tail": tail, "reported_at": self.ground.now()}
            insert(connection, "card_losses", row)
            self._log(connection, who, "reported_loss", "card", {"number": row["number"]})
            return {name: value for name, value in row.items() if name != "owner"} | {"demo": True}

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def request_data(self, who: Principal, body: DataRequestBody, write: Write) -> Row:
        """Ask to use a dataset; refused at once where sharing is forbidden."""
        if not who.roles & MAY_ASK_DATA:
            raise Problem(FORBIDDEN, "只有部门人员和开发者可以申请用数。")
        dataset = found_dataset(body.dataset)
        if dataset.sharing == "denied":
            raise Problem(BAD_STATE, f"“{dataset.title}”属于不予共享的数据，不能申请。")

        def work() -> Row:
            row = {**self._numbered(connection, "SJ", who), "department": who.department, "dataset": dataset.id}
            status = "approved" if dataset.sharing == "open" else "reviewing"
            row |= {"purpose": body.purpose, "retention_days": body.retention_days, "status": status}
            row |= {"created_at": self.ground.now()}
            insert(connection, "data_requests", row)
            told = {name: row[name] for name in ("number", "dataset", "purpose", "retention_days", "status")}
            self._log(connection, who, "requested", "data_request", told)
            return {**row, "title": dataset.title, "provider": dataset.provider, "sharing_name": dataset.sharing_name,
                    "demo": dataset.demo}  # fmt: skip

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def _outlet(self, body: VisitBody) -> Outlet:
        outlet = next((each for each in bundled_outlets() if each.id == body.outlet), None)
        if outlet is None:
            raise Problem(NOT_FOUND, "没有这个网点。")
        if body.service not in outlet.services:
            raise Problem(BAD_PARAMETER, f"{outlet.name}不办这项业务，请换一个网点。")
        return outlet

    def _room(self, connection: sqlite3.Connection, who: Principal, body: VisitBody) -> None:
        where = "day = ? AND period = ?"
        when = (body.day.isoformat(), body.period)
        own = connection.execute(f"SELECT number FROM visits WHERE owner = ? AND {where}", (who.id, *when)).fetchone()  # noqa: S608
        if own is not None:
            raise Problem(BAD_STATE, f"您这个时段已经有预约，预约编号 {own['number']}。")
        query = f"SELECT count(*) FROM visits WHERE outlet = ? AND {where}"  # noqa: S608 - a constant
        if connection.execute(query, (body.outlet, *when)).fetchone()[0] >= PLACES_A_PERIOD:
            raise Problem(BAD_STATE, "这个时段已经约满，请换一个时段。")

    def _numbered(self, connection: sqlite3.Connection, prefix: str, who: Principal) -> dict[str, Any]:
        day = self.ground.now()[:10].replace("-", "")
        return {"number": f"{prefix}{day}{next_serial(connection, f'{prefix}:{day}'):06d}", "owner": who.id}

    def _log(
        self, connection: sqlite3.Connection, who: Principal, action: str, kind: str, values: Mapping[str, Any]
    ) -> None:
        log_change(connection, Change(self.ground.now(), who.id, action, kind, str(values["number"]), values))


def _seen(row: Row) -> Row:
    """A visit with the name and hours of its outlet and of what is done there."""
    outlet = next(each for each in bundled_outlets() if each.id == row["outlet"])
    names = {value: name for value, name, *_ in counter_services()}
    return {**row, "outlet_name": outlet.name, "hours": outlet.hours, "period_name": PERIODS[row["period"]],
            "service_name": names.get(row["service"], row["service"]), "demo": outlet.demo}  # fmt: skip


def found_dataset(dataset: str) -> Dataset:
    """The entry of the catalogue."""
    known = next((each for each in bundled_datasets() if each.id == dataset.upper()), None)
    if known is None:
        raise Problem(NOT_FOUND, "数据目录里没有这个数据集。")
    return known
