"""Signs in a message that tell its kind beyond its letters: a known problem or place, a question, a past matter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from .addresses import gazetteer
from .focus import focus_of, is_question
from .slots import known_class

_DATA = Path(__file__).parent / "data" / "signs.json"
_SPOTS = frozenset(("road", "place", "bridge", "tunnel", "lake", "subdistrict"))
TOLD = 0.9


@lru_cache(maxsize=512)
def signs(text: str) -> tuple[str, ...]:
    """The names of the signs, in a fixed order."""
    question = "asks" if is_question(text) else "tells"
    found = [question, f"focus:{focus_of(text)}"]
    found += [name for name, words in _words().items() if any(word in text for word in words)]
    hit = known_class(text)
    if hit is not None and hit.score >= TOLD:
        found += ["class", f"class:{question}"]
    if any(mention.kind in _SPOTS for mention in gazetteer().find(text)):
        found.append("place")
    return tuple(found)


def opens(text: str) -> bool:
    """Whether a message may open a new matter; a bare place, number or word only answers what was asked."""
    return bool({"asks", "wish", "hurry", "own"}.intersection(signs(text)))


@lru_cache(maxsize=1)
def _words() -> Mapping[str, tuple[str, ...]]:
    rows: dict[str, list[str]] = json.loads(_DATA.read_text(encoding="utf-8"))
    return {name: tuple(words) for name, words in rows.items()}
