"""What the desk shows of its records: conversations, turns, traces, audit rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from .records import Reply

TurnState = Literal["running", "finished", "failed"]


@dataclass(frozen=True)
class Conversation:
    """A conversation in a list; `handoff` is the order of the person who speaks in it, if one does."""

    id: str
    title: str
    agent: str | None
    created_at: datetime
    updated_at: datetime
    handoff: str | None = None


@dataclass(frozen=True)
class TurnView:
    """One turn as its owner sees it; `reply` is None while it runs or when it failed."""

    id: str
    sequence: int
    state: TurnState
    text: str
    reply: Reply | None
    created_at: datetime


@dataclass(frozen=True)
class ConversationView:
    """A conversation with its turns, oldest first."""

    conversation: Conversation
    turns: tuple[TurnView, ...]


@dataclass(frozen=True)
class TraceStep:
    """One step of a turn; personal data appear as placeholders."""

    kind: str
    title: str
    at: datetime
    details: Mapping[str, Any]


@dataclass(frozen=True)
class Trace:
    """How a turn came to its reply."""

    turn_id: str
    conversation_id: str
    steps: tuple[TraceStep, ...]


@dataclass(frozen=True)
class AuditRow:
    """One line of the audit."""

    id: int
    at: datetime
    who: str
    event: str
    object: str
    details: Mapping[str, Any]
