"""Figures about cases: asked for one at a time, and a draft report made of several."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, replace
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
from .metric_spans import shifted, with_earlier
from .metric_words import COMPARE, COMPARE_NAMES, GROUPS, ORDERS, TOPS
from .telling_figures import change_of, days_of, figure, moment_of, say_metric
from .unified import MetricDraft, Metrics, Platform

DATA = Path(__file__).parent / "data" / "measures.json"
READERS = frozenset(("supervisor", "department"))
REPORTED = ("report", "register", "dispose", "archive", "inTimeDisposeRate", "inTimeArchiveRate", "reworkRate",
            "overtimeToDispose", "avgHandleTime")  # fmt: skip
DAYS = 30
ASK_METRIC = (
    "请问要看哪个指标？可以查上报数、受理数、立案数、派遣数、处置数、结案数、返工案件数、退回案件数、督办数、未结案数、"
    "超期未处置数，以及立案率、结案率、按期结案率、超期结案率、处置率、按期处置率、返工率、退回率、平均处置时长等；别的指标没有统计。"
)
NOT_WITHOUT = "只能在按区列出时去掉某些区，例如“各区上报数，不含江岸区”；这样的去掉现在做不了。"


# So many groups are asked for; of subdistricts there are more.
MOST_GROUPS, MOST_SUBDISTRICTS = 100, 200
# What the platform compares by itself.
PLATFORM_COMPARES = frozenset(("hb", "tb", "both"))


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
        metric: Annotated[str, Slot("enum", "指标", ask=ASK_METRIC, choices=_metric_choices(), several=True)],
        call: CallArgument,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        district: Annotated[str | None, Slot("district", "所在区", several=True)] = None,
        category: Annotated[str | None, Slot("category", "问题类别")] = None,
        group: Annotated[str | None, Slot("enum", "分组", choices=GROUPS)] = None,
        compare: Annotated[str | None, Slot("enum", "比较", choices=COMPARE)] = None,
        order: Annotated[str | None, Slot("enum", "排序", choices=ORDERS)] = None,
        top: Annotated[str | None, Slot("enum", "名次", choices=TOPS)] = None,
        without: Annotated[str | None, Slot("district", "不含的区", several=True, side="without")] = None,
        below: Annotated[float | None, Slot("number", "低于", side="below")] = None,
        above: Annotated[float | None, Slot("number", "高于", side="above")] = None,
    ) -> Mapping[str, Any]:
        """查询案件统计指标（上报数、按期结案率、返工率、超期未处置数等），给出分子、分母、时段、范围和口径；可以分组、环比、同比。
        指标和区可以说几个，用顿号隔开；分组可以从高到低或从低到高排，只看前几名或后几名。"""
        first, last = period_of(since, until, call.now)
        wanted = tuple(_chosen(each, _metric_choices(), "指标") for each in _each(metric))
        areas = _each(district or "")
        ranks = _chosen(order, ORDERS, "排序") if order else None
        count = int(_chosen(top, TOPS, "名次").lstrip("n")) if top else None
        compared = _chosen(compare, COMPARE, "比较") if compare else None
        before = shifted(first, last, compared)
        # What leaves districts out, ranks or bounds lists them.
        listed = (ranks or count or without or below is not None or above is not None) and not areas
        grouped = _chosen(group, GROUPS, "分组") if group else ("district" if listed else None)
        if without and (areas or grouped != "district"):
            raise ToolError(NOT_WITHOUT)
        left_out = [await district_code(platform, each) for each in _each(without or "")]
        asked = MetricDraft(
            wanted,
            first.isoformat(),
            last.isoformat(),
            category=await class_codes(platform, category),
            group=None if grouped == "district" and areas else grouped,
            compare=None if before else compared if compared in PLATFORM_COMPARES else "hb" if compared else None,
            top=MOST_SUBDISTRICTS if grouped == "subdistrict" else MOST_GROUPS if grouped else None,
        )
        answers = []
        for area in areas or (None,):
            draft = replace(asked, district=await district_code(platform, area))
            found = await metrics.query(draft, call.principal)
            if before:
                earlier = replace(draft, since=before[0].isoformat(), until=before[1].isoformat(), group=None, top=None)
                past = await metrics.query(earlier, call.principal)
                found = [with_earlier(*pair, COMPARE_NAMES[str(compared)]) for pair in zip(found, past, strict=True)]
            answers += found
        ranking = {"order": ranks, "top": count, "without": left_out, "below": below, "above": above}
        return {**answers[0], **ranking, "more": [{**each, **ranking} for each in answers[1:]]}

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
        title = f"{answers[0]['area']}城市运行情况（{days_of(first, last)}）"
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


def say_draft(found: Mapping[str, Any]) -> str:
    """A draft that was kept."""
    return f"已保存草稿 {found['id']}：{found['title']}。草稿没有发布，请核对后使用。\n\n{found['body']}"


def _text(answers: list[Mapping[str, Any]], classes: Mapping[str, Any]) -> str:
    """The body of a report: only figures that were measured, with their definitions."""
    lines = ["一、总体情况"]
    lines += [
        f"{each['name']}：{figure(each, each)}；环比：{change_of(each, each['compare'][0])}。" for each in answers
    ]
    lines.append("二、上报较多的问题")
    lines += [f"{number}. {each['name']} {each['value']:g} 件" for number, each in enumerate(classes["groups"], 1)]
    lines.append("三、口径")
    lines += [f"{each['name']}：{each['definition']}。" for each in answers]
    lines.append(f"统计时刻：{moment_of(answers[0]['as_of'])}。" + ("含演示数据。" if answers[0]["demo"] else ""))
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


def _each(words: str) -> list[str]:
    """The values of an argument that takes several."""
    return [each.strip() for each in re.split(r"[、，,]", words) if each.strip()]


def _chosen(words: str, choices: tuple[tuple[str, ...], ...], label: str) -> str:
    value = next((row[0] for row in choices if words in row), None)
    if value is None:
        raise ToolError(f"没有“{words}”这个{label}，可以用：{'、'.join(row[1] for row in choices)}。")
    return value
