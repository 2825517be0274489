"""Addresses, grids and classes under /api/v1."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ...geocode import geocode
from .auth import CheckedCaller
from .domain import ground_of, request_id
from .problems import NOT_FOUND, Problem, envelope

router = APIRouter(prefix="/api/v1")


@router.get("/geocode")
def get_geocode(
    address: Annotated[str, Query(min_length=1, max_length=300)], request: Request, caller: CheckedCaller
) -> dict[str, Any]:
    """Read an address."""
    return envelope(asdict(geocode(ground_of(request).gazetteer, address)), request_id(request))


@router.get("/grids/locate")
def locate(lon: float, lat: float, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The grid of a WGS84 point."""
    grid = ground_of(request).gazetteer.locate(lon, lat)
    if grid is None:
        raise Problem(NOT_FOUND, "这个位置不在武汉市的网格范围内。")
    return envelope(asdict(grid), request_id(request))


@router.get("/categories")
def list_categories(
    request: Request,
    caller: CheckedCaller,
    q: Annotated[str, Query(max_length=4000)] = "",
    k: Annotated[int, Query(ge=1, le=50)] = 5,
) -> dict[str, Any]:
    """The classes that fit some words, best first; all classes without words."""
    categories = ground_of(request).categories
    if not q:
        return envelope([{**asdict(each), "score": None} for each in categories], request_id(request))
    return envelope(
        [{**asdict(hit.category), "score": hit.score} for hit in categories.search(q, k)], request_id(request)
    )


@router.get("/categories/{code}")
def get_category(code: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One class."""
    category = ground_of(request).categories.get(code)
    if category is None:
        raise Problem(NOT_FOUND, f"没有编码为 {code} 的类别。")
    return envelope({**asdict(category), "score": None}, request_id(request))
