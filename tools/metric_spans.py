"""The days a figure is compared with where people name them: the same days a month, a week or a day earlier."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

Days = tuple[date, date]


def shifted(first: date, last: date, kind: str | None) -> Days | None:
    """The days meant by 比上月, 比上周, 比前一天; None for other comparisons and for spans that are too long for it."""
    length = (last - first).days + 1
    if kind == "day" and length == 1:
        return first - timedelta(days=1), last - timedelta(days=1)
    if kind == "week" and length <= 7:
        return first - timedelta(days=7), last - timedelta(days=7)
    if kind == "month" and length <= 31:
        whole = first.day == 1 and (last + timedelta(days=1)).day == 1
        before = _month_before(first)
        return before, (first - timedelta(days=1) if whole else _month_before(last))
    return None


def with_earlier(found: Mapping[str, Any], past: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An answer compared with that of earlier days, as the platform compares; a figure of the moment has none."""
    began = past.get("records_from")
    known = not found.get("snapshot") and not (began and began >= past["period"]["to"])
    value = past["value"] if known else None
    both = value is not None and found["value"] is not None
    earlier = {
        "name": name,
        **{each: past[each] for each in ("period", "numerator", "denominator")},
        "value": value,
        "change": round(found["value"] - value, 4) if both else None,
        "rate": round(found["value"] / value - 1, 4) if both and value else None,
    }
    return {**found, "compare": [earlier]}


def _month_before(day: date) -> date:
    end = day.replace(day=1) - timedelta(days=1)
    return end.replace(day=min(day.day, end.day))
