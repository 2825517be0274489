"""What a message is seen as: hashed character n-grams, rare ones weighing more, and the static embedding."""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from knowledge import vector

from .addresses import places
from .spoken import plain

GRAMS, MEANING = 1 << 16, 256
SIZE = GRAMS + MEANING
# The embedding's length beside the n-grams' one: letters decide, meaning tips the scale.
_SHARE = 0.12
_FOLD = (
    (re.compile(r"⟦(?!地⟧)[^⟧]*⟧"), " ⟦x⟧ "),
    (re.compile(r"wh\s?\d{6,}"), " ⟦案号⟧ "),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"\s+"), " "),
)
_MEANINGS = np.arange(GRAMS, SIZE, dtype=np.int64)
Vector = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


def features(text: str, rarity: Vector) -> tuple[Places, Vector]:
    """Places and values: 1–3-grams of the folded text at unit length, weighted by `rarity`, then its embedding.

    What no example holds weighs nothing.
    """
    folded = _folded(text)
    where, counts = _grams(folded)
    values = counts * rarity[where]
    length = float(np.linalg.norm(values)) or 1.0
    meaning = _SHARE * vector(folded).astype(np.float64)
    return np.concatenate([where, _MEANINGS]), np.concatenate([values / length, meaning])


def rarity_in(texts: Sequence[str], among: int) -> Vector:
    """Inverse document frequency of every place among so many texts, smoothed; zero where none of these has it.

    As half floats, as it is kept.
    """
    found = np.zeros(GRAMS)
    for text in texts:
        found[_grams(_folded(text))[0]] += 1
    rare = np.where(found > 0, 1.0 + np.log((1.0 + among) / (1.0 + found)), 0.0)
    return rare.astype(np.float16).astype(np.float64)


def _folded(text: str) -> str:
    folded = unicodedata.normalize("NFKC", _without_places(text)).lower()
    for pattern, mark in _FOLD:
        folded = pattern.sub(mark, folded)
    return plain(folded.strip())


def _without_places(text: str) -> str:
    """Where something is says little about what is wanted: named places become one mark."""
    for place in sorted(places(text), key=lambda each: -each.start):
        text = f"{text[: place.start]}⟦地⟧{text[place.end :]}"
    return text


@lru_cache(maxsize=256)
def _grams(folded: str) -> tuple[Places, Vector]:
    """Places of the n-grams and 1 + ln(how often each occurs)."""
    padded = f"^{folded}$"
    counts: dict[int, int] = {}
    for size in (1, 2, 3):
        for start in range(len(padded) - size + 1):
            place = _place(padded[start : start + size])
            counts[place] = counts.get(place, 0) + 1
    where = np.fromiter(counts.keys(), dtype=np.int64)
    return where, 1.0 + np.log(np.fromiter(counts.values(), dtype=np.float64))


@lru_cache(maxsize=100_000)
def _place(gram: str) -> int:
    return zlib.crc32(gram.encode()) % GRAMS
