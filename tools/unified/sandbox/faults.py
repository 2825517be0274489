"""Faults the sandbox plays on request: slow, broken, lying or silent answers."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .bodies import FaultBody
from .problems import RATE_LIMIT, UPSTREAM, envelope

CALLBACKS = frozenset(("duplicate_delivery", "dropped_callback"))
"""Faults of the platform's own calls, not of its answers."""


@dataclass
class _Armed:
    fault: FaultBody
    left: int
    seen: int = 0

    def hit(self) -> bool:
        """Whether this request, which fits, is one of those the fault is played on."""
        self.seen += 1
        on_turn = self.fault.nth is None or self.seen == self.fault.nth
        return self.left > 0 and on_turn and self.seen % (self.fault.every or 1) == 0


class Faults:
    """The switches. Each fault is played `times` times, in the order they were set."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()
        self.first_answers: dict[str, list[Message]] = {}

    def add(self, fault: FaultBody) -> None:
        """Arm a fault."""
        with self._lock:
            self._armed.append(_Armed(fault, fault.times))

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()
            self.first_answers.clear()

    @property
    def selective(self) -> bool:
        """Whether an armed fault looks at what a request asks for."""
        return any(armed.fault.args for armed in self._armed)

    def take(self, request: str, *, callback: bool = False, asked: Mapping[str, Any] | None = None) -> FaultBody | None:
        """The fault to play on this `METHOD /path` (or `CALLBACK type`), counted down."""
        with self._lock:
            for armed in self._armed:
                fits = (armed.fault.kind in CALLBACKS) == callback and fnmatchcase(request, armed.fault.match)
                if fits and _asks_for(armed.fault.args, asked or {}) and armed.hit():
                    armed.left -= 1
                    return armed.fault
        return None


class FaultPlayer:
    """Plain ASGI around the sandbox, so that a client who hangs up cancels nothing half done."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Play a fault, or pass the request on."""
        fault = None
        if scope["type"] == "http":
            path = str(scope["path"]).removeprefix(str(scope.get("root_path", "")))
            asked: Mapping[str, Any] = {}
            if self._faults.selective:
                body, receive = await _read(receive)
                asked = _asked(scope, body)
            fault = self._faults.take(f"{scope['method']} {path}", asked=asked)
        if fault is None:
            await self._app(scope, receive, send)
        else:
            await self._play(fault, scope, receive, send)

    async def _play(self, fault: FaultBody, scope: Scope, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "latency":
                await asyncio.sleep(fault.seconds)
                await self._app(scope, receive, send)
            case "timeout_after_commit":
                answer = await self._answer_of(scope, receive)
                await asyncio.sleep(fault.seconds)
                await _resend(answer, send)
            case "http_500":
                await _answer(send, 500, _broken(UPSTREAM, "平台内部错误。"))
            case "error_body":
                await _answer(send, 200, _broken(UPSTREAM, "平台内部错误。"))
            case "rate_limit":
                extra = [(b"retry-after", str(max(1, round(fault.seconds))).encode())]
                await _answer(send, 429, _broken(RATE_LIMIT, "请求过于频繁，请稍后再试。"), extra)
            case "malformed":
                await _answer(send, 200, b"<html>gateway</html>")
            case "drip":
                await _drip(send, _broken("0", "成功"), fault.seconds)
            case "empty":
                await _answer(send, 200, _emptied(await self._answer_of(scope, receive)))
            case "stale":
                key = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}"
                fresh = await self._answer_of(scope, receive)
                await _resend(self._faults.first_answers.setdefault(key, fresh), send)
            case "duplicate_ack":
                body, _ = await _read(receive)
                first = await self._answer_of(scope, _replaying(body))
                await self._answer_of(scope, _replaying(body))  # the network delivers it once more
                await _resend(first, send)

    async def _answer_of(self, scope: Scope, receive: Receive) -> list[Message]:
        """What the platform answers, kept instead of sent."""
        answer: list[Message] = []

        async def keep(message: Message) -> None:
            answer.append(message)

        await self._app(scope, receive, keep)
        return answer


def _asks_for(wanted: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return all(str(asked.get(name)) == str(value) for name, value in wanted.items())


def _asked(scope: Scope, body: bytes) -> dict[str, Any]:
    """The query parameters and the fields of a JSON body."""
    asked: dict[str, Any] = dict(parse_qsl(scope["query_string"].decode("latin-1")))
    try:
        sent = json.loads(body or b"{}")
    except ValueError:
        sent = {}
    return {**asked, **sent} if isinstance(sent, dict) else asked


async def _read(receive: Receive) -> tuple[bytes, Receive]:
    """The whole body, and a way to receive it again."""
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body, _replaying(body)


def _replaying(body: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _resend(answer: list[Message], send: Send) -> None:
    for message in answer:
        await send(message)


def _emptied(answer: list[Message]) -> bytes:
    """The same envelope with nothing in it: lists without members, records without content."""
    whole = json.loads(b"".join(message.get("body", b"") for message in answer) or b"{}")
    data = whole.get("data")
    if isinstance(data, dict):
        whole["data"] = {name: [] if isinstance(value, list) else value for name, value in data.items()}
    elif isinstance(data, list):
        whole["data"] = []
    if isinstance(whole.get("page"), dict):
        whole["page"]["total"] = 0
    return json.dumps(whole, ensure_ascii=False).encode()


def _broken(code: str, message: str) -> bytes:
    return json.dumps(envelope(None, "fault", code=code, message=message), ensure_ascii=False).encode()


async def _answer(send: Send, status: int, body: bytes, extra: list[tuple[bytes, bytes]] | None = None) -> None:
    headers = [(b"content-type", b"application/json"), *(extra or [])]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _drip(send: Send, body: bytes, seconds: float) -> None:
    """One byte at a time: every read succeeds, the whole never comes."""
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
    for index in range(len(body)):
        await asyncio.sleep(seconds)
        await send({"type": "http.response.body", "body": body[index : index + 1], "more_body": True})
    await send({"type": "http.response.body", "body": b""})
