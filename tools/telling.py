"""The Chinese sentences by which results of case and place tools are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from .unified.lifecycle import NEXT_STEPS

Result = Mapping[str, Any]
TIMES = (
    ("reported_at", "上报"),
    ("filed_at", "立案"),
    ("dispatched_at", "派遣"),
    ("finished_at", "处理完成"),
    ("closed_at", "结案"),
)
LISTED = 5


def say_created(case: Result) -> str:
    """A new case: its number, its state, what happens next."""
    return (
        f"已上报，案件编号 {case['number']}，类别“{case['category_name']}”，地点：{case['address']}。"
        f"当前状态：{case['status_name']}，{NEXT_STEPS[case['status']]}"
    )


def say_case(case: Result) -> str:
    """A case: only what is known of it."""
    said = [f"案件 {case['number']} 当前状态：{case['status_name']}。"]
    said.append(f"类别：{case['category_name']}；地点：{case['address']}。")
    if case.get("department"):
        said.append(f"处置部门：{case['department']}。")
    times = [f"{label}时间 {say_time(case[name])}" for name, label in TIMES if case.get(name)]
    if case.get("deadline_at"):
        times.append(f"处置时限 {say_time(case['deadline_at'])}")
    if times:
        said.append("，".join(times) + "。")
    if case.get("reason") and case["status"] in ("closed", "void", "returned", "suspended", "rework"):
        said.append(f"说明：{case['reason']}。")
    if case.get("urge_count"):
        said.append(f"已催办 {case['urge_count']} 次。")
    if case["status"] not in ("closed", "void"):
        said.append(NEXT_STEPS[case["status"]])
    return "".join(said)


def say_page(found: Result) -> str:
    """How many cases, and the newest of them."""
    if not found["total"]:
        return "没有查到符合条件的案件。"
    shown = found["cases"][:LISTED]
    lines = [f"{each['number']}，{each['category_name']}，{each['address']}，{each['status_name']}" for each in shown]
    head = f"共查到 {found['total']} 件案件"
    if found["total"] > len(shown):
        head += f"，下面是其中 {len(shown)} 件"
    return f"{head}：\n" + "；\n".join(lines) + "。"


def say_urged(case: Result) -> str:
    """An urged case."""
    said = f"已为案件 {case['number']} 催办，这是第 {case['urge_count']} 次。当前状态：{case['status_name']}，"
    return f"{said}{NEXT_STEPS[case['status']]}24 小时内不能重复催办。"


def say_geocode(found: Result) -> str:
    """What an address may mean."""
    candidates = found["candidates"]
    if not candidates:
        return f"没有找到“{found['query']}”的位置。"
    if len(candidates) > 1:
        names = "、".join(dict.fromkeys(each["address"] for each in candidates))
        return f"“{found['query']}”可能是：{names}。"
    only = candidates[0]
    if only.get("lon") is None:
        return f"{only['address']}，目前只能定到这个范围，没有精确坐标。"
    return f"{only['address']}，约在东经 {only['lon']}、北纬 {only['lat']}（{only['crs']}，沙盒近似坐标）。"


def say_grid(grid: Result) -> str:
    """The grid of a place."""
    area = f"{grid['district_name']}{grid['subdistrict_name']}"
    return f"属于{area}，单元网格 {grid['code']}，责任网格 {grid['duty_grid']}。"


def say_categories(found: Result) -> str:
    """The classes that fit."""
    if not found["categories"]:
        return "没有找到对应的问题类别。"
    first, *others = found["categories"]
    kind = "事件" if first["kind"] == "event" else "部件"
    said = f"最接近的类别是“{first['name']}”（{kind}，编码 {first['code']}，{first['major']}）。"
    return said + (f"其他可能：{'、'.join(each['name'] for each in others)}。" if others else "")


def say_time(text: str) -> str:
    """A moment as people write it."""
    moment = datetime.fromisoformat(text)
    return f"{moment.year}年{moment.month}月{moment.day}日{moment.hour:02d}:{moment.minute:02d}"
