"""LangChain's own hybrid search over the same passages and the same embedding, to compare with.

Needs `pip install langchain-classic langchain-community langchain-chroma rank_bm25`, and `jieba` for its words.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge import Passage, tokens

_K = 40


def ensemble(
    passages: Sequence[Passage], embeddings: Embeddings, cut: Callable[[str], list[str]], weight: float
) -> Callable[[str], list[str]]:
    """A question → the document ids of EnsembleRetriever(BM25Retriever, Chroma), best first."""
    from langchain_chroma import Chroma
    from langchain_classic.retrievers import EnsembleRetriever
    from langchain_community.retrievers import BM25Retriever

    texts = [each.text for each in passages]
    places = [{"document": each.document_id, "passage": each.id} for each in passages]
    words = BM25Retriever.from_texts(texts, metadatas=places, preprocess_func=cut, k=_K)
    store: Any = Chroma(
        f"peer{abs(hash(cut)) % 10**8}",
        embeddings,
        persist_directory=str(Path(tempfile.mkdtemp()) / "chroma"),
        collection_metadata={"hnsw:space": "cosine"},
    )
    for start in range(0, len(texts), 1000):
        store.add_texts(texts[start : start + 1000], places[start : start + 1000])
    both = EnsembleRetriever(
        retrievers=[words, store.as_retriever(search_kwargs={"k": _K})], weights=[weight, 1 - weight], id_key="passage"
    )
    return lambda question: list(dict.fromkeys(each.metadata["document"] for each in both.invoke(question)))


def word_cuts() -> dict[str, Callable[[str], list[str]]]:
    """The ways of cutting text into words that can be had here."""
    cuts: dict[str, Callable[[str], list[str]]] = {"our tokens": tokens}
    try:
        import jieba
    except ImportError:
        print("jieba is not installed: its row is left out")
    else:
        cuts = {"jieba words": jieba.lcut, **cuts}
    return cuts
