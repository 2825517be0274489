"""Reads a turn's reply and trace: which tools were called with what, and which passages were found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .trajectory import Call, Hit, Lookup

SEARCH, RESULT = "kb.search", "action_result"
CONTROL = frozenset(("ask_user", "refuse", "hand_off", "drop", RESULT))
OWN_LOOKUP = "lookup-"
"""The desk's own look-up at the start of a turn; a model's has another call id."""


@dataclass
class Seen:
    """What the turns of a talk showed so far."""

    effects: Mapping[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    lookups: list[Lookup] = field(default_factory=list)
    waiting: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def read(self, turn: int, reply: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> None:
        """Take in one turn."""
        shown = {action["id"]: action for action in reply.get("actions", ())}
        self.waiting.update(shown)
        known = {
            (each["title"], " > ".join(each["heading_path"])): str(each["passage_id"])
            for each in reply.get("citations", ())
            if each["kind"] == "passage"
        }
        for called, answer in _pairs(steps):
            if called["name"] == SEARCH:
                self.lookups.append(Lookup(turn, str(called["args"].get("query", "")), tuple(_hits(answer, known))))
            own = called["name"] == SEARCH and str(called["id"]).startswith(OWN_LOOKUP)
            if called["name"] not in CONTROL and not own and answer.get("status") != "skipped":
                self.calls.append(self._call(turn, called, answer))

    def decided(self, turn: int, action_id: str, reply: Mapping[str, Any]) -> None:
        """Take in what became of an action that was confirmed in this turn."""
        action = self.waiting.get(action_id)
        if action is None:
            return
        receipt = next((each for each in reply.get("receipts", ()) if each["action_id"] == action_id), None)
        outcome = reply.get("outcome") or {}
        status = "executed" if receipt else "denied" if outcome.get("reason") == "no_permission" else "error"
        record = next((each["record"] for each in reply.get("citations", ()) if each["tool"] == action["tool"]), None)
        error = "" if receipt else str(reply.get("text", ""))
        call = Call(turn, action["tool"], action["arguments"], "write", status, record, error, action_id)
        self.calls.append(call)

    def _call(self, turn: int, called: Mapping[str, Any], answer: Mapping[str, Any]) -> Call:
        name = called["name"]
        proposed = answer.get("status") in ("awaiting_confirmation", "offered")
        action = self.waiting.get(str(answer.get("action", "")), {})
        effect = self.effects.get(name, "write" if proposed else "read")
        status = "proposed" if proposed else _status(answer)
        arguments = action.get("arguments", called["args"])
        error = str(answer.get("error") or answer.get("question") or "")
        return Call(turn, name, arguments, effect, status, answer.get("data"), error, str(answer.get("action", "")))


def _status(answer: Mapping[str, Any]) -> str:
    if "error" in answer:
        return "denied" if answer.get("kind") == "not_allowed" else "error"
    return "error" if answer.get("status") == "needs_answer" else "ok"


def _pairs(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Each tool call with its answer, in order; the same call id may come again with another wish."""
    open_calls: dict[str, Mapping[str, Any]] = {}
    for step in steps:
        details = step["details"]
        if step["kind"] != "message":
            continue
        for called in details.get("tool_calls") or ():
            open_calls[str(called["id"])] = called
        if details.get("type") == "tool":
            called = open_calls.pop(str(details.get("tool_call_id")), {})
            if called:
                yield called, _answer(str(details["content"]))


def _answer(content: str) -> Mapping[str, Any]:
    try:
        value = json.loads(content)
    except ValueError:
        return {"say": content}
    return value if isinstance(value, dict) else {"say": content}


def _hits(answer: Mapping[str, Any], known: Mapping[tuple[str, str], str]) -> Iterator[Hit]:
    """The passages of an answer. A trace names them by title and heading; the ids of cited ones are known."""
    data = answer if "passages" in answer else answer.get("data", {})
    for each in (*data.get("passages", ()), *data.get("expired", ())):
        text, heading = str(each["text"]), str(each["heading"])
        name = known.get((str(each["title"]), heading), f"{each['title']}#{heading}")
        yield Hit(str(each["title"]), heading, name, float(each.get("score", 0.0)), str(each["status"]), text)
