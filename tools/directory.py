"""The directory of service items and one-thing bundles: found by name, told in the words of its sources."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "items.json"
SURE = 1.0
CLOSE = 0.45
LISTS = ("aliases", "conditions", "steps", "limits", "fees", "places", "items", "said")


@dataclass(frozen=True)
class Material:
    """One thing to hand in; `source` is who issues it, None where no source says."""

    name: str
    type: str
    need: str
    source: str | None = None


@dataclass(frozen=True)
class TimeLimit:
    """A statutory limit, and the sentence that says so."""

    days: int
    unit: str
    basis: str


@dataclass(frozen=True)
class CrossCity:
    """Why an item counts as handled across the nine cities; the form is invented for the sandbox."""

    kind: str
    demo_form: str


@dataclass(frozen=True)
class Item:
    """One service item. Every sentence comes from its guide; what no source says is empty or None."""

    id: str
    title: str
    aliases: tuple[str, ...]
    department: str | None
    audience: str
    materials: tuple[Material, ...]
    conditions: tuple[str, ...]
    steps: tuple[str, ...]
    limits: tuple[str, ...]
    fees: tuple[str, ...]
    places: tuple[str, ...]
    limit: TimeLimit | None = None
    cross_city: CrossCity | None = None
    needs_enterprise: bool = False
    evidence: str = "B"
    effective_from: str | None = None

    @property
    def name(self) -> str:
        """What people call it."""
        return self.aliases[0] if self.aliases else self.title


@dataclass(frozen=True)
class Bundle:
    """Items applied for together, in order, and what the guide says of it."""

    id: str
    title: str
    aliases: tuple[str, ...]
    audience: str
    items: tuple[str, ...]
    said: tuple[str, ...]


@dataclass(frozen=True)
class ItemHit:
    """An item and how well some words fit it."""

    item: Item
    score: float


class Directory:
    """Pure lookups over items and bundles."""

    def __init__(self, items: Iterable[Item], bundles: Iterable[Bundle]) -> None:
        self._items = {item.id: item for item in items}
        self._bundles = {bundle.id: bundle for bundle in bundles}

    def get(self, item: str) -> Item | None:
        """The item with this id."""
        return self._items.get(item)

    def bundle(self, bundle: str) -> Bundle | None:
        """The bundle with this id."""
        return self._bundles.get(bundle)

    def all(self) -> tuple[Item, ...]:
        """Every item."""
        return tuple(self._items.values())

    def bundles(self) -> tuple[Bundle, ...]:
        """Every bundle."""
        return tuple(self._bundles.values())

    def search(self, words: str, k: int = 5) -> list[ItemHit]:
        """The items some words fit, best first."""
        inside = _inside(words, {name for item in self._items.values() for name in (item.title, *item.aliases)})
        named = {item: [name for name in (item.title, *item.aliases) if name not in inside] for item in self.all()}
        hits = [ItemHit(item, fit(words, names)) for item, names in named.items()]
        return sorted((hit for hit in hits if hit.score >= CLOSE), key=lambda hit: -hit.score)[:k]


def fit(words: str, names: Iterable[str]) -> float:
    """How well words fit any of some names: a whole name counts most, the longer the better; else shared pairs."""
    return max((_one(words, name) for name in names), default=0.0)


def _inside(words: str, names: Iterable[str]) -> set[str]:
    """The names that the words hold only as a part of, or across the edge of, a longer one: 领养 in 领养老金."""
    spans = {name: [match.span() for match in re.finditer(re.escape(name), words)] for name in names if name in words}
    taken = [(span, len(name)) for name, found in spans.items() for span in found]
    return {
        name
        for name, found in spans.items()
        if all(any(size > len(name) and a < end and start < b for (a, b), size in taken) for start, end in found)
    }


def _one(words: str, name: str) -> float:
    if name and name in words:
        return SURE + len(name) / 100
    if len(words) >= 2 and words in name:
        return SURE - 0.1 + len(words) / 1000
    pairs = {name[at : at + 2] for at in range(len(name) - 1)}
    shared = sum(pair in words for pair in pairs)
    return 0.9 * shared / len(pairs) if pairs else 0.0


def merged_materials(items: Iterable[Item]) -> tuple[Material, ...]:
    """Each material once; needed as soon as one item needs it."""
    merged: dict[str, Material] = {}
    for item in items:
        for material in item.materials:
            known = merged.get(material.name)
            if known is None or known.need != "必要":
                merged[material.name] = material
    return tuple(merged.values())


def read_item(data: Mapping[str, Any]) -> Item:
    """An item from JSON."""
    values = _known(Item, data)
    values["materials"] = tuple(Material(**each) for each in data["materials"])
    values["limit"] = TimeLimit(**data["limit"]) if data.get("limit") else None
    values["cross_city"] = CrossCity(**data["cross_city"]) if data.get("cross_city") else None
    return Item(**values)


def read_bundle(data: Mapping[str, Any]) -> Bundle:
    """A bundle from JSON."""
    return Bundle(**_known(Bundle, data))


@cache
def bundled_directory() -> Directory:
    """The items and bundles that come with the house."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return Directory(map(read_item, data["items"]), map(read_bundle, data["bundles"]))


def _known(kind: type[Item] | type[Bundle], data: Mapping[str, Any]) -> dict[str, Any]:
    names = {each.name for each in fields(kind)}
    return {name: tuple(value) if name in LISTS else value for name, value in data.items() if name in names}
