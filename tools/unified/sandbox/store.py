"""The sandbox's own SQLite file: one writer, WAL, synchronous FULL, an OS lock while it is open."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ..signing import NONCE_KEPT_S
from .problems import KEY_CONFLICT, Problem

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
Row = dict[str, Any]
SCHEMA = """
CREATE TABLE IF NOT EXISTS requests (
  app TEXT NOT NULL, key TEXT NOT NULL, hash TEXT NOT NULL, subject TEXT NOT NULL, status INTEGER NOT NULL,
  response TEXT NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (app, key)
);
CREATE TABLE IF NOT EXISTS changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL,
  kind TEXT NOT NULL, object_id TEXT NOT NULL, field_values TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS changes_by_object ON changes (kind, object_id);
CREATE TABLE IF NOT EXISTS seeded (name TEXT PRIMARY KEY, at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS serials (series TEXT PRIMARY KEY, last INTEGER NOT NULL);
"""


@dataclass(frozen=True)
class Write:
    """One write as it is remembered: of which application, under which key, for whom, what exactly, when."""

    app: str
    key: str
    subject: str
    digest: str
    at: str


@dataclass(frozen=True)
class Change:
    """One entry of the change log: what became of which object."""

    at: str
    actor: str
    action: str
    kind: str
    object_id: str
    values: Mapping[str, Any]


class SandboxBusy(RuntimeError):
    """Another process has this sandbox folder open."""


class SandboxOutdated(SandboxBusy):
    """The file was made by another version of the sandbox."""


class Store:
    """The rows of every domain, idempotency keys and the change log. Safe to use from several threads."""

    def __init__(self, folder: Path, schemas: Iterable[str] = ()) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(folder / "sandbox.lock", thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise SandboxBusy(f"沙盒目录 {folder} 正被另一个进程使用。请关闭它，或另选一个目录。") from None
        self._writing, self._reading = threading.Lock(), threading.Lock()
        self._writer = self._connect(folder / "sandbox.db")
        self._prepare(folder, (SCHEMA, *schemas))
        self._reader = self._connect(folder / "sandbox.db")
        self._nonces = self._connect(folder / "nonces.db", "OFF")  # lost only with the power, never with the process
        self._nonces.execute("CREATE TABLE IF NOT EXISTS nonces (nonce TEXT PRIMARY KEY, until REAL NOT NULL)")
        self._nonce_lock = threading.Lock()
        self._snapshots: dict[str, sqlite3.Connection] = {}
        self._open = True

    def close(self) -> None:
        """Close the file and let others have it."""
        if self._open:
            self._open = False
            with self._writing, self._reading:
                self._reader.close()
                self._writer.close()
                self._nonces.close()
                for kept in self._snapshots.values():
                    kept.close()
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

    def tables(self) -> list[str]:
        """The names of all tables."""
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
        return [row["name"] for row in self.rows(query)]

    def state(self) -> dict[str, Any]:
        """Everything in the file, for tests."""
        rows = {name: self.rows(f"SELECT * FROM {name} ORDER BY rowid") for name in self.tables()}  # noqa: S608
        return {"counts": {name: len(found) for name, found in rows.items()}, **rows}

    def clear(self) -> None:
        """Remove every row of every table."""
        tables = self.tables()
        with self.write() as connection:
            for name in (*tables, "sqlite_sequence"):
                connection.execute(f"DELETE FROM {name}")  # noqa: S608

    def snapshot(self, name: str) -> None:
        """Remember the whole file under a name, in memory."""
        kept = sqlite3.connect(":memory:", check_same_thread=False)
        with self._writing:
            self._writer.backup(kept)
            if name in self._snapshots:
                self._snapshots[name].close()
            self._snapshots[name] = kept

    def kept(self, name: str) -> sqlite3.Connection:
        """A snapshot, to read from."""
        found = self._snapshots[name]
        found.row_factory = sqlite3.Row
        return found

    def forget(self, name: str) -> None:
        """Let a snapshot go."""
        with self._writing:
            self._snapshots.pop(name).close()

    def restore(self, name: str) -> bool:
        """Go back to a snapshot; False when there is none of that name."""
        with self._writing, self._reading:
            kept = self._snapshots.get(name)
            if kept is not None:
                kept.backup(self._writer)
        return kept is not None

    def _prepare(self, folder: Path, schemas: Sequence[str]) -> None:
        """Make what is missing; refuse a file whose tables another version made differently."""
        wanted = sqlite3.connect(":memory:")
        for schema in schemas:
            wanted.executescript(schema)
        for (name,) in wanted.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            found = _columns(self._writer, name)
            if found and found != _columns(wanted, name):
                self._writer.close()
                self._lock.release()
                raise SandboxOutdated(
                    f"沙盒目录 {folder} 里的数据由另一个版本建立，不能使用。请删除它，或另选一个目录。"
                )
        wanted.close()
        # One transaction: each of its own would be waited for until it is on disk.
        self._writer.executescript(f"BEGIN IMMEDIATE; {' '.join(schemas)} COMMIT;")

    def _connect(self, path: Path, synchronous: str = "FULL") -> sqlite3.Connection:
        connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=10)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={synchronous}")
        return connection


def once(connection: sqlite3.Connection, write: Write, work: Callable[[], Row]) -> Row:
    """Do the work, or give the stored answer of the same request; the answer commits with the work."""
    query = "SELECT * FROM requests WHERE app = ? AND key = ?"
    known = connection.execute(query, (write.app, write.key)).fetchone()
    if known is not None:
        if known["hash"] != write.digest:
            raise Problem(KEY_CONFLICT, "这个幂等键已用于另一个请求，请换一个新的键。")
        stored: Row = json.loads(known["response"])
        return stored
    answer = work()
    row = (write.app, write.key, write.digest, write.subject, 200, json.dumps(answer, ensure_ascii=False), write.at)
    connection.execute("INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?)", row)
    return answer


def log_change(connection: sqlite3.Connection, change: Change) -> int:
    """Append to the change log; its sequence number."""
    query = "INSERT INTO changes (at, actor, action, kind, object_id, field_values) VALUES (?, ?, ?, ?, ?, ?)"
    values = json.dumps(dict(change.values), ensure_ascii=False)
    row = (change.at, change.actor, change.action, change.kind, change.object_id, values)
    return int(connection.execute(query, row).lastrowid or 0)


def next_serial(connection: sqlite3.Connection, series: str) -> int:
    """The next number of a series (a day, a kind and a day)."""
    query = "INSERT INTO serials VALUES (?, 1) ON CONFLICT (series) DO UPDATE SET last = last + 1 RETURNING last"
    return int(connection.execute(query, (series,)).fetchone()[0])


def new_ulid() -> str:
    """48 bits of wall time and 80 random bits, in Crockford's base 32."""
    value = (int(time.time() * 1000) << 80) | secrets.randbits(80)
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))


def _columns(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return [tuple(row)[1:4] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()]
