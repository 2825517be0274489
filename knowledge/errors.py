"""Errors of the library.

KnowledgeError
├── UnreadableDocument   the file cannot be read as text (empty, binary, unknown kind, too large)
├── UnknownDocument      no document (or job) with that id, or not visible to the asker
├── UnknownBase          no base with that name
├── EmbeddingUnavailable the embedding cannot be opened, or its endpoint gives no vectors
├── RerankerUnavailable  the reranking model cannot be opened
└── LibraryBusy          another process has the library's folder open
"""

from __future__ import annotations


class KnowledgeError(Exception):
    """Any failure of the library; the message is in Chinese and says what to do next."""


class UnreadableDocument(KnowledgeError):
    """The file cannot be read as text."""


class UnknownDocument(KnowledgeError):
    """No document or job with that id that the asker may see."""


class UnknownBase(KnowledgeError):
    """No base with that name."""


class EmbeddingUnavailable(KnowledgeError):
    """The embedding cannot be opened, or its endpoint gives no vectors."""


class RerankerUnavailable(KnowledgeError):
    """The reranking model cannot be opened."""


class LibraryBusy(KnowledgeError):
    """Another process holds the library's folder."""
