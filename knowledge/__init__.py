"""What the city has written down: read, cut, index, find, cite. Knows nobody."""

from .cut import Span, sentences
from .embed import EndpointEmbeddings, FolderEmbeddings, HashingEmbeddings, open_embeddings
from .errors import EmbeddingUnavailable, KnowledgeError, LibraryBusy, UnknownBase, UnknownDocument, UnreadableDocument
from .library import Library, open_library
from .records import (
    Document,
    DocumentFacts,
    Found,
    Hit,
    Job,
    LoadedText,
    Loader,
    Passage,
    Query,
    Status,
    Visibility,
)
from .static_embedding import StaticEmbeddings, export_static, vector
from .words import content, expansions, normal, synonyms, tokens

__all__ = [
    "Document",
    "DocumentFacts",
    "EmbeddingUnavailable",
    "EndpointEmbeddings",
    "FolderEmbeddings",
    "Found",
    "HashingEmbeddings",
    "Hit",
    "Job",
    "KnowledgeError",
    "Library",
    "LibraryBusy",
    "LoadedText",
    "Loader",
    "Passage",
    "Query",
    "Span",
    "StaticEmbeddings",
    "Status",
    "UnknownBase",
    "UnknownDocument",
    "UnreadableDocument",
    "Visibility",
    "content",
    "expansions",
    "export_static",
    "normal",
    "open_embeddings",
    "open_library",
    "sentences",
    "synonyms",
    "tokens",
    "vector",
]
