"""What an answer must share with the question: the place, the years, the names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from tools import other_places

from ..understanding import Evidence
from .offline_lines import Line
from .offline_quotes import YEAR

# Schemes side by side: a rule of one says nothing of the other.
_KINDS = (("职工医保", "居民医保"), ("职工养老", "居民养老"))
_WORKERS = re.compile(r"职工(?:基本)?(?:医疗保险|医保)|单位(?:的|交的|买的)?医保")
_ONLY = "您问的是{asked}，{asked}的这一点没有查到；下面只是{told}的规定，不能套用到{asked}。"

_BORN = re.compile(r"(?:19|20)\d{2}年?(?:\d+月)?(?:份|底|初)?(?:出生|生)")
_RANGE = re.compile(r"((?:19|20)\d{2})\s*[—–~至到-]+\s*((?:19|20)\d{2})")


def years_held(question: str, line: Line, found: Mapping[str, Any]) -> bool:
    """Whether the years asked for are the text's years; 2026 lies within 2025—2027."""
    passage = next(each for each in found["passages"] if int(each["ref"]) == line.ref)
    text = f"{passage['title']} {passage['heading']} {passage['text']}"
    spans = [(int(a), int(b)) for a, b in _RANGE.findall(text)]
    asked = YEAR.findall(_BORN.sub("", question))
    return all(year in text or any(a <= int(year) <= b for a, b in spans) for year in asked)


def other_kind(question: str, line: Line) -> str | None:
    """What is said before a rule of another scheme than the one asked about; nothing where it may be of that one."""
    said = _WORKERS.sub("职工医保", question)
    text = f"{line.title}{line.heading}{line.text}"
    for kinds in _KINDS:
        for asked, told in (kinds, kinds[::-1]):
            if asked in said and told not in said and told in text and asked[:2] not in text:
                return _ONLY.format(asked=asked, told=told)
    return None


def foreign(question: str, line: Line) -> bool:
    """Whether the question is about another place's affairs: 北京的…; not 去北京看病."""
    if "武汉" in question:
        return False
    named = [
        match.group(1)
        for match in _other_places().finditer(question)
        if match.start() == 0 or question[match.end() : match.end() + 1] == "的"
    ]
    return any(place not in f"{line.title}{line.heading}{line.text}" for place in named)


@lru_cache(maxsize=1)
def _other_places() -> re.Pattern[str]:
    return re.compile(rf"(?<![去到在从来回往])({'|'.join(other_places())})")


def names_held(question: str, line: Line) -> bool:
    """Whether a line, with its headings, holds every Latin name of the question."""
    return Evidence(question, ()).names_held(f"{line.title} {line.heading} {line.text}")
