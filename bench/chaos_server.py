"""kill -9 of the whole server between a person's yes and the receipt; afterwards: done exactly once, and told."""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from agents import Settings
from server import serve

from .chaos_network import SECRET, PlatformProcess, platform_process
from .turns import free_port

# Each server is a process forked from one that has done nothing but import: killed as any other, started sooner.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["chromadb", "uvloop", "httptools", __name__])
REPORTS = (
    "解放大道和新华路路口有个井盖破了，差点绊倒人",
    "光谷广场地铁站B口对面的路灯不亮了，晚上黑漆漆的",
    "武珞路和中南路路口的红绿灯坏了，车都乱走",
)
CONFIRMED = "确认提交"
SLOW = ("latency", "timeout_after_commit")
AFTER_S = 1.0


@dataclass
class Killed:
    """How the confirmations ended that a kill fell upon."""

    kills: int = 0
    seconds: float = 0.0
    found: Counter[str] = field(default_factory=Counter)
    wrong: dict[str, list[str]] = field(default_factory=lambda: {"duplicates": [], "lost": [], "not told": []})

    def lines(self) -> list[tuple[str, str]]:
        """The rows of the table."""
        rows = [("kill -9 of the server", f"{self.kills} in {self.seconds:.0f} s")]
        rows += [(name, str(count)) for name, count in sorted(self.found.items())]
        return rows + [(f"**{name}**", str(len(found))) for name, found in self.wrong.items()]


@dataclass
class Round:
    """The confirmations one kill fell upon, and those of them that were answered before it."""

    shown: list[dict[str, Any]]
    over_at: float  # from then on nothing of them can still be on its way inside the platform
    answered: dict[str, int] = field(default_factory=dict)


def kill_servers(folder: Path, kills: int, seed: int) -> Killed:
    """Propose, say yes, kill somewhere in between, start again, count; as often as asked."""
    pick, told, began = random.Random(seed), Killed(), time.perf_counter()
    last: Round | None = None
    with platform_process(folder / "platform") as platform:
        for number in range(kills + 1):
            with server_process(folder / "desk", platform.url) as (process, url), _citizen(url) as api:
                if last is not None:
                    numbers = [_outcome(api, each, last.answered, told) for each in last.shown]
                    time.sleep(max(0.0, last.over_at - time.monotonic()))
                    _count(platform, numbers, told)
                if number < kills:
                    last = _one_kill(api, process, platform, pick)
                    told.kills += 1
        told.seconds = time.perf_counter() - began
    return told


def _one_kill(api: httpx.Client, process: BaseProcess, platform: PlatformProcess, pick: random.Random) -> Round:
    """Three people's yes at once under one kill, with the platform quick, slow, or late with its answer."""
    _ask(platform, "POST", "/sandbox/reset")
    shown, kind = [_propose(api, text) for text in REPORTS], pick.choice(("quick", *SLOW))
    slow_s, kill_after_s = 0.0, pick.uniform(0, 0.15)
    if kind in SLOW:
        slow_s, kill_after_s = pick.uniform(1, 3), pick.uniform(0.05, 1.5)
        fault = {"match": "POST /api/v1/cases", "kind": kind, "seconds": slow_s, "times": len(REPORTS)}
        _ask(platform, "POST", "/sandbox/faults", fault)
    this = Round(shown, time.monotonic() + slow_s + AFTER_S)
    saying = [threading.Thread(target=_say_yes, args=(api, each, this.answered)) for each in this.shown]
    for each in saying:
        each.start()
    time.sleep(kill_after_s)
    process.kill()
    process.join()
    for each in saying:
        each.join()
    _ask(platform, "DELETE", "/sandbox/faults")
    return this


