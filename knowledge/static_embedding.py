"""The bundled Chinese embedding: one stored vector per token, a text is their mean. Read with numpy alone.

Trained by `python -m bench.train_embedding`; `export_static` writes it as a sentence-transformers folder.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings

BUNDLED = Path(__file__).parent / "data" / "embedding"
_MODULES = (
    ("", "sentence_transformers.sentence_transformer.modules.static_embedding.StaticEmbedding"),
    ("1_Normalize", "sentence_transformers.base.modules.normalize.Normalize"),
)
Vector = npt.NDArray[np.float32]


class StaticEmbeddings(Embeddings):
    """Unit vectors from a folder of int8 rows, one per token, and their tokenizer. Safe to use from many threads."""

    def __init__(self, folder: Path = BUNDLED) -> None:
        # Imported here: rooms that never embed do not need it.
        from tokenizers import Tokenizer

        stored = np.load(folder / "weights.npz", allow_pickle=False)
        self._rows: npt.NDArray[np.int8] = stored["rows"]
        self._scales: Vector = stored["scales"]
        self._words: Any = Tokenizer.from_str(_tokenizer_text(folder))
        self.source = "static" if folder == BUNDLED else ""
        self.name = f"static-{self._rows.shape[1]}-{stored['version']}"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        return [self.embed_query(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        """The unit vector of a text."""
        values: list[float] = self.vector(text).tolist()
        return values

    def vector(self, text: str) -> Vector:
        """The unit vector of a text; a text without words gives a constant one."""
        ids = self._words.encode(text, add_special_tokens=False).ids
        total: Vector = self._scales[ids] @ self._rows[ids]
        length = float(np.linalg.norm(total))
        if length == 0:
            total[0] = length = 1.0
        return total / np.float32(length)

    def weights(self) -> Vector:
        """The vectors of all tokens as 32-bit numbers."""
        return self._rows * self._scales[:, None]


@lru_cache(maxsize=1)
def bundled() -> StaticEmbeddings:
    """The bundled embedding, read once."""
    return StaticEmbeddings()


def vector(text: str) -> Vector:
    """The bundled embedding's unit vector of a text: 256 numbers, texts that mean alike lie close together."""
    return bundled().vector(text)


def export_static(folder: Path, source: Path = BUNDLED) -> None:
    """Write the bundled embedding as a folder that `SentenceTransformer(folder)` loads."""
    # Comes with sentence-transformers; only whoever exports needs it.
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    save_file({"embedding.weight": StaticEmbeddings(source).weights()}, folder / "model.safetensors")
    (folder / "tokenizer.json").write_text(_tokenizer_text(source), encoding="utf-8")
    modules = []
    for number, (path, kind) in enumerate(_MODULES):
        (folder / path).mkdir(exist_ok=True)
        modules.append({"idx": number, "name": str(number), "path": path, "type": kind})
    (folder / "modules.json").write_text(json.dumps(modules, indent=2), encoding="utf-8")


def _tokenizer_text(folder: Path) -> str:
    return gzip.decompress((folder / "tokenizer.json.gz").read_bytes()).decode("utf-8")
