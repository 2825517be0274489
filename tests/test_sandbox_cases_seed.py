"""The demonstration cases: the same day gives the same cases, they contradict nothing, and they say what they are."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tools import bundled_categories, bundled_gazetteer, open_sandbox
from tools.unified.lifecycle import FINAL, TIMESTAMP

NOW = datetime(2026, 9, 1, 8, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
ORDER = ("reported_at", "accepted_at", "filed_at", "dispatched_at", "received_at", "finished_at", "closed_at")


def opened(folder: Path, *, now: datetime = NOW, demo: bool = True) -> dict[str, Any]:
    sandbox = open_sandbox(folder, clock=lambda: now, apps={}, demo=demo)
    try:
        return sandbox.store.state()
    finally:
        sandbox.close()


@pytest.fixture(scope="module", name="state")
def give_state(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return opened(tmp_path_factory.mktemp("demo"))


def test_the_same_day_gives_the_same_cases(tmp_path: Path, state: dict[str, Any]) -> None:
    assert opened(tmp_path / "again")["cases"] == state["cases"]
    other = opened(tmp_path / "other", now=NOW + timedelta(days=1))["cases"]
    assert other != state["cases"]


def test_a_file_is_filled_once_and_only_when_asked(tmp_path: Path, state: dict[str, Any]) -> None:
    assert opened(tmp_path, demo=False)["cases"] == []
    assert len(opened(tmp_path)["cases"]) == len(state["cases"])
    assert len(opened(tmp_path, now=NOW + timedelta(days=3))["cases"]) == len(state["cases"])


def test_every_case_says_that_it_is_made_up(state: dict[str, Any]) -> None:
    assert len(state["cases"]) == 3000
    assert all(row["demo"] == 1 and row["description"].endswith("（演示数据）") for row in state["cases"])
    assert not [row for row in state["cases"] if not row["reporter"].startswith("demo-") or row["contact_phone"]]
    assert len({row["number"] for row in state["cases"]}) == 3000
    assert len(state["reports"]) == 3000


def test_states_times_and_limits_agree(state: dict[str, Any]) -> None:
    now = NOW.isoformat(timespec="seconds")
    for row in state["cases"]:
        given = [row[name] for name in ORDER if row[name]]
        assert all(before <= after for before, after in pairwise(given)), row
        assert max(given) <= now
        assert (row["closed_at"] is not None) == (row["status"] == "closed")
        if row["status"] in TIMESTAMP and not row["self_handled"]:
            assert row[TIMESTAMP[row["status"]]], row
        assert (row["deadline_at"] is None) == (row["dispatched_at"] is None)
        assert (row["standard_id"] is None) == (row["filed_at"] is None)
        if row["deadline_at"]:
            assert row["deadline_at"] > row["dispatched_at"]
            assert row["department"].startswith(row["district_name"])


def test_places_are_the_ones_the_platform_would_find(state: dict[str, Any]) -> None:
    gazetteer = bundled_gazetteer()
    for row in state["cases"][::50]:
        grid = gazetteer.locate(row["lon"], row["lat"])
        assert grid is not None
        assert (grid.code, grid.duty_grid, grid.district) == (row["grid"], row["duty_grid"], row["district"])


def test_no_open_case_repeats_another(state: dict[str, Any]) -> None:
    """Had it been reported twice within a week, the second report would have been linked."""
    kinds = {each.code: each.group for each in bundled_categories()}
    seen: dict[tuple[str, float, float], str] = {}
    for row in state["cases"]:
        key = (kinds[row["category_code"]], row["lon"], row["lat"])
        if key in seen:
            apart = datetime.fromisoformat(row["reported_at"]) - datetime.fromisoformat(seen[key])
            assert apart > timedelta(days=7)
        seen[key] = row["reported_at"]


def test_the_mix_is_skewed_and_work_is_under_way(state: dict[str, Any]) -> None:
    rows = state["cases"]
    districts = Counter(row["district_name"] for row in rows).most_common()
    assert districts[0][1] > 5 * districts[-1][1]
    hours = Counter(row["reported_at"][11:13] for row in rows)
    assert hours["09"] > 3 * hours["03"]
    assert 30 <= sum(row["status"] not in FINAL for row in rows) <= 300
    assert {task["kind"] for task in state["tasks"] if task["status"] == "open"} <= {"verify", "check"}
    late = sum(
        bool(row["finished_at"] and row["deadline_at"] and row["finished_at"] > row["deadline_at"]) for row in rows
    )
    assert 0.05 < late / len(rows) < 0.3
