"""Staff tools of hotline orders: register, take in, send to a unit, send back, answer, extend, follow up, reopen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .case_steps import YES_NO, write_key
from .define import Call, CallArgument, Prepare, Slot, tool
from .errors import Conflict, NeedsAnswer, NotAllowed
from .orders import NATURE_CHOICES, ORDER_NO
from .orders_callers import demand_of, without_caller
from .orders_phrases import ACCEPT, CREATE, DISPATCH, EXTEND, REFUSE, REOPEN, REPLY, RETURN, VISIT
from .orders_rules import is_basis
from .orders_telling import say_received, say_sent, say_stepped
from .orders_words import basis_in, demand_in, order_number, reason_in, words_in
from .places_moved import moved_place
from .reporting import ASK_PLACE
from .sending import by_list, entry_warning, settled_unit
from .unified import Order, OrderDraft, Orders, OrderVisit, Platform, Suggestion
from .unified.order_states import DESK, ORDER_MOVES, ORDER_STATES, SATISFACTION, SENDERS, UNIT
from .urgency import is_urgent, without_urgency

REPLIERS = DESK | UNIT
REOPENERS = DESK | {"citizen"}
REASON = Slot("text", "原因", ask="请说明原因。")
ASK_DAYS = "请说明延长几天，也就是几个工作日。"
ASK_UNIT = "请说明派给哪个单位。"
ASK_BASIS = "请说明依据，例如责任清单条目（DUTY- 开头），或者职责文件。"
ASK_REPLY = "请写明给诉求人的答复：做了什么、结果怎样。"
DEMAND = Slot("text", "诉求", derived=True)
STATUS = Slot("text", "当前状态", derived=True)
VERSION = Slot("text", "版本", derived=True, shown=False)
SATISFIED = (
    ("very_satisfied", "非常满意", "很满意", "十分满意"),
    ("dissatisfied", "不满意", "不太满意", "很不满意"),
    ("basic", "基本满意", "还可以", "一般"),
    ("satisfied", "满意"),
)
CONTACTED = (("true", "联系上了", "接通了", "打通了"), ("false", "没联系上", "打不通", "无人接听", "没接电话"))
SOLVED = (("false", "没解决", "没有解决", "未解决"), ("true", "已解决", "解决了", "办好了"))
Number = Annotated[str, ORDER_NO]
Demand = Annotated[str | None, DEMAND]
Status = Annotated[str | None, STATUS]


def staff_order_tools(platform: Platform) -> list[BaseTool]:
    """The steps of an order, for the posts that may make them."""
    orders = Orders(platform)
    makers = (_create, _accept, _refuse, _dispatch, _return, _reply, _extend, _visit, _reopen)
    return [make(orders) for make in makers]


async def look(orders: Orders, arguments: Mapping[str, Any], call: Call) -> Order:
    """The order that is meant; asks for its number."""
    number = order_number(arguments.get("number"))
    if number is None:
        raise NeedsAnswer("number", ORDER_NO.ask)
    return await orders.get(number, call.principal)


def refuse_early(order: Order, to: str, call: Call) -> dict[str, Any]:
    """The derived arguments; says at once what the platform would refuse after the yes."""
    allowed = ORDER_MOVES.get((order.status, to))
    if allowed is None:
        raise Conflict(f"工单 {order.number} 现在是“{order.status_name}”，不能变为“{ORDER_STATES[to]}”。")
    if not call.principal.roles & allowed:
        raise NotAllowed("您的岗位不能办理这一步。")
    return {"demand": order.demand, "status_name": order.status_name}


def _create(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        demand = demand_in(arguments.get("demand"))
        if demand is None:
            raise NeedsAnswer("demand", "请说一下来电人反映的是什么。")
        urgent = {"urgent": True} if "urgent" not in arguments and is_urgent(demand) else {}
        demand, caller = demand_of(without_urgency(demand) or demand)
        given = {**arguments, **urgent, "demand": demand, "channel": arguments.get("channel") or "phone"}
        if str(arguments.get("anonymous")).lower() == "true":
            kept = {name: value for name, value in given.items() if name not in ("contact_phone", "caller_name")}
            return {**kept, "demand": without_caller(demand)}
        return {**given, **({"caller_name": caller} if caller and not arguments.get("caller_name") else {})}

    @tool(
        "order.create", title="登记12345工单", effect="write", roles=DESK, say=say_received, examples=CREATE,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_create(
        demand: Annotated[str, Slot("text", "诉求内容", ask="请说一下来电人反映的是什么。")],
        call: CallArgument,
        address: Annotated[str | None, Slot("address", "地点", ask=ASK_PLACE)] = None,
        nature: Annotated[str | None, Slot("enum", "诉求性质", choices=NATURE_CHOICES)] = None,
        contact_phone: Annotated[str | None, Slot("phone", "来电人电话", personal=True)] = None,
        caller_name: Annotated[str | None, Slot("text", "来电人姓名", personal=True)] = None,
        anonymous: Annotated[bool, Slot("enum", "匿名", choices=YES_NO)] = False,
        urgent: Annotated[bool, Slot("enum", "加急", choices=YES_NO)] = False,
        channel: Annotated[str | None, Slot("text", "渠道", derived=True, shown=False)] = None,
    ) -> Mapping[str, Any]:
        """受理员登记一个来电诉求：写明反映的事、地点、性质和联系方式；类别和所在区由平台识别。"""
        draft = OrderDraft(
            demand, nature=nature or "request", channel=channel or "phone", address=address, caller_name=caller_name,
            contact_phone=contact_phone, anonymous=anonymous, urgent=urgent,
        )  # fmt: skip
        return (await orders.create(draft, call.principal, write_key(call))).view()

    return order_create


def _accept(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        kept = {name: arguments[name] for name in ("address", "nature") if arguments.get(name)}
        if kept.get("address"):
            kept["address"] = moved_place(order.address, str(kept["address"]))
        return {"number": order.number, **kept, **refuse_early(order, "accepted", call)}

    @tool(
        "order.accept", title="受理工单", effect="write", roles=DESK, say=say_stepped, examples=ACCEPT,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_accept(
        number: Number,
        call: CallArgument,
        address: Annotated[str | None, Slot("address", "改正后的地点")] = None,
        nature: Annotated[str | None, Slot("enum", "诉求性质", choices=NATURE_CHOICES)] = None,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """受理一张工单，转入待派遣；可以同时改正地点和诉求性质。"""
        body = {"address": address, "nature": nature}
        return (await orders.step(number, "accept", body, call.principal, write_key(call))).view()

    return order_accept


def _refuse(orders: Orders) -> BaseTool:
    @tool(
        "order.refuse", title="不予受理工单", effect="write", roles=DESK, say=say_stepped, examples=REFUSE,
        prepare=_reasoned(orders, "refused", "请说明不予受理的原因。"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_refuse(
        number: Number,
        reason: Annotated[str, Slot("text", "不予受理原因", ask="请说明不予受理的原因。")],
        call: CallArgument,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """不属于12345受理范围的工单不予受理，写明原因。"""
        return (await orders.step(number, "refuse", {"reason": reason}, call.principal, write_key(call))).view()

    return order_refuse


def _dispatch(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        found = await orders.suggest(order.number, call.principal)
        said, given = arguments.get("unit"), arguments.get("basis")
        sent = None
        if said and not by_list(said):
            sent = settled_unit(said, order.district_name, handling=False, slot="unit", ask=ASK_UNIT)
        unit = sent.name if sent else None
        basis = basis_in(said) or _told_basis(given)
        if unit is None and not found.sure and order.status == "manual":
            raise NeedsAnswer("unit", f"{found.why}请指定承办单位。", tuple(each.unit for each in found.choices)[:4])
        if unit is None and not found.sure:
            shown = {"goes_to": "人工研判", "why": found.why, **refuse_early(order, "manual", call)}
            return {"number": order.number, **shown, "version": order.updated_at}
        ready = refuse_early(order, "dispatched", call)
        unit = unit or found.choices[0].unit
        basis = basis or _listed(found, unit)
        _need_basis(order, found, unit, basis, listed=by_list(given))
        told = [each for each in (sent and sent.warning, entry_warning(basis, unit)) if each]
        shown = {"why": "；".join(told)} if told else {}
        return {"number": order.number, "unit": unit, "basis": basis, **shown, **ready, "version": order.updated_at}

    @tool(
        "order.dispatch", title="派发12345工单", effect="write", roles=SENDERS, say=say_sent, prepare=prepare,
        examples=DISPATCH, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_dispatch(
        number: Number,
        call: CallArgument,
        unit: Annotated[str | None, Slot("unit", "承办单位", ask=ASK_UNIT)] = None,
        basis: Annotated[str | None, Slot("text", "派单依据", ask=ASK_BASIS)] = None,
        goes_to: Annotated[str | None, Slot("text", "去向", derived=True)] = None,
        why: Annotated[str | None, Slot("text", "说明", derived=True)] = None,
        demand: Demand = None,
        status_name: Status = None,
        version: Annotated[str | None, VERSION] = None,
    ) -> Mapping[str, Any]:
        """按责任清单把工单派给承办单位并写明依据条目；没有指定单位时按清单建议，把握不足时转人工研判。
        退回过的单位没有新的依据不能再派。"""
        body = {"unit": None if goes_to else unit, "basis": basis, "version": version}
        return (await orders.step(number, "dispatch", body, call.principal, write_key(call))).view()

    return order_dispatch


def _told_basis(words: object) -> str | None:
    """A basis in words; what names none (派吧, 不用写, the list as such) is none."""
    told = words_in(words)
    return told if told and is_basis(told) and not by_list(told) else None


def _listed(found: Suggestion, unit: str) -> str | None:
    """The entry of the list that gives the order to this unit."""
    return next((each.basis for each in found.choices if each.unit == unit), None)


def _need_basis(order: Order, found: Suggestion, unit: str, basis: str | None, *, listed: bool) -> None:
    """A unit off the list needs a basis; one that sent the order back needs one that was not used before.

    Where the list is given as the basis and names another unit, it is asked which of them is meant.
    """
    used = {each.basis for each in order.dispatches if each.unit == unit}
    if unit in found.excluded and (basis is None or basis in used):
        question = f"{unit}已经退回过这张工单。再派给它要写明新的依据，请补充，或者改派其他单位。"
        raise NeedsAnswer("basis", question)
    if basis is None and listed and found.choices:
        entries = "、".join(f"{each.unit}（{each.basis}）" for each in found.choices[:2])
        question = f"责任清单把这张工单列给{entries}，没有列给{unit}。请问派给哪个单位？"
        raise NeedsAnswer("unit", question, (*(each.unit for each in found.choices[:2]), unit))
    if basis is None:
        raise NeedsAnswer("basis", f"责任清单没有把这类诉求列给{unit}。{ASK_BASIS}")


def _return(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        ready = refuse_early(order, "returned", call)
        reason = reason_in(arguments.get("reason"))
        basis = _told_basis(arguments.get("basis")) or basis_in(arguments.get("reason"))
        if reason is None:
            raise NeedsAnswer("reason", "请说明为什么退回。")
        if basis is None:
            raise NeedsAnswer("basis", ASK_BASIS)
        return {"number": order.number, "reason": reason, "basis": basis, **ready}

    @tool(
        "order.return", title="退回12345工单", effect="write", roles=UNIT, say=say_stepped, examples=RETURN,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_return(
        number: Number,
        reason: Annotated[str, Slot("text", "退回原因", ask="请说明为什么退回。")],
        call: CallArgument,
        basis: Annotated[str | None, Slot("text", "退回依据", ask=ASK_BASIS)] = None,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """承办单位把派错的12345工单退回，写明原因和依据；写明责任清单条目的，改派时按该条目建议。"""
        body = {"reason": reason, "basis": basis}
        return (await orders.step(number, "return", body, call.principal, write_key(call))).view()

    return order_return


def _reply(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        ready = refuse_early(order, "replied", call)
        text = words_in(arguments.get("reply"), least=4)
        if text is None:
            raise NeedsAnswer("reply", ASK_REPLY)
        return {"number": order.number, "reply": text, **ready}

    @tool(
        "order.reply", title="答复12345工单", effect="write", roles=REPLIERS, say=say_stepped, examples=REPLY,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_reply(
        number: Number,
        reply: Annotated[str, Slot("text", "答复内容", ask=ASK_REPLY)],
        call: CallArgument,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """承办单位（或者当场答复的受理员）写明办理结果，工单转入待回访。"""
        return (await orders.step(number, "reply", {"reply": reply}, call.principal, write_key(call))).view()

    return order_reply


def _extend(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        if order.status != "dispatched":
            raise Conflict(f"工单 {order.number} 现在是“{order.status_name}”，不能延期。")
        if order.extension_count:
            raise Conflict(f"工单 {order.number} 已经延期过一次，不能再延。")
        days, reason = arguments.get("days"), words_in(arguments.get("reason"))
        if not days:
            raise NeedsAnswer("days", ASK_DAYS)
        if reason is None:
            raise NeedsAnswer("reason", "请说明延期的原因。")
        shown = {"demand": order.demand, "status_name": order.status_name}
        return {"number": order.number, "days": int(days), "reason": reason, **shown}

    @tool(
        "order.extend", title="工单延期", effect="write", roles=SENDERS, say=say_stepped, examples=EXTEND,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_extend(
        number: Number,
        days: Annotated[int, Slot("number", "延长工作日", ask=ASK_DAYS)],
        call: CallArgument,
        reason: Annotated[str | None, Slot("text", "延期原因", ask="请说明延期的原因。")] = None,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """批准一张在办工单延期，写明延长几个工作日和原因；每张工单只能延期一次。"""
        body = {"days": days, "reason": reason}
        return (await orders.step(number, "extend", body, call.principal, write_key(call))).view()

    return order_extend


def _visit(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        ready = refuse_early(order, "closed", call)
        satisfaction = arguments.get("satisfaction")
        if _no(arguments.get("contacted")):
            return {"number": order.number, "contacted": "false", **ready}
        if satisfaction not in SATISFACTION:
            raise NeedsAnswer("satisfaction", "诉求人满意吗？", tuple(SATISFACTION.values()))
        if arguments.get("solved") is None:
            raise NeedsAnswer("solved", "诉求人说问题解决了吗？", ("已解决", "没解决"))
        solved = "false" if _no(arguments["solved"]) else "true"
        note = words_in(arguments.get("note"))
        told = {"contacted": "true", "solved": solved, "satisfaction": satisfaction}
        return {"number": order.number, **told, **({"note": note} if note else {}), **ready}

    @tool(
        "order.visit", title="登记工单回访", effect="write", roles=DESK, say=say_stepped, examples=VISIT,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_visit(
        number: Number,
        call: CallArgument,
        satisfaction: Annotated[str | None, Slot("enum", "满意度", ask="诉求人满意吗？", choices=SATISFIED)] = None,
        solved: Annotated[str | None, Slot("enum", "是否解决", ask="问题解决了吗？", choices=SOLVED)] = None,
        contacted: Annotated[str | None, Slot("enum", "是否联系上", choices=CONTACTED)] = None,
        note: Annotated[str | None, Slot("text", "回访情况")] = None,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """登记一次回访：是否联系上、是否解决、满意程度。解决且不是不满意的办结，其余重办，没联系上的继续等待。"""
        reached = not _no(contacted)
        found = OrderVisit(reached, not _no(solved) if reached and solved else None, satisfaction, note)
        return (await orders.visit(number, found, call.principal, write_key(call))).view()

    return order_visit


def _reopen(orders: Orders) -> BaseTool:
    @tool(
        "order.reopen", title="工单重办", effect="write", roles=REOPENERS, say=say_stepped, examples=REOPEN,
        prepare=_reasoned(orders, "reopened", "请说明为什么要重办，哪里没有解决。"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def order_reopen(
        number: Number,
        reason: Annotated[str, Slot("text", "重办原因", ask="请说明为什么要重办，哪里没有解决。")],
        call: CallArgument,
        demand: Demand = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """把办结不久、问题没有真正解决的工单重新办理：诉求人自己提出，或者受理员代为提出。"""
        return (await orders.step(number, "reopen", {"reason": reason}, call.principal, write_key(call))).view()

    return order_reopen


def _reasoned(orders: Orders, to: str, question: str) -> Prepare:
    """The preparation of a step that only needs a reason."""

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        order = await look(orders, arguments, call)
        ready = refuse_early(order, to, call)
        reason = reason_in(arguments.get("reason"))
        if reason is None:
            raise NeedsAnswer("reason", question)
        return {"number": order.number, "reason": reason, **ready}

    return prepare


def _no(value: object) -> bool:
    """Whether a yes/no value says no."""
    return value in (False, "false") or str(value) in (*CONTACTED[1], *SOLVED[0])
