"""The last list that was told: its rows, and which of them a message means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage

from tools import Slot

from ..context import LOOKUP, tool_result
from ..toolbox import CONTROL
from ..understanding import IDENTIFIERS, Evidence, Pointer, cited_numbers, find, known_class

_LINE = re.compile(r"[\n；;]")
_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)
SURE_CLASS, HALF, LEAD = 0.9, 0.5, 0.2
_SLOTS = {kind: Slot(kind, "编号") for kind in sorted(IDENTIFIERS)}  # type: ignore[arg-type]


@dataclass(frozen=True)
class Row:
    """One object of a list: the kind of its identifier, the identifier, and the line that tells of it."""

    kind: str
    identifier: str
    line: str


@dataclass(frozen=True)
class Listed:
    """A list as a tool gave it: with which arguments, its rows, how many there are in all, and which page this is."""

    tool: str
    arguments: Mapping[str, Any]
    rows: tuple[Row, ...] = ()
    total: int = 0
    page: int = 1
    size: int = 0

    @property
    def kind(self) -> str | None:
        """The kind of identifier that its rows have."""
        return self.rows[0].kind if self.rows else None

    def row(self, place: int) -> Row | None:
        """The row at a place that counts from 1, or from the end where it is negative."""
        within = 0 < place <= len(self.rows) or -len(self.rows) <= place < 0
        return self.rows[place - 1 if place > 0 else place] if within else None


@dataclass(frozen=True)
class Acted:
    """A write that was executed: its tool, the arguments it was proposed with, what was said of it."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""


def last_list(messages: Sequence[BaseMessage]) -> Listed | None:
    """The newest list of objects that have identifiers, or one that was empty."""
    calls = {str(call["id"]): call for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}
    for message in reversed(messages):
        call = calls.get(message.tool_call_id) if isinstance(message, ToolMessage) else None
        if call is None or call["name"] in CONTROL | {LOOKUP} or not isinstance(message, ToolMessage):
            continue
        listed = _listed(call, tool_result(message))
        if listed is not None:
            return listed
    return None


def executed(messages: Sequence[BaseMessage]) -> tuple[Acted, ...]:
    """The writes that were executed, newest first."""
    calls = {str(call["id"]): call for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}
    results = [(each, tool_result(each)) for each in messages if isinstance(each, ToolMessage)]
    proposed = {
        str(action): calls[each.tool_call_id]["args"]
        for each, result in results
        for action in (result.get("action"), *(result.get("actions") or ()))
        if action and result.get("status") == "awaiting_confirmation" and each.tool_call_id in calls
    }
    done = [result for _, result in results if result.get("state") == "executed" and result.get("tool")]
    return tuple(
        Acted(str(each["tool"]), proposed.get(str(each.get("action")), {}), str(each.get("say") or ""))
        for each in reversed(done)
    )


def listed_in(tool: str, result: Mapping[str, Any]) -> Listed | None:
    """The list that a tool just gave."""
    return _listed({"name": tool, "args": {}}, result)


def rows_of(pointer: Pointer, listed: Listed, acted: Sequence[Acted], pending: str) -> list[Row] | None:
    """The rows that are meant; None when one of them is not in the list, or it is not clear which."""
    if pointer.words or pointer.tail:
        return _by_words(pointer, listed)
    if pointer.which == "places":
        found = [listed.row(place) for place in pointer.places]
        return [each for each in dict.fromkeys(found) if each] if all(found) else None
    said = "".join(each.said for each in acted)
    if pointer.which == "all":
        if pointer.count not in (None, len(listed.rows)):
            return None
        if pointer.but_words:
            return _left_over(pointer.but_words, listed)
        but = [listed.row(place) for place in pointer.but]
        return [each for each in listed.rows if each not in but] if all(but) or not but else None
    if pointer.which == "rest":
        return [each for each in listed.rows if each.identifier not in said and each.identifier not in pending]
    if pointer.which == "next":
        return _next(listed, acted)
    return None


def named_in(text: str) -> dict[str, list[str]]:
    """The identifiers in a text by their kind, each once, in their order."""
    for cited in cited_numbers(text):
        text = text.replace(cited, "，")
    found = {kind: [str(each.value) for each in find(slot, text, _WHENEVER)] for kind, slot in _SLOTS.items()}
    return {kind: list(dict.fromkeys(values)) for kind, values in found.items() if values}


def _listed(call: Mapping[str, Any], result: Mapping[str, Any]) -> Listed | None:
    data = result.get("data")
    if not isinstance(data, Mapping) or not isinstance(data.get("total"), int):
        return None
    lists = [each for each in data.values() if isinstance(each, list) and each and isinstance(each[0], Mapping)]
    lines = _LINE.split(str(result.get("say") or ""))
    rows = tuple(row for each in (lists[0] if lists else ()) if (row := _row(each, lines)))
    if not rows and data["total"]:
        return None
    given = {name: value for name, value in call["args"].items() if name != "page"}
    page, size = int(data.get("page") or 1), int(data.get("size") or len(rows))
    return Listed(str(call["name"]), given, rows, data["total"], page, size)


def _row(values: Mapping[str, Any], lines: Sequence[str]) -> Row | None:
    said = [str(each) for each in values.values() if isinstance(each, str)]
    for each in said:
        for kind, found in named_in(each).items():
            if len(each) <= len(found[0]) + 2:
                told = next((line.strip(" 。") for line in lines if found[0] in line), "，".join(said))
                return Row(kind, found[0], told)
    return None


def _by_words(pointer: Pointer, listed: Listed) -> list[Row] | None:
    """The row that holds the words or ends with the digits, when it is clearly one."""
    if pointer.tail:
        found = [row for row in listed.rows if row.identifier.endswith(pointer.tail)]
        return found if len(found) == 1 else None
    hit = known_class(pointer.words)
    wanted = {pointer.words} | ({hit.category.name} if hit and hit.score >= SURE_CLASS else set())
    lines = [row.line for row in listed.rows]
    # 机动车乱停放 is said of 非机动车乱停放 as well: the row that has just these words goes first.
    exact = [row for row in listed.rows if wanted & set(row.line.split("，"))]
    plain = exact or [row for row in listed.rows if any(each in row.line for each in wanted)]
    if plain:
        return plain if len(plain) == 1 else None
    shares = sorted(
        (
            (max(Evidence(each, lines).share((row.line, 1.0)) for each in wanted), -n)
            for n, row in enumerate(listed.rows)
        ),
        reverse=True,
    )
    clear = shares and shares[0][0] >= HALF and (len(shares) == 1 or shares[0][0] > shares[1][0] + LEAD)
    return [listed.rows[-shares[0][1]]] if clear else None


def _left_over(words: str, listed: Listed) -> list[Row] | None:
    """All rows but those that hold the words, where some do and some do not."""
    hit = known_class(words)
    wanted = {words} | ({hit.category.name} if hit and hit.score >= SURE_CLASS else set())
    left = [row for row in listed.rows if not any(each in row.line for each in wanted)]
    return left if 0 < len(left) < len(listed.rows) else None


def _next(listed: Listed, acted: Sequence[Acted]) -> list[Row] | None:
    """The row after the last one that was acted on; the first where none was."""
    for each in acted:
        at = [n for n, row in enumerate(listed.rows) if row.identifier in each.said]
        if at:
            return list(listed.rows[max(at) + 1 : max(at) + 2]) or None
    return list(listed.rows[:1]) or None
