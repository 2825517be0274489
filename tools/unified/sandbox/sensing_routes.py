"""Sensing, permits and alerts over HTTP."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request

from ..finding import CITY_ZONE
from .alerts import AlertBody, Alerts
from .auth import CheckedCaller
from .domain import ground_of, request_id
from .permits import Kind, PermitQuery, Permits, PermitsBody
from .problems import BAD_PARAMETER, Problem, envelope
from .sensing import ReadingsBody, Sensing, WarningBody

router = APIRouter(prefix="/api/v1")
LONGEST_DAYS = 92


@router.get("/weather")
def get_weather(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Warnings in force and the rain by district."""
    return envelope(Sensing(ground_of(request)).weather(), request_id(request))


@router.get("/waterlog")
def list_waterlog(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Every point with its level, state and outlook, and the definitions used."""
    return envelope(Sensing(ground_of(request)).water(), request_id(request))


@router.get("/sensors/{code}")
def get_sensor(code: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One depth sensor with the hour before."""
    return envelope(Sensing(ground_of(request)).sensor(code), request_id(request))


@router.put("/sensors/readings")
def feed_readings(body: ReadingsBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Measurements of a device network; a sensor that was fed once is never invented again."""
    return envelope({"stored": Sensing(ground_of(request)).feed(body)}, request_id(request))


@router.put("/weather/warnings/{warning}")
def feed_warning(
    warning: Annotated[str, Path(pattern=r"^[A-Za-z0-9._-]{1,40}$")],
    body: WarningBody,
    request: Request,
    caller: CheckedCaller,
) -> dict[str, Any]:
    """A warning of the weather service; once one was fed, none is invented."""
    return envelope(Sensing(ground_of(request)).warn(warning, body, caller.app), request_id(request))


@router.get("/permits")
def list_permits(
    request: Request,
    caller: CheckedCaller,
    kind: Kind | None = None,
    road: Annotated[str | None, Query(max_length=40)] = None,
    district: Annotated[str | None, Query(max_length=6)] = None,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """Permits for works in the road, in force on any day of a span (today by default)."""
    begin = first or ground_of(request).clock().astimezone(CITY_ZONE).date()
    end = last or begin
    if not timedelta(0) <= end - begin <= timedelta(days=LONGEST_DAYS):
        raise Problem(BAD_PARAMETER, f"结束日期不能早于开始日期，一次最多查 {LONGEST_DAYS} 天。")
    permits = Permits(ground_of(request))
    found = [asdict(each) for each in permits.find(PermitQuery(begin, end, kind, road, district))]
    data = {"permits": found, "from": begin.isoformat(), "to": end.isoformat(), "demo": not permits.is_fed()}
    return envelope(data, request_id(request))


@router.put("/permits")
def feed_permits(body: PermitsBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Permits as their office has them now; each change is announced. Once one was fed, none is invented."""
    return envelope(Permits(ground_of(request)).feed(body, caller.app), request_id(request))


@router.post("/alerts")
def push_alert(body: AlertBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Push an alert to other units."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(mode="json"), ground.now())
    return envelope(Alerts(ground).push(caller.who, body, write), request_id(request))


@router.get("/alerts")
def list_alerts(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """What was pushed, newest first."""
    return envelope(Alerts(ground_of(request)).sent(caller.who), request_id(request))
