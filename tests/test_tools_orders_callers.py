"""Orders that are registered by word: the demand alone is written, and nobody who wants to stay unnamed is named."""

from __future__ import annotations

import pytest

from tools.orders_callers import demand_of, without_caller

from .test_sandbox_orders import ACCEPTOR
from .test_tools_orders import do, prepare
from .test_tools_world import World, give_near  # noqa: F401


@pytest.mark.parametrize(
    ("said", "demand", "caller"),
    [
        ("帮我登记一张工单，建设大道路灯不亮，来电人陈红", "建设大道路灯不亮", "陈红"),
        ("接到市民来电 建设大道路灯不亮两天 刘先生", "建设大道路灯不亮两天", "刘先生"),
        ("张工单：求助，建设大道路灯不亮，姓周，开个单子", "建设大道路灯不亮", "姓周"),
        ("建设大道路灯不亮，市民不满，来电人着急", "建设大道路灯不亮，市民不满，来电人着急", None),
        ("姓王的邻居在楼顶养鸡", "姓王的邻居在楼顶养鸡", None),
    ],
)
def test_order_and_caller_are_no_part_of_the_demand(said: str, demand: str, caller: str | None) -> None:
    assert demand_of(said) == (demand, caller)


@pytest.mark.parametrize("said", ["黄女士反映路灯不亮，电话13900001111", "路灯不亮，来电人黄女士，手机号13900001111"])
def test_an_unnamed_caller_leaves_no_trace_in_the_demand(said: str) -> None:
    assert "黄" not in without_caller(said)
    assert "1390" not in without_caller(said)
    assert "路灯不亮" in without_caller(said)


def test_unnamed_orders_carry_neither_name_nor_telephone(near: World) -> None:
    told = {"demand": "登记一张工单，建设大道路灯不亮，来电人黄女士", "contact_phone": "13900001111"}

    async def body() -> None:
        named = await prepare(near, "order.create", ACCEPTOR, **told)
        assert named["caller_name"] == "黄女士"
        assert named["demand"] == "建设大道路灯不亮"
        unnamed = await prepare(near, "order.create", ACCEPTOR, **told, anonymous=True)
        assert not {"contact_phone", "caller_name"} & set(unnamed)
        assert "黄" not in str(unnamed)
        await do(near, "order.create", ACCEPTOR, **told, anonymous=True)
        assert "黄女士" not in str(near.rows("orders"))

    near.run(body)
