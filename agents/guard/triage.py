"""Danger first: the emergency number comes from code and data, before any model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from ..understanding import is_question

# How many turns a danger stays the subject, and how short words are that only go on with it.
LASTS, SHORT = 4, 24
_DATA = Path(__file__).parent / "data" / "danger.yaml"
_CLAUSE = re.compile(r"[，。；！？,;!?\n]+")
# A question about a rule asks how, how much or whether; a person in danger states or calls.
_ASKS = re.compile(
    r"(怎么算|怎么赔|怎么报|怎么办理|怎么认定|如何申请|能不能报|能报(?!警)|报多少|报几|报不报|报销|赔多少|算不算|走医保|走工伤|是否|吗$|多少钱|多少天|多久"
    r"|找哪个部门|归谁管|谁负责|谁管|要什么材料)"
)


@dataclass(frozen=True)
class Danger:
    """A danger named in a message: what to call, the first sentence, what to do next; `report`: a case is made too.

    `last`: it only calls for help, and counts where no other danger is named.
    """

    kind: str
    number: str
    first: str
    follow: str
    report: bool = True
    last: bool = False


def triage(text: str) -> Danger | None:
    """The first danger a message states as present, or None."""
    known = _data()
    clauses = [clause for clause in _CLAUSE.split(text) if clause]
    if any(_ASKS.search(clause) for clause in clauses) and _rules_only(clauses):
        return None
    stated = [clause for clause in clauses if not known.blocked.search(known.own.sub("", clause))]
    found = [danger for clause in stated if (danger := _stated(clause, known)) is not None]
    return next((each for each in found if not each.last), found[0] if found else None)


def lasting(said: Sequence[tuple[str, str]], most: int = LASTS) -> tuple[Danger, str] | None:
    """The danger that earlier turns (words, reply) told of and that is not over, and the words that told it."""
    recent = list(said)[::-1]
    for at, (_, reply) in enumerate(recent[:most]):
        danger = next((each for *_, each in _data().kinds if reply.startswith((each.first, each.follow))), None)
        if danger is not None:
            return danger, next((words for words, _ in recent[at:] if triage(words) == danger), recent[at][0])
    return None


def tells_more(text: str) -> bool:
    """Whether short words after a danger still tell of it, or ask what to do."""
    words = _data().asks if is_question(text) else _data().stays
    return len(text) <= SHORT and bool(words.search(text))


def is_over(text: str) -> bool:
    """Whether a message says that a danger is over."""
    return len(text) <= SHORT and bool(_data().over.search(text)) and not is_question(text)


def is_called(text: str) -> bool:
    """Whether a message says that help was called."""
    return len(text) <= SHORT and bool(_data().called.search(text)) and not is_question(text)


def _stated(clause: str, known: _Known) -> Danger | None:
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
    stays: re.Pattern[str]
    asks: re.Pattern[str]
    over: re.Pattern[str]
    called: re.Pattern[str]
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
    words = {name: re.compile(raw[name]) for name in ("blocked", "feared", "own", "stays", "asks", "over", "called")}
    return _Known(**words, kinds=kinds)
