"""Conversations: open, list, read, delete; a turn as JSON or as a stream; decisions; feedback; traces."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response, status
from pydantic import AwareDatetime, BaseModel

from agents import Ask, ConversationView, Finished, Location, Reply, Started

from .bodies import (
    ConversationBody,
    ConversationList,
    ConversationWhole,
    DecisionIn,
    FeedbackIn,
    NewConversation,
    ReplyBody,
    TraceBody,
    TurnBody,
    TurnIn,
)
from .counter import Here
from .problems import refusals
from .reading import CounterRoute
from .streams import event_stream

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], route_class=CounterRoute)
Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,80}$")]
Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,200}$",
        description="The same request sent again with the same key is done once and answered alike.",
    ),
]
STREAM = "text/event-stream"


def json_of(body: BaseModel, code: int = status.HTTP_200_OK, **headers: str) -> Response:
    """A body as a response, without a detour."""
    return Response(body.model_dump_json(), code, headers, "application/json")


@router.post("", status_code=201, response_model=ConversationBody, responses=refusals(409))
async def open_conversation(here: Here, key: Key = None, body: NewConversation | None = None) -> Response:
    """Open a conversation of your own."""
    made = await here.desk.open_conversation(here.who, idempotency_key=key)
    return json_of(ConversationBody.model_validate(made), 201, Location=f"/api/v1/conversations/{made.id}")


@router.get("", response_model=ConversationList, responses=refusals())
async def list_conversations(
    here: Here, limit: Annotated[int, Query(ge=1, le=100)] = 20, before: AwareDatetime | None = None
) -> Response:
    """Your conversations, newest first."""
    found = await here.desk.conversations(here.who, limit=limit, before=before)
    bodies = tuple(ConversationBody.model_validate(each) for each in found)
    further: datetime | None = found[-1].updated_at if len(found) == limit else None
    return json_of(ConversationList(conversations=bodies, before=further))


@router.get("/{conversation_id}", response_model=ConversationWhole, responses=refusals(404))
async def read_conversation(here: Here, conversation_id: Id) -> Response:
    """One of your conversations with its turns."""
    return json_of(_whole(await here.desk.conversation(here.who, conversation_id)))


@router.delete("/{conversation_id}", status_code=204, response_class=Response, responses=refusals(404, 409))
async def delete_conversation(here: Here, conversation_id: Id) -> Response:
    """Delete one of your conversations and what was said in it; receipts and audit stay."""
    await here.desk.delete_conversation(here.who, conversation_id)
    return Response(status_code=204)


@router.post(
    "/{conversation_id}/turns",
    response_model=ReplyBody,
    responses={
        **refusals(404, 409, 503),
        200: {
            "description": "The reply; as a stream of AG-UI 1.0 events when `Accept: text/event-stream` is sent. "
            "The last event, RUN_FINISHED, carries the reply as `result`; RUN_ERROR ends a turn that broke.",
            "content": {STREAM: {"schema": {"type": "string"}}},
        },
    },
)
async def take_turn(request: Request, here: Here, conversation_id: Id, body: TurnIn, key: Key = None) -> Response:
    """Say something. The turn is stored first and runs to its end even if you hang up."""
    location = Location(body.location.lon, body.location.lat, body.location.crs) if body.location else None
    events = here.stream(Ask(conversation_id, body.text, location, key))
    started = await anext(events)  # whatever is wrong with the request shows here, before anything is streamed
    assert isinstance(started, Started)
    if STREAM in request.headers.get("accept", ""):
        return event_stream(events, started)
    async for event in events:
        if isinstance(event, Finished):
            return _reply(event.reply)
    raise AssertionError("a turn always ends with Finished")


@router.get("/{conversation_id}/turns/{turn_id}/trace", response_model=TraceBody, responses=refusals(404))
async def read_trace(here: Here, conversation_id: Id, turn_id: Id) -> Response:
    """How a turn came to its reply: routing, passages, tool calls, guard. For its owner or an operator."""
    return json_of(TraceBody.model_validate(await here.desk.trace(here.who, conversation_id, turn_id)))


@router.post(
    "/{conversation_id}/actions/{action_id}",
    response_model=ReplyBody,
    responses=refusals(403, 404, 409, 410, 503),
)
async def decide(here: Here, conversation_id: Id, action_id: Id, body: DecisionIn, key: Key = None) -> Response:
    """Confirm, cancel or edit a pending action. Confirmed, it is executed once, however often it is sent."""
    reply = await here.desk.decide(
        here.who, conversation_id, action_id, body.decision, body.arguments, idempotency_key=key
    )
    return _reply(reply)


@router.post(
    "/{conversation_id}/turns/{turn_id}/feedback", status_code=204, response_class=Response, responses=refusals(404)
)
async def give_feedback(here: Here, conversation_id: Id, turn_id: Id, body: FeedbackIn) -> Response:
    """Say whether a reply was of use."""
    await here.desk.feedback(here.who, conversation_id, turn_id, body.rating, body.comment)
    return Response(status_code=204)


def _reply(reply: Reply) -> Response:
    return json_of(ReplyBody.model_validate(reply))


def _whole(view: ConversationView) -> ConversationWhole:
    turns: list[Any] = [TurnBody.model_validate(turn) for turn in view.turns]
    head = ConversationBody.model_validate(view.conversation).model_dump()
    return ConversationWhole(**head, turns=tuple(turns))
