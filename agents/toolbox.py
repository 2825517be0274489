"""All tools by name, and the four control tools by which a model ends a turn without text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool

from tools import EVERYONE, Slot, tool

from .errors import Misconfigured
from .records import Reason

ASK, REFUSE, HAND_OFF, DROP = "ask_user", "refuse", "hand_off", "drop"
CONTROL = frozenset((ASK, REFUSE, HAND_OFF, DROP))


class Toolbox:
    """Tools by name; two with one name is an error."""

    def __init__(self, tools: Iterable[BaseTool]) -> None:
        self._tools: dict[str, BaseTool] = {}
        for each in tools:
            if each.name in self._tools or each.name in CONTROL:
                raise Misconfigured(f"有两个工具都叫 {each.name}。请给其中一个改名。")
            self._tools[each.name] = each

    def __contains__(self, name: object) -> bool:
        return name in self._tools

    def __getitem__(self, name: str) -> BaseTool:
        return self._tools[name]

    def names(self) -> tuple[str, ...]:
        """All names, in the order of registration."""
        return tuple(self._tools)

    def bound(self, names: Iterable[str]) -> list[BaseTool]:
        """The tools of an agent, with the control tools."""
        return [self._tools[name] for name in names] + list(_CONTROL_TOOLS)


def _said(result: Mapping[str, Any]) -> str:
    return str(result.get("text", ""))


@tool(ASK, title="追问", effect="read", roles=EVERYONE, say=_said)
async def ask_user(
    question: Annotated[str, Slot("text", "问题")], choices: Annotated[list[str] | None, Slot("enum", "选项")] = None
) -> Mapping[str, Any]:
    """向用户提一个简短的问题，等他回答。一次只问一件事；有固定选项时给出 choices。"""
    return {"text": question, "choices": choices or []}


@tool(REFUSE, title="说明无法回答", effect="read", roles=EVERYONE, say=_said)
async def refuse(
    reason: Annotated[Reason, Slot("enum", "原因")], text: Annotated[str, Slot("text", "说明")]
) -> Mapping[str, Any]:
    """依据不足、已失效、超出范围或不允许时使用：说明原因和下一步可以找谁，不要编造内容。"""
    return {"reason": reason, "text": text}


@tool(HAND_OFF, title="转人工", effect="read", roles=EVERYONE, say=_said)
async def hand_off(
    reason: Annotated[Literal["asked", "stuck", "complaint", "change"], Slot("enum", "原因")] = "asked",
) -> Mapping[str, Any]:
    """用户要求人工、几次都没有办成，或者要更正、撤回已经提交的事（change）时使用。"""
    return {"reason": reason}


@tool(DROP, title="不再办理", effect="read", roles=EVERYONE, say=_said)
async def drop() -> Mapping[str, Any]:
    """用户说不想继续刚才正在填写的事项时使用；没有提交的内容全部作废。"""
    return {}


_CONTROL_TOOLS: tuple[BaseTool, ...] = (ask_user, refuse, hand_off, drop)
