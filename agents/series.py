"""One act on several objects: a proposal for each of them, so that every one is read and gets a yes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools import ToolError, ToolSpec

from . import wording
from .actions import Draft, PendingAction
from .cards import checked
from .records import Action, Event, Outcome
from .turn import Turn
from .understanding import IDENTIFIERS, find

MOST = 10
_WHENEVER = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Series:
    """The arguments for each object, and how many were left out because they are too many for once."""

    each: tuple[dict[str, Any], ...]
    left_out: int = 0


def series_of(spec: ToolSpec, arguments: Mapping[str, Any]) -> Series:
    """A call that names several objects where a tool takes one (WH…1、WH…2), as a call for each of them."""
    for name in spec.required:
        slot, value = spec.slots.get(name), arguments.get(name)
        if slot is None or slot.kind not in IDENTIFIERS or not isinstance(value, str):
            continue
        named = list(dict.fromkeys(str(each.value) for each in find(slot, value, _WHENEVER)))
        if len(named) > 1:
            each = tuple({**arguments, name: number} for number in named[:MOST])
            return Series(each, len(named) - len(each))
    return Series((dict(arguments),))


def of_the_same(spec: ToolSpec, pending: Sequence[PendingAction], made: Sequence[Action]) -> list[str]:
    """The ids of what waits of this tool for an object that is put up anew."""
    names = [name for name in spec.required if name in spec.slots and spec.slots[name].kind in IDENTIFIERS]
    anew = [[each.arguments.get(name) for name in names] for each in made]
    return [each.id for each in pending if each.tool == spec.name and [each.arguments.get(n) for n in names] in anew]


def put_up(
    turn: Turn, call: Mapping[str, Any], made: Sequence[Action], problems: Sequence[ToolError], left_out: int
) -> list[Event]:
    """Show what was prepared, one card at least, and say what cannot be done and why; the turn ends with it."""
    said = [turn.speak("\n".join(str(each) for each in problems))] if problems else []
    turn.drafts += [Draft(each, turn.agent.name) for each in made]
    turn.waiting = None
    result = {"status": "awaiting_confirmation", "action": made[0].id}
    turn.answer_call(call, result | ({"actions": [each.id for each in made]} if len(made) > 1 else {}))
    if left_out:
        said.append(turn.speak(wording.TOO_MANY.format(most=MOST, rest=left_out)))
    said.append(turn.speak(checked(made[0].summary) if len(made) == 1 else _numbered([each.summary for each in made])))
    turn.end(Outcome("confirm"))
    return said


def _numbered(summaries: Sequence[str]) -> str:
    """Several actions, each with its number, and how to say yes to them."""
    count = len(summaries)
    shown = [f"{wording.PLACE.format(at=at, of=count)}\n{_lines(each)}" for at, each in enumerate(summaries, 1)]
    return "\n\n".join([wording.CHECK_EACH.format(count=count), *shown, wording.HOW_TO_SAY])


def _lines(summary: str) -> str:
    return "\n".join(f"- {line}" for line in summary.splitlines())
