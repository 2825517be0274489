"""The gate: every request passes here first and last. Host, trace id, headers, one log line, no escaping error."""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request, Response
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agents import LOOPBACK

from . import wording
from .problems import Problem, problem_response

_log = logging.getLogger("server.access")
_failures = logging.getLogger("server.failures")
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?")
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)
_HEADERS = [
    (b"content-security-policy", _CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_NO_STORE = (b"cache-control", b"no-store")
CLIENT_LEFT = 499
Seen = Callable[[str, str, int, float], None]


@dataclass
class _Passage:
    """What became of one request."""

    status: int = 0


class Gate:
    """Wraps the application; `loopback` means that only names of this machine are answered (DNS rebinding).

    `seen` is told of every request: method, route, status, seconds.
    """

    def __init__(self, app: ASGIApp, *, loopback: bool, seen: Seen) -> None:
        self._app = app
        self._loopback = loopback
        self._seen = seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = secrets.token_hex(8)
        scope.setdefault("state", {})["trace_id"] = trace_id
        passage, started = _Passage(), time.perf_counter()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                passage.status = message["status"]
                message["headers"] = _with_ours(message.get("headers", ()), trace_id)
            await send(message)

        try:
            await self._pass(scope, receive, sending, passage)
        finally:
            seconds = time.perf_counter() - started
            self._seen(scope["method"], _route(scope), passage.status, seconds)
            _write_line(scope, passage.status, seconds, trace_id)

    async def _pass(self, scope: Scope, receive: Receive, sending: Send, passage: _Passage) -> None:
        try:
            if self._loopback and not _is_local(scope):
                await _answer(scope, 421, wording.BAD_HOST)(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)
        except ClientDisconnect:
            passage.status = CLIENT_LEFT
        except Exception as problem:
            trace_id = scope["state"]["trace_id"]
            _failures.error("request failed", exc_info=problem, extra={"trace_id": trace_id})
            if not passage.status:
                detail = wording.DETAILS[500].format(trace_id=trace_id)
                await _answer(scope, 500, detail)(scope, receive, sending)


def _answer(scope: Scope, status: int, detail: str) -> Response:
    return problem_response(Request(scope), Problem(status, detail))


def _with_ours(headers: list[tuple[bytes, bytes]], trace_id: str) -> list[tuple[bytes, bytes]]:
    added = [*headers, *_HEADERS, (b"x-trace-id", trace_id.encode())]
    if not any(name.lower() == b"cache-control" for name, _ in headers):
        added.append(_NO_STORE)
    return added


def _is_local(scope: Scope) -> bool:
    hosts = [value for name, value in scope["headers"] if name == b"host"]
    match = _HOST.fullmatch(hosts[0].decode("latin-1")) if len(hosts) == 1 else None
    return match is not None and match[1].strip("[]").lower() in LOOPBACK


def _route(scope: Scope) -> str:
    """The template of the route that answered, `-` when there is none."""
    return getattr(scope.get("route"), "path", None) or "-"


def _write_line(scope: Scope, status: int, seconds: float, trace_id: str) -> None:
    """The path's template only: ids are fine, what people typed into an address is not."""
    if not _log.isEnabledFor(logging.INFO):
        return
    line = {
        "method": scope["method"],
        "path": _route(scope),
        "status": status,
        "ms": round(1000 * seconds, 1),
        "trace_id": trace_id,
    }
    _log.info("request", extra={"line": line})
