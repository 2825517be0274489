"""Rules that can be looked up: the filing and closing standard of a class, and the work calendar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from . import case_phrases as phrases
from .define import CallArgument, Slot, tool
from .errors import NeedsAnswer, NotFound, ToolError
from .principal import EVERYONE
from .reporting import ASK_CLASS
from .standards import Standard, bundled_standards
from .telling import say_time
from .unified import Platform
from .worktime import KIND_NAMES, Limit, due_at, holiday_of, is_published, is_workday, nth_workday

# 15个工作日 and 三个工作日 count; 下一个工作日 does not.
COUNTS = (*"0123456789两三四五六七八九十几", "多少")
UNITS = (
    ("work_hour", "按工作时", "个工作时", "工作小时", "工作时的时限", "工作时时限", "工作时以后", "工作时之后"),
    (
        "work_day",
        "按工作日",
        *(f"{count}个工作日" for count in COUNTS),
        "工作日时限",
        "工作日期限",
        "工作日以后",
        "工作日之后",
    ),
    ("urgent_hour", "按紧急工作时", "紧急工作时", "个紧急工作时", "紧急小时"),
    ("natural_day", "按自然日", *(f"{count}个自然日" for count in COUNTS), "自然日时限", "自然日以后", "自然日之后"),
)
_HOURS = "零一二三四五六七八九十"


def _clock() -> Iterator[tuple[str, ...]]:
    """下午3点, 15:30, 上午十点半: half hours as people say them."""
    for hour in range(24):
        parts = ("早上", "上午", "早晨") if hour < 12 else ("中午", "下午") if hour < 18 else ("晚上", "傍晚")
        short = hour if hour <= 12 else hour - 12
        chinese = _HOURS[short] if short <= 10 else f"十{_HOURS[short - 10]}"
        for minute, ends in (
            (0, ("点", "点钟", "点整", ":00", "：00")),
            (30, ("点半", ":30", "：30", "点30", "点三十")),
        ):
            said = [f"{part}{number}{end}" for part in parts for number in (short, chinese) for end in ends]
            said += [f"{hour}{end}" for end in ends if hour > 12 or ":" in end or "：" in end]
            yield (f"{hour:02d}:{minute:02d}", *said)


CLOCK = tuple(_clock())
WEEK = "一二三四五六日"
SURE = 0.5


def case_rule_tools(platform: Platform) -> list[BaseTool]:
    """Standards and the calendar."""
    return [_standard(platform), _calendar()]


def _standard(platform: Platform) -> BaseTool:
    @tool(
        "standard.get", title="查询立案标准", effect="read", roles=EVERYONE, say=say_standard,
        examples=phrases.STANDARD, timeout_s=10.0,
    )  # fmt: skip
    async def standard_get(
        category: Annotated[str, Slot("category", "问题类别", ask=ASK_CLASS)],
        call: CallArgument,
        day: Annotated[str | None, Slot("date", "日期")] = None,
    ) -> Mapping[str, Any]:
        """查询一类问题的立案条件、处置时限和结案条件（演示规则或其他城市示例，不是武汉的规定）。"""
        hits = await platform.search_categories(category, 4)
        known = await platform.category(category) if category.isascii() else None
        exact = [hit.category for hit in hits if hit.category.name == category]
        sure = [hit.category for hit in hits if hit.score >= SURE]
        found = known or next(iter(exact or sure), None)
        if found is None:
            names = tuple(hit.category.name for hit in hits)
            raise NeedsAnswer("category", ASK_CLASS, names if len(names) > 1 else ())
        at = _day(day, call.now)
        standard = bundled_standards().get(found.code, at)
        if standard is None:
            raise NotFound(f"{at.isoformat()} 没有“{found.name}”的立案标准。")
        return _told(found.name, standard, at)

    return standard_get


def _told(name: str, standard: Standard, day: date) -> Mapping[str, Any]:
    table = bundled_standards()
    return {
        "id": standard.id,
        "category_code": standard.category_code,
        "category_name": name,
        "day": day.isoformat(),
        "effective_from": standard.effective_from.isoformat(),
        "condition": standard.condition,
        "limit": standard.limit.words,
        "close_condition": standard.close_condition,
        "source": standard.source,
        "stages": {stage: limit.words for stage, limit in table.stages.items()},
        "note": table.note,
    }


def say_standard(found: Mapping[str, Any]) -> str:
    """A standard with where it comes from; it is never the city's own."""
    return (
        f"“{found['category_name']}”的立案标准（{found['source']}，自 {found['effective_from']} 起）："
        f"立案条件：{found['condition']}处置时限：{found['limit']}，从派遣时起算。结案条件：{found['close_condition']}"
        f"{found['note']}"
    )


