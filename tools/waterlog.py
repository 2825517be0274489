"""Water on the road: which points stand under water or may soon, and one sensor's level. Safety comes first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import Call, CallArgument, Slot, tool
from .districts import district_of
from .errors import NeedsAnswer, NotFound
from .gazetteer import bundled_gazetteer
from .grids import distance_m
from .principal import EVERYONE
from .rainfall import water_points
from .sensing_phrases import SENSOR, WATERLOG
from .telling import say_time
from .unified import Platform
from .unified.sensing import Sensing

NEAR_M = 3000.0
LISTED = 8
ASK_POINT = "请问看哪个监测点？请说点位编号或附近的地名，例如光谷广场。"
SAFETY = (
    "请先注意安全：看不清深浅的积水不要走、不要开车进去，绕开井盖、电线杆和下穿通道；人或车被困，马上打110或119。"
    "车能不能过要看现场和交管部门的指挥，这里不能答应。"
)
STATES = {"waterlogged": "渍水", "standing": "有积水，没有达到渍水标准", "dry": "没有积水", "unknown": "没有新的读数"}
RISKS = {"high": "高风险", "medium": "中风险", "low": "低风险"}
RISK = Slot("enum", "风险", choices=(("high", "高风险", "高"), ("medium", "中风险", "中")))
_CODE = re.compile(r"JD-\d{6}-\d{2}", re.IGNORECASE)
Point = Mapping[str, Any]


def waterlog_tools(platform: Platform) -> list[BaseTool]:
    """The water tools over a platform."""
    sensing = Sensing(platform)
    return [_list(sensing), _sensor(sensing)]


def _list(sensing: Sensing) -> BaseTool:
    @tool("waterlog.list", title="查渍水点位", effect="read", roles=EVERYONE, say=say_water, examples=WATERLOG)
    async def waterlog_list(
        call: CallArgument,
        district: Annotated[str | None, Slot("district", "区")] = None,
        address: Annotated[str | None, Slot("address", "地点")] = None,
        risk: Annotated[str | None, RISK] = None,
    ) -> Mapping[str, Any]:
        """查现在哪里渍水、哪里有积水、未来2小时哪些点可能渍水（演示数据），说明所用的口径；给市民先说安全提示，不承诺能通行。"""
        found = await sensing.water()
        points = chosen(found["points"], district, address)
        looked = len(points)
        level = {"高风险": "high", "中风险": "medium"}.get(risk or "", risk)
        if level in RISKS:
            points = [each for each in points if each["risk"] == level]
        place = _place(district, address, call)
        strange = address if _strange(address) else None
        missing = RISKS[level] if level in RISKS and looked and not points else None
        return {
            **found,
            "points": points,
            "looked": looked,
            "missing": missing,
            "place": place,
            "strange": strange,
            "staff": call.principal.is_staff,
        }

    return waterlog_list


def _sensor(sensing: Sensing) -> BaseTool:
    @tool("sensor.get", title="查积水监测点读数", effect="read", roles=EVERYONE, say=say_sensor, examples=SENSOR)
    async def sensor_get(
        point: Annotated[str, Slot("query", "监测点", ask=ASK_POINT)], call: CallArgument
    ) -> Mapping[str, Any]:
        """按点位编号或附近地名查一个积水监测点的最新水深和过去1小时的变化（演示数据）。"""
        code = _CODE.search(point)
        if code is None:
            found = await sensing.water()
            fitting = _named(found["points"], point) or around(found["points"], point)
            if not fitting and not bundled_gazetteer().find(point):
                raise NeedsAnswer("point", ASK_POINT)
            if not fitting:
                raise NotFound(f"{NEAR_M / 1000:g}公里内没有监测点，不代表没有积水。")
            code_text = str(fitting[0]["code"])
        else:
            code_text = code.group(0).upper()
        return {**await sensing.sensor(code_text), "staff": call.principal.is_staff}

    return sensor_get


def chosen(points: Iterable[Point], district: str | None, address: str | None) -> list[Point]:
    """The points of a district or around a place, the deepest first."""
    rows = list(points)
    if district:
        code = district_of(district)
        rows = [each for each in rows if each["district"] == code]
    if address and (named := _named(rows, address)):
        rows = named
    elif address and bundled_gazetteer().find(address):
        rows = around(rows, address)
    return sorted(rows, key=lambda each: -max(each["depth_cm"] or 0, each["expected_cm"] or 0))


def around(points: Iterable[Point], words: str) -> list[Point]:
    """The points near anything some words name, nearest first."""
    entries = [entry for mention in bundled_gazetteer().find(words) for entry in mention.entries]
    places = [entry.point for entry in entries if entry.point and entry.kind != "district"]
    codes = {entry.code for entry in entries if entry.kind == "district"}
    if not places:
        return [each for each in points if each["district"] in codes]
    reach = [(min(distance_m((each["lon"], each["lat"]), place) for place in places), each) for each in points]
    return [each for far, each in sorted(reach, key=lambda pair: pair[0]) if far <= NEAR_M]


def at_risk(points: Iterable[Point]) -> list[Point]:
    """The points of high and medium risk, the deepest first."""
    risky = [each for each in points if each["risk"] != "low"]
    return sorted(risky, key=lambda each: -max(each["depth_cm"] or 0, each["expected_cm"] or 0))


def say_water(found: Mapping[str, Any]) -> str:
    """For citizens safety first; then what is measured, with the definitions and the moment."""
    said = [] if found["staff"] else [SAFETY]
    where, points = found["place"] or "全市", found["points"]
    if found["strange"]:
        said.append(f"没有认出“{found['strange']}”在哪里，下面是{where}的情况。")
    if found.get("missing"):
        said.append(f"{where}看了 {found['looked']} 个监测点，现在没有{found['missing']}的点。")
    elif not points:
        said.append(f"{where}附近没有符合条件的监测点，不代表那里没有积水。")
    else:
        said.append(_counted(where, points))
        wet = [each for each in points if each["risk"] != "low" or each["state"] not in ("dry", "unknown")]
        said += [f"{line(each)}。" for each in wet[:LISTED]]
        if not wet and found["place"]:
            said.append(f"看的是{'、'.join(_at(each) for each in points[:3])}{'等' if len(points) > 3 else ''}。")
        if len(wet) > LISTED:
            said.append(f"以上最多列{LISTED}个点。")
    risky = any(each["risk"] != "low" for each in points)
    said.append(definitions(found, outlook=found["staff"] or risky))
    if not found["staff"]:
        said.append("路上有积水可以在这里上报。")
    return "\n".join(said)


def say_sensor(found: Mapping[str, Any]) -> str:
    """A level and how it changed."""
    said = [] if found["staff"] else ([SAFETY] if (found["depth_cm"] or 0) >= 1 else [])
    said.append(f"{line(found)}。")
    series = found["series"]
    if len(series) > 1:
        first, last = series[0], series[-1]
        change = last["depth_cm"] - first["depth_cm"]
        way = "持平" if change == 0 else f"{'上升' if change > 0 else '下降'} {abs(change):g} 厘米"
        said.append(f"从{say_time(first['at'])}到{say_time(last['at'])}{way}。")
    said.append("监测点和读数是演示数据。" if found["demo"] else "读数由监测设备上传。")
    return "".join(said)


def line(each: Point) -> str:
    """One point in a sentence."""
    parts = [f"{each['name']}（{each['code']}，{each['district_name']}）：{STATES[each['state']]}"]
    if each["depth_cm"] is not None:
        parts.append(f"{say_time(each['at'])}水深 {each['depth_cm']:g} 厘米")
        if each["depth_cm"] > 0:
            parts.append(f"积水长约 {each['length_m']:g} 米")
    if each["expected_cm"] is not None and each["expected_cm"] > 0:
        parts.append(f"未来2小时预计最深 {each['expected_cm']:g} 厘米（演示推算），{RISKS[each['risk']]}")
    return "，".join(parts)


def definitions(found: Mapping[str, Any], *, outlook: bool = True) -> str:
    """By which definitions, whose, and when; that of the `outlook` where one is told."""
    rule = f"{found['definition']['text']}（{found['definition']['source']}）"
    risks = f"；{found['outlook']['text']}（{found['outlook']['source']}）" if outlook else ""
    shown = {each["demo"] for each in found["points"]}
    mark = "点位和读数是演示数据。" if shown != {False} else ""
    return f"口径：{rule}{risks}。统计时刻：{say_time(found['as_of'])}。{mark}"


def _at(each: Point) -> str:
    depth = "" if each["depth_cm"] is None else f"，水深 {each['depth_cm']:g} 厘米"
    return f"{each['name']}（{each['code']}{depth}）"


def _counted(where: str, points: Sequence[Point]) -> str:
    states = {name: sum(each["state"] == name for each in points) for name in STATES}
    high = sum(each["risk"] == "high" for each in points)
    medium = sum(each["risk"] == "medium" for each in points)
    said = f"{where}看了 {len(points)} 个监测点：渍水 {states['waterlogged']} 个，有积水 {states['standing']} 个，"
    return f"{said}没有积水 {states['dry']} 个；未来2小时高风险 {high} 个，中风险 {medium} 个。"


def _named(points: Iterable[Point], words: str) -> list[Point]:
    """The points whose own name stands in some words."""
    return [each for each in points if each["name"] in words or (len(words) > 1 and words in each["name"])]


def _place(district: str | None, address: str | None, call: Call) -> str:
    names = bundled_gazetteer().districts()
    named = names.get(district_of(district), "") if district else ""
    return f"{named}{address if address and not _strange(address) else ''}"


def _strange(address: str | None) -> bool:
    """Whether a place was named that nobody here knows."""
    points = [each.name for each in water_points()]
    return (
        bool(address)
        and not bundled_gazetteer().find(address or "")
        and not any(name in (address or "") or (address or "") in name for name in points)
    )
