"""What documents, passages, hits and jobs look like on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import UploadFile
from pydantic import Field, StringConstraints

from .bodies import In, Out, Words

Kind = Literal["policy", "service_item", "guide", "standard", "faq", "plan"]
Status = Literal["in_force", "not_yet", "expired", "superseded", "draft"]
Visibility = Literal["public", "staff"]
BaseName = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$"), Field(description="The name of a base.")
]


class FactsIn(In):
    """What the uploader states about a document; what is left out is read from its text."""

    title: Words | None = None
    number: Words | None = Field(None, description="The 文号.")
    issuer: Words | None = None
    region: Annotated[str, StringConstraints(pattern=r"^(CN|[0-9]{2,12})$")] | None = Field(
        None, description="A division code: `CN`, `42`, `4201`, `420102` …"
    )
    kind: Kind | None = None
    published: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None
    superseded_by: Words | None = None
    source_url: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)] | None = None
    evidence: Words | None = None
    draft: bool = False
    repeals: tuple[Words, ...] = Field((), max_length=50, description="Titles or 文号 of what it abolishes.")
    sources: tuple[Words, ...] = Field((), max_length=50, description="What it rests on, in words.")
    retrieved: date | None = Field(None, description="When that was looked up.")


class UploadIn(FactsIn):
    """A document to upload, where it goes, and what is known about it."""

    file: UploadFile = Field(description="The file: .txt, .md or .html, or what a plugin can read.")
    base: BaseName
    visibility: Visibility = "public"


class PassageBody(Out):
    """A piece of a document: `text` is the document's text from `start` to `end`."""

    id: str
    document_id: str
    ordinal: int
    heading_path: tuple[str, ...]
    text: str
    start: int
    end: int
    page: int | None
    sheet: str | None


class DocumentBody(Out):
    """A document without its text."""

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
    notes: tuple[str, ...] = Field(description="What was mended in the text when it was read.")
    origins: Mapping[str, str] = Field(
        description="For each fact, whether it was stated or which words it was read from."
    )
    sources: tuple[str, ...] = Field((), description="What it rests on, in words.")
    retrieved: date | None = Field(None, description="When that was looked up.")


class DocumentList(Out):
    """A page of the documents the person may see; `total` counts all of them."""

    documents: tuple[DocumentBody, ...]
    total: int


class AlikeBody(Out):
    """A document under another name that has most of its text in common."""

    id: str
    title: str
    share: float = Field(description="The share of the text in common, 0 to 1.")


class DocumentWhole(DocumentBody):
    """A document with its text and passages; citations and passages point into `text` by character offsets."""

    text: str
    passages: tuple[PassageBody, ...]
    alike: tuple[AlikeBody, ...] = Field((), description="Near-duplicates, most alike first.")


class HitBody(Out):
    """A passage found for a query; every score lies in [0, 1]."""

    passage: PassageBody
    document: DocumentBody
    status: Status
    score: float
    keyword_score: float
    vector_score: float


class FoundBody(Out):
    """The passages in force, best first; expired ones when nothing in force was found."""

    hits: tuple[HitBody, ...]
    expired: tuple[HitBody, ...]
    coverage: float = Field(description="How likely the question is answered by these documents, 0 to 1.")


class JobBody(Out):
    """A job; ask again until it is `done` or `failed` (then `problem` says why).

    One of kind `reembed` names the embedding in `source_name` and has no base.
    """

    id: str
    state: Literal["queued", "reading", "cutting", "embedding", "done", "failed"]
    source_name: str
    base: str
    created_at: datetime
    finished_at: datetime | None
    document_id: str | None
    problem: str | None
    kind: Literal["ingest", "reembed"] = "ingest"
    done: int = Field(0, description="For `reembed`: how many passages have their new vectors.")
    total: int = Field(0, description="For `reembed`: how many passages there are.")
    parts: tuple[str, ...] = Field((), description="For a zip: the jobs of the files inside.")
