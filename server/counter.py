"""The counter: one per server. It admits requests, and knows what every route may need."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from agents import Ask, Desk, Event, Principal, Settings

from .identity import Identities, keep_session
from .limits import Limits
from .metrics import Metrics


@dataclass(frozen=True)
class Visit:
    """One request by a known person; `session` is the cookie to hand out to a new anonymous one."""

    counter: Counter
    who: Principal
    session: str | None
    secure: bool

    @property
    def desk(self) -> Desk:
        """The door to the agents."""
        return self.counter.desk

    def stream(self, ask: Ask) -> AsyncIterator[Event]:
        """One turn of this person, counted in the figures."""
        return self.counter.metrics.watched(self.desk.stream(ask, self.who))

    def leave(self, response: Response) -> None:
        """Hand out the session cookie where it is due."""
        if self.session is not None:
            keep_session(response, self.session, secure=self.secure)


@dataclass(frozen=True)
class Counter:
    """What the routes share: the desk, the settings, who is who, how often one may ask, and the figures."""

    desk: Desk
    settings: Settings
    identities: Identities
    limits: Limits
    metrics: Metrics

    async def admit(self, request: Request) -> Visit:
        """Who is asking; raises `Problem` for bad tokens, foreign pages, and who asks too often."""
        known = await self.identities.of(request)
        self.limits.person(known.principal.id)
        return Visit(self, known.principal, known.session, request.url.scheme == "https")


async def _visit(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


Here = Annotated[Visit, Depends(_visit)]
