"""The rows of results, each with all that its record says: what a question about one of them is answered from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .define import Row
from .telling import LISTED, say_time
from .telling_insurance import SCHEMES, STATES
from .telling_items import say_day, shown_walks
from .telling_own import stage_said

Result = Mapping[str, Any]


def outlet_rows(found: Result) -> list[Row]:
    """Outlets as they are listed."""
    return [_outlet(each) for each in shown_walks(found)]


def _outlet(walk: Result) -> Row:
    outlet = walk["outlet"]
    extra = "有无障碍设施" if outlet["accessible"] else "没有登记无障碍设施"
    facts = (f"直线 {walk['metres']} 米", f"步行约 {walk['minutes']} 分钟", outlet["hours"], extra)
    return Row(outlet["name"], f"{'，'.join(facts)}。")


def bundle_rows(found: Result) -> list[Row]:
    """The items of a bundle."""
    return [
        Row(each["name"], _said(each["certificate"], f"办理部门：{each['department'] or '未核实'}"))
        for each in found["parts"]
    ]


def application_rows(found: Result) -> list[Row]:
    """Own applications."""
    return [
        Row(
            each["title"].removesuffix("指南"),
            f"办件编号 {each['number']}，当前状态：{each['status_name']}；"
            f"{say_day(each['submitted_at'])}提交。{stage_said(each)}",
        )
        for each in found["applications"][:LISTED]
    ]


def enrolment_rows(found: Result) -> list[Row]:
    """Enrolments, by whose they are."""
    return [
        Row(
            f"{each['relation']} {each['name']}",
            f"{SCHEMES[each['scheme']]}，{STATES[each['state']]}，参保地{each['place']}，"
            f"缴费到{each['paid_until']}（记录截至{say_day(each['as_of'])}）。",
        )
        for each in found["enrolments"]
    ]


def policy_rows(found: Result) -> list[Row]:
    """Policies that may fit."""
    return [
        Row(
            each["title"],
            f"来源：{each['source']}；符合的条件：{'、'.join(each['matched'])}；"
            f"还不清楚：{'、'.join(each['unknown']) or '无'}。",
        )
        for each in found["hits"][:LISTED]
    ]


def dataset_rows(found: Result) -> list[Row]:
    """Entries of the data catalogue."""
    return [
        Row(
            each["title"],
            f"编号 {each['id']}，提供单位：{each['provider']}，共享属性：{each['sharing_name']}，"
            f"更新周期：{each['cycle']}。",
        )
        for each in found["datasets"]
    ]


def provider_rows(found: Result) -> list[Row]:
    """Providers nearby."""
    return [
        Row(
            each["name"],
            f"{each['level'] or '药店'}，直线约{each['metres']}米，{'是' if each['designated'] else '不是'}医保定点。",
        )
        for each in found["providers"]
    ]


def item_rows(found: Result) -> list[Row]:
    """Items of the directory; when another city is named only the first is told."""
    if found["city"]:
        return []
    return [Row(each["name"], f"办理部门：{each['department'] or '未核实'}。") for each in found["items"][:6]]


def case_rows(found: Result) -> list[Row]:
    """Cases of a list."""
    return [Row(f"{each['category_name']}（{each['number']}）", _case(each)) for each in found["cases"][:LISTED]]


def _case(case: Result) -> str:
    facts = [
        f"案件编号 {case['number']}",
        f"类别：{case['category_name']}",
        f"地点：{case['address']}",
        f"当前状态：{case['status_name']}",
        f"处置部门：{case['department']}" if case.get("department") else "还没有派遣",
        f"上报时间 {say_time(case['reported_at'])}" if case.get("reported_at") else None,
    ]
    if case.get("deadline_at"):
        facts.append(f"处置时限 {say_time(case['deadline_at'])}")
    if case.get("time_left"):
        facts.append(f"{'已超过时限' if case.get('overdue') else '离时限还有'}{case['time_left']}")
    return f"{'；'.join(each for each in facts if each)}。"


def target_rows(found: Result) -> list[Row]:
    """Targets of the plan."""
    return [
        Row(f"{each['id']} {each['name']}", f"目标 {each['value']}，单位：{each['unit']}。{each['said']}")
        for each in found["targets"]
    ]


def _said(*facts: str | None) -> str:
    given: Iterable[str] = (each for each in facts if each)
    return f"{'，'.join(given)}。"
