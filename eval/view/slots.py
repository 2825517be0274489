"""What was known after each turn: a row for every slot, a cell for every turn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..sample import Sample
from ..trajectory import Trajectory, Turn

MADE = ("ok", "error", "proposed", "executed")


@dataclass(frozen=True)
class Cell:
    """One slot after one turn: its value (None while unknown), whether it was asked for or changed there."""

    turn: int
    value: Any
    asked: bool
    changed: bool


@dataclass(frozen=True)
class SlotRow:
    """One slot over the talk, and what the sample expects of it in the end (None where it expects nothing)."""

    name: str
    cells: tuple[Cell, ...]
    expected: Any


def slot_rows(sample: Sample, trial: Trajectory) -> tuple[SlotRow, ...]:
    """Slots in the order in which they came up; expected ones that never came up are there too."""
    expected = dict(sample.expect.slots.final) if sample.expect.slots else {}
    known: dict[str, Any] = {}
    found: dict[str, list[Cell]] = {}
    for place, turn in enumerate(trial.turns):
        given, asked = _given(turn, trial), [str(ask.get("slot")) for ask in turn.reply.get("asks") or ()]
        before = dict(known)
        known |= given
        for name in dict.fromkeys([*found, *asked, *given]):
            cells = found.setdefault(name, _unknown(trial.turns[:place]))
            changed = name in given and before.get(name) != given[name]
            cells.append(Cell(turn.n, known.get(name), name in asked, changed))
    names = dict.fromkeys([*found, *expected])
    return tuple(SlotRow(name, tuple(found.get(name) or _unknown(trial.turns)), expected.get(name)) for name in names)


def _given(turn: Turn, trial: Trajectory) -> Mapping[str, Any]:
    """The arguments a turn ended with: of its calls, then of what it put forward."""
    calls = [each for each in trial.calls if each.turn == turn.n and each.tool != "kb.search" and each.status in MADE]
    found = {name: value for each in calls for name, value in each.arguments.items()}
    for action in turn.reply.get("actions") or ():
        found |= action.get("arguments") or {}
    return {name: value for name, value in found.items() if value not in (None, "", [])}


def _unknown(turns: Sequence[Turn]) -> list[Cell]:
    return [Cell(each.n, None, asked=False, changed=False) for each in turns]
