"""Where cases gather: the most loaded unit grids of a period."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .cases import class_codes, district_code
from .define import CallArgument, Slot, tool
from .metrics import READERS, period_of
from .sensing_phrases import HEAT
from .telling import say_time
from .telling_figures import scope_of
from .unified import MetricDraft, Metrics, Platform

LISTED = 8
ASKED = 50


def heat_tools(platform: Platform) -> list[BaseTool]:
    """Heat points."""
    metrics = Metrics(platform)

    @tool("case.heat", title="查案件热力点", effect="read", roles=READERS, say=say_heat, examples=HEAT, timeout_s=10.0)
    async def case_heat(
        call: CallArgument,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        category: Annotated[str | None, Slot("category", "问题类别")] = None,
    ) -> Mapping[str, Any]:
        """查案件按单元网格的热力点：哪些网格上报最多，给出坐标、时段、范围和口径。不说时段看近30天。"""
        first, last = period_of(since, until, call.now)
        codes = await class_codes(platform, category)
        asked = MetricDraft(
            (), first.isoformat(), last.isoformat(), district=await district_code(platform, district),
            category=codes, top=ASKED,
        )  # fmt: skip
        found = await metrics.heat(asked, call.principal)
        return {**found, "class": category if codes else None, "as_of": call.now.isoformat(timespec="seconds")}

    return [case_heat]


def say_heat(found: Mapping[str, Any]) -> str:
    """The most loaded grids with what is counted, where and when."""
    points = found["points"]
    if not points:
        return f"{scope_of(found)}，没有可统计的案件。口径：{found['definition']}。"
    lines = [
        f"网格 {each['grid']}（{each['district_name']}{each['subdistrict_name']}，"
        f"东经 {each['lon']}、北纬 {each['lat']}）{each['value']} 件"
        for each in points[:LISTED]
    ]
    mark = "以上含演示数据。" if any(each["demo"] for each in points) else ""
    moment = say_time(datetime.fromisoformat(found["as_of"]).isoformat())
    return (
        f"{scope_of(found)}，上报最多的 {len(lines)} 个网格：\n"
        + "；\n".join(lines)
        + f"。\n口径：{found['definition']}（{found['crs']}）。统计时刻：{moment}。{mark}"
    )
