"""Hotline orders for whoever may see them: look one up, find several; and which unit should get one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .cases import district_code
from .define import CallArgument, Slot, tool
from .errors import NeedsAnswer, NotFound
from .narrowing import PAGE, conditions, named, span
from .orders_phrases import GET, SEARCH, SUGGEST
from .orders_telling import say_order, say_orders, say_suggestion
from .orders_words import full_unit, order_number
from .principal import EVERYONE
from .states_said import ORDER_STATES_SAID, order_states
from .unified import Order, Orders, Platform
from .unified.order_states import NATURES

ORDER_NO = Slot("order_no", "工单编号", ask="请告诉我工单编号（以 GD 开头）。")
NATURE_CHOICES = tuple(NATURES.items())
DUE_CHOICES = (
    ("overdue", "已超时", "超期", "超时", "逾期", "过期", "过了时限", "超过时限"),
    ("day", "24小时内到期", "快到期", "快要到期", "马上到期", "即将到期", "快超时", "快要超时", "即将超期"),
)
KIND_CHOICES = (("demand", "诉求工单", "诉求"), ("handoff", "转人工", "人工接待", "等人工回复"))
SEES_SUGGESTIONS = frozenset(("acceptor", "dispatcher", "supervisor"))


def order_tools(platform: Platform) -> list[BaseTool]:
    """Reading tools of orders."""
    orders = Orders(platform)
    return [_get(orders), _search(orders, platform), _suggest(orders)]


def _get(orders: Orders) -> BaseTool:
    @tool("order.get", title="查询12345工单", effect="read", roles=EVERYONE, say=say_order, examples=GET)
    async def order_get(number: Annotated[str, ORDER_NO], call: CallArgument) -> Mapping[str, Any]:
        """按工单编号查12345工单的状态、承办单位、时限、答复和回访结果；市民只能查自己的。"""
        wanted = order_number(number)
        if wanted is None:
            raise NeedsAnswer("number", ORDER_NO.ask)
        if not wanted.startswith("GD"):
            raise NotFound("没有找到这张工单，请核对工单编号（以 GD 开头）。")
        return (await orders.get(wanted, call.principal)).view()

    return order_get


def _search(orders: Orders, platform: Platform) -> BaseTool:
    @tool("order.search", title="查找12345工单", effect="read", roles=EVERYONE, say=say_orders, examples=SEARCH)
    async def order_search(
        call: CallArgument,
        status: Annotated[str | None, Slot("enum", "工单状态", choices=ORDER_STATES_SAID)] = None,
        nature: Annotated[str | None, Slot("enum", "诉求性质", choices=NATURE_CHOICES)] = None,
        kind: Annotated[str | None, Slot("enum", "工单种类", choices=KIND_CHOICES)] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        unit: Annotated[str | None, Slot("unit", "承办单位")] = None,
        due: Annotated[str | None, Slot("enum", "办理时限", choices=DUE_CHOICES)] = None,
        since: Annotated[str | None, Slot("date", "开始日期")] = None,
        until: Annotated[str | None, Slot("date", "截止日期")] = None,
        text: Annotated[str | None, Slot("query", "关键词")] = None,
        mine: Annotated[bool, Slot("enum", "只看我反映的", choices=(("true", "是"), ("false", "否")))] = False,
        page: Annotated[int, Slot("number", "页码")] = 1,
    ) -> Mapping[str, Any]:
        """查找12345工单：市民查自己反映的，工作人员按权限查；可按状态、性质、区、单位、时限、时间和关键词筛选。"""
        code = await district_code(platform, district)
        given = {
            "status": order_states(status, call.principal.roles),
            "nature": _value(NATURE_CHOICES, nature),
            "kind": _value(KIND_CHOICES, kind),
            "district": code,
            "unit": full_unit(unit, None) if unit else None,
            "due": _value(DUE_CHOICES, due),
            "from": since,
            "to": until,
            "text": text[:200] if text else None,
            "mine": "true" if mine else None,
            "page": str(min(max(1, page), 100_000)),
            "size": str(PAGE),
        }
        query = {name: value for name, value in given.items() if value}
        found = await orders.search(query, call.principal)
        rows = [_brief(each) for each in found.orders]
        sought = conditions(
            named(ORDER_STATES_SAID, status), named(NATURE_CHOICES, nature), named(KIND_CHOICES, kind), district, unit,
            named(DUE_CHOICES, due), span(since, until), text and f"含“{text[:20]}”", "您反映的" if mine else None,
        )  # fmt: skip
        page_of = {"page": found.index, "size": found.size, "total": found.total}
        return {"orders": rows, **page_of, "conditions": sought}

    return order_search


def _suggest(orders: Orders) -> BaseTool:
    @tool(
        "order.suggest", title="建议派单单位", effect="read", roles=SEES_SUGGESTIONS, say=say_suggestion,
        examples=SUGGEST,
    )  # fmt: skip
    async def order_suggest(number: Annotated[str, ORDER_NO], call: CallArgument) -> Mapping[str, Any]:
        """按责任清单建议一张工单派给哪个单位、依据哪个条目；退回过的单位不再建议，把握不足时说明要人工研判。"""
        wanted = order_number(number)
        if wanted is None:
            raise NeedsAnswer("number", ORDER_NO.ask)
        return asdict(await orders.suggest(wanted, call.principal))

    return order_suggest


def _brief(order: Order) -> dict[str, Any]:
    names = (
        "number", "kind_name", "nature_name", "demand", "status", "status_name", "district_name", "lead_unit",
        "received_at", "due_at", "overdue", "demo",
    )  # fmt: skip
    shown = order.view()
    return {name: shown[name] for name in names if name in shown}


def _value(choices: tuple[tuple[str, ...], ...], words: str | None) -> str | None:
    """The value of a value or of one of its Chinese names; unknown words go on and are refused by the platform."""
    return next((row[0] for row in choices if words in row), words) if words else None
