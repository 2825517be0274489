"""What the library keeps and hands out: documents, passages, hits.

Offsets are counted in Unicode characters of `Document.text` as stored (after cleaning),
so `document.text[passage.start:passage.end] == passage.text` always holds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

Visibility = Literal["public", "staff"]
Status = Literal["in_force", "not_yet", "expired", "superseded", "draft"]
Kind = Literal["policy", "service_item", "guide", "standard", "faq", "plan"]


@dataclass(frozen=True)
class DocumentFacts:
    """What a person (or a file's front matter) states about a document; unset fields are read from its text."""

    title: str | None = None
    number: str | None = None
    issuer: str | None = None
    region: str | None = None
    kind: Kind | None = None
    published: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    superseded_by: str | None = None
    source_url: str | None = None
    evidence: str | None = None
    draft: bool = False


@dataclass(frozen=True)
class LoadedText:
    """What a loader makes of a file: clean text plus what the file itself said about it."""

    text: str
    title: str | None = None
    source_url: str | None = None
    facts: DocumentFacts | None = None
    asked_as: tuple[str, ...] = ()


class Loader(Protocol):
    """Turns the bytes of one kind of file into clean text."""

    suffixes: tuple[str, ...]

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`; `name` is the file name. Raises `UnreadableDocument`."""
        ...


@dataclass(frozen=True)
class Document:
    """One ingested document. `number` is the 文号; `region` a division code (`42`, `4201`, `420102`, `CN`)."""

    id: str
    base: str
    visibility: Visibility
    title: str
    number: str | None
    issuer: str | None
    region: str | None
    kind: Kind | None
    published: date | None
    effective_from: date | None
    effective_to: date | None
    superseded_by: str | None
    draft: bool
    source_name: str
    source_url: str | None
    retrieved_at: datetime
    evidence: str | None
    content_hash: str
    version: int
    text: str = field(repr=False)

    def status(self, as_of: date) -> Status:
        """Whether the document is in force on `as_of`."""
        if self.draft:
            return "draft"
        if self.superseded_by:
            return "superseded"
        if self.effective_from and as_of < self.effective_from:
            return "not_yet"
        if self.effective_to and as_of > self.effective_to:
            return "expired"
        return "in_force"


@dataclass(frozen=True)
class Passage:
    """A piece of a document that is found and cited; it never crosses a numbered heading."""

    id: str
    document_id: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class Hit:
    """A passage found for a query. `score` is the fused one; every score lies in [0, 1]."""

    passage: Passage
    document: Document
    status: Status
    score: float
    keyword_score: float
    vector_score: float


@dataclass(frozen=True)
class Query:
    """What is searched: the words, how many hits, and what the asker may see, on which day.

    `bases` None means every base the visibilities allow. `region` None means no region filter;
    a region matches documents of that region and of the wider ones that contain it.
    """

    text: str
    as_of: date
    k: int = 5
    bases: frozenset[str] | None = None
    visibilities: frozenset[Visibility] = frozenset({"public"})
    region: str | None = None
    include_expired: bool = False


@dataclass(frozen=True)
class Found:
    """The answer to a query: the hits in force and, when asked for or when nothing in force was found, expired ones.

    `coverage` in [0, 1] says how much of the query's weight (rare characters and bigrams weigh more)
    the best hit holds; it is what separates "answered here" from "not here".
    """

    hits: tuple[Hit, ...]
    expired: tuple[Hit, ...]
    coverage: float


@dataclass(frozen=True)
class Job:
    """A durable ingestion job. `state`: queued, running, done, failed."""

    id: str
    state: Literal["queued", "running", "done", "failed"]
    source_name: str
    base: str
    created_at: datetime
    finished_at: datetime | None
    document_id: str | None
    problem: str | None
