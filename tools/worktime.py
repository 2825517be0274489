"""Work time: which days are worked, and when a time limit ends. Pure functions over the official calendar."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

import chinese_calendar

LimitKind = Literal["urgent_hour", "work_hour", "work_day", "natural_day"]
KIND_NAMES: dict[str, str] = {
    "urgent_hour": "紧急工作时",
    "work_hour": "工作时",
    "work_day": "工作日",
    "natural_day": "自然日",
}
DAY = timedelta(days=1)
LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True)
class OfficeHours:
    """The spans of a work day, in order, e.g. 08:30–12:00 and 14:00–17:30."""

    spans: tuple[tuple[time, time], ...]

    @property
    def opening(self) -> time:
        """When the day begins."""
        return self.spans[0][0]

    @property
    def closing(self) -> time:
        """When the day ends."""
        return self.spans[-1][1]


@dataclass(frozen=True)
class Limit:
    """A time limit such as 4 work hours."""

    kind: LimitKind
    value: float

    @property
    def words(self) -> str:
        """As people write it: 4个工作时."""
        return f"{self.value:g}个{KIND_NAMES[self.kind]}"


def is_published(day: date) -> bool:
    """Whether the official arrangement of that year is known; if not, Monday to Friday are taken as work days."""
    return _years().start <= day.year < _years().stop


@lru_cache(maxsize=8192)
def is_workday(day: date) -> bool:
    """Whether the day is worked: holidays and make-up days as officially arranged."""
    return bool(chinese_calendar.is_workday(day)) if is_published(day) else day.weekday() < 5


def holiday_of(day: date) -> str | None:
    """The Chinese name of the holiday a day belongs to: as a day off, or as a make-up day worked for it."""
    if not is_published(day):
        return None
    name = chinese_calendar.get_holiday_detail(day)[1]
    chinese = str(chinese_calendar.Holiday(name).chinese) if name else ""
    return (chinese if chinese.endswith(("节", "旦")) else f"{chinese}节") if chinese else None


def nth_workday(day: date, count: int) -> date:
    """The count-th work day after a day."""
    while count > 0:
        day += DAY
        count -= is_workday(day)
    return day


def closing_of(day: date, hours: OfficeHours, like: datetime) -> datetime:
    """When the offices close on a day, in the zone of `like`."""
    return datetime.combine(day, hours.closing, like.tzinfo)


def due_at(start: datetime, limit: Limit, hours: OfficeHours) -> datetime:
    """When a limit that begins at `start` ends.

    Urgent hours run round the clock. Work hours run only inside office hours. Days are counted from the day
    after: the last work day ends when the offices close, the last natural day at 23:59:59.
    """
    match limit.kind:
        case "urgent_hour":
            return start + timedelta(hours=limit.value)
        case "work_hour":
            return add_work_time(start, timedelta(hours=limit.value), hours)
        case "work_day":
            return closing_of(nth_workday(start.date(), int(limit.value)), hours, start)
        case "natural_day":
            last = start.date() + DAY * int(limit.value)
            return datetime.combine(last, LAST_SECOND, start.tzinfo)


def add_work_time(start: datetime, span: timedelta, hours: OfficeHours) -> datetime:
    """The moment when `span` of office time has passed since `start`."""
    left = span
    for opens, closes in _open_spans(start, hours):
        if closes - opens >= left:
            return opens + left
        left -= closes - opens
    raise AssertionError("office time never ends")


def work_time_between(start: datetime, end: datetime, hours: OfficeHours) -> timedelta:
    """How much office time lies between two moments; nothing when the end is not later."""
    total = timedelta()
    for opens, closes in _open_spans(start, hours):
        if opens >= end:
            return total
        total += min(closes, end) - opens
    raise AssertionError("office time never ends")


def resumed(due: datetime, paused: datetime, again: datetime, kind: LimitKind, hours: OfficeHours) -> datetime:
    """The new end of a limit that stood still between two moments: what was left then is left now."""
    if due <= paused:
        return due
    if kind in ("urgent_hour", "natural_day"):
        return due + (again - paused)
    return add_work_time(again, work_time_between(paused, due, hours), hours)


def _open_spans(start: datetime, hours: OfficeHours) -> Iterator[tuple[datetime, datetime]]:
    """The office spans from a moment on, without end."""
    day = start.date()
    while True:
        if is_workday(day):
            for begins, ends in hours.spans:
                opens = max(datetime.combine(day, begins, start.tzinfo), start)
                closes = datetime.combine(day, ends, start.tzinfo)
                if opens < closes:
                    yield opens, closes
        day += DAY


@lru_cache(maxsize=1)
def _years() -> range:
    years = {day.year for day in chinese_calendar.holidays}
    return range(min(years), max(years) + 1)


def apart(deadline: datetime, now: datetime) -> str:
    """How far a deadline is from now, by the clock on the wall: 2天3小时, 40分钟."""
    seconds = int(abs((deadline - now).total_seconds()))
    days, hours, minutes = seconds // 86400, seconds % 86400 // 3600, seconds % 3600 // 60
    told = [f"{days}天" if days else "", f"{hours}小时" if hours else "", "" if days else f"{minutes}分钟"]
    return "".join(told)
