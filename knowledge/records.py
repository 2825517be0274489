"""What the library keeps and hands out: documents, passages, hits.

Offsets are counted in Unicode characters of `Document.text` as stored (after cleaning),
so `document.text[passage.start:passage.end] == passage.text` always holds.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    repeals: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    retrieved: date | None = None


@dataclass(frozen=True)
class Mark:
    """From the character `start` on, the text stands on this page (or slide) or sheet."""

    start: int
    page: int | None = None
    sheet: str | None = None


@dataclass(frozen=True)
class LoadedText:
    """What a loader makes of a file: clean text plus what the file itself said about it.

    `title` and `dated` (a day, as 2026-01-31) are used when neither a person nor the text says better;
    `notes` tell in words what was mended in the text.
    """

    text: str
    title: str | None = None
    source_url: str | None = None
    facts: DocumentFacts | None = None
    asked_as: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    dated: str | None = None
    marks: tuple[Mark, ...] = ()


class Loader(Protocol):
    """Turns the bytes of one kind of file into clean text."""

    suffixes: tuple[str, ...]

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`; `name` is the file name. Raises `UnreadableDocument`."""
        ...


@dataclass(frozen=True)
class Entry:
    """A document as listings and hits show it: everything but its text.

    `number` is the 文号; `region` a division code (`42`, `4201`, `420102`, `CN`). `repeals` are the titles and
    numbers it abolishes. `sources` says in words what it rests on, `retrieved` when that was looked up
    (`retrieved_at` is when the document was taken in). `origins` says for each fact whether it was stated or which
    words it was read from.
    """

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
    repeals: tuple[str, ...]
    source_name: str
    source_url: str | None
    retrieved_at: datetime
    evidence: str | None
    content_hash: str
    version: int
    notes: tuple[str, ...]
    origins: Mapping[str, str] = field(hash=False)
    sources: tuple[str, ...] = ()
    retrieved: date | None = None

    def status(self, as_of: date) -> Status:
        """Whether the document is in force on `as_of`; a superseded one was in force up to `effective_to`."""
        if self.draft:
            return "draft"
        if self.effective_from and as_of < self.effective_from:
            return "not_yet"
        if self.superseded_by and (self.effective_to is None or as_of > self.effective_to):
            return "superseded"
        if self.effective_to and as_of > self.effective_to:
            return "expired"
        return "in_force"

    @property
    def partition(self) -> str:
        """The part of the indexes that holds it."""
        return f"{self.base}/{self.visibility}"


@dataclass(frozen=True)
class Document(Entry):
    """One ingested document with its text."""

    text: str = field(repr=False, kw_only=True)


@dataclass(frozen=True)
class Alike:
    """Two documents under different names that have most of their text in common; `share` says how much."""

    document: Entry
    other: Entry
    share: float


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
    """A passage found for a query. `score` is the fused one; every score lies in [0, 1].

    For what is no longer in force, `since` is the first day it was not (when known) and `by` what replaced it.
    """

    passage: Passage
    document: Entry
    status: Status
    score: float
    keyword_score: float
    vector_score: float
    since: date | None = None
    by: str | None = None


@dataclass(frozen=True)
class Query:
    """What is searched: the words, how many hits, and what the asker may see, on which day.

    `bases` None means every base the visibilities allow. `region` None means no region filter;
    a region matches documents of that region and of the wider ones that contain it. What is no longer in force is
    searched too when that is asked for, and when the confidence in what is in force stays below `expired_below`.
    `documents` None means every document that the rest allows.
    """

    text: str
    as_of: date
    k: int = 5
    bases: frozenset[str] | None = None
    visibilities: frozenset[Visibility] = frozenset({"public"})
    region: str | None = None
    include_expired: bool = False
    expired_below: float = 0.0
    documents: frozenset[str] | None = None


@dataclass(frozen=True)
class Found:
    """The answer to a query: the hits in force and, when asked for or when nothing in force was found, expired ones.

    `coverage` in [0, 1] is how likely the library covers the question: it separates "answered here" from "not here".
    `degraded`: the embedding gave no vector, so words alone decided.
    """

    hits: tuple[Hit, ...]
    expired: tuple[Hit, ...]
    coverage: float
    degraded: bool = False


JobState = Literal["queued", "reading", "cutting", "embedding", "done", "failed"]
JobKind = Literal["ingest", "reembed"]


@dataclass(frozen=True)
class Job:
    """A durable job; a failed one says in `problem` why and what to do.

    That of an archive is done when it is unpacked; `parts` are the jobs of the files inside. One of kind `reembed`
    names the embedding in `source_name`; `done` of `total` passages have their new vectors.
    """

    id: str
    state: JobState
    source_name: str
    base: str
    created_at: datetime
    finished_at: datetime | None
    document_id: str | None
    problem: str | None
    parts: tuple[str, ...] = ()
    kind: JobKind = "ingest"
    done: int = 0
    total: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ("done", "failed")


@dataclass(frozen=True)
class Embedding:
    """The name of the embedding in use, and the job that is replacing it, if there is one."""

    name: str
    replacing: Job | None


@dataclass(frozen=True)
class Source:
    """A file to take in: its bytes, its name, and what a person states about it."""

    data: bytes = field(repr=False)
    name: str
    base: str
    visibility: Visibility = "public"
    facts: DocumentFacts = DocumentFacts()
    asked_as: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """Whether SQL and both indexes hold the same passages; each list names what is wrong."""

    passages: int
    missing_keyword: tuple[str, ...]
    extra_keyword: tuple[str, ...]
    missing_vectors: tuple[str, ...]
    extra_vectors: tuple[str, ...]
    bad_offsets: tuple[str, ...]

    @property
    def agree(self) -> bool:
        """Whether nothing is wrong."""
        lists = (self.missing_keyword, self.extra_keyword, self.missing_vectors, self.extra_vectors, self.bad_offsets)
        return not any(lists)
