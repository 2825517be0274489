"""Weather tools: warnings in force, the rain of the last hour and what the next two bring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import Slot, tool
from .districts import district_of
from .principal import EVERYONE
from .sensing_phrases import WEATHER
from .telling import say_time
from .unified import Platform
from .unified.sensing import Sensing

OFFICIAL = "天气和预警以气象部门发布的为准。"


def weather_tools(platform: Platform) -> list[BaseTool]:
    """The weather tools over a platform."""
    sensing = Sensing(platform)

    @tool("weather.get", title="查雨情和天气预警", effect="read", roles=EVERYONE, say=say_weather, examples=WEATHER)
    async def weather_get(district: Annotated[str | None, Slot("district", "区")] = None) -> Mapping[str, Any]:
        """查现在生效的天气预警、过去1小时雨量和未来2小时预计雨量（演示数据），可以只看一个区。"""
        code = district_of(district) if district else None
        found = await sensing.weather()
        rain = [each for each in found["rain"] if code in (None, each["district"])]
        return {**found, "rain": rain, "one": code is not None}

    return [weather_get]


def say_weather(found: Mapping[str, Any]) -> str:
    """Warnings, then rain, with the moment and whose figures they are."""
    warnings = [_warning(each) for each in found["warnings"]] or ["现在没有生效的天气预警。"]
    shown = sorted(found["rain"], key=lambda each: -max(each["last_hour_mm"], each["next_mm"]))
    wet = [each for each in shown if each["last_hour_mm"] or each["next_mm"]]
    rows = shown if found["one"] else wet[:5]
    lines = [
        f"{each['district_name']}：过去1小时 {each['last_hour_mm']:g} 毫米，"
        f"未来{found['hours']}小时预计 {each['next_mm']:g} 毫米"
        for each in rows
    ]
    rain = "；".join(lines) if lines else f"各区过去1小时都没有雨，未来{found['hours']}小时预计也没有雨"
    more = f"（有雨的 {len(wet)} 个区里雨量最大的 {len(rows)} 个）" if not found["one"] and len(wet) > len(rows) else ""
    said = f"{''.join(warnings)}{rain}{more}。统计时刻：{say_time(found['as_of'])}，雨量是演示数据。"
    return f"{said}这里只看得到过去1小时和未来{found['hours']}小时。{OFFICIAL}"


def _warning(each: Mapping[str, Any]) -> str:
    where = f"（{'、'.join(each['districts'])}）" if each["districts"] else ""
    mark = "（演示数据）" if each["demo"] else ""
    spans = f"{say_time(each['issued_at'])}发布，到{say_time(each['until'])}"
    return f"{each['kind']}{each['colour']}预警{mark}{where}正在生效，{spans}。"
