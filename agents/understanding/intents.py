"""Intents: one linear head per label over character n-grams, fitted on declared examples against a background.

Heads are cached by a hash of everything they were fitted on; scikit-learn is imported on a cache miss only.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import zlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

_VERSION = "1"
_SIZE = 1 << 14
_BACKGROUND = Path(__file__).parent / "data" / "background.txt"
_FOLD = (
    (re.compile(r"⟦[^⟧]*⟧"), " ⟦x⟧ "),
    (re.compile(r"wh\s?\d{6,}"), " ⟦案号⟧ "),
    (re.compile(r"\d+"), "0"),
    (re.compile(r"\s+"), " "),
)
Vector = npt.NDArray[np.float64]


class Intents:
    """Fitted heads. `score` gives a probability per label; all low means none of these."""

    def __init__(self, labels: Sequence[str], weights: Vector, bias: Vector) -> None:
        self._labels = tuple(labels)
        self._weights = weights
        self._bias = bias

    def score(self, text: str) -> dict[str, float]:
        """Probability in [0, 1] for each label."""
        if not self._labels:
            return {}
        places, values = features(text)
        logits = self._weights[:, places] @ values + self._bias
        return dict(zip(self._labels, (1 / (1 + np.exp(-logits))).tolist(), strict=True))


def fit_intents(examples: Mapping[str, Sequence[str]], cache: Path | None = None) -> Intents:
    """Heads for these examples; from `cache` when they were fitted before."""
    labels = sorted(label for label, lines in examples.items() if lines)
    if not labels:
        return Intents((), np.zeros((0, _SIZE)), np.zeros(0))
    path = cache / f"intents-{_fingerprint(labels, examples)}.npz" if cache else None
    if path and path.exists():
        stored = np.load(path, allow_pickle=False)
        return Intents(labels, stored["weights"].astype(np.float64), stored["bias"].astype(np.float64))
    fitted = _fit(labels, examples)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(path, weights=fitted._weights.astype(np.float32), bias=fitted._bias.astype(np.float32))
    return fitted


def features(text: str) -> tuple[npt.NDArray[np.int64], Vector]:
    """Hashed 1–3-gram features of a folded text, unit length: places and values."""
    folded = unicodedata.normalize("NFKC", text).lower()
    for pattern, mark in _FOLD:
        folded = pattern.sub(mark, folded)
    padded = f"^{folded.strip()}$"
    counts: dict[int, float] = {}
    for size, weight in ((1, 0.5), (2, 1.0), (3, 1.0)):
        for start in range(len(padded) - size + 1):
            place = _place(padded[start : start + size])
            counts[place] = counts.get(place, 0.0) + weight
    values = np.sqrt(np.fromiter(counts.values(), dtype=np.float64))
    return np.fromiter(counts.keys(), dtype=np.int64), values / np.linalg.norm(values)


@lru_cache(maxsize=100_000)
def _place(gram: str) -> int:
    return zlib.crc32(gram.encode()) % _SIZE


def _fit(labels: Sequence[str], examples: Mapping[str, Sequence[str]]) -> Intents:
    # Slow to import, and needed only when examples changed.
    from sklearn.linear_model import LogisticRegression

    lines = [(text, label) for label in labels for text in examples[label]] + [(text, "") for text in background()]
    matrix = np.zeros((len(lines), _SIZE))
    for row, (text, _) in enumerate(lines):
        places, values = features(text)
        matrix[row, places] = values
    weights, bias = np.zeros((len(labels), _SIZE)), np.zeros(len(labels))
    for index, label in enumerate(labels):
        wanted = np.array([own == label for _, own in lines])
        head = LogisticRegression(C=30.0, class_weight="balanced", max_iter=500, tol=1e-3)
        head.fit(matrix, wanted)
        weights[index], bias[index] = head.coef_[0], head.intercept_[0]
    return Intents(labels, weights, bias)


@lru_cache(maxsize=1)
def background() -> tuple[str, ...]:
    """Utterances that are none of the declared intents."""
    lines = _BACKGROUND.read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _fingerprint(labels: Sequence[str], examples: Mapping[str, Sequence[str]]) -> str:
    everything = [_VERSION, [[label, list(examples[label])] for label in labels], list(background())]
    return hashlib.sha256(json.dumps(everything, ensure_ascii=False).encode()).hexdigest()[:24]
