"""Words for searching: characters, character bigrams, and whole Latin or digit runs of normalised text."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data"
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|\d+(?:\.\d+)?")
_LONGEST = 64
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def normal(text: str) -> str:
    """NFKC, lower case."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(text: str) -> list[str]:
    """Characters and bigrams of Chinese runs, Latin and digit runs whole."""
    found: list[str] = []
    for run in _RUN.findall(normal(text)):
        if _CHINESE.match(run):
            found += run
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            # An endless run (a key, an encoded picture) is no word; the index takes no term that long.
            found += [run[start : start + _LONGEST] for start in range(0, len(run), _LONGEST)]
    return found


def expansions(text: str) -> list[str]:
    """Other names of the things a text names."""
    return list(dict.fromkeys(other for _, other in renamings(text)))


def renamings(text: str) -> list[tuple[str, str]]:
    """Each thing a text names, with each of its other names that the text does not use itself."""
    plain = normal(text)
    return [
        (name, other)
        for names in synonyms()
        for name in names
        if name in plain
        for other in names
        if other not in plain
    ]


@lru_cache(maxsize=1)
def synonyms() -> list[list[str]]:
    """Groups of names that mean the same."""
    groups: list[list[str]] = json.loads((_DATA / "synonyms.json").read_text(encoding="utf-8"))
    return [[normal(name) for name in group] for group in groups]


def joined(words: Iterable[str]) -> str:
    """Tokens as the whitespace tokenizer reads them."""
    return " ".join(words)
