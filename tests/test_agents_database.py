"""The records database: group commit, isolation of failures, durability settings, migrations."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, create_engine, func, select, text

from agents.database import open_database
from agents.rows import record
from agents.tables import audit, metadata

from .conftest import run


def _count(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(audit)).scalar_one()


def test_many_writers_all_commit(tmp_path: Path) -> None:
    async def body() -> int:
        database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
        work = [database.write(lambda c, n=n: record(c, "me", "test", str(n), {})) for n in range(200)]
        await asyncio.gather(*work)
        count = await database.read(_count)
        database.close()
        return count

    assert run(body) == 200


def test_a_failing_write_does_not_take_its_neighbours_down(tmp_path: Path) -> None:
    def broken(connection: Connection) -> None:
        record(connection, "me", "test", "half", {})
        raise ValueError("on purpose")

    async def body() -> tuple[list[object], int]:
        database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
        good = [database.write(lambda c, n=n: record(c, "me", "test", str(n), {})) for n in range(5)]
        outcome = await asyncio.gather(*good, database.write(broken), return_exceptions=True)
        count = await database.read(_count)
        database.close()
        return list(outcome), count

    outcome, count = run(body)
    assert isinstance(outcome[-1], ValueError)
    assert count == 5


def test_sqlite_is_opened_for_durability(tmp_path: Path) -> None:
    async def body() -> tuple[object, object, object]:
        database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
        names = ("journal_mode", "synchronous", "foreign_keys")
        values = await database.read(lambda c: tuple(c.execute(text(f"PRAGMA {name}")).scalar() for name in names))
        database.close()
        return values

    assert run(body) == ("wal", 2, 1)


def test_the_migrations_make_exactly_the_declared_tables(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'r.db'}"
    open_database(url).close()
    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    async def body() -> int:
        url = f"sqlite:///{tmp_path / 'r.db'}"
        first = open_database(url)
        await first.write(lambda c: record(c, "me", "test", "kept", {}))
        first.close()
        second = open_database(url)
        count = await second.read(_count)
        second.close()
        return count

    assert run(body) == 1


@pytest.mark.parametrize("kind", ["write", "read"])
def test_errors_reach_the_caller(tmp_path: Path, kind: str) -> None:
    def broken(connection: Connection) -> None:
        connection.execute(text("SELECT * FROM nowhere"))

    async def body() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
        try:
            with pytest.raises(Exception, match="nowhere"):
                await getattr(database, kind)(broken)
        finally:
            database.close()

    run(body)
