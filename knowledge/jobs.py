"""Jobs: durable rows that workers lease, so that the job of a worker that died is taken over."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, or_, select, update

from .errors import KnowledgeError
from .records import DocumentFacts, Job, JobKind, JobState, Source
from .store import Store, now
from .tables import job_of, job_pieces, jobs

LEASE_S = 20.0
MAX_ATTEMPTS = 3
_PIECE_BYTES = 1_000_000
_HELD_BYTES = 8_000_000  # of all files claimed together; a larger one comes alone
RUNNING = ("reading", "cutting", "embedding")
LOST = "这个任务已由另一个进程接手。"
GAVE_UP = (
    f"入库任务中断了 {MAX_ATTEMPTS} 次，已停止重试，多半是文件本身的问题。请检查文件（能否打开、是否过大）后重新上传。"
)


@dataclass(frozen=True)
class Leased:
    """A job that this worker holds, and what it is to take in."""

    id: str
    source: Source
    attempts: int


class LostLease(KnowledgeError):
    """The job was taken over by another worker meanwhile."""


class Jobs:
    """The rows of jobs, as one worker sees them."""

    def __init__(self, store: Store, worker: str, clock: Callable[[], float] = time.time) -> None:
        self._store, self._worker, self._clock = store, worker, clock

    def add(self, job: Job, source: Source, parent: str | None = None) -> None:
        """Store a job with the bytes it will read; `parent` is the job of the archive it came out of."""
        facts = json.dumps({**asdict(source.facts), "asked_as": source.asked_as}, default=str)
        values = {
            name: value for name, value in job.__dict__.items() if name not in ("created_at", "finished_at", "parts")
        }
        with self._store.transaction() as connection:
            connection.execute(
                jobs.insert().values(
                    **values,
                    created_at=job.created_at.isoformat(),
                    finished_at=job.finished_at.isoformat() if job.finished_at else None,
                    parent=parent,
                    visibility=source.visibility,
                    facts=facts,
                    size=len(source.data),
                )
            )
            for ordinal, start in enumerate(range(0, len(source.data), _PIECE_BYTES)):
                piece = source.data[start : start + _PIECE_BYTES]
                connection.execute(job_pieces.insert().values(job_id=job.id, ordinal=ordinal, data=piece))

    def get(self, job_id: str) -> Job | None:
        """The state of a job."""
        with self._store.engine.connect() as connection:
            row = connection.execute(select(jobs).where(jobs.c.id == job_id)).first()
            inside = select(jobs.c.id).where(jobs.c.parent == job_id).order_by(jobs.c.created_at, jobs.c.id)
            return job_of(row, connection.execute(inside).scalars().all()) if row else None

    def claim(self, most: int, kind: JobKind = "ingest") -> list[Leased]:
        """Take up to `most` jobs that are queued or whose worker died; one that failed before comes alone."""
        with self._store.transaction() as connection:
            self._give_up(connection)
            held = 0
            wanted: dict[str, int] = {}
            for job_id, attempts, size in connection.execute(self._free(most, kind)).all():
                held += size
                if wanted and (attempts or held > _HELD_BYTES):
                    break
                wanted[job_id] = size
                if attempts:
                    break
            return [
                Leased(row.id, _source(row, _file(connection, row.id, wanted[row.id])), row.attempts)
                for row in self._taken(connection, list(wanted))
            ]

    def renew(self) -> None:
        """Say that this worker is alive."""
        with self._store.transaction() as connection:
            mine = and_(jobs.c.worker == self._worker, jobs.c.state.in_(RUNNING))
            connection.execute(update(jobs).where(mine).values(lease_until=self._clock() + LEASE_S))

    def move(self, ids: Sequence[str], state: JobState) -> None:
        """Say how far jobs are."""
        with self._store.transaction() as connection:
            connection.execute(update(jobs).where(self._held(ids)).values(state=state))

    def fail(self, job_id: str, problem: str) -> None:
        """End a job that cannot be done."""
        with self._store.transaction() as connection:
            self._end(connection, job_id, "failed", problem=problem)

    def end_archive(self, job_id: str) -> None:
        """End the job of an archive whose files all have jobs of their own."""
        with self._store.transaction() as connection:
            self._end(connection, job_id, "done")

    def progress(self, job_id: str, done: int, total: int) -> None:
        """Say how far a job is; one that gets on is not counted as failing when its worker is stopped."""
        with self._store.transaction() as connection:
            values = {"done": done, "total": total, "attempts": 0}
            if connection.execute(update(jobs).where(self._held([job_id])).values(**values)).rowcount != 1:
                raise LostLease(LOST)

    def hand_back(self, job_id: str) -> None:
        """Queue a job again that this worker was stopped in."""
        with self._store.transaction() as connection:
            values = {"state": "queued", "lease_until": None, "attempts": 0}
            connection.execute(update(jobs).where(self._held([job_id])).values(**values))

    def unfinished(self, kind: JobKind) -> list[Job]:
        """The jobs of a kind that are queued or running, oldest first."""
        query = select(jobs).where(jobs.c.kind == kind, jobs.c.state.in_(("queued", *RUNNING)))
        with self._store.engine.connect() as connection:
            return [job_of(row) for row in connection.execute(query.order_by(jobs.c.created_at))]

    def give_way(self, job_id: str, problem: str) -> None:
        """End a job, whoever holds it: another takes its place."""
        with self._store.transaction() as connection:
            open_still = and_(jobs.c.id == job_id, jobs.c.state.in_(("queued", *RUNNING)))
            connection.execute(update(jobs).where(open_still).values(**_ended("failed", problem=problem)))

    def finish(self, connection: Connection, made: Mapping[str, str | None]) -> None:
        """End jobs within the transaction that makes their documents live."""
        ended = update(jobs).where(self._held(list(made))).values(**_ended("done"))
        if connection.execute(ended).rowcount != len(made):
            raise LostLease(LOST)
        named = update(jobs).where(jobs.c.id == bindparam("job")).values(document_id=bindparam("made"))
        connection.execute(named, [{"job": job_id, "made": document_id} for job_id, document_id in made.items()])
        connection.execute(delete(job_pieces).where(job_pieces.c.job_id.in_(list(made))))

    def release(self, owner: str) -> None:
        """Free the jobs of workers whose name starts so and who are known to be dead."""
        with self._store.transaction() as connection:
            dead = and_(jobs.c.worker.startswith(owner, autoescape=True), jobs.c.state.in_(RUNNING))
            connection.execute(update(jobs).where(dead).values(lease_until=0.0))

    def _free(self, most: int, kind: JobKind) -> Any:
        return (
            select(jobs.c.id, jobs.c.attempts, jobs.c.size)
            .where(self._untaken(), jobs.c.kind == kind)
            .order_by(jobs.c.created_at)
            .limit(most)
        )

    def _untaken(self) -> Any:
        return or_(jobs.c.state == "queued", and_(jobs.c.state.in_(RUNNING), jobs.c.lease_until < self._clock()))

    def _taken(self, connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
        """Compare and set: among workers that saw a job free, one takes it."""
        if not ids:
            return ()
        mine = {"state": "reading", "worker": self._worker, "lease_until": self._clock() + LEASE_S}
        free = and_(jobs.c.id.in_(ids), self._untaken())
        connection.execute(update(jobs).where(free).values(**mine, attempts=jobs.c.attempts + 1))
        taken = select(jobs).where(jobs.c.id.in_(ids), *(jobs.c[name] == value for name, value in mine.items()))
        return connection.execute(taken.order_by(jobs.c.created_at)).all()

    def _give_up(self, connection: Connection) -> None:
        """End jobs whose worker died too often."""
        hopeless = and_(jobs.c.attempts >= MAX_ATTEMPTS, self._untaken())
        for job_id in connection.execute(select(jobs.c.id).where(hopeless)).scalars().all():
            still = and_(jobs.c.id == job_id, hopeless)
            if connection.execute(update(jobs).where(still).values(**_ended("failed", problem=GAVE_UP))).rowcount:
                _drop(connection, job_id)

    def _end(self, connection: Connection, job_id: str, state: str, **values: str | None) -> bool:
        """End a job that this worker still holds, and let go of its file."""
        ended = connection.execute(update(jobs).where(self._held([job_id])).values(**_ended(state, **values)))
        if ended.rowcount == 1:
            _drop(connection, job_id)
        return ended.rowcount == 1

    def _held(self, ids: Sequence[str]) -> Any:
        return and_(jobs.c.id.in_(ids), jobs.c.worker == self._worker, jobs.c.state.in_(RUNNING))


def _ended(state: str, **values: Any) -> dict[str, Any]:
    return {"state": state, "finished_at": now().isoformat(), "lease_until": None, **values}


def _drop(connection: Connection, job_id: str) -> None:
    connection.execute(delete(job_pieces).where(job_pieces.c.job_id == job_id))


def _file(connection: Connection, job_id: str, size: int) -> bytes:
    """The file of a job, put together piece by piece: two copies of it at most exist at a time."""
    if size <= _PIECE_BYTES:
        return connection.execute(_piece(job_id, 0)).scalar() or b""
    held = io.BytesIO()
    for ordinal in range(-(-size // _PIECE_BYTES)):
        held.write(connection.execute(_piece(job_id, ordinal)).scalar_one())
    return held.getvalue()


def _piece(job_id: str, ordinal: int) -> Any:
    return select(job_pieces.c.data).where(job_pieces.c.job_id == job_id, job_pieces.c.ordinal == ordinal)


def _source(row: Row[Any], data: bytes) -> Source:
    values: dict[str, Any] = json.loads(row.facts)
    asked_as = tuple(values.pop("asked_as", ()))
    for name in ("published", "effective_from", "effective_to", "retrieved"):
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    for name in ("repeals", "sources"):
        values[name] = tuple(values.get(name, ()))
    return Source(data, row.source_name, row.base, row.visibility, DocumentFacts(**values), asked_as)
