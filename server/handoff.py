"""A person instead of the agents: hand a conversation over, take it back, and speak in it as staff."""

from __future__ import annotations

from fastapi import APIRouter, Response
from pydantic import Field

from .bodies import In, ReplyBody
from .chat import Id, Key, json_of
from .counter import Here
from .events import ArrivalBody
from .problems import refusals
from .reading import CounterRoute

router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], route_class=CounterRoute)


class HandoffIn(In):
    """Nothing needs to be said: the conversation itself goes along."""


class StaffReplyIn(In):
    """What a person of the city says to the citizen."""

    text: str = Field(description="The message.", examples=["您好，我是受理员，您反映的井盖已安排更换。"])


@router.post("/{conversation_id}/handoff", response_model=ReplyBody, responses=refusals(404, 409, 503))
async def hand_over(here: Here, conversation_id: Id, key: Key = None, body: HandoffIn | None = None) -> Response:
    """Hand your conversation to a person. Asking here is the confirmation: an order is made at once, once per key."""
    reply = await here.desk.hand_over(here.who, conversation_id, idempotency_key=key)
    return json_of(ReplyBody.model_validate(reply))


@router.delete("/{conversation_id}/handoff", status_code=204, response_class=Response, responses=refusals(404, 409))
async def take_back(here: Here, conversation_id: Id) -> Response:
    """Have the agents speak again; the order stays with the city."""
    await here.desk.take_back(here.who, conversation_id)
    return Response(status_code=204)


@router.post(
    "/{conversation_id}/replies", status_code=201, response_model=ArrivalBody, responses=refusals(404, 409, 503)
)
async def reply_as_person(here: Here, conversation_id: Id, body: StaffReplyIn, key: Key = None) -> Response:
    """Answer a citizen whose conversation was handed over; for acceptors, dispatchers and supervisors. Audited."""
    told = await here.desk.reply_as_person(here.who, conversation_id, body.text, idempotency_key=key)
    return json_of(ArrivalBody.model_validate(told), 201)
