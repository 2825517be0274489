"""What a short question asks of a record just shown: its hours, its distance, what is missing, how long it has left."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from .spoken import plain

_DATA = Path(__file__).parent / "data" / "facets.txt"


@dataclass(frozen=True)
class Facet:
    """A thing that records tell: how it is asked for, and how a record says it.

    `own` when no rule can tell it, only the record.
    """

    name: str
    asks: re.Pattern[str]
    tells: re.Pattern[str]
    own: bool


def facet_of(text: str) -> Facet | None:
    """What a message asks of a record; None when it asks for nothing that records tell."""
    said = (text, plain(text))
    return next((facet for facet in _facets() if any(facet.asks.search(each) for each in said)), None)


@lru_cache(maxsize=1)
def _facets() -> tuple[Facet, ...]:
    lines = (line for line in _DATA.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return tuple(_read(line) for line in lines)


def _read(line: str) -> Facet:
    name, asks, tells = (part.strip() for part in line.split(" | "))
    return Facet(name.removeprefix("!"), re.compile(asks), re.compile(tells), name.startswith("!"))
