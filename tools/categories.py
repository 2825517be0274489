"""The classes of city problems: events (E + 4 digits) and components (C + 4 digits), found by everyday words."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).parent / "data" / "categories.json"
GAPPED = 0.95
PARTIAL = 0.55
OWNER_OPEN = "权属单位待查"
_LENGTH_BONUS = 0.02
# 雨水的井盖, 燃气公司的那个井盖: the kind and the thing are one name.
_OF = re.compile(r"(?:公司|部门)?的[那这]?[个块只根处]?")


@dataclass(frozen=True)
class SampleDeadline:
    """How long another city gives itself; an example, never this city's rule."""

    value: int
    kind: str
    source: str


@dataclass(frozen=True)
class Category:
    """One minor class. Classes of one `family` differ only in who owns the thing (all manhole covers)."""

    code: str
    name: str
    kind: Literal["event", "component"]
    major: str
    synonyms: tuple[str, ...]
    family: str | None = None
    alternatives: tuple[str, ...] = ()
    sample_deadline: SampleDeadline | None = None

    @property
    def group(self) -> str:
        """What tells two kinds of problems apart: the family, or the class itself."""
        return self.family or self.code

    @property
    def told(self) -> str:
        """What people are told: a class that stands for its whole family names the thing, whose owner is not known."""
        return f"{self.family}（{OWNER_OPEN}）" if self.family and self.alternatives else self.name


@dataclass(frozen=True)
class CategoryHit:
    """A class and how well the words fit it, 0 to about 1.2."""

    category: Category
    score: float


@dataclass(frozen=True)
class _Term:
    """A name or synonym with its pairs of characters and their weight."""

    text: str
    pairs: tuple[str, ...]
    weight: float


class Categories:
    """Look classes up by code, by name or by what people say."""

    def __init__(self, classes: Iterable[Category]) -> None:
        self._classes = tuple(classes)
        self._by_code = {each.code: each for each in self._classes}
        self._by_name = {each.name: each for each in self._classes}
        counts = Counter(pair for each in self._classes for pair in set(_pairs_of_class(each)))
        self._weight = {pair: math.log(1 + len(self._classes) / count) for pair, count in counts.items()}
        self._holding: dict[str, dict[tuple[str, _Term], None]] = {}
        for each in self._classes:
            for text in (each.name, *each.synonyms):
                term = self._term(text)
                for pair in _pairs(text.split("+")[0]) if "+" in text else term.pairs:
                    self._holding.setdefault(pair, {})[each.code, term] = None

    def __iter__(self) -> Any:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def get(self, code: str) -> Category | None:
        """The class of a code such as `E0406`."""
        return self._by_code.get(code.strip().upper())

    def named(self, name: str) -> Category | None:
        """The class with exactly this name."""
        return self._by_name.get(name.strip())

    def search(self, text: str, k: int = 5) -> list[CategoryHit]:
        """The best classes for a description, best first; classes that share nothing with it are left out."""
        pairs, joined = set(_pairs(text)), _OF.sub("", text)
        best: dict[str, tuple[float, str]] = {}
        for code, term in self._sharing(pairs.union(_pairs(joined), text)):
            best[code] = max(best.get(code, (0.0, "")), (self._score(term, text, joined, pairs), term.text))
        found = [CategoryHit(each, round(score, 4)) for each, score in self._unswallowed(best)]
        hits = [hit for hit in _specific_first(found) if hit.score > 0.2]
        return sorted(hits, key=lambda hit: (-hit.score, hit.category.code))[:k]

    def _sharing(self, parts: Iterable[str]) -> Iterable[tuple[str, _Term]]:
        """The terms, with their classes, that hold any of these pairs of characters or are one of these characters."""
        return dict.fromkeys(each for part in parts for each in self._holding.get(part, ()))

    def _unswallowed(self, best: Mapping[str, tuple[float, str]]) -> Iterable[tuple[Category, float]]:
        """A word that is only a part of another class's word counts little: 河边+栏杆 before 栏杆."""
        whole = {term for score, term in best.values() if score >= GAPPED}
        for category in self._classes:
            if category.code not in best:
                continue
            score, term = best[category.code]
            inside = any(term != other and any(term in part for part in other.split("+")) for other in whole)
            yield category, min(score, PARTIAL - 0.1) if inside else score

    def _term(self, text: str) -> _Term:
        pairs = _pairs(text)
        return _Term(text, tuple(pairs), sum(self._weight.get(pair, 0.0) for pair in pairs))

    def _score(self, term: _Term, text: str, joined: str, pairs: set[str]) -> float:
        bonus = _LENGTH_BONUS * len(term.text)
        if "+" in term.text:
            return GAPPED + bonus if _within_a_clause(term.text.split("+"), text) else 0.0
        if term.text in text or term.text in joined:
            return 1.0 + bonus
        if pairs.isdisjoint(term.pairs) or not term.weight:
            return 0.0
        shared = sum(self._weight[pair] for pair in term.pairs if pair in pairs)
        return PARTIAL * shared / term.weight


@cache
def bundled_categories() -> Categories:
    """The classes that come with the house."""
    rows = json.loads(DATA.read_text(encoding="utf-8"))["classes"]
    return Categories(_category(row) for row in rows)


def told_class(code: str, name: str) -> str:
    """What people are told of a class on record."""
    known = bundled_categories().get(code)
    return known.told if known and known.name == name else name


def _category(row: Mapping[str, Any]) -> Category:
    deadline = row.get("sample_deadline")
    return Category(
        code=row["code"],
        name=row["name"],
        kind=row["kind"],
        major=row["major"],
        synonyms=tuple(row["synonyms"]),
        family=row.get("family"),
        alternatives=tuple(row.get("alternatives", ())),
        sample_deadline=SampleDeadline(**deadline) if deadline else None,
    )


def _specific_first(hits: list[CategoryHit]) -> list[CategoryHit]:
    """A class that stands for its whole family gives way when one of its kinds is named outright."""
    sure = [hit.category for hit in hits if hit.score >= 1]
    named = {each.family for each in sure if each.family and not each.alternatives}
    return [
        CategoryHit(hit.category, min(hit.score, PARTIAL))
        if hit.category.alternatives and hit.category.family in named
        else hit
        for hit in hits
    ]


def _within_a_clause(parts: list[str], text: str) -> bool:
    """All parts occur within one clause."""
    clauses = text
    for mark in "，。！？；,!?;\n":
        clauses = clauses.replace(mark, "\n")
    return any(all(part in clause for part in parts) for clause in clauses.split("\n"))


def _pairs(term: str) -> list[str]:
    return [term[at : at + 2] for at in range(len(term) - 1)] or [term]


def _pairs_of_class(category: Category) -> Iterable[str]:
    for term in (category.name, *category.synonyms):
        if "+" not in term:
            yield from _pairs(term)
