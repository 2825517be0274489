"""Units as staff name them: resolved to one the city knows, asked about with the nearest, never silently replaced."""

from __future__ import annotations

from typing import Any

import pytest

from tools import NeedsAnswer, order_tools, spec_of, staff_case_tools, staff_order_tools
from tools.unit_names import resolve, units_in

from .test_sandbox_cases import at_state
from .test_sandbox_orders import LISTED, at
from .test_tools_platform import ROLES
from .test_tools_world import World, give_near, give_world  # noqa: F401


async def prepare(world: World, name: str, **arguments: Any) -> dict[str, Any]:
    makers = (staff_case_tools, staff_order_tools, order_tools)
    tools = {each.name: each for make in makers for each in make(world.platform)}
    ready = spec_of(tools[name]).prepare
    assert ready is not None
    return await ready(arguments, world.call(ROLES["dispatcher"]))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("WH20261126000015改派江汉区交通大队 依据权属单位是交通大队", "江汉区交通大队"),
        ("GD20261126000003派江汉区园林管理所", "江汉区园林管理所"),
        ("井盖那个派给硚口市政维修所处理", "硚口市政维修所"),
        ("退给水务吧", "水务"),
        ("这件由青山区环卫所接手", "青山区环卫所"),
        ("暴露垃圾那件按责任清单派", "责任清单"),
        ("派给江汉区城管局，依据DUTY-E04-420103", "江汉区城管局"),
        ("就是江汉区交通大队", "就是江汉区交通大队"),
        ("退给派遣员", None),
        ("派个人去看看", None),
    ],
)
def test_the_unit_is_cut_out_of_the_command(said: str, words: str | None) -> None:
    assert next((each.words for each in units_in(said)), None) == words


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("环卫所", "江汉区环卫所"),
        ("城管", "江汉区城管执法大队"),
        ("江汉市政维修所", "江汉区市政维修所"),
        ("执法大队", "江汉区城管执法大队"),
        ("区水务局", "演示江汉区水务部门"),
        ("洪山区水务站", "洪山区水务站"),
        ("民权街道办", "江汉区民权街道办事处"),
        ("江汉区交通大队", None),
        ("就是江汉区交通大队", "江汉区交通大队"),
    ],
)
def test_a_unit_is_one_that_the_city_knows(said: str, name: str | None) -> None:
    assert resolve(said, "江汉区", handling=True).name == name


def test_an_unknown_unit_is_asked_about_with_the_nearest(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "filed")
        with pytest.raises(NeedsAnswer, match="没有“江汉区交通大队”") as asked:
            await prepare(near, "case.dispatch", number=case.number, department="江汉区交通大队")
        assert "演示江汉区交通管理部门" in asked.value.choices
        sent = await prepare(near, "case.dispatch", number=case.number, department="就是江汉区交通大队")
        assert sent["department"] == "江汉区交通大队"
        assert "核对" in sent["warning"]

    near.run(body)


def test_a_unit_of_another_district_is_warned_about(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "filed")
        sent = await prepare(near, "case.dispatch", number=case.number, department="江岸区环卫所")
        assert sent["department"] == "江岸区环卫所"
        assert "江岸区" in sent["warning"]

    near.run(body)


def test_a_case_goes_by_the_responsibility_list(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "filed")
        sent = await prepare(near, "case.dispatch", number=case.number, department="责任清单")
        assert sent["department"].startswith("演示")
        assert sent["basis"].startswith("DUTY-")

    near.run(body)


def test_an_entry_of_another_unit_is_no_silent_basis(near: World) -> None:
    async def body() -> None:
        case = await at_state(near, "filed")
        basis = f"DUTY-E04-{case.district}"
        sent = await prepare(near, "case.dispatch", number=case.number, department="城管", basis=basis)
        assert sent["department"].endswith("城管执法大队")
        assert "应急部门" in sent["warning"]

    near.run(body)


def test_the_named_unit_is_not_replaced_by_that_of_the_list(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "accepted")).number
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(near, "order.dispatch", number=number, unit="江汉区水务", basis="权责清单")
        assert asked.value.slot == "unit"
        assert LISTED in asked.value.question
        assert "演示江汉区水务部门" in asked.value.choices

    near.run(body)
