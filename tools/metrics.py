"""Figures about cases: asked for one at a time, and a draft report made of several."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from . import staff_phrases as phrases
from .case_steps import write_key
from .cases import class_codes, district_code
from .define import Call, CallArgument, Slot, tool
from .errors import NeedsAnswer, ToolError
from .unified import MetricDraft, Metrics, Platform

DATA = Path(__file__).parent / "data" / "measures.json"
READERS = frozenset(("supervisor", "department"))
GROUPS = (
    ("district", "按区", "各区", "各个区", "每个区", "每区", "哪个区", "哪几个区", "分区", "区里排名", "区的排名"),
    ("department", "按部门", "各部门", "每个部门", "哪个部门", "分部门", "各单位", "每个单位", "哪个单位", "分单位"),
    ("class", "按类别", "各类", "每类", "分类别", "哪类", "哪一类", "哪种问题", "什么问题", "按问题"),
    ("major", "按大类", "各大类", "每个大类", "分大类"),
    ("day", "按天", "每天", "每日", "逐日", "分天", "走势", "趋势"),
    ("source", "按来源", "各来源", "分来源", "每个来源", "哪个渠道", "各渠道"),
    ("subdistrict", "按街道", "各街道", "每个街道", "分街道", "哪个街道", "哪条街道", "哪些街道", "街道排"),
)
COMPARE = (
    (
        "hb",
        "环比",
        "比上期",
        "跟上周比",
        "和上周比",
        "比上周",
        "较上周",
        "跟上个月比",
        "和上个月比",
        "比上个月",
        "较上月",
        "比上月",
        "跟前一天比",
        "比前一天",
        "较前一天",
        "跟昨天比",
        "比昨天",
        "跟前天比",
        "比前天",
        "跟前一周比",
        "跟上一期比",
        "前一个周期",
    ),
    (
        "tb",
        "同比",
        "比去年",
        "跟去年比",
        "和去年比",
        "较去年",
        "去年同期",
        "去年同一天",
        "去年同月",
        "上年同期",
        "去年这个时候",
    ),
    ("both", "同比环比", "环比同比"),
)
REPORTED = ("report", "register", "dispose", "archive", "inTimeDisposeRate", "inTimeArchiveRate", "reworkRate",
            "overtimeToDispose", "avgHandleTime")  # fmt: skip
DAYS = 30
ASK_METRIC = "请问要看哪个指标，例如上报数、按期结案率、超期未处置数？"


@cache
def _metric_choices() -> tuple[tuple[str, ...], ...]:
    rows = json.loads(DATA.read_text(encoding="utf-8"))["measures"]
    return tuple((row["key"], row["name"], *row["synonyms"]) for row in rows)


def metric_tools(platform: Platform) -> list[BaseTool]:
    """Figures and draft reports."""
    return [_query(platform), _draft(platform)]


def _query(platform: Platform) -> BaseTool:
    metrics = Metrics(platform)

    @tool(
        "metric.query", title="查询统计指标", effect="read", roles=READERS, say=say_metric,
        examples=phrases.METRIC, timeout_s=10.0,
    )  # fmt: skip
    async def metric_query(
        metric: Annotated[str, Slot("enum", "指标", ask=ASK_METRIC, choices=_metric_choices())],
        call: CallArgument,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        category: Annotated[str | None, Slot("category", "问题类别")] = None,
        group: Annotated[str | None, Slot("enum", "分组", choices=GROUPS)] = None,
        compare: Annotated[str | None, Slot("enum", "比较", choices=COMPARE)] = None,
    ) -> Mapping[str, Any]:
        """查询案件统计指标（上报数、按期结案率、返工率、超期未处置数等），给出分子、分母、时段、范围和口径；可以分组、环比、同比。"""
        first, last = period_of(since, until, call.now)
        asked = MetricDraft(
            (_chosen(metric, _metric_choices(), "指标"),),
            first.isoformat(),
            last.isoformat(),
            district=await district_code(platform, district),
            category=await class_codes(platform, category),
            group=_chosen(group, GROUPS, "分组") if group else None,
            compare=_chosen(compare, COMPARE, "比较") if compare else None,
        )
        return (await metrics.query(asked, call.principal))[0]

    return metric_query


def _draft(platform: Platform) -> BaseTool:
    metrics = Metrics(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        first, last = period_of(arguments.get("since"), arguments.get("until"), call.now)
        area = await district_code(platform, arguments.get("district"))
        asked = MetricDraft(REPORTED, first.isoformat(), last.isoformat(), district=area, compare="hb")
        answers = await metrics.query(asked, call.principal)
        top = MetricDraft(("report",), asked.since, asked.until, district=area, group="class", top=5)
        classes = (await metrics.query(top, call.principal))[0]
        title = f"{answers[0]['area']}城市运行情况（{_days(first, last)}）"
        kept = {"district": arguments["district"]} if arguments.get("district") else {}
        return {**kept, "since": asked.since, "until": asked.until, "heading": title, "body": _text(answers, classes)}

    @tool(
        "report.draft", title="起草运行报告", effect="write", roles=READERS, say=say_draft,
        examples=phrases.REPORT, prepare=prepare, object_id="id", timeout_s=25.0,
    )  # fmt: skip
    async def report_draft(
        call: CallArgument,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        heading: Annotated[str | None, Slot("text", "标题", derived=True)] = None,
        body: Annotated[str | None, Slot("text", "正文", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """起草日报、周报、月报：数字全部来自统计结果，附口径；只保存为草稿，不发布。"""
        if heading is None or body is None:
            ready = await prepare({"since": since, "until": until, "district": district}, call)
            heading, body = ready["heading"], ready["body"]
        return asdict(await metrics.save_draft(heading, body, call.principal, write_key(call)))

    return report_draft


def say_metric(found: Mapping[str, Any]) -> str:
    """A figure with everything that belongs to it."""
    said = [f"{scope_of(found)}，{found['name']}：{_figure(found, found)}。"]
    for each in found["compare"]:
        said.append(f"{each['name']}：{_change(found, each)}。")
    if found["group_by"]:
        said.append(_grouped(found))
    said.append(f"口径：{found['definition']}。统计时刻：{_moment(found['as_of'])}。")
    if found["demo"]:
        said.append("以上含演示数据。")
    return "".join(said)


def say_draft(found: Mapping[str, Any]) -> str:
    """A draft that was kept."""
    return f"已保存草稿 {found['id']}：{found['title']}。草稿没有发布，请核对后使用。\n\n{found['body']}"


def scope_of(found: Mapping[str, Any]) -> str:
    """Area, class and days of a figure."""
    first = datetime.fromisoformat(found["period"]["from"]).date()
    last = (datetime.fromisoformat(found["period"]["to"]) - timedelta(seconds=1)).date()
    kind = f"，类别：{found['class']}" if found.get("class") else ""
    return f"{found['area']}{kind}，{_days(first, last)}"


def _figure(found: Mapping[str, Any], value: Mapping[str, Any]) -> str:
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


def _change(found: Mapping[str, Any], each: Mapping[str, Any]) -> str:
    if each["value"] is None or each["change"] is None:
        return "没有可比的数据"
    first = datetime.fromisoformat(each["period"]["from"]).date()
    last = (datetime.fromisoformat(each["period"]["to"]) - timedelta(seconds=1)).date()
    before = f"{_days(first, last)}为{_figure(found, each)}"
    way = "上升" if each["change"] > 0 else "下降" if each["change"] < 0 else "持平"
    if way == "持平":
        return f"{before}，持平"
    if found["kind"] == "rate":
        return f"{before}，{way} {abs(each['change']) * 100:.2f} 个百分点"
    unit = " 件" if found["kind"] == "count" else " 小时"
    share = f"（{abs(each['rate']) * 100:.2f}%）" if each["rate"] is not None else ""
    return f"{before}，{way} {abs(each['change']):g}{unit}{share}"


def _grouped(found: Mapping[str, Any]) -> str:
    names = {row[0]: row[1] for row in GROUPS}
    rows = [f"{each['name']} {_figure(found, each)}" for each in found["groups"][:10]]
    if not rows:
        return f"{names[found['group_by']]}没有可统计的案件。"
    return f"{names[found['group_by']]}：{'；'.join(rows)}。"


def _text(answers: list[Mapping[str, Any]], classes: Mapping[str, Any]) -> str:
    """The body of a report: only figures that were measured, with their definitions."""
    lines = ["一、总体情况"]
    lines += [f"{each['name']}：{_figure(each, each)}；环比：{_change(each, each['compare'][0])}。" for each in answers]
    lines.append("二、上报较多的问题")
    lines += [f"{number}. {each['name']} {each['value']:g} 件" for number, each in enumerate(classes["groups"], 1)]
    lines.append("三、口径")
    lines += [f"{each['name']}：{each['definition']}。" for each in answers]
    lines.append(f"统计时刻：{_moment(answers[0]['as_of'])}。" + ("含演示数据。" if answers[0]["demo"] else ""))
    return "\n".join(lines)


def period_of(since: str | None, until: str | None, now: datetime) -> tuple[date, date]:
    """The days that are meant; without any, the last thirty up to today."""
    try:
        last = date.fromisoformat(str(until)[:10]) if until else now.date()
        first = date.fromisoformat(str(since)[:10]) if since else last - timedelta(days=DAYS - 1)
    except ValueError:
        raise ToolError("看不懂日期，请写成 2026-09-01 的样子。") from None
    if first > last:
        raise NeedsAnswer("since", "开始日期晚于截止日期，请说明要看哪一段时间。")
    return first, last


def _chosen(words: str, choices: tuple[tuple[str, ...], ...], label: str) -> str:
    value = next((row[0] for row in choices if words in row), None)
    if value is None:
        raise ToolError(f"没有“{words}”这个{label}，可以用：{'、'.join(row[1] for row in choices)}。")
    return value


def _days(first: date, last: date) -> str:
    if first == last:
        return f"{first.year}年{first.month}月{first.day}日"
    return f"{first.year}年{first.month}月{first.day}日至{last.year}年{last.month}月{last.day}日"


def _moment(text: str) -> str:
    moment = datetime.fromisoformat(text)
    return f"{moment.year}年{moment.month}月{moment.day}日{moment.hour:02d}:{moment.minute:02d}"
