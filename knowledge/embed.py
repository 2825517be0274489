"""Embedders behind LangChain's `Embeddings`: a deterministic one that needs nothing, and sentence-transformers."""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from .words import normal

_DIMENSIONS = 256


class HashingEmbeddings(Embeddings):
    """Signed hashing of character 1–3-grams into 256 dimensions, unit length. Same text, same vector, everywhere."""

    name = "hashing-256-v1"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text; an empty text gives a constant one."""
        letters = "".join(normal(text).split())
        counts: dict[str, int] = {}
        for size in (1, 2, 3):
            for start in range(len(letters) - size + 1):
                gram = letters[start : start + size]
                counts[gram] = counts.get(gram, 0) + 1
        vector = np.zeros(_DIMENSIONS)
        for gram, count in counts.items():
            place, sign = _bucket(gram)
            vector[place] += sign * len(gram) * (1 + np.log(count))
        length = float(np.linalg.norm(vector))
        if length == 0:
            vector[0] = length = 1.0
        values: list[float] = (vector / length).tolist()
        return values


@lru_cache(maxsize=200_000)
def _bucket(gram: str) -> tuple[int, int]:
    hashed = zlib.crc32(gram.encode())
    return hashed % _DIMENSIONS, 1 if hashed & 0x80000000 else -1


class FolderEmbeddings(Embeddings):
    """Any sentence-transformers model in a folder; torch is imported on first use only."""

    def __init__(self, folder: str) -> None:
        self.name = f"st-{zlib.crc32(folder.encode()):08x}"
        self._folder = folder
        self._model: Any = None

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        vectors: list[list[float]] = self._loaded().encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a text."""
        return self.embed_documents([text])[0]

    def _loaded(self) -> Any:
        if self._model is None:
            from sentence_transformers import SentenceTransformer

            self._model = SentenceTransformer(self._folder, device="cpu", local_files_only=True)
        return self._model


def open_embeddings(name: str) -> Embeddings:
    """`hashing`, or `sentence-transformers:FOLDER`."""
    kind, _, folder = name.partition(":")
    return FolderEmbeddings(folder) if kind == "sentence-transformers" else HashingEmbeddings()
