"""What the desk takes in and hands out: the ask, the reply, and the events in between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Is = Literal["answered", "clarify", "confirm", "done", "refused", "handoff", "emergency"]
Reason = Literal[
    "no_evidence",
    "expired",
    "out_of_scope",
    "no_permission",
    "needs_verification",
    "privacy",
    "unsafe",
    "unavailable",
    "invalid",
    "conflict",
]
Decision = Literal["confirm", "cancel", "edit"]


@dataclass(frozen=True)
class Outcome:
    """How a reply ends; `reason` is set exactly when it is `refused`."""

    kind: Is
    reason: Reason | None = None


def could_not_help(outcome: Outcome) -> bool:
    """Whether a reply left the user without what they came for, though it belongs here."""
    return outcome.kind == "refused" and outcome.reason in ("no_evidence", "unavailable", "invalid")


@dataclass(frozen=True)
class Citation:
    """A numbered pointer from a sentence to a passage or to a record a tool returned.

    For a passage, `start`/`end` are character offsets of `quote` in the stored text of `document_id`.
    """

    number: int
    kind: Literal["passage", "record"]
    title: str
    quote: str
    document_id: str | None = None
    passage_id: str | None = None
    heading_path: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    base: str | None = None
    status: str | None = None
    document_number: str | None = None
    issuer: str | None = None
    published: str | None = None
    source_url: str | None = None
    evidence: str | None = None
    tool: str | None = None
    record: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Asked:
    """A question put to the user for one slot of a tool (or a free choice, tool None)."""

    tool: str | None
    slot: str
    kind: str
    question: str
    choices: tuple[str, ...] = ()
    required: bool = True


@dataclass(frozen=True)
class Action:
    """A write waiting for the user's yes. `summary` has one "标签：值" line per field."""

    id: str
    tool: str
    title: str
    arguments: Mapping[str, Any]
    summary: str
    expires_at: datetime


@dataclass(frozen=True)
class Receipt:
    """Proof that an action was executed once."""

    action_id: str
    tool: str
    title: str
    object_id: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Part:
    """One of several wishes in a message, with its own outcome, agent and text."""

    agent: str
    outcome: Outcome
    text: str


@dataclass(frozen=True)
class Reply:
    """The result of a turn; the JSON form is `server.bodies.ReplyBody`."""

    conversation_id: str
    turn_id: str
    agent: str
    text: str
    outcome: Outcome
    parts: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    asks: tuple[Asked, ...] = ()
    actions: tuple[Action, ...] = ()
    receipts: tuple[Receipt, ...] = ()
    suggestions: tuple[str, ...] = ()
    ai_generated: bool = True
    trace_id: str = ""
    degraded: str | None = None


@dataclass(frozen=True)
class Location:
    """A point the user's device gave; longitude and latitude in degrees."""

    lon: float
    lat: float
    crs: Literal["WGS84", "GCJ02"] = "WGS84"


@dataclass(frozen=True)
class Ask:
    """One user message to the desk."""

    conversation_id: str
    text: str
    location: Location | None = None
    idempotency_key: str | None = None


@dataclass(frozen=True)
class Started:
    """The user's turn is stored; the work begins."""

    conversation_id: str
    turn_id: str


@dataclass(frozen=True)
class Stepped:
    """A step of the turn began or ended, for progress display (`title` is Chinese)."""

    name: str
    title: str
    done: bool


@dataclass(frozen=True)
class Spoke:
    """A checked piece of the reply's text; never retracted. The pieces joined are the reply's text."""

    text: str


@dataclass(frozen=True)
class Finished:
    """The last event of a turn."""

    reply: Reply


Event = Started | Stepped | Spoke | Finished


@dataclass(frozen=True)
class Agent:
    """A vertical agent: who it serves, what it may use, and examples of what it takes.

    `instructions` is what a model reads (Markdown). `examples` are knowledge questions it answers.
    """

    name: str
    title: str
    description: str
    audience: frozenset[str]
    instructions: str
    tools: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """What a conversation waits for: an answer for `slot` of `tool`, with the arguments so far.

    `later` are other wishes of the user, in their words, that are taken up once this is answered.
    """

    agent: str
    tool: str
    arguments: Mapping[str, Any]
    slot: str
    asked: tuple[str, ...] = field(default=())
    later: tuple[str, ...] = field(default=())
