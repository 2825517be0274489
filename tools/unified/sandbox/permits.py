"""Permits for works in the road: what the permit office feeds wins over the invented ones; every change is an event."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from ...rainfall import sensing_data
from ...roadworks import Permit, permits_between
from ..finding import CITY_ZONE
from .domain import Ground
from .outbox import announce
from .problems import BAD_PARAMETER, Problem
from .store import Change, Row, log_change

SCHEMA = """
CREATE TABLE IF NOT EXISTS permits (
  number TEXT PRIMARY KEY, kind TEXT NOT NULL, road TEXT NOT NULL, section TEXT NOT NULL, district TEXT NOT NULL,
  lon REAL NOT NULL, lat REAL NOT NULL, unit TEXT NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
  hours TEXT NOT NULL, status TEXT NOT NULL, changed_at TEXT NOT NULL
);
"""
MOST = 500
Kind = Literal["gas", "water", "drain", "power", "telecom", "road"]


class PermitBody(BaseModel):
    """A permit as its office has it now; `changed_at` is when it became so there."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    number: str = Field(pattern=r"^[A-Za-z0-9._-]{1,40}$")
    kind: Kind
    road: str = Field(min_length=2, max_length=40)
    section: str = Field(min_length=2, max_length=80)
    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    crs: Literal["WGS84", "CGCS2000"] = "WGS84"
    unit: str = Field(min_length=2, max_length=60)
    first_day: date
    last_day: date
    hours: str = Field(min_length=2, max_length=40)
    status: Literal["granted", "withdrawn"] = "granted"
    changed_at: AwareDatetime

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> PermitBody:
        if self.last_day < self.first_day:
            raise ValueError("last_day before first_day")
        return self


class PermitsBody(BaseModel):
    """A batch; the same one sent again changes nothing."""

    model_config = ConfigDict(extra="forbid")
    permits: list[PermitBody] = Field(min_length=1, max_length=MOST)


@dataclass(frozen=True)
class PermitQuery:
    """Which permits: in force on any day of a span, of a kind, on a road, in a district."""

    first: date
    last: date
    kind: str | None = None
    road: str | None = None
    district: str | None = None


@dataclass(frozen=True)
class Permits:
    """The rules over the store."""

    ground: Ground

    def find(self, query: PermitQuery) -> list[Permit]:
        """Permits in the order of their numbers: those that were fed; invented ones only where none ever was."""
        found = self._fed(query.first, query.last) if self.is_fed() else permits_between(query.first, query.last)
        return [
            each
            for each in found
            if query.kind in (None, each.kind)
            and query.road in (None, each.road)
            and query.district in (None, each.district)
        ]

    def feed(self, body: PermitsBody, app: str) -> dict[str, int]:
        """Keep permits as their office has them, all or nothing: how many changed here, how many were known or old."""
        rows = [self._row(each) for each in body.permits]
        with self.ground.store.write() as connection:
            changed = sum(self._keep(connection, row, app) for row in rows)
        return {"changed": changed, "unchanged": len(rows) - changed}

    def _row(self, body: PermitBody) -> Row:
        grid = self.ground.gazetteer.locate(body.lon, body.lat)
        if grid is None:
            raise Problem(BAD_PARAMETER, f"许可 {body.number} 的位置不在武汉市的网格范围内，请核对经纬度。")
        values = body.model_dump(mode="json", exclude={"crs", "changed_at"})
        changed_at = body.changed_at.astimezone(CITY_ZONE).isoformat(timespec="seconds")
        return {**values, "district": grid.district, "changed_at": changed_at}

    def _keep(self, connection: sqlite3.Connection, row: Row, app: str) -> bool:
        """Whether this is news: deliveries may be repeated and out of order, the latest state of the office counts."""
        found = connection.execute("SELECT * FROM permits WHERE number = ?", (row["number"],)).fetchone()
        before: Row = dict(found) if found else {}
        if before and row["changed_at"] < before["changed_at"]:
            return False
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        query = f"INSERT OR REPLACE INTO permits ({names}) VALUES ({marks})"  # noqa: S608
        connection.execute(query, tuple(row.values()))
        if before and _same(row, before):
            return False
        what, now = _what(row, before), self.ground.now()
        log_change(connection, Change(now, app, what, "permit", row["number"], row))
        announce(connection, "permit.changed", now, {"number": row["number"], "change": what, "permit": row})
        return True

    def is_fed(self) -> bool:
        """Whether an office ever fed permits here."""
        return bool(self.ground.store.rows("SELECT 1 FROM permits LIMIT 1"))

    def _fed(self, first: date, last: date) -> list[Permit]:
        query = """SELECT * FROM permits WHERE status = 'granted' AND first_day <= ? AND last_day >= ?
          ORDER BY number"""
        rows = self.ground.store.rows(query, (last.isoformat(), first.isoformat()))
        return [self._permit(row) for row in rows]

    def _permit(self, row: Row) -> Permit:
        names = {each[0]: each[1] for each in sensing_data()["works"]}
        values = {name: value for name, value in row.items() if name not in ("status", "changed_at")}
        district = self.ground.gazetteer.district_name(row["district"])
        return Permit(**values, kind_name=names[row["kind"]], district_name=district, demo=False)


def _same(row: Row, before: Row) -> bool:
    return all(row[name] == before[name] for name in row if name != "changed_at")


def _what(row: Row, before: Row) -> str:
    if row["status"] == "withdrawn":
        return "withdrawn"
    return "changed" if before and before["status"] == "granted" else "granted"
