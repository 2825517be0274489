"""The periods a figure is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from .finding import CITY_ZONE

COMPARED = {"hb": "环比", "tb": "同比"}


@dataclass(frozen=True)
class Span:
    """From a moment until just before another, as stored text."""

    start: str
    end: str

    def shown(self) -> dict[str, str]:
        """As answers carry it."""
        return {"from": self.start, "to": self.end}


def earlier(span: Span, kind: str) -> Span:
    """The span before of equal length (hb), or the same a year earlier (tb)."""
    start, end = datetime.fromisoformat(span.start), datetime.fromisoformat(span.end)
    before, after = (start - (end - start), start) if kind == "hb" else (_year_before(start), _year_before(end))
    return Span(before.isoformat(timespec="seconds"), after.isoformat(timespec="seconds"))


def compared_kinds(compare: str | None) -> tuple[str, ...]:
    """What `compare` asks for."""
    return {"hb": ("hb",), "tb": ("tb",), "both": ("hb", "tb")}.get(compare or "", ())


def _year_before(moment: datetime) -> datetime:
    day = moment.date()
    leap = day.month == 2 and day.day == 29
    before = date(day.year - 1, 2, 28) if leap else day.replace(year=day.year - 1)
    return datetime.combine(before, moment.timetz()).astimezone(CITY_ZONE)
