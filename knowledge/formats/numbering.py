"""Word's automatic numbers (一、 （一） 1. 第三条 ①) rendered as a reader sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_CHINESE = frozenset(
    (
        "chineseCounting",
        "chineseCountingThousand",
        "chineseLegalSimplified",
        "ideographDigital",
        "ideographTraditional",
        "japaneseCounting",
        "japaneseDigitalTenThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
    )
)
_SILENT = frozenset(("bullet", "none"))


@dataclass(frozen=True)
class Level:
    """How one level of a list is numbered."""

    form: str
    pattern: str
    start: int


@dataclass
class Numbering:
    """The lists of a document and how far each has counted."""

    levels: dict[str, dict[int, Level]]
    _shared: dict[str, str]
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, number_id: str, depth: int) -> str:
        """The number of the next paragraph of a list, with what stands around it."""
        levels = self.levels.get(number_id, {})
        level = levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(self._shared.get(number_id, number_id), {})
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in [each for each in counts if each > depth]:
            del counts[deeper]
        if level.form in _SILENT:
            return ""

        def shown(found: re.Match[str]) -> str:
            at = int(found.group(1)) - 1
            of = levels.get(at, level)
            # Below a Chinese number, "1.1" counts in digits though the level above is written 一.
            form = "decimal" if at < depth and level.form == "decimal" else of.form
            return rendered(counts.setdefault(at, of.start), form)

        return re.sub(r"%(\d)", shown, level.pattern)


def read_numbering(root: Any | None) -> Numbering:
    """The lists that numbering.xml defines."""
    abstract: dict[str, dict[int, Level]] = {}
    lists: dict[str, dict[int, Level]] = {}
    shared: dict[str, str] = {}
    for each in root.iterfind(f"{W}abstractNum") if root is not None else ():
        abstract[each.get(f"{W}abstractNumId") or ""] = dict(map(_level, each.iterfind(f"{W}lvl")))
    for each in root.iterfind(f"{W}num") if root is not None else ():
        name = each.get(f"{W}numId") or ""
        base = _value(each, "abstractNumId")
        levels, changed = dict(abstract.get(base, {})), False
        for override in each.iterfind(f"{W}lvlOverride"):
            depth = _whole(override.get(f"{W}ilvl"))
            if (own := override.find(f"{W}lvl")) is not None:
                levels[depth] = _level(own)[1]
            start = override.find(f"{W}startOverride")
            if start is not None and depth in levels:
                levels[depth] = Level(levels[depth].form, levels[depth].pattern, _whole(start.get(f"{W}val"), 1))
                changed = True
        lists[name] = levels
        shared[name] = name if changed else f"abstract {base}"
    return Numbering(lists, shared)


def rendered(number: int, form: str) -> str:
    """A number as Word writes it in a numbering format."""
    if form in _CHINESE:
        return chinese(number)
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("A") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "upperLetter" else letter.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    if form == "decimalZero":
        return f"{number:02}"
    return str(number)


def chinese(number: int) -> str:
    """一 … 九千九百九十九."""
    if not 0 < number < 10_000:
        return str(number)
    digits, text = "零一二三四五六七八九", ""
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            text += digits[digit] + word
        elif text and not text.endswith("零") and number % unit:
            text += "零"
    return text.removeprefix("一") if 10 <= number < 20 else text


def _roman(number: int) -> str:
    values = (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1)
    letters_of = ("M", "CM", "D", "CD", "C", "XC", "L", "XL", "X", "IX", "V", "IV", "I")
    text = ""
    for value, letters in zip(values, letters_of, strict=True):
        text += letters * (min(number, 4999) // value)
        number = min(number, 4999) % value
    return text


def _level(element: Any) -> tuple[int, Level]:
    form = _value(element, "numFmt") or "decimal"
    level = Level(form, _value(element, "lvlText"), _whole(_value(element, "start"), 1))
    return _whole(element.get(f"{W}ilvl")), level


def _value(element: Any, tag: str) -> str:
    found = element.find(f"{W}{tag}")
    return (found.get(f"{W}val") or "") if found is not None else ""


def _whole(text: str | None, default: int = 0) -> int:
    return int(text) if text and text.lstrip("-").isdigit() and len(text) < 7 else default
