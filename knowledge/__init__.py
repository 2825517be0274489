"""What the city has written down: read, cut, index, find, cite. Knows nobody."""

from .calibrate import Calibration, Known, Measured
from .cut import Span, sentences
from .embed import EndpointEmbeddings, FolderEmbeddings, HashingEmbeddings, open_embeddings
from .errors import EmbeddingUnavailable, KnowledgeError, LibraryBusy, UnknownBase, UnknownDocument, UnreadableDocument
from .library import Library, open_library
from .loaders import SUFFIXES
from .records import (
    Agreement,
    Document,
    DocumentFacts,
    Entry,
    Found,
    Hit,
    Job,
    LoadedText,
    Loader,
    Mark,
    Passage,
    Query,
    Source,
    Status,
    Visibility,
)
from .static_embedding import StaticEmbeddings, export_static, vector
from .words import expansions, normal, synonyms, tokens

__all__ = [
    "SUFFIXES",
    "Agreement",
    "Calibration",
    "Document",
    "DocumentFacts",
    "EmbeddingUnavailable",
    "EndpointEmbeddings",
    "Entry",
    "FolderEmbeddings",
    "Found",
    "HashingEmbeddings",
    "Hit",
    "Job",
    "KnowledgeError",
    "Known",
    "Library",
    "LibraryBusy",
    "LoadedText",
    "Loader",
    "Mark",
    "Measured",
    "Passage",
    "Query",
    "Source",
    "Span",
    "StaticEmbeddings",
    "Status",
    "UnknownBase",
    "UnknownDocument",
    "UnreadableDocument",
    "Visibility",
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
