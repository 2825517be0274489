"""Provinces, cities and countries other than Wuhan, whose affairs are not this city's."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "other_places.txt"


@cache
def other_places() -> tuple[str, ...]:
    """Their names, the longest first."""
    return tuple(sorted(_FILE.read_text(encoding="utf-8").split(), key=lambda name: (-len(name), name)))
