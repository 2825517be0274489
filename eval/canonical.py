"""When two spellings are the same thing: literals, and the named norms a sample may ask for.

Nothing here strips `.` or `-` from a literal: `1.5` and `15` stay two things.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from .numerals import NUMERAL, digits_for_numerals, numeral_value, scaled

CITY_ZONE = timezone(timedelta(hours=8))
_FULL_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MONEY = re.compile(rf"(?:人民币|[¥￥])?\s*(\d[\d,]*(?:\.\d+)?|{NUMERAL}?)\s*([万亿]?)\s*(?:元|块钱?|圆)?整?")
_ROADS = re.compile(r"[与和跟、&]|以及")
_DISTRICTS = (
    "东湖新技术开发区|东湖高新区|武汉经济技术开发区|武汉经开区|东湖生态旅游风景区|东湖风景区|长江新区|东西湖区|江岸区|江汉区|"
    "硚口区|汉阳区|武昌区|青山区|洪山区|汉南区|蔡甸区|江夏区|黄陂区|新洲区"
)
_DISTRICT = re.compile(rf"^(?:湖北省)?(?:武汉市?)?({_DISTRICTS})?")


@dataclass(frozen=True)
class Address:
    """A place: its district, where it was said, and its roads (in no order) or the rest of it."""

    district: str
    places: frozenset[str]


def plain(text: str) -> str:
    """Full-width as half-width, and one kind of blank between words."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def tight(text: str) -> str:
    """`plain` without blanks: how texts are searched in each other."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def same_literal(expected: Any, actual: Any) -> bool:
    """Whether two JSON scalars mean the same; a number is never a string, `true` never 1."""
    if isinstance(expected, bool) or isinstance(actual, bool) or expected is None or actual is None:
        return expected is actual
    if isinstance(expected, int | float) and isinstance(actual, int | float):
        return float(expected) == float(actual)
    if isinstance(expected, date | datetime):
        expected = expected.isoformat()
    if not (isinstance(expected, str) and isinstance(actual, str)):
        return False
    one, two = plain(expected), plain(actual)
    return one == two or (_moment(one) is not None and _moment(one) == _moment(two))


def same(norm: str, expected: Any, actual: Any) -> bool:
    """Whether two values are the same under a named norm; `KeyError` for a norm there is not."""
    one, two = NORMS[norm](expected), NORMS[norm](actual)
    if isinstance(one, Address) and isinstance(two, Address):
        return one.places == two.places and (not one.district or not two.district or one.district == two.district)
    return one is not None and one == two


def as_text(value: Any) -> str:
    """Free Chinese text without blanks and sentence marks, numerals as digits, letters small."""
    bare = re.sub(r"[,;:!?()\"'“”‘’。、《》〈〉【】\[\]…—]", "", tight(str(value)))
    return digits_for_numerals(bare).lower()


def as_phone(value: Any) -> str | None:
    """The digits of a telephone number without the country code."""
    digits = re.sub(r"[^\d]", "", plain(str(value)))
    return re.sub(r"^(?:0086|86)(?=1\d{10}$)", "", digits) or None


def as_resident_id(value: Any) -> str | None:
    """An 18-digit resident number, X as a capital."""
    found = re.sub(r"[\s-]", "", plain(str(value))).upper()
    return found if re.fullmatch(r"\d{17}[\dX]", found) else None


def as_money(value: Any) -> Decimal | None:
    """An amount in yuan."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    found = _MONEY.fullmatch(plain(str(value)))
    if not found or not found[1]:
        return None
    number = found[1]
    if re.fullmatch(NUMERAL, number) and numeral_value(number) is None:
        return None
    return scaled(number, found[2]).normalize()


def as_date(value: Any) -> date | None:
    """A calendar day in the city, from a date, a moment or a Chinese date."""
    if isinstance(value, datetime):
        return value.astimezone(CITY_ZONE).date() if value.tzinfo else value.date()
    if isinstance(value, date):
        return value
    text = plain(digits_for_numerals(plain(str(value))))
    moment = _moment(text)
    if isinstance(moment, datetime):
        return moment.astimezone(CITY_ZONE).date() if moment.tzinfo else moment.date()
    return moment


def as_address(value: Any) -> Address:
    """A place without the city's name; crossings name their roads in any order."""
    text = tight(str(value))
    head = _DISTRICT.match(text)
    district = (head[1] or "") if head else ""
    rest = text[head.end() :] if head else text
    rest = re.sub(r"(?:的)?(?:交叉路?口|交汇处|交界处|路口|十字路口|口)$", "", digits_for_numerals(rest))
    return Address(district, frozenset(part for part in _ROADS.split(rest) if part))


def as_grid(value: Any) -> str:
    """A grid's code."""
    return re.sub(r"[\s\u4e00-\u9fff]", "", plain(str(value))).upper()


NORMS: dict[str, Callable[[Any], Any]] = {
    "cn_text": as_text,
    "phone": as_phone,
    "id18": as_resident_id,
    "money": as_money,
    "date": as_date,
    "address": as_address,
    "grid": as_grid,
}


def _moment(text: str) -> date | datetime | None:
    """A day, or a moment; moments with a zone compare as instants."""
    found = _FULL_DATE.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
        if re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):
            return datetime.fromisoformat(text)
    except ValueError:
        return None
    return None
