"""Which rows any write has touched, whether or not it wrote to the change log: SQLite itself keeps the list."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .store import Row, Store

BOOKKEEPING = frozenset(("changes", "requests", "seeded", "serials", "events", "deliveries", "webhooks"))
"""Tables about writes and messages, not about the city; every other table is watched, a new one too."""
OPS = {"insert": "new", "update": "new", "delete": "old"}


@dataclass(frozen=True)
class Touched:
    """One row that was written: by its table, what was done last, and what it holds now (before, when deleted)."""

    table: str
    op: str
    row: Row


def watch(store: Store) -> None:
    """Begin to keep the list: triggers that live as long as the store's writing connection."""
    with store.write() as connection:
        connection.execute("CREATE TEMP TABLE touched (tab TEXT, op TEXT, place INTEGER, PRIMARY KEY (tab, place))")
        for table in watched(store):
            for op, side in OPS.items():
                keep = f"INSERT OR REPLACE INTO touched VALUES ('{table}', '{op}', {side}.rowid)"  # noqa: S608
                named = f"CREATE TEMP TRIGGER touched_{table}_{op} AFTER {op} ON main.{table}"
                connection.execute(f"{named} BEGIN {keep}; END")


def watched(store: Store) -> list[str]:
    """The tables whose rows are state of the platform."""
    return [table for table in store.tables() if table not in BOOKKEEPING]


def forget(connection: sqlite3.Connection) -> None:
    """Begin anew."""
    connection.execute("DELETE FROM temp.touched")


def touched(store: Store, start: sqlite3.Connection) -> Iterator[Touched]:
    """Every row that is not as it was; a deleted row is read from the snapshot of the start."""
    with store.write() as connection:
        listed = connection.execute("SELECT tab, op, place FROM temp.touched ORDER BY tab, place").fetchall()
    for each in listed:
        query = f"SELECT * FROM {each['tab']} WHERE rowid = ?"  # noqa: S608
        now = store.rows(query, (each["place"],))
        before = [dict(row) for row in start.execute(query, (each["place"],))]
        if now != before:
            op = "delete" if not now else "update" if before else "insert"
            yield Touched(each["tab"], op, (now or before)[0])


def belongs(row: Row, names: Iterable[str]) -> bool:
    """Whether a row is one of the named objects, or names one of them: a report of a case, a message of an order."""
    wanted = set(names)
    return any(str(value) in wanted for value in row.values() if value is not None)
