"""Danger first: the emergency number comes from code and data, before any model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_DATA = Path(__file__).parent / "data" / "danger.yaml"
_CLAUSE = re.compile(r"[，。；！？,;!?\n]+")
# A question about a rule asks how, how much or whether; a person in danger states or calls.
_ASKS = re.compile(
    r"(怎么算|怎么赔|怎么报|怎么办理|怎么认定|如何申请|能不能报|能报(?!警)|报多少|报几|报不报|报销|赔多少|算不算|走医保|走工伤|是否|吗$|多少钱|多少天|多久"
    r"|找哪个部门|归谁管|谁负责|谁管|要什么材料)"
)


@dataclass(frozen=True)
class Danger:
    """A danger named in a message: what to call, the first sentence, what to do next; `report`: a case is made too."""

    kind: str
    number: str
    first: str
    follow: str
    report: bool = True


def triage(text: str) -> Danger | None:
    """The first danger a message states as present, or None."""
    known = _data()
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    if any(_ASKS.search(clause) for clause in clauses) and _rules_only(clauses):
        return None
    for clause in clauses:
        if known.blocked.search(known.own.sub("", clause)):
            continue
        for signs, unless, danger in known.kinds:
            sign = signs.search(clause)
            if sign and not known.feared.search(clause[: sign.start()]) and not (unless and unless.search(clause)):
                return danger
    return None


def _rules_only(clauses: list[str]) -> bool:
    """Whether every clause asks or explains, none states something that happens here and now."""
    return not any(
        re.search(r"(现在|正在|刚才|刚刚|这里|这边|快来|赶紧|赶快|马上|(?<!抢)救(?![护助治济]))", clause)
        for clause in clauses
    )


@dataclass(frozen=True)
class _Known:
    """What tells a danger that is there from words of one."""

    blocked: re.Pattern[str]
    feared: re.Pattern[str]
    own: re.Pattern[str]
    kinds: tuple[tuple[re.Pattern[str], re.Pattern[str] | None, Danger], ...]


@lru_cache(maxsize=1)
def _data() -> _Known:
    raw: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    kinds = tuple(
        (
            re.compile(row["signs"]),
            re.compile(row["unless"]) if "unless" in row else None,
            Danger(**{name: value for name, value in row.items() if name not in ("signs", "unless")}),
        )
        for row in raw["kinds"]
    )
    return _Known(re.compile(raw["blocked"]), re.compile(raw["feared"]), re.compile(raw["own"]), kinds)
