"""Both indexes asked, filtered exactly, widened until enough is found, then fused by weight."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from .catalogue import Admissible, Catalogue, Filter, Shelf
from .confidence import JUDGED, Confidence, Signals, likely
from .errors import EmbeddingUnavailable
from .recent import Recent
from .records import Found, Hit, Passage, Query
from .rerank import MOST, Reranker
from .words import tokens

# Scores are scaled over this many admissible passages of each index; fewer are enough once the net was cast wider.
_TOP, _ENOUGH = 100, 20
_WIDEST = 8
_COMPARED = 2000
_ATTEMPTS = 5
_KEPT = 8192
# After the embedding failed, so long words alone decide before it is asked again.
_PAUSE_S = 30.0
_log = logging.getLogger(__name__)
Scores = list[tuple[str, float]]


class Keywords(Protocol):
    """The keyword side of a search."""

    def search(
        self, text: str, partitions: Sequence[str], limit: int, documents: Sequence[str] | None = None
    ) -> Scores:
        """Passage ids with scores, best first."""
        ...


class Neighbours(Protocol):
    """The vector side of a search."""

    def search(self, text: str, partitions: Sequence[str], limit: int) -> Scores:
        """Passage ids with cosines, best first."""
        ...

    def compare(self, text: str, passages: Sequence[tuple[str, str]]) -> Scores:
        """Exact cosines of given (partition, passage id) pairs."""
        ...


class Pieces(Protocol):
    """Where the words of passages come from."""

    def passages_by_id(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        """Passages by their ids."""
        ...

    def piece_ids(self, ids: Sequence[str], most: int) -> list[str]:
        """The ids of the passages of documents, at most so many."""
        ...


@dataclass(frozen=True)
class Scored:
    """A passage with its joined score and that of either side."""

    passage_id: str
    score: float
    words: float
    near: float


@dataclass(frozen=True)
class Sides:
    """What each index found, in scores stretched to [0, 1], and the best keyword score as it came.

    `near` is None when the embedding gave no vector.
    """

    words: Mapping[str, float]
    near: Mapping[str, float] | None
    best: float

    def joined(self, weight: float) -> list[Scored]:
        """Both sides as one list, best first; a side without weight adds nothing. Without vectors words are all."""
        weight = 1.0 if self.near is None else weight
        words = self.words if weight > 0 else {}
        near = self.near or {} if weight < 1 else {}
        fused = (
            Scored(
                each,
                weight * words.get(each, 0.0) + (1 - weight) * near.get(each, 0.0),
                words.get(each, 0.0),
                near.get(each, 0.0),
            )
            for each in words.keys() | near.keys()
        )
        return sorted(fused, key=lambda each: (-each.score, each.passage_id))


@dataclass(frozen=True)
class _Judged:
    """Hits, and how well they match the question; `degraded` when words alone decided for want of vectors."""

    hits: tuple[Hit, ...]
    signals: Signals | None
    degraded: bool

    @property
    def sure(self) -> float:
        """How likely they answer the question."""
        return likely(self.signals)


class Search:
    """One search for the search page and for chat."""

    def __init__(
        self,
        keyword: Keywords,
        vectors: Neighbours,
        weight: float,
        confidence: Confidence,
        pieces: Pieces,
        rerank: Reranker | None = None,
    ) -> None:
        self._keyword, self._vectors, self._weight = keyword, vectors, weight
        self._confidence, self._pieces = confidence, pieces
        self._read: Recent[str, Passage] = Recent(_KEPT)
        self._not_before = 0.0
        self._rerank = rerank

    def run(self, query: Query, catalogue: Catalogue) -> Found:
        """Hits in force first; expired ones when asked for or when nothing in force was found.

        What changed meanwhile is searched again, so that an answer shows one state of the library.
        """
        for _ in range(_ATTEMPTS):
            shelf = catalogue.now
            found = self._on(query, shelf)
            if catalogue.now is shelf:
                break
        return found

    def _on(self, query: Query, shelf: Shelf) -> Found:
        scope = shelf.scope(query)
        if query.k < 1 or not scope or not tokens(query.text):
            return Found((), (), 0.0)
        current = self._hits(query, shelf, in_force=True)
        late = query.include_expired or not current.hits or current.sure < query.expired_below
        past = self._hits(query, shelf, in_force=False) if late else _Judged((), None, False)
        sure = current.sure if current.hits else past.sure
        return Found(current.hits[: query.k], past.hits[: query.k], sure, current.degraded or past.degraded)

    def _hits(self, query: Query, shelf: Shelf, in_force: bool) -> _Judged:
        """As many as are asked for, or more when more are needed to judge them."""
        wanted = _filter(query, in_force)
        sides = self._sides(query, shelf, shelf.admissible(wanted), self._weight < 1)
        ranked = sides.joined(self._weight)
        hits: list[Hit] = []
        most = max(query.k, JUDGED, MOST if self._rerank else 0)
        for start in range(0, len(ranked), most):
            if len(hits) >= most:
                break
            batch = ranked[start : start + most]
            pieces = self._read.get([each.passage_id for each in batch], self._pieces.passages_by_id)
            hits += [
                _hit(each, pieces[each.passage_id], shelf, query.as_of) for each in batch if each.passage_id in pieces
            ]
        signals = self._confidence.signals(query.text, hits[:most], sides.best)
        best = self._rerank(query.text, hits[:most]) if self._rerank else hits[:most]
        return _Judged(tuple(best), signals, sides.near is None)

    def sides(self, query: Query, shelf: Shelf) -> Sides:
        """What both indexes find in force, whatever they weigh: for measuring weights."""
        wanted = _filter(query, in_force=True)
        found = self._sides(query, shelf, shelf.admissible(wanted), near=True)
        if found.near is None:
            raise EmbeddingUnavailable("向量模型现在给不出向量，不能比较权重。请先检查设置 embedding，稍后再试。")
        return found

    def signals(self, query: Query, shelf: Shelf) -> Signals | None:
        """What the confidence in what is in force goes by: for fitting its weights."""
        return self._hits(query, shelf, in_force=True).signals

    def _sides(self, query: Query, shelf: Shelf, admissible: Admissible, near: bool) -> Sides:
        """Words are always looked for: the confidence needs them, whatever they weigh."""
        if not admissible.ids:
            return Sides({}, {}, 0.0)
        scope = shelf.scope(query)
        words = self._by_words(query, scope, admissible)
        nearest = self._near_or_none(query, scope, shelf, admissible) if near else []
        return Sides(scaled(words), None if nearest is None else scaled(nearest), words[0][1] if words else 0.0)

    def _near_or_none(self, query: Query, scope: list[str], shelf: Shelf, admissible: Admissible) -> Scores | None:
        """The nearest passages; None while the embedding gives no vectors, which costs nobody a second wait."""
        if time.monotonic() < self._not_before:
            return None
        try:
            return self._by_nearness(query, scope, shelf, admissible)
        except EmbeddingUnavailable as problem:
            _log.warning("search goes by words alone for %.0f s: %s", _PAUSE_S, problem)
            self._not_before = time.monotonic() + _PAUSE_S
            return None

    def _by_words(self, query: Query, scope: list[str], admissible: Admissible) -> Scores:
        """The best admissible passages; if the best of all hold too few, only admissible documents are searched."""
        wanted = max(_TOP, query.k)
        limit = _first_limit(wanted, admissible.share)
        if limit:
            found = self._keyword.search(query.text, scope, limit)
            kept = _kept(found, admissible)
            if len(kept) >= wanted or len(found) < limit:
                return kept[:wanted]
        return self._keyword.search(query.text, scope, wanted, sorted(admissible.ids))

    def _by_nearness(self, query: Query, scope: list[str], shelf: Shelf, admissible: Admissible) -> Scores:
        """As by words; a small set of admissible passages is compared one by one, else the net is cast wider."""
        wanted, enough = max(_TOP, query.k), max(_ENOUGH, query.k)
        limit = _first_limit(wanted, admissible.share)
        if not limit:
            pairs = self._few(shelf, admissible)
            if pairs is not None:
                return self._vectors.compare(query.text, pairs)[:wanted]
            limit = wanted * _WIDEST
        while True:
            found = self._vectors.search(query.text, scope, limit)
            kept = _kept(found, admissible)
            if len(kept) >= enough or len(found) < limit:
                return kept[:wanted]
            limit *= _WIDEST

    def _few(self, shelf: Shelf, admissible: Admissible) -> list[tuple[str, str]] | None:
        """(partition, passage id) of all admissible passages, unless there are many."""
        if len(admissible.ids) > _COMPARED:
            return None
        ids = self._pieces.piece_ids(sorted(admissible.ids), _COMPARED + 1)
        return None if len(ids) > _COMPARED else [(shelf.entries[document_of(each)].partition, each) for each in ids]


def _filter(query: Query, in_force: bool) -> Filter:
    return Filter(query.visibilities, query.bases, query.region, query.as_of, in_force, query.documents)


def _first_limit(wanted: int, share: float) -> int:
    """How many to ask for so that most likely `wanted` of them are admissible; 0 when that would be too many."""
    return 0 if share * _WIDEST < 1 else wanted if share == 1 else int(wanted * 1.3 / share) + 20


def document_of(passage_id: str) -> str:
    """The document that a passage belongs to."""
    return passage_id.rpartition("-")[0]


def scaled(scores: Scores) -> dict[str, float]:
    """Scores stretched to [0, 1] over the list."""
    if not scores:
        return {}
    values = [score for _, score in scores]
    low, spread = min(values), max(values) - min(values)
    return {each: (score - low) / spread if spread > 0 else 1.0 for each, score in scores}


def _kept(found: Scores, admissible: Admissible) -> Scores:
    return [each for each in found if document_of(each[0]) in admissible.ids]


def _hit(scored: Scored, piece: Passage, shelf: Shelf, as_of: date) -> Hit:
    entry = shelf.entries[piece.document_id]
    status, since, by = entry.status(as_of), None, None
    if status in ("expired", "superseded"):
        newer = shelf.entries.get(entry.superseded_by or "")
        since = newer.effective_from if newer else None
        since = entry.effective_to + timedelta(days=1) if entry.effective_to else since
        by = newer.title if newer else entry.superseded_by
    return Hit(piece, entry, status, scored.score, scored.words, scored.near, since, by)
