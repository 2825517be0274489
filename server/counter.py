"""The counter: one per server. It admits requests, and knows what every route may need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from agents import Desk, Principal, Settings

from .identity import Identities, keep_session


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

    def leave(self, response: Response) -> None:
        """Hand out the session cookie where it is due."""
        if self.session is not None:
            keep_session(response, self.session, secure=self.secure)


@dataclass(frozen=True)
class Counter:
    """What the routes share: the desk, the settings, and who is who."""

    desk: Desk
    settings: Settings
    identities: Identities

    async def admit(self, request: Request) -> Visit:
        """Who is asking; raises `Problem` for bad tokens and foreign pages."""
        known = await self.identities.of(request)
        return Visit(self, known.principal, known.session, request.url.scheme == "https")


async def _visit(request: Request) -> Visit:
    visit: Visit = request.state.visit
    return visit


Here = Annotated[Visit, Depends(_visit)]
