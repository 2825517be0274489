"""Who am I, which agents are there, what was done, is the house well; and demo identities in demo mode."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, StringConstraints

from agents import Principal

from . import wording
from .bodies import In, Out
from .chat import json_of
from .counter import Counter, Here
from .demo import IDENTITIES
from .problems import Problem, problem_response, refusals
from .reading import CounterRoute

router = APIRouter(prefix="/api/v1", tags=["about"], route_class=CounterRoute)
demo_router = APIRouter(prefix="/api/v1", tags=["demo"], route_class=CounterRoute)
health_router = APIRouter(tags=["health"])
_log = logging.getLogger(__name__)
_PROBE = Principal("readyz", frozenset())


class PersonBody(Out):
    """The person a request was made by."""

    id: str
    name: str | None
    roles: tuple[str, ...]
    verified: bool
    grids: tuple[str, ...]
    districts: tuple[str, ...]
    department: str | None
    represents: str | None


class DemoIdentityBody(Out):
    """A demo identity one may log in as."""

    identity: str
    name: str
    roles: tuple[str, ...]


class MeBody(PersonBody):
    """You, and which demo identities there are (none outside demo mode)."""

    anonymous: bool
    demo_identities: tuple[DemoIdentityBody, ...]


class AgentBody(Out):
    """An agent you may talk to."""

    name: str
    title: str
    description: str
    tools: tuple[str, ...]
    bases: tuple[str, ...]
    suggestions: tuple[str, ...]


class AgentList(Out):
    """The agents you may talk to."""

    agents: tuple[AgentBody, ...]


class AuditRowBody(Out):
    """One line of the audit."""

    id: int
    at: datetime
    who: str
    event: str
    object: str
    details: Mapping[str, Any]


class AuditBody(Out):
    """A page of the audit, newest first; `before` asks for the next page."""

    rows: tuple[AuditRowBody, ...]
    before: int | None


class LoginIn(In):
    """Whom to be."""

    identity: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,40}$")] = Field(examples=["citizen-1"])


class TokenBody(Out):
    """A token to send as `Authorization: Bearer …`."""

    token: str
    expires_at: datetime
    person: PersonBody


class HealthBody(Out):
    """Whether the process lives, or may be sent requests."""

    status: Literal["ok"]


@router.get("/me", response_model=MeBody, responses=refusals())
async def me(here: Here) -> Response:
    """Who you are to this server."""
    demo = IDENTITIES.values() if here.counter.identities.demo is not None else ()
    offered = tuple(
        DemoIdentityBody(identity=each.id, name=each.name or each.id, roles=tuple(sorted(each.roles))) for each in demo
    )
    body = _person(here.who).model_dump()
    return json_of(MeBody(**body, anonymous=here.who.id.startswith("anon-"), demo_identities=offered))


@router.get("/agents", response_model=AgentList, responses=refusals())
async def agents(here: Here) -> Response:
    """The agents you may talk to; which one answers is the desk's choice."""
    mine = (each for each in here.desk.agents if each.audience & here.who.roles)
    return json_of(AgentList(agents=tuple(AgentBody.model_validate(each) for each in mine)))


@router.get("/audit", response_model=AuditBody, responses=refusals())
async def audit(
    here: Here,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> Response:
    """What was done, by whom. For operators."""
    rows = await here.desk.audit(here.who, limit=limit, before=before)
    further = rows[-1].id if len(rows) == limit else None
    return json_of(AuditBody(rows=tuple(AuditRowBody.model_validate(each) for each in rows), before=further))


@demo_router.post("/demo/login", response_model=TokenBody, responses=refusals(404))
async def demo_login(here: Here, body: LoginIn) -> Response:
    """A token for a demo identity. This route exists in demo mode only."""
    demo = here.counter.identities.demo
    assert demo is not None, "the route is only served in demo mode"
    made = demo.issue(body.identity)
    until = datetime.fromtimestamp(made.expires_at, UTC)
    return json_of(TokenBody(token=made.token, expires_at=until, person=_person(made.principal)))


@health_router.get("/healthz", response_model=HealthBody)
async def healthz() -> Response:
    """The process lives."""
    return json_of(HealthBody(status="ok"))


@health_router.get("/readyz", response_model=HealthBody, responses={503: refusals(503)[503]})
async def readyz(request: Request) -> Response:
    """The house is open: its records can be read and its library is there."""
    counter: Counter = request.app.state.counter
    try:
        await counter.desk.conversations(_PROBE, limit=1)
        counter.desk.library.bases()
    except Exception as problem:  # whatever it is, this replica must get no requests; the log says why
        _log.error("not ready", exc_info=problem)
        return problem_response(request, Problem(503, wording.DETAILS[503]))
    return json_of(HealthBody(status="ok"))


def _person(who: Principal) -> PersonBody:
    return PersonBody(
        id=who.id,
        name=who.name,
        roles=tuple(sorted(who.roles)),
        verified=who.verified,
        grids=who.grids,
        districts=who.districts,
        department=who.department,
        represents=who.represents,
    )
