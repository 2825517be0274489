"""Hostile files against a running server: how each ends, how long it takes, what it costs the server.

    python -m bench.hostile

Starts the server as its user would, uploads every file of `bench.hostile_files` over HTTP, waits until its job (for a
zip: those of the files inside) has ended, and samples the memory (RSS) of the server and of its children meanwhile.
Ends with 1 when a file was not refused as it should be or the server grew by more than 50 MB.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import Any

import httpx
import psutil

from .hostile_files import Hostile, all_hostile
from .turns import free_port, start, until_ready

LIMIT_MB = 50


class Sampler(threading.Thread):
    """The highest memory of a process and of its children, sampled every 10 ms."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._process, self._ended = process, threading.Event()
        self.server = self.first = process.memory_info().rss
        self.child = 0

    def run(self) -> None:
        """Sample until stopped."""
        while not self._ended.wait(0.01):
            self.server = max(self.server, self._process.memory_info().rss)
            for child in self._process.children():
                try:
                    # Just after the fork it still shows the memory that it shares with the server.
                    if time.time() - child.create_time() > 0.05:
                        self.child = max(self.child, child.memory_info().rss)
                except psutil.NoSuchProcess:
                    continue

    def stop(self) -> None:
        """End sampling."""
        self._ended.set()
        self.join()


@dataclass(frozen=True)
class Outcome:
    """How a file ended."""

    file: Hostile
    size: int
    problem: str
    seconds: float
    grown_mb: float
    child_mb: float

    @property
    def wrong(self) -> bool:
        """Whether it was not refused as it should be, or cost the server too much."""
        refused = self.file.says is None or re.search(self.file.says, self.problem)
        return not refused or self.grown_mb > LIMIT_MB

    def line(self) -> str:
        """A row of the table."""
        mark = "✗" if self.wrong else "✓"
        told = (self.problem or "read").replace("|", "｜")
        return (
            f"| {mark} {self.file.what} | {self.size / 1000:,.0f} KB | {told} | {self.seconds:.1f} "
            f"| {self.grown_mb:+.1f} | {self.child_mb:.0f} |"
        )


async def measure() -> list[Outcome]:
    """Start the server, upload everything, print a row for each."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = start(port, folder)
        await until_ready(port)
        try:
            base = f"http://127.0.0.1:{port}/api/v1"
            async with httpx.AsyncClient(base_url=base, timeout=120, trust_env=False) as api:
                token = (await api.post("/demo/login", json={"identity": "operator-1"})).json()["token"]
                api.headers["Authorization"] = f"Bearer {token}"
                print(
                    "| file | size | outcome | seconds | server MB | child MB |\n| --- | --- | --- | --- | --- | --- |"
                )
                return [await _one(api, psutil.Process(server.pid), each) for each in all_hostile()]
        finally:
            server.terminate()
            server.wait(30)


async def _one(api: httpx.AsyncClient, process: psutil.Process, file: Hostile) -> Outcome:
    # Made in a process of its own would change nothing here: it is the server's memory that is measured.
    data = file.make()
    sampler, started = Sampler(process), time.perf_counter()
    sampler.start()
    problem = await _upload(api, file.name, data)
    seconds = time.perf_counter() - started
    sampler.stop()
    grown, child = (sampler.server - sampler.first) / 1e6, sampler.child / 1e6
    outcome = Outcome(file, len(data), problem, seconds, grown, child)
    print(outcome.line(), flush=True)
    return outcome


async def _upload(api: httpx.AsyncClient, name: str, data: bytes) -> str:
    """Upload a file and wait; what was said against it, or nothing when it was read."""
    answer = await api.post("/knowledge/documents", data={"base": "hostile"}, files={"file": (name, data)})
    if answer.is_error:
        return f"{answer.status_code} {answer.json()['detail']}"
    job = await _ended(api, answer.json())
    problems = {job["problem"] or ""}
    for part in job["parts"]:
        problems.add((await _ended(api, (await api.get(f"/jobs/{part}")).json()))["problem"] or "")
    return " ".join(sorted(problems)).strip()


async def _ended(api: httpx.AsyncClient, job: dict[str, Any]) -> dict[str, Any]:
    while job["state"] not in ("done", "failed"):
        await asyncio.sleep(0.05)
        job = (await api.get(f"/jobs/{job['id']}")).json()
    return job


def main() -> None:
    """Run, print, judge."""
    outcomes = asyncio.run(measure())
    wrong = [each.file.what for each in outcomes if each.wrong]
    most = max(each.grown_mb for each in outcomes)
    print(f"\n{len(outcomes)} files; the server grew by at most {most:.1f} MB; load average {os.getloadavg()[0]:.1f}")
    if wrong:
        sys.exit(f"not as they should be: {json.dumps(wrong, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
