"""What a condition is not to be, and up to what a figure goes: 除了江岸, 江岸除外, 低于90%, 超过100件."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

_BEFORE = re.compile(
    r"(?:(?:去掉|去除|去了|除去|除开|除掉|除了|除|剔除|剔掉|刨开|刨去|刨掉|刨除|撇开|撇去|抛开|抛去|排除|扣除|扣掉|减去|拿掉|不含|不包括|不包含|不算上?|不计|不看|"
    r"不统计|不要|别算|别看|别要|不带)(?:掉|了)?)\s*$"
)
_AFTER = re.compile(
    r"(?:区|那边|的)?(?:也|都|全|先|全都)?(?:外(?=的|其他|其余|别的|各)|除外|以外|之外|不算|不含|不包括|不计|不看|不统计|(?:给我)?去掉|去除|剔除|剔掉|排除|扣除|扣掉|刨开|刨去|刨掉|拿掉|别算|别看)"
)
_ALSO = re.compile(r"(?:的|区)?\s*(?:、|和|跟|与|及|以及|还有|同)\s*")
_LESS = r"低于|少于|小于|不到|未达到?|没到|没达到|达不到|不足|低过|跌破|未超过|不超过|没超过|不高于|不大于|不多于"
_MORE = r"高于|大于|多于|超过|超出|高过|超|不低于|不少于|不小于|达到"
_NUMBER = (
    r"(?:百分之)?(?P<{0}>\d+(?:\.\d+)?|[一二两三四五六七八九十百零]{{1,5}})"
    r"\s*(?P<{0}m>[%％]|个百分点|成|件|起|小时|个小时)?"
)
_BELOW = re.compile(rf"(?:{_LESS})\s*{_NUMBER.format('a')}|{_NUMBER.format('b')}(?:以下|以内|及以下)")
_ABOVE = re.compile(rf"(?<![不没未])(?:{_MORE})\s*{_NUMBER.format('a')}|{_NUMBER.format('b')}(?:以上|及以上)")
_OTHER_MEASURE = re.compile(r"\s*个?(?:工作日|工作时|天|日|周|星期|月|年|岁|次|米|公里|名|位|人|元|号|点|页)")
_DIGITS = {letter: number for number, letter in enumerate("零一二三四五六七八九")} | {"两": 2}


def without(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int] | None]:
    """For each value at these places: what stands there when it is taken out (除了江岸, 江岸和武昌除外), else None."""
    order = sorted(range(len(spans)), key=lambda each: spans[each])
    found: list[tuple[int, int] | None] = [None] * len(spans)
    for each in order:
        start, end = spans[each]
        if before := _BEFORE.search(text, 0, start):
            after = _AFTER.match(text, end)
            found[each] = (before.start(), after.end() if after else end)
        elif after := _AFTER.match(text, end):
            found[each] = (start, after.end())
    # 除了江岸和武昌; 江岸、武昌除外: those in one breath go together.
    for one, two in pairwise(order):
        if found[two] is None and found[one] and _beside(text, spans[one], spans[two]):
            found[two] = (spans[one][1], spans[two][1])
    for one, two in reversed([*pairwise(order)]):
        if found[one] is None and found[two] and _beside(text, spans[one], spans[two]):
            found[one] = spans[one]
    return found


def _beside(text: str, one: tuple[int, int], two: tuple[int, int]) -> bool:
    return one[1] <= two[0] and bool(_ALSO.fullmatch(text, one[1], two[0]))


def limits(text: str, side: str) -> Iterator[tuple[float, int, int]]:
    """The bounds that a text sets to a figure, from `below` or from `above`, with their places."""
    for match in (_BELOW if side == "below" else _ABOVE).finditer(text):
        name = "a" if match["a"] else "b"
        measured = match[f"{name}m"]
        if not measured and _OTHER_MEASURE.match(text, match.end(name)):
            continue
        value = _value(match[name]) * (10 if measured == "成" else 1)
        yield value, match.start(), match.end()


def _value(said: str) -> float:
    if not all(letter in _DIGITS or letter in "十百" for letter in said):
        return float(said)
    total, last = 0, 0
    for letter in said:
        if letter in "十百":
            total += (last or 1) * (10 if letter == "十" else 100)
            last = 0
        else:
            last = _DIGITS[letter]
    return float(total + last)
