"""Statistics in the shape of a vendor's interface (domain reference 10.1), over the same cases: to try its adapter.

Read only, for signed applications; it knows no persons. Refusals come with status 200 and `hasError`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from ...principal import Principal
from ..finding import CITY_ZONE
from .auth import CheckedCaller
from .domain import ground_of
from .metrics import HeatQuery, MetricQuery, Metrics
from .problems import Problem

router = APIRouter(prefix="/api/cgdbstat/records")
ANALYST = Principal("statistics", frozenset(("supervisor",)))
STATES = {"region": "district", "eventType": "class", "disposeUnit": "department", "time": "day",
          "recordsSource": "source"}  # fmt: skip
TEXT_IS_NAME = frozenset(("eventType",))
"""Groups whose rows carry the readable name in `text`; the others have it in `name`."""
MONTH = timedelta(days=31)


class Condition(BaseModel):
    """Which cases are counted."""

    model_config = ConfigDict(extra="ignore")
    districtId: str | None = None
    subTypeIds: list[str] = Field(default_factory=list, max_length=50)
    disposeUnitName: str | None = None


class IndexBody(BaseModel):
    """Which figures: `groupList` by key, a span in milliseconds, comparisons by flag."""

    model_config = ConfigDict(extra="ignore")
    condition: Condition = Condition()
    groupList: list[str] = Field(default_factory=list, max_length=50)
    startTimestamp: int
    endTimestamp: int
    top: int = Field(20, ge=1, le=500)
    TB: int = 0
    HB: int = 0


class HeatBody(BaseModel):
    """Where cases lie, over less than a month."""

    model_config = ConfigDict(extra="ignore")
    condition: Condition = Condition()
    startTimestamp: int
    endTimestamp: int
    top: int = Field(200, ge=1, le=2000)


@router.post("/index/group")
def index(
    body: IndexBody, request: Request, caller: CheckedCaller, state: Annotated[str, Query(alias="@state")] = ""
) -> dict[str, Any]:
    """Figures, all together or by group."""
    if not body.groupList:
        return _failed("指标不能为空")
    if state and state not in STATES:
        return _failed(f"不支持的统计维度：{state}")
    try:
        answers = Metrics(ground_of(request)).query(ANALYST, _asked(body, STATES.get(state)))
    except Problem as problem:
        return _failed(problem.message)
    rows = _grouped(answers, state) if state else [_flat(answers)]
    return _result(rows, any(each["demo"] for each in answers))


@router.post("/heatmap")
def heatmap(body: HeatBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Points with a value."""
    if body.endTimestamp - body.startTimestamp > MONTH.total_seconds() * 1000:
        return _failed("时间跨度不能超过一个月")
    where = body.condition
    given = {"from": _text(body.startTimestamp), "to": _text(body.endTimestamp), "district": where.districtId,
             "class": ",".join(where.subTypeIds) or None, "top": body.top}  # fmt: skip
    try:
        found = Metrics(ground_of(request)).heat(ANALYST, HeatQuery.model_validate(given))
    except Problem as problem:
        return _failed(problem.message)
    rows = [
        {"longitude": each["lon"], "latitude": each["lat"], "value": each["value"], "cellName": each["grid"],
         "districtName": each["district_name"], "streetName": each["subdistrict_name"]}
        for each in found["points"]
    ]  # fmt: skip
    return _result(rows, any(each["demo"] for each in found["points"]))


def _asked(body: IndexBody, group: str | None) -> MetricQuery:
    where = body.condition
    compare = "both" if body.TB and body.HB else "tb" if body.TB else "hb" if body.HB else None
    given = {
        "names": ",".join(body.groupList), "from": _text(body.startTimestamp), "to": _text(body.endTimestamp),
        "district": where.districtId, "department": where.disposeUnitName, "class": ",".join(where.subTypeIds) or None,
        "group": group, "compare": compare, "top": body.top,
    }  # fmt: skip
    return MetricQuery.model_validate(given)


def _flat(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """One row: a figure under its key, its comparisons under `_HB`, `_HBRise`, `_HBRate` and the same with TB."""
    row: dict[str, Any] = {}
    for each in answers:
        row[each["metric"]] = each["value"]
        for compared in each["compare"]:
            suffix = f"{each['metric']}_{compared['kind'].upper()}"
            row |= {suffix: compared["value"], f"{suffix}Rise": compared["change"], f"{suffix}Rate": compared["rate"]}
    return row


def _grouped(answers: list[dict[str, Any]], state: str) -> list[dict[str, Any]]:
    readable, other = ("text", "name") if state in TEXT_IS_NAME else ("name", "text")
    rows: dict[str, dict[str, Any]] = {}
    for each in answers:
        for group in each["groups"]:
            row = rows.setdefault(group["name"], {readable: group["name"], other: str(len(rows) + 1)})
            row[each["metric"]] = group["value"]
    return list(rows.values())


def _result(rows: list[dict[str, Any]], demo: bool) -> dict[str, Any]:
    tag = "演示数据" if demo else None
    return {"hasError": False, "result": rows, "message": "", "tag": tag, "totalCount": len(rows)}


def _failed(message: str) -> dict[str, Any]:
    return {"hasError": True, "result": None, "message": message, "tag": None, "totalCount": 0}


def _text(milliseconds: int) -> str:
    try:
        return datetime.fromtimestamp(milliseconds / 1000, CITY_ZONE).isoformat(timespec="seconds")
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)
