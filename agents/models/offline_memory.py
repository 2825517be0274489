"""What the messages before this turn leave to go by: the last question, choices offered, calls and results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from ..context import tool_result
from ..history import spoken_of
from ..toolbox import CONTROL
from .offline_lists import Acted, Listed, executed, last_list

_LATEST = 12


@dataclass(frozen=True)
class Memory:
    """`question` is what was said last, `topic` what was said last that names its matter.

    `told` holds what tools and the desk said, newest first; `proposed` the last unanswered write calls by tool.

    `made` is the last call of the turn before that a tool answered, with its arguments. `tried` is the one that was
    refused there. `listed` is the last list
    told, `acted` are the writes that were executed, newest first.
    """

    question: str = ""
    topic: str = ""
    choices: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    proposed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    made: tuple[str, Mapping[str, Any]] | None = None
    tried: tuple[str, Mapping[str, Any]] | None = None
    listed: Listed | None = None
    acted: tuple[Acted, ...] = ()


def recall(messages: Sequence[BaseMessage]) -> Memory:
    """The memory of a conversation before the present words."""
    last = max((n for n, message in enumerate(messages) if isinstance(message, HumanMessage)), default=0)
    past = messages[:last]
    questions = [str(message.content) for message in past if isinstance(message, HumanMessage)]
    calls = {str(call["id"]): call for message in past if isinstance(message, AIMessage) for call in message.tool_calls}
    proposed: dict[str, Mapping[str, Any]] = {}
    choices: tuple[str, ...] = ()
    told: list[str] = []
    made: tuple[str, Mapping[str, Any]] | None = None
    tried: tuple[str, Mapping[str, Any]] | None = None
    for message in past:
        if isinstance(message, ToolMessage):
            result = tool_result(message)
            call = calls.get(message.tool_call_id)
            choices = tuple(str(each) for each in result.get("choices") or ())
            if call and call["name"] not in CONTROL and "say" in result:
                made = (call["name"], call["args"])
            if call and call["name"] not in CONTROL and "error" in result:
                tried = (call["name"], call["args"])
            if result.get("status") == "awaiting_confirmation" and call:
                proposed[call["name"]] = call["args"]
            told.append(str(result.get("say") or ""))
        elif isinstance(message, AIMessage) and message.content:
            told.append(str(message.content))
        elif isinstance(message, HumanMessage):
            made = tried = None
    newest = tuple(text for text in reversed(told) if text)[:_LATEST]
    said, listed = questions[-1] if questions else "", last_list(past)
    return Memory(said, spoken_of(past), choices, newest, proposed, made, tried, listed, executed(past))
