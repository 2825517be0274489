"""Cases under /api/v1."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ..finding import CaseQuery, find_cases
from ..lifecycle import scope_of
from .auth import CheckedCaller
from .bodies import CaseBody, TransitionBody
from .casework import Casework, view
from .domain import ground_of, request_id
from .problems import BAD_PARAMETER, Problem, envelope

router = APIRouter(prefix="/api/v1")


def _casework(request: Request) -> Casework:
    return Casework(ground_of(request))


@router.post("/cases")
def create_case(body: CaseBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Report a case."""
    work = _casework(request)
    return envelope(
        work.report(caller.who, body, caller.write(request, body.model_dump(), work.now())), request_id(request)
    )


@router.get("/cases")
def list_cases(query: Annotated[CaseQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Find cases this person may see, newest first."""
    try:
        found = find_cases(query, scope_of(caller.who), ground_of(request).store.rows)
    except ValueError as problem:
        raise Problem(BAD_PARAMETER, str(problem)) from None
    page = {"index": query.page, "size": query.size, "total": found.total}
    return envelope([view(row, caller.who) for row in found.rows], request_id(request), page=page)


@router.get("/cases/{case}")
def get_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One case by id or number."""
    return envelope(view(_casework(request).see(caller.who, case), caller.who), request_id(request))


@router.post("/cases/{case}/urge")
def urge_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Ask for speed, once in 24 hours."""
    work = _casework(request)
    return envelope(work.urge(caller.who, case, caller.write(request, {}, work.now())), request_id(request))


@router.post("/cases/{case}/transitions")
def move_case(case: str, body: TransitionBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Move a case to its next state."""
    work = _casework(request)
    write = caller.write(request, body.model_dump(), work.now())
    return envelope(work.move(caller.who, case, body, write), request_id(request))
