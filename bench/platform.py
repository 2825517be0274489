"""What the platform's client costs per call, against bare httpx sending the same signed requests.

    python -m bench.platform --calls 500

Starts the sandbox as a process of its own, filled with demonstration cases, then interleaves calls through the client
(`Cases.get`, `Cases.search`) with the same requests through a plain `httpx.AsyncClient`: both see the same machine.
Prints median wall time and client-side CPU per call of both, and the difference.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tools import CaseQuery, Cases, Platform, Principal
from tools.unified.assertion import HEADER, assert_principal
from tools.unified.signing import Signed, sign_headers

ROOT = Path(__file__).parent.parent
APP, SECRET = "bench", "b" * 40
WHO = Principal("supervisor-1", frozenset(("supervisor",)))


@dataclass
class Costs:
    """Seconds per call."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def take(self, call: Callable[[], Awaitable[object]]) -> None:
        """Time one call."""
        wall, cpu = time.perf_counter(), time.process_time()
        await call()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    def show(self, name: str) -> str:
        """One line."""
        wall, cpu = statistics.median(self.wall) * 1000, statistics.mean(self.cpu) * 1000
        return f"{name:28} wall median {wall:6.2f} ms   client CPU mean {cpu:6.2f} ms"


async def measure(url: str, calls: int) -> None:
    """Interleave both ways, for a single case and for a page of twenty."""
    platform = Platform(base_url=url, app_key=APP, secret=SECRET)
    cases = Cases(platform)
    async with httpx.AsyncClient(base_url=url, trust_env=False) as bare:

        async def plain(path: str, query: tuple[tuple[str, str], ...]) -> object:
            headers = sign_headers(Signed("GET", path, query), APP, SECRET)
            headers[HEADER] = assert_principal(WHO, APP, SECRET)
            return (await bare.get(path, params=list(query), headers=headers)).json()

        first = (await cases.search(CaseQuery(), WHO)).cases[0].number  # type: ignore[call-arg]
        page = (("page", "1"), ("size", "20"))
        rows = {
            "one case": (lambda: cases.get(first, WHO), lambda: plain(f"/api/v1/cases/{first}", ())),
            "a page of 20": (lambda: cases.search(CaseQuery(), WHO), lambda: plain("/api/v1/cases", page)),  # type: ignore[call-arg]
        }
        for name, (ours, theirs) in rows.items():
            mine, floor = Costs(), Costs()
            for _ in range(calls):
                await mine.take(ours)
                await floor.take(theirs)
            print(mine.show(f"{name}, client"))
            print(floor.show(f"{name}, bare httpx, signed"))
            added = (statistics.mean(mine.cpu) - statistics.mean(floor.cpu)) * 1000
            print(f"{'':28} the client adds {added:.2f} ms CPU per call\n")
    await platform.close()


def main() -> None:
    """Start the sandbox, measure, stop it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=500)
    calls = parser.parse_args().calls
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tools.unified.sandbox", "--port", str(port), "--data", folder, "--app", APP]
        environment = {**os.environ, "HANZHI_PLATFORM_SECRET": SECRET}
        process = subprocess.Popen([*command, "--demo"], cwd=ROOT, env=environment)
        try:
            wait_until_up(f"http://127.0.0.1:{port}/open311/v2/services.json")
            print(f"load average {os.getloadavg()[0]:.1f}, {calls} calls of each, interleaved\n")
            asyncio.run(measure(f"http://127.0.0.1:{port}", calls))
        finally:
            process.terminate()
            process.wait(timeout=10)


def wait_until_up(url: str) -> None:
    """Until the sandbox answers."""
    for _ in range(300):
        try:
            httpx.get(url, trust_env=False, timeout=1)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the sandbox did not start")


if __name__ == "__main__":
    main()
