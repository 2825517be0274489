"""Figures against fixtures that were counted by hand; who may ask for them; where cases lie."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tools import MetricDraft, Metrics, NotAllowed, ToolError
from tools.unified.sandbox.measures import DATA, measures

from .test_tools_platform import ROLES, SUPERVISOR, UNIT
from .test_tools_world import START, World, give_near, give_world  # noqa: F401

DAY = ("2026-08-31", "2026-08-31")
OWN = UNIT.department


def at(hour: int, minute: int = 0, *, day: int = 31, month: int = 8) -> str:
    return datetime(2026, month, day, hour, minute, tzinfo=START.tzinfo).isoformat(timespec="seconds")


def case(number: int, **values: Any) -> dict[str, Any]:
    base = {
        "id": f"C{number}", "number": f"WH20260831{number:06d}", "status": "reported", "category_code": "E0102",
        "category_name": "暴露垃圾", "category_kind": "event", "description": "垃圾", "address": "某处",
        "crs": "WGS84", "district": "420103", "district_name": "江汉区", "source": "public", "reporter": "r",
        "photos": "[]", "reported_at": at(9), "updated_at": at(9), "file_due_at": at(11),
    }  # fmt: skip
    return {**base, **values}


def handled(number: int, finished: str | None, **values: Any) -> dict[str, Any]:
    """Dispatched at 10:00 with a deadline at 15:00 on the same day."""
    life = {
        "status": "closed" if finished else "processing", "accepted_at": at(9, 30), "filed_at": at(9, 40),
        "dispatch_due_at": at(10, 40), "dispatched_at": at(10), "deadline_at": at(15), "finished_at": finished,
        "closed_at": finished, "department": OWN,
    }  # fmt: skip
    return case(number, **{**life, **values})


FIXTURE = [
    handled(1, at(11)),  # in time, 1 h
    handled(2, at(14), rework_count=1),  # in time, 4 h, reworked
    handled(3, at(16)),  # late, 6 h
    handled(4, None),  # overdue, still open
    handled(5, at(14), district="420111", district_name="洪山区", department="洪山区环卫所"),  # in time, 4 h
    handled(6, at(12), closed_at=None, status="feedback"),  # in time, not closed, 2 h
    handled(7, None, status="suspended"),  # rests: does not count as due
    handled(8, None, deadline_at=at(15, day=2, month=9)),  # not due yet
    case(9, status="void"),
    case(10, status="closed", self_handled=1, closed_at=at(9), finished_at=at(9), source="staff"),
    case(11, status="void", merged_into="WH20260831000001"),  # merged: counts nowhere
    case(12, category_code="E0406", category_name="道路积水"),
    handled(13, at(14, day=30), reported_at=at(9, day=30), filed_at=at(9, 40, day=30), file_due_at=at(9, 10, day=30),
            dispatched_at=at(10, day=30), dispatch_due_at=at(10, 40, day=30), accepted_at=at(9, 30, day=30),
            deadline_at=at(13, day=30), closed_at=at(15, day=30)),  # the day before: late, 4 h
]  # fmt: skip


@pytest.fixture(name="counted")
def give_counted(near: World) -> World:
    with near.sandbox.store.write() as connection:
        for row in FIXTURE:
            names = ", ".join(row)
            marks = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO cases ({names}) VALUES ({marks})", tuple(row.values()))
    return near


def ask(world: World, *names: str, who: Any = SUPERVISOR, period: tuple[str, str] = DAY, **more: Any) -> list[Any]:
    draft = MetricDraft(names, *period, **more)
    return asyncio.run(Metrics(world.platform).query(draft, who))


BY_HAND = {
    "report": (11, 11, 11),
    "publicReport": (10, 10, 10),
    "accept": (8, 8, 8),
    "register": (8, 8, 8),
    "dispatch": (8, 8, 8),
    "dispose": (5, 5, 5),
    "archive": (5, 5, 5),
    "selfHandled": (1, 1, 1),
    "cancel": (1, 1, 1),
    "rework": (1, 1, 1),
    "back": (0, 0, 0),
    "supervised": (0, 0, 0),
    "urged": (0, 0, 0),
    "open": (5, 5, 5),  # 4, 6, 7, 8, 12
    "overtimeToDispose": (1, 1, 1),
    "archiveRate": (0.6667, 4, 6),  # 1, 2, 3, 5 of 1–6
    "inTimeArchiveRate": (0.5, 3, 6),  # 1, 2, 5
    "overTimeArchiveRate": (0.1667, 1, 6),
    "toArchiveRate": (0.5, 5, 10),
    "disposeRate": (0.8333, 5, 6),
    "inTimeDisposeRate": (0.6667, 4, 6),  # 1, 2, 5, 6
    "inTimeDispatchRate": (1.0, 8, 8),
    "inTimeRegisterRate": (1.0, 8, 8),
    "registerRate": (0.8, 8, 10),
    "validReportRate": (0.8182, 9, 11),
    "reworkRate": (0.2, 1, 5),
    "returnRate": (0.0, 0, 8),
    "avgHandleTime": (3.4, 17.0, 5),  # 1 + 4 + 6 + 4 + 2 hours
    "avgAcceptTime": (0.5, 4.0, 8),
}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_figure_equals_the_one_counted_by_hand(counted: World, name: str) -> None:
    found = ask(counted, name)[0]
    assert (found["value"], found["numerator"], found["denominator"]) == BY_HAND[name]


def test_every_measure_is_counted_by_hand_and_defined() -> None:
    assert set(BY_HAND) == set(measures())
    rows = json.loads(Path(DATA).read_text(encoding="utf-8"))["measures"]
    assert all(row["definition"] and row["name"] for row in rows)
    assert all("÷" in row["definition"] for row in rows if row["kind"] == "rate")


def test_an_answer_carries_period_area_class_and_time(counted: World) -> None:
    found = ask(counted, "report", district="420103", category="E0102")[0]
    assert found["period"] == {"from": "2026-08-31T00:00:00+08:00", "to": "2026-09-01T00:00:00+08:00"}
    assert (found["area"], found["class"], found["as_of"]) == ("江汉区", "暴露垃圾", "2026-09-01T08:40:00+08:00")
    assert found["value"] == 9
    assert "并案" in found["definition"]
    assert found["demo"] is False


def test_comparisons_look_at_the_period_before(counted: World) -> None:
    found = ask(counted, "inTimeDisposeRate", compare="both")[0]
    before, year = found["compare"]
    assert before["period"] == {"from": "2026-08-30T00:00:00+08:00", "to": "2026-08-31T00:00:00+08:00"}
    assert (before["value"], before["numerator"], before["denominator"], before["change"]) == (0.0, 0, 1, 0.6667)
    assert before["rate"] is None
    assert year["period"]["from"] == "2025-08-31T00:00:00+08:00"
    assert (year["value"], year["change"]) == (None, None)
    count = ask(counted, "report", compare="hb")[0]["compare"][0]
    assert (count["value"], count["change"], count["rate"]) == (1, 10, 10.0)
    assert ask(counted, "overtimeToDispose", compare="hb")[0]["compare"][0]["value"] is None


def test_groups_are_sorted_and_add_up(counted: World) -> None:
    groups = ask(counted, "report", group="district")[0]["groups"]
    assert [(each["name"], each["value"]) for each in groups] == [("江汉区", 10), ("洪山区", 1)]
    by_class = ask(counted, "report", group="class")[0]["groups"]
    assert [(each["name"], each["value"]) for each in by_class] == [("暴露垃圾", 10), ("道路积水", 1)]
    days = ask(counted, "report", group="day", period=("2026-08-30", "2026-08-31"))[0]["groups"]
    assert [(each["name"], each["value"]) for each in days] == [("2026-08-30", 1), ("2026-08-31", 11)]
    rates = ask(counted, "inTimeDisposeRate", group="department")[0]["groups"]
    assert [(each["name"], each["numerator"], each["denominator"]) for each in rates] == [
        ("洪山区环卫所", 1, 1),
        (OWN, 3, 5),
    ]


def test_nothing_to_measure_is_not_zero_per_cent(counted: World) -> None:
    found = ask(counted, "archiveRate", district="420117")[0]
    assert (found["value"], found["denominator"]) == (None, 0)


def test_a_department_sees_its_own_figures_only(counted: World) -> None:
    found = ask(counted, "report", who=UNIT)[0]
    assert (found["value"], found["area"]) == (7, OWN)
    with pytest.raises(NotAllowed):
        ask(counted, "report", who=UNIT, department="洪山区环卫所")


@pytest.mark.parametrize("role", ["anonymous", "citizen", "acceptor", "dispatcher", "developer", "operator"])
def test_others_see_no_figures(counted: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        ask(counted, "report", who=ROLES[role])
    draft = MetricDraft(("report",), *DAY)
    with pytest.raises(NotAllowed):
        asyncio.run(Metrics(counted.platform).heat(draft, ROLES[role]))
    with pytest.raises(NotAllowed):
        asyncio.run(Metrics(counted.platform).save_draft("周报", "正文", ROLES[role], counted.key()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"names": ("happiness",)},
        {"since": "2026-09-02", "until": "2026-09-01"},
        {"since": "2020-01-01", "until": "2026-09-01"},
        {"since": "soon"},
        {"group": "mood"},
        {"compare": "ever"},
    ],
)
def test_what_cannot_be_measured_is_refused(counted: World, wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"names": ("report",), "since": DAY[0], "until": DAY[1], **wrong}
    with pytest.raises(ToolError):
        counted.run(lambda: Metrics(counted.platform).query(MetricDraft(**given), SUPERVISOR))


def test_heat_points_count_per_grid(near: World) -> None:
    async def body() -> Any:
        for _ in range(2):
            await near.report()
        draft = MetricDraft((), "2026-09-01", "2026-09-01")
        return await Metrics(near.platform).heat(draft, SUPERVISOR)

    found = near.run(body)
    assert [each["value"] for each in found["points"]] == [1, 1]
    assert len(found["points"][0]["grid"]) == 15
    assert "网格" in found["definition"]
    assert "reporter" not in found["points"][0]


def test_a_draft_is_kept_for_its_author(near: World) -> None:
    async def body() -> None:
        metrics, key = Metrics(near.platform), near.key()
        kept = await metrics.save_draft("周报", "正文", SUPERVISOR, key)
        assert await metrics.save_draft("周报", "正文", SUPERVISOR, key) == kept
        assert await metrics.draft(kept.id, SUPERVISOR) == kept
        with pytest.raises(ToolError):
            await metrics.draft(kept.id, UNIT)

    near.run(body)
    assert len(near.rows("drafts")) == 1


def test_figures_are_the_same_over_both_ways(world: World) -> None:
    async def body() -> Any:
        await world.report()
        return (await Metrics(world.platform).query(MetricDraft(("report",), "2026-09-01", "2026-09-01"), SUPERVISOR))[
            0
        ]

    assert world.run(body)["value"] == 1
