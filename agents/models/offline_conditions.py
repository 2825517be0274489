"""What somebody tells of their case in numbers (断缴4年), and the sentence that speaks of just that."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .offline_choosing import Asking
from .offline_lines import Line

_COUNTED = re.compile(r"(?<![第\d.])(\d+|[一二两三四五六七八九十]{1,3})\s*(年|个月|周?岁)(?!级|度|第|内|以[上下内]|多)")
_DIGITS = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"两": 2}
_CLAUSE = re.compile(r"[，,。；;！!？?\s]+")
# What a number of years is a number of: what was missed is not what was paid.
_MISSED, _VERBS = "断停逾超欠缺", re.compile(r"[断停逾超欠缺缴交补满]")


def fitting(asking: Asking, judged: Sequence[Line], best: Line | None) -> Line | None:
    """The sentence of the same document that speaks of the very number told, else the best one."""
    if best is None:
        return None
    for value, unit, of in _told(asking):
        for line in judged:
            if line.title != best.title:
                continue
            if any(
                number == value and each == unit and _same(verbs, of) for number, each, verbs in _in_text(line.text)
            ):
                return line
    return best


def _told(asking: Asking) -> list[tuple[int, str, str]]:
    """The numbers told, the last message first, each with the verbs of its clause or, without any, of the whole."""
    found = []
    for words in dict.fromkeys((asking.question, asking.message, asking.wanted)):
        for clause in _CLAUSE.split(words):
            for match in _COUNTED.finditer(clause):
                verbs = "".join(_VERBS.findall(clause)) or "".join(_VERBS.findall(asking.wanted))
                found.append((_number(match.group(1)), match.group(2), verbs))
        if found:
            break
    return found


def _in_text(text: str) -> list[tuple[int, str, str]]:
    return [
        (_number(m.group(1)), m.group(2), "".join(_VERBS.findall(text[max(0, m.start() - 3) : m.start()])))
        for m in _COUNTED.finditer(text)
    ]


def _same(verbs: str, of: str) -> bool:
    """Whether both count what was missed: a rule on that is not told for what was paid."""
    return any(letter in verbs for letter in _MISSED) and any(letter in of for letter in _MISSED)


def _number(written: str) -> int:
    if written.isdigit():
        return int(written)
    tens, _, ones = written.rpartition("十")
    if "十" not in written:
        return _DIGITS.get(written, 0)
    return (_DIGITS.get(tens, 0) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
