"""The hard facts a text states: numbers with units, money, dates, times, document numbers, telephone numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from .canonical import CITY_ZONE, plain
from .numerals import NUMERAL, numeral_value, scaled

# Chinese numerals count as numbers only before a unit; "一" before a mere counting word is an article.
_COUNTERS = "个|次|份|张|条|项|件|名|位|户|处|家|种|类|本|套|台|辆|间|层|批|轮|页|寸"
_MEASURES = (
    "个?工作日|个?自然日|个月|个?小时|分钟|周岁|平方公里|平方米|公里|千米|厘米|毫米|公斤|千克|天|日|月|年|周|岁|米|吨|"
    "度|元|块|角|分|倍|成|折|人|人次|亩|号线"
)
_UNITS = f"(?:{_MEASURES}|{_COUNTERS}|%|％|‰|百分点)"
_SAME_UNITS = {
    "日": "天",
    "自然日": "天",
    "个自然日": "天",
    "％": "%",
    "块": "元",
    "周岁": "岁",
    "公里": "千米",
    "公斤": "千克",
}

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[+-]\d{2}:\d{2}|Z)?")
_NAMES = (
    re.compile(r"[\u4e00-\u9fff]{2}[〔\[(]\d{4}[〕\])]\s*第?\d+号"),  # document numbers, by the end of their name
    re.compile(rf"第\s*(?:\d+|{NUMERAL})\s*[条款项章节]"),
    re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,6}[-_]?\d[A-Za-z0-9-]*|\d{9,}[Xx]?)(?![A-Za-z0-9])"),  # codes, ids
    re.compile(
        r"(?<![\d.])(?:1[3-9]\d{9}|0\d{2,3}[-\s]?\d{7,8}|400[-\s]?\d{3}[-\s]?\d{4}|123\d{2}|11[0-9]|12[0-2]|95\d{3})"
        rf"(?![\d.,]|\s*(?:{_UNITS}|[万亿]))"
    ),
    re.compile(r"(?<!\d)(?:[01]?\d|2[0-4]):[0-5]\d(?!\d)"),  # times of day
)
_DATES = (
    re.compile(
        rf"(?:(\d{{4}}|[〇零一二三四五六七八九]{{4}})\s*年\s*)?(\d{{1,2}}|{NUMERAL})\s*月\s*(\d{{1,2}}|{NUMERAL})\s*[日号]"
    ),
    re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d{2})\s*年(?:\s*(\d{1,2})\s*月)?()"),
)
_PERCENT = re.compile(rf"百分之(\d+(?:\.\d+)?|{NUMERAL})")
_YUAN = re.compile(rf"[¥￥]\s*({_DIGITS})\s*([万亿]?)")
_NUMBER = re.compile(rf"(?<![A-Za-z0-9_.])({_DIGITS})\s*([万亿]?)\s*({_UNITS})?(?![A-Za-z_])")
_NUMERAL = re.compile(rf"(?<![第哪每〇零一二两三四五六七八九十百千万亿几])({NUMERAL})({_UNITS})")
_VAGUE = re.compile(r"[一二两三四五六七八九]{2}|万一|[万千百亿]|千万")  # 三五天 says no number


@dataclass(frozen=True)
class Number:
    """A number and the unit that follows it; no unit fits every unit."""

    value: Decimal
    unit: str = ""
    text: str = ""

    def has_unit(self, unit: str) -> bool:
        """Whether this is the unit, under its other names too."""
        return unit_name(unit) == self.unit

    def agrees(self, other: Number) -> bool:
        """Whether the two can be one and the same fact."""
        return self.value == other.value and (not self.unit or not other.unit or self.unit == other.unit)


@dataclass(frozen=True)
class Day:
    """A date, as far as it is said: a part that is not said is 0."""

    year: int
    month: int
    day: int
    text: str = ""

    def is_day(self, other: date | None) -> bool:
        """Whether it can be that day, and names month and day."""
        return other is not None and (self.month, self.day) == (other.month, other.day) and self.year in (0, other.year)

    def agrees(self, other: Day) -> bool:
        """Whether all parts that both say are equal, and the other says as much."""
        parts = zip((self.year, self.month, self.day), (other.year, other.month, other.day), strict=True)
        return all(one == two or (one == 0) or (two == 0 and place == 0) for place, (one, two) in enumerate(parts))


@dataclass(frozen=True)
class Facts:
    """Everything in a text that is either right or wrong."""

    numbers: tuple[Number, ...] = ()
    days: tuple[Day, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many facts."""
        return len(self.numbers) + len(self.days) + len(self.names)


def facts_in(text: str) -> Facts:
    """The facts of a text; each character belongs to one fact at most."""
    rest = plain(text.replace("，", "、"))
    names: list[str] = []
    days: list[Day] = []
    rest, moments = _taken(_MOMENT, rest)
    for each in moments:
        moment = datetime.fromisoformat(each.group())
        local = moment.astimezone(CITY_ZONE) if moment.tzinfo else moment
        days.append(Day(local.year, local.month, local.day, each.group()))
        names.append(f"{local.hour}:{local:%M}")
    for pattern in _NAMES:
        rest, found = _taken(pattern, rest)
        names += [_name(each.group()) for each in found]
    for pattern in _DATES:
        rest, found = _taken(pattern, rest)
        days += [_day(each) for each in found]
    return Facts(tuple(_numbers(rest)), tuple(days), tuple(names))


def numbers_in(text: str) -> list[Number]:
    """The numbers of a text with their units."""
    return list(facts_in(text).numbers)


def dates_in(text: str) -> list[Day]:
    """The dates of a text."""
    return list(facts_in(text).days)


def money_in(text: str) -> list[Decimal]:
    """The amounts of a text in yuan."""
    return [each.value for each in numbers_in(text) if each.unit == "元"]


def unit_name(unit: str) -> str:
    """One name for a unit that has several."""
    bare = unit if unit in ("个", "个月") else unit.removeprefix("个")
    return _SAME_UNITS.get(bare, bare)


def _day(found: re.Match[str]) -> Day:
    year, month, day = (int(_value(part or "0")) for part in found.groups())
    return Day(year, month, day, found.group())


def _name(text: str) -> str:
    return re.sub(r"[\s-]|^0(?=\d:)", "", text).translate(str.maketrans("[](){}", "〔〕〔〕〔〕"))


def _numbers(text: str) -> list[Number]:
    rest, percents = _taken(_PERCENT, text)
    found = [Number(_value(each[1]), "%", each.group()) for each in percents]
    rest, amounts = _taken(_YUAN, rest)
    found += [Number(scaled(each[1], each[2]), "元", each.group()) for each in amounts]
    rest, digits = _taken(_NUMBER, rest)
    found += [Number(scaled(each[1], each[2]), unit_name(each[3] or ""), each.group().strip()) for each in digits]
    for each in _NUMERAL.finditer(rest):
        value = numeral_value(each[1])
        is_article = value == 1 and re.fullmatch(_COUNTERS, each[2]) is not None
        is_adverb = each.group() == "十分" or _VAGUE.fullmatch(each[1])
        if value is not None and not is_article and not is_adverb:
            found.append(Number(Decimal(value), unit_name(each[2]), each.group()))
    return found


def _value(text: str) -> Decimal:
    numeral = numeral_value(text)
    return Decimal(text) if numeral is None else Decimal(numeral)


def _taken(pattern: re.Pattern[str], text: str) -> tuple[str, list[re.Match[str]]]:
    """What a pattern finds, and the text with that blanked out."""
    return pattern.sub("、", text), list(pattern.finditer(text))
