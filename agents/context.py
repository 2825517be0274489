"""What a model sees: a system message with instructions and a JSON context block, then history.

A model is a pure function of its messages and bound tools. Messages of a turn, in order:

    system     instructions (Markdown), then a fenced JSON block: see `Context`
    …          earlier turns: human / ai / (ai with tool calls, tool results; the latest can be cited by their "ref",
               and list their "rows" as {"name", "said"})
    human      the user's message, personal data as placeholders such as ⟦手机号·7f3k·1⟧
    ai         tool call `kb.search` {"query": …}           (made by the desk)
    tool       {"passages": [{"ref", "title", "heading", "text", "status", "score"}], "coverage": 0.93,
                "degraded": null, "expired": [{…, "since": "2024-01-01", "by": null}]}
    ai         the model's first move: text with [ref] marks after each claim, or tool calls
    tool       {"ref": 4, "say": "…", "data": {…}}          a read tool's result
               {"error": "…", "kind": "not_found"}          a ToolError
               {"status": "needs_answer", "slot", "question", "choices"}, {"status": "awaiting_confirmation", "action"},
               {"status": "skipped"}                         answers that end the turn
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage, ToolMessage

from .records import Waiting

LOOKUP = "kb.search"
# A tool does not know what the words name.
UNKNOWN = "unknown"
_BLOCK = re.compile(r"```json context\n(.*?)\n```", re.DOTALL)


@dataclass(frozen=True)
class Context:
    """The JSON block: the city clock (ISO 8601), the asker's roles, the agent, what is waited for.

    `waiting` is {"tool", "arguments", "slot", "asked"} or None; `location` {"lon", "lat", "crs"} or None;
    `pending` lists actions shown and not yet decided, as {"action", "tool", "summary"}.
    """

    clock: str
    roles: tuple[str, ...]
    agent: str
    waiting: Mapping[str, Any] | None = None
    location: Mapping[str, Any] | None = None
    pending: tuple[Mapping[str, Any], ...] = ()


def system_message(instructions: str, context: Context) -> SystemMessage:
    """Instructions and context as the one system message of a turn."""
    block = json.dumps(context.__dict__, ensure_ascii=False)
    return SystemMessage(f"{instructions.strip()}\n\n```json context\n{block}\n```")


def read_context(messages: Sequence[BaseMessage]) -> Context | None:
    """The context block of the first system message, or None when there is none."""
    for message in messages:
        found = _BLOCK.search(str(message.content)) if isinstance(message, SystemMessage) else None
        if found:
            raw = json.loads(found.group(1))
            return Context(
                clock=raw["clock"],
                roles=tuple(raw["roles"]),
                agent=raw["agent"],
                waiting=raw["waiting"],
                location=raw["location"],
                pending=tuple(raw["pending"]),
            )
    return None


def waiting_block(waiting: Waiting | None) -> dict[str, Any] | None:
    """`Waiting` as the context block shows it."""
    if waiting is None:
        return None
    return {
        "tool": waiting.tool,
        "arguments": dict(waiting.arguments),
        "slot": waiting.slot,
        "asked": list(waiting.asked),
    }


def current_turn(messages: Sequence[BaseMessage]) -> tuple[str, Sequence[BaseMessage]]:
    """The user's present words, and what came after them in this turn."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], HumanMessage):
            return str(messages[index].content), messages[index + 1 :]
    return "", ()


def tool_result(message: ToolMessage) -> dict[str, Any]:
    """The JSON object of a tool message; anything else becomes {"say": text}."""
    try:
        value = json.loads(str(message.content))
    except ValueError:
        return {"say": str(message.content)}
    return value if isinstance(value, dict) else {"say": str(message.content)}
