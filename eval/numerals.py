"""Chinese numerals as numbers: 一万五千, 二〇二六, 一万五, 百分之五."""

from __future__ import annotations

import re
from decimal import Decimal

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10_000, "亿": 100_000_000}
NUMERAL = "[〇零一二两三四五六七八九十百千万亿]+"


def numeral_value(text: str) -> int | None:
    """The number a Chinese numeral says; nothing when it is none."""
    if not re.fullmatch(NUMERAL, text):
        return None
    if all(each in DIGITS for each in text):
        return int("".join(str(DIGITS[each]) for each in text))
    total, section, digit, unit = 0, 0, 0, 1
    zero_between = False
    for each in text:
        if each in DIGITS:
            digit, zero_between = DIGITS[each], zero_between or each in "〇零"
        elif each in SMALL:
            unit = SMALL[each]
            section, digit, zero_between = section + (digit or (1 if section == 0 else 0)) * unit, 0, False
        else:
            unit = LARGE[each]
            higher, lower = (0, total + section + digit) if each == "亿" else (total, section + digit)
            total, section, digit, zero_between = higher + lower * unit, 0, 0, False
    colloquial = digit and unit >= 100 and not zero_between  # 一万五 is 15000, 一万零五 is 10005
    return total + section + (digit * unit // 10 if colloquial else digit)


def digits_for_numerals(text: str) -> str:
    """The text with each Chinese numeral written in digits."""

    def written(found: re.Match[str]) -> str:
        value = numeral_value(found.group())
        return found.group() if value is None else str(value)

    return re.sub(NUMERAL, written, text)


def scaled(number: str, scale: str) -> Decimal:
    """A number in digits or numerals times 万 or 亿."""
    plain = number.replace(",", "")
    value = numeral_value(plain)
    base = Decimal(plain) if value is None else Decimal(value)
    return base * LARGE.get(scale, 1)
