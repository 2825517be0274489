"""Whether the library answers a question at all: a probability, from how well the best hits match in absolute terms."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from .recent import Recent
from .records import Hit
from .static_embedding import vector
from .terms import Weights
from .words import normal

# How many hits it looks at, whatever is asked for; how many documents and passages it keeps at hand.
JUDGED = 8
_DOCUMENTS, _PASSAGES = 4096, 8192
# Logistic weights of (1, *Signals), fitted by `python -m bench.confidence --fit`.
_FITTED = (-4.8, 0.45, 1.23, 2.31, 5.88, 0.99, 1.16)
_FULL_SCORE, _FULL_WEIGHT = 20.0, 5.0
Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Signals:
    """How well the hits match a question in absolute terms; each about 0 to 1.

    `words` is the best keyword score, `near` the nearest passage in meaning, `phrase` the document whose ways of being
    asked for (its phrasings, its title) are nearest on average, `whole` how much of the question all that was found of
    one document holds, `agreement` how many of the first hits are of one document, `weight` how much the question says.
    """

    words: float
    phrase: float
    whole: float
    near: float
    agreement: float
    weight: float


def likely(signals: Signals | None) -> float:
    """How likely hits with these signals answer the question, in [0, 1]."""
    if signals is None:
        return 0.0
    return 1 / (1 + math.exp(-sum(w * x for w, x in zip(_FITTED, (1.0, *astuple(signals)), strict=True))))


class Phrasings(Protocol):
    """Where the ways of asking for documents come from."""

    def asked_as(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The phrasings of documents by their ids, one a line."""
        ...


@dataclass(frozen=True)
class _Ways:
    """The ways a document is asked for, normalised, and their mean vector (a mean of cosines is one product)."""

    text: str
    mean: Vectors


class Confidence:
    """Measures how well hits match; keeps the vectors of what it saw lately."""

    def __init__(self, weights: Weights, phrasings: Phrasings) -> None:
        self._weights, self._phrasings = weights, phrasings
        self._ways: Recent[str, _Ways] = Recent(_DOCUMENTS)
        self._near: Recent[str, Vectors] = Recent(_PASSAGES)

    def signals(self, question: str, hits: Sequence[Hit], best: float) -> Signals | None:
        """How well hits match; nothing when there is nothing to judge. `best` is the best keyword score as it came."""
        terms = self._weights.terms(question)
        judged = hits[:JUDGED]
        if not judged or terms.total <= 0:
            return None
        ways = self._ways_of(judged)
        meaning = vector(question)
        counted = Counter(hit.document.id for hit in judged)
        return Signals(
            words=best / (_FULL_SCORE * math.log(2 + 2 * self._weights.passages)),
            phrase=max(float(each.mean @ meaning) for each in ways.values()),
            whole=max(terms.share(text) for text in _found(judged, ways)),
            near=float((self._passages(judged) @ meaning).max()),
            agreement=counted.most_common(1)[0][1] / len(judged),
            weight=min(1.0, terms.total / _FULL_WEIGHT),
        )

    def _ways_of(self, hits: Sequence[Hit]) -> dict[str, _Ways]:
        """The ways of asking for the documents of hits, their titles among them."""
        titles = {hit.document.id: hit.document.title for hit in hits}

        def read(ids: list[str]) -> dict[str, _Ways]:
            said = self._phrasings.asked_as(ids)
            return {each: _ways([titles[each], *said.get(each, "").split("\n")]) for each in ids}

        return self._ways.get(list(titles), read)

    def _passages(self, hits: Sequence[Hit]) -> Vectors:
        """The vectors of the passages of hits, under their headings."""
        texts = {hit.passage.id: f"{' '.join(hit.passage.heading_path)} {hit.passage.text}" for hit in hits}
        found = self._near.get(list(texts), lambda ids: {each: vector(texts[each]) for each in ids})
        return np.stack([found[each] for each in texts])


def _ways(said: Sequence[str]) -> _Ways:
    texts = [each for each in dict.fromkeys(said) if each.strip()]
    return _Ways(normal("\n".join(texts)), np.mean([vector(each) for each in texts], axis=0))


def _found(hits: Sequence[Hit], ways: Mapping[str, _Ways]) -> list[str]:
    """All that was found of each document, normalised, with the ways of asking for it."""
    found = {document: [each.text] for document, each in ways.items()}
    for hit in hits:
        found[hit.document.id] += (normal(hit.passage.text), normal("\n".join(hit.passage.heading_path)))
    return ["\n".join(texts) for texts in found.values()]
