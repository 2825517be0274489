"""How a library grows: ingest rate, memory, disk and search time at every size on the way.

    python -m bench.scale --laws laws.jsonl.gz --folder FOLDER --passages 200000 --seconds 280

The statutes are taken in again and again, each round as a base of its own (`laws0`, `laws1` …) with its round in every
title; every fifth law is for staff, every seventh has ended. The folder is kept: run again to go on where it stopped.
CPU seconds are the figures to compare; wall figures stand beside the load of the machine.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import psutil

from knowledge import DocumentFacts, Library, Query, Source, open_embeddings, open_library

from .questions import read_laws

DAY = date(2026, 6, 1)
_GROUP, _ASKED = 40, 300


def main() -> None:
    """Grow the library until it is large enough or time is up, then measure it."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--laws", type=Path, required=True)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--passages", type=int, default=100_000)
    asked.add_argument("--seconds", type=float, default=280)
    asked.add_argument("--embedding", default="static")
    given = asked.parse_args()
    began, spent = time.monotonic(), time.process_time()
    library = open_library(given.folder, embeddings=open_embeddings(given.embedding))
    print(f"opened after {time.monotonic() - began:.1f} s, {time.process_time() - spent:.1f} s CPU", flush=True)
    _grow(library, given.laws, given.passages, began + 0.8 * given.seconds)
    _ask(library, given.laws)
    library.close()
    size = sum(each.stat().st_size for each in given.folder.rglob("*") if each.is_file())
    print(f"disk {size / 1e6:.0f} MB", flush=True)


def _grow(library: Library, path: Path, wanted: int, until: float) -> None:
    known = {(each.base, each.source_name) for each in library.documents()}
    start, spent, wall = library.status()["passages"], time.process_time(), time.monotonic()
    group: list[Source] = []
    count = start
    for source in _sources(path):
        if count >= wanted or time.monotonic() > until:
            break
        if (source.base, source.name) not in known:
            group.append(source)
        if len(group) == _GROUP:
            library.add_many(group)
            group, count = [], library.status()["passages"]
    cpu, wall = time.process_time() - spent, time.monotonic() - wall
    added = library.status()["passages"] - start
    if added:
        print(f"{added} passages added: {added / cpu:.0f} per CPU second, {added / wall:.0f} per second", flush=True)


def _sources(path: Path) -> Iterator[Source]:
    laws = list(read_laws(path))
    for turn in range(1000):
        for number, (law, text) in enumerate(laws):
            facts = DocumentFacts(title=f"{law}·{turn}", effective_to=date(2025, 12, 31) if number % 7 == 0 else None)
            visibility = "staff" if number % 5 == 0 else "public"
            yield Source(text.encode(), f"{number}.md", f"laws{turn}", visibility, facts)


def _ask(library: Library, path: Path) -> None:
    pick = random.Random(0)
    lines = [line for _, text in read_laws(path) for line in text.split("\n") if len(line) > 40]
    walls, cpus = [], []
    for number in range(_ASKED + 50):
        line = pick.choice(lines)
        start = pick.randrange(len(line) - 20)
        began, spent = time.perf_counter(), time.process_time()
        library.search(Query(line[start : start + pick.randrange(8, 21)], DAY))
        if number >= 50:  # the first ones map the indexes into memory
            walls.append(1000 * (time.perf_counter() - began))
            cpus.append(1000 * (time.process_time() - spent))
    counts = library.status()
    print(
        f"{counts['passages']} passages of {counts['documents']} documents in {len(library.bases())} bases:"
        f" search p50 {np.median(walls):.1f} ms, p95 {np.quantile(walls, 0.95):.1f} ms;"
        f" CPU mean {np.mean(cpus):.1f} ms, p95 {np.quantile(cpus, 0.95):.1f} ms;"
        f" RSS {psutil.Process().memory_info().rss / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
