"""Faults the sandbox plays on request: slow, broken, lying or silent answers."""

from __future__ import annotations

import asyncio
import json
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .bodies import FaultBody
from .problems import RATE_LIMIT, UPSTREAM, envelope

CALLBACKS = frozenset(("duplicate_delivery", "dropped_callback"))
"""Faults of the platform's own calls, not of its answers."""


@dataclass
class _Armed:
    fault: FaultBody
    left: int


class Faults:
    """The switches. Each fault is played `times` times, in the order they were set."""

    def __init__(self) -> None:
        self._armed: list[_Armed] = []
        self._lock = threading.Lock()

    def add(self, fault: FaultBody) -> None:
        """Arm a fault."""
        with self._lock:
            self._armed.append(_Armed(fault, fault.times))

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def take(self, request: str, *, callback: bool = False) -> FaultBody | None:
        """The fault to play on this `METHOD /path` (or `CALLBACK type`), counted down."""
        with self._lock:
            for armed in self._armed:
                fits = (armed.fault.kind in CALLBACKS) == callback
                if fits and armed.left > 0 and fnmatchcase(request, armed.fault.match):
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
            fault = self._faults.take(f"{scope['method']} {path}")
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
                answer: list[Message] = []
                await self._app(scope, receive, _keeping(answer))
                await asyncio.sleep(fault.seconds)
                for message in answer:
                    await send(message)
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


def _keeping(messages: list[Message]) -> Send:
    async def keep(message: Message) -> None:
        messages.append(message)

    return keep


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
