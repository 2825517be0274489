"""Policies a business may match: which condition fits, which is still unknown, none that has ended."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "policies.json"
FIELDS: Mapping[str, str] = {
    "industry": "行业",
    "scale": "企业规模",
    "above_size": "规模以上",
    "needs": "需要",
    "data_assets": "数据资产",
}


@dataclass(frozen=True)
class Condition:
    """One thing a policy asks of a business."""

    field: str
    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """A policy; what no source says is in `unknown`."""

    id: str
    title: str
    source: str
    evidence: str
    conditions: tuple[Condition, ...]
    unknown: tuple[str, ...]
    topics: tuple[str, ...]
    effective_from: str | None = None
    effective_to: str | None = None
    demo: bool = False

    def in_force(self, day: date) -> bool:
        """Whether it holds on a day; one without dates holds until somebody says otherwise."""
        starts, ends = self.effective_from, self.effective_to
        return not (starts and day < date.fromisoformat(starts)) and not (ends and day > date.fromisoformat(ends))


@dataclass(frozen=True)
class PolicyHit:
    """A policy that may fit: the conditions met, and what nobody knows yet."""

    id: str
    title: str
    source: str
    matched: tuple[str, ...]
    unknown: tuple[str, ...]
    demo: bool = False
    ended: str | None = None


def match(policies: Iterable[Policy], known: Mapping[str, str | None], day: date) -> list[PolicyHit]:
    """The policies in force of which a condition is met and none is missed, the best known first."""
    hits = []
    for policy in policies:
        met = [each for each in policy.conditions if known.get(each.field) in each.values]
        open_ones = [each.label for each in policy.conditions if not known.get(each.field)]
        if policy.in_force(day) and met and len(met) + len(open_ones) == len(policy.conditions):
            unknown = (*open_ones, *policy.unknown)
            matched = tuple(each.label for each in met)
            hits.append(PolicyHit(policy.id, policy.title, policy.source, matched, unknown, policy.demo))
    return sorted(hits, key=lambda hit: (-len(hit.matched), len(hit.unknown), hit.id))


def ended(policies: Iterable[Policy], known: Mapping[str, str | None], day: date) -> list[PolicyHit]:
    """The policies over by a day that are for the very need that is known, none of their conditions missed."""
    hits = []
    for policy in policies:
        over = policy.effective_to and day > date.fromisoformat(policy.effective_to)
        missed = [each for each in policy.conditions if known.get(each.field) not in (None, "", *each.values)]
        needed = [each.label for each in policy.conditions if each.field == "needs" and known.get("needs")]
        if over and needed and not missed:
            hits.append(
                PolicyHit(policy.id, policy.title, policy.source, tuple(needed), (), policy.demo, policy.effective_to)
            )
    return hits


def choices(field: str) -> tuple[str, ...]:
    """The values the policies know for a field."""
    found = [value for policy in bundled_policies() for each in policy.conditions if each.field == field
             for value in each.values]  # fmt: skip
    return tuple(dict.fromkeys(found))


@cache
def bundled_policies() -> tuple[Policy, ...]:
    """The policies that come with the house."""
    return tuple(map(_policy, json.loads(DATA.read_text(encoding="utf-8"))["policies"]))


def _policy(row: Mapping[str, Any]) -> Policy:
    lists = {name: tuple(row[name]) for name in ("unknown", "topics")}
    conditions = tuple(Condition(each["field"], each["label"], tuple(each["values"])) for each in row["conditions"])
    return Policy(**{**row, **lists, "conditions": conditions})
