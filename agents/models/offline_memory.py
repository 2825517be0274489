"""What the messages before this turn leave to go by: the last question, choices offered, calls and results."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from tools import Row

from ..context import tool_result
from ..history import RESULT, spoken_of
from ..toolbox import CONTROL, DROP
from ..understanding import ordinal

_LATEST = 12
_CLAUSE = 4
_APART = re.compile(r"[，；。：\n]")


@dataclass(frozen=True)
class Told:
    """A result of an earlier turn that can be cited: by which tool, asked for how, what it said; `age` in turns.

    `fresh` when nothing else was told since.
    """

    tool: str
    arguments: Mapping[str, Any]
    say: str
    rows: tuple[Row, ...]
    ref: int
    age: int
    fresh: bool


Called = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Memory:
    """`question` is what was said last, `topic` what was said last that names its matter.

    `told` holds what tools and the desk said, newest first; `proposed` the last unanswered write calls by tool.

    `made` is the last call of the turn before that a tool answered, with its arguments.
    `cards` are the write calls put up for a yes, by their action; `dropped` is the last one given up, unless something
    was begun since; `done` are the tools of what was carried out, `just_done` says that it was in the turn before.
    `results` are what can be cited of earlier turns, newest first.
    """

    question: str = ""
    topic: str = ""
    choices: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    proposed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    made: tuple[str, Mapping[str, Any]] | None = None
    cards: Mapping[str, Called] = field(default_factory=dict)
    dropped: Called | None = None
    done: tuple[str, ...] = ()
    just_done: bool = False
    results: tuple[Told, ...] = ()


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
    for message in past:
        if isinstance(message, ToolMessage):
            result = tool_result(message)
            call = calls.get(message.tool_call_id)
            choices = tuple(str(each) for each in result.get("choices") or ())
            if call and call["name"] not in CONTROL and "say" in result:
                made = (call["name"], call["args"])
            if result.get("status") == "awaiting_confirmation" and call:
                proposed[call["name"]] = call["args"]
            told.append(str(result.get("say") or ""))
        elif isinstance(message, AIMessage) and message.content:
            told.append(str(message.content))
        elif isinstance(message, HumanMessage):
            made = None
    newest = tuple(text for text in reversed(told) if text)[:_LATEST]
    cards, dropped, done, just_done = _decided(past, calls)
    return Memory(
        questions[-1] if questions else "",
        spoken_of(past),
        choices,
        newest,
        proposed,
        made,
        cards,
        dropped,
        done,
        just_done,
        _results(past, calls),
    )


def _decided(
    past: Sequence[BaseMessage], calls: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Called], Called | None, tuple[str, ...], bool]:
    """What was put up, what of it was given up or carried out."""
    cards: dict[str, Called] = {}
    begun: Called | None = None
    dropped: Called | None = None
    done: list[str] = []
    just_done = False
    for message in past:
        if isinstance(message, HumanMessage):
            just_done = False
        if not isinstance(message, ToolMessage) or message.tool_call_id not in calls:
            continue
        call, result = calls[message.tool_call_id], tool_result(message)
        if call["name"] == RESULT:
            given = call["args"]
            if given.get("state") == "executed":
                done.append(str(given["tool"]))
                just_done = True
            elif given.get("state") == "cancelled":
                dropped = cards.get(str(given["action"]), dropped)
        elif call["name"] == DROP:
            dropped = begun or dropped
        elif result.get("status") in ("awaiting_confirmation", "needs_answer"):
            begun, dropped = (call["name"], call["args"]), None
            if "action" in result:
                cards[str(result["action"])] = begun
    return cards, dropped, tuple(done), just_done


def _results(past: Sequence[BaseMessage], calls: Mapping[str, Any]) -> tuple[Told, ...]:
    """The results that can be cited, newest first."""
    found: list[Told] = []
    since: list[str] = []
    for age, turn in enumerate(reversed(_turns(past)), start=1):
        numbered = [(each, tool_result(each)) for each in turn if isinstance(each, ToolMessage)]
        for message, result in reversed(numbered):
            if "ref" not in result:
                continue
            call = {} if result.get("tool") else calls.get(message.tool_call_id) or {}
            name, say = str(result.get("tool") or message.name), str(result["say"])
            rows = tuple(Row(str(each["name"]), str(each["said"])) for each in result.get("rows") or ())
            fresh = not found and all(_told_of(each, say) for each in since)
            found.append(Told(name, call.get("args") or {}, say, rows, int(result["ref"]), age, fresh))
        declined = any(message.name in CONTROL for message, _ in numbered) or _points(turn)
        since += (
            [] if declined else [str(each.content) for each in turn if isinstance(each, AIMessage) and each.content]
        )
    return tuple(found)


def _points(turn: Sequence[BaseMessage]) -> bool:
    """Whether a turn was about one of a list: 第二个要什么材料."""
    return any(isinstance(each, HumanMessage) and ordinal(str(each.content)) is not None for each in turn[:1])


def _turns(past: Sequence[BaseMessage]) -> list[list[BaseMessage]]:
    turns: list[list[BaseMessage]] = []
    for message in past:
        if isinstance(message, HumanMessage) or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _told_of(reply: str, say: str) -> bool:
    """Whether a reply repeats anything of what a result said."""
    return any(len(clause) >= _CLAUSE and clause in say for clause in _APART.split(reply))
