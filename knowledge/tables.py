"""The tables of the knowledge database, and how rows become records."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, LargeBinary, MetaData, Row, Table, Text

from .records import Document, Entry, Job, Passage

metadata = MetaData()

# `stage`: writing (not yet in both indexes, seen by nobody), live, leaving (out of sight, still in an index),
# retired (an older version kept so that citations of it still open).
documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("base", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("number", Text),
    Column("issuer", Text),
    Column("region", Text),
    Column("kind", Text),
    Column("published", Text),
    Column("effective_from", Text),
    Column("effective_to", Text),
    Column("superseded_by", Text),
    Column("draft", Integer, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_url", Text),
    Column("retrieved_at", Text, nullable=False),
    Column("evidence", Text),
    Column("content_hash", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("asked_as", Text, nullable=False),
    Column("repeals", Text, nullable=False, server_default="[]"),
    Column("notes", Text, nullable=False, server_default="[]"),
    Column("origins", Text, nullable=False, server_default="{}"),
    Column("stage", Text, nullable=False, server_default="live"),
    Column("sources", Text, nullable=False, server_default="[]"),
    Column("retrieved", Text),
    # What the document says of its own end: it stands again when what replaced it goes.
    Column("own_effective_to", Text),
    Column("own_superseded_by", Text),
    Index("documents_by_source", "base", "source_name"),
    Index("documents_by_stage", "stage"),
)
passages = Table(
    "passages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("heading_path", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("page", Integer),
    Column("sheet", Text),
    Index("passages_by_document", "document_id", "ordinal"),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("visibility", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("size", Integer, nullable=False, server_default="0"),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("document_id", Text),
    Column("problem", Text),
    Column("worker", Text),
    Column("lease_until", Float),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("parent", Text),
    Column("kind", Text, nullable=False, server_default="ingest"),
    Column("done", Integer, nullable=False, server_default="0"),
    Column("total", Integer, nullable=False, server_default="0"),
    Index("jobs_by_state", "state", "created_at"),
    Index("jobs_by_parent", "parent"),
)
# The file that a job will read. Apart from the job, whose row is written often; in pieces, so that no more than one
# is copied at a time.
job_pieces = Table(
    "job_pieces",
    metadata,
    Column("job_id", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
# Numbers of which alike documents share some, and pairs that were found to be alike.
sketches = Table(
    "sketches",
    metadata,
    Column("band", BigInteger, primary_key=True, autoincrement=False),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Index("sketches_by_document", "document_id"),
)
likenesses = Table(
    "likenesses",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("other_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("share", Float, nullable=False),
    Index("likenesses_by_other", "other_id"),
)
# What each index was made with ("keyword" → its shape, "vectors" → the shape of the embedding, "embedding" → its
# name), to notice a change of it.
marks = Table("marks", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

_NOT_ENTRY = ("text", "asked_as", "stage", "own_effective_to", "own_superseded_by")
ENTRY_COLUMNS = [each for each in documents.c if each.name not in _NOT_ENTRY]
_DAYS = ("published", "effective_from", "effective_to", "retrieved")
_LISTS = ("repeals", "notes", "sources")


def document_values(document: Document) -> dict[str, Any]:
    """A document as a row."""
    values = dict(document.__dict__)
    for name in (*_DAYS, "retrieved_at"):
        values[name] = values[name].isoformat() if values[name] else None
    for name in (*_LISTS, "origins"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    values["draft"] = int(document.draft)
    return {**values, "own_effective_to": values["effective_to"], "own_superseded_by": document.superseded_by}


def entry_of(row: Row[Any]) -> Entry:
    """A row without text as an entry."""
    return Entry(**_record_values(row))


def document_of(row: Row[Any]) -> Document:
    """A whole row as a document."""
    return Document(**_record_values(row))


def passage_values(piece: Passage) -> dict[str, Any]:
    """A passage as a row."""
    return {**piece.__dict__, "heading_path": json.dumps(piece.heading_path, ensure_ascii=False)}


def passage_of(row: Row[Any]) -> Passage:
    """A row as a passage."""
    held = row._mapping
    return Passage(
        held["id"],
        held["document_id"],
        held["ordinal"],
        tuple(json.loads(held["heading_path"])),
        held["text"],
        held["start"],
        held["end"],
        held["page"],
        held["sheet"],
    )


def job_of(row: Row[Any], parts: Sequence[str] = ()) -> Job:
    """A job's row as a record."""
    finished = datetime.fromisoformat(row.finished_at) if row.finished_at else None
    created = datetime.fromisoformat(row.created_at)
    end = (finished, row.document_id, row.problem)
    progress = {"kind": row.kind, "done": row.done, "total": row.total}
    return Job(row.id, row.state, row.source_name, row.base, created, *end, parts=tuple(parts), **progress)


def _record_values(row: Row[Any]) -> dict[str, Any]:
    values = {name: value for name, value in row._mapping.items() if name not in _NOT_ENTRY or name == "text"}
    for name in _DAYS:
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    for name in _LISTS:
        values[name] = tuple(json.loads(values[name]))
    values["origins"] = json.loads(values["origins"])
    values["retrieved_at"] = datetime.fromisoformat(values["retrieved_at"])
    values["draft"] = bool(values["draft"])
    return values
