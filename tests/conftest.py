"""Fixtures shared by all tests: a whole house in a temporary folder, and a real server on a free port."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
import uvicorn

from agents import House, Settings, open_house
from server import create_app
from tools import Principal

T = TypeVar("T")
CITIZEN = Principal("citizen-1", frozenset(("citizen",)), name="测试市民", verified=True)
OTHER = Principal("citizen-2", frozenset(("citizen",)), name="另一位市民", verified=True)
ANYBODY = Principal("anon-0123456789abcdef", frozenset(("anonymous",)))
OPERATOR = Principal("operator-1", frozenset(("operator",)))


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings with their data in `folder`; nothing is read from the environment of the person testing."""
    return Settings(**{"data_dir": folder, "secret": "x" * 40, **changes})


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run one async test body."""
    return asyncio.run(work())


@asynccontextmanager
async def open_for_test(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """A started house in a folder; `plugins` and `model` go to `open_house`."""
    extra = {name: changes.pop(name) for name in ("plugins", "model") if name in changes}
    async with open_house(settings_in(folder, **changes), **extra) as house:
        yield house


@dataclass(frozen=True)
class Site:
    """A running server."""

    url: str
    house: House


@contextmanager
def serving(folder: Path, **changes: Any) -> Iterator[Site]:
    """A real server in a thread on a free port."""
    extra = {name: changes.pop(name) for name in ("plugins", "model") if name in changes}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    settings = settings_in(folder, port=port, **changes)
    house = open_house(settings, **extra)
    app = create_app(house.desk, settings, house.sandbox)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", lifespan="off", ws="none"))

    async def main() -> None:
        async with house:
            await server.serve()

    thread = threading.Thread(target=lambda: asyncio.run(main()), daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the test server did not start")
        time.sleep(0.02)
    try:
        yield Site(f"http://127.0.0.1:{port}", house)
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One server for all tests that do not care what else is in it."""
    with serving(tmp_path_factory.mktemp("site")) as running:
        yield running


Answer = Callable[..., Awaitable[Any]]
