"""The vectors: embedded Chroma, one collection per base × visibility. One process only; an OS lock enforces it."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from .near import Held, HeldParts
from .recent import Recent
from .store import Indexed

_BATCH = 1000
# Parts with fewer numbers than this are searched in memory.
_SMALL = 5_000_000
_QUESTIONS = 64
_EF_SEARCH, _NEIGHBORS = 200, 24


class Damaged(RuntimeError):
    """The vectors on disk cannot be read or written any more; they are filled anew from SQL."""


class VectorIndex:
    """Nearest passages by cosine. Rebuildable from SQL."""

    def __init__(self, folder: Path, embeddings: Embeddings, client: Any = None) -> None:
        # Imported here: it costs a second, and search by keyword alone does not need it.
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        quiet = Settings(anonymized_telemetry=False, allow_reset=True)
        self._folder = folder
        self._client: Any = client or chromadb.PersistentClient(path=str(folder), settings=quiet)
        self._embeddings = embeddings
        self.shape = str(getattr(embeddings, "name", type(embeddings).__name__))
        self.source = str(getattr(embeddings, "source", ""))
        self._collections: dict[str, Any] = {}
        self._parts = HeldParts(self._held)
        self._asked: Recent[str, Any] = Recent(_QUESTIONS)

    def beside(self, embeddings: Embeddings) -> VectorIndex:
        """The index of another embedding in the same folder."""
        return VectorIndex(self._folder, embeddings, self._client)

    def embed(self, pieces: Sequence[Indexed]) -> list[list[float]]:
        """The vectors of passages, in their order; the costly part of `add`, which needs no lock."""
        texts = [f"{' '.join(each.passage.heading_path)} {each.passage.text}" for each in pieces]
        return self._embeddings.embed_documents(texts) if texts else []

    def add(self, pieces: Sequence[Indexed], vectors: Sequence[Sequence[float]]) -> None:
        """Store passages with their vectors."""
        mine: dict[str, list[int]] = defaultdict(list)
        for place, each in enumerate(pieces):
            mine[each.partition].append(place)
        for partition, places in mine.items():
            for start in range(0, len(places), _BATCH):
                batch = places[start : start + _BATCH]
                self._collection(partition).upsert(
                    ids=[pieces[place].passage.id for place in batch],
                    embeddings=np.array([vectors[place] for place in batch], dtype=np.float32),
                )
        self._parts.changed()

    def remove(self, partition: str, passages: Sequence[str]) -> None:
        """Remove passages of one partition. Raises `Damaged` where the index's own files do not fit together."""
        from chromadb.errors import InternalError

        try:
            for start in range(0, len(passages), _BATCH):
                self._collection(partition).delete(ids=list(passages[start : start + _BATCH]))
        except InternalError as error:
            raise Damaged(str(error)) from error
        self._parts.changed()

    def forget(self, passages: Sequence[str]) -> None:
        """Remove passages wherever they are."""
        for name in self._names() if passages else ():
            collection = self._client.get_collection(name, embedding_function=None)
            for start in range(0, len(passages), _BATCH):
                collection.delete(ids=list(passages[start : start + _BATCH]))
        self._parts.changed()

    def search(self, text: str, partitions: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Passage ids with their cosine, best first, at most `limit`."""
        vector = self._query_vector(text)
        found: list[tuple[str, float]] = []
        for partition in partitions:
            if held := self._parts.get(partition):
                found += held.nearest(vector[0], limit)
                continue
            answer = self._collection(partition).query(query_embeddings=vector, n_results=limit, include=["distances"])
            found += zip(answer["ids"][0], (1 - each for each in answer["distances"][0]), strict=True)
        return sorted(found, key=lambda each: -each[1])[:limit]

    def compare(self, text: str, passages: Iterable[tuple[str, str]]) -> list[tuple[str, float]]:
        """Exact cosines of given (partition, passage id) pairs, best first."""
        mine: dict[str, list[str]] = defaultdict(list)
        for partition, passage_id in passages:
            mine[partition].append(passage_id)
        vector = self._query_vector(text)[0]
        found: list[tuple[str, float]] = []
        for partition, ids in mine.items():
            found += (self._parts.get(partition) or self._read(partition, ids)).of(vector, ids)
        return sorted(found, key=lambda each: -each[1])

    def ids(self) -> set[str]:
        """The ids of all passages stored for this embedder."""
        found: set[str] = set()
        for name in self._names():
            found.update(self._client.get_collection(name, embedding_function=None).get(include=[])["ids"])
        return found

    def count(self) -> int:
        """How many passages are stored for this embedder."""
        return sum(self._client.get_collection(name, embedding_function=None).count() for name in self._names())

    def clear(self) -> None:
        """Drop everything of this embedder."""
        for name in self._names():
            self._client.delete_collection(name)
        self._collections.clear()
        self._parts.changed()

    def drop_others(self) -> None:
        """Drop the vectors of all other embeddings."""
        for each in self._client.list_collections():
            if not each.name.endswith(self._suffix()):
                self._client.delete_collection(each.name)

    def close(self) -> None:
        """Let go of the folder: while this process holds it, no other may open it."""
        self._collections.clear()
        self._client.close()

    def _query_vector(self, text: str) -> Any:
        """The unit vector of a question, as the one row of a matrix; a question is embedded once."""
        return self._asked.get([text], self._embedded)[text]

    def _embedded(self, texts: Sequence[str]) -> dict[str, Any]:
        rows = {text: np.array([self._embeddings.embed_query(text)], dtype=np.float32) for text in texts}
        return {text: row / (np.linalg.norm(row) + 1e-12) for text, row in rows.items()}

    def _held(self, partition: str) -> Held | None:
        """The vectors of a part, unless they are many."""
        collection = self._collection(partition)
        first = collection.peek(1)["embeddings"]
        if len(first) and collection.count() * len(first[0]) > _SMALL:
            return None
        return self._read(partition, None)

    def _read(self, partition: str, ids: list[str] | None) -> Held:
        held = self._collection(partition).get(ids=ids, include=["embeddings"])
        return Held(held["ids"], np.asarray(held["embeddings"], dtype=np.float32))

    def _names(self) -> list[str]:
        return [each.name for each in self._client.list_collections() if each.name.endswith(self._suffix())]

    def _suffix(self) -> str:
        return "-" + hashlib.sha256(self.shape.encode()).hexdigest()[:12]

    def _collection(self, partition: str) -> Any:
        if partition not in self._collections:
            # Chroma takes ASCII names only; a plugin's base may have a Chinese one.
            safe = re.sub(r"[^a-z0-9]+", "-", partition.lower()).strip("-") or "base"
            name = f"{safe[:40]}-{hashlib.sha256(partition.encode()).hexdigest()[:8]}{self._suffix()}"
            shape = {"hnsw": {"space": "cosine", "ef_search": _EF_SEARCH, "max_neighbors": _NEIGHBORS}}
            self._collections[partition] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration=shape
            )
        return self._collections[partition]
