"""Everyday troubles that are no case of the city's streets, and who is in charge of them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from .categories import GAPPED, Categories, Category

DATA = Path(__file__).parent / "data" / "everyday.json"


def somebody_else_s(description: str) -> str | None:
    """Who is in charge of what a description tells, when that is surely no class of city problem; else None."""
    hits = _matters().search(description, 1)
    if not hits or hits[0].score < GAPPED:
        return None
    said, order = _told()
    return f"{said[hits[0].category.code]}{order}"


@cache
def _matters() -> Categories:
    rows = json.loads(DATA.read_text(encoding="utf-8"))["matters"]
    return Categories(Category(row["name"], row["name"], "event", "", tuple(row["words"])) for row in rows)


@cache
def _told() -> tuple[dict[str, str], str]:
    data = json.loads(DATA.read_text(encoding="utf-8"))
    return {row["name"]: row["said"] for row in data["matters"]}, data["order"]
