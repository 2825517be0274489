"""API keys over HTTP: an operator makes one (its secret is shown this once), lists them, revokes one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Response
from pydantic import AfterValidator, Field, StringConstraints

from agents import KeyDraft

from .bodies import In, Out, refuse_control
from .chat import Id, Key, json_of
from .counter import Here
from .problems import refusals
from .reading import CounterRoute

router = APIRouter(prefix="/api/v1/keys", tags=["keys"], route_class=CounterRoute)
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(refuse_control)
]
Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6,15}$")]
KeyRole = Literal["citizen", "grid", "acceptor", "dispatcher", "supervisor", "department", "developer", "operator"]


class KeyIn(In):
    """What the key is for and may do; `days` ends it by itself."""

    name: Name = Field(examples=["每日指标导出"])
    roles: list[KeyRole] = Field(min_length=1, max_length=8)
    grids: list[Code] = Field(default_factory=list, max_length=1000)
    districts: list[Code] = Field(default_factory=list, max_length=100)
    department: Name | None = None
    days: int | None = Field(None, ge=1, le=3650)


class KeyBody(Out):
    """A key, without its secret."""

    id: str
    name: str
    roles: tuple[str, ...]
    grids: tuple[str, ...]
    districts: tuple[str, ...]
    department: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class NewKeyBody(KeyBody):
    """A key that was just made; `secret` is shown this once and kept nowhere."""

    secret: str


class KeyList(Out):
    """All keys, newest first."""

    keys: tuple[KeyBody, ...]


@router.post("", status_code=201, response_model=NewKeyBody, responses=refusals(409))
async def create_key(here: Here, body: KeyIn, key: Key = None) -> Response:
    """Make a key; for operators. Sent again with the same idempotency key it is refused: a secret is shown once."""
    draft = KeyDraft(
        body.name, frozenset(body.roles), tuple(body.grids), tuple(body.districts), body.department, body.days
    )
    made = await here.desk.keys.create(here.who, draft, idempotency_key=key)
    shown = KeyBody.model_validate(made.key).model_dump()
    return json_of(NewKeyBody(**shown, secret=made.secret), 201)


@router.get("", response_model=KeyList, responses=refusals())
async def list_keys(here: Here) -> Response:
    """All keys, the revoked too; for operators."""
    return json_of(KeyList(keys=tuple(KeyBody.model_validate(each) for each in await here.desk.keys.all(here.who))))


@router.delete("/{key_id}", status_code=204, response_class=Response, responses=refusals(404))
async def revoke_key(here: Here, key_id: Id) -> Response:
    """End a key at once; for operators."""
    await here.desk.keys.revoke(here.who, key_id)
    return Response(status_code=204)