def _calendar() -> BaseTool:
    @tool(
        "calendar", title="工作日历", effect="read", roles=EVERYONE, say=say_calendar, examples=phrases.CALENDAR,
        timeout_s=5.0,
    )  # fmt: skip
    async def calendar(
        call: CallArgument,
        day: Annotated[str | None, Slot("date", "日期")] = None,
        amount: Annotated[
            float | None, Slot("number", "多少个", ask="请问是几个工作时、几个工作日，还是几天？")
        ] = None,
        unit: Annotated[str | None, Slot("enum", "单位", choices=UNITS)] = None,
        clock: Annotated[str | None, Slot("enum", "几点起算", choices=CLOCK)] = None,
    ) -> Mapping[str, Any]:
        """查某一天是不是工作日、属于哪个节假日；也可以从某天起推算若干工作时、工作日、自然日以后是什么时候。"""
        at = _day(day, call.now)
        official = is_published(at)
        hours = bundled_standards().hours
        answer: dict[str, Any] = {
            "day": at.isoformat(),
            "weekday": f"星期{WEEK[at.weekday()]}",
            "workday": is_workday(at),
            "holiday": holiday_of(at),
            "official": official,
            "next_workday": nth_workday(at, 1).isoformat(),
            "office_hours": [[opens.strftime("%H:%M"), closes.strftime("%H:%M")] for opens, closes in hours.spans],
        }
        kind = _unit(unit)
        if amount is None and kind is not None:
            raise NeedsAnswer("amount", f"请问是多少个{KIND_NAMES[kind]}？")
        if amount is not None:
            answer |= _counted(at, amount, unit, call.now, clock)
        return answer

    return calendar


def _counted(at: date, amount: float, unit: str | None, now: datetime, clock: str | None) -> dict[str, Any]:
    kind = _unit(unit)
    if kind is None:
        raise NeedsAnswer("unit", "按什么计算？", tuple(row[1] for row in UNITS))
    if not 0 < amount <= 366:
        raise ToolError("一次最多推算 366 个，请换一个数。")
    hours = bundled_standards().hours
    said = next((row[0] for row in CLOCK if clock in row), None)
    start = now if at == now.date() else datetime.combine(at, hours.opening, now.tzinfo)
    if said:
        start = datetime.combine(at, time.fromisoformat(said), now.tzinfo)
    limit = Limit(kind, amount)  # type: ignore[arg-type]
    end = due_at(start, limit, hours)
    return {
        "limit": limit.words,
        "start": start.isoformat(timespec="seconds"),
        "due": end.isoformat(timespec="seconds"),
        "due_official": is_published(end.date()),
    }


def _unit(words: str | None) -> str | None:
    """The unit of a value or of its Chinese name."""
    return next((row[0] for row in UNITS if words in row or words == KIND_NAMES[row[0]]), None) if words else None


def say_calendar(found: Mapping[str, Any]) -> str:
    """A day, and what was counted from it."""
    day = date.fromisoformat(found["day"])
    said = (
        f"{day.year}年{day.month}月{day.day}日，{found['weekday']}，{'是工作日' if found['workday'] else '不是工作日'}"
    )
    if found["holiday"]:
        said += f"（{found['holiday']}{'调休上班' if found['workday'] else '放假'}）"
    said += "。" if found["official"] else "；这一年的放假安排还没有收录，暂按周一到周五上班计算。"
    if "due" in found:
        hours = "、".join(f"{opens}至{closes}" for opens, closes in found["office_hours"])
        said += f"从 {say_time(found['start'])} 起{found['limit']}，到 {say_time(found['due'])} 为止"
        said += f"（办公时间按 {hours} 计算，演示设定）。"
        if not found["due_official"]:
            said += "到期的那一年放假安排还没有收录，结果可能变化。"
    elif not found["workday"]:
        following = date.fromisoformat(found["next_workday"])
        said += f"下一个工作日是{following.month}月{following.day}日。"
    return said


def _day(text: str | None, now: datetime) -> date:
    if not text:
        return now.date()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise ToolError(f"看不懂日期“{text}”，请写成 2026-09-01 的样子。") from None
