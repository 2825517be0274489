"""The catalogue of public data (invented rows) and the targets of the plan (sourced rows)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .directory import fit

DATA = Path(__file__).parent / "data"
SHARING: Mapping[str, str] = {"open": "无条件共享", "conditional": "有条件共享", "denied": "不予共享"}
FITS = 0.3
_ID = re.compile(r"(?<![A-Za-z])[Kk]\s?(\d{1,2})(?!\d)")
_DATASET = re.compile(r"DS\d{4}", re.IGNORECASE)
_TASK = re.compile(r"任务\s?(\d{1,2})")


@dataclass(frozen=True)
class Dataset:
    """One entry of the catalogue; never the data itself."""

    id: str
    title: str
    provider: str
    sharing: str
    cycle: str
    keywords: tuple[str, ...]
    demo: bool = True

    @property
    def sharing_name(self) -> str:
        """The sharing class in Chinese."""
        return SHARING[self.sharing]


@dataclass(frozen=True)
class Target:
    """One target of the plan, in the plan's own terms; nothing published says how far it has come."""

    id: str
    task: str
    name: str
    value: str
    unit: str
    type: str
    stated_2027: str
    said: str


def search_datasets(words: str, k: int = 5) -> list[Dataset]:
    """The datasets some words fit, best first."""
    if found := _DATASET.search(words):
        return [each for each in bundled_datasets() if each.id == found.group(0).upper()]
    return _best(words, ((each, (each.title, *each.keywords)) for each in bundled_datasets()), k)


def search_targets(words: str, k: int = 5) -> list[Target]:
    """The targets with this id, of this task, or with these words in their name, best first."""
    rows = bundled_targets()
    if found := _ID.search(words):
        return [each for each in rows if each.id == f"K{int(found.group(1)):02d}"]
    if found := _TASK.search(words):
        return [each for each in rows if each.task == found.group(1)]
    return _best(words, ((each, (each.name, each.said)) for each in rows), k)


def _best(words: str, rows: Iterable[tuple[Any, tuple[str, ...]]], k: int) -> list[Any]:
    scored = [(fit(words, names), number, row) for number, (row, names) in enumerate(rows)]
    kept = sorted((each for each in scored if each[0] >= FITS), key=lambda each: (-each[0], each[1]))
    top = kept[0][0] if kept else 0.0
    return [row for score, _, row in kept if score >= top / 2][:k]


@cache
def bundled_datasets() -> tuple[Dataset, ...]:
    """The invented catalogue."""
    rows = json.loads((DATA / "datasets.json").read_text(encoding="utf-8"))["datasets"]
    return tuple(Dataset(**{**row, "keywords": tuple(row["keywords"])}) for row in rows)


@cache
def bundled_targets() -> tuple[Target, ...]:
    """The 43 targets of the plan."""
    rows = json.loads((DATA / "targets.json").read_text(encoding="utf-8"))["targets"]
    return tuple(Target(**row) for row in rows)
