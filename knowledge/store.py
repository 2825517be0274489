"""Documents, passages and jobs in SQL: the truth from which both indexes are rebuilt."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
    text,
)

from .records import Document, Job, Passage

HEAD = "0001"
_MIGRATIONS = Path(__file__).parent / "migrations"
metadata = MetaData()

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
    Index("documents_by_source", "base", "source_name"),
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
    Column("data", LargeBinary),
    Column("created_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("document_id", Text),
    Column("problem", Text),
)


@dataclass(frozen=True)
class Indexed:
    """A passage as the indexes need it."""

    passage: Passage
    partition: str
    title: str
    asked_as: str


class Store:
    """SQL access of the library; one writer at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = threading.Lock()

    def save(self, document: Document, pieces: Sequence[Passage], asked_as: str, old: str | None) -> None:
        """Write a document with its passages, and retire the version it replaces, in one transaction."""
        with self._writing, self.engine.begin() as connection:
            if old:
                connection.execute(documents.update().where(documents.c.id == old).values(superseded_by=document.id))
            connection.execute(documents.insert().values(**_document_values(document), asked_as=asked_as))
            if pieces:
                connection.execute(passages.insert(), [_passage_values(piece) for piece in pieces])

    def delete(self, document_id: str) -> None:
        """Delete a document and its passages."""
        with self._writing, self.engine.begin() as connection:
            connection.execute(documents.delete().where(documents.c.id == document_id))

    def latest(self, base: str, source_name: str) -> Document | None:
        """The newest version of a source in a base."""
        query = select(documents).where(documents.c.base == base, documents.c.source_name == source_name)
        with self.engine.connect() as connection:
            row = connection.execute(query.order_by(documents.c.version.desc()).limit(1)).first()
        return _document(row) if row else None

    def all_documents(self) -> list[Document]:
        """Every document, oldest first."""
        with self.engine.connect() as connection:
            query = select(documents).order_by(documents.c.retrieved_at, documents.c.id)
            return [_document(row) for row in connection.execute(query)]

    def pieces(self, document_id: str) -> list[Passage]:
        """A document's passages in order."""
        query = select(passages).where(passages.c.document_id == document_id).order_by(passages.c.ordinal)
        with self.engine.connect() as connection:
            return [_passage(row) for row in connection.execute(query)]

    def asked_as(self, document_id: str) -> str:
        """The everyday phrasings of a document, one to a line."""
        with self.engine.connect() as connection:
            query = select(documents.c.asked_as).where(documents.c.id == document_id)
            return str(connection.execute(query).scalar() or "")

    def passages_by_id(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by their ids."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(passages).where(passages.c.id.in_(ids)))
            return {row.id: _passage(row) for row in rows}

    def add_job(self, job: Job, visibility: str, facts: str, data: bytes) -> None:
        """Store a job with the bytes it will read."""
        with self._writing, self.engine.begin() as connection:
            connection.execute(
                jobs.insert().values(
                    id=job.id,
                    state=job.state,
                    source_name=job.source_name,
                    base=job.base,
                    visibility=visibility,
                    facts=facts,
                    data=data,
                    created_at=job.created_at.isoformat(),
                )
            )

    def open_jobs(self) -> list[str]:
        """Jobs not ended, oldest first."""
        query = select(jobs.c.id).where(jobs.c.state.in_(("queued", "running"))).order_by(jobs.c.created_at)
        with self.engine.connect() as connection:
            return [row.id for row in connection.execute(query)]

    def job_row(self, job_id: str) -> Row[Any] | None:
        """A job's row."""
        with self.engine.connect() as connection:
            return connection.execute(select(jobs).where(jobs.c.id == job_id)).first()

    def set_job(self, job_id: str, **values: Any) -> None:
        """Change a job's row."""
        with self._writing, self.engine.begin() as connection:
            connection.execute(jobs.update().where(jobs.c.id == job_id).values(**values))

    def close(self) -> None:
        """Close the engine."""
        self.engine.dispose()


def open_store(url: str) -> Store:
    """Open (and create or migrate) the knowledge database."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version_knowledge") and _version(connection)
    if known != HEAD:
        _migrate(engine)
    return Store(engine)


def _prepare_sqlite(connection: Any, _entry: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}")


def _version(connection: Connection) -> str | None:
    return connection.execute(text("SELECT version_num FROM alembic_version_knowledge")).scalar()


def _migrate(engine: Engine) -> None:
    # Alembic is only imported when there is something to migrate: it costs start-up time.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def job_record(row: Row[Any]) -> Job:
    """A job's row as a record."""
    finished = datetime.fromisoformat(row.finished_at) if row.finished_at else None
    created = datetime.fromisoformat(row.created_at)
    return Job(row.id, row.state, row.source_name, row.base, created, finished, row.document_id, row.problem)


def now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)


def _document_values(document: Document) -> dict[str, Any]:
    values = dict(document.__dict__)
    for name in ("published", "effective_from", "effective_to", "retrieved_at"):
        values[name] = values[name].isoformat() if values[name] else None
    values["draft"] = int(document.draft)
    return values


def _document(row: Row[Any]) -> Document:
    values = {name: value for name, value in row._mapping.items() if name != "asked_as"}
    for name in ("published", "effective_from", "effective_to"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    values["retrieved_at"] = datetime.fromisoformat(values["retrieved_at"])
    values["draft"] = bool(values["draft"])
    return Document(**values)


def _passage_values(piece: Passage) -> dict[str, Any]:
    return {**piece.__dict__, "heading_path": json.dumps(piece.heading_path, ensure_ascii=False)}


def _passage(row: Row[Any]) -> Passage:
    values = dict(row._mapping)
    return Passage(**{**values, "heading_path": tuple(json.loads(values["heading_path"]))})
