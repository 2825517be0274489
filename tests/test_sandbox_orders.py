"""The platform's rules for hotline orders: who may what, dispatch by the list, return, visit, reopen, hand-off."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

import pytest

from tools import Conflict, NotAllowed, NotFound, Order, OrderDraft, Orders, Principal, ToolError
from tools.unified import OrderVisit
from tools.unified.order_states import ORDER_MOVES, ORDER_STATES

from .test_tools_platform import ROLES
from .test_tools_world import ANYBODY, CITIZEN, OTHER, World, give_near, give_world, open_world  # noqa: F401

ACCEPTOR, DISPATCHER, CHIEF = ROLES["acceptor"], ROLES["dispatcher"], ROLES["supervisor"]
GARBAGE = OrderDraft(
    "路口堆着生活垃圾没人清", channel="phone", address="武汉市江汉区解放大道", contact_phone="13800000001"
)
LISTED, BASIS = "演示江汉区城市管理部门", "DUTY-E01-420103"
OFFICE = Principal("office-1", frozenset(("department",)), department=LISTED)
TALK = OrderDraft("机器说不清，找人", kind="handoff", conversation="c_1", packet={"words": ["找人"]})


async def step(world: World, number: str, to: str, who: Principal, **body: Any) -> Order:
    return await Orders(world.platform).step(number, to, body, who, world.key())


async def at(world: World, state: str, draft: OrderDraft = GARBAGE) -> Order:
    """An order brought to a state."""
    made = await Orders(world.platform).create(draft, ACCEPTOR, world.key())
    paths: dict[str, list[tuple[str, Principal, dict[str, Any]]]] = {
        "accepted": [("accept", ACCEPTOR, {})],
        "dispatched": [("accept", ACCEPTOR, {}), ("dispatch", DISPATCHER, {})],
    }
    paths["returned"] = [*paths["dispatched"], ("return", OFFICE, {"reason": "不归我们", "basis": "三定方案没有"})]
    paths["replied"] = [*paths["dispatched"], ("reply", OFFICE, {"reply": "已经清走了"})]
    for to, who, body in paths.get(state, []):
        made = await step(world, made.number, to, who, **body)
    assert made.status == state
    return made


def test_an_order_goes_its_way(world: World) -> None:
    async def body() -> None:
        orders = Orders(world.platform)
        made = await orders.create(GARBAGE, ACCEPTOR, key := world.key())
        assert made.number.startswith("GD20260901")
        assert (made.category_name, made.district_name, made.status) == ("暴露垃圾", "江汉区", "received")
        assert await orders.create(GARBAGE, ACCEPTOR, key) == made
        await step(world, made.number, "accept", ACCEPTOR)
        found = await orders.suggest(made.number, DISPATCHER)
        assert (found.sure, found.choices[0].unit, found.choices[0].basis) == (True, LISTED, BASIS)
        sent = await step(world, made.number, "dispatch", DISPATCHER)
        assert (sent.lead_unit, sent.dispatch_basis, sent.due_at) == (LISTED, BASIS, "2026-09-08T17:30:00+08:00")
        assert [each.basis for each in sent.dispatches] == [BASIS]
        await step(world, made.number, "reply", OFFICE, reply="已经清走了")
        visited = await orders.visit(made.number, OrderVisit(True, True, "satisfied"), ACCEPTOR, world.key())
        assert (visited.status, visited.solved, visited.satisfaction) == ("closed", True, "satisfied")
        again = await step(world, made.number, "reopen", CHIEF, reason="又堆起来了")
        assert (again.status, again.reopen_count) == ("reopened", 1)

    world.run(body)
    kinds = [row["action"] for row in world.rows("changes")]
    assert kinds == ["received", "accepted", "dispatched", "replied", "visited", "reopened"]
    assert [row["type"] for row in world.rows("events")] == ["order.state_changed"] * 6


def test_a_returned_order_never_goes_back_without_a_new_basis(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "returned")).number
        found = await Orders(near.platform).suggest(number, DISPATCHER)
        assert found.excluded == (LISTED,)
        assert not found.sure
        assert LISTED not in [each.unit for each in found.choices]
        with pytest.raises(ToolError, match="依据要写明"):
            await step(near, number, "dispatch", DISPATCHER, unit=LISTED, basis="就派他们")
        for basis in (None, BASIS):
            with pytest.raises(ToolError, match="已经退回过"):
                await step(near, number, "dispatch", DISPATCHER, unit=LISTED, basis=basis)
        sent = await step(near, number, "dispatch", DISPATCHER, unit=LISTED, basis="区政府会议纪要第三条")
        assert (sent.status, sent.dispatch_note, len(sent.dispatches)) == ("dispatched", "区政府会议纪要第三条", 2)

    near.run(body)


def test_a_return_that_names_an_entry_of_the_list_leads_there(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "dispatched")).number
        basis = "应由水务办，见 DUTY-E0105-420103"
        await step(near, number, "return", OFFICE, reason="是水里的垃圾", basis=basis)
        found = await Orders(near.platform).suggest(number, DISPATCHER)
        assert (found.sure, found.choices[0].unit) == (True, "演示江汉区水务部门")
        assert (await step(near, number, "dispatch", DISPATCHER)).dispatch_basis == "DUTY-E0105-420103"

    near.run(body)


def test_a_unit_is_suggested_once(near: World) -> None:
    async def body() -> None:
        draft = replace(GARBAGE, demand="小区门口下水道堵了，污水流到路上")
        number = (await at(near, "accepted", draft)).number
        await step(near, number, "dispatch", DISPATCHER, unit=LISTED, basis="属地管理")
        await step(near, number, "return", OFFICE, reason="不归我们", basis="应由水务办，见 DUTY-E0404-420103")
        units = [each.unit for each in (await Orders(near.platform).suggest(number, DISPATCHER)).choices]
        assert units[0] == "演示江汉区水务部门"
        assert len(set(units)) == len(units)

    near.run(body)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"demand": "物业收费不公开"}, "不属于清单里的类别"),
        ({"address": "城里某个地方"}, "定不到哪个区"),
        ({"address": None}, "定不到哪个区"),
    ],
)
def test_an_unsure_order_goes_to_people(near: World, change: dict[str, Any], why: str) -> None:
    async def body() -> None:
        number = (await at(near, "accepted", replace(GARBAGE, **change))).number
        waiting = await step(near, number, "dispatch", DISPATCHER)
        assert (waiting.status, waiting.lead_unit) == ("manual", None)
        assert why in (waiting.reason or "")
        with pytest.raises(Conflict):
            await step(near, number, "dispatch", DISPATCHER)
        with pytest.raises(ToolError, match="依据"):
            await step(near, number, "dispatch", DISPATCHER, unit="江汉区民权街道办事处")
        sent = await step(near, number, "dispatch", DISPATCHER, unit="江汉区民权街道办事处", basis="属地管理")
        assert (sent.status, sent.dispatch_basis, sent.dispatch_note) == ("dispatched", None, "属地管理")

    near.run(body)


def test_an_entry_of_the_list_must_belong_to_the_unit(near: World) -> None:
    async def body() -> None:
        number = (await at(near, "accepted")).number
        with pytest.raises(ToolError, match="牵头单位是"):
            await step(near, number, "dispatch", DISPATCHER, unit="演示江汉区水务部门", basis=BASIS)

    near.run(body)


STEPS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "accept": ("received", "accepted", {}),
    "refuse": ("received", "refused", {"reason": "不属于受理范围"}),
    "dispatch": ("accepted", "dispatched", {}),
    "return": ("dispatched", "returned", {"reason": "不归我们", "basis": "三定方案"}),
    "reply": ("dispatched", "replied", {"reply": "已经清走了"}),
    "visit": ("replied", "closed", {"contacted": True, "solved": True, "satisfaction": "basic"}),
}


@pytest.mark.parametrize("to", STEPS)
def test_a_step_is_for_its_posts_only(near: World, to: str) -> None:
    before, after, body = STEPS[to]
    people = [*ROLES.values(), OFFICE, replace(OFFICE, department="另一个单位"), CITIZEN]

    async def work() -> None:
        for who in people:
            order = await at(near, before)
            allowed = bool(who.roles & ORDER_MOVES[(before, after)]) and who.department in (None, LISTED)
            try:
                moved = await step(near, order.number, to, who, **body)
            except (NotAllowed, NotFound):
                assert not allowed, (to, who)
            else:
                assert allowed, (to, who)
                assert moved.status == after

    near.run(work)


def test_every_move_leads_from_and_to_a_known_state() -> None:
    assert {state for move in ORDER_MOVES for state in move} == set(ORDER_STATES)


def test_only_the_desk_registers_what_others_said(near: World) -> None:
    async def body() -> None:
        for who in (CITIZEN, ANYBODY, DISPATCHER, OFFICE):
            with pytest.raises(NotAllowed):
                await Orders(near.platform).create(GARBAGE, who, near.key())

    near.run(body)
    assert near.rows("orders") == []


def test_people_see_their_own_orders_only(near: World) -> None:
    async def body() -> None:
        orders = Orders(near.platform)
        mine = await orders.create(TALK, CITIZEN, near.key())
        sent = await at(near, "dispatched")
        for who in (CITIZEN, ACCEPTOR, DISPATCHER, CHIEF):
            assert (await orders.get(mine.number, who)).demand == TALK.demand
        for who in (OTHER, ANYBODY, OFFICE, ROLES["developer"], ROLES["operator"]):
            with pytest.raises(NotFound):
                await orders.get(mine.number, who)
        assert (await orders.get(sent.number, OFFICE)).contact_phone == "13800000001"
        assert [each.number for each in (await orders.search({}, CITIZEN)).orders] == [mine.number]
        assert [each.number for each in (await orders.search({}, OFFICE)).orders] == [sent.number]
        assert (await orders.search({"kind": "handoff"}, CHIEF)).total == 1
        assert (await orders.search({}, OTHER)).total == 0

    near.run(body)


def test_a_handoff_is_a_talk_of_two_sides(world: World) -> None:
    async def body() -> None:
        orders = Orders(world.platform)
        made = await orders.create(TALK, ANYBODY, world.key())
        assert (made.kind, made.conversation, made.packet) == ("handoff", "c_1", {"words": ["找人"]})
        key = world.key()
        await orders.say(made.number, "在吗", ANYBODY, key)
        assert len((await orders.say(made.number, "在吗", ANYBODY, key)).messages) == 1
        with pytest.raises(NotFound):
            await orders.say(made.number, "我也说一句", OTHER, world.key())
        talking = await orders.say(made.number, "您好，我来处理", DISPATCHER, world.key())
        assert talking.status == "talking"
        assert [(each.author, each.text) for each in talking.messages] == [
            ("citizen", "在吗"),
            ("staff", "您好，我来处理"),
        ]
        await step(world, made.number, "reply", DISPATCHER, reply="已经说明清楚")
        await orders.visit(made.number, OrderVisit(True, True, "very_satisfied"), ACCEPTOR, world.key())
        with pytest.raises(Conflict, match="不能再留言"):
            await orders.say(made.number, "还有一事", ANYBODY, world.key())

    world.run(body)


def test_a_handoff_can_become_a_demand(near: World) -> None:
    async def body() -> None:
        orders = Orders(near.platform)
        made = await orders.create(replace(TALK, demand="门口垃圾没人清"), CITIZEN, near.key())
        await orders.say(made.number, "您好", ACCEPTOR, near.key())
        await step(near, made.number, "accept", ACCEPTOR, address="武汉市江汉区解放大道")
        assert (await step(near, made.number, "dispatch", DISPATCHER)).lead_unit == LISTED

    near.run(body)


def test_time_limits_hold(near: World) -> None:
    async def body() -> None:
        orders = Orders(near.platform)
        number = (await at(near, "dispatched")).number
        near.wait(days=2)
        with pytest.raises(Conflict, match="退单时限"):
            await step(near, number, "return", OFFICE, reason="不归我们", basis="三定方案")
        longer = await step(near, number, "extend", DISPATCHER, days=3, reason="要等配件")
        assert longer.due_at == "2026-09-11T17:30:00+08:00"
        for days, words in ((2, "已经延期过"), (11, "已经延期过")):
            with pytest.raises(Conflict, match=words):
                await step(near, number, "extend", DISPATCHER, days=days, reason="再缓缓")
        near.wait(days=9)
        assert (await orders.get(number, OFFICE)).overdue
        assert (await orders.search({"due": "overdue"}, CHIEF)).total == 1
        await step(near, number, "reply", OFFICE, reply="已经清走了")
        await orders.visit(number, OrderVisit(True, True, "satisfied"), ACCEPTOR, near.key())
        near.wait(days=16)
        with pytest.raises(Conflict, match="超过 15 天"):
            await step(near, number, "reopen", CHIEF, reason="又堆起来了")

    near.run(body)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (OrderVisit(True, True, "dissatisfied"), "reopened"),
        (OrderVisit(True, False, "satisfied"), "reopened"),
        (OrderVisit(False), "replied"),
        (OrderVisit(True, True, "basic"), "closed"),
    ],
)
def test_a_visit_decides_what_follows(near: World, found: OrderVisit, status: str) -> None:
    async def body() -> None:
        number = (await at(near, "replied")).number
        assert (await Orders(near.platform).visit(number, found, ACCEPTOR, near.key())).status == status

    near.run(body)


Bad = Callable[[World], Coroutine[Any, Any, Any]]
BAD: dict[str, Bad] = {
    "an empty demand": lambda w: Orders(w.platform).create(replace(GARBAGE, demand=""), ACCEPTOR, w.key()),
    "an unknown class": lambda w: Orders(w.platform).create(replace(GARBAGE, category_code="E9999"), ACCEPTOR, w.key()),
    "an unknown nature": lambda w: Orders(w.platform).create(replace(GARBAGE, nature="求爱"), ACCEPTOR, w.key()),
    "an unknown state": lambda w: Orders(w.platform).search({"status": "flying"}, CHIEF),
    "an unreadable day": lambda w: Orders(w.platform).search({"from": "yesterday"}, CHIEF),
    "a visit that says nothing": lambda w: Orders(w.platform).visit("GD1", OrderVisit(True), ACCEPTOR, w.key()),
    "no such order": lambda w: Orders(w.platform).get("GD20260901999999", CHIEF),
    "an odd number": lambda w: Orders(w.platform).get("../cases", CHIEF),
    "an empty message": lambda w: Orders(w.platform).say("GD20260901000001", "", CITIZEN, w.key()),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_refused_in_chinese(near: World, name: str) -> None:
    with pytest.raises(ToolError) as refused:
        asyncio.run(BAD[name](near))
    assert any("一" <= letter <= "鿿" for letter in str(refused.value))


def test_demo_orders_are_the_same_every_time_and_marked(near: World) -> None:
    near.run(_reset(near))
    first = near.rows("orders")
    near.run(_reset(near))
    assert near.rows("orders") == first
    assert len(first) == 320
    assert all(row["demo"] and "演示数据" in row["demand"] for row in first)
    assert {row["status"] for row in first} <= set(ORDER_STATES)
    assert any(row["return_count"] for row in first)
    assert all(row["dispatch_basis"] or row["dispatch_note"] for row in first if row["lead_unit"])


def _reset(world: World) -> Callable[[], Coroutine[Any, Any, None]]:
    async def body() -> None:
        async with world.raw() as http:
            assert (await http.post("/sandbox/reset?demo=true")).status_code == 204

    return body
