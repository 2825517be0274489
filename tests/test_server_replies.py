"""kill -9 while a person's reply is under way: the citizen reads it once, the order holds it once; the platform's own
words come as events.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from .test_server_crash import citizen, desk_process, free_port, platform  # noqa: F401

SAID = "您好，我是受理员，已经联系物业了。"
KEY = {"Idempotency-Key": "say/1"}


def arrivals(api: httpx.Client, conversation: str, kind: str) -> list[dict[str, Any]]:
    """What arrived of a kind."""
    answer = api.get(f"/conversations/{conversation}/events")
    answer.raise_for_status()
    return [each for each in answer.json()["events"] if each["kind"] == kind]


@contextmanager
def staff(port: int) -> Iterator[httpx.Client]:
    """A person of the city, logged in."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=30, trust_env=False) as api:
        token = api.post("/demo/login", json={"identity": "acceptor-1"}).json()["token"]
        api.headers["Authorization"] = f"Bearer {token}"
        yield api


def messages(platform: str) -> list[str]:  # noqa: F811
    """What the order holds."""
    return [row["text"] for row in httpx.get(f"{platform}/sandbox/state").json()["order_messages"]]


def _speak(api: httpx.Client, conversation: str) -> None:
    try:
        api.post(f"/conversations/{conversation}/replies", json={"text": SAID}, headers=KEY)
    except httpx.TransportError:
        return


@pytest.mark.parametrize("kind", ["timeout_after_commit", "latency"])
def test_a_kill_while_a_person_speaks_ends_in_one_reply(tmp_path: Path, platform: str, kind: str) -> None:  # noqa: F811
    """`timeout_after_commit`: the order holds the words, the desk never heard so. `latency`: they were on their way."""
    port = free_port()
    with desk_process(tmp_path / "desk", platform, port) as desk, citizen(port) as api, staff(port) as person:
        conversation = api.post("/conversations", json={}).json()["id"]
        assert api.post(f"/conversations/{conversation}/handoff", json={}).is_success
        fault = {"match": "POST /api/v1/orders/*/messages", "kind": kind, "seconds": 4, "times": 1}
        assert httpx.post(f"{platform}/sandbox/faults", json=fault).status_code < 300
        speaks = threading.Thread(target=_speak, args=(person, conversation))
        speaks.start()
        time.sleep(1.0)
        desk.send_signal(signal.SIGKILL)
        desk.wait(timeout=10)
        speaks.join(timeout=20)

    with desk_process(tmp_path / "desk", platform, port), citizen(port) as api, staff(port) as person:
        end = time.monotonic() + 30
        while not (found := arrivals(api, conversation, "reply")) and time.monotonic() < end:
            time.sleep(0.1)
        assert [each["text"] for each in found] == [SAID]
        assert found[0]["data"]["by"] == "受理员"
        again = person.post(f"/conversations/{conversation}/replies", json={"text": SAID}, headers=KEY)
        assert again.json() == found[0]
        other = person.post(f"/conversations/{conversation}/replies", json={"text": "别的话"}, headers=KEY)
        assert other.status_code == 409
        assert arrivals(api, conversation, "reply") == found
    assert messages(platform) == [SAID]
