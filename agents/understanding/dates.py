"""Days and spans of days as people say them, against the city clock."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from .numerals import number

_COUNT = r"(\d{1,3}|[一二两三四五六七八九十]{1,3}|几)"
_N = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MEASURED = r"(?!\d|\s*(?:[万千百亿元块%％米]|公里|平))"
_DAY = re.compile(rf"(?:(?P<y>\d{{4}})[年/.-])?(?<!\d)(?P<m>\d{{1,2}})[月/.-](?P<d>\d{{1,2}})[日号]?{_MEASURED}")
_SAID_DAY = re.compile(rf"(?:(?P<y>\d{{4}})年)?(?P<m>{_N})月(?P<d>{_N})[日号]")
_DAYS = re.compile(
    rf"(?:(?:(?P<y>\d{{4}})年|(?P<rel>今年|去年))?(?P<m>{_N})月份?|(?P<this>本月|这个?月)|(?P<before>上个?月))?的?"
    rf"(?<![\d一二三四五六七八九十])(?P<a>{_N})(?P<u>[日号])?\s*(?:到|至|—|–|-|~|～)\s*(?P<b>{_N})[日号](?![楼门栋口院线])"
)
_STREET = re.compile(r"[路街巷道里村栋院][东西南北中]?$")
_MONTH = re.compile(
    r"(?:(?P<y>\d{4})年|(?P<rel>今年|去年))?(?P<m>1[0-2]|0?[1-9]|[一二三四五六七八九十]{1,2})月份?(?!\d)"
)
_PART_OF_YEAR = re.compile(
    r"(?:(?P<y>20\d{2})年?|(?P<rel>今年|去年|本年|前年))?的?(?:第?(?P<q>[一二三四1-4])个?季度?(?![年月日天])|[Qq](?P<Q>[1-4])|(?P<half>[上下])半年"
    r"|(?P<three>前三个?季度))"
)
_QUARTER = re.compile(r"(?P<w>本|这个?|上个?)季度?(?![节])")
_THIRD = re.compile(
    rf"(?:(?:(?P<y>\d{{4}})年|(?P<rel>今年|去年))?(?P<m>{_N})月份?|(?P<this>本月|这个?月)|(?P<before>上个?月))?的?(?P<t>[上中下])旬"
)
_SO_FAR = re.compile(
    r"(?P<u>年初|月初|季初)(?:到|至|以来|开始)(?:现在|今天|目前|今|昨天)?|今年以来|本年以来|截至?(?:目前|今天|现在)今年"
)
_YEAR = re.compile(r"(?P<y>20\d{2})年(?!\d{1,2}月)")
_LAST = re.compile(rf"(?:最近|近|这|过去){_COUNT}?个?(?P<u>天|周|星期|月|年)(?![初底])")
_AGO = re.compile(rf"{_COUNT}(?P<u>天|周|个?星期|个?月)(?:前|之前|以前)")
_WEEKDAY = re.compile(r"(?P<w>上个?|这个?|本|下个?)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])")
_WEEKS = {"": 0, "本": 0, "这": 0, "这个": 0, "上": -1, "上个": -1, "下": 1, "下个": 1}
_BARE_WEEKDAY = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天]")
_BARE_DAY = re.compile(rf"{_N}[月/.-]{_N}[日号]?")
_RANGE = re.compile(r"^\s*(?:到|至|—|–|-|~|～)\s*")
_OPEN = re.compile(r"^\s*(?:以来|之后|以后|起|开始)")


@dataclass(frozen=True)
class DaySpan:
    """Days from `first` to `last`; `start`/`end` are characters of the text."""

    first: date
    last: date
    start: int
    end: int


def day_spans(text: str, today: date, *, ahead: bool = False) -> list[DaySpan]:
    """The spans a text names, left to right, without overlaps; 甲到乙 is one. `ahead`: what is over comes again."""
    named = _all(text, today)
    found = sorted(
        (_to_come(span, text, today) for span in named) if ahead else named, key=lambda span: (span.start, -span.end)
    )
    kept: list[DaySpan] = []
    for span in found:
        if kept and span.start < kept[-1].end:
            continue
        if kept and _RANGE.fullmatch(text[kept[-1].end : span.start]):
            kept[-1] = DaySpan(kept[-1].first, span.last, kept[-1].start, span.end)
        else:
            kept.append(span)
    return [_opened(span, text, today) for span in kept]


def _to_come(span: DaySpan, text: str, today: date) -> DaySpan:
    """周一 said on a Thursday, 1月5日 said in November: the next one, unless 上周 or a year is said."""
    said = text[span.start : span.end]
    if span.first >= today or span.first != span.last:
        return span
    if _BARE_WEEKDAY.fullmatch(said):
        return DaySpan(span.first + timedelta(days=7), span.last + timedelta(days=7), span.start, span.end)
    if _BARE_DAY.fullmatch(said) and (day := _date(span.first.year + 1, span.first.month, span.first.day)):
        return DaySpan(day, day, span.start, span.end)
    return span


def _opened(span: DaySpan, text: str, today: date) -> DaySpan:
    """昨天以来 runs until today."""
    until = max(today, span.first) if _OPEN.match(text[span.end :]) else span.last
    return DaySpan(span.first, until, span.start, span.end)


def _all(text: str, today: date) -> Iterator[DaySpan]:
    for word, (first, last) in _words(today).items():
        for match in re.finditer(word, text):
            yield DaySpan(first, last, *match.span())
    for match in (*_DAY.finditer(text), *_SAID_DAY.finditer(text)):
        day = _date(int(match["y"] or today.year), _int(match["m"]), _int(match["d"]))
        if day:
            yield DaySpan(day, day, *match.span())
    yield from _days_of_month(text, today)
    for match in _MONTH.finditer(text):
        year = int(match["y"]) if match["y"] else today.year - (match["rel"] == "去年")
        month = int(number(match["m"]) or 0)
        if 1 <= month <= 12:
            yield DaySpan(date(year, month, 1), _month_end(year, month), *match.span())
    yield from _parts_of_years(text, today)
    for match in _YEAR.finditer(text):
        yield DaySpan(date(int(match["y"]), 1, 1), date(int(match["y"]), 12, 31), *match.span())
    for match in _WEEKDAY.finditer(text):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * _WEEKS[match["w"] or ""])
        day = monday + timedelta(days="一二三四五六日".index(match["d"].replace("天", "日")))
        yield DaySpan(day, day, *match.span())
    for match in _LAST.finditer(text):
        # Today is one of the last thirty days.
        yield DaySpan(today - timedelta(days=_days(match.group(1), match["u"]) - 1), today, *match.span())
    for match in _AGO.finditer(text):
        day = today - timedelta(days=_days(match.group(1), match["u"].lstrip("个")))
        yield DaySpan(day, day, *match.span())


def _parts_of_years(text: str, today: date) -> Iterator[DaySpan]:
    """一季度, 去年下半年, 本季度, 十月上旬, 年初到现在: exact spans."""
    for match in _PART_OF_YEAR.finditer(text):
        back = {"去年": 1, "前年": 2}.get(match["rel"] or "", 0)
        year = int(match["y"]) if match["y"] else today.year - back
        quarter = match["q"] or match["Q"]
        first, length = (
            (3 * _int(quarter) - 2, 3)
            if quarter
            else (1, 9)
            if match["three"]
            else (1 + 6 * (match["half"] == "下"), 6)
        )
        yield DaySpan(date(year, first, 1), _month_end(year, first + length - 1), *match.span())
    for match in _QUARTER.finditer(text):
        first = today.month - (today.month - 1) % 3 - (3 if match["w"].startswith("上") else 0)
        year, first = (today.year, first) if first > 0 else (today.year - 1, first + 12)
        last = _month_end(year, first + 2)
        yield DaySpan(date(year, first, 1), last if match["w"].startswith("上") else today, *match.span())
    for match in _THIRD.finditer(text):
        until = today.replace(day=1) - timedelta(days=1) if match["before"] else today
        year = int(match["y"]) if match["y"] else until.year - (match["rel"] == "去年")
        month = _int(match["m"]) if match["m"] else until.month
        if 1 <= month <= 12:
            begin, end = {"上": (1, 10), "中": (11, 20), "下": (21, _month_end(year, month).day)}[match["t"]]
            yield DaySpan(date(year, month, begin), date(year, month, end), *match.span())
    for match in _SO_FAR.finditer(text):
        begins = {"月初": today.replace(day=1), "季初": date(today.year, today.month - (today.month - 1) % 3, 1)}
        yield DaySpan(begins.get(match["u"] or "", date(today.year, 1, 1)), today, *match.span())


def _days_of_month(text: str, today: date) -> Iterator[DaySpan]:
    """11月1日到20日, 本月1到20号, 1号到15号: the month is said once, or it is this one."""
    for match in _DAYS.finditer(text):
        month_said = match["m"] or match["this"] or match["before"]
        if not month_said and (not match["u"] or _STREET.search(text[: match.start()])):
            continue
        until = today.replace(day=1) - timedelta(days=1) if match["before"] else today
        year = int(match["y"]) if match["y"] else until.year - (match["rel"] == "去年")
        month = _int(match["m"]) if match["m"] else until.month
        first, last = _date(year, month, _int(match["a"])), _date(year, month, _int(match["b"]))
        if first and last and first <= last:
            yield DaySpan(first, last, *match.span())


def _words(today: date) -> dict[str, tuple[date, date]]:
    monday = today - timedelta(days=today.weekday())
    first = today.replace(day=1)
    before = first - timedelta(days=1)
    days = {
        "今[天日]|今儿": 0,
        "昨[天日]|昨晚": 1,
        "(?<!大)前天": 2,
        "大前天": 3,
        "明[天日]|明早": -1,
        "(?<!大)后天": -2,
        "大后天": -3,
    }
    found = {word: (today - timedelta(days=n), today - timedelta(days=n)) for word, n in days.items()}
    return found | {
        "上上个?(?:周|星期|礼拜)(?![一二三四五六日天])": (monday - timedelta(days=14), monday - timedelta(days=8)),
        "(?<!上)上个?(?:周|星期|礼拜)(?![一二三四五六日天])": (monday - timedelta(days=7), monday - timedelta(days=1)),
        "(?:本|这个?)(?:周|星期|礼拜)(?![一二三四五六日天])": (monday, today),
        "上个?月": (before.replace(day=1), before),
        "(?:本|这个?)月": (first, today),
        "今年": (today.replace(month=1, day=1), today),
        "去年": (date(today.year - 1, 1, 1), date(today.year - 1, 12, 31)),
    }


def _days(count: str | None, unit: str) -> int:
    several = 3 if count == "几" else int(number(count) or 1) if count else 1
    return several * {"天": 1, "周": 7, "星期": 7, "月": 30, "年": 365}[unit]


def _int(words: str) -> int:
    return int(number(words) or 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)
