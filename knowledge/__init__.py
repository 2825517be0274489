"""What the city has written down: read, cut, index, find, cite. Knows nobody."""

from .cut import Span, sentences
from .embed import HashingEmbeddings, open_embeddings
from .errors import KnowledgeError, LibraryBusy, UnknownBase, UnknownDocument, UnreadableDocument
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
from .words import content, expansions, normal, tokens

__all__ = [
    "Document",
    "DocumentFacts",
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
    "Status",
    "UnknownBase",
    "UnknownDocument",
    "UnreadableDocument",
    "Visibility",
    "content",
    "expansions",
    "normal",
    "open_embeddings",
    "open_library",
    "sentences",
    "tokens",
]
