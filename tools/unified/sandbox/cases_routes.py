"""Cases under /api/v1."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ..finding import CITY_ZONE, CaseQuery, find_cases
from ..lifecycle import scope_of
from .auth import CheckedCaller
from .bodies import ApprovalBody, CaseBody, DecisionBody, MergeBody, SuperviseBody, TransitionBody, VisitBody
from .case_approvals import Approvals
from .case_merging import Merging
from .case_moves import Moves
from .case_ratings import RatingBody, Ratings
from .case_view import view
from .case_visits import Visits
from .casework import Casework, Nearby
from .domain import ground_of, request_id
from .problems import BAD_PARAMETER, Problem, envelope

router = APIRouter(prefix="/api/v1")


@router.post("/cases")
def create_case(body: CaseBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Report a case; the answer says `linked` when it repeats an open one nearby."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Casework(ground).report(caller.who, body, write), request_id(request))


@router.get("/cases")
def list_cases(query: Annotated[CaseQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Find cases this person may see, newest first; the most pressing first when asked by deadline."""
    ground = ground_of(request)
    try:
        found = find_cases(query, scope_of(caller.who), ground.store.rows, ground.clock())
    except ValueError as problem:
        raise Problem(BAD_PARAMETER, str(problem)) from None
    page = {"index": query.page, "size": query.size, "total": found.total}
    return envelope([view(row, caller.who, ground.now()) for row in found.rows], request_id(request), page=page)


@router.get("/cases/similar")
def similar_cases(
    request: Request,
    caller: CheckedCaller,
    category: Annotated[str, Query(alias="class", min_length=2, max_length=10)],
    lon: Annotated[float, Query(ge=-180, le=180)],
    lat: Annotated[float, Query(ge=-90, le=90)],
    within_m: Annotated[float, Query(gt=0, le=5000)] = 200,
    days: Annotated[int, Query(ge=1, le=365)] = 30,
) -> dict[str, Any]:
    """Cases of the same kind nearby, as anybody may know them, nearest first."""
    ground = ground_of(request)
    since = (ground.clock().astimezone(CITY_ZONE) - timedelta(days=days)).isoformat(timespec="seconds")
    near = Nearby(category, lon, lat, within_m, since, only_open=False)
    return envelope(Casework(ground).similar(near, 20), request_id(request))


@router.post("/cases/supervise")
def supervise_cases(body: SuperviseBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Watch open cases."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Merging(ground).supervise(caller.who, body, write), request_id(request))


@router.post("/cases/merge")
def merge_cases(body: MergeBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Make one of several cases; the earliest leads."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Merging(ground).merge(caller.who, body, write), request_id(request))


@router.get("/cases/{case}")
def get_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One case by id or number."""
    return envelope(Casework(ground_of(request)).see(caller.who, case), request_id(request))


@router.post("/cases/{case}/urge")
def urge_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Ask for speed, once in 24 hours."""
    ground = ground_of(request)
    write = caller.write(request, {}, ground.now())
    return envelope(Casework(ground).urge(caller.who, case, write), request_id(request))


@router.post("/cases/{case}/rating")
def rate_case(case: str, body: RatingBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """How satisfied somebody who reported a case is with it."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Ratings(ground).rate(caller.who, case, body, write), request_id(request))


@router.post("/cases/{case}/transitions")
def move_case(case: str, body: TransitionBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Move a case to its next state."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Moves(ground).move(caller.who, case, body, write), request_id(request))


@router.post("/cases/{case}/visits/{kind}")
def report_visit(case: str, kind: str, body: VisitBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """What was found on the spot: `verify` a report, or `check` a finished case."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Visits(ground).report(caller.who, case, kind, body, write), request_id(request))


@router.get("/tasks")
def list_tasks(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The visits that wait to be made, the most pressing first."""
    return envelope(Visits(ground_of(request)).waiting(caller.who), request_id(request))


@router.post("/cases/{case}/approvals")
def ask_approval(case: str, body: ApprovalBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Ask for more time, or to let the case rest."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Approvals(ground).ask(caller.who, case, body, write), request_id(request))


@router.get("/cases/{case}/approvals")
def list_approvals(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """What was asked about a case, newest first."""
    return envelope(Approvals(ground_of(request)).of_case(caller.who, case), request_id(request))


@router.post("/approvals/{approval}/decision")
def decide_approval(approval: int, body: DecisionBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Approve or turn down."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Approvals(ground).decide(caller.who, approval, body, write), request_id(request))


@router.get("/notices")
def list_notices(request: Request, caller: CheckedCaller, after: Annotated[int, Query(ge=0)] = 0) -> dict[str, Any]:
    """What the platform has to tell this person, oldest first."""
    query = """SELECT notices.id, notices.at, cases.number AS case_number, kind, text FROM notices
      JOIN cases ON cases.id = notices.case_id WHERE person = ? AND notices.id > ? ORDER BY notices.id LIMIT 100"""
    return envelope(ground_of(request).store.rows(query, (caller.who.id, after)), request_id(request))
