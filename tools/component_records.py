"""Component tools: whose a component is by its code, and who leads for a class of problems in a district."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .component_phrases import COMPONENT, DUTY
from .define import Slot, tool
from .districts import ASK_DISTRICT, district_of
from .errors import NeedsAnswer
from .principal import EVERYONE
from .unified import Platform
from .unified.components import Components

ASK_CLASS = "请问是什么问题或者什么设施？"


def component_tools(platform: Platform) -> list[BaseTool]:
    """The component tools over a platform."""
    known = Components(platform)
    return [_component(known), _duty(known, platform)]


def _component(known: Components) -> BaseTool:
    @tool("component.get", title="查询部件", effect="read", roles=EVERYONE, say=say_component, examples=COMPONENT)
    async def component_get(
        code: Annotated[str, Slot("component_no", "部件编码", ask="请告诉我16位部件编码。")],
    ) -> Mapping[str, Any]:
        """按16位部件编码查部件种类、权属单位和所在网格（演示数据）；编码不对时说明原因。"""
        plain = re.sub(r"\s", "", code)
        if not plain:
            raise NeedsAnswer("code", "请告诉我16位部件编码。")
        return asdict(await known.get(plain))

    return component_get


def _duty(known: Components, platform: Platform) -> BaseTool:
    @tool("duty.get", title="查询责任单位", effect="read", roles=EVERYONE, say=say_duty, examples=DUTY)
    async def duty_get(
        category: Annotated[str, Slot("category", "问题类别", ask=ASK_CLASS)],
        district: Annotated[str, Slot("district", "区", ask=ASK_DISTRICT)],
    ) -> Mapping[str, Any]:
        """按问题类别和所在区，在责任清单（演示数据）里查牵头单位和依据编号。"""
        exact = await platform.category(category.strip()) if category.strip() else None
        hits = [] if exact else await platform.search_categories(category, 1)
        if exact is None and not hits:
            raise NeedsAnswer("category", ASK_CLASS)
        found = exact or hits[0].category
        return asdict(await known.duty(found.code, district_of(district)))

    return duty_get


def say_component(found: Mapping[str, Any]) -> str:
    """Kind, owner and grid of a component."""
    return (
        f"部件 {found['code']}（演示数据）：{found['name']}，权属单位是{found['owner']}，"
        f"在{found['district_name']}，网格 {found['grid']}。"
    )


def say_duty(found: Mapping[str, Any]) -> str:
    """Who leads, by which entry."""
    return (
        f"{found['district_name']}的“{found['name']}”由{found['unit']}牵头（演示数据），"
        f"依据责任清单条目 {found['basis']}。"
    )
