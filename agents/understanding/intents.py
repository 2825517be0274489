"""Intents: a linear classifier per declared label, each fitted against all the others' examples.

The background is a label of its own: when it wins, the message is none of these. What is fitted is kept, a label's
weights under a hash of its examples: those that come with the house serve whatever is plugged in beside them.
scikit-learn is imported only to fit.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge import vector

from .features import GRAMS, SIZE, Vector, features, rarity_in

_VERSION = "14"
# Few examples leave a fit too shy: logits times this made probabilities true on `bench.utterances` (0.7 right 70 %).
_SHARPER = 1.7
_LEAST = 0.02
# A label with fewer examples than this counts for more, as the root of what it lacks, up to so many times.
_USUAL, _MOST = 100, 3.0
# Beside the shipped weights, what is new is told apart from about so many of the others' examples.
_OTHERS = 5000
# How much of the logarithm of what was left out is taken off the bias: the whole made new labels too shy.
_CORRECTED = 0.5
_NONE = ""
_DATA = Path(__file__).parent / "data"
SHIPPED = _DATA / "intents.npz"
Weights = npt.NDArray[np.float32]


@dataclass(frozen=True)
class _Fit:
    """Weights (labels × places), one bias and one mark of its examples per label, and the rarity of places."""

    labels: tuple[str, ...]
    marks: tuple[str, ...]
    weights: Weights
    bias: Vector
    rarity: Vector


class Intents:
    """Fitted weights. `score` gives a probability per label; what is missing to one is "none of these"."""

    def __init__(self, fit: _Fit | None) -> None:
        self._fit = fit

    @property
    def labels(self) -> tuple[str, ...]:
        """What `score` gives a probability for, in its order."""
        return tuple(label for label in (self._fit.labels if self._fit else ()) if label != _NONE)

    def knows(self, labels: Iterable[str]) -> bool:
        """Whether it was fitted on all of these."""
        return set(labels) <= set(self._fit.labels if self._fit else ())

    def score(self, text: str) -> dict[str, float]:
        """Probability in [0, 1] for each label."""
        if self._fit is None:
            return {}
        places, values = features(text, self._fit.rarity)
        logits = _SHARPER * (self._fit.weights[:, places] @ values + self._fit.bias)
        shares = np.exp(logits - logits.max())
        found = dict(zip(self._fit.labels, (shares / shares.sum()).tolist(), strict=True))
        found.pop(_NONE)
        return found


def fit_intents(
    examples: Mapping[str, Sequence[str]],
    cache: Path | None = None,
    shipped: Path | None = SHIPPED,
    none: Sequence[str] = (),
) -> Intents:
    """Weights for these examples: those that come with the house, from `cache`, or fitted now (seconds).

    `none` stands in for the utterances of the background.
    """
    declared = _declared(examples, none)
    if len(declared) == 1:
        return Intents(None)
    marks = _marks(declared)
    path = cache / f"intents-{_mark('all', sorted(marks.values()))}.npz" if cache else None
    kept = [_read(each) for each in (shipped, path) if each and each.exists()]
    for fit in kept:
        if fit and marks.items() <= dict(zip(fit.labels, fit.marks, strict=True)).items():
            return Intents(_part(fit, marks))
    fitted = _fitted(tuple(declared.items()), tuple(marks.items()), shipped)
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        save(Intents(fitted), path)
    return Intents(fitted)


def marks_of(examples: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What the weights of every label are known by: a hash of its examples."""
    return _marks(_declared(examples))


def save(intents: Intents, path: Path, *, small: bool = False) -> None:
    """Keep fitted weights in a file; it is complete or not there. A small one takes longer to write and to read."""
    fit = intents._fit
    if fit is None:
        raise ValueError("没有例句，没有可以保存的意图")
    half = path.with_suffix(f".{os.getpid()}.npz")
    write = np.savez_compressed if small else np.savez
    write(
        half,
        labels=np.array(fit.labels),
        marks=np.array(fit.marks),
        weights=fit.weights.astype(np.float16),
        bias=fit.bias,
        rarity=fit.rarity.astype(np.float16),
    )
    half.replace(path)


@lru_cache(maxsize=1)
def background() -> tuple[str, ...]:
    """Utterances that are none of the declared intents."""
    lines = (_DATA / "background.txt").read_text(encoding="utf-8").splitlines()
    return tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))


