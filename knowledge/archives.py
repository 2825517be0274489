"""A zip archive in the queue becomes a job for each file inside; the archive itself is never a document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from .child import InnerFile, unpack
from .errors import UnreadableDocument
from .jobs import Jobs, Leased
from .records import Job, Source
from .store import now

SUFFIX = ".zip"
NESTED = "压缩包里的压缩包不再展开。请解压后，把里面的文件直接上传。"


def is_archive(name: str) -> bool:
    """Whether a file is to be unpacked, not read."""
    return PurePath(name).suffix.lower() == SUFFIX


def expand(jobs: Jobs, leased: Leased, check: Callable[[str], object]) -> None:
    """Queue a job for every file of an archive and end the archive's own.

    The jobs' ids follow from the archive's, so that doing it again after a crash queues nothing twice. `check` raises
    for a name that no loader takes: that job fails at once, and says why.
    """
    source = leased.source
    for number, inner in enumerate(unpack(source.data, source.name), start=1):
        _queue(jobs, f"{leased.id}-{number}", leased, inner, _refused(inner.name, check))
    jobs.end_archive(leased.id)


def _queue(jobs: Jobs, job_id: str, leased: Leased, inner: InnerFile, problem: str | None) -> None:
    if jobs.get(job_id) is not None:
        return
    source, at = leased.source, now()
    # What a person stated of the archive holds for each file, but each has its own title and number.
    facts = replace(source.facts, title=None, number=None)
    name = f"{source.name}/{inner.name}"
    job = Job(job_id, "failed" if problem else "queued", name, source.base, at, at if problem else None, None, problem)
    data = b"" if problem else inner.data
    jobs.add(job, Source(data, name, source.base, source.visibility, facts), parent=leased.id)


def _refused(name: str, check: Callable[[str], object]) -> str | None:
    if is_archive(name):
        return NESTED
    try:
        check(name)
    except UnreadableDocument as problem:
        return str(problem)
    return None
