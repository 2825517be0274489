"""A GeoReport report as a case of the native interface, and the mark by which a post is found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...categories import Category
from ...gazetteer import bundled_gazetteer
from ..finding import CITY_ZONE
from ..lifecycle import FINAL, STATES
from .georeport import GeoRequest

_MARK = re.compile(r"\s*（登记号 HZ-[0-9A-F]{12}）")
_NEAR = ("number", "status", "status_name", "category_name", "address", "reported_at", "demo")


def marked(description: str, key: str) -> str:
    """The description with the mark of its key at the end."""
    return f"{description}（登记号 {_mark(key)}）"


def matches(description: str, key: str) -> bool:
    """Whether a report carries the mark of a key."""
    return _mark(key) in description


def case_of(row: GeoRequest, category: Category | None) -> dict[str, Any]:
    """The case a report stands for; states beyond open and closed only where the city's notes say them."""
    status, name = _state(row)
    reason = row.notes.partition("：")[2] or (row.notes if row.notes.partition(" ")[0] not in STATES else "")
    grid = bundled_gazetteer().locate(row.lon, row.lat) if row.lon is not None and row.lat is not None else None
    reported = _text(row.requested_at)
    return {
        "id": row.id,
        "number": row.id,
        "status": status,
        "status_name": name,
        "category_code": category.code if category else row.code.upper(),
        "category_name": (category.name if category else row.name) or row.code,
        "category_kind": category.kind if category else "event",
        "description": _MARK.sub("", row.description),
        "address": row.address,
        "lon": row.lon,
        "lat": row.lat,
        "crs": "WGS84",
        "district": grid.district if grid else None,
        "district_name": grid.district_name if grid else None,
        "department": row.agency,
        "source": "open311",
        "reported_at": reported,
        "updated_at": _text(row.updated_at) or reported,
        "deadline_at": _text(row.expected_at),
        "closed_at": _text(row.updated_at) if status in FINAL else None,
        "reason": reason if status in FINAL and reason else None,
        "demo": "（演示数据）" in row.description,
    }


def near_of(case: Mapping[str, Any], metres: int) -> dict[str, Any]:
    """A case close by, as anybody may know it."""
    return {**{name: case[name] for name in _NEAR}, "distance_m": metres, "report_count": 1}


def _state(row: GeoRequest) -> tuple[str, str]:
    said = row.notes.partition(" ")[0]
    if said in STATES and (said in FINAL) == (row.status == "closed"):
        return said, STATES[said]
    if row.status == "closed":
        return "closed", "已办结"
    return ("processing" if row.agency else "reported"), "未办结"


def _mark(key: str) -> str:
    return f"HZ-{hashlib.sha256(key.encode()).hexdigest()[:12].upper()}"


def _text(at: datetime | None) -> str | None:
    return at.astimezone(CITY_ZONE).isoformat(timespec="seconds") if at else None
