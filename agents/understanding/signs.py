"""Whether a message may open a new matter: it asks, wishes, hurries, or speaks of a matter of one's own."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from .focus import is_question

_DATA = Path(__file__).parent / "data" / "signs.json"


def opens(text: str) -> bool:
    """Whether a message may open a new matter; a bare place, number or word only answers what was asked."""
    return is_question(text) or any(word in text for word in _words())


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    rows: dict[str, list[str]] = json.loads(_DATA.read_text(encoding="utf-8"))
    return tuple(word for words in rows.values() for word in words)
