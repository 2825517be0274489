"""Writes that cannot be made: said before anything is asked, and the card they would have put right is taken back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tools import ToolError, ToolSpec

from . import wording
from .actions import withdraws
from .guard import restore_value
from .records import Event, Outcome
from .turn import Turn

# No other detail changes these.
_FOR_GOOD = frozenset(("not_ours", "not_allowed"))


async def not_admitted(turn: Turn, call: Mapping[str, Any], spec: ToolSpec) -> ToolError | None:
    """Why a write cannot be made whatever else is told; None when it may go on."""
    if spec.admit is None:
        return None
    try:
        await spec.admit(restore_value(dict(call["args"]), turn.vault), turn.call)
    except ToolError as problem:
        return problem
    return None


def cannot(turn: Turn, call: Mapping[str, Any], spec: ToolSpec, problem: ToolError, *others: ToolError) -> Event:
    """Say why a write cannot be made; the card it would have put right is taken back, and nothing more is asked.

    `others` are the problems with the other objects that were named.
    """
    same = [each.id for each in turn.opening.pending if withdraws(each, spec, call["args"])]
    gone = same if problem.kind != "not_ours" else []
    turn.replaced += gone
    if turn.waiting and turn.waiting.tool == spec.name and problem.kind in _FOR_GOOD:
        turn.waiting = None
    turn.answer_call(call, {"error": str(problem), "kind": problem.kind})
    turn.end(Outcome("refused", wording.REASONS[problem.kind]))
    said = "\n".join(str(each) for each in (problem, *others))
    return turn.speak(f"{said}{wording.WITHDRAWN if gone else ''}")
