"""Components and duties over HTTP, for anybody."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ...components import BadCode, component_of, duty_of
from .auth import CheckedCaller
from .domain import ground_of, request_id
from .problems import BAD_PARAMETER, NOT_FOUND, Problem, envelope

router = APIRouter(prefix="/api/v1")


@router.get("/components/{code}")
def get_component(code: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One component; a code that cannot be is refused with the reason."""
    ground = ground_of(request)
    try:
        found = component_of(code, ground.gazetteer, ground.categories)
    except BadCode as wrong:
        raise Problem(BAD_PARAMETER, str(wrong)) from None
    if found is None:
        raise Problem(NOT_FOUND, f"部件编码 {code} 的格式没有错，但部件库（演示数据）里没有它。")
    return envelope(asdict(found), request_id(request))


@router.get("/duties")
def get_duty(
    category: Annotated[str, Query(max_length=10)],
    district: Annotated[str, Query(max_length=6)],
    request: Request,
    caller: CheckedCaller,
) -> dict[str, Any]:
    """Who leads for a class in a district."""
    ground = ground_of(request)
    known = ground.categories.get(category)
    if known is None:
        raise Problem(NOT_FOUND, f"没有编码为 {category} 的类别。")
    if district not in ground.gazetteer.districts():
        raise Problem(NOT_FOUND, f"没有代码为 {district} 的区。")
    return envelope(asdict(duty_of(known, district, ground.gazetteer)), request_id(request))
