"""What the city has written down: read, cut, index, find, cite. Knows nobody."""

from .calibrate import Calibration, Known, Measured
from .cut import Span, sentences
from .embed import EndpointEmbeddings, FolderEmbeddings, HashingEmbeddings, open_embeddings
from .errors import (
    EmbeddingUnavailable,
    KnowledgeError,
    LibraryBusy,
    RerankerUnavailable,
    UnknownBase,
    UnknownDocument,
    UnreadableDocument,
)
from .library import Library, open_library
from .loaders import SUFFIXES
from .orders import orders_in, without_orders
from .questions import QuestionSet, known_questions, read_questions
from .records import (
    Agreement,
    Alike,
    Document,
    DocumentFacts,
    Embedding,
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
from .rerank import FolderJudge, Judge
from .static_embedding import StaticEmbeddings, export_static, vector
from .words import expansions, normal, synonyms, tokens

__all__ = [
    "SUFFIXES",
    "Agreement",
    "Alike",
    "Calibration",
    "Document",
    "DocumentFacts",
    "Embedding",
    "EmbeddingUnavailable",
    "EndpointEmbeddings",
    "Entry",
    "FolderEmbeddings",
    "FolderJudge",
    "Found",
    "HashingEmbeddings",
    "Hit",
    "Job",
    "Judge",
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
    "QuestionSet",
    "RerankerUnavailable",
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
    "known_questions",
    "normal",
    "open_embeddings",
    "open_library",
    "orders_in",
    "read_questions",
    "sentences",
    "synonyms",
    "tokens",
    "vector",
    "without_orders",
]
