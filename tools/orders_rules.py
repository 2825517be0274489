"""The hotline's rules that are data: limits by nature, how sure a class must be, how long an order may be reopened."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .worktime import Limit

_ENTRY = re.compile(r"DUTY-[EC]\d{2,4}-\d{6}(?!\d)", re.IGNORECASE)
_GROUND = re.compile(
    r"清单|条目|文件|规定|办法|条例|法|纪要|会议|通知|批示|批复|函|方案|协议|合同|标准|职责|职能|权限|三定|分工|划分|界线|红线"
    r"|权属|产权|所有|管养|养护|管理范围|属地|辖区|管辖|移交|划转|委托|授权|主管|牵头|第.{1,4}条|\d+号"
)
_NO_GROUND = re.compile(r"(没有?|冇得|没得|无|不(用|要|写|需要|必))[^，,。]{0,6}(依据|理由|文件|根据)|^不写")
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


def is_basis(words: str) -> bool:
    """Whether words name what a unit's duty rests on: an entry, a document, a decision, who owns or manages it."""
    return bool(_ENTRY.search(words) or (_GROUND.search(words) and not _NO_GROUND.search(words)))


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(row["kind"], row["value"])
