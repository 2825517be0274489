"""Handing a conversation to a person: the citizen's words, what was filled in, the sources, the steps done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .case_steps import write_key
from .define import Call, CallArgument, Slot, tool
from .errors import NeedsAnswer
from .handoff_phrases import HANDOFF
from .orders_telling import say_handed
from .principal import EVERYONE
from .unified import OrderDraft, Orders, Platform

HANDOFF_TOOL = "handoff.create"
ASK_WHAT = "请简单说一下要请工作人员帮什么忙。"
REASONS = (
    ("asked", "本人要求"),
    ("stuck", "智能助手没有办成"),
    ("complaint", "投诉工作人员"),
    ("change", "要更正或撤回已提交的事"),
)
PROMISE = "工作人员会在这个对话里回复；之后的留言也会转给他们"


def handoff_tools(platform: Platform) -> list[BaseTool]:
    """The tool that makes a hand-off order."""
    return [_create(Orders(platform))]


def _create(orders: Orders) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        request = str(arguments.get("request") or "").strip()
        if len(request) < 2:
            raise NeedsAnswer("request", ASK_WHAT)
        packet = dict(arguments.get("packet") or {})
        ready = {**arguments, "request": request[:2000], "reason": arguments.get("reason") or "asked"}
        return {**ready, "carried": _carried(packet), "promise": PROMISE, "packet": packet}

    @tool(
        HANDOFF_TOOL, title="转人工", effect="write", roles=EVERYONE, say=say_handed, examples=HANDOFF,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def handoff_create(
        request: Annotated[str, Slot("text", "您的话", ask=ASK_WHAT)],
        call: CallArgument,
        reason: Annotated[str, Slot("enum", "转人工原因", choices=REASONS)] = "asked",
        contact_phone: Annotated[str | None, Slot("phone", "联系电话", personal=True)] = None,
        carried: Annotated[str | None, Slot("text", "一并转交", derived=True)] = None,
        promise: Annotated[str | None, Slot("text", "说明", derived=True)] = None,
        conversation: Annotated[str | None, Slot("text", "会话", derived=True, shown=False)] = None,
        packet: Annotated[dict[str, Any] | None, Slot("text", "转交内容", derived=True, shown=False)] = None,
    ) -> Mapping[str, Any]:
        """把这次对话转给12345人工座席：带上用户的原话、已填的内容、查到的依据和已办的步骤，由工作人员在对话里回复。"""
        draft = OrderDraft(
            request,
            kind="handoff",
            nature="complaint" if reason == "complaint" else "request",
            contact_phone=contact_phone,
            anonymous=call.principal.roles == frozenset(("anonymous",)),
            conversation=conversation,
            packet={**(packet or {}), "reason": reason},
        )
        return (await orders.create(draft, call.principal, write_key(call))).view()

    return handoff_create


def _carried(packet: Mapping[str, Any]) -> str:
    """What goes along, in numbers a person can check."""
    counts = (
        ("words", "您说过的话", "句"),
        ("slots", "已填内容", "项"),
        ("sources", "查到的依据", "条"),
        ("steps", "已办步骤", "步"),
    )
    parts = [f"{name} {len(packet[key])} {unit}" for key, name, unit in counts if packet.get(key)]
    return "、".join(parts) or "只有上面这句话"
