"""Messages as records and back: what earlier turns leave for a model to read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from .context import LOOKUP
from .understanding import goes_on, is_question, opens

# The call by which a decision is told to later turns.
RESULT = "action_result"
_MARK = re.compile(r"\s?\[\d+\]")
_MESSAGE_TOKENS, _LETTERS_A_TOKEN = 8, 3
# What somebody tells of themselves in so many characters, and so many times, is kept with what they asked for.
SHORT, TOLD = 14, 2


def dump_message(message: BaseMessage) -> dict[str, Any]:
    """A human, ai or tool message as JSON."""
    details: dict[str, Any] = {"type": message.type, "content": str(message.content)}
    if isinstance(message, AIMessage) and message.tool_calls:
        details["tool_calls"] = [
            {"name": call["name"], "args": call["args"], "id": call["id"]} for call in message.tool_calls
        ]
    if isinstance(message, ToolMessage):
        details["tool_call_id"] = message.tool_call_id
        details["name"] = message.name
    return details


def load_message(details: Mapping[str, Any]) -> BaseMessage:
    """The message of `dump_message`'s JSON."""
    if details["type"] == "human":
        return HumanMessage(details["content"])
    if details["type"] == "tool":
        return ToolMessage(details["content"], tool_call_id=details["tool_call_id"], name=details["name"])
    calls = [{**call, "type": "tool_call"} for call in details.get("tool_calls", ())]
    return AIMessage(details["content"], tool_calls=calls)


def past(messages: Iterable[BaseMessage]) -> list[BaseMessage]:
    """Earlier messages as later turns see them: no look-ups (each turn has its own), no citation marks."""
    kept: list[BaseMessage] = []
    dropped: set[str] = set()
    for message in messages:
        if isinstance(message, AIMessage):
            lookups = [call for call in message.tool_calls if call["name"] == LOOKUP]
            dropped.update(str(call["id"]) for call in lookups)
            rest = [call for call in message.tool_calls if call["name"] != LOOKUP]
            text = _MARK.sub("", str(message.content))
            if rest or text:
                kept.append(AIMessage(text, tool_calls=rest))
        elif not (isinstance(message, ToolMessage) and message.tool_call_id in dropped):
            kept.append(message)
    return kept


def tool_message(call_id: str, name: str, content: Mapping[str, Any]) -> ToolMessage:
    """A tool message with a JSON object inside."""
    return ToolMessage(json.dumps(content, ensure_ascii=False, default=str), tool_call_id=call_id, name=name)


def spoken_of(messages: Sequence[BaseMessage]) -> str:
    """The user's last words before this turn that say what they are about; empty where none did.

    What is only told of oneself (我是租房的) is added to what was asked for before it.
    """
    said = [str(message.content) for message in messages if isinstance(message, HumanMessage)]
    named = [words for words in said if not goes_on(words)] or said[-1:]
    told: list[str] = []
    while len(named) > 1 and len(told) < TOLD and _only_told(named[-1]):
        told.insert(0, named.pop())
    return " ".join([*named[-1:], *told])


def _only_told(words: str) -> bool:
    """Whether words neither ask nor wish, but tell how things are."""
    return len(words) <= SHORT and not is_question(words) and not opens(words)


def fitted(messages: Sequence[BaseMessage], room: int) -> list[BaseMessage]:
    """Oldest turns left out until the rest fits a number of tokens.

    The system message, which lists pending actions and what is waited for, and the present turn always stay.
    """
    lead = [each for each in messages if isinstance(each, SystemMessage)]
    turns: list[list[BaseMessage]] = []
    for message in messages[len(lead) :]:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    left = room - sum(tokens_in(each) for each in lead)
    kept: list[list[BaseMessage]] = []
    for turn in reversed(turns):
        left -= sum(tokens_in(each) for each in turn)
        if kept and left < 0:
            break
        kept.append(turn)
    return [*lead, *(message for turn in reversed(kept) for message in turn)]


def tokens_in(message: BaseMessage) -> int:
    """About how many tokens a message takes, rather too many than too few."""
    calls = json.dumps(message.tool_calls, ensure_ascii=False) if isinstance(message, AIMessage) else ""
    return tokens_of(str(message.content)) + (tokens_of(calls) if len(calls) > 2 else 0) + _MESSAGE_TOKENS


def tokens_of(text: str) -> int:
    """About how many tokens a text takes: one for a Chinese character, one for three letters of others."""
    wide = (len(text.encode("utf-8", "surrogatepass")) - len(text)) // 2
    return wide + (len(text) - wide) // _LETTERS_A_TOKEN
