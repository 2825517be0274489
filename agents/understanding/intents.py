"""Intents: a linear classifier over character n-grams, the static embedding and signs, fitted on declared examples.

The background is a class of its own: when it wins, the message is none of these. Weights are cached under a hash
of everything they were fitted on; scikit-learn is imported on a cache miss only.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import unicodedata
import zlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from knowledge import vector

from .addresses import places
from .signs import signs

_VERSION = "9"
_GRAMS, _MEANING = 1 << 14, 256
_SIZE = _GRAMS + _MEANING
_SIGN = 0.7
_NONE = ""
# Every class counts alike in the fit; people ask about rules, or for nothing the house has, more often than that.
# Natural logarithms, chosen on one half of `bench.utterances`.
_OFTEN = {"know:": 0.4, _NONE: 1.2}
_DATA = Path(__file__).parent / "data"
SHIPPED = _DATA / "intents.npz"
_FOLD = (
    (re.compile(r"⟦(?!地⟧)[^⟧]*⟧"), " ⟦x⟧ "),
    (re.compile(r"wh\s?\d{6,}"), " ⟦案号⟧ "),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"\s+"), " "),
)
_MEANINGS = np.arange(_GRAMS, _SIZE, dtype=np.int64)
Vector = npt.NDArray[np.float64]


class Intents:
    """Fitted weights. `score` gives a probability per label; what is missing to one is "none of these"."""

    def __init__(self, labels: Sequence[str], weights: Vector, bias: Vector) -> None:
        self._labels = tuple(labels)
        self._weights = weights
        self._bias = bias

    def knows(self, labels: Iterable[str]) -> bool:
        """Whether it was fitted on all of these."""
        return set(labels) <= set(self._labels)

    def score(self, text: str) -> dict[str, float]:
        """Probability in [0, 1] for each label."""
        if not self._labels:
            return {}
        places, values = features(text)
        logits = self._weights[:, places] @ values + self._bias
        shares = np.exp(logits - logits.max())
        found = dict(zip(self._labels, (shares / shares.sum()).tolist(), strict=True))
        found.pop(_NONE)
        return found


@runtime_checkable
class Understands(Protocol):
    """What goes by the intents of the house: a chat model may."""

    def understand(self, intents: Intents) -> None:
        """Go by these from now on."""
        ...


def fit_intents(examples: Mapping[str, Sequence[str]], cache: Path | None = None) -> Intents:
    """Weights for these examples: those that come with the house, from `cache`, or fitted now (seconds)."""
    labels = tuple(sorted(label for label, lines in examples.items() if lines))
    if not labels:
        return Intents((), np.zeros((0, _SIZE)), np.zeros(0))
    known, mark = [_NONE, *labels], _fingerprint(labels, examples)
    path = cache / f"intents-{mark}.npz" if cache else None
    for stored in (SHIPPED, path):
        if stored and stored.exists() and (kept := _read(stored, mark)):
            return Intents(known, *kept)
    fitted = _fit(labels, tuple(tuple(examples[label]) for label in labels))
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(fitted, mark, path)
    return fitted


def save(intents: Intents, fingerprint: str, path: Path) -> None:
    """Keep fitted weights in a file; it is complete or not there."""
    half = path.with_suffix(f".{os.getpid()}.npz")
    np.savez_compressed(half, fingerprint=fingerprint, weights=intents._weights.astype(np.float16), bias=intents._bias)
    half.replace(path)


def _read(path: Path, fingerprint: str) -> tuple[Vector, Vector] | None:
    stored = np.load(path, allow_pickle=False)
    if str(stored["fingerprint"]) != fingerprint:
        return None
    return stored["weights"].astype(np.float64), stored["bias"]


def fingerprint_of(examples: Mapping[str, Sequence[str]]) -> str:
    """What the weights for these examples are known by."""
    return _fingerprint(tuple(sorted(label for label, lines in examples.items() if lines)), examples)


@lru_cache(maxsize=256)
def features(text: str) -> tuple[npt.NDArray[np.int64], Vector]:
    """Hashed 1–3-gram features of a folded text at unit length, and its signs: places and values."""
    folded = unicodedata.normalize("NFKC", _without_places(text)).lower()
    for pattern, mark in _FOLD:
        folded = pattern.sub(mark, folded)
    padded = f"^{folded.strip()}$"
    counts: dict[int, float] = {}
    for size, weight in ((1, 0.5), (2, 1.0), (3, 1.0)):
        for start in range(len(padded) - size + 1):
            place = _place(padded[start : start + size])
            counts[place] = counts.get(place, 0.0) + weight
    values = np.sqrt(np.fromiter(counts.values(), dtype=np.float64))
    shown = [_place(f"⟦⟦{sign}") for sign in signs(text)]
    where = [np.fromiter(counts.keys(), dtype=np.int64), np.array(shown, dtype=np.int64), _MEANINGS]
    return np.concatenate(where), np.concatenate(
        [values / np.linalg.norm(values), np.full(len(shown), _SIGN), vector(folded).astype(np.float64)]
    )


def _without_places(text: str) -> str:
    """Where something is says little about what is wanted: named places become one mark."""
    for place in sorted(places(text), key=lambda each: -each.start):
        text = f"{text[: place.start]}⟦地⟧{text[place.end :]}"
    return text


@lru_cache(maxsize=100_000)
def _place(gram: str) -> int:
    return zlib.crc32(gram.encode()) % _GRAMS


@lru_cache(maxsize=16)
def _fit(labels: tuple[str, ...], examples: tuple[tuple[str, ...], ...]) -> Intents:
    # Slow to import, and needed only when examples changed.
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    lines = [(text, label) for label, own in zip(labels, examples, strict=True) for text in own]
    lines += [(text, _NONE) for text in background()]
    rows, columns, values = [], [], []
    for row, (text, _) in enumerate(lines):
        own_places, own_values = features(text)
        rows += [row] * len(own_places)
        columns += own_places.tolist()
        values += own_values.tolist()
    # Only what occurs is fitted; a place never seen weighs nothing.
    seen, narrowed = np.unique(np.array(columns), return_inverse=True)
    matrix = csr_matrix((np.array(values, dtype=np.float32), (rows, narrowed)), shape=(len(lines), len(seen)))
    known = [_NONE, *labels]
    head = LogisticRegression(C=10.0, class_weight="balanced", max_iter=1000, tol=1e-3)
    head.fit(matrix, np.array([known.index(label) for _, label in lines]))
    weights = np.zeros((len(known), _SIZE))
    # Two classes come as one row: the other's logit is zero.
    weights[len(known) - len(head.coef_) :, seen] = head.coef_.astype(np.float16)
    bias = np.concatenate([np.zeros(len(known) - len(head.intercept_)), head.intercept_])
    return Intents(known, weights, bias + np.array([_often(label) for label in known]))


def _often(label: str) -> float:
    return _OFTEN.get(f"{label.partition(':')[0]}:" if label else _NONE, 0.0)


@lru_cache(maxsize=1)
def background() -> tuple[str, ...]:
    """Utterances that are none of the declared intents."""
    lines = (_DATA / "background.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _fingerprint(labels: Sequence[str], examples: Mapping[str, Sequence[str]]) -> str:
    lists = {path.name: path.read_text(encoding="utf-8") for path in sorted(_DATA.iterdir()) if path != SHIPPED}
    embedding = np.round(vector("武汉"), 3).tolist()
    everything = [_VERSION, embedding, [[label, list(examples[label])] for label in labels], lists]
    return hashlib.sha256(json.dumps(everything, ensure_ascii=False).encode()).hexdigest()[:24]
