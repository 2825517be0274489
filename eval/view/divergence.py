"""Two trials of one sample side by side: the first thing that is not the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from ..trajectory import Trajectory


@dataclass(frozen=True)
class Happening:
    """One thing that happened in a turn: `user`, `lookup`, `call` or `reply`, and what it was."""

    turn: int
    kind: str
    what: Any


@dataclass(frozen=True)
class Divergence:
    """The first difference; a side is None where that talk had ended."""

    place: int
    turn: int
    kind: str
    a: Any
    b: Any


def first_divergence(a: Trajectory, b: Trajectory) -> Divergence | None:
    """Where two talks part; nothing when they never do."""
    for place, (one, two) in enumerate(zip_longest(happenings(a), happenings(b))):
        if one != two:
            shown = one or two
            assert shown is not None
            return Divergence(place, shown.turn, shown.kind, one and one.what, two and two.what)
    return None


def happenings(trial: Trajectory) -> Iterator[Happening]:
    """Everything in order, without ids and measurements."""
    for turn in trial.turns:
        said = turn.user.text or [turn.user.kind, dict(turn.user.arguments)]
        yield Happening(turn.n, "user", said)
        for lookup in trial.retrievals:
            if lookup.turn == turn.n:
                yield Happening(
                    turn.n, "lookup", [lookup.query, [f"{hit.document} > {hit.heading}" for hit in lookup.hits]]
                )
        for call in trial.calls:
            if call.turn == turn.n:
                yield Happening(turn.n, "call", [call.tool, call.status, dict(call.arguments)])
        yield Happening(turn.n, "reply", [turn.reply.get("outcome"), turn.reply.get("text")])
