"""What an adapter must remember where the city's interface does not: which key made which report, for whom."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS writes (
  key TEXT PRIMARY KEY, digest TEXT NOT NULL, person TEXT NOT NULL, begun_at TEXT NOT NULL, number TEXT, answer TEXT
);
CREATE INDEX IF NOT EXISTS writes_by_person ON writes (person, begun_at);
"""


@dataclass(frozen=True)
class Entry:
    """A write that was begun; `answer` once the city took it."""

    key: str
    digest: str
    person: str
    begun_at: str
    number: str | None
    answer: Mapping[str, Any] | None


class Ledger:
    """One SQLite file, written before and after each post. Shared by the processes of one machine."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(SCHEMA)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def find(self, key: str) -> Entry | None:
        """What became of a key."""
        with self._lock:
            row = self._connection.execute("SELECT * FROM writes WHERE key = ?", (key,)).fetchone()
        return _entry(row) if row is not None else None

    def begin(self, key: str, digest: str, person: str, at: str) -> Entry:
        """Note that a write begins; what is noted already stays."""
        query = "INSERT OR IGNORE INTO writes (key, digest, person, begun_at) VALUES (?, ?, ?, ?)"
        with self._lock:
            self._connection.execute(query, (key, digest, person, at))
            return _entry(self._connection.execute("SELECT * FROM writes WHERE key = ?", (key,)).fetchone())

    def done(self, key: str, number: str, answer: Mapping[str, Any]) -> None:
        """Note what the city made of it."""
        text = json.dumps(dict(answer), ensure_ascii=False)
        with self._lock:
            self._connection.execute("UPDATE writes SET number = ?, answer = ? WHERE key = ?", (number, text, key))

    def numbers(self, person: str, most: int = 50) -> list[str]:
        """The reports of a person, newest first."""
        query = "SELECT number FROM writes WHERE person = ? AND number IS NOT NULL ORDER BY begun_at DESC LIMIT ?"
        with self._lock:
            rows = self._connection.execute(query, (person, most)).fetchall()
        return list(dict.fromkeys(str(row["number"]) for row in rows))


def _entry(row: sqlite3.Row) -> Entry:
    answer = json.loads(row["answer"]) if row["answer"] else None
    return Entry(row["key"], row["digest"], row["person"], row["begun_at"], row["number"], answer)
