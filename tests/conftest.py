"""Fixtures shared by all tests: a whole house in a temporary folder, and a real server on a free port."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn

from agents import House, Settings, open_house
from server import create_app
from tools import Principal

T = TypeVar("T")
# Fitted intents are kept between runs: fitting them costs seconds in every process.
ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".pytest_cache" / "hanzhi"
CITIZEN = Principal("citizen-1", frozenset(("citizen",)), name="测试市民", verified=True)
OTHER = Principal("citizen-2", frozenset(("citizen",)), name="另一位市民", verified=True)
ANYBODY = Principal("anon-0123456789abcdef", frozenset(("anonymous",)))
OPERATOR = Principal("operator-1", frozenset(("operator",)))


# What is imported and collected stays: searching it for garbage again and again takes a quarter of that time.
gc.disable()


def pytest_collection_finish() -> None:
    """From here on garbage is searched for as ever, among what the tests make."""
    gc.freeze()
    gc.enable()


def settings_in(folder: Path, **changes: Any) -> Settings:
    """Settings with their data in `folder`, without demo cases; nothing comes from the environment of the tester."""
    return Settings(**{"data_dir": folder, "cache_dir": CACHE, "secret": "x" * 40, "sandbox_demo": False, **changes})


def run(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run one async test body."""
    return asyncio.run(work())


def _furnish(folder: Path, changes: Mapping[str, Any]) -> None:
    """A library with the bundled documents, a real one, copied to where a house would fill one for seconds."""
    if changes.keys() & {"embedding", "bundled_knowledge", "data_dir"} or (folder / "knowledge").exists():
        return
    ready = _library()
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copytree(ready, folder / "knowledge", ignore=shutil.ignore_patterns("*.lock"))


@lru_cache(maxsize=1)
def _library() -> Path:
    """The library of a new house, kept between runs as long as nothing in `knowledge` changed."""
    state = hashlib.sha256()
    for path in sorted(
        p for p in ROOT.joinpath("knowledge").rglob("*") if p.is_file() and "__pycache__" not in p.parts
    ):
        state.update(path.read_bytes())
    ready = CACHE / f"library-{state.hexdigest()[:16]}"
    if not ready.exists():
        with tempfile.TemporaryDirectory() as folder:
            # A thread of its own: an event loop may be running here.
            filling = threading.Thread(target=_fill, args=(Path(folder),))
            filling.start()
            filling.join()
            half = CACHE / f"library-{os.getpid()}"
            shutil.copytree(Path(folder) / "knowledge", half)
            with suppress(OSError):
                half.rename(ready)
            shutil.rmtree(half, ignore_errors=True)
    return ready


def furnished(folder: Path, **changes: Any) -> Settings:
    """`settings_in`, with the library in place."""
    _furnish(folder, changes)
    return settings_in(folder, **changes)


def _fill(folder: Path) -> None:
    house = open_house(settings_in(folder))
    asyncio.run(house.close())


@asynccontextmanager
async def open_for_test(folder: Path, **changes: Any) -> AsyncIterator[House]:
    """A started house in a folder; `plugins` and `model` go to `open_house`."""
    extra = {name: changes.pop(name) for name in ("plugins", "model") if name in changes}
    async with open_house(furnished(folder, **changes), **extra) as house:
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
    settings = furnished(folder, port=port, **changes)
    house = open_house(settings, **extra)
    app = create_app(house.desk, settings, house.sandbox, house.world)
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


Visit = Callable[..., httpx.Client]


@pytest.fixture
def visit() -> Iterator[Visit]:
    """Gives people at a site's counter: a demo identity, or an anonymous one with a cookie jar of its own."""
    with ExitStack() as leaving:

        def enter(at: Site, identity: str = "") -> httpx.Client:
            api = leaving.enter_context(httpx.Client(base_url=f"{at.url}/api/v1", timeout=30, trust_env=False))
            if identity:
                token = api.post("/demo/login", json={"identity": identity}).json()["token"]
                api.headers["Authorization"] = f"Bearer {token}"
            return api

        yield enter


def opened(api: httpx.Client) -> str:
    """A new conversation of this person."""
    answer = api.post("/conversations", json={})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def say(api: httpx.Client, conversation: str, text: str, **headers: str) -> httpx.Response:
    """One message in a conversation."""
    return api.post(f"/conversations/{conversation}/turns", json={"text": text}, headers=headers)


def refused(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem of a refusal, which must be one of that status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    return problem


Answer = Callable[..., Awaitable[Any]]
