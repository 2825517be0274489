"""How often one person, and one network address, may ask. In memory: each process counts for itself."""

from __future__ import annotations

import math

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from agents import Pacing, Settings

from . import wording
from .problems import Problem, problem_response

WITH_ISSUER = 300
"""A person's requests a minute where nothing is set and real people come in."""
_BURST_S = 20.0
_COUNTED = ("/api/", "/v1/", "/mcp", "/sandbox/")
_SMALLEST_BURST = 5.0


class Limits:
    """The pace of people (by id) and addresses; either may be unlimited."""

    def __init__(self, settings: Settings) -> None:
        given = settings.rate_person_per_minute
        self._people = _pacing(given if given is not None else WITH_ISSUER if settings.issuer else 0)
        self._addresses = _pacing(settings.rate_address_per_minute)

    def person(self, who: str) -> None:
        """Count one request of a person; raises a 429 `Problem` with `Retry-After`."""
        _check(self._people, who)

    def address(self, scope: Scope) -> None:
        """Count one request from an address; raises a 429 `Problem` with `Retry-After`."""
        client = scope.get("client")
        _check(self._addresses, client[0] if client else "")


class AddressLimit:
    """Counts addresses before anybody is asked who they are. Health checks, figures and the page are not counted."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app, self._limits = app, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request on, or answer 429."""
        if scope["type"] == "http" and str(scope["path"]).startswith(_COUNTED):
            try:
                self._limits.address(scope)
            except Problem as problem:
                await problem_response(Request(scope), problem)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _pacing(per_minute: int) -> Pacing | None:
    per_s = per_minute / 60
    return Pacing(per_s, max(_SMALLEST_BURST, per_s * _BURST_S)) if per_minute else None


def _check(pacing: Pacing | None, caller: str) -> None:
    wait_s = pacing.wait_s(caller) if pacing else 0.0
    if wait_s:
        seconds = math.ceil(wait_s)
        raise Problem(429, wording.TOO_OFTEN.format(seconds=seconds), Retry_After=str(seconds))
