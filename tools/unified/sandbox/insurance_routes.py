"""Insurance over HTTP: own enrolments, filings, bindings; providers and the catalogue for everybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request

from ...insured import bundled_insurance
from .auth import CheckedCaller
from .domain import ground_of, request_id
from .insurance import BindingBody, DecisionBody, FilingBody, Insurance
from .problems import envelope

router = APIRouter(prefix="/api/v1")


@router.get("/enrolments")
def list_enrolments(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Own enrolment and those of people one looks after."""
    return envelope(Insurance(ground_of(request)).enrolments(caller.who), request_id(request))


@router.post("/offsite-filings")
def file_offsite(body: FilingBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """File care outside the city."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(mode="json"), ground.now())
    return envelope(Insurance(ground).file(caller.who, body, write), request_id(request))


@router.post("/family-bindings")
def bind_family(body: BindingBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Bind a member of the family."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(mode="json"), ground.now())
    return envelope(Insurance(ground).bind(caller.who, body, write), request_id(request))


@router.get("/family-bindings")
def list_bindings(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Bindings one asked for or is asked about."""
    return envelope(Insurance(ground_of(request)).bindings(caller.who), request_id(request))


@router.post("/family-bindings/{number}/decision")
def decide_binding(number: str, body: DecisionBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The bound adult agrees or refuses."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Insurance(ground).decide(caller.who, number, body.agree, write), request_id(request))


@router.get("/providers")
def list_providers(
    kind: Literal["hospital", "pharmacy"],
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    request: Request,
    caller: CheckedCaller,
) -> dict[str, Any]:
    """Providers nearest first, with their status as of a day."""
    data = bundled_insurance()
    found = [{**asdict(each), "metres": metres} for each, metres in data.near(kind, (lon, lat))]
    return envelope({"providers": found, "as_of": data.as_of, "demo": True}, request_id(request))


@router.get("/insurance-catalogue")
def list_entries(
    q: Annotated[str, Query(min_length=1, max_length=300)], request: Request, caller: CheckedCaller
) -> dict[str, Any]:
    """Catalogue entries some words name."""
    data = bundled_insurance()
    found = [asdict(each) for each in data.entries(q)]
    return envelope({"entries": found, "as_of": data.as_of, "demo": True}, request_id(request))
