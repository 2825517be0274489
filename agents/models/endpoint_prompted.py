"""Tools for endpoints that know none: described in the system message, called and answered as text."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from .endpoint_text import CALL, CALL_END
from .endpoint_wire import Wire

_HEARD = "好的。"
_PROMPT = (Path(__file__).parent / "data" / "prompted.md").read_text(encoding="utf-8")


def prompted(messages: Sequence[BaseMessage], names: Wire) -> list[BaseMessage]:
    """The same conversation without tool messages; people's and the assistant's turns alternate, as templates ask."""
    told: list[BaseMessage] = []
    for message in messages:
        each, before = _as_text(message, names), told[-1] if told else None
        if isinstance(before, HumanMessage) and isinstance(each, HumanMessage):
            if isinstance(message, ToolMessage):
                told[-1] = HumanMessage(f"{before.content}\n\n{each.content}")
            elif before.content != each.content:
                told += [AIMessage(_HEARD), each]
        elif isinstance(before, AIMessage) and isinstance(each, AIMessage):
            told[-1] = AIMessage(f"{before.content}\n{each.content}")
        else:
            told.append(each)
    return told


def _as_text(message: BaseMessage, names: Wire) -> BaseMessage:
    if isinstance(message, SystemMessage) and names.schemas:
        tools = "\n".join(json.dumps(each["function"], ensure_ascii=False) for each in names.schemas)
        return SystemMessage(f"{message.content}\n\n{_PROMPT.replace('{tools}', tools)}")
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [
            json.dumps({"name": names.out(each["name"]), "arguments": each["args"]}, ensure_ascii=False)
            for each in message.tool_calls
        ]
        text = "\n".join(f"{CALL}\n{each}\n{CALL_END}" for each in calls)
        return AIMessage(f"{message.content}\n{text}".strip())
    if isinstance(message, ToolMessage):
        return HumanMessage(f"<tool_response>\n{message.content}\n</tool_response>")
    return message
