"""Bodies and filters the hotline's interface accepts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Nature = Literal["request", "complaint", "question", "suggestion", "praise", "other"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class OrderBody(_Body):
    """A demand, or a conversation that is handed to a person."""

    demand: str = Field(min_length=2, max_length=4000)
    kind: Literal["demand", "handoff"] = "demand"
    nature: Nature = "request"
    channel: Literal["phone", "web", "app", "chat", "board"] = "chat"
    address: str | None = Field(None, max_length=300)
    category_code: str | None = Field(None, max_length=10)
    caller_name: str | None = Field(None, max_length=60)
    contact_phone: str | None = Field(None, max_length=40)
    anonymous: bool = False
    urgent: bool = False
    conversation: str | None = Field(None, max_length=80)
    packet: dict[str, Any] = Field(default_factory=dict)


class AcceptBody(_Body):
    """Taken in; a class or a place may be put right at the same time."""

    category_code: str | None = Field(None, max_length=10)
    address: str | None = Field(None, max_length=300)
    nature: Nature | None = None


class ReasonBody(_Body):
    """A step that needs a reason."""

    reason: str = Field(min_length=2, max_length=1000)


class DispatchBody(_Body):
    """To which unit, by which entry of the responsibility list, or by which words of the dispatcher.

    Without a unit the list decides; where it is not sure, the order goes to the people who judge by hand.
    `version` is the `updated_at` the person saw: an order that changed since is refused.
    """

    unit: str | None = Field(None, max_length=100)
    basis: str | None = Field(None, max_length=1000)
    version: str | None = Field(None, max_length=40)


class ReturnBody(_Body):
    """Why a unit does not handle an order, and by what basis."""

    reason: str = Field(min_length=2, max_length=1000)
    basis: str = Field(min_length=2, max_length=1000)


class ReplyBody(_Body):
    """What was done, in words for the caller."""

    reply: str = Field(min_length=4, max_length=4000)


class ExtendBody(_Body):
    """More work days, once."""

    days: int = Field(ge=1, le=90)
    reason: str = Field(min_length=2, max_length=1000)


class VisitedBody(_Body):
    """What the caller said of the answer."""

    contacted: bool
    solved: bool | None = None
    satisfaction: Literal["very_satisfied", "satisfied", "basic", "dissatisfied"] | None = None
    note: str | None = Field(None, max_length=1000)


class MessageBody(_Body):
    """One message of a hand-off."""

    text: str = Field(min_length=1, max_length=4000)


class OrderQuery(BaseModel):
    """Filters of a search; all given ones must hold. `status` is a comma list of states, or `open`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    status: str | None = None
    kind: Literal["demand", "handoff"] | None = None
    nature: Nature | None = None
    district: str | None = None
    unit: str | None = Field(None, max_length=100)
    due: Literal["overdue", "day"] | None = None
    since: str | None = Field(None, alias="from")
    until: str | None = Field(None, alias="to")
    text: str | None = Field(None, max_length=200)
    mine: bool = False
    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(20, ge=1, le=100)
