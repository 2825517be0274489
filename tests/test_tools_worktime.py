"""Time limits against the official calendar; every expected moment was worked out by hand."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tools.standards import bundled_standards
from tools.worktime import (
    Limit,
    OfficeHours,
    closing_of,
    due_at,
    holiday_of,
    is_published,
    is_workday,
    nth_workday,
    resumed,
    work_time_between,
)

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = OfficeHours(((time(8, 30), time(12)), (time(14), time(17, 30))))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("day", "worked", "holiday"),
    [
        ("2026-09-30", True, None),
        ("2026-10-01", False, "国庆节"),
        ("2026-10-07", False, "国庆节"),
        ("2026-10-10", True, "国庆节"),  # a Saturday worked for the holiday
        ("2026-09-20", True, "国庆节"),  # a Sunday worked for the holiday
        ("2026-09-25", False, "中秋节"),
        ("2026-09-05", False, None),
        ("2026-02-17", False, "春节"),
        ("2026-02-14", True, "春节"),
        ("2025-10-08", False, "国庆节"),
        ("2025-09-28", True, "国庆节"),
    ],
)
def test_holidays_and_make_up_days_are_the_official_ones(day: str, worked: bool, holiday: str | None) -> None:
    assert is_workday(date.fromisoformat(day)) is worked
    assert holiday_of(date.fromisoformat(day)) == holiday


def test_a_year_that_is_not_published_counts_monday_to_friday() -> None:
    assert is_published(date(2026, 12, 31))
    assert not is_published(date(2027, 1, 1))
    assert not is_workday(date(2027, 1, 1))  # a Friday, but off by law in every year
    assert is_workday(date(2027, 1, 4))
    assert not is_workday(date(2027, 1, 2))
    assert holiday_of(date(2027, 1, 1)) is None


@pytest.mark.parametrize(
    ("start", "kind", "value", "end"),
    [
        ("2026-09-01T09:00", "work_hour", 2, "2026-09-01T11:00"),
        ("2026-09-01T08:30", "work_hour", 3.5, "2026-09-01T12:00"),  # ends as lunch begins
        ("2026-09-01T11:00", "work_hour", 2, "2026-09-01T15:00"),  # over lunch
        ("2026-09-01T13:00", "work_hour", 1, "2026-09-01T15:00"),  # begins at lunch
        ("2026-09-01T22:00", "work_hour", 2, "2026-09-02T10:30"),  # begins at night
        ("2026-09-04T17:00", "work_hour", 1, "2026-09-07T09:00"),  # over a weekend
        ("2026-09-05T10:00", "work_hour", 1, "2026-09-07T09:30"),  # begins on a Saturday
        ("2026-09-20T09:00", "work_hour", 2, "2026-09-20T11:00"),  # a Sunday that is worked
        ("2026-09-30T16:00", "work_hour", 4, "2026-10-08T11:00"),  # over the holiday week
        ("2026-10-09T17:00", "work_hour", 1, "2026-10-10T09:00"),  # into the make-up Saturday
        ("2026-02-14T17:00", "work_hour", 1, "2026-02-24T09:00"),  # Spring Festival, 15 to 23 February
        ("2026-10-01T22:00", "urgent_hour", 8, "2026-10-02T06:00"),  # round the clock
        ("2026-09-01T15:00", "work_day", 1, "2026-09-02T17:30"),
        ("2026-09-23T10:00", "work_day", 5, "2026-10-08T17:30"),  # 24, 28, 29, 30 September and 8 October
        ("2026-10-09T10:00", "work_day", 1, "2026-10-10T17:30"),
        ("2026-09-30T10:00", "natural_day", 3, "2026-10-03T23:59:59"),
    ],
)
def test_a_limit_ends_when_the_calendar_says(start: str, kind: str, value: float, end: str) -> None:
    assert due_at(at(start), Limit(kind, value), HOURS) == at(end)  # type: ignore[arg-type]


def test_office_time_between_two_moments() -> None:
    assert work_time_between(at("2026-09-30T16:00"), at("2026-10-08T11:00"), HOURS) == timedelta(hours=4)
    assert work_time_between(at("2026-09-01T12:30"), at("2026-09-01T13:30"), HOURS) == timedelta()
    assert work_time_between(at("2026-09-01T11:00"), at("2026-09-01T10:00"), HOURS) == timedelta()


def test_a_pause_keeps_what_was_left() -> None:
    paused, again = at("2026-09-29T16:30"), at("2026-10-08T09:00")
    due = at("2026-09-30T10:00")  # 1 h on the 29th and 1.5 h on the 30th were left
    assert resumed(due, paused, again, "work_hour", HOURS) == at("2026-10-08T11:30")
    assert resumed(due, paused, again, "urgent_hour", HOURS) == due + (again - paused)
    late = at("2026-09-28T10:00")
    assert resumed(late, paused, again, "work_hour", HOURS) == late


def test_days_are_counted_and_closed() -> None:
    assert nth_workday(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert closing_of(date(2026, 9, 1), HOURS, at("2026-09-01T09:00")) == at("2026-09-01T17:30")


def test_standards_are_dated_and_say_that_they_are_not_the_citys() -> None:
    standards = bundled_standards()
    assert len(standards) == 151
    before, after = standards.get("E0504", date(2026, 6, 30)), standards.get("E0504", date(2026, 7, 1))
    assert before is not None
    assert after is not None
    assert (before.limit.words, after.limit.words) == ("1个工作日", "4个工作时")
    assert standards.get("E0504", date(2024, 1, 1)) is None
    for versions in map(standards.versions, ("E0102", "C0118", "E0406")):
        assert all("演示" in each.source or "其他城市示例" in each.source for each in versions)
        assert not [each for each in versions if "国标" in each.source]
