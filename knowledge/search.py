"""Both indexes asked, filtered exactly, widened until enough is found, then fused by weight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from .catalogue import Catalogue, Shelf
from .coverage import Rarity
from .records import Entry, Found, Hit, Passage, Query
from .words import tokens

# Scores are scaled over this many admissible passages of each index, whatever `k` is.
_TOP = 100
_WIDER = 8
_EXACT_UP_TO = 5000
_ATTEMPTS = 5
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

    def piece_ids(self, ids: Sequence[str]) -> list[str]:
        """The ids of the passages of documents."""
        ...


@dataclass(frozen=True)
class _Scored:
    passage_id: str
    score: float
    words: float
    near: float


class Search:
    """One search for the search page and for chat."""

    def __init__(self, keyword: Keywords, vectors: Neighbours, weight: float, rarity: Rarity, pieces: Pieces) -> None:
        self._keyword, self._vectors, self._weight = keyword, vectors, weight
        self._rarity, self._pieces = rarity, pieces

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
        hits = self._hits(query, shelf, scope, lambda entry: entry.status(query.as_of) == "in_force")
        expired: list[Hit] = []
        if query.include_expired or not hits:
            expired = self._hits(
                query, shelf, scope, lambda entry: entry.status(query.as_of) in ("expired", "superseded")
            )
        shares = self._rarity.coverage(query.text, [_words(hit) for hit in hits or expired])
        return Found(tuple(hits), tuple(expired), max(shares, default=0.0))

    def _hits(self, query: Query, shelf: Shelf, scope: list[str], when: Callable[[Entry], bool]) -> list[Hit]:
        def admits(entry: Entry) -> bool:
            return _visible(entry, query) and in_region(entry.region, query.region) and when(entry)

        ranked = self._ranked(query, shelf, scope, admits)
        hits: list[Hit] = []
        for start in range(0, len(ranked), query.k):
            if len(hits) >= query.k:
                break
            batch = ranked[start : start + query.k]
            pieces = self._pieces.passages_by_id([each.passage_id for each in batch])
            hits += [
                _hit(each, pieces[each.passage_id], shelf, query.as_of) for each in batch if each.passage_id in pieces
            ]
        return hits[: query.k]

    def _ranked(self, query: Query, shelf: Shelf, scope: list[str], admits: Callable[[Entry], bool]) -> list[_Scored]:
        wanted = max(_TOP, query.k)
        words = near = {}  # type: dict[str, float]
        if self._weight > 0:
            words = scaled(self._by_words(query.text, shelf, scope, wanted, admits))
        if self._weight < 1:
            near = scaled(self._by_nearness(query.text, shelf, scope, wanted, admits))
        fused = [
            _Scored(
                each,
                self._weight * words.get(each, 0.0) + (1 - self._weight) * near.get(each, 0.0),
                words.get(each, 0.0),
                near.get(each, 0.0),
            )
            for each in words.keys() | near.keys()
        ]
        return sorted(fused, key=lambda each: (-each.score, each.passage_id))

    def _by_words(
        self, text: str, shelf: Shelf, scope: list[str], wanted: int, admits: Callable[[Entry], bool]
    ) -> Scores:
        """The best admissible passages; if the best of all hold too few, only admissible documents are searched."""
        for limit in (wanted, wanted * _WIDER):
            found = self._keyword.search(text, scope, limit)
            kept = _kept(found, shelf, admits)
            if len(kept) >= wanted or len(found) < limit:
                return kept[:wanted]
        admissible = shelf.admissible(admits)
        return self._keyword.search(text, scope, wanted, admissible) if admissible else []

    def _by_nearness(
        self, text: str, shelf: Shelf, scope: list[str], wanted: int, admits: Callable[[Entry], bool]
    ) -> Scores:
        """As by words; a small set of admissible passages is compared one by one, else the net is cast wider."""
        limit = wanted
        while True:
            found = self._vectors.search(text, scope, limit)
            kept = _kept(found, shelf, admits)
            if len(kept) >= wanted or len(found) < limit:
                return kept[:wanted]
            if limit == wanted:
                ids = self._few(shelf, admits)
                if ids is not None:
                    pairs = [(shelf.entries[document_of(each)].partition, each) for each in ids]
                    return self._vectors.compare(text, pairs)[:wanted]
            limit *= _WIDER

    def _few(self, shelf: Shelf, admits: Callable[[Entry], bool]) -> list[str] | None:
        admissible = shelf.admissible(admits)
        if len(admissible) > _EXACT_UP_TO:
            return None
        ids = self._pieces.piece_ids(admissible)
        return ids if len(ids) <= _EXACT_UP_TO else None


def document_of(passage_id: str) -> str:
    """The document that a passage belongs to."""
    return passage_id.rpartition("-")[0]


def in_region(region: str | None, wanted: str | None) -> bool:
    """Whether a document of `region` holds in `wanted`: it is the same, a wider one around it, or the whole country."""
    return wanted is None or region in (None, "CN") or wanted.startswith(str(region))


def scaled(scores: Scores) -> dict[str, float]:
    """Scores stretched to [0, 1] over the list."""
    if not scores:
        return {}
    values = [score for _, score in scores]
    low, spread = min(values), max(values) - min(values)
    return {each: (score - low) / spread if spread > 0 else 1.0 for each, score in scores}


def _kept(found: Scores, shelf: Shelf, admits: Callable[[Entry], bool]) -> Scores:
    known: dict[str, bool] = {}
    kept = []
    for each in found:
        document_id = document_of(each[0])
        if document_id not in known:
            entry = shelf.entries.get(document_id)
            known[document_id] = entry is not None and admits(entry)
        if known[document_id]:
            kept.append(each)
    return kept


def _hit(scored: _Scored, piece: Passage, shelf: Shelf, as_of: date) -> Hit:
    entry = shelf.entries[piece.document_id]
    status, since, by = entry.status(as_of), None, None
    if status in ("expired", "superseded"):
        newer = shelf.entries.get(entry.superseded_by or "")
        since = newer.effective_from if newer else None
        since = entry.effective_to + timedelta(days=1) if entry.effective_to else since
        by = newer.title if newer else entry.superseded_by
    return Hit(piece, entry, status, scored.score, scored.words, scored.near, since, by)


def _visible(entry: Entry, query: Query) -> bool:
    return entry.visibility in query.visibilities and (query.bases is None or entry.base in query.bases)


def _words(hit: Hit) -> str:
    return f"{hit.document.title} {' '.join(hit.passage.heading_path)} {hit.passage.text}"
