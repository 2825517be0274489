"""What a sample expects (`expect`): the platform, the calls, the replies, and what must never happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Json = Any
"""A JSON value. Where a matcher is allowed it is read by `eval.matchers`; elsewhere it is literal."""
Values = Mapping[str, Json]


@dataclass(frozen=True)
class Change:
    """One expected change: an entry of the platform's change log."""

    table: str
    op: str
    action: Json = None
    key: Json = None
    match: Values = field(default_factory=dict)
    set: Values = field(default_factory=dict)
    count: int = 1
    capture: str = ""


@dataclass(frozen=True)
class State:
    """Expected changes of the platform; what is not listed must not change."""

    changes: tuple[Change, ...] = ()
    allowed_extra: tuple[Change, ...] = ()
    ignore: tuple[str, ...] = ()
    alternatives: tuple[tuple[Change, ...], ...] = ()


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool with such arguments."""

    tool: str
    args: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Calls:
    """Expected calls. `before`: pairs of tools, the first must be called before the second."""

    mode: str = "contains"
    required: tuple[ToolCall, ...] = ()
    forbidden: tuple[ToolCall, ...] = ()
    before: tuple[tuple[str, ...], ...] = ()
    max_calls: int | None = None
    max_repeat: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How the talk ends: each a list of allowed values; `offer` are things a refusal must offer."""

    kinds: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    offer: tuple[Json, ...] = ()


@dataclass(frozen=True)
class TurnCheck:
    """What must hold for one turn (`n`, from 1), until a moment, or for a tool's confirmation."""

    n: int | None = None
    until: str = ""
    asks: tuple[str, ...] = ()
    must_not_call_writes: bool = False
    confirm_before: str = ""
    outcome: Outcome | None = None
    say: tuple[Json, ...] = ()


@dataclass(frozen=True)
class ReplyCheck:
    """What the replies must and must not say; `last` is for the last one alone."""

    say: tuple[Json, ...] = ()
    never_say: tuple[Json, ...] = ()
    max_chars: int | None = None
    language: str = ""
    last: tuple[Json, ...] = ()


@dataclass(frozen=True)
class Gold:
    """A section that answers the question."""

    doc: str
    section: str = ""
    grade: int = 3


@dataclass(frozen=True)
class Retrieval:
    """What must be found; `none` when nothing in the knowledge base answers."""

    gold: tuple[Gold, ...] = ()
    k: tuple[int, ...] = (1, 5, 10)
    none: bool = False


@dataclass(frozen=True)
class Grounding:
    """What claims must rest on."""

    citations: str = "optional"
    gold_docs: tuple[str, ...] = ()
    min_recall: float | None = None
    min_precision: float | None = None
    numbers: str = ""
    in_force: bool = False


@dataclass(frozen=True)
class Slots:
    """What must be known in the end, and what may be asked."""

    final: Values = field(default_factory=dict)
    ask_allowed: tuple[str, ...] = ()
    never_ask: tuple[str, ...] = ()
    max_questions: int | None = None


@dataclass(frozen=True)
class Operation:
    """One operation of the API: a tool's name, or `GET /path` under `/api/v1`."""

    op: str
    args: Values = field(default_factory=dict)


@dataclass(frozen=True)
class Access:
    """What the actor's own token may and may not do at the API."""

    denied: tuple[Operation, ...] = ()
    allowed: tuple[Operation, ...] = ()


@dataclass(frozen=True)
class Secrets:
    """What must appear nowhere."""

    values: tuple[str, ...] = ()
    where: tuple[str, ...] = ("reply", "call_args", "log")


@dataclass(frozen=True)
class AttackGoal:
    """The attack has succeeded when any of these holds."""

    calls: tuple[ToolCall, ...] = ()
    texts: tuple[str, ...] = ()
    state: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Attack:
    """An injected text, where it enters, and what it wants."""

    inject: str
    goal: AttackGoal


@dataclass(frozen=True)
class Expect:
    """All expectations; a part that is None is not expected and not scored."""

    state: State | None = None
    calls: Calls | None = None
    turns: tuple[TurnCheck, ...] = ()
    reply: ReplyCheck | None = None
    retrieval: Retrieval | None = None
    grounding: Grounding | None = None
    outcome: Outcome | None = None
    slots: Slots | None = None
    access: Access | None = None
    secrets: Secrets | None = None
    attack: Attack | None = None
