"""Arguments by their kind, found in running text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from tools import Categories, Gazetteer, Slot, bundled_categories, bundled_gazetteer

_PLACEHOLDER = re.compile(r"⟦(?P<kind>[^·⟦⟧]+)·[^⟧]+⟧")
_CASE = re.compile(r"WH\s*(\d{14})", re.IGNORECASE)
_COMPONENT = re.compile(r"(?<!\d)(42\d{14})(?!\d)")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_POLITE = re.compile(
    r"^(你好|您好|请问|麻烦|我要|我想|帮我|请|反映(一下)?|投诉(一下)?|上报(一下)?|举报|报修|[，,。！!：:\s])+"
)
_TAIL = re.compile(
    r"^(的)?[\u4e00-\u9fa5A-Za-z0-9]{0,12}?(路口|交叉口|交汇处|门口|对面|旁边|旁|附近|楼下|大门|小区|公交站|地铁站|[A-H]\d?口|[A-H]\d?出口|\d+号|\d+栋|\d+单元|这边|那边)"
)
_LINK = re.compile(r"^\s*(和|与|跟|、|交|到|及|靠近|靠|往)\s*$")
_UNNAMED = re.compile(
    r"[\u4e00-\u9fa5A-Za-z0-9]{2,14}?(小区|社区|花园|家园|公寓|广场|大厦|学校|小学|中学|医院|公园|市场|商场|超市|村|里|苑|府|城|路口|大道|街|路)"
    r"(?:\d+号|\d+栋|[东南西北]门|门口|对面|旁边|附近|楼下|路口|口)*"
)
_LEAD = re.compile(r"^(我|我们|咱|这里|这边|是|就|在|到|有|从|住|那个|位置|地址|地点|[，,。：:\s])+")


@dataclass(frozen=True)
class Found:
    """A value found for a slot; `start`/`end` in characters of the text, `score` in [0, 1]."""

    value: Any
    start: int
    end: int
    score: float


def fill(slots: Mapping[str, Slot], text: str, now: datetime) -> dict[str, Any]:
    """Every slot that the text answers, best value each."""
    filled: dict[str, Any] = {}
    for name, slot in slots.items():
        candidates = find(slot, text, now)
        if candidates:
            filled[name] = max(candidates, key=lambda each: each.score).value
    return filled


def find(slot: Slot, text: str, now: datetime) -> list[Found]:
    """The values a text gives for one slot."""
    finder = _FINDERS.get(slot.kind)
    return list(finder(text, slot, now)) if finder else []


def _phone(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    yield from _placeholders(text, ("手机号", "固定电话"))


def _resident(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    yield from _placeholders(text, ("身份证号",))


def _placeholders(text: str, kinds: tuple[str, ...]) -> Iterator[Found]:
    for match in _PLACEHOLDER.finditer(text):
        if match.group("kind") in kinds:
            yield Found(match.group(0), match.start(), match.end(), 1.0)


def _case_no(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _CASE.finditer(text):
        yield Found(f"WH{match.group(1)}", match.start(), match.end(), 1.0)


def _component(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _COMPONENT.finditer(text):
        yield Found(match.group(1), match.start(), match.end(), 1.0)


def _district(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for mention in gazetteer().find(text):
        if mention.kind == "district":
            yield Found(text[mention.start : mention.end], mention.start, mention.end, 1.0)


def _address(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    """Named places grown by what belongs to them (路口, 门口, 23号), joined when linked; else place-like words."""
    spans: list[tuple[int, int]] = []
    for mention in gazetteer().find(text):
        start, end = mention.start, mention.end
        if tail := _TAIL.match(text[end:]):
            end += tail.end()
        if spans and (start <= spans[-1][1] or _LINK.match(text[spans[-1][1] : start])):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    for start, end in spans:
        yield Found(text[start:end].strip(), start, end, 0.7 + min(end - start, 30) / 100)
    if not spans:
        for match in _UNNAMED.finditer(text):
            value = _LEAD.sub("", match.group(0))
            if len(value) >= 4:
                yield Found(value, match.end() - len(value), match.end(), 0.5)


def _category(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for hit in categories().search(text, 1):
        if hit.score >= 0.5:
            yield Found(hit.category.name, 0, len(text), min(hit.score, 1.0))


def _enum(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for value, *names in slot.choices:
        for name in (value, *names):
            if name and (at := text.find(name)) >= 0:
                yield Found(value, at, at + len(name), 0.8 + min(len(name), 20) / 100)


def _date(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for word, days in _DAYS.items():
        if (at := text.find(word)) >= 0:
            yield Found((now - timedelta(days=days)).date().isoformat(), at, at + len(word), 0.9)
    for match in re.finditer(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]", text):
        year, month, day = int(match.group(1) or now.year), int(match.group(2)), int(match.group(3))
        if 1 <= month <= 12 and 1 <= day <= 31:
            yield Found(f"{year:04d}-{month:02d}-{day:02d}", match.start(), match.end(), 1.0)


def _number(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _NUMBER.finditer(unicodedata.normalize("NFKC", text)):
        yield Found(match.group(0), match.start(), match.end(), 0.6)


def _text(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    value = _POLITE.sub("", text.strip()).strip(" ，,。")
    if len(value) >= 2:
        yield Found(value, 0, len(text), 0.5)


_DAYS = {
    "今天": 0,
    "今日": 0,
    "昨天": 1,
    "昨日": 1,
    "前天": 2,
    "上周": 7,
    "上星期": 7,
    "最近一周": 7,
    "上个月": 30,
    "最近一个月": 30,
}
_Finder = Callable[[str, Slot, datetime], Iterator[Found]]
_FINDERS: dict[str, _Finder] = {
    "address": _address,
    "district": _district,
    "phone": _phone,
    "resident_id": _resident,
    "case_no": _case_no,
    "component_no": _component,
    "category": _category,
    "enum": _enum,
    "date": _date,
    "number": _number,
    "money": _number,
    "text": _text,
    "query": _text,
}


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The bundled gazetteer."""
    return bundled_gazetteer()


@lru_cache(maxsize=1)
def categories() -> Categories:
    """The bundled class dictionary."""
    return bundled_categories()
