"""Worlds for evaluation: demo rows as of a day from a cached snapshot, rows put on top, and what changed since."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...geocode import geocode
from .bodies import CaseBody, FaultBody
from .casework import Casework
from .domain import Ground
from .problems import BAD_PARAMETER, Problem
from .store import Row
from .touched import belongs, forget, touched, watch

KEPT_WORLDS = 6
TABLE_OF = {"card": "card_losses", "family_binding": "family_bindings"}
KEYS = ("id", "number", "owner", "credit_code")
Fill = Callable[..., None]


class TableBody(BaseModel):
    """Rows put into or taken out of one table; a list or a mapping in a row is stored as JSON."""

    model_config = ConfigDict(extra="forbid")
    upsert: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)
    delete: list[dict[str, Any]] = Field(default_factory=list, max_length=10_000)


class WorldBody(BaseModel):
    """What the platform is set to: with demo rows or empty, rows on top, faults that are armed."""

    model_config = ConfigDict(extra="forbid")
    demo: bool = True
    patch: dict[str, TableBody] = Field(default_factory=dict)
    faults: list[FaultBody] = Field(default_factory=list, max_length=100)


@dataclass
class Worlds:
    """Sets the store to a world, quickly: the demo rows of a day, as of its morning, are made once."""

    ground: Ground
    fill: Fill
    _kept: list[str] = field(default_factory=list)
    _since: int = 0

    def __post_init__(self) -> None:
        watch(self.ground.store)

    def set(self, body: WorldBody) -> int:
        """Go to a world; the number of the last change that belongs to it."""
        store, name = self.ground.store, f"world:{self.ground.clock().date().isoformat()}:{body.demo}"
        if name not in self._kept:
            morning = self.ground.clock().replace(hour=0, minute=0, second=0, microsecond=0)
            store.clear()
            self.fill(replace(self.ground, clock=lambda: morning), demo=body.demo)
            store.snapshot(name)
            self._kept.append(name)
            if len(self._kept) > KEPT_WORLDS:
                store.forget(self._kept.pop(0))
        else:
            store.restore(name)
        with store.write() as connection:
            for table, rows in body.patch.items():
                self._patch(connection, table, rows)
            forget(connection)
        store.snapshot("world:start")
        self._since = max((row["sequence"] for row in store.rows("SELECT sequence FROM changes")), default=0)
        return self._since

    def changes(self) -> list[dict[str, Any]]:
        """What became of which object since the world was set, oldest first; then rows no entry accounts for."""
        logged = self._logged()
        named = {str(each["key"]) for each in logged}
        for each in logged:
            row = self._now(each["table"], each["key"])
            named |= {str(row[name]) for name in ("id", "number") if row.get(name)}
        return [*logged, *self._unlogged(named, len(logged))]

    def _unlogged(self, named: Collection[str], after: int) -> list[dict[str, Any]]:
        """Rows that a write touched without a word in the change log; they cannot be missed by what reads it."""
        start = self.ground.store.kept("world:start")
        extra = [each for each in touched(self.ground.store, start) if not belongs(each.row, named)]
        return [
            {
                "seq": self._since + after + n,
                "actor": "",
                "action": "unlogged",
                "table": each.table,
                "op": each.op,
                "key": next((str(each.row[name]) for name in KEYS if each.row.get(name)), ""),
                "values": each.row,
                "before": {},
            }
            for n, each in enumerate(extra, 1)
        ]

    def _logged(self) -> list[dict[str, Any]]:
        query = "SELECT * FROM changes WHERE sequence > ? ORDER BY sequence"
        seen: dict[tuple[str, str], Row] = {}
        found = []
        for row in self.ground.store.rows(query, (self._since,)):
            values, object_key = json.loads(row["field_values"]), (row["kind"], row["object_id"])
            before = seen.get(object_key) or self._at_start(*object_key)
            after = {**before, **values} if before else {**self._now(*object_key), **values}
            seen[object_key] = after
            found.append(
                {
                    "seq": row["sequence"],
                    "actor": row["actor"],
                    "action": row["action"],
                    "table": row["kind"],
                    "op": "update" if before else "insert",
                    "key": row["object_id"],
                    "values": values if before else after,
                    "before": before,
                }
            )
        return found

    def _at_start(self, kind: str, key: str) -> Row:
        kept = self.ground.store.kept("world:start")
        return self._find(kind, key, lambda query, values: [dict(row) for row in kept.execute(query, values)])

    def _now(self, kind: str, key: str) -> Row:
        return self._find(kind, key, self.ground.store.rows)

    def _find(self, kind: str, key: str, rows: Callable[[str, tuple[Any, ...]], list[Row]]) -> Row:
        table = TABLE_OF.get(kind, f"{kind}s")
        if table not in self.ground.store.tables():
            return {}
        known = set(self._columns(table))
        for column in (each for each in KEYS if each in known):
            found = rows(f"SELECT * FROM {table} WHERE {column} = ?", (key,))  # noqa: S608
            if found:
                return found[0]
        return {}

    def _patch(self, connection: sqlite3.Connection, table: str, body: TableBody) -> None:
        if table not in self.ground.store.tables():
            raise Problem(
                BAD_PARAMETER, f"平台没有名为 {table} 的表。可用的表：{'、'.join(self.ground.store.tables())}。"
            )
        columns = self._columns(table)
        for row in (*body.delete, *body.upsert):
            if unknown := [name for name in row if name not in columns]:
                known = "、".join(columns)
                raise Problem(BAD_PARAMETER, f"表 {table} 没有这些列：{'、'.join(unknown)}。可用的列：{known}。")
        for row in body.delete:
            wanted = " AND ".join(f"{name} = ?" for name in row)
            connection.execute(f"DELETE FROM {table} WHERE {wanted}", tuple(row.values()))  # noqa: S608
        for row in body.upsert:
            stored = {name: _stored(value) for name, value in row.items()}
            whole = self._whole(connection, table, columns, stored)
            names, marks = ", ".join(whole), ", ".join("?" * len(whole))
            query = f"INSERT OR REPLACE INTO {table} ({names}) VALUES ({marks})"  # noqa: S608
            connection.execute(query, tuple(whole.values()))
            if table == "cases":
                _first_report(connection, whole)

    def _whole(
        self, connection: sqlite3.Connection, table: str, columns: Mapping[str, Column], row: Mapping[str, Any]
    ) -> Row:
        """The row as it will stand: over the one that is there, else with what the platform would fill in."""
        for key in (each for each in KEYS if each in row and each in columns):
            found = connection.execute(f"SELECT * FROM {table} WHERE {key} = ?", (row[key],)).fetchone()  # noqa: S608
            if found:
                return {**dict(found), **row}
        filled = self._new_case(row) if table == "cases" else dict(row)
        now = self.ground.now()
        for name, column in columns.items():
            if name not in filled and column.required:
                filled[name] = now if name.endswith("_at") or name == "at" else column.empty
        return filled

    def _new_case(self, row: Mapping[str, Any]) -> Row:
        if "number" not in row or "category_code" not in row or "address" not in row:
            raise Problem(BAD_PARAMETER, "新案件要写 number、category_code 和 address。")
        lon, lat = row.get("lon"), row.get("lat")
        places = geocode(self.ground.gazetteer, str(row["address"])).candidates
        if lon is None and len(places) == 1:
            lon, lat = places[0].lon, places[0].lat
        words = str(row.get("description") or "（评测样本）")
        given = {"address": row["address"], "category_code": row["category_code"], "lon": lon, "lat": lat}
        body = CaseBody.model_validate({"description": words, **given})
        filled = {**Casework(self.ground).draft_row(body), "id": row["number"], "reporter": "citizen-2"}
        return {**filled, "source": "public", "photos": "[]", **row}

    def _columns(self, table: str) -> dict[str, Column]:
        return {row["name"]: Column.of(row) for row in self.ground.store.rows(f"PRAGMA table_info({table})")}


@dataclass(frozen=True)
class Column:
    """What a column must have."""

    required: bool
    empty: Any

    @classmethod
    def of(cls, row: Row) -> Column:
        """A column of `table_info`."""
        number = str(row["type"]).upper() in ("INTEGER", "REAL")
        primary_number = bool(row["pk"]) and str(row["type"]).upper() == "INTEGER"
        required = bool(row["notnull"]) and row["dflt_value"] is None and not primary_number
        return cls(required, 0 if number else "")


def _first_report(connection: sqlite3.Connection, case: Row) -> None:
    """A case has at least the report that made it."""
    there = connection.execute("SELECT 1 FROM reports WHERE case_id = ?", (case["id"],)).fetchone()
    if there:
        connection.execute("UPDATE reports SET reporter = ? WHERE case_id = ?", (case["reporter"], case["id"]))
        return
    names = ("reporter", "source", "description", "address", "contact_phone", "photos")
    query = f"INSERT INTO reports (case_id, at, {', '.join(names)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    connection.execute(query, (case["id"], case["reported_at"], *(case.get(name) for name in names)))


def _stored(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value
