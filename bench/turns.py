"""Turn latency of a running product against a floor: a plain FastAPI route streaming an equal reply.

    python -m bench.turns --turns 200 --concurrency 1

Starts the server as its user would (a process of its own, a fresh data folder), waits until it is ready,
then interleaves plain questions with requests to the floor, so that both see the same machine.
Prints start-up time, memory (RSS), p50/p99 of both and their ratio, and server CPU per turn.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

ROOT = Path(__file__).parent.parent
QUESTIONS = [
    "到2027年要打造多少个智能体应用？",
    "基本医保码激活率要达到多少？",
    "每万人拥有多少个5G基站？",
    "高性能算力规模目标是多少？",
    "高质量数据集要打造多少个？",
    "12345热线是怎么办理诉求的？",
    "什么是单元网格？",
    "武汉有多少家充电桩运营商？",
]
FLOOR = """
import asyncio, json, sys, uvicorn
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()
frames = json.loads(sys.argv[2])
@app.post("/floor")
async def floor():
    async def body():
        for frame in frames:
            yield frame
            await asyncio.sleep(0)
    return StreamingResponse(body(), media_type="text/event-stream")
uvicorn.run(app, port=int(sys.argv[1]), log_level="error")
"""


@dataclass
class Times:
    """Seconds per request."""

    whole: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)

    def line(self, name: str) -> str:
        """p50 and p99 in milliseconds."""
        first = 1000 * statistics.median(self.first)
        return f"{name:<12} p50 {self.at(0.5):7.1f} ms   p99 {self.at(0.99):7.1f} ms   first byte p50 {first:6.1f} ms"

    def at(self, share: float) -> float:
        """A percentile of the whole times, in milliseconds."""
        ordered = sorted(self.whole)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--turns", type=int, default=200)
    options.add_argument("--concurrency", type=int, default=1)
    asyncio.run(measure(options.parse_args()))


async def measure(options: argparse.Namespace) -> None:
    """Start both servers, interleave, report."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        first = time.perf_counter()
        desk = start(port, folder)
        await until_ready(port)
        first_run = time.perf_counter() - first
        desk.terminate()
        desk.wait(20)
        again = time.perf_counter()
        desk = start(port, folder)
        await until_ready(port)
        restart = time.perf_counter() - again
        try:
            await report(options, port, psutil.Process(desk.pid), first_run, restart)
        finally:
            desk.terminate()
            desk.wait(20)


async def report(options: argparse.Namespace, port: int, process: Any, first_run: float, restart: float) -> None:
    """Measure the turns and print everything."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=60) as api:
        frames = await warm(api)
        floor_port = free_port()
        floor = subprocess.Popen([sys.executable, "-c", FLOOR, str(floor_port), json.dumps(frames)])
        await until_ready(floor_port, "/docs")
        turns, plain = Times(), Times()
        before, started = cpu(process), time.perf_counter()
        gate = asyncio.Semaphore(options.concurrency)
        await asyncio.gather(*(one(api, floor_port, gate, n, turns, plain) for n in range(options.turns)))
        wall, spent = time.perf_counter() - started, cpu(process) - before
        floor.terminate()
        floor.wait(10)
    print(f"first start (loads the bundled knowledge) {first_run:.1f} s, restart {restart:.1f} s")
    print(f"memory (RSS) {process.memory_info().rss / 1e6:.0f} MB")
    print(turns.line("hanzhi"))
    print(plain.line("floor"))
    print(f"ratio        p50 {turns.at(0.5) / plain.at(0.5):7.1f}      p99 {turns.at(0.99) / plain.at(0.99):7.1f}")
    rate = options.turns / wall
    print(f"server CPU   {1000 * spent / options.turns:.1f} ms a turn; {rate:.0f} turns/s with the floor in between")
    print(f"load average {os.getloadavg()[0]:.1f}, concurrency {options.concurrency}, turns {options.turns}")


async def warm(api: httpx.AsyncClient) -> list[str]:
    """A few turns first; returns the frames of one reply for the floor to repeat."""
    conversation = (await api.post("/conversations", json={})).json()["id"]
    text = ""
    for question in QUESTIONS:
        async with api.stream(
            "POST", f"/conversations/{conversation}/turns", json={"text": question}, headers=SSE
        ) as answer:
            text = (await answer.aread()).decode()
    return [f"{frame}\n\n" for frame in text.split("\n\n") if frame]


SSE = {"Accept": "text/event-stream"}


async def one(api: httpx.AsyncClient, floor: int, gate: asyncio.Semaphore, n: int, turns: Times, plain: Times) -> None:
    """One question in a conversation of its own, and one floor request."""
    async with gate:
        conversation = (await api.post("/conversations", json={})).json()["id"]
        await timed(api, f"/conversations/{conversation}/turns", {"text": QUESTIONS[n % len(QUESTIONS)]}, turns)
        await timed(api, f"http://127.0.0.1:{floor}/floor", {}, plain)


async def timed(api: httpx.AsyncClient, url: str, body: dict[str, str], times: Times) -> None:
    """Time one streamed request."""
    started = time.perf_counter()
    async with api.stream("POST", url, json=body, headers=SSE) as answer:
        answer.raise_for_status()
        chunks = answer.aiter_bytes()
        await anext(chunks)
        times.first.append(time.perf_counter() - started)
        async for _ in chunks:
            pass
    times.whole.append(time.perf_counter() - started)


def start(port: int, folder: str) -> subprocess.Popen[bytes]:
    """The product as a process."""
    environment = {**os.environ, "HANZHI_PORT": str(port), "HANZHI_DATA_DIR": folder, "HANZHI_LOG_LEVEL": "warning"}
    return subprocess.Popen([sys.executable, "-m", "server"], cwd=ROOT, env=environment)


async def until_ready(port: int, path: str = "/readyz") -> None:
    """Poll until the server answers."""
    async with httpx.AsyncClient() as client:
        for _ in range(1200):
            try:
                if (await client.get(f"http://127.0.0.1:{port}{path}")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise SystemExit("the server did not become ready in 60 s")


def cpu(process: Any) -> float:
    """CPU seconds of the server so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def free_port() -> int:
    """A port nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