def _marks(declared: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {label: _mark(label, lines) for label, lines in declared.items()}


def _declared(examples: Mapping[str, Sequence[str]], none: Sequence[str] = ()) -> dict[str, tuple[str, ...]]:
    return {_NONE: tuple(none) or background()} | {
        label: tuple(examples[label]) for label in sorted(examples) if examples[label]
    }


@lru_cache(maxsize=4)
def _read(path: Path) -> _Fit | None:
    stored = np.load(path, allow_pickle=False)
    if "marks" not in stored or stored["weights"].shape[1] != SIZE:
        return None
    weights, rarity = stored["weights"].astype(np.float32), stored["rarity"].astype(np.float64)
    return _Fit(tuple(stored["labels"].tolist()), tuple(stored["marks"].tolist()), weights, stored["bias"], rarity)


def _part(fit: _Fit, marks: Mapping[str, str]) -> _Fit:
    """The rows of these labels: a row is the same whatever stands beside it."""
    if len(marks) == len(fit.labels):
        return fit
    rows = [row for row, label in enumerate(fit.labels) if label in marks]
    labels, kept = tuple(fit.labels[row] for row in rows), tuple(fit.marks[row] for row in rows)
    return _Fit(labels, kept, fit.weights[rows], fit.bias[rows], fit.rarity)


@lru_cache(maxsize=16)
def _fitted(
    declared: tuple[tuple[str, tuple[str, ...]], ...], marks: tuple[tuple[str, str], ...], shipped: Path | None
) -> _Fit:
    """The rows that the shipped fit has for the same examples, and the others fitted against everything declared."""
    lines = [(text, label) for label, own in declared for text in own]
    kept, rows = _kept(dict(marks), shipped)
    labels = tuple(label for label, _ in declared)
    missing = [label for label in labels if label not in rows]
    lines, thinned = _thinned(lines, frozenset(missing)) if kept else (lines, 1.0)
    # What the shipped fit has not seen, only what is missing can hold.
    rarity = rarity_in([text for text, label in lines if label in missing or not kept], len(lines))
    if kept:
        rarity = np.where(kept.rarity > 0, kept.rarity, rarity)
    weights, bias = np.zeros((len(labels), SIZE), dtype=np.float32), np.zeros(len(labels))
    for place, label in enumerate(labels):
        if kept and label in rows:
            weights[place], bias[place] = kept.weights[rows[label]], kept.bias[rows[label]]
    matrix, seen = _matrix([text for text, _ in lines], rarity)
    owners = np.array([label for _, label in lines])
    for label in missing:
        place = labels.index(label)
        weights[place, seen], bias[place] = _against_the_rest(matrix, owners == label)
        # There are so many times more others than were read.
        bias[place] -= _CORRECTED * math.log(thinned)
    return _Fit(labels, tuple(mark for _, mark in marks), weights, bias, rarity)


def _thinned(lines: list[tuple[str, str]], missing: frozenset[str]) -> tuple[list[tuple[str, str]], float]:
    """The examples of what is missing, and every nth of the others: reading them is what takes the time."""
    others = [line for line in lines if line[1] not in missing]
    step = max(1, len(others) // _OTHERS)
    return [line for line in lines if line[1] in missing] + others[::step], float(step)


def _kept(marks: Mapping[str, str], shipped: Path | None) -> tuple[_Fit | None, dict[str, int]]:
    """The shipped fit and its rows for the same examples, where it holds at least half of what is declared."""
    fit = _read(shipped) if shipped and shipped.exists() else None
    if fit is None:
        return None, {}
    rows = {label: row for row, label in enumerate(fit.labels) if marks.get(label) == fit.marks[row]}
    return (fit, rows) if 2 * len(rows) >= len(marks) else (None, {})


def _matrix(texts: Sequence[str], rarity: Vector) -> tuple[Any, npt.NDArray[np.int64]]:
    """A sparse row a text, of only the places that occur, and those places: one never seen weighs nothing."""
    from scipy.sparse import csr_matrix

    rows, columns, values = [], [], []
    for row, text in enumerate(texts):
        own_places, own_values = features(text, rarity)
        rows += [row] * len(own_places)
        columns += own_places.tolist()
        values += own_values.tolist()
    seen, narrowed = np.unique(np.array(columns), return_inverse=True)
    return csr_matrix((np.array(values), (rows, narrowed)), shape=(len(texts), len(seen))), seen


def _against_the_rest(matrix: Any, own: npt.NDArray[np.bool_]) -> tuple[Vector, float]:
    """Weights and bias of one label. As half floats, as they are kept; the least are left out."""
    # Slow to import, and needed only when examples changed.
    from sklearn.linear_model import LogisticRegression

    weight = min(_MOST, max(1.0, (_USUAL / max(1, int(own.sum()))) ** 0.5))
    head = LogisticRegression(C=10.0, solver="liblinear", class_weight={True: weight, False: 1.0}, random_state=0)
    head.fit(matrix, own)
    weighed = head.coef_[0].astype(np.float16).astype(np.float64)
    return np.where(abs(weighed) < _LEAST, 0.0, weighed), float(head.intercept_[0])


def _mark(label: str, lines: Sequence[str]) -> str:
    """What a label's weights are known by."""
    embedding = np.round(vector("武汉"), 3).tolist()
    everything = json.dumps([_VERSION, GRAMS, embedding, label, list(lines)], ensure_ascii=False)
    return hashlib.sha256(everything.encode()).hexdigest()[:24]
