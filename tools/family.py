"""Family bindings: which there are, and the bound adult's own yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .applications import CITIZEN
from .case_steps import write_key
from .define import Call, CallArgument, Slot, tool
from .errors import NeedsAnswer, NotAllowed, NotFound
from .family_phrases import CONFIRM, LIST
from .telling import say_time
from .telling_insurance import DEMO, KINDS
from .unified import Platform
from .unified.insurance import Binding, Insurance

STATES = {"waiting": "等本人确认", "bound": "已生效", "refused": "已拒绝"}
DECISION = Slot(
    "enum",
    "意见",
    choices=(
        ("agree", "同意", "同意绑定", "接受", "愿意", "可以绑"),
        ("refuse", "不同意", "拒绝", "不愿意", "不接受", "不要绑"),
    ),
)
# What the two kinds mean for the person who is asked.
MEANS = {
    "sharing": "同意以后，您可以用对方职工医保个人账户里的钱。",
    "code": "同意以后，对方可以代您出示医保码。",
}


def family_tools(platform: Platform) -> list[BaseTool]:
    """The family tools over a platform."""
    owned = Insurance(platform)
    return [_list(owned), _confirm(owned)]


def _list(owned: Insurance) -> BaseTool:
    @tool("family.list", title="查看家庭绑定", effect="read", roles=CITIZEN, say=say_bindings, examples=LIST)
    async def family_list(call: CallArgument) -> Mapping[str, Any]:
        """查看本人发起的、或者等本人确认的家庭共济和亲情账户绑定，以及每条的状态。"""
        _verified(call)
        return {"bindings": [asdict(each) for each in await owned.bindings(call.principal)]}

    return family_list


def _confirm(owned: Insurance) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        _verified(call)
        binding = await _meant(owned, str(arguments.get("number") or ""), call)
        decision = str(arguments.get("decision") or "")
        asked = f"{binding.person}请您确认{KINDS[binding.kind]}绑定"
        if decision not in ("agree", "refuse"):
            question = f"{asked}（编号 {binding.number}）。{MEANS[binding.kind]}您同意还是不同意？"
            raise NeedsAnswer("decision", question, ("同意", "不同意"))
        return {"decision": decision, "number": binding.number, "about": f"{asked}。{MEANS[binding.kind]}"}

    @tool(
        "family.confirm",
        title="确认家人绑定",
        effect="write",
        roles=CITIZEN,
        say=say_decided,
        examples=CONFIRM,
        prepare=prepare,
        object_id="number",
        timeout_s=20.0,
    )
    async def family_confirm(
        call: CallArgument,
        decision: Annotated[str | None, DECISION] = None,
        number: Annotated[str | None, Slot("text", "绑定编号")] = None,
        about: Annotated[str | None, Slot("text", "说明", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """家人把您绑定到家庭共济或亲情账户，要您本人登录后同意或拒绝；没有您本人的同意不生效。"""
        if about is None or number is None or decision is None:
            ready = await prepare({"number": number, "decision": decision}, call)
            number, decision = ready["number"], ready["decision"]
        return asdict(await owned.decide(number, decision == "agree", call.principal, write_key(call)))

    return family_confirm


def say_bindings(found: Mapping[str, Any]) -> str:
    """Every binding with whose it is and how far."""
    rows = found["bindings"]
    if not rows:
        return f"没有查到您的家庭绑定记录{DEMO}。"
    lines = [
        f"{each['number']}：{KINDS[each['kind']]}，{'您绑定' if each['asked'] else '要绑定您的是'}{each['person']}，"
        f"{STATES[each['status']]}，{say_time(each['created_at'])}登记"
        for each in rows
    ]
    waits = any(each["status"] == "waiting" and not each["asked"] for each in rows)
    return (
        f"家庭绑定{DEMO}：\n"
        + "；\n".join(lines)
        + "。"
        + ("等您确认的，可以说“同意绑定”或“拒绝绑定”。" if waits else "")
    )


def say_decided(found: Mapping[str, Any]) -> str:
    """What the yes or no led to."""
    if found["status"] == "refused":
        return f"已拒绝{found['person']}的{KINDS[found['kind']]}绑定{DEMO}，编号 {found['number']}，没有生效。"
    said = f"已同意{found['person']}的{KINDS[found['kind']]}绑定{DEMO}，编号 {found['number']}，已生效。"
    return said + MEANS[found["kind"]].removeprefix("同意以后，")


async def _meant(owned: Insurance, number: str, call: Call) -> Binding:
    """The binding that waits for this person; asked for when there are several."""
    waiting = [each for each in await owned.bindings(call.principal) if each.status == "waiting" and not each.asked]
    named = [each for each in waiting if each.number in number.upper()] if number else waiting
    if not waiting or (number and not named):
        raise NotFound("没有等您确认的家庭绑定，请核对；家人登记以后才会出现在这里。")
    if len(named) > 1:
        listed = "；".join(f"{each.number}，{each.person}，{KINDS[each.kind]}" for each in named)
        question = f"有 {len(named)} 条绑定等您确认：{listed}。请问要处理哪一条？"
        raise NeedsAnswer("number", question, tuple(each.number for each in named))
    return named[0]


def _verified(call: Call) -> None:
    if not call.principal.verified:
        raise NotAllowed("查询和办理医保业务要先实名登录。")
