"""The vectors: embedded Chroma, one collection per base × visibility. One process only; an OS lock enforces it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from .store import Indexed

_BATCH = 1000


class VectorIndex:
    """Nearest passages by cosine. Rebuildable from SQL."""

    def __init__(self, folder: Path, embeddings: Embeddings) -> None:
        # Imported here: it costs a second, and search by keyword alone does not need it.
        import chromadb
        from chromadb.config import Settings

        folder.mkdir(parents=True, exist_ok=True)
        quiet = Settings(anonymized_telemetry=False, allow_reset=True)
        self._client: Any = chromadb.PersistentClient(path=str(folder), settings=quiet)
        self._embeddings = embeddings
        self._name = str(getattr(embeddings, "name", type(embeddings).__name__))
        self._collections: dict[str, Any] = {}

    def add(self, pieces: Sequence[Indexed]) -> None:
        """Embed and store passages."""
        for partition in sorted({each.partition for each in pieces}):
            mine = [each for each in pieces if each.partition == partition]
            for start in range(0, len(mine), _BATCH):
                batch = mine[start : start + _BATCH]
                texts = [f"{' '.join(each.passage.heading_path)} {each.passage.text}" for each in batch]
                self._collection(partition).upsert(
                    ids=[each.passage.id for each in batch],
                    embeddings=self._embeddings.embed_documents(texts),
                    metadatas=[{"document": each.passage.document_id} for each in batch],
                )

    def remove(self, document_id: str) -> None:
        """Remove a document's passages."""
        for name in self._names():
            self._client.get_collection(name, embedding_function=None).delete(where={"document": document_id})

    def search(self, text: str, partitions: Sequence[str], limit: int) -> Mapping[str, float]:
        """Cosine similarities by passage id, at most `limit` per partition."""
        vector = self._embeddings.embed_query(text)
        found: dict[str, float] = {}
        for partition in partitions:
            answer = self._collection(partition).query(
                query_embeddings=[vector], n_results=limit, include=["distances"]
            )
            found.update(zip(answer["ids"][0], (1 - each for each in answer["distances"][0]), strict=True))
        return found

    def count(self) -> int:
        """How many passages are stored for this embedder."""
        return sum(self._client.get_collection(name, embedding_function=None).count() for name in self._names())

    def clear(self) -> None:
        """Drop everything of this embedder."""
        for name in self._names():
            self._client.delete_collection(name)
        self._collections.clear()

    def _names(self) -> list[str]:
        return [each.name for each in self._client.list_collections() if each.name.endswith(self._suffix())]

    def _suffix(self) -> str:
        return "-" + hashlib.sha256(self._name.encode()).hexdigest()[:12]

    def _collection(self, partition: str) -> Any:
        if partition not in self._collections:
            # Chroma takes ASCII names only; a plugin's base may have a Chinese one.
            safe = re.sub(r"[^a-z0-9]+", "-", partition.lower()).strip("-") or "base"
            name = f"{safe[:40]}-{hashlib.sha256(partition.encode()).hexdigest()[:8]}{self._suffix()}"
            self._collections[partition] = self._client.get_or_create_collection(
                name, embedding_function=None, configuration={"hnsw": {"space": "cosine", "ef_search": 200}}
            )
        return self._collections[partition]
