"""Figures about cases on the platform, for who may measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..principal import Principal
from .client import Platform, path_part
from .records import read


@dataclass(frozen=True)
class MetricDraft:
    """What is asked: measures by key, a period, an area, a grouping, a comparison (hb, tb, both)."""

    names: tuple[str, ...]
    since: str
    until: str
    district: str | None = None
    department: str | None = None
    category: str | None = None
    group: str | None = None
    compare: str | None = None
    top: int | None = None

    def query(self) -> tuple[tuple[str, str], ...]:
        """As the platform reads it."""
        given = {
            "names": ",".join(self.names), "from": self.since, "to": self.until, "district": self.district,
            "department": self.department, "class": self.category, "group": self.group, "compare": self.compare,
            "top": self.top,
        }  # fmt: skip
        return tuple((name, str(value)) for name, value in given.items() if value is not None)


@dataclass(frozen=True)
class SavedDraft:
    """A draft report as it was kept."""

    id: str
    title: str
    body: str
    created_at: str


class Metrics:
    """Measure, and keep drafts of reports."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def query(self, draft: MetricDraft, who: Principal) -> list[Mapping[str, Any]]:
        """One answer for each measure, with numerator, denominator, period, area and definition."""
        answers: list[Mapping[str, Any]] = (await self._platform.read("/metrics", draft.query(), who)).data
        return answers

    async def heat(self, draft: MetricDraft, who: Principal) -> Mapping[str, Any]:
        """Counts per unit grid."""
        names = ("from", "to", "district", "class", "top")
        pairs = tuple(pair for pair in draft.query() if pair[0] in names)
        found: Mapping[str, Any] = (await self._platform.read("/metrics/heatmap", pairs, who)).data
        return found

    async def save_draft(self, title: str, body: str, who: Principal, key: str) -> SavedDraft:
        """Keep a draft; nothing is published."""
        return read(SavedDraft, await self._platform.write("POST", "/drafts", {"title": title, "body": body}, who, key))

    async def draft(self, draft: str, who: Principal) -> SavedDraft:
        """One's own draft."""
        return read(SavedDraft, (await self._platform.read(f"/drafts/{path_part(draft)}", who=who)).data)
