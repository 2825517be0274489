"""The vectors in use. They can be exchanged for those of another embedding while people search."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from .store import Indexed
from .vectors import VectorIndex

Scores = list[tuple[str, float]]


class CurrentVectors:
    """One `VectorIndex`, and the one step in which another takes its place."""

    def __init__(self, index: VectorIndex) -> None:
        self._index = index
        self._changed = threading.Condition()
        self._users: Counter[int] = Counter()

    @property
    def shape(self) -> str:
        """What the vectors in use were made with."""
        return self._index.shape

    @property
    def source(self) -> str:
        """The name by which that embedding is opened again; empty when it has none."""
        return self._index.source

    @property
    def index(self) -> VectorIndex:
        """The index in use now."""
        return self._index

    def exchange(self, index: VectorIndex) -> None:
        """Put another index in place; the former is dropped when the last search in it has ended."""
        with self._changed:
            former, self._index = self._index, index
            self._changed.wait_for(lambda: not self._users[id(former)])
        index.drop_others()

    def search(self, text: str, partitions: Sequence[str], limit: int) -> Scores:
        """Passage ids with their cosine, best first, at most `limit`."""
        with self._used() as index:
            return index.search(text, partitions, limit)

    def compare(self, text: str, passages: Iterable[tuple[str, str]]) -> Scores:
        """Exact cosines of given (partition, passage id) pairs, best first."""
        with self._used() as index:
            return index.compare(text, passages)

    def embed(self, pieces: Sequence[Indexed]) -> list[list[float]]:
        """The vectors of passages, in their order."""
        return self._index.embed(pieces)

    def add(self, pieces: Sequence[Indexed], vectors: Sequence[Sequence[float]]) -> None:
        """Store passages with their vectors."""
        self._index.add(pieces, vectors)

    def remove(self, partition: str, passages: Sequence[str]) -> None:
        """Remove passages of one partition."""
        self._index.remove(partition, passages)

    def ids(self) -> set[str]:
        """The ids of all passages stored."""
        return self._index.ids()

    def count(self) -> int:
        """How many passages are stored."""
        with self._used() as index:
            return index.count()

    def clear(self) -> None:
        """Drop everything."""
        self._index.clear()

    @contextmanager
    def _used(self) -> Iterator[VectorIndex]:
        with self._changed:
            index = self._index
            self._users[id(index)] += 1
        try:
            yield index
        finally:
            with self._changed:
                self._users[id(index)] -= 1
                self._changed.notify_all()
