"""One act on several objects: a proposal for each of them, so that every one is read and gets a yes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tools import ToolError, ToolSpec

from . import wording
from .actions import Draft, PendingAction
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


def repoints(spec: ToolSpec, pending: Sequence[PendingAction]) -> bool:
    """Whether a correction may turn the one action of this tool that waits to another object."""
    names = any(spec.slots[name].kind in IDENTIFIERS for name in spec.required if name in spec.slots)
    return names and sum(each.tool == spec.name for each in pending) == 1


def put_up(
    turn: Turn, call: Mapping[str, Any], made: Sequence[Action], problems: Sequence[ToolError], left_out: int
) -> list[Event]:
    """Show what was prepared, and say what cannot be done and why; the turn ends with it."""
    said = [turn.speak("\n".join(str(each) for each in problems))] if problems else []
    if not made:
        problem = problems[0]
        turn.answer_call(call, {"error": str(problem), "kind": problem.kind})
        turn.end(Outcome("refused", wording.REASONS[problem.kind]))
        return said
    turn.drafts += [Draft(each, turn.agent.name) for each in made]
    turn.waiting = None
    result = {"status": "awaiting_confirmation", "action": made[0].id}
    turn.answer_call(call, result | ({"actions": [each.id for each in made]} if len(made) > 1 else {}))
    if left_out:
        said.append(turn.speak(wording.TOO_MANY.format(most=MOST, rest=left_out)))
    said.append(turn.speak(card(made[0].summary) if len(made) == 1 else cards([each.summary for each in made])))
    turn.end(Outcome("confirm"))
    return said


def card(summary: str) -> str:
    """One action as the reply shows it."""
    return f"{wording.CHECK}\n{_lines(summary)}"


def cards(summaries: Sequence[str], lead: str = wording.CHECK_EACH) -> str:
    """Several actions, each with its number, and how to say yes to them."""
    count = len(summaries)
    shown = [f"{wording.PLACE.format(at=at, of=count)}\n{_lines(each)}" for at, each in enumerate(summaries, 1)]
    return "\n\n".join([lead.format(count=count), *shown, wording.HOW_TO_SAY])


def remaining(summaries: Sequence[str]) -> str:
    """What still waits for a yes."""
    if len(summaries) == 1:
        return f"{wording.STILL_PENDING.format(count=1)}\n{_lines(summaries[0])}"
    return cards(summaries, wording.STILL_PENDING)


def _lines(summary: str) -> str:
    return "\n".join(f"- {line}" for line in summary.splitlines())
