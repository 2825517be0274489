"""What conversations look like on the wire. Inside the house they are frozen dataclasses (`agents.records`)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

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


def refuse_control(text: str) -> str:
    """The text, unless it holds control characters."""
    if any(ord(letter) < 32 and letter not in "\n\r\t" for letter in text):
        raise PydanticCustomError("string_unicode", "control characters")
    return text


Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(refuse_control)]


class In(BaseModel):
    """A body that is sent to us: nothing unknown is let in."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Out(BaseModel):
    """A body that we send; made from the records of the house."""

    model_config = ConfigDict(extra="forbid", from_attributes=True, serialize_by_alias=True, validate_by_name=True)


class NewConversation(In):
    """Nothing needs to be said to open a conversation."""


class LocationIn(In):
    """A point the user's device gave, in degrees."""

    lon: float = Field(ge=-180, le=180, examples=[114.305])
    lat: float = Field(ge=-90, le=90, examples=[30.593])
    crs: Literal["WGS84", "GCJ02"] = "WGS84"


class TurnIn(In):
    """One message to the desk."""

    text: str = Field(description="The message.", examples=["居住证怎么办？需要什么材料？"])
    location: LocationIn | None = None


class DecisionIn(In):
    """The decision on a pending action; `arguments` (changed fields only) belong to `edit`."""

    decision: Literal["confirm", "cancel", "edit"]
    arguments: dict[str, Any] | None = Field(None, examples=[None])

    @model_validator(mode="after")
    def _arguments_belong_to_edit(self) -> DecisionIn:
        if (self.decision == "edit") != (self.arguments is not None):
            raise PydanticCustomError(
                "urn:hanzhi:input", "修改（edit）时要在 arguments 里写明改成什么；确认和取消时不要带 arguments。"
            )
        return self


class FeedbackIn(In):
    """What the user thought of a reply."""

    rating: Literal["up", "down"]
    comment: Words | None = None


class OutcomeBody(Out):
    """How a reply ends; `reason` is set exactly when it is `refused`."""

    kind: Is = Field(alias="is")
    reason: Reason | None


class CitationBody(Out):
    """A numbered pointer from a sentence to a passage of a document, or to a record a tool returned.

    For a passage, `start` and `end` are character offsets of `quote` in the text of `document_id`.
    """

    number: int
    kind: Literal["passage", "record"]
    title: str
    quote: str
    document_id: str | None
    passage_id: str | None
    heading_path: tuple[str, ...]
    start: int | None
    end: int | None
    base: str | None
    status: str | None
    document_number: str | None
    issuer: str | None
    published: str | None
    source_url: str | None
    evidence: str | None
    tool: str | None
    record: Mapping[str, Any] | None


class AskedBody(Out):
    """A question put to the user for one slot of a tool."""

    tool: str | None
    slot: str
    kind: str
    question: str
    choices: tuple[str, ...]
    required: bool


class ActionBody(Out):
    """A write waiting for the user's yes. `summary` has one "标签：值" line per field."""

    id: str
    tool: str
    title: str
    arguments: Mapping[str, Any]
    summary: str
    expires_at: datetime


class ReceiptBody(Out):
    """Proof that an action was executed once."""

    action_id: str
    tool: str
    title: str
    object_id: str
    at: datetime
    by: str


class PartBody(Out):
    """One of several wishes in a message, with its own outcome, agent and text."""

    agent: str
    outcome: OutcomeBody
    text: str


class ReplyBody(Out):
    """The result of a turn. The stream's last event carries the same object as `result`."""

    conversation_id: str
    turn_id: str
    agent: str
    text: str = Field(description="Markdown; `[1]` points to the citation of that number.")
    outcome: OutcomeBody
    parts: tuple[PartBody, ...]
    citations: tuple[CitationBody, ...]
    asks: tuple[AskedBody, ...]
    actions: tuple[ActionBody, ...]
    receipts: tuple[ReceiptBody, ...]
    suggestions: tuple[str, ...]
    ai_generated: bool
    trace_id: str
    degraded: str | None


class ConversationBody(Out):
    """A conversation in a list; `handoff` is the order of the person who speaks in it now, if one does."""

    id: str
    title: str
    agent: str | None
    created_at: datetime
    updated_at: datetime
    handoff: str | None


class ConversationList(Out):
    """A page of conversations, newest first; `before` asks for the next page."""

    conversations: tuple[ConversationBody, ...]
    before: datetime | None


class TurnBody(Out):
    """One turn as its owner sees it; `reply` is null while it runs or when it failed."""

    id: str
    sequence: int
    state: Literal["running", "finished", "failed"]
    text: str
    reply: ReplyBody | None
    created_at: datetime


class ConversationWhole(ConversationBody):
    """A conversation with its turns, oldest first."""

    turns: tuple[TurnBody, ...]


class TraceStepBody(Out):
    """One step of a turn; personal data appear as placeholders."""

    kind: str
    title: str
    at: datetime
    details: Mapping[str, Any]


class TraceBody(Out):
    """How a turn came to its reply."""

    turn_id: str
    conversation_id: str
    steps: tuple[TraceStepBody, ...]
