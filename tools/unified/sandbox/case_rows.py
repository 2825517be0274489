"""Cases as rows of the store: found, added, changed. Every change is logged; every change of state is an event."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...principal import Principal
from ..finding import CASES
from ..lifecycle import STATES, scope_of
from .outbox import announce
from .problems import NOT_FOUND, Problem
from .store import Change, Row, Store, log_change, new_ulid, next_serial

_ONE = f"{CASES} WHERE cases.id = ? OR cases.number = ?"
MISSING = "没有找到这个案件，请核对案件编号。"


def case_row(store: Store, who: Principal, id_or_number: str) -> Row:
    """A committed case this person may see; the same "not found" for a missing and for somebody else's."""
    found = store.rows(_ONE, (who.id, id_or_number, id_or_number))
    return _within(who, found[0] if found else None)


def fetch(connection: sqlite3.Connection, who: Principal, id_or_number: str) -> Row:
    """The same inside a transaction."""
    row = connection.execute(_ONE, (who.id, id_or_number, id_or_number)).fetchone()
    return _within(who, dict(row) if row else None)


def insert_case(connection: sqlite3.Connection, row: Mapping[str, Any], who: Principal) -> Row:
    """Add a case under a new id and the day's next number, and its first report."""
    day = datetime.fromisoformat(row["reported_at"]).strftime("%Y%m%d")
    full = {**row, "id": new_ulid(), "number": f"WH{day}{next_serial(connection, day):06d}"}
    names, marks = ", ".join(full), ", ".join("?" * len(full))
    connection.execute(f"INSERT INTO cases ({names}) VALUES ({marks})", tuple(full.values()))  # noqa: S608
    add_report(connection, full["id"], full)
    log_change(connection, Change(full["reported_at"], who.id, "created", "case", full["id"], full))
    _announce(connection, full, "", full["status"], full["reported_at"])
    return fetch(connection, who, full["id"])


def add_report(
    connection: sqlite3.Connection, case_id: str, row: Mapping[str, Any], merged_from: str | None = None
) -> None:
    """Add somebody's report to a case."""
    query = """INSERT INTO reports (case_id, reporter, at, source, description, address, contact_phone, photos,
      merged_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"""
    names = ("source", "description", "address", "contact_phone", "photos")
    at = row["at"] if "at" in row else row["reported_at"]
    values = (case_id, row["reporter"], at, *(row.get(name) for name in names), merged_from)
    connection.execute(query, values)


def change_case(
    connection: sqlite3.Connection, row: Row, values: Mapping[str, Any], who: Principal, action: str
) -> Row:
    """Change some fields of a case; log them, and announce a new state."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE cases SET {assignments} WHERE id = ?", (*values.values(), row["id"]))  # noqa: S608
    log_change(connection, Change(values["updated_at"], who.id, action, "case", row["id"], values))
    if values.get("status", row["status"]) != row["status"]:
        _announce(connection, row, row["status"], values["status"], values["updated_at"])
    changed = connection.execute(_ONE, (who.id, row["id"], row["id"])).fetchone()
    return dict(changed)


def tell(connection: sqlite3.Connection, person: str, row: Row, kind: str, text: str) -> None:
    """Leave a notice for somebody; `row` gives the case and the time."""
    query = "INSERT INTO notices (person, at, case_id, kind, text) VALUES (?, ?, ?, ?, ?)"
    connection.execute(query, (person, row["updated_at"], row["id"], kind, text))


def _announce(connection: sqlite3.Connection, row: Mapping[str, Any], before: str, after: str, at: str) -> None:
    """Put `case.state_changed` into the outbox, for every application that listens."""
    payload = {
        "case_id": row["id"],
        "number": row["number"],
        "from": before or None,
        "to": after,
        "to_name": STATES[after],
        "at": at,
    }
    announce(connection, "case.state_changed", at, payload)


def _within(who: Principal, row: Row | None) -> Row:
    if row is None or not scope_of(who).covers(row):
        raise Problem(NOT_FOUND, MISSING)
    return row
