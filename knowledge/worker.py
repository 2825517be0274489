"""The worker: takes leased jobs in small groups through reading, cutting and embedding; one bad file fails alone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from .archives import expand, is_archive
from .errors import KnowledgeError
from .intake import Intake
from .jobs import LEASE_S, Jobs, Leased, LostLease
from .reading import draft
from .records import LoadedText, Source
from .store import Draft

_log = logging.getLogger(__name__)
Result = TypeVar("Result")
_GROUP = 128
_POLL_S = 4.0
INTERNAL = "入库时出了内部错误（{0}）。请重试一次；仍然失败时，把任务编号告诉运维人员。"


class Worker:
    """A thread that does the jobs, and one that keeps their leases alive."""

    def __init__(
        self, jobs: Jobs, intake: Intake, load: Callable[[Source], LoadedText], check: Callable[[str], object]
    ) -> None:
        self._jobs, self._intake, self._load, self._check = jobs, intake, load, check
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._threads = [
            threading.Thread(target=self._work, name="library-worker", daemon=True),
            threading.Thread(target=self._keep_leases, name="library-leases", daemon=True),
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def stop(self) -> None:
        """Finish the running group and end."""
        self._stopped.set()
        self._wake.set()
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                group = self._jobs.claim(_GROUP)
                if group:
                    self.run(group)
            except Exception:  # the database may be away for a while; the leases see to it that nothing is lost
                _log.exception("the ingestion worker will try again")
                group = []
            if not group:
                self._wake.wait(_POLL_S)

    def run(self, group: Sequence[Leased]) -> None:
        """Take a group of jobs to their end."""
        files = [job for job in group if not is_archive(job.source.name)]
        for job in group:
            if job not in files:
                self._tried(job, lambda job: expand(self._jobs, job, self._check))
        loaded = [(job, text) for job in files if (text := self._tried(job, lambda job: self._load(job.source)))]
        self._jobs.move([job.id for job, _ in loaded], "cutting")
        texts = {job.id: text for job, text in loaded}
        made = [
            (job, each) for job, _ in loaded if (each := self._tried(job, lambda job: draft(job.source, texts[job.id])))
        ]
        self._jobs.move([job.id for job, _ in made], "embedding")
        if made:
            self._take(made)

    def _take(self, made: Sequence[tuple[Leased, Draft]]) -> None:
        def finish(connection: Connection, ids: Mapping[int, str]) -> None:
            self._jobs.finish(connection, {made[place][0].id: document_id for place, document_id in ids.items()})

        try:
            self._intake.take([each for _, each in made], finish)
        except LostLease:
            _log.warning("another worker took over some of %s", [job.id for job, _ in made])
            if len(made) > 1:
                self._one_by_one(made)
        except Exception as problem:
            if len(made) > 1:
                self._one_by_one(made)
            else:
                self._failed(made[0][0], problem)

    def _one_by_one(self, made: Sequence[tuple[Leased, Draft]]) -> None:
        for each in made:
            self._take([each])

    def _tried(self, job: Leased, step: Callable[[Leased], Result]) -> Result | None:
        try:
            return step(job)
        except Exception as problem:
            self._failed(job, problem)
            return None

    def _failed(self, job: Leased, problem: Exception) -> None:
        """A problem that the uploader can mend is told as it is; any other is a bug and is logged whole."""
        if isinstance(problem, KnowledgeError):
            self._jobs.fail(job.id, str(problem))
        else:
            _log.error("job %s failed", job.id, exc_info=problem)
            self._jobs.fail(job.id, INTERNAL.format(type(problem).__name__))

    def _keep_leases(self) -> None:
        while not self._stopped.wait(LEASE_S / 4):
            try:
                self._jobs.renew()
            except Exception:  # a lease that cannot be renewed lapses, and the job is done again
                _log.exception("could not renew the leases of ingestion jobs")
