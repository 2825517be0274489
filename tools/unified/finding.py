"""Which cases are asked for, as the interface reads it and as SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from ..standards import bundled_standards
from ..worktime import closing_of
from .lifecycle import FINAL, STATES, TO_HANDLE, Scope

LAST_DIGITS = 3
"""So many digits alone are the last ones of a number, or a door."""
CITY_ZONE = ZoneInfo("Asia/Shanghai")
CASES = """SELECT cases.*, (SELECT json_object('description', description, 'photos', json(photos),
  'contact_phone', contact_phone) FROM reports WHERE case_id = cases.id AND reporter = ? ORDER BY at LIMIT 1) AS own
  FROM cases"""
"""Cases as one person meets them; its first value is the person. `own` is their own report."""
_REPORTED = "EXISTS (SELECT 1 FROM reports WHERE case_id = cases.id AND reports.reporter = ?)"
_ASKED = """EXISTS (SELECT 1 FROM approvals WHERE case_id = cases.id AND status = 'pending' AND kind IN ({marks}))"""
Rows = Callable[[str, list[Any]], list[dict[str, Any]]]


class CaseQuery(BaseModel):
    """Filters of a search; all given ones must hold. `status` is a comma list of states, or `open`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    category: str | None = Field(None, alias="class")
    status: str | None = None
    district: str | None = None
    department: str | None = None
    grid: str | None = None
    due: Literal["overdue", "today", "day"] | None = None
    supervised: bool | None = None
    since: str | None = Field(None, alias="from")
    until: str | None = Field(None, alias="to")
    reporter: Literal["me"] | None = None
    asked: Literal["any", "extend", "suspend", "appeal"] | None = None
    text: str | None = Field(None, max_length=200)
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(20, ge=1, le=100)


@dataclass(frozen=True)
class Found:
    """One page of rows, and the number of all."""

    rows: list[dict[str, Any]]
    total: int


def find_cases(query: CaseQuery, scope: Scope, rows: Rows, now: datetime) -> Found:
    """Search inside a scope. `ValueError` says in Chinese what cannot be read."""
    conditions = [_scope(scope), *_filters(query, scope), *_due(query.due, now.astimezone(CITY_ZONE))]
    where = " AND ".join(f"({text})" for text, _ in conditions)
    values = [value for _, given in conditions for value in given]
    total = int(rows(f"SELECT count(*) AS n FROM cases WHERE {where}", values)[0]["n"])  # noqa: S608
    order = "deadline_at, number" if query.due else "reported_at DESC, number DESC"
    paging = [query.size, (query.page - 1) * query.size]
    found = rows(f"{CASES} WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?", [scope.reporter, *values, *paging])
    return Found(found, total)


def _scope(scope: Scope) -> tuple[str, list[Any]]:
    if scope.everything:
        return "1", []
    parts, values = [_REPORTED], [scope.reporter]
    if scope.grids:
        marks = ", ".join("?" * len(scope.grids))
        parts.append(f"duty_grid IN ({marks}) OR grid IN ({marks})")
        values += [*scope.grids, *scope.grids]
    if scope.department is not None:
        parts.append("department = ?")
        values.append(scope.department)
    return " OR ".join(parts), values


def _due(due: str | None, now: datetime) -> list[tuple[str, list[Any]]]:
    """Cases whose handling time has run out, or runs out before the offices close today or within a day."""
    if due is None:
        return []
    handled = (f"status IN ({', '.join('?' * len(TO_HANDLE))})", list(TO_HANDLE))
    moment = now.isoformat(timespec="seconds")
    if due == "overdue":
        return [handled, ("deadline_at < ?", [moment])]
    end = closing_of(now.date(), bundled_standards().hours, now) if due == "today" else now + timedelta(days=1)
    return [handled, ("deadline_at >= ? AND deadline_at <= ?", [moment, end.isoformat(timespec="seconds")])]


def _filters(query: CaseQuery, scope: Scope) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    if query.category:
        codes = query.category.upper().split(",")
        found.append((f"category_code IN ({', '.join('?' * len(codes))})", [*codes]))
    if query.status:
        states = _states(query.status)
        found.append((f"status IN ({', '.join('?' * len(states))})", [*states]))
    if query.district:
        found.append(("district = ? OR district_name = ?", [query.district, query.district]))
    if query.department:
        found.append(("department = ?", [query.department]))
    if query.supervised is not None:
        found.append(("supervised = ?", [int(query.supervised)]))
    if query.grid:
        found.append(("grid = ? OR duty_grid = ?", [query.grid, query.grid]))
    if query.since:
        found.append(("reported_at >= ?", [read_moment(query.since, end=False)]))
    if query.until:
        found.append(("reported_at < ?", [read_moment(query.until, end=True)]))
    if query.reporter:
        found.append((_REPORTED, [scope.reporter]))
    if query.asked:
        kinds = [query.asked] if query.asked != "any" else ["extend", "suspend", "appeal"]
        found.append((_ASKED.format(marks=", ".join("?" * len(kinds))), [*kinds]))
    if query.text:
        like = "%" + query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        if query.text.isdigit() and len(query.text) >= LAST_DIGITS:
            found.append(("number LIKE ? OR address LIKE ?", [f"%{query.text}", f"%{query.text}号%"]))
            return found
        fields = ("number", "description", "address", "category_name")
        found.append((" OR ".join(f"{name} LIKE ? ESCAPE '\\'" for name in fields), [like] * len(fields)))
    return found


def _states(text: str) -> list[str]:
    if text == "open":
        return [state for state in STATES if state not in FINAL]
    states = text.split(",")
    unknown = [state for state in states if state not in STATES]
    if unknown:
        raise ValueError(f"没有“{'、'.join(unknown)}”这个状态。可以用：{'、'.join(STATES)} 或 open。")
    return states


def read_moment(text: str, *, end: bool) -> str:
    """A date (a whole day, so `end` means the next midnight) or a moment, in the city's zone."""
    try:
        if len(text) <= 10:
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime(day.year, day.month, day.day, tzinfo=CITY_ZONE).isoformat(timespec="seconds")
        moment = datetime.fromisoformat(text.replace(" ", "+") if "+" not in text and " " in text[19:] else text)
    except ValueError:
        raise ValueError(f"看不懂时间“{text}”，请写成 2026-09-01 或带时区的 ISO 8601。") from None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=CITY_ZONE)
    return zoned.astimezone(CITY_ZONE).isoformat(timespec="seconds")
