"""Numbers as people say them: 2万, 两万三, 3.5万元, 三千五百."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_UNITS = {"十": 10, "百": 100, "千": 1000, "k": 1000, "K": 1000, "w": 10_000, "W": 10_000, "万": 10_000, "亿": 10**8}
_ARABIC = r"\d[\d,]*(?:\.\d+)?\s*[十百千kKwW万亿]{0,2}"
_SPOKEN = r"[零〇一二三四五六七八九两十百千万亿]+"
NUMBER = re.compile(rf"{_ARABIC}|{_SPOKEN}")
_IN_A_CODE = re.compile(r"[A-Za-z0-9_]$|[A-Za-z0-9]-$")
_MONEY_AFTER = re.compile(r"^\s*(多|左右|来)?\s*(元|块|圆|人民币|rmb)", re.IGNORECASE)
# What was paid is money without saying so; what counts days or people is none.
_SPENT = re.compile(
    r"(?:花|付|收|交|缴|掏|总共|一共|费用|账单|单子)(?:了|掉|费|去|是|的|我|他|她)?[约大概差不多有]{0,3}$"
)
_COUNTED = re.compile(r"\s*(?:多|来|几)?个?(?:天|日|月|年|次|人|回|周|小时|分钟|岁|页|张|份|家|%|％)")


@dataclass(frozen=True)
class Said:
    """A number in a text, its value, and whether money is meant."""

    value: float
    start: int
    end: int
    money: bool


def numbers_in(text: str) -> Iterator[Said]:
    """The numbers of a text, left to right; digits of a code (DS0003, DUTY-E0102) are none."""
    for match in NUMBER.finditer(text):
        value = number(match.group(0))
        if value is not None and not _IN_A_CODE.search(text[: match.start()]):
            after = text[match.end() :]
            scaled = any(unit in match.group(0) for unit in "万亿wWkK")
            spent = _SPENT.search(text[: match.start()]) and not _COUNTED.match(after)
            yield Said(value, match.start(), match.end(), bool(_MONEY_AFTER.match(after) or spent) or scaled)


def number(words: str) -> float | None:
    """The value of one numeral; None when it is none."""
    plain = words.replace(",", "").replace(" ", "")
    arabic = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千kKwW万亿]*)", plain)
    if arabic:
        value = float(arabic.group(1))
        for unit in arabic.group(2):
            value *= _UNITS[unit]
        return value
    return _spoken(plain)


def _spoken(words: str) -> float | None:
    if not words or not any(letter in _DIGITS or letter == "十" for letter in words):
        return None
    if all(letter in _DIGITS for letter in words):
        return float("".join(str(_DIGITS[letter]) for letter in words))
    total, section, digit, last = 0, 0, 0, 1
    for letter in words:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
            last = 1 if letter in "零〇" else last
        elif letter in "十百千":
            last = _UNITS[letter]
            section += (digit or 1) * last
            digit = 0
        else:
            last = _UNITS[letter]
            total = (total + section + digit) * last
            section = digit = 0
    # 两万三 is 23 000: a last bare digit counts in tenths of the unit before it.
    return float(total + section + digit * (last // 10 if last > 10 and words[-2:-1] not in "零〇" else 1))
