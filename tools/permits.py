"""Permits for works in the road: who digs where, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import CallArgument, Slot, tool
from .districts import district_of
from .errors import ToolError
from .gazetteer import bundled_gazetteer
from .grids import distance_m
from .principal import EVERYONE
from .rainfall import sensing_data
from .roadworks import Permit
from .sensing_phrases import PERMIT
from .telling_items import say_day
from .unified import Platform
from .unified.sensing import PermitQuery, Sensing

NEAR_M = 1500.0
LISTED = 6
KINDS = tuple((row[0], row[1], *row[3:]) for row in sensing_data()["works"])


def permit_tools(platform: Platform) -> list[BaseTool]:
    """The permit tools over a platform."""
    sensing = Sensing(platform)

    @tool("permit.search", title="查道路施工许可", effect="read", roles=EVERYONE, say=say_permits, examples=PERMIT)
    async def permit_search(
        call: CallArgument,
        address: Annotated[str | None, Slot("address", "道路或地点")] = None,
        district: Annotated[str | None, Slot("district", "区")] = None,
        kind: Annotated[str | None, Slot("enum", "施工种类", choices=KINDS)] = None,
        day: Annotated[str | None, Slot("date", "哪一天")] = None,
    ) -> Mapping[str, Any]:
        """查占道挖掘、燃气等管线施工许可：按道路、地点、区、种类和日期查，不说日期就查今天。"""
        on = _day(day, call.now.date())
        code = district_of(district) if district else None
        query = PermitQuery(_kind(kind), None, code, on.isoformat(), on.isoformat())
        listed = await sensing.permits(query)
        rows = _at(list(listed.permits), address) if address else listed.permits
        place = "".join(each for each in (bundled_gazetteer().district_name(code or ""), address or "") if each)
        name = {row[0]: row[1] for row in KINDS}.get(_kind(kind) or "", "道路施工")
        return {
            "permits": [asdict(each) for each in rows], "day": on.isoformat(), "place": place or "全市", "what": name,
            "demo": listed.demo,
        }  # fmt: skip

    return [permit_search]


def say_permits(found: Mapping[str, Any]) -> str:
    """The permits in force on a day."""
    rows = found["permits"]
    head = f"{found['place']}{say_day(found['day'])}在有效期内的{found['what']}许可"
    demo = "（演示数据）" if found["demo"] else ""
    unseen = "查不到许可不代表没有人施工；发现无证挖路、闻到燃气味，请先离开，再打110、119或燃气公司电话。"
    if not rows:
        return f"{head}{demo}没有查到。{unseen}"
    lines = [
        f"{each['number']}，{each['section']}（{each['district_name']}），{each['kind_name']}，{each['unit']}，"
        f"{say_day(each['first_day'])}到{say_day(each['last_day'])}，每天{each['hours']}"
        for each in rows[:LISTED]
    ]
    more = f"，先列 {len(lines)} 个" if len(rows) > len(lines) else ""
    return f"{head}共 {len(rows)} 个{demo}{more}：\n" + "；\n".join(lines) + f"。\n{unseen}"


def _at(rows: list[Permit], address: str) -> list[Permit]:
    """On the roads some words name, else near the places they name."""
    entries = [entry for mention in bundled_gazetteer().find(address) for entry in mention.entries]
    roads = {entry.name for entry in entries if entry.kind == "road"}
    if roads:
        return [each for each in rows if each.road in roads]
    codes = {entry.code for entry in entries if entry.kind == "district"}
    places = [entry.point for entry in entries if entry.point and entry.kind != "district"]
    if not places and not codes:
        raise ToolError(f"没有认出“{address}”是哪条路或哪个地方，请换个说法，例如友谊大道。")
    if not places:
        return [each for each in rows if each.district in codes]
    return [each for each in rows if any(distance_m((each.lon, each.lat), place) <= NEAR_M for place in places)]


def _kind(said: str | None) -> str | None:
    if not said:
        return None
    return next((row[0] for row in KINDS if said in row), None)


def _day(said: str | None, today: date) -> date:
    if not said:
        return today
    try:
        return date.fromisoformat(said[:10])
    except ValueError:
        raise ToolError("看不懂日期，请写成 2026-09-01 的样子。") from None
