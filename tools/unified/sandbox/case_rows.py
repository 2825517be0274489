"""Cases as rows of the store: found, added, changed; every change in the log."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .store import Change, Row, Store, log_change, new_ulid, next_serial


def case_row(store: Store, id_or_number: str) -> Row:
    """A committed case by id or display number; empty when there is none."""
    found = store.rows("SELECT * FROM cases WHERE id = ? OR number = ?", (id_or_number, id_or_number))
    return found[0] if found else {}


def fetch(connection: sqlite3.Connection, id_or_number: str) -> Row:
    """A case inside a transaction; empty when there is none."""
    query = "SELECT * FROM cases WHERE id = ? OR number = ?"
    row = connection.execute(query, (id_or_number, id_or_number)).fetchone()
    return dict(row) if row else {}


def insert_case(connection: sqlite3.Connection, row: Mapping[str, Any], actor: str) -> Row:
    """Add a case under a new id and the day's next number."""
    day = datetime.fromisoformat(row["reported_at"]).strftime("%Y%m%d")
    full = {**row, "id": new_ulid(), "number": f"WH{day}{next_serial(connection, day):06d}"}
    names, marks = ", ".join(full), ", ".join("?" * len(full))
    connection.execute(f"INSERT INTO cases ({names}) VALUES ({marks})", tuple(full.values()))  # noqa: S608
    log_change(connection, Change(full["reported_at"], actor, "created", "case", full["id"], full))
    return fetch(connection, full["id"])


def change_case(
    connection: sqlite3.Connection, case_id: str, values: Mapping[str, Any], actor: str, action: str
) -> Row:
    """Change some fields of a case and log them."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE cases SET {assignments} WHERE id = ?", (*values.values(), case_id))  # noqa: S608
    log_change(connection, Change(values["updated_at"], actor, action, "case", case_id, values))
    return fetch(connection, case_id)
