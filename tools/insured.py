"""Invented insured people, providers and catalogue entries of the sandbox, each told as demo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .grids import distance_m

DATA = Path(__file__).parent / "data" / "insurance_demo.json"
SHOWN = 5
NEARBY_M = 5000


@dataclass(frozen=True)
class Provider:
    """A hospital or pharmacy, and whether it was designated on the day of the table."""

    id: str
    name: str
    kind: str
    level: str | None
    district: str
    lon: float
    lat: float
    designated: bool


@dataclass(frozen=True)
class CatalogueEntry:
    """One medicine of the catalogue: its class and its restriction."""

    code: str
    name: str
    group: str
    restriction: str | None


@dataclass(frozen=True)
class InsuranceData:
    """The whole invented set, as of one day."""

    as_of: str
    insured: tuple[Mapping[str, Any], ...]
    providers: tuple[Provider, ...]
    catalogue: tuple[CatalogueEntry, ...]

    def near(self, kind: str, point: tuple[float, float]) -> list[tuple[Provider, int]]:
        """Providers of a kind within five kilometres, nearest first, with metres in a straight line."""
        found = [(each, round(distance_m(point, (each.lon, each.lat)))) for each in self.providers if each.kind == kind]
        found = [each for each in found if each[1] <= NEARBY_M]
        return sorted(found, key=lambda each: (each[1], each[0].id))[:SHOWN]

    def entries(self, words: str) -> list[CatalogueEntry]:
        """Entries whose name is in the words, or the words in their name; the code counts too."""
        said = words.strip().upper()
        plain = [(each, each.name.removeprefix("演示")) for each in self.catalogue]
        return [each for each, name in plain if said and (name in said or said in each.name or each.code in said)]


@cache
def bundled_insurance() -> InsuranceData:
    """The set that comes with the product."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    entries = tuple(CatalogueEntry(e["code"], e["name"], e["class"], e["restriction"]) for e in data["catalogue"])
    providers = tuple(Provider(**each) for each in data["providers"])
    return InsuranceData(data["as_of"], tuple(data["insured"]), providers, entries)
