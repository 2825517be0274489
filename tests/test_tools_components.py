"""Components agree with the grids; codes that cannot be are refused with the reason; duties carry their basis."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools import (
    NeedsAnswer,
    NotFound,
    ToolError,
    bundled_categories,
    bundled_gazetteer,
    component_tools,
    run_tool,
    spec_of,
)
from tools.components import component_of, duty_of

from .test_tools_world import ANYBODY, World, open_world


@pytest.fixture(name="town", params=["in process", "network"])
def give_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world, in process and over the network."""
    with open_world(tmp_path / "sandbox", network=request.param == "network") as opened:
        yield opened


async def use(world: World, tool_name: str, **arguments: Any) -> Any:
    tools = {each.name: each for each in component_tools(world.platform)}
    return await run_tool(tools[tool_name], arguments, world.call(ANYBODY))


def test_every_class_has_components_in_every_district_and_their_grids_agree() -> None:
    gazetteer, categories = bundled_gazetteer(), bundled_categories()
    for district in gazetteer.districts():
        for category in categories:
            if category.kind != "component":
                continue
            found = component_of(f"{district}{category.code[1:]}000001", gazetteer, categories)
            assert found is not None, (district, category.code)
            grid = gazetteer.locate(found.lon, found.lat)
            assert grid is not None
            assert (found.grid, found.grid[:6]) == (grid.code, district)


def test_every_class_has_a_lead_unit_with_its_own_basis_per_district() -> None:
    gazetteer = bundled_gazetteer()
    for category in bundled_categories():
        bases = {duty_of(category, district, gazetteer).basis for district in gazetteer.districts()}
        assert len(bases) == 13, category.code


def test_a_component_and_a_duty_are_told_as_demo(town: World) -> None:
    async def body() -> None:
        cover = await use(town, "component.get", code="42010201 11000001")
        assert "燃气井盖，权属单位是演示燃气公司" in cover.said
        assert "演示数据" in cover.said
        duty = await use(town, "duty.get", category="道路积水", district="洪山区")
        assert duty.data["basis"] == "DUTY-E0406-420111"
        assert "演示洪山区水务部门牵头（演示数据）" in duty.said
        by_code = await use(town, "duty.get", category="E0101", district="420103")
        assert by_code.data["basis"] == "DUTY-E01-420103"

    town.run(body)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("420102011100001", "现在是15位"),
        ("42010201110000011", "现在是17位"),
        ("4401020111000001", "不是武汉"),
        ("4201020199000001", "不是已有的部件类别"),
        ("4201020111000000", "不能全是0"),
        ("42010201110000AB", "只能是数字"),
    ],
)
def test_a_code_that_cannot_be_is_refused_with_the_reason(town: World, code: str, reason: str) -> None:
    async def body() -> None:
        with pytest.raises(ToolError, match=reason):
            await use(town, "component.get", code=code)

    town.run(body)


def test_what_is_unknown_or_vague_is_said_or_asked(town: World) -> None:
    async def body() -> None:
        with pytest.raises(NotFound, match="部件库"):
            await use(town, "component.get", code="4201020111000123")
        for arguments in ({"category": "暴露垃圾", "district": "光谷"}, {"category": "", "district": "江汉区"}):
            with pytest.raises(NeedsAnswer):
                await use(town, "duty.get", **arguments)

    town.run(body)


def test_both_tools_have_thirty_different_examples(town: World) -> None:
    for each in component_tools(town.platform):
        assert len(set(spec_of(each).examples)) >= 30, each.name
