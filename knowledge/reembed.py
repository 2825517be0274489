"""Vectors by another embedding: made while search answers from the old ones, then put in their place at once.

What was made survives a stop: passages are looked for in the new vectors before they are embedded again.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from typing import Final

from langchain_core.embeddings import Embeddings
from sqlalchemy import Connection

from .current_vectors import CurrentVectors
from .errors import KnowledgeError
from .intake import Intake
from .jobs import Jobs, Leased, LostLease
from .records import Job, Source
from .search import document_of
from .store import Indexed, Store, now
from .vectors import VectorIndex

_log = logging.getLogger(__name__)
KIND: Final = "reembed"
_DOCUMENTS, _PIECES, _POLL_S = 50, 256, 4.0
REPLACED = "换成这个向量模型的任务已由后来的一次代替。"
INTERNAL = "换向量模型时出了内部错误（{0}），检索仍用原来的向量。请重试；仍然失败时，把任务编号告诉运维人员。"
OpenEmbeddings = Callable[[str], Embeddings]


class Reembedding:
    """A thread that does the jobs of one kind: all passages embedded anew."""

    def __init__(
        self, jobs: Jobs, store: Store, intake: Intake, vectors: CurrentVectors, open_by_name: OpenEmbeddings
    ) -> None:
        self._jobs, self._store, self._intake, self._vectors = jobs, store, intake, vectors
        self._open = open_by_name
        self._asking = threading.Lock()
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="library-reembedding", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the running batch and end; the job goes on after the next opening."""
        self._stopped.set()
        self._wake.set()
        self._thread.join()

    def ask(self, name: str, *, probe: bool = True) -> Job:
        """Queue a job for an embedding, or give the one under way for it; one for another gives way.

        With `probe`, raises `EmbeddingUnavailable` at once when the embedding gives no vector.
        """
        if probe:
            self._open(name).embed_query("试")
        with self._asking:
            for job in self._jobs.unfinished(KIND):
                if job.source_name == name:
                    return job
                self._jobs.give_way(job.id, REPLACED)
            job = Job(f"j_{secrets.token_hex(8)}", "queued", name, "", now(), None, None, None, kind=KIND)
            self._jobs.add(job, Source(b"", name, ""))
        self._wake.set()
        return job

    def under_way(self) -> Job | None:
        """The job that is queued or running, if there is one."""
        return next(iter(self._jobs.unfinished(KIND)), None)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                held = self._jobs.claim(1, KIND)
                if held:
                    self._run(held[0])
            except Exception:  # the database may be away for a while; the lease sees to it that the job goes on
                _log.exception("the re-embedding worker will try again")
                held = []
            if not held:
                self._wake.wait(_POLL_S)

    def _run(self, job: Leased) -> None:
        name = job.source.name
        _log.info("embedding all passages anew with %s", name)
        try:
            if self._made(job, self._vectors.index.beside(self._open(name))):
                _log.info("search now uses the vectors of %s", name)
            else:
                self._jobs.hand_back(job.id)
        except LostLease:
            _log.warning("the job %s was taken over or replaced", job.id)
        except KnowledgeError as problem:
            _log.warning("not re-embedded with %s: %s", name, problem)
            self._jobs.fail(job.id, str(problem))
        except Exception as problem:
            _log.error("job %s failed", job.id, exc_info=problem)
            self._jobs.fail(job.id, INTERNAL.format(type(problem).__name__))

    def _made(self, job: Leased, target: VectorIndex) -> bool:
        """Embed what is missing until little is, then exchange; False when stopped before the end."""

        def finish(connection: Connection) -> None:
            self._jobs.finish(connection, {job.id: None})

        while not self._stopped.is_set():
            known = self._store.piece_ids([each.id for each in self._store.entries()])
            missing = set(known) - target.ids()
            self._jobs.move([job.id], "embedding")
            self._jobs.progress(job.id, len(known) - len(missing), len(known))
            if self._filled(job, target, missing, len(known)) and self._intake.exchange(target, finish):
                return True
        return False

    def _filled(self, job: Leased, target: VectorIndex, missing: Collection[str], total: int) -> bool:
        documents = sorted({document_of(each) for each in missing})
        left = len(missing)
        for start in range(0, len(documents), _DOCUMENTS):
            pieces = self._store.indexed(documents[start : start + _DOCUMENTS])
            pieces = [each for each in pieces if each.passage.id in missing]
            for first in range(0, len(pieces), _PIECES):
                if self._stopped.is_set():
                    return False
                left -= self._add(target, pieces[first : first + _PIECES])
                self._jobs.progress(job.id, total - left, total)
        return True

    def _add(self, target: VectorIndex, pieces: Sequence[Indexed]) -> int:
        target.add(pieces, target.embed(pieces))
        return len(pieces)
