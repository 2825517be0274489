"""The vectors of a small part of the index held in memory: there one product is exact and faster than any index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
Scores = list[tuple[str, float]]


class Held:
    """Passage ids with their unit vectors."""

    def __init__(self, ids: Sequence[str], vectors: Vectors) -> None:
        self._ids = list(ids)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-12 if len(ids) else 1.0
        self._rows: Vectors = vectors / lengths
        self._places = {each: place for place, each in enumerate(self._ids)}

    def nearest(self, vector: Vectors, limit: int) -> Scores:
        """The nearest passages with their cosine, in no order, at most `limit`."""
        if not self._ids:
            return []
        cosines = self._rows @ vector
        few = np.argpartition(-cosines, limit)[:limit] if limit < len(cosines) else np.arange(len(cosines))
        return [(self._ids[place], float(cosines[place])) for place in few]

    def of(self, vector: Vectors, ids: Iterable[str]) -> Scores:
        """The cosines of given passages."""
        places = [self._places[each] for each in ids if each in self._places]
        if not places:
            return []
        return [
            (self._ids[place], float(each)) for place, each in zip(places, self._rows[places] @ vector, strict=True)
        ]


class HeldParts:
    """What is held of each part; read when first asked for, and again after a change. Safe to use from many threads."""

    def __init__(self, read: Callable[[str], Held | None]) -> None:
        self._read = read
        self._parts: dict[str, Held | None] = {}
        self._changes = 0
        self._lock = threading.Lock()

    def get(self, part: str) -> Held | None:
        """The vectors of a part, or None when it is too large to be held."""
        with self._lock:
            if part in self._parts:
                return self._parts[part]
            before = self._changes
        held = self._read(part)
        with self._lock:
            if self._changes == before:  # else what was read may lack what was just written
                self._parts[part] = held
        return held

    def changed(self) -> None:
        """Forget what is held; to be called after every change."""
        with self._lock:
            self._changes += 1
            self._parts.clear()
