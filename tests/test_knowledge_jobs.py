"""Ingestion jobs are durable: they end, fail with a reason, survive a stop, and are taken over from a dead worker."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import DocumentFacts, Job, Library, LoadedText, Source, UnknownDocument, UnreadableDocument, open_library
from knowledge.jobs import GAVE_UP, LEASE_S, MAX_ATTEMPTS, Jobs, LostLease
from knowledge.store import Store, now, open_store


def ended(library: Library, job: Job) -> Job:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        job = library.job(job.id)
        if job.ended:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job is still {job.state}")


class Brittle:
    """A plugin's loader with a bug."""

    suffixes: tuple[str, ...] = (".bug",)

    def load(self, data: bytes, name: str) -> LoadedText:
        raise ZeroDivisionError(name)


def test_a_job_takes_a_file_in_and_names_its_document(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    job = library.submit("停放在线内。".encode(), "a.txt", "operations", facts=DocumentFacts(issuer="市局"))
    done = ended(library, job)
    assert (job.state, done.state, done.problem) == ("queued", "done", None)
    assert done.finished_at is not None
    assert library.document(str(done.document_id)).issuer == "市局"
    library.close()


def test_one_bad_file_fails_alone_with_what_to_do(tmp_path: Path) -> None:
    library = open_library(tmp_path, loaders=[Brittle()])
    names = [f"{n}.txt" for n in range(6)]
    jobs = [library.submit(f"第{name}份说明。".encode(), name, "operations") for name in names]
    bad = library.submit(b"\0\1\2" * 50, "bad.txt", "operations")
    bug = library.submit(b"x", "a.bug", "operations")
    assert [ended(library, job).state for job in jobs] == ["done"] * 6
    assert "二进制" in str(ended(library, bad).problem)
    assert "ZeroDivisionError" in str(ended(library, bug).problem)
    later = library.submit("后来的说明。".encode(), "later.txt", "operations")
    assert ended(library, later).state == "done"
    assert library.verify().agree
    library.close()


def test_the_same_file_twice_ends_twice_with_one_document(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    jobs = [library.submit("停放在线内。".encode(), "a.txt", "operations") for _ in range(3)]
    assert len({ended(library, job).document_id for job in jobs}) == 1
    assert library.status()["documents"] == 1
    library.close()


def test_what_cannot_be_a_job_is_refused_at_once(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    for name, base in (
        ("a.xyz", "operations"),
        ("", "operations"),
        ("a.txt", ""),
        ("a.txt", "a/b"),
        ("a.txt", "x" * 65),
    ):
        with pytest.raises(Exception, match="。"):
            library.submit(b"text", name, base)
    with pytest.raises(UnreadableDocument):
        library.submit(b"text", "a.xyz", "operations")
    with pytest.raises(UnknownDocument):
        library.job("j_unknown")
    library.close()


def test_a_job_queued_when_the_library_closed_is_done_after_it_opens(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library._worker.stop()
    job = library.submit("停放在线内。".encode(), "a.txt", "operations")
    assert library.job(job.id).state == "queued"
    library._held.close()
    again = open_library(tmp_path)
    assert ended(again, job).state == "done"
    again.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'knowledge.db'}")
    yield opened
    opened.close()


class Clock:
    """A clock that stands until moved."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def queue(jobs: Jobs, *names: str) -> None:
    for name in names:
        job = Job(f"j_{name}", "queued", name, "operations", now(), None, None, None)
        jobs.add(job, Source(b"text", name, "operations", facts=DocumentFacts(repeals=("旧",)), asked_as=("问",)))


def test_a_job_is_taken_by_one_worker_only_with_all_that_was_stated(store: Store) -> None:
    first, second = Jobs(store, "one"), Jobs(store, "two")
    queue(first, "a", "b")
    taken = first.claim(10)
    assert [job.source.name for job in taken] == ["a", "b"]
    assert (taken[0].source.facts.repeals, taken[0].source.asked_as) == (("旧",), ("问",))
    assert second.claim(10) == []


def test_a_dead_workers_job_is_taken_over_within_thirty_seconds(store: Store) -> None:
    clock = Clock()
    dead, alive = Jobs(store, "dead", clock), Jobs(store, "alive", clock)
    queue(dead, "a")
    assert len(dead.claim(1)) == 1
    clock.time += LEASE_S - 1
    assert alive.claim(1) == []
    clock.time += 2
    assert LEASE_S + 5 < 30
    assert [job.id for job in alive.claim(1)] == ["j_a"]
    with pytest.raises(LostLease), store.transaction() as connection:
        dead.finish(connection, {"j_a": "d_1"})
    dead.fail("j_a", "too late")
    job = alive.get("j_a")
    assert job is not None
    assert job.state == "reading"


def test_a_living_worker_keeps_its_jobs(store: Store) -> None:
    clock = Clock()
    slow, other = Jobs(store, "slow", clock), Jobs(store, "other", clock)
    queue(slow, "a")
    slow.claim(1)
    for _ in range(5):
        clock.time += LEASE_S - 1
        slow.renew()
    assert other.claim(1) == []


def test_a_job_that_failed_with_its_worker_comes_alone_and_not_for_ever(store: Store) -> None:
    clock = Clock()
    jobs = Jobs(store, "one", clock)
    queue(jobs, "a", "b")
    assert len(jobs.claim(10)) == 2
    for _ in range(MAX_ATTEMPTS - 1):
        clock.time += LEASE_S + 1
        assert len(jobs.claim(10)) == 1
        assert len(jobs.claim(10)) == 1
    clock.time += LEASE_S + 1
    assert jobs.claim(10) == []
    given_up = [job for name in "ab" if (job := jobs.get(f"j_{name}"))]
    assert [(job.state, job.problem) for job in given_up] == [("failed", GAVE_UP)] * 2


def test_the_jobs_of_a_folders_former_owner_are_free_at_once(store: Store) -> None:
    queue(Jobs(store, "host:/data:1"), "a")
    Jobs(store, "host:/data:1").claim(1)
    successor = Jobs(store, "host:/data:2")
    successor.release("host:/data:")
    assert len(successor.claim(1)) == 1


def test_an_ended_job_keeps_no_file(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    job = ended(library, library.submit("停放在线内。".encode(), "a.txt", "operations"))
    with library._store.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT data FROM job_pieces WHERE job_id = ?", (job.id,)).scalar()
    library.close()
    assert kept is None
