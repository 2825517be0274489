"""Documents and passages in SQL: the truth from which both indexes are rebuilt."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    and_,
    create_engine,
    delete,
    event,
    func,
    inspect,
    or_,
    select,
    text,
    update,
)

from .records import Document, Entry, Passage
from .tables import (
    ENTRY_COLUMNS,
    document_of,
    document_values,
    documents,
    entry_of,
    likenesses,
    marks,
    passage_of,
    passage_values,
    passages,
    sketches,
)

HEAD = "0006"
_MIGRATIONS = Path(__file__).parent / "migrations"
_AT_ONCE = 500


@dataclass(frozen=True)
class Draft:
    """A document that is about to be taken in."""

    document: Document
    pieces: tuple[Passage, ...]
    asked_as: str
    sketch: tuple[int, ...] = ()


@dataclass(frozen=True)
class Indexed:
    """A passage as the indexes need it."""

    passage: Passage
    partition: str
    title: str
    asked_as: str


@dataclass(frozen=True)
class Own:
    """What a document says of its own end."""

    effective_to: date | None
    superseded_by: str | None


@dataclass(frozen=True)
class Superseding:
    """An older document that a newer one replaces, and its last day in force when that is known.

    `retired`: the newer one is merely a corrected version, so the older leaves the indexes.
    """

    older: str
    newer: str
    last_day: date | None
    retired: bool


class Store:
    """SQL access of the library; one writer at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._writing = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """The one writer's transaction."""
        with self._writing, self.engine.begin() as connection:
            yield connection

    def write(self, drafts: Sequence[Draft]) -> None:
        """Write documents with their passages; nobody sees them before `publish`."""
        with self.transaction() as connection:
            made = [
                {**document_values(each.document), "asked_as": each.asked_as, "stage": "writing"} for each in drafts
            ]
            if made:
                connection.execute(documents.insert(), made)
            rows = [passage_values(piece) for draft in drafts for piece in draft.pieces]
            if rows:
                connection.execute(passages.insert(), rows)
            bands = [{"band": band, "document_id": draft.document.id} for draft in drafts for band in draft.sketch]
            if bands:
                connection.execute(sketches.insert(), bands)

    def publish(self, connection: Connection, ids: Sequence[str]) -> None:
        """Make written documents live, within a transaction."""
        connection.execute(update(documents).where(documents.c.id.in_(ids)).values(stage="live"))

    def supersede(self, connection: Connection, freed: Iterable[str], replaced: Sequence[Superseding]) -> None:
        """Let freed documents stand as they say themselves, then mark what is replaced, within a transaction."""
        own = {"effective_to": documents.c.own_effective_to, "superseded_by": documents.c.own_superseded_by}
        connection.execute(update(documents).where(documents.c.id.in_(list(freed))).values(**own))
        for each in replaced:
            values: dict[str, Any] = {"superseded_by": each.newer}
            if each.last_day:
                values["effective_to"] = each.last_day.isoformat()
            if each.retired:
                values["stage"] = "leaving"
                pointing = and_(documents.c.superseded_by == each.older, documents.c.stage != "live")
                connection.execute(update(documents).where(pointing).values(superseded_by=each.newer))
            connection.execute(update(documents).where(documents.c.id == each.older).values(**values))

    def set_stage(self, ids: Iterable[str], stage: str) -> None:
        """Move documents to another stage."""
        with self.transaction() as connection:
            self.move(connection, ids, stage)

    def move(self, connection: Connection, ids: Iterable[str], stage: str) -> None:
        """Move documents to another stage, within a transaction."""
        connection.execute(update(documents).where(documents.c.id.in_(list(ids))).values(stage=stage))

    def own(self, ids: Iterable[str]) -> dict[str, Own]:
        """What documents say of their own end."""
        query = select(documents.c.id, documents.c.own_effective_to, documents.c.own_superseded_by)
        with self.engine.connect() as connection:
            rows = connection.execute(query.where(documents.c.id.in_(list(ids)))).all()
        return {each: Own(date.fromisoformat(end) if end else None, by) for each, end, by in rows}

    def sharing(self, bands: Sequence[int], most: int) -> list[str]:
        """The ids of documents that share one of these bands, once for each, at most so many."""
        with self.engine.connect() as connection:
            query = select(sketches.c.document_id).where(sketches.c.band.in_(bands)).limit(most)
            return list(connection.execute(query).scalars())

    def texts(self, ids: Sequence[str]) -> dict[str, str]:
        """The texts of documents."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(documents.c.id, documents.c.text).where(documents.c.id.in_(ids)))
            return {row.id: row.text for row in rows}

    def add_alike(self, connection: Connection, pairs: Iterable[tuple[str, str, float]]) -> None:
        """Note which documents are alike, within a transaction."""
        rows = [dict(zip(("document_id", "other_id", "share"), each, strict=True)) for each in pairs]
        if rows:
            connection.execute(likenesses.insert(), rows)

    def alike(self, document_id: str | None = None) -> list[tuple[str, str, float]]:
        """Pairs of alike documents, those of one document or all."""
        query = select(likenesses).order_by(likenesses.c.share.desc())
        if document_id is not None:
            query = query.where(or_(likenesses.c.document_id == document_id, likenesses.c.other_id == document_id))
        with self.engine.connect() as connection:
            return [(one, other, share) for one, other, share in connection.execute(query)]

    def delete(self, ids: Iterable[str]) -> None:
        """Delete documents and their passages."""
        with self.transaction() as connection:
            connection.execute(delete(documents).where(documents.c.id.in_(list(ids))))

    def latest(self, sources: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Entry]:
        """The live documents of sources, each a base and a file name, unless on their way in or out."""
        names: dict[str, list[str]] = {}
        for base, source_name in sources:
            names.setdefault(base, []).append(source_name)
        found: dict[tuple[str, str], Entry] = {}
        with self.engine.connect() as connection:
            for base, wanted in names.items():
                for start in range(0, len(wanted), _AT_ONCE):
                    query = select(*ENTRY_COLUMNS).where(
                        documents.c.base == base,
                        documents.c.source_name.in_(wanted[start : start + _AT_ONCE]),
                        documents.c.stage == "live",
                    )
                    rows = connection.execute(query.order_by(documents.c.version))
                    found |= {(row.base, row.source_name): entry_of(row) for row in rows}
        return found

    def versions(self, base: str, source_name: str) -> list[str]:
        """The ids of all versions of a source in a base."""
        query = select(documents.c.id).where(documents.c.base == base, documents.c.source_name == source_name)
        with self.engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def entries(self) -> list[Entry]:
        """Every live document without its text, oldest first."""
        query = select(*ENTRY_COLUMNS).where(documents.c.stage == "live")
        with self.engine.connect() as connection:
            return [
                entry_of(row) for row in connection.execute(query.order_by(documents.c.retrieved_at, documents.c.id))
            ]

    def phrasings(self) -> dict[str, list[str]]:
        """How people ask for what live documents answer, by base."""
        query = select(documents.c.base, documents.c.asked_as).where(documents.c.stage == "live")
        found: dict[str, list[str]] = {}
        with self.engine.connect() as connection:
            for row in connection.execute(query.order_by(documents.c.base, documents.c.source_name, documents.c.id)):
                found.setdefault(row.base, []).extend(line for line in row.asked_as.splitlines() if line)
        return found

    def staged(self, stage: str) -> list[Entry]:
        """The documents that stand in a stage."""
        with self.engine.connect() as connection:
            return [
                entry_of(row) for row in connection.execute(select(*ENTRY_COLUMNS).where(documents.c.stage == stage))
            ]

    def document(self, document_id: str) -> Document | None:
        """A document with its text, retired versions included, as long as it was ever seen."""
        query = select(documents).where(
            documents.c.id == document_id, documents.c.stage.in_(("live", "retired", "leaving"))
        )
        with self.engine.connect() as connection:
            row = connection.execute(query).first()
        return document_of(row) if row else None

    def pieces(self, document_id: str) -> list[Passage]:
        """A document's passages in order."""
        query = select(passages).where(passages.c.document_id == document_id).order_by(passages.c.ordinal)
        with self.engine.connect() as connection:
            return [passage_of(row) for row in connection.execute(query)]

    def piece_ids(self, ids: Sequence[str], most: int | None = None) -> list[str]:
        """The ids of the passages of documents, at most so many."""
        found: list[str] = []
        with self.engine.connect() as connection:
            for start in range(0, len(ids), _AT_ONCE):
                if most is not None and len(found) >= most:
                    break
                query = select(passages.c.id).where(passages.c.document_id.in_(ids[start : start + _AT_ONCE]))
                found += connection.execute(query.limit(most)).scalars()
        return found

    def count(self) -> int:
        """How many passages live documents have."""
        query = select(func.count()).select_from(passages.join(documents)).where(documents.c.stage == "live")
        with self.engine.connect() as connection:
            return int(connection.execute(query).scalar() or 0)

    def indexed(self, ids: Sequence[str]) -> list[Indexed]:
        """The passages of documents as the indexes need them."""
        columns = (documents.c.base, documents.c.visibility, documents.c.title.label("named"), documents.c.asked_as)
        query = select(passages, *columns).join(documents).where(documents.c.id.in_(ids))
        with self.engine.connect() as connection:
            return [
                Indexed(passage_of(row), f"{row.base}/{row.visibility}", row.named, row.asked_as)
                for row in connection.execute(query)
            ]

    def passages_by_id(self, ids: Sequence[str]) -> Mapping[str, Passage]:
        """Passages by their ids."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(passages).where(passages.c.id.in_(ids)))
            return {row.id: passage_of(row) for row in rows}

    def asked_as(self, ids: Sequence[str]) -> Mapping[str, str]:
        """The ways in which documents are asked for, one a line, by document id."""
        with self.engine.connect() as connection:
            rows = connection.execute(select(documents.c.id, documents.c.asked_as).where(documents.c.id.in_(ids)))
            return {row.id: row.asked_as for row in rows}

    def mark(self, name: str) -> str | None:
        """What an index was made with."""
        with self.engine.connect() as connection:
            return connection.execute(select(marks.c.value).where(marks.c.name == name)).scalar()

    def set_mark(self, name: str, value: str) -> None:
        """Note what an index is made with."""
        with self.transaction() as connection:
            put_mark(connection, name, value)

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


def put_mark(connection: Connection, name: str, value: str) -> None:
    """Note what an index is made with, within a transaction."""
    connection.execute(delete(marks).where(marks.c.name == name))
    connection.execute(marks.insert().values(name=name, value=value))


def now() -> datetime:
    """The wall clock, UTC."""
    return datetime.now(UTC)


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
