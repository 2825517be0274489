"""What the bundled knowledge base holds, read from its files: titles, headings, and when each is in force."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml

from .sample import Sample
from .world import document_text

_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Holding:
    """One document: its title, its headings, and the days between which it is in force."""

    title: str
    headings: tuple[str, ...]
    since: date | None
    until: date | None
    superseded: bool

    def in_force(self, day: date) -> bool:
        """Whether it is in force on a day; a superseded one is up to its last day, if it names one."""
        if self.since and day < self.since:
            return False
        if self.until:
            return day <= self.until
        return not self.superseded

    def has(self, section: str) -> bool:
        """Whether a section's name ends one of its headings, or is the path of one."""
        last = section.split(" > ")[-1]
        return not section or any(heading.endswith(last) for heading in (*self.headings, self.title))


@lru_cache(maxsize=1)
def bundled() -> Mapping[str, Holding]:
    """The bundled documents by title."""
    spec = find_spec("knowledge")
    root = Path(spec.origin).parent / "bundled" if spec and spec.origin else Path()
    found = (read_holding(path.read_text(encoding="utf-8")) for path in sorted(root.rglob("*.md")))
    return {each.title: each for each in found}


def holdings(sample: Sample) -> dict[str, Holding]:
    """What the knowledge base holds in a sample's world."""
    kb = sample.world.kb
    added = (read_holding(document_text(each)) for each in (*kb.add, *kb.poison))
    kept = {title: each for title, each in bundled().items() if title not in kb.remove}
    return {**kept, **{each.title: each for each in added}}


def read_holding(text: str) -> Holding:
    """A document from its Markdown."""
    facts: Mapping[str, Any] = {}
    if text.startswith("---\n"):
        head, _, text = text[4:].partition("\n---")
        facts = yaml.safe_load(head) or {}
    headings = tuple(_HEADING.findall(text))
    title = str(facts.get("title") or (headings[0] if headings else ""))
    since, until = _day(facts.get("effective_from")), _day(facts.get("effective_to"))
    return Holding(title, headings, since, until, bool(facts.get("superseded_by")))


def _day(value: Any) -> date | None:
    if isinstance(value, date):
        return value
    return date.fromisoformat(str(value)) if value else None
