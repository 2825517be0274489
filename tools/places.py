"""Place tools: read an address, find the grid of a place, find the class of a problem."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .define import Slot, tool
from .errors import NeedsAnswer, NotFound
from .phrases import CLASSES, GEOCODE, GRID
from .principal import EVERYONE
from .telling import say_categories, say_geocode, say_grid
from .unified import Platform

ASK_PLACE = "请告诉我是哪个地方，例如路口、门牌号或地标。"


def place_tools(platform: Platform) -> list[BaseTool]:
    """The place tools over a platform."""
    return [_geocode(platform), _locate(platform), _categories(platform)]


def _geocode(platform: Platform) -> BaseTool:
    @tool("geocode", title="地址定位", effect="read", roles=EVERYONE, say=say_geocode, examples=GEOCODE, timeout_s=10.0)
    async def geocode(address: Annotated[str, Slot("address", "地点", ask=ASK_PLACE)]) -> Mapping[str, Any]:
        """把地址、路口或地标转成坐标，并说明在哪个区、哪个街道。"""
        return asdict(await platform.geocode(address))

    return geocode


def _locate(platform: Platform) -> BaseTool:
    @tool(
        "grid.locate", title="查询所属网格", effect="read", roles=EVERYONE, say=say_grid, examples=GRID, timeout_s=10.0
    )
    async def grid_locate(
        address: Annotated[str, Slot("address", "地点", ask=ASK_PLACE)],
        lon: Annotated[float | None, Slot("number", "经度", shown=False)] = None,
        lat: Annotated[float | None, Slot("number", "纬度", shown=False)] = None,
    ) -> Mapping[str, Any]:
        """查询一个地点属于哪个区、街道和网格；有经纬度时以经纬度为准。"""
        if lon is None or lat is None:
            lon, lat = await _point(platform, address)
        grid = await platform.locate(lon, lat)
        if grid is None:
            raise NotFound("这个位置不在武汉市的网格范围内。")
        return asdict(grid)

    return grid_locate


async def _point(platform: Platform, address: str) -> tuple[float, float]:
    candidates = (await platform.geocode(address)).candidates
    points = [each for each in candidates if each.precise and each.lon is not None and each.lat is not None]
    if len(points) == 1 and points[0].lon is not None and points[0].lat is not None:
        return points[0].lon, points[0].lat
    choices = tuple(dict.fromkeys(each.address for each in candidates))[:4]
    question = "这个地名有好几处，请问是哪一处？" if len(candidates) > 1 else f"这个地点还不够具体。{ASK_PLACE}"
    raise NeedsAnswer("address", question, choices if len(choices) > 1 else ())


def _categories(platform: Platform) -> BaseTool:
    @tool(
        "category.search",
        title="查询问题类别",
        effect="read",
        roles=EVERYONE,
        say=say_categories,
        examples=CLASSES,
        timeout_s=10.0,
    )
    async def category_search(
        description: Annotated[str, Slot("text", "问题描述", ask="请描述一下是什么问题。")],
    ) -> Mapping[str, Any]:
        """按描述查找对应的城市管理事件或部件类别及编码。"""
        hits = await platform.search_categories(description, 4)
        names = ("code", "name", "kind", "major")
        found = [{name: getattr(hit.category, name) for name in names} | {"score": hit.score} for hit in hits]
        return {"description": description, "categories": found}

    return category_search
