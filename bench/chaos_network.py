"""Reports through the real client, while replies get lost, requests arrive twice and the platform is killed."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tools import Case, CaseDraft, Cases, Platform, Principal, Unavailable

from .platform import wait_until_up
from .turns import free_port

ROOT = Path(__file__).parent.parent
SECRET = "c" * 40
APP = "hanzhi-desk"
LOST, DOUBLED = 0.2, 0.1
WORKERS = 8
WHO = Principal("citizen-1", frozenset(("citizen",)), verified=True)


class BadNetwork(httpx.AsyncBaseTransport):
    """A network that loses replies, delivers requests twice, and knows what it did."""

    def __init__(self, pick: random.Random) -> None:
        self._real = httpx.AsyncHTTPTransport()
        self.pick = pick
        self._late: set[asyncio.Task[None]] = set()
        self.did: Counter[str] = Counter()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver it; then perhaps once more, or lose what came back."""
        loses, doubles = self.pick.random() < LOST, self.pick.random() < DOUBLED
        self.did["requests"] += 1
        if doubles:
            self.did["delivered twice"] += 1
            again = asyncio.create_task(self._once_more(request, self.pick.random() / 5))
            self._late.add(again)
            again.add_done_callback(self._late.discard)
        response = await self._real.handle_async_request(request)
        await response.aread()
        if loses:
            self.did["replies lost"] += 1
            raise httpx.ReadError("the reply was lost", request=request)
        return response

    async def aclose(self) -> None:
        """Let what is still on its way arrive."""
        await asyncio.gather(*self._late)
        await self._real.aclose()

    async def _once_more(self, request: httpx.Request, after_s: float) -> None:
        """The same bytes again, a little later; what comes of it goes to nobody."""
        await asyncio.sleep(after_s)
        try:
            await (await self._real.handle_async_request(request)).aread()
        except httpx.TransportError:
            self.did["duplicates that met a dead platform"] += 1


@dataclass
class PlatformProcess:
    """The sandbox as a process of its own that can be killed and comes back with its data."""

    folder: Path
    port: int
    kills: int = 0
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = [sys.executable, "-m", "tools.unified.sandbox", "--port", str(self.port), "--app", APP]
        command += ["--data", str(self.folder), "--test-routes"]
        self._process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "HANZHI_PLATFORM_SECRET": SECRET})
        wait_until_up(f"{self.url}/open311/v2/services.json")

    def kill(self) -> None:
        """kill -9, whatever it is doing."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.kills += 1

    def stop(self) -> None:
        """End it."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)


@contextmanager
def platform_process(folder: Path) -> Iterator[PlatformProcess]:
    """A running platform, gone at the end whatever happens."""
    platform = PlatformProcess(folder, free_port())
    try:
        platform.start()
        yield platform
    finally:
        platform.stop()


@dataclass
class Created:
    """What was reported, what stood in the way, and what the platform has at the end."""

    wanted: int
    network: Counter[str]
    kills: int = 0
    resumed: int = 0
    seconds: float = 0.0
    cases: int = 0
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def lines(self) -> list[tuple[str, str]]:
        """The rows of the table."""
        rows = [
            ("reports made", f"{self.wanted} in {self.seconds:.0f} s"),
            *((name, str(count)) for name, count in sorted(self.network.items())),
            ("kill -9 of the platform", str(self.kills)),
            ("reports whose call failed for good, taken up again by their key", str(self.resumed)),
            ("cases on the platform", str(self.cases)),
        ]
        return rows + [(f"**{name}**", str(len(found))) for name, found in self.wrong.items()]


async def create_through_chaos(folder: Path, creates: int, seed: int, kill_every: int = 60) -> Created:
    """Report so many cases, each at a place of its own, with a kill about every so many requests; then count."""
    pick = random.Random(seed)
    network = BadNetwork(pick)
    told = Created(creates, network.did)
    with platform_process(folder) as platform:
        client = Platform(base_url=platform.url, app_key=APP, secret=SECRET, transport=network, timeout_s=4.0)
        began, done = time.perf_counter(), asyncio.Event()
        killer = asyncio.create_task(_kill_now_and_then(platform, network, kill_every, done))
        try:
            numbers = await _create_all(Cases(client), creates, told)
        finally:
            done.set()
            await killer
        told.seconds, told.kills = time.perf_counter() - began, platform.kills
        await client.close()
        _count(platform, numbers, told)
    return told


async def _kill_now_and_then(platform: PlatformProcess, network: BadNetwork, every: int, done: asyncio.Event) -> None:
    """Kill it at random moments in the midst of requests and start it again, for as long as there is work."""
    while True:
        until = network.did["requests"] + network.pick.randint(every // 2, every * 3 // 2)
        while network.did["requests"] < until:
            if done.is_set():
                return
            await asyncio.sleep(network.pick.uniform(0.001, 0.02))
        platform.kill()
        await asyncio.to_thread(platform.start)


async def _create_all(cases: Cases, creates: int, told: Created) -> dict[int, str]:
    """Several at a time; each until it has a number, as the desk does: by the same key."""
    left, numbers = iter(range(creates)), dict[int, str]()

    async def work() -> None:
        for one in left:
            numbers[one] = (await _until_made(cases, one, told)).number

    await asyncio.gather(*(work() for _ in range(WORKERS)))
    return numbers


async def _until_made(cases: Cases, one: int, told: Created) -> Case:
    # Far enough apart that no report joins another one's case.
    lon, lat = 114.25 + one % 40 * 0.001, 30.55 + one // 40 * 0.001
    draft = CaseDraft(f"第{one}处井盖破损", f"测试路{one}号", "C0101", lon, lat)
    tried = 0
    while True:
        try:
            return await cases.create(draft, WHO, f"chaos-{one}")
        except Unavailable:
            tried += 1
            told.resumed += tried == 1
            await asyncio.sleep(0.3)


def _count(platform: PlatformProcess, numbers: dict[int, str], told: Created) -> None:
    state = httpx.get(f"{platform.url}/sandbox/state", trust_env=False, timeout=60).json()
    by_number = Counter(row["number"] for row in state["cases"])
    by_place = Counter(row["description"] for row in state["cases"])
    made = Counter(row["object_id"] for row in state["changes"] if row["action"] == "created")
    told.cases = len(state["cases"])
    told.wrong = {
        "reported more than once": [place for place, count in by_place.items() if count > 1],
        "acknowledged, but not there": [number for number in numbers.values() if by_number[number] != 1],
        "there, but never acknowledged": sorted(set(by_number) - set(numbers.values())),
        "joined to another case": [str(row["id"]) for row in state["cases"] if row["report_count"] != 1],
        "made more or less than once by the change log": [key for key, count in made.items() if count != 1],
    }
    if told.cases != told.wanted:
        told.wrong["cases too many or too few"] = [str(told.cases - told.wanted)]
