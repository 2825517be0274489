"""Both indexes asked, fused by weight, filtered exactly, widened until enough is found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .coverage import Rarity
from .keyword import KeywordIndex
from .records import Document, Found, Hit, Passage, Query

if TYPE_CHECKING:
    from .store import Store
    from .vectors import VectorIndex

_FIRST = 40


class Search:
    """One search for the search page and for chat."""

    def __init__(self, keyword: KeywordIndex, vectors: VectorIndex, weight: float, rarity: Rarity) -> None:
        self._keyword, self._vectors, self._weight, self._rarity = keyword, vectors, weight, rarity

    def run(self, query: Query, documents: Mapping[str, Document], store: Store) -> Found:
        """Hits in force first; expired ones when asked for or when nothing in force was found."""
        scope = sorted({f"{d.base}/{d.visibility}" for d in documents.values() if _visible(d, query)})
        limit = _FIRST
        while True:
            ranked, exhausted = self._ranked(query.text, scope, limit)
            hits, expired = self._sort_out(query, ranked, documents, store)
            if len(hits) >= query.k or exhausted:
                break
            limit *= 2
        hits, expired = hits[: query.k], expired[: query.k]
        kept = expired if query.include_expired or not hits else []
        shares = self._rarity.coverage(query.text, [_words(hit) for hit in hits or expired])
        return Found(tuple(hits), tuple(kept), max(shares, default=0.0))

    def _ranked(self, text: str, scope: list[str], limit: int) -> tuple[list[tuple[str, float, float, float]], bool]:
        words = _scaled(self._keyword.search(text, scope, limit)) if self._weight > 0 and scope else {}
        near = _scaled(self._vectors.search(text, scope, limit)) if self._weight < 1 and scope else {}
        fused = [
            (
                pid,
                self._weight * words.get(pid, 0.0) + (1 - self._weight) * near.get(pid, 0.0),
                words.get(pid, 0.0),
                near.get(pid, 0.0),
            )
            for pid in words.keys() | near.keys()
        ]
        fused.sort(key=lambda each: (-each[1], each[0]))
        return fused, len(words) < limit and len(near) < limit * max(len(scope), 1)

    def _sort_out(
        self,
        query: Query,
        ranked: list[tuple[str, float, float, float]],
        documents: Mapping[str, Document],
        store: Store,
    ) -> tuple[list[Hit], list[Hit]]:
        pieces = store.passages_by_id([pid for pid, *_ in ranked])
        hits: list[Hit] = []
        expired: list[Hit] = []
        for pid, score, words, near in ranked:
            piece = pieces.get(pid)
            document = documents.get(piece.document_id) if piece else None
            if piece is None or document is None or not _visible(document, query) or not _in_region(document, query):
                continue
            hit = Hit(piece, document, document.status(query.as_of), score, words, near)
            if hit.status == "in_force":
                hits.append(hit)
            elif hit.status in ("expired", "superseded"):
                expired.append(hit)
        return hits, expired


def _visible(document: Document, query: Query) -> bool:
    return document.visibility in query.visibilities and (query.bases is None or document.base in query.bases)


def _in_region(document: Document, query: Query) -> bool:
    if query.region is None or document.region in (None, "CN"):
        return True
    return query.region.startswith(str(document.region))


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    spread = high - low
    return {pid: (score - low) / spread if spread else 1.0 for pid, score in scores.items()}


def _words(hit: Hit) -> str:
    return f"{hit.document.title} {' '.join(hit.passage.heading_path)} {hit.passage.text}"


def passage_words(document: Document, piece: Passage) -> str:
    """All the words a passage is judged by."""
    return f"{document.title} {' '.join(piece.heading_path)} {piece.text}"
