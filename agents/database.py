"""SQL for the desk's records: one engine, one writer thread that commits in groups."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")
HEAD = "0004"
_MIGRATIONS = Path(__file__).parent / "migrations"
_GROUP = 64


class Database:
    """Reads on any thread; writes run one after another on one thread, several to a commit.

    A write that raises is rolled back alone; the others in its group stand.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.alone = engine.dialect.name == "sqlite"
        self._jobs: queue.SimpleQueue[tuple[Callable[[Connection], Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="records-writer", daemon=True)
        self._thread.start()

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in a transaction; returns after the commit is on disk."""
        future: Future[T] = Future()
        self._jobs.put((work, future))
        return await asyncio.wrap_future(future)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a reading connection, in a thread."""
        return await asyncio.to_thread(self._read, work)

    def close(self) -> None:
        """Finish the waiting writes and close the engine."""
        self._jobs.put(None)
        self._thread.join()
        self._engine.dispose()

    def _read(self, work: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return work(connection)

    def _run(self) -> None:
        while (first := self._jobs.get()) is not None:
            group = [first]
            stop = False
            while len(group) < _GROUP and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    stop = True
                    break
                group.append(following)
            self._commit(group)
            if stop:
                return

    def _commit(self, group: list[tuple[Callable[[Connection], Any], Future[Any]]]) -> None:
        settled: list[Callable[[], None]] = []
        try:
            with self._engine.begin() as connection:
                settled = [_attempt(connection, work, future) for work, future in group]
        except Exception as problem:
            for _, future in group:
                future.set_exception(problem)
            return
        for settle in settled:
            settle()


def _attempt(connection: Connection, work: Callable[[Connection], Any], future: Future[Any]) -> Callable[[], None]:
    savepoint = connection.begin_nested()
    try:
        value = work(connection)
    except Exception as problem:
        savepoint.rollback()
        failure = problem
        return lambda: future.set_exception(failure)
    savepoint.commit()
    return lambda: future.set_result(value)


def open_database(url: str) -> Database:
    """Open (and create or migrate) the records database at a SQLAlchemy URL."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    if _version(engine) != HEAD:
        _migrate(engine)
    return Database(engine)


def _prepare_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    # SQLAlchemy opens the transactions itself (above), so that savepoints work on SQLite.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _version(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(engine: Engine) -> None:
    # Alembic is only imported when there is something to migrate: it costs start-up time.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
