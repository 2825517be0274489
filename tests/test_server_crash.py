"""kill -9 between confirm and receipt: after a restart there is exactly one case, and the user sees its receipt."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from .conftest import CACHE

ROOT = Path(__file__).parent.parent
SECRET = "p" * 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_up(url: str, process: subprocess.Popen[bytes]) -> None:
    # One client: making one takes longer than the wait between two tries.
    with httpx.Client(timeout=1, trust_env=False) as asking:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"the process ended with {process.returncode}")
            try:
                if asking.get(url).status_code < 500:
                    return
            except httpx.TransportError:
                time.sleep(0.05)
    raise RuntimeError(f"{url} never came up")


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[str]:
    """The sandbox as a process of its own, reached over the network."""
    port = free_port()
    command = [sys.executable, "-m", "tools.unified.sandbox", "--port", str(port), "--data", str(tmp_path / "platform")]
    environment = {**os.environ, "HANZHI_PLATFORM_SECRET": SECRET}
    process = subprocess.Popen([*command, "--test-routes"], cwd=ROOT, env=environment)
    wait_until_up(f"http://127.0.0.1:{port}/open311/v2/services.json", process)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(timeout=10)


@contextmanager
def desk_process(folder: Path, platform: str, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The product as a process of its own, gone at the end whatever happens."""
    environment = {
        **os.environ,
        "HANZHI_PORT": str(port),
        "HANZHI_DATA_DIR": str(folder),
        "HANZHI_CACHE_DIR": str(CACHE),
        "HANZHI_BUNDLED_KNOWLEDGE": "false",
        "HANZHI_PLATFORM_URL": platform,
        "HANZHI_PLATFORM_SECRET": SECRET,
    }
    process = subprocess.Popen([sys.executable, "-m", "server"], cwd=ROOT, env=environment)
    try:
        wait_until_up(f"http://127.0.0.1:{port}/readyz", process)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def citizen(port: int) -> Iterator[httpx.Client]:
    """Somebody at the counter, logged in."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30, trust_env=False) as api:
        token = api.post("/demo/login", json={"identity": "citizen-1"}).json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        yield api


def propose(api: httpx.Client) -> dict[str, Any]:
    conversation = api.post("/conversations", json={}).json()["id"]
    for text in ("解放大道和新华路路口有个井盖破了，差点绊倒人",):
        reply: dict[str, Any] = api.post(f"/conversations/{conversation}/turns", json={"text": text}).json()
    assert reply["outcome"]["is"] == "confirm", reply
    return reply


@pytest.mark.parametrize("kind", ["timeout_after_commit", "latency"])
def test_a_kill_during_execution_ends_in_one_case(tmp_path: Path, platform: str, kind: str) -> None:
    """`timeout_after_commit`: the platform stored it, the answer never came. `latency`: it was still on its way."""
    port = free_port()
    with desk_process(tmp_path / "desk", platform, port) as desk, citizen(port) as api:
        reply = propose(api)
        fault = {"match": "POST /api/v1/cases", "kind": kind, "seconds": 4, "times": 1}
        assert httpx.post(f"{platform}/sandbox/faults", json=fault).status_code < 300
        path = f"/conversations/{reply['conversation_id']}/actions/{reply['actions'][0]['id']}"
        confirm = threading.Thread(target=_ignoring_the_cut, args=(api, path))
        confirm.start()
        time.sleep(1.0)
        desk.send_signal(signal.SIGKILL)
        desk.wait(timeout=10)
        confirm.join(timeout=20)

    with desk_process(tmp_path / "desk", platform, port), citizen(port) as api:
        last = _last_turn(api, reply["conversation_id"])
        assert last["reply"]["outcome"]["is"] == "done", last
        number = last["reply"]["receipts"][0]["object_id"]
        rows = httpx.get(f"{platform}/sandbox/state").json()["cases"]
        assert [row["number"] for row in rows] == [number]
        again = api.post(path, json={"decision": "confirm"})
        assert again.status_code == 409
        assert len(httpx.get(f"{platform}/sandbox/state").json()["cases"]) == 1


def _ignoring_the_cut(api: httpx.Client, path: str) -> None:
    try:
        api.post(path, json={"decision": "confirm"})
    except httpx.TransportError:
        return


def _last_turn(api: httpx.Client, conversation_id: str) -> dict[str, Any]:
    turn: dict[str, Any] = {}
    for _ in range(300):
        turn = api.get(f"/conversations/{conversation_id}").json()["turns"][-1]
        if turn["reply"] is not None and turn["text"] == "确认提交":
            return turn
        time.sleep(0.1)
    return turn
