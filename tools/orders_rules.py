"""The hotline's rules that are data: limits by nature, how sure a class must be, how long an order may be reopened."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .worktime import Limit

DATA = Path(__file__).parent / "data" / "orders.json"


@dataclass(frozen=True)
class OrderRules:
    """Demonstration rules; `note` says so wherever a limit is told."""

    limits: Mapping[str, Limit]
    urgent: Limit
    accept: Limit
    return_within: Limit
    reopen_days: int
    extension_max_days: int
    sure: float
    near: float
    note: str

    def limit(self, nature: str, *, urgent: bool) -> Limit:
        """How long the unit has."""
        return self.urgent if urgent else self.limits[nature]


@cache
def bundled_order_rules() -> OrderRules:
    """The rules that come with the house."""
    data: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return OrderRules(
        limits={name: _limit(row) for name, row in data["natures"].items()},
        urgent=_limit(data["urgent"]),
        accept=_limit(data["accept"]),
        return_within=_limit(data["return_within"]),
        reopen_days=data["reopen_days"],
        extension_max_days=data["extension_max_days"],
        sure=data["sure"],
        near=data["near"],
        note=data["note"],
    )


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(row["kind"], row["value"])
