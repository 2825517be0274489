"""Filing and closing standards with time limits, as a dated table. Demonstration rules, never a city's own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any

from .worktime import Limit, OfficeHours

DATA = Path(__file__).parent / "data" / "standards.json"


@dataclass(frozen=True)
class Standard:
    """When a class of problem is filed, how long its handling may take, and when it may be closed."""

    id: str
    category_code: str
    effective_from: date
    effective_to: date | None
    condition: str
    limit: Limit
    close_condition: str
    source: str

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)


class Standards:
    """The table, the office hours and the limits of the single stages."""

    def __init__(self, rows: Iterable[Standard], hours: OfficeHours, stages: Mapping[str, Limit], note: str) -> None:
        self._rows: dict[str, list[Standard]] = {}
        for row in rows:
            self._rows.setdefault(row.category_code, []).append(row)
        self.hours = hours
        self.stages = stages
        self.note = note

    def __len__(self) -> int:
        return sum(map(len, self._rows.values()))

    def get(self, category_code: str, day: date) -> Standard | None:
        """The standard of a class that is in force on a day."""
        return next((row for row in self._rows.get(category_code, ()) if row.in_force(day)), None)

    def versions(self, category_code: str) -> tuple[Standard, ...]:
        """All versions of a class, oldest first."""
        return tuple(sorted(self._rows.get(category_code, ()), key=lambda row: row.effective_from))


@cache
def bundled_standards() -> Standards:
    """The demonstration table that comes with the house."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    spans = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in data["office_hours"])
    stages = {name: Limit(each["kind"], each["value"]) for name, each in data["stages"].items()}
    return Standards(map(_standard, data["standards"]), OfficeHours(spans), stages, data["note"])


def _standard(row: Mapping[str, Any]) -> Standard:
    return Standard(
        id=row["id"],
        category_code=row["class"],
        effective_from=date.fromisoformat(row["from"]),
        effective_to=date.fromisoformat(row["to"]) if row.get("to") else None,
        condition=row["condition"],
        limit=Limit(row["kind"], row["value"]),
        close_condition=row["close"],
        source=row["source"],
    )
