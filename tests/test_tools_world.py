"""The sandbox platform as the tools' tests use it: in process, and over a real network."""

from __future__ import annotations

import asyncio
import itertools
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn

from tools import Call, Case, CaseDraft, Cases, Faults, Platform, Principal, Sandbox, SandboxBusy, open_sandbox
from tools.unified.sandbox import FaultBody

T = TypeVar("T")
APP, SECRET = "desk", "a secret of the tests"
START = datetime(2026, 9, 1, 8, 40, tzinfo=ZoneInfo("Asia/Shanghai"))
CITIZEN = Principal("citizen-1", frozenset(("citizen",)), verified=True)
OTHER = Principal("citizen-2", frozenset(("citizen",)), verified=True)
ANYBODY = Principal("anon-1", frozenset(("anonymous",)))
CROSSING = CaseDraft("井盖碎了", "武汉市江汉区解放大道与新华路交叉口", "C0114", 114.275, 30.5905)


@dataclass
class World:
    """A sandbox, a client for it, its faults, and a clock one can turn."""

    sandbox: Sandbox
    platform: Platform
    faults: Faults
    url: str
    transport: httpx.AsyncBaseTransport | None
    clock: list[datetime]
    keys: Iterator[str] = field(default_factory=lambda: (f"key-{n}" for n in itertools.count()))
    places: Iterator[int] = field(default_factory=itertools.count)

    @property
    def cases(self) -> Cases:
        return Cases(self.platform)

    def key(self) -> str:
        return next(self.keys)

    def call(self, who: Principal = CITIZEN, key: str | None = None) -> Call:
        return Call(who, self.clock[0], key or self.key())

    async def report(self, who: Principal = CITIZEN, draft: CaseDraft | None = None) -> Case:
        """A report; without a draft each lies 200 m further along the road, so that none repeats another."""
        if draft is None:
            draft = replace(CROSSING, lon=CROSSING.lon + 0.002 * next(self.places))
        return await self.cases.create(draft, who, self.key())

    def fault(self, kind: Any, match: str, seconds: float = 1.0, times: int = 1) -> None:
        self.faults.add(FaultBody(match=match, kind=kind, seconds=seconds, times=times))

    def rows(self, table: str = "cases") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.sandbox.store.state()[table]
        return rows

    def wait(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)

    def raw(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.url, transport=self.transport, trust_env=False)

    def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        async def main() -> T:
            try:
                return await work()
            finally:
                await self.platform.close()

        return asyncio.run(main())


@contextmanager
def open_world(folder: Path, *, network: bool = False, timeout_s: float = 3.0) -> Iterator[World]:
    clock, faults = [START], Faults()
    sandbox = open_sandbox(folder, clock=lambda: clock[0], apps={APP: SECRET}, faults=faults, test_routes=True)
    server, url, transport = None, "http://sandbox", None
    if network:
        server, url = _serve(sandbox)
    else:
        transport = httpx.ASGITransport(app=sandbox.app)
    platform = Platform(base_url=url, app_key=APP, secret=SECRET, transport=transport, timeout_s=timeout_s)
    yield World(sandbox, platform, faults, url, transport, clock)
    if server is not None:
        server.should_exit = True
        server.thread.join(timeout=10)
    sandbox.close()


class Server(uvicorn.Server):
    thread: threading.Thread


def _serve(sandbox: Sandbox) -> tuple[Server, str]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = Server(uvicorn.Config(sandbox.app, lifespan="off", log_level="warning", ws="none"))
    server.thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    server.thread.start()
    while not server.started:
        time.sleep(0.01)
    return server, f"http://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture(name="world", params=["in process", "network"])
def give_world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path / "sandbox", network=request.param == "network") as opened:
        yield opened


@pytest.fixture(name="near")
def give_near(tmp_path: Path) -> Iterator[World]:
    """In process only, where the way there does not matter."""
    with open_world(tmp_path / "sandbox") as opened:
        yield opened


def test_a_folder_is_open_once(tmp_path: Path) -> None:
    with open_world(tmp_path), pytest.raises(SandboxBusy), open_world(tmp_path):
        pass


def test_cases_survive_a_restart(tmp_path: Path) -> None:
    with open_world(tmp_path) as first:
        made = first.run(lambda: first.report())
    with open_world(tmp_path) as second:
        assert second.run(lambda: second.cases.get(made.number, CITIZEN)) == made


def test_it_can_be_closed_from_another_thread_and_opened_again(tmp_path: Path) -> None:
    first = open_sandbox(tmp_path, clock=lambda: START, apps={})
    closing = threading.Thread(target=first.close)
    closing.start()
    closing.join()
    open_sandbox(tmp_path, clock=lambda: START, apps={}).close()
