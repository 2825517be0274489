"""Embedders behind LangChain's `Embeddings`: the bundled one, hashing, sentence-transformers, and any endpoint."""

from __future__ import annotations

import threading
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from pydantic import SecretStr

from .errors import EmbeddingUnavailable
from .static_embedding import bundled
from .words import normal

EMBEDDINGS = "static、hashing、sentence-transformers:模型目录或名称、openai:接口地址#模型名"
_DIMENSIONS = 256
_LOOKED_AT = 65_536
# Some public endpoints refuse more texts in one call.
_ENDPOINT_BATCH = 10
_ENDPOINT_TIMEOUT_S = 30.0
_NO_MODEL = (
    "向量模型 {0} 打不开：{1}。请检查设置 embedding：目录要完整；按名称使用的模型要先用 hf download {0} 下载到本机。"
)
_NO_ENDPOINT = "向量接口 {0} 上的模型 {1} 没有给出向量：{2}。请检查设置 embedding 和 embedding_key，以及接口是否可达。"


class HashingEmbeddings(Embeddings):
    """Signed hashing of character 1–3-grams into 256 dimensions, unit length. Same text, same vector, everywhere."""

    name = "hashing-256-v1"
    source = "hashing"

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
    """Any sentence-transformers model, by folder or by name; torch is imported on first use only."""

    def __init__(self, folder: str) -> None:
        self.source = f"sentence-transformers:{folder}"
        self.name = _fingerprint(Path(folder)) or f"st-{zlib.crc32(folder.encode()):08x}"
        self._folder = folder
        self._model: Any = None
        self._opening = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        vectors: list[list[float]] = self._loaded().encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a text."""
        return self.embed_documents([text])[0]

    def _loaded(self) -> Any:
        with self._opening:
            if self._model is None:
                self._model = self._open()
        return self._model

    def _open(self) -> Any:
        from sentence_transformers import SentenceTransformer

        # By name too only what is on this machine: a city server does not fetch programs while it starts.
        try:
            return SentenceTransformer(self._folder, device="cpu", local_files_only=True)
        except (OSError, ValueError) as problem:
            raise EmbeddingUnavailable(_NO_MODEL.format(self._folder, problem)) from problem


def _fingerprint(folder: Path) -> str:
    """Tells another model in the same folder from the one before, and knows a model that was moved.

    The head and the tail of each file are enough for that.
    """
    seen = 0
    for path in sorted(each for each in folder.rglob("*") if each.is_file()) if folder.is_dir() else ():
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_LOOKED_AT)
            file.seek(max(0, size - _LOOKED_AT))
            seen = zlib.crc32(f"{path.relative_to(folder)} {size}".encode() + head + file.read(), seen)
    return f"st-folder-{seen:08x}" if seen else ""


class EndpointEmbeddings(Embeddings):
    """An OpenAI-compatible embeddings endpoint: its address (ending in `/v1`) and the model's name there."""

    def __init__(self, url: str, model: str, key: str = "") -> None:
        self.source = f"openai:{url}#{model}"
        self.name = f"endpoint-{zlib.crc32(f'{url}#{model}'.encode()):08x}"
        self._url, self._model, self._key = url, model, key
        self._client: Any = None
        self._opening = threading.Lock()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector per text, as the endpoint gives it."""
        from openai import OpenAIError

        try:
            vectors: list[list[float]] = self._opened().embed_documents(texts)
        except (OpenAIError, ValueError) as problem:  # ValueError: no vector at all
            raise EmbeddingUnavailable(_NO_ENDPOINT.format(self._url, self._model, problem)) from problem
        if len(vectors) != len(texts):
            short = f"发了 {len(texts)} 条文本，只收到 {len(vectors)} 个向量"
            raise EmbeddingUnavailable(_NO_ENDPOINT.format(self._url, self._model, short))
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """The vector of a text."""
        return self.embed_documents([text])[0]

    def _opened(self) -> Any:
        # Imported here: it costs a second, and only this embedding needs it.
        from langchain_openai import OpenAIEmbeddings

        with self._opening:
            if self._client is None:
                self._client = OpenAIEmbeddings(
                    model=self._model,
                    base_url=self._url,
                    api_key=SecretStr(self._key or "none"),
                    check_embedding_ctx_length=False,
                    chunk_size=_ENDPOINT_BATCH,
                    timeout=_ENDPOINT_TIMEOUT_S,
                )
        return self._client


def open_embeddings(name: str, key: str = "") -> Embeddings:
    """`static` (bundled), `hashing`, `sentence-transformers:FOLDER_OR_NAME`, or `openai:URL#MODEL` with its key."""
    kind, _, rest = name.partition(":")
    url, _, model = rest.partition("#")
    if name == "static":
        return bundled()
    if name == "hashing":
        return HashingEmbeddings()
    if kind == "sentence-transformers" and rest:
        return FolderEmbeddings(rest)
    if kind == "openai" and url and model:
        return EndpointEmbeddings(url, model, key)
    raise EmbeddingUnavailable(f"没有名为 {name} 的向量模型。可用的有：{EMBEDDINGS}。")
