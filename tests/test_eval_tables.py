"""No write to the platform goes unseen: every table's rows are watched, whether or not the change log tells of them."""

from __future__ import annotations

from typing import Any

import pytest

from eval.expectations import Expect, State
from eval.trajectory import WorldChange
from tools.unified.sandbox.touched import BOOKKEEPING, watched

from .test_sandbox_worlds import NEW, changes, put
from .test_tools_world import World, give_near  # noqa: F401
from .trials import a_sample, a_trial, scored


def blank(world: World, table: str) -> dict[str, Any]:
    """A row with something in every column."""
    columns = world.sandbox.store.rows(f"PRAGMA table_info({table})")
    numeric = ("INTEGER", "REAL")
    return {each["name"]: 7 if str(each["type"]).upper() in numeric else f"x-{each['name']}" for each in columns}


def insert(world: World, table: str, row: dict[str, Any]) -> None:
    names, marks = ", ".join(row), ", ".join("?" * len(row))
    with world.sandbox.store.write() as connection:
        connection.execute("PRAGMA defer_foreign_keys = ON")
        connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))


def run(world: World, sql: str) -> None:
    with world.sandbox.store.write() as connection:
        connection.execute(sql)


def test_only_tables_about_writes_and_messages_are_left_out(near: World) -> None:
    """A table that is added later is watched unless somebody adds it here, with a reason."""
    tables = set(near.sandbox.store.tables())
    assert {"changes", "requests", "seeded", "serials", "events", "deliveries", "webhooks"} == BOOKKEEPING
    assert tables >= BOOKKEEPING
    assert set(watched(near.sandbox.store)) == tables - BOOKKEEPING


def test_a_row_written_past_the_change_log_is_seen_in_every_table(near: World) -> None:
    async def work() -> None:
        for table in watched(near.sandbox.store):
            await put(near)
            insert(near, table, blank(near, table))
            assert [(each["table"], each["op"], each["action"]) for each in await changes(near)] == [
                (table, "insert", "unlogged")
            ]
            run(near, f"DELETE FROM {table}")
            assert await changes(near) == [], f"{table}: what was put in and taken out again has changed nothing"

    near.run(work)


def test_updates_and_deletions_past_the_change_log_are_seen_and_a_new_world_forgets_them(near: World) -> None:
    async def work() -> None:
        await put(near, patch={"cases": {"upsert": [NEW]}})
        assert await changes(near) == []
        run(near, "UPDATE cases SET department = '无中生有'")
        seen = [(each["table"], each["op"]) for each in await changes(near)]
        assert seen == [("cases", "update")]
        run(near, "DELETE FROM cases")
        assert [each["op"] for each in await changes(near) if each["table"] == "cases"] == ["delete"]
        await put(near)
        assert await changes(near) == []

    near.run(work)


def test_rows_that_belong_to_what_the_log_tells_are_no_news(near: World) -> None:
    async def work() -> None:
        await put(near)
        await near.report()
        assert near.rows("reports"), "a report has rows of its own in another table"
        assert [(each["table"], each["op"], each["key"]) for each in await changes(near)] == [
            ("case", "insert", near.rows()[0]["id"])
        ]

    near.run(work)


@pytest.mark.parametrize("table", ["visits", "card_losses"])
def test_a_change_that_nobody_logged_fails_the_state(table: str, near: World) -> None:
    async def work() -> None:
        await put(near)
        insert(near, table, blank(near, table))
        found = tuple(WorldChange(**each) for each in await changes(near))
        assert not scored(a_sample(Expect(state=State())), a_trial(changes=found))["state"].passed

    near.run(work)
