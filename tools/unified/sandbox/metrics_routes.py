"""Figures, heat points and drafts of reports under /api/v1."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from ..lifecycle import MAY_MEASURE
from .auth import CheckedCaller
from .bodies import DraftBody
from .domain import ground_of, request_id
from .measures import measures
from .metrics import HeatQuery, MetricQuery, Metrics
from .problems import FORBIDDEN, NOT_FOUND, Problem, envelope
from .store import Change, log_change, new_ulid, once

router = APIRouter(prefix="/api/v1")


@router.get("/metrics")
def query_metrics(query: Annotated[MetricQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Figures with numerator, denominator, period, area and definition."""
    return envelope(Metrics(ground_of(request)).query(caller.who, query), request_id(request))


@router.get("/metrics/heatmap")
def heatmap(query: Annotated[HeatQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Counts per unit grid."""
    return envelope(Metrics(ground_of(request)).heat(caller.who, query), request_id(request))


@router.get("/metrics/definitions")
def definitions(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """What can be measured."""
    names = ("key", "name", "kind", "definition")
    found = [{name: getattr(each, name) for name in names} for each in measures().values()]
    return envelope(found, request_id(request))


@router.post("/drafts")
def save_draft(body: DraftBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Keep a draft for its author; nothing is published."""
    ground, who = ground_of(request), caller.who
    if not who.roles & MAY_MEASURE:
        raise Problem(FORBIDDEN, "只有值班长（分析、领导）和处置部门可以保存报告草稿。")
    write = caller.write(request, body.model_dump(), ground.now())

    def work() -> dict[str, Any]:
        row = {"id": f"RP-{new_ulid()}", **body.model_dump(), "owner": who.id, "created_at": write.at}
        connection.execute("INSERT INTO drafts VALUES (?, ?, ?, ?, ?)", tuple(row.values()))
        log_change(connection, Change(write.at, who.id, "created", "draft", row["id"], row))
        return row

    with ground.store.write() as connection:
        return envelope(once(connection, write, work), request_id(request))


@router.get("/drafts/{draft}")
def get_draft(draft: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One's own draft."""
    rows = ground_of(request).store.rows("SELECT * FROM drafts WHERE id = ? AND owner = ?", (draft, caller.who.id))
    if not rows:
        raise Problem(NOT_FOUND, "没有找到这份草稿。")
    return envelope(rows[0], request_id(request))
