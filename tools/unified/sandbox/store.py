"""The sandbox's own SQLite file: one writer, WAL, synchronous FULL, an OS lock while it is open."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..signing import NONCE_KEPT_S
from .problems import KEY_CONFLICT, Problem
from .schema import SCHEMA

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Row = dict[str, Any]


class SandboxBusy(RuntimeError):
    """Another process has this sandbox folder open."""


class Store:
    """Cases, idempotency keys and the change log. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / "sandbox.lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise SandboxBusy(f"沙盒目录 {folder} 正被另一个进程使用。请关闭它，或另选一个目录。") from None
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._writer = self._connect(folder / "sandbox.db")
        self._writer.executescript(SCHEMA)
        self._reader = self._connect(folder / "sandbox.db")
        self._nonces = self._connect(folder / "nonces.db", "OFF")  # lost only with the power, never with the process
        self._nonces.execute("CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL)")
        self._nonce_lock = threading.Lock()
        self._open = True

    def close(self) -> None:
        """Close the file and let others have it."""
        if self._open:
            self._open = False
            with self._writing, self._reading:
                self._reader.close()
                self._writer.close()
                self._nonces.close()
            self._lock.release()

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it, or nothing."""
        with self._writing:
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
            except BaseException:
                self._writer.execute("ROLLBACK")
                raise
            self._writer.execute("COMMIT")

    def rows(self, query: str, values: tuple[Any, ...] | list[Any] = ()) -> list[Row]:
        """Committed rows."""
        with self._reading:
            return [dict(row) for row in self._reader.execute(query, values).fetchall()]

    def case(self, id_or_number: str) -> Row | None:
        """A case by id or display number."""
        found = self.rows("SELECT * FROM cases WHERE id = ? OR number = ?", (id_or_number, id_or_number))
        return found[0] if found else None

    def request(self, app: str, key: str) -> Row | None:
        """What was answered to a request that carried this key."""
        found = self.rows("SELECT * FROM requests WHERE app = ? AND key = ?", (app, key))
        return found[0] if found else None

    def first_use(self, nonce: str, now: float) -> bool:
        """Remember a nonce; False when it was used before."""
        with self._nonce_lock:
            self._nonces.execute("DELETE FROM nonces WHERE until < ?", (now,))
            query = "INSERT OR IGNORE INTO nonces VALUES (?, ?)"
            return self._nonces.execute(query, (nonce, now + NONCE_KEPT_S)).rowcount == 1

    def state(self) -> dict[str, Any]:
        """Everything in the file, for tests."""
        tables = ("cases", "requests", "changes")
        rows = {name: self.rows(f"SELECT * FROM {name} ORDER BY rowid") for name in tables}  # noqa: S608
        return {"counts": {name: len(found) for name, found in rows.items()}, **rows}

    def _connect(self, path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection


def once(
    connection: sqlite3.Connection, app: str, key: str, subject: str, request_hash: str, work: Callable[[], Row]
) -> Row:
    """Do the work, or give the stored answer of the same request; the answer commits with the work."""
    known = connection.execute("SELECT * FROM requests WHERE app = ? AND key = ?", (app, key)).fetchone()
    if known is not None:
        if known["hash"] != request_hash:
            raise Problem(KEY_CONFLICT, "这个幂等键已用于另一个请求，请换一个新的键。")
        stored: Row = json.loads(known["response"])
        return stored
    answer = work()
    row = (app, key, request_hash, subject, 200, json.dumps(answer, ensure_ascii=False), answer["updated_at"])
    connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return answer


def insert_case(connection: sqlite3.Connection, row: Mapping[str, Any], actor: str) -> Row:
    """Add a case under a new id and the day's next number."""
    moment = datetime.fromisoformat(row["reported_at"])
    full = {**row, "id": new_ulid(), "number": _number(connection, moment)}
    names = ", ".join(full)
    marks = ", ".join("?" * len(full))
    connection.execute(f"INSERT INTO cases ({names}) VALUES ({marks})", tuple(full.values()))  # noqa: S608
    log_change(connection, full["reported_at"], actor, "created", full["id"], full)
    return fetch(connection, full["id"])


def change_case(
    connection: sqlite3.Connection, case_id: str, values: Mapping[str, Any], actor: str, action: str
) -> Row:
    """Change some fields of a case and log them."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE cases SET {assignments} WHERE id = ?", (*values.values(), case_id))  # noqa: S608
    log_change(connection, values["updated_at"], actor, action, case_id, values)
    return fetch(connection, case_id)


def fetch(connection: sqlite3.Connection, id_or_number: str) -> Row:
    """A case inside a transaction; empty when there is none."""
    query = "SELECT * FROM cases WHERE id = ? OR number = ?"
    row = connection.execute(query, (id_or_number, id_or_number)).fetchone()
    return dict(row) if row else {}


def log_change(
    connection: sqlite3.Connection, at: str, actor: str, action: str, case_id: str, values: Mapping[str, Any]
) -> None:
    """Append to the change log."""
    query = "INSERT INTO changes (at, actor, action, case_id, field_values) VALUES (?, ?, ?, ?, ?)"
    connection.execute(query, (at, actor, action, case_id, json.dumps(dict(values), ensure_ascii=False)))


def new_ulid() -> str:
    """48 bits of wall time and 80 random bits, in Crockford's base 32."""
    value = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def _number(connection: sqlite3.Connection, moment: datetime) -> str:
    day = moment.strftime("%Y%m%d")
    query = "INSERT INTO serials VALUES (?, 1) ON CONFLICT (day) DO UPDATE SET last = last + 1 RETURNING last"
    serial = connection.execute(query, (day,)).fetchone()[0]
    return f"WH{day}{serial:06d}"
