"""The order tools: what they ask, what they refuse early, what they say; and the hand-off to a person."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from langchain_core.tools import BaseTool

from tools import (
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    OrderDraft,
    Orders,
    Principal,
    handoff_tools,
    order_tools,
    run_tool,
    spec_of,
    staff_order_tools,
)
from tools.orders_rules import is_basis
from tools.orders_words import basis_in, demand_in, full_unit, order_number, reason_in, words_in
from tools.unit_names import units_in

from .test_sandbox_orders import ACCEPTOR, BASIS, CHIEF, DISPATCHER, GARBAGE, LISTED, OFFICE, at
from .test_tools_platform import ROLES
from .test_tools_world import ANYBODY, CITIZEN, OTHER, World, give_near, give_world  # noqa: F401

POSTS = {
    "order.suggest": {"acceptor", "dispatcher", "supervisor"},
    "order.create": {"acceptor", "supervisor"},
    "order.accept": {"acceptor", "supervisor"},
    "order.refuse": {"acceptor", "supervisor"},
    "order.dispatch": {"dispatcher", "supervisor"},
    "order.return": {"department"},
    "order.reply": {"acceptor", "supervisor", "department"},
    "order.extend": {"dispatcher", "supervisor"},
    "order.visit": {"acceptor", "supervisor"},
}


def all_tools(world: World) -> dict[str, BaseTool]:
    makers = (order_tools, staff_order_tools, handoff_tools)
    return {each.name: each for make in makers for each in make(world.platform)}


async def prepare(world: World, name: str, who: Principal, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(all_tools(world)[name]).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


async def do(world: World, name: str, who: Principal, **arguments: Any) -> Any:
    """Prepared as the desk does it, then run with exactly what was confirmed."""
    ready = await prepare(world, name, who, **arguments)
    return await run_tool(all_tools(world)[name], ready, world.call(who))


async def read(world: World, name: str, who: Principal, **arguments: Any) -> Any:
    return await run_tool(all_tools(world)[name], arguments, world.call(who))


def test_an_order_goes_its_way_through_the_tools(world: World) -> None:
    async def body() -> None:
        made = await do(world, "order.create", ACCEPTOR, demand="路口堆着生活垃圾", address="武汉市江汉区解放大道")
        number = made.data["number"]
        assert f"已登记工单 {number}（求决）" in made.said
        assert "暴露垃圾" in made.said
        await do(world, "order.accept", ACCEPTOR, number=f"受理 {number}")
        told = (await read(world, "order.suggest", DISPATCHER, number=number)).said
        assert f"建议派给{LISTED}，依据责任清单条目 {BASIS}" in told
        sent = (await do(world, "order.dispatch", DISPATCHER, number=number)).said
        for words in (LISTED, BASIS, "演示数据", "2026年9月8日17:30", "5个工作日", "演示规则"):
            assert words in sent
        back = await do(world, "order.return", OFFICE, number=number, reason="不归我们，依据是 DUTY-E0105-420103")
        assert "DUTY-E0105-420103" in back.said
        again = await prepare(world, "order.dispatch", DISPATCHER, number=number)
        assert again["unit"] == "演示江汉区水务部门"
        await do(world, "order.dispatch", DISPATCHER, number=number)
        await do(world, "order.extend", DISPATCHER, number=number, days=2, reason="等配件")
        water = Principal("w", frozenset(("department",)), department="演示江汉区水务部门")
        await do(world, "order.reply", water, number=number, reply="已经打捞干净，加强巡查")
        done = await do(world, "order.visit", ACCEPTOR, number=number, satisfaction="satisfied", solved="true")
        assert "回访结果：已解决，满意" in done.said
        told = (await read(world, "order.get", CHIEF, number=number)).said
        for words in ("已办结", "已延期一次", "退回过 1 次", "答复：已经打捞干净", "DUTY-E0105-420103"):
            assert words in told
        assert number in (await read(world, "order.search", CHIEF, status="已办结")).said
        none = await read(world, "order.search", CHIEF, status="待派遣", since="2026-08-01", until="2026-08-02")
        assert none.said == "没有查到符合条件的工单。查的是：待派遣、2026年8月1日起到2026年8月2日止。"

    world.run(body)


def test_an_unsure_order_is_proposed_for_people(near: World) -> None:
    async def body() -> None:
        draft = OrderDraft("物业收费不公开", channel="phone", address="武汉市江汉区解放大道")
        number = (await at(near, "accepted", draft)).number
        ready = await prepare(near, "order.dispatch", DISPATCHER, number=number)
        assert (ready["goes_to"], "unit" in ready) == ("人工研判", False)
        said = (await run_tool(all_tools(near)["order.dispatch"], ready, near.call(DISPATCHER))).said
        assert "已转人工研判" in said
        with pytest.raises(NeedsAnswer, match="请指定承办单位"):
            await prepare(near, "order.dispatch", DISPATCHER, number=number)
        with pytest.raises(NeedsAnswer, match="依据") as need:
            await prepare(near, "order.dispatch", DISPATCHER, number=number, unit="派给江汉区民权街道办事处")
        assert need.value.slot == "basis"
        sent = await do(
            near, "order.dispatch", DISPATCHER, number=number, unit="江汉区民权街道办事处", basis="属地管理"
        )
        assert "派单依据：属地管理" in sent.said

    near.run(body)


def test_the_unit_that_sent_an_order_back_needs_a_new_basis(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "returned")).number
        with pytest.raises(NeedsAnswer, match="已经退回过"):
            await prepare(near, "order.dispatch", DISPATCHER, number=number, unit="城管")
        with pytest.raises(NeedsAnswer, match="已经退回过"):
            await prepare(near, "order.dispatch", DISPATCHER, number=number, unit="城管", basis=BASIS)
        ready = await prepare(near, "order.dispatch", DISPATCHER, number=number, unit="城管", basis="会议纪要第三条")
        assert (ready["unit"], ready["basis"]) == (LISTED, "会议纪要第三条")

    near.run(body)


def test_a_changed_order_is_not_dispatched(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "accepted")).number
        ready = await prepare(near, "order.dispatch", DISPATCHER, number=number)
        near.wait(minutes=1)
        await do(near, "order.dispatch", CHIEF, number=number)
        with pytest.raises(Conflict, match="有了变化"):
            await run_tool(all_tools(near)["order.dispatch"], ready, near.call(DISPATCHER))

    near.run(body)


def test_what_is_missing_is_asked(near: World) -> None:
    async def body() -> None:
        sent = (await at(near, "dispatched")).number
        replied = (await at(near, "replied")).number
        cases: list[tuple[str, Principal, dict[str, Any], str]] = [
            ("order.create", ACCEPTOR, {}, "demand"),
            ("order.accept", ACCEPTOR, {}, "number"),
            ("order.return", OFFICE, {"number": sent}, "reason"),
            ("order.return", OFFICE, {"number": sent, "reason": "不归我们管"}, "basis"),
            ("order.reply", OFFICE, {"number": sent, "reply": sent}, "reply"),
            ("order.extend", DISPATCHER, {"number": sent}, "days"),
            ("order.extend", DISPATCHER, {"number": sent, "days": 2}, "reason"),
            ("order.visit", ACCEPTOR, {"number": replied}, "satisfaction"),
            ("order.visit", ACCEPTOR, {"number": replied, "satisfaction": "basic"}, "solved"),
            ("handoff.create", CITIZEN, {"request": " "}, "request"),
        ]
        for name, who, arguments, slot in cases:
            with pytest.raises(NeedsAnswer) as need:
                await prepare(near, name, who, **arguments)
            assert need.value.slot == slot, name
            assert slot in spec_of(all_tools(near)[name]).slots

    near.run(body)


def test_a_step_is_refused_before_it_is_proposed(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "received")).number
        with pytest.raises(Conflict, match="不能变为"):
            await prepare(near, "order.dispatch", DISPATCHER, number=number, unit="城管", basis=BASIS)
        with pytest.raises(NotAllowed):
            await prepare(near, "order.accept", DISPATCHER, number=number)
        with pytest.raises(NotFound):
            await prepare(near, "order.accept", ACCEPTOR, number="GD20260901999999")

    near.run(body)


def test_a_visit_that_reached_nobody_keeps_the_order_waiting(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "replied")).number
        told = (await do(near, "order.visit", ACCEPTOR, number=number, contacted="false")).data
        assert (told["status"], told["contacted"]) == ("replied", False)

    near.run(body)


@pytest.mark.parametrize("name", POSTS)
def test_a_staff_tool_is_for_its_posts_only(near: World, name: str) -> None:
    each = all_tools(near)[name]
    assert set(spec_of(each).roles) == POSTS[name]
    for role in {"anonymous", "citizen", "developer", "operator"}:
        with pytest.raises(NotAllowed):
            asyncio.run(run_tool(each, {}, near.call(ROLES[role])))


def test_every_tool_declares_what_the_desk_needs(near: World) -> None:
    for name, each in all_tools(near).items():
        spec = spec_of(each)
        assert len(set(spec.examples)) >= (15 if name in POSTS else 30), name
        assert spec.say, name
        assert each.description, name
        assert (spec.prepare is not None) == (spec.effect == "write"), name
        assert all(slot.label for slot in spec.slots.values()), name
        assert spec.confirm == (spec.effect == "write")


def test_a_hand_off_carries_what_was_said_and_done(world: World) -> None:
    async def body() -> None:
        packet = {
            "words": ["井盖坏了"],
            "slots": [{"name": "地点", "value": "解放大道"}],
            "steps": [],
            "sources": ["a"],
        }
        ready = await prepare(
            world, "handoff.create", ANYBODY, request="找人", reason="complaint", conversation="c_9", packet=packet
        )
        assert ready["carried"] == "您说过的话 1 句、已填内容 1 项、查到的依据 1 条"
        assert "留言" in ready["promise"]
        made = await run_tool(all_tools(world)["handoff.create"], ready, world.call(ANYBODY))
        assert made.data["number"] in made.said
        assert "回到智能助手" in made.said
        order = await Orders(world.platform).get(made.data["number"], ACCEPTOR)
        assert (order.kind, order.nature, order.conversation, order.anonymous) == ("handoff", "complaint", "c_9", True)
        assert order.packet == {**packet, "reason": "complaint"}
        with pytest.raises(NotFound):
            await read(world, "order.get", OTHER, number=made.data["number"])

    world.run(body)


def test_a_citizen_reopens_only_an_own_order(near: World) -> None:
    async def body() -> None:
        orders = Orders(near.platform)
        made = await orders.create(OrderDraft("想找人问问", kind="handoff"), CITIZEN, near.key())
        await orders.step(made.number, "reply", {"reply": "已经说明"}, ACCEPTOR, near.key())
        await do(near, "order.visit", ACCEPTOR, number=made.number, satisfaction="satisfied", solved="true")
        with pytest.raises(NotFound):
            await do(near, "order.reopen", OTHER, number=made.number, reason="没有说清楚")
        again = await do(near, "order.reopen", CITIZEN, number=made.number, reason="没有说清楚")
        assert "重办" in again.said
        demand = await orders.create(GARBAGE, ACCEPTOR, near.key())
        with pytest.raises(NotFound):
            await do(near, "order.reopen", CITIZEN, number=demand.number, reason="没有说清楚")

    near.run(body)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("派给水务", "演示江汉区水务部门"),
        ("水务部门", "演示江汉区水务部门"),
        ("换城管去办", "演示江汉区城市管理部门"),
        ("江汉区市政维修所", "江汉区市政维修所"),
        ("DUTY-E0105-420103", "演示江汉区水务部门"),
        ("演示江汉区园林部门", "演示江汉区园林部门"),
    ],
)
def test_units_are_read_from_words(said: str, unit: str) -> None:
    assert full_unit(said, "江汉区") == unit


def test_numbers_and_bases_are_read_from_words() -> None:
    assert order_number("请查 gd20260901000001 这单") == "GD20260901000001"
    assert order_number("") is None
    assert words_in("GD20260901000001，退回") == "退回"
    assert words_in("GD20260901000001") is None
    assert basis_in("不归我们，依据是三定方案第二条") == "三定方案第二条"
    assert basis_in("duty-e01-420103 列给别人") == "DUTY-E01-420103"
    assert basis_in("不归我们") is None
    assert [each.words for each in units_in("今天天气不错")] == []
    assert [each.words for each in units_in("会议纪要明确由维修所承办")] == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("工单 GD20260901000001 退回，不归我们管，依据 DUTY-E0105-420103", "不归我们管"),
        ("把这张工单退回，权属在供电公司", "权属在供电公司"),
        ("热线单退回去重派", "热线单退回去重派"),
        ("不予受理，已经在法院打官司", "已经在法院打官司"),
        ("退单", "退单"),
    ],
)
def test_a_reason_is_told_without_the_step_and_the_basis(said: str, reason: str) -> None:
    assert reason_in(said) == reason


@pytest.mark.parametrize("words", ["会议纪要第三条", "产权在供电公司", "DUTY-E01-420103", "属地管理", "江府发12号文件"])
def test_what_a_duty_rests_on_is_a_basis(words: str) -> None:
    assert is_basis(words)


@pytest.mark.parametrize("words", ["就这么派", "不用写依据", "没有别的依据", "快点", "不写，按我说的来"])
def test_a_wish_is_no_basis(words: str) -> None:
    assert not is_basis(words)


@pytest.mark.parametrize(
    ("said", "demand"),
    [
        ("录一张热线工单：江汉区解放大道路面有个大坑", "江汉区解放大道路面有个大坑"),
        ("登记一个来电，市民反映电梯停运", "市民反映电梯停运"),
        ("小区电话亭倒了，没人扶", "小区电话亭倒了，没人扶"),
        ("登记来电：急", "登记来电：急"),
    ],
)
def test_the_order_to_register_is_no_part_of_the_demand(said: str, demand: str) -> None:
    assert demand_in(said) == demand
