"""What one move of the offline model goes by: the words, what was found and called, and what they most likely mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from tools import ToolSpec

from ..context import LOOKUP, Context, current_turn, read_context, tool_result
from ..toolbox import REFUSE
from ..understanding import focus_of
from .offline_answers import covers
from .offline_calls import call
from .offline_memory import Memory, recall

Specs = Mapping[str, ToolSpec]


@dataclass(frozen=True)
class Heard:
    """All that one move goes by; `restated` when the words name what was only pointed at (第二个要什么材料)."""

    text: str
    now: datetime
    specs: Specs
    memory: Memory
    context: Context | None
    asked: str
    found: Mapping[str, Any]
    results: tuple[tuple[str, Mapping[str, Any]], ...]
    restated: bool = False

    @property
    def waiting(self) -> Mapping[str, Any] | None:
        """What is waited for, if its tool is at hand."""
        waiting = self.context.waiting if self.context else None
        return waiting if waiting and waiting["tool"] in self.specs else None

    @cached_property
    def covered(self) -> float:
        """How well the passages found answer, in [0, 1]."""
        return covers(self.text, self.found)


@dataclass(frozen=True)
class Meant:
    """The bound tool that the words mean best and the next one, with their probabilities, and of rules and nothing."""

    tool: str | None
    second: str | None
    score: float
    next: float
    know: float
    none: float


NOBODY = Meant(None, None, 0.0, 0.0, 1.0, 0.0)


def heard_in(messages: Sequence[BaseMessage], specs: Specs) -> Heard:
    """What the messages come to for the move after them."""
    text, after = current_turn(messages)
    results = [(str(message.name), tool_result(message)) for message in after if isinstance(message, ToolMessage)]
    found: Mapping[str, Any] = next((result for _, result in reversed(results) if "passages" in result), {})
    context = read_context(messages)
    now = datetime.fromisoformat(context.clock) if context else datetime.now().astimezone()
    told = tuple(each for each in results if "passages" not in each[1])
    calls = [each for message in after if isinstance(message, AIMessage) for each in message.tool_calls]
    asked = [str(each["args"].get("query") or text) for each in calls if each["name"] == LOOKUP] or [text]
    said = asked[-1] if len(asked) > 1 else text
    return Heard(said, now, specs, recall(messages), context, asked[-1], found, told, len(asked) > 1)


def same_kind(heard: Heard) -> str | None:
    """那智能工厂呢？ asks of something else what the question before asked."""
    follows = focus_of(heard.text) == "any" and heard.text.rstrip("？?").endswith("呢")
    return heard.memory.question if follows and heard.memory.question else None


def refuse(reason: str, text: str, heard: Heard) -> AIMessage:
    """A typed refusal, where the desk takes one; else its words."""
    if REFUSE not in heard.specs:
        return AIMessage(text)
    return call(REFUSE, {"reason": reason, "text": text}, heard.text)
