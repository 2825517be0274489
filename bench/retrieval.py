"""How well and how fast the library finds: against question sets, beside LangChain's own, and at scale.

    python -m bench.retrieval --squad cmrc2018_dev.json.gz --squad drcd_dev.json.gz --peers
    python -m bench.retrieval --beir FOLDER
    python -m bench.retrieval --laws laws.jsonl.gz --passages 100000

Quality is counted by document: Recall@1, Recall@5, MRR@10, with the 95 % interval of Recall@5 (bootstrap over the
questions). "Refusal" asks questions whose documents are left out of half the library: the area under the ROC curve
of `coverage`, and how many such questions it catches when 5 % of the answerable ones are refused.
Scale counts wall and CPU time, RSS and disk with visibility and validity filters at work.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import numpy as np
import psutil

from knowledge import DocumentFacts, Library, Query, Source, open_embeddings, open_library

from .peers import ensemble, word_cuts
from .questions import QuestionSet, read_beir, read_laws, read_squad

DAY = date(2026, 6, 1)
_TOP, _WIDE, _GROUP = 10, 40, 200
Find = Callable[[str], list[str]]


def main() -> None:
    """Run what was asked for and print it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--squad", type=Path, action="append", default=[])
    asked.add_argument("--beir", type=Path, action="append", default=[])
    asked.add_argument("--laws", type=Path)
    asked.add_argument("--passages", type=int, default=100_000)
    asked.add_argument("--embedding", default="static")
    asked.add_argument("--weight", type=float, action="append")
    asked.add_argument("--peers", action="store_true")
    given = asked.parse_args()
    for each in (*map(read_squad, given.squad), *map(read_beir, given.beir)):
        print(f"\n{each.name}: {len(each.questions)} questions, {len(each.documents)} documents")
        quality(each, given.embedding, given.weight or [0.75, 1.0], given.peers)
        refusal(each, given.embedding, (given.weight or [0.75])[0])
    if given.laws:
        scale(given.laws, given.passages, given.embedding, (given.weight or [0.75])[0])


def quality(asked: QuestionSet, embedding: str, weights: Sequence[float], peers: bool) -> None:
    """Print a line for each weight and each peer."""
    print(f"{'':34}   R@1    R@5 (95 %)             MRR@10   CPU ms a question")
    with tempfile.TemporaryDirectory() as place:
        for weight in weights:
            with filled(Path(place), asked.documents, embedding, weight) as (library, names):
                _line(f"library, weight {weight}", asked, finder(library, names))
        if peers:
            with filled(Path(place), asked.documents, embedding, weights[0]) as (library, names):
                passages = [each for document in names for each in library.passages(document)]
            for cut_name, cut in word_cuts().items():
                for weight in (0.5, 0.75):
                    by_id = ensemble(passages, open_embeddings(embedding), cut, weight)
                    _line(
                        f"EnsembleRetriever, {cut_name}, {weight}",
                        asked,
                        lambda question, by_id=by_id, names=names: [names[each] for each in by_id(question)],
                    )


@contextmanager
def filled(
    place: Path, documents: dict[str, str], embedding: str, weight: float
) -> Iterator[tuple[Library, dict[str, str]]]:
    """A library that holds documents (the same again changes nothing), and the name behind each id."""
    library = open_library(place, embeddings=open_embeddings(embedding), keyword_weight=weight)
    try:
        sources = [Source(text.encode(), f"{name}.txt", "bench") for name, text in documents.items()]
        for start in range(0, len(sources), _GROUP):
            library.add_many(sources[start : start + _GROUP])
        yield library, {each.id: each.source_name.removesuffix(".txt") for each in library.documents()}
    finally:
        library.close()


def finder(library: Library, names: dict[str, str]) -> Find:
    """A question → names of documents, best first."""
    return lambda question: list(
        dict.fromkeys(names[hit.document.id] for hit in library.search(Query(question, DAY, k=_WIDE)).hits)
    )


def _line(name: str, asked: QuestionSet, find: Find) -> None:
    began = time.process_time()
    ranks = np.array([_rank(find(question), wanted) for question, wanted in asked.questions])
    spent = (time.process_time() - began) / len(ranks)
    hit = (ranks < 5).astype(float)
    draws = np.random.default_rng(0).choice(hit, (1000, len(hit))).mean(axis=1)
    low, high = np.quantile(draws, (0.025, 0.975))
    reciprocal = np.where(ranks < _TOP, 1 / (ranks + 1), 0).mean()
    print(
        f"{name:34} {100 * (ranks < 1).mean():6.2f} {100 * hit.mean():6.2f} [{100 * low:.2f}, {100 * high:.2f}]"
        f" {100 * reciprocal:10.2f} {1000 * spent:10.2f}",
        flush=True,
    )


def _rank(found: Sequence[str], wanted: frozenset[str]) -> int:
    return next((place for place, each in enumerate(found) if each in wanted), 10**6)


