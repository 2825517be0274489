"""What can be measured about cases: every measure with its definition. Pure functions over case rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from ..lifecycle import TO_HANDLE

Row = Mapping[str, Any]
DATA = Path(__file__).parents[2] / "data" / "measures.json"


@dataclass(frozen=True)
class Period:
    """From a moment until just before another, as seen at `now`; both as stored text."""

    start: str
    end: str
    now: str

    def holds(self, at: str | None) -> bool:
        """Whether something happened in the period."""
        return at is not None and self.start <= at < self.end

    def due(self, at: str | None) -> bool:
        """Whether something was due in the period and its time has come."""
        return at is not None and self.start <= at < min(self.end, self.now)


Test = Callable[[Row, Period], bool]


@dataclass(frozen=True)
class Rule:
    """A count (only `of`), a rate (`part` of `of`) or a mean of `hours` over `of`."""

    of: Test
    part: Test | None = None
    hours: Callable[[Row], float] | None = None
    snapshot: bool = False
    """Whether it looks at this moment only, so that no earlier period can be compared."""


@dataclass(frozen=True)
class Measure:
    """One measure: what it is called, how it is defined in words, and its rule."""

    key: str
    name: str
    kind: Literal["count", "rate", "hours"]
    definition: str
    rule: Rule


@dataclass(frozen=True)
class Value:
    """A measured figure with what it was made of; None when there was nothing to measure."""

    value: float | None
    numerator: float
    denominator: int


def measure(what: Measure, rows: Iterable[Row], period: Period) -> Value:
    """Measure over rows."""
    base = [row for row in rows if what.rule.of(row, period)]
    if what.kind == "count":
        return Value(len(base), len(base), len(base))
    if not base:
        return Value(None, 0, 0)
    if what.rule.hours is not None:
        total = sum(map(what.rule.hours, base))
        return Value(round(total / len(base), 2), round(total, 2), len(base))
    part = sum(1 for row in base if what.rule.part is not None and what.rule.part(row, period))
    return Value(round(part / len(base), 4), part, len(base))


def _reported(row: Row, period: Period) -> bool:
    return period.holds(row["reported_at"]) and row["merged_into"] is None


def _should_dispose(row: Row, period: Period) -> bool:
    return period.due(row["deadline_at"]) and row["merged_into"] is None and row["status"] not in ("void", "suspended")


def _in_time(row: Row) -> bool:
    return row["finished_at"] is not None and row["finished_at"] <= row["deadline_at"]


def _closed(row: Row) -> bool:
    return row["closed_at"] is not None


def _happened(field: str) -> Test:
    return lambda row, period: period.holds(row[field])


def _span_hours(start: str, end: str) -> Callable[[Row], float]:
    def hours(row: Row) -> float:
        return (datetime.fromisoformat(row[end]) - datetime.fromisoformat(row[start])).total_seconds() / 3600

    return hours


def _handled(row: Row, period: Period) -> bool:
    return period.holds(row["finished_at"]) and row["dispatched_at"] is not None


_RULES: Mapping[str, Rule] = {
    "report": Rule(_reported),
    "publicReport": Rule(lambda r, p: _reported(r, p) and r["source"] != "staff"),
    "accept": Rule(_happened("accepted_at")),
    "register": Rule(_happened("filed_at")),
    "dispatch": Rule(_happened("dispatched_at")),
    "dispose": Rule(_handled),
    "archive": Rule(_happened("closed_at")),
    "selfHandled": Rule(lambda r, p: _reported(r, p) and bool(r["self_handled"])),
    "cancel": Rule(lambda r, p: _reported(r, p) and r["status"] == "void"),
    "rework": Rule(lambda r, p: _reported(r, p) and r["rework_count"] > 0),
    "back": Rule(lambda r, p: _reported(r, p) and r["return_count"] > 0),
    "supervised": Rule(_happened("supervised_at")),
    "urged": Rule(lambda r, p: _reported(r, p) and r["urge_count"] > 0),
    "open": Rule(lambda r, p: _reported(r, p) and not _closed(r) and r["status"] != "void"),
    "overtimeToDispose": Rule(
        lambda r, p: r["status"] in TO_HANDLE and r["deadline_at"] is not None and r["deadline_at"] < p.now,
        snapshot=True,
    ),
    "archiveRate": Rule(_should_dispose, lambda r, p: _closed(r)),
    "inTimeArchiveRate": Rule(_should_dispose, lambda r, p: _closed(r) and _in_time(r)),
    "overTimeArchiveRate": Rule(_should_dispose, lambda r, p: _closed(r) and not _in_time(r)),
    "toArchiveRate": Rule(lambda r, p: _reported(r, p) and r["status"] != "void", lambda r, p: not _closed(r)),
    "disposeRate": Rule(_should_dispose, lambda r, p: r["finished_at"] is not None),
    "inTimeDisposeRate": Rule(_should_dispose, lambda r, p: _in_time(r)),
    "inTimeDispatchRate": Rule(
        lambda r, p: p.due(r["dispatch_due_at"]) and r["status"] != "void",
        lambda r, p: r["dispatched_at"] is not None and r["dispatched_at"] <= r["dispatch_due_at"],
    ),
    "inTimeRegisterRate": Rule(
        lambda r, p: p.holds(r["filed_at"]) and r["file_due_at"] is not None,
        lambda r, p: r["filed_at"] <= r["file_due_at"],
    ),
    "registerRate": Rule(
        lambda r, p: _reported(r, p) and not r["self_handled"], lambda r, p: r["filed_at"] is not None
    ),
    "validReportRate": Rule(_reported, lambda r, p: r["filed_at"] is not None or bool(r["self_handled"])),
    "reworkRate": Rule(_handled, lambda r, p: r["rework_count"] > 0),
    "returnRate": Rule(_happened("dispatched_at"), lambda r, p: r["return_count"] > 0),
    "avgHandleTime": Rule(_handled, None, _span_hours("dispatched_at", "finished_at")),
    "avgAcceptTime": Rule(_happened("accepted_at"), None, _span_hours("reported_at", "accepted_at")),
}


@cache
def measures() -> Mapping[str, Measure]:
    """Every measure by its key; names and definitions come from a data file."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["measures"]
    return {
        row["key"]: Measure(row["key"], row["name"], row["kind"], row["definition"], _RULES[row["key"]]) for row in rows
    }