def _outcome(api: httpx.Client, reply: dict[str, Any], answered: dict[str, int], told: Killed) -> str | None:
    """What the person finds after the restart; who finds the question still open says yes again."""
    talk, action = reply["conversation_id"], reply["actions"][0]["id"]
    told.found["yes said under a kill"] += 1
    path = f"/conversations/{talk}/actions/{action}"
    last = _settled(api, talk)
    if last["text"] != CONFIRMED:
        told.found["the yes never arrived: still open, and said again"] += 1
        done = api.post(path, json={"decision": "confirm"}).json()
        return str(done["receipts"][0]["object_id"]) if done.get("receipts") else None
    told.found["answered before the kill" if talk in answered else "killed between yes and receipt"] += 1
    if last["reply"] is None or last["reply"]["outcome"]["is"] != "done":
        told.wrong["not told"].append(f"{talk}: {last}")
        return None
    again = api.post(path, json={"decision": "confirm"})
    if again.status_code != 409:
        told.wrong["duplicates"].append(f"{action}: a second yes was answered {again.status_code}")
    return str(last["reply"]["receipts"][0]["object_id"])


def _count(platform: PlatformProcess, numbers: list[str | None], told: Killed) -> None:
    state = _ask(platform, "GET", "/sandbox/state").json()
    there = Counter(row["number"] for row in state["cases"])
    told.found["cases on the platform"] += len(state["cases"])
    told.wrong["lost"] += [str(number) for number in numbers if number is None or there[number] != 1]
    told.wrong["duplicates"] += [number for number in there if number not in numbers]
    told.wrong["duplicates"] += [str(row["id"]) for row in state["reports"][len(numbers) :]]


def _settled(api: httpx.Client, talk: str) -> dict[str, Any]:
    """The conversation's last turn once it has a reply; recovery runs in the background."""
    for _ in range(300):
        turn: dict[str, Any] = api.get(f"/conversations/{talk}").json()["turns"][-1]
        if turn["reply"] is not None:
            break
        time.sleep(0.1)
    return turn


def _propose(api: httpx.Client, text: str) -> dict[str, Any]:
    talk = api.post("/conversations", json={}).json()["id"]
    reply: dict[str, Any] = api.post(f"/conversations/{talk}/turns", json={"text": text}).json()
    if reply["outcome"]["is"] != "confirm":
        raise RuntimeError(f"no action was proposed for {text}: {reply['text']}")
    return reply


def _say_yes(api: httpx.Client, reply: dict[str, Any], answered: dict[str, int]) -> None:
    path = f"/conversations/{reply['conversation_id']}/actions/{reply['actions'][0]['id']}"
    try:
        answer = api.post(path, json={"decision": "confirm"})
    except httpx.TransportError:
        return  # the kill: what became of it is looked up after the restart
    answered[reply["conversation_id"]] = answer.status_code


def _ask(platform: PlatformProcess, method: str, path: str, body: Any = None) -> httpx.Response:
    answer = httpx.request(method, f"{platform.url}{path}", json=body, timeout=30, trust_env=False)
    answer.raise_for_status()
    return answer


@contextmanager
def server_process(folder: Path, platform: str) -> Iterator[tuple[BaseProcess, str]]:
    """The product as a process of its own over that platform, and where its interface is."""
    port = free_port()
    process = _FORKS.Process(target=_serve, args=(folder, port, platform))
    process.start()
    try:
        _until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield process, f"http://127.0.0.1:{port}/api/v1"
    finally:
        process.terminate()
        process.join(timeout=60)


def _serve(folder: Path, port: int, platform: str) -> None:
    """What the process does, from its start to its kill."""
    sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - for as long as the process lives
    settings = Settings(
        port=port, data_dir=folder, log_level="warning", bundled_knowledge=False, platform_url=platform,
        platform_secret=SecretStr(SECRET),
    )  # fmt: skip
    serve(settings)


def _until_ready(url: str, process: BaseProcess) -> None:
    for _ in range(1200):
        if not process.is_alive():
            raise RuntimeError(f"the server ended with {process.exitcode}")
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise RuntimeError(f"{url} never came up")


@contextmanager
def _citizen(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as api:
        token = api.post("/demo/login", json={"identity": "citizen-1"}).json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        yield api