def refusal(asked: QuestionSet, embedding: str, weight: float) -> None:
    """How well `coverage` tells questions the library answers from those whose document it lacks."""
    kept = set(random.Random(0).sample(sorted(asked.documents), len(asked.documents) // 2))
    held = {name: text for name, text in asked.documents.items() if name in kept}
    with tempfile.TemporaryDirectory() as place, filled(Path(place), held, embedding, weight) as (library, _):
        here, absent = list[float](), list[float]()
        for question, wanted in asked.questions:
            found = library.search(Query(question, DAY))
            (here if wanted & kept else absent).append(found.coverage)
    ranks = np.argsort(np.argsort([*absent, *here], kind="stable")) + 1
    area = (ranks[len(absent) :].sum() - len(here) * (len(here) + 1) / 2) / (len(here) * len(absent))
    bar = float(np.quantile(here, 0.05))
    caught = float(np.mean(np.array(absent) < bar))
    print(
        f"refusal by coverage: ROC area {area:.3f}; refusing 5 % of {len(here)} answerable ones (below {bar:.2f})"
        f" catches {100 * caught:.1f} % of {len(absent)} others"
    )


def scale(path: Path, wanted: int, embedding: str, weight: float) -> None:
    """Ingest statutes as durable jobs, then search them, filters on."""
    process = psutil.Process()
    with tempfile.TemporaryDirectory() as place:
        library = open_library(Path(place), embeddings=open_embeddings(embedding), keyword_weight=weight)
        print(f"\n{path.name}: RSS {process.memory_info().rss / 1e6:.0f} MB before", flush=True)
        questions = _ingest(library, path, wanted)
        _ask(library, questions)
        library.close()
        began = time.perf_counter()
        library = open_library(Path(place), embeddings=open_embeddings(embedding), keyword_weight=weight)
        library.search(Query(questions[0], DAY))
        print(f"reopened and answered after {time.perf_counter() - began:.2f} s")
        agreement = library.verify()
        print(f"SQL and indexes agree: {agreement.agree} ({agreement.passages} passages)")
        library.close()
        size = sum(each.stat().st_size for each in Path(place).rglob("*") if each.is_file())
        print(f"RSS {process.memory_info().rss / 1e6:.0f} MB, disk {size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}")


def _ingest(library: Library, path: Path, wanted: int) -> list[str]:
    """One law a job; every fifth is for staff, every seventh expired, every eleventh not yet in force."""
    pick, questions, jobs, articles = random.Random(0), list[str](), list[str](), 0
    began, spent = time.perf_counter(), time.process_time()
    for number, (law, text) in enumerate(read_laws(path)):
        if articles >= wanted:
            break
        lines = [line for line in text.split("\n") if line and line[0] != "#"]
        articles += len(lines)
        questions.append(_question(pick.choice(lines), pick))
        facts = DocumentFacts(
            effective_to=date(2025, 12, 31) if number % 7 == 0 else None,
            effective_from=date(2027, 1, 1) if number % 11 == 0 and number % 7 else None,
            region="4201" if number % 3 == 0 else None,
        )
        visibility = "staff" if number % 5 == 0 else "public"
        jobs.append(library.submit(text.encode(), f"{number}-{law}.md", "laws", visibility=visibility, facts=facts).id)
    states = [_ended(library, job) for job in jobs]
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    count = library.status()["passages"]
    print(
        f"{len(jobs)} documents, {count} passages in {wall:.0f} s: {count / wall:.0f} passages/s"
        f" ({count / cpu:.0f} per CPU second); failed jobs: {states.count('failed')};"
        f" RSS {psutil.Process().memory_info().rss / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )
    return questions


def _question(line: str, pick: random.Random) -> str:
    start = pick.randrange(max(1, len(line) - 20))
    return line[start : start + pick.randrange(8, 21)] + pick.choice(("是怎么规定的", "要什么条件", "怎么办理", ""))


def _ended(library: Library, job_id: str) -> str:
    while not (job := library.job(job_id)).ended:
        time.sleep(0.1)
    return job.state


def _ask(library: Library, questions: Sequence[str]) -> None:
    for question in questions[:50]:  # the first ones map the index into memory
        library.search(Query(question, DAY))
    for name, region in (("visibility and validity", None), ("the same and a region", "4201")):
        walls, cpus = [], []
        for question in questions[50:1050]:
            began, spent = time.perf_counter(), time.process_time()
            library.search(Query(question, DAY, region=region))
            walls.append(1000 * (time.perf_counter() - began))
            cpus.append(1000 * (time.process_time() - spent))
        p50, p95, p99 = np.quantile(walls, (0.5, 0.95, 0.99))
        print(
            f"{len(walls)} questions with {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms, p99 {p99:.1f} ms;"
            f" CPU mean {np.mean(cpus):.1f} ms, p95 {np.quantile(cpus, 0.95):.1f} ms; load {os.getloadavg()[0]:.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
