"""The native interface under /api/v1."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ...geocode import geocode
from ..finding import CaseQuery, find_cases
from ..lifecycle import scope_of
from .auth import CheckedCaller, relative_path
from .bodies import CaseBody, TransitionBody
from .casework import Casework, view
from .problems import BAD_PARAMETER, NOT_FOUND, Problem, envelope

router = APIRouter(prefix="/api/v1")


def _casework(request: Request) -> Casework:
    found: Casework = request.app.state.casework
    return found


def _id(request: Request) -> str:
    return str(request.state.request_id)


@router.post("/cases")
def create_case(body: CaseBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Report a case."""
    row = _casework(request).report(caller, body, relative_path(request))
    return envelope(view(row, caller.who), _id(request))


@router.get("/cases")
def list_cases(query: Annotated[CaseQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Find cases this person may see, newest first."""
    try:
        found = find_cases(query, scope_of(caller.who), _casework(request).store.rows)
    except ValueError as problem:
        raise Problem(BAD_PARAMETER, str(problem)) from None
    page = {"index": query.page, "size": query.size, "total": found.total}
    return envelope([view(row, caller.who) for row in found.rows], _id(request), page=page)


@router.get("/cases/{case}")
def get_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One case by id or number."""
    return envelope(view(_casework(request).see(caller, case), caller.who), _id(request))


@router.post("/cases/{case}/urge")
def urge_case(case: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Ask for speed, once in 24 hours."""
    return envelope(view(_casework(request).urge(caller, case, relative_path(request)), caller.who), _id(request))


@router.post("/cases/{case}/transitions")
def move_case(case: str, body: TransitionBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Move a case to its next state."""
    row = _casework(request).move(caller, case, body, relative_path(request))
    return envelope(view(row, caller.who), _id(request))


@router.get("/requests/{key}")
def get_request(key: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Whether a write with this key was carried out; its result only for the person who asked for it."""
    found = _casework(request).store.request(caller.app, key)
    if found is None:
        raise Problem(NOT_FOUND, "没有带这个幂等键的请求。")
    row = json.loads(found["response"])
    data: dict[str, Any] = {"key": key, "status": found["status"], "created_at": found["created_at"]}
    if caller.person is not None and caller.person.id == found["subject"]:
        data["response"] = view(row, caller.person)
    return envelope(data, _id(request))


@router.get("/geocode")
def get_geocode(
    address: Annotated[str, Query(min_length=1, max_length=300)], request: Request, caller: CheckedCaller
) -> dict[str, Any]:
    """Read an address."""
    return envelope(asdict(geocode(_casework(request).gazetteer, address)), _id(request))


@router.get("/grids/locate")
def locate(lon: float, lat: float, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The grid of a WGS84 point."""
    grid = _casework(request).gazetteer.locate(lon, lat)
    if grid is None:
        raise Problem(NOT_FOUND, "这个位置不在武汉市的网格范围内。")
    return envelope(asdict(grid), _id(request))


@router.get("/categories")
def list_categories(
    request: Request,
    caller: CheckedCaller,
    q: Annotated[str, Query(max_length=4000)] = "",
    k: Annotated[int, Query(ge=1, le=50)] = 5,
) -> dict[str, Any]:
    """The classes that fit some words, best first; all classes without words."""
    categories = _casework(request).categories
    if not q:
        return envelope([{**asdict(each), "score": None} for each in categories], _id(request))
    return envelope([{**asdict(hit.category), "score": hit.score} for hit in categories.search(q, k)], _id(request))


@router.get("/categories/{code}")
def get_category(code: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One class."""
    category = _casework(request).categories.get(code)
    if category is None:
        raise Problem(NOT_FOUND, f"没有编码为 {code} 的类别。")
    return envelope({**asdict(category), "score": None}, _id(request))
