"""The Chinese sentences by which figures are told: value, parts, period, area, definition, groups in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from .gazetteer import bundled_gazetteer
from .metric_words import GROUPS

# Groups that are listed where nobody says how many, and days of a course.
LISTED, MOST_DAYS, MOST_TIED = 20, 31, 5


def say_metric(found: Mapping[str, Any]) -> str:
    """Figures with everything that belongs to them; a definition that several share is told once."""
    answers = [found, *found.get("more", ())]
    said = [_one(each) for each in answers]
    definitions = {each["name"]: each["definition"] for each in answers}
    several = len(definitions) > 1
    rules = "；".join(f"{f'{name}＝' if several else ''}{rule}" for name, rule in definitions.items())
    said.append(f"口径：{rules}。统计时刻：{moment_of(found['as_of'])}。")
    if any(each["demo"] for each in answers):
        said.append("以上含演示数据。")
    return "".join(said)


def _one(found: Mapping[str, Any]) -> str:
    since = _recorded_since(found)
    began = since and f"平台的记录从{since.year}年{since.month}月{since.day}日开始"
    if since is None or since > _days(found)[1]:
        return f"{scope_of(found)}，{found['name']}：没有数据{f'（{began}）' if began else ''}。"
    said = [f"{scope_of(found)}，{found['name']}：{figure(found, found)}。"]
    if since > _days(found)[0]:
        said.append(f"{began}，这之前没有数据。")
    said += [f"{each['name']}：{change_of(found, each)}。" for each in found["compare"]]
    return "".join([*said, _grouped(found) if found["group_by"] else ""])


def _recorded_since(found: Mapping[str, Any]) -> date | None:
    """The day of the first record; a platform that does not say is taken to have always recorded."""
    if "records_from" not in found:
        return date.min
    return datetime.fromisoformat(found["records_from"]).date() if found["records_from"] else None


def _days(found: Mapping[str, Any]) -> tuple[date, date]:
    first, end = (datetime.fromisoformat(found["period"][name]) for name in ("from", "to"))
    return first.date(), (end - timedelta(seconds=1)).date()


def scope_of(found: Mapping[str, Any]) -> str:
    """Area, class and days of a figure."""
    first, last = _days(found)
    kind = f"，类别：{found['class']}" if found.get("class") else ""
    return f"{found['area']}{kind}，{days_of(first, last)}"


def figure(found: Mapping[str, Any], value: Mapping[str, Any]) -> str:
    """A value with what it was made of."""
    if value["value"] is None:
        return "没有可统计的案件"
    if found["kind"] == "count":
        return f"{value['value']:g} 件"
    known = value["numerator"] is not None
    parts = f"（{value['numerator']:g}÷{value['denominator']}）" if known else ""
    if found["kind"] == "hours":
        return f"{value['value']:.2f} 小时{parts}"
    return f"{value['value'] * 100:.2f}%{parts}"


def change_of(found: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    """An earlier figure and the way from it to this one."""
    if each["value"] is None or each["change"] is None:
        return "没有可比的数据"
    first, last = _days(each)
    before = f"{days_of(first, last)}为{figure(found, each)}"
    way = "上升" if each["change"] > 0 else "下降" if each["change"] < 0 else "持平"
    if way == "持平":
        return f"{before}，持平"
    if found["kind"] == "rate":
        return f"{before}，{way} {abs(each['change']) * 100:.2f} 个百分点"
    unit = " 件" if found["kind"] == "count" else " 小时"
    share = f"（{abs(each['rate']) * 100:.2f}%）" if each["rate"] is not None else ""
    return f"{before}，{way} {abs(each['change']):g}{unit}{share}"


def _grouped(found: Mapping[str, Any]) -> str:
    """The groups in the order that was asked for, which is said; those that were left out too."""
    title = {row[0]: row[1] for row in GROUPS}[found["group_by"]]
    rows = [each for each in found["groups"] if each["value"] is not None]
    if not rows:
        return f"{title}没有可统计的案件。"
    rows, held = kept(found, rows)
    title = f"{title}{held}"
    if not rows:
        return f"{title}：没有。"
    order, top = found.get("order"), found.get("top")
    if found["group_by"] == "day" and not order and not top:
        return f"{title}：{_listed(found, rows[-MOST_DAYS:])}。"
    rows = sorted(
        rows, key=lambda each: (each["value"] if order == "asc" else -each["value"], -(each["denominator"] or 0))
    )
    shown = rows[: top or (LISTED if found["group_by"] != "district" else len(rows))]
    way = "从低到高" if order == "asc" else "从高到低"
    if found["kind"] == "count":
        way = "从少到多" if order == "asc" else "从多到少"
    ends = {"rate": ("最低", "最高"), "hours": ("最短", "最长")}.get(found["kind"], ("最少", "最多"))[order != "asc"]
    if top and len(rows) > top:
        count = f"{way}的前 {top} 个" if top > 1 else f"{ends}的"
    else:
        count = f"{way}，共 {len(rows)} 个" + (f"，先列 {len(shown)} 个" if len(shown) < len(rows) else "")
    best = [each["name"] for each in rows if each["value"] == rows[0]["value"]]
    lead = (
        f"{ends}的是{'、'.join(best)}{'（并列）' if len(best) > 1 else ''}。" if order and len(best) < len(rows) else ""
    )
    if len(best) > MOST_TIED and lead:
        lead = f"{ends}的有 {len(best)} 个并列。"
    if order and len(best) == len(rows) > 1:
        lead = "各组都一样，分不出高低。"
    absent = _without_cases(found, rows) if len(shown) == len(rows) and not held else ""
    note = f"（{count}）" if len(rows) > 1 else ""
    return f"{lead}{title}：{_listed(found, shown)}{note}。{absent}"


def kept(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], str]:
    """The groups that hold what was asked for (不含江岸区, 低于 90%), and how that is said."""
    left_out, said = set(found.get("without") or ()), []
    names = [name for code, name in bundled_gazetteer().districts().items() if code in left_out]
    said += [f"不含{'、'.join(names)}"] if names else []
    rows = [each for each in rows if each["name"] not in names]
    share = 100 if found["kind"] == "rate" else 1
    unit = {"rate": "%", "hours": " 小时"}.get(found["kind"], " 件")
    if (below := found.get("below")) is not None:
        said.append(f"低于 {below:g}{unit}")
        rows = [each for each in rows if each["value"] * share < below]
    if (above := found.get("above")) is not None:
        said.append(f"高于 {above:g}{unit}")
        rows = [each for each in rows if each["value"] * share > above]
    return rows, f"（{'，'.join(said)}）" if said else ""


def _listed(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    return "；".join(f"{each['name']} {figure(found, each)}" for each in rows)


def _without_cases(found: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> str:
    """The districts of which there is nothing to measure."""
    named = {each["name"] for each in rows}
    absent = [name for name in bundled_gazetteer().districts().values() if name not in named]
    return f"{'、'.join(absent)}没有可统计的案件。" if found["group_by"] == "district" and absent else ""


def days_of(first: date, last: date) -> str:
    """A span of days as people write it."""
    if first == last:
        return f"{first.year}年{first.month}月{first.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"


def moment_of(text: str) -> str:
    """A moment to the minute."""
    moment = datetime.fromisoformat(text)
    return f"{moment.year}年{moment.month}月{moment.day}日{moment.hour:02d}:{moment.minute:02d}"
