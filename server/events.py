"""What arrives in a conversation outside its turns, as JSON or as a stream one can take up again; and where the
platform reports it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from agents import EVENTS_PATH, Arrival, Desk, Principal, Unknown

from . import wording
from .bodies import Out
from .chat import STREAM, Id, json_of
from .counter import Counter, Here
from .problems import Problem, refusals
from .reading import CounterRoute

LOOK_S, BEAT_S, PAGE = 0.5, 15.0, 100
BEAT = b": \n\n"
router = APIRouter(prefix="/api/v1/conversations", tags=["conversations"], route_class=CounterRoute)
platform_router = APIRouter(tags=["platform"])
_log = logging.getLogger(__name__)


class ArrivalBody(Out):
    """Something that came in later: `handoff`, `reply` of a person, `progress` of an object, `returned` to the agents.

    `sequence` counts within the conversation; it is the event id of the stream.
    """

    conversation_id: str
    sequence: int
    at: datetime
    kind: Literal["handoff", "reply", "progress", "returned"]
    text: str
    data: dict[str, Any]


class ArrivalList(Out):
    """What came after a number, oldest first; `last` is the number to go on from."""

    events: tuple[ArrivalBody, ...]
    last: int


@dataclass
class Feed:
    """One look at the database for everybody who listens, instead of one each. `close` ends every stream."""

    desk: Desk
    _waiting: dict[str, set[asyncio.Event]] = field(default_factory=dict)
    _looking: asyncio.Task[None] | None = None
    _last: int | None = None
    closed: bool = False

    async def stream(self, who: Principal, conversation_id: str, after: int) -> AsyncIterator[bytes]:
        """Frames of a conversation from a number on, a beat when nothing comes; until the listener leaves."""
        wake = asyncio.Event()
        self._waiting.setdefault(conversation_id, set()).add(wake)
        self._look()
        try:
            while not self.closed:
                wake.clear()
                try:
                    found = await self.desk.arrivals(who, conversation_id, after=after, limit=PAGE)
                except Unknown:
                    return  # deleted while somebody listened
                for arrival in found:
                    yield framed(arrival)
                    after = arrival.sequence
                if not found and not await _woken(wake):
                    yield BEAT
        finally:
            self._waiting[conversation_id].discard(wake)
            if not self._waiting[conversation_id]:
                del self._waiting[conversation_id]

    def close(self) -> None:
        """End every stream; their listeners come back by themselves."""
        self.closed = True
        for waiting in self._waiting.values():
            for wake in waiting:
                wake.set()

    def _look(self) -> None:
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())

    async def _keep_looking(self) -> None:
        """Wake the listeners of conversations in which something came; as long as there are any."""
        while self._waiting and not self.closed:
            first, found = self._last is None, await self.desk.fresh(self._last)
            self._last = found.last
            # At the first look nobody knows what came just before it: everybody reads once more.
            for conversation_id in self._waiting.keys() if first else found.conversations & self._waiting.keys():
                for wake in self._waiting[conversation_id]:
                    wake.set()
            await asyncio.sleep(LOOK_S)
        self._last = None


async def _woken(wake: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(wake.wait(), BEAT_S)
    except TimeoutError:
        return False
    return True


def framed(arrival: Arrival) -> bytes:
    """An arrival as one event of the stream; its id is the number to go on from."""
    body = ArrivalBody.model_validate(arrival).model_dump(mode="json")
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (arrival.sequence, arrival.kind.encode(), orjson.dumps(body))


@router.get(
    "/{conversation_id}/events",
    response_model=ArrivalList,
    responses={
        **refusals(404),
        200: {
            "description": "What came after the number; as an endless stream of server-sent events when "
            "`Accept: text/event-stream` is sent. `Last-Event-ID` takes a stream up where it was cut.",
            "content": {STREAM: {"schema": {"type": "string"}}},
        },
    },
)
async def read_events(
    request: Request,
    here: Here,
    conversation_id: Id,
    after: Annotated[int, Query(ge=0, le=2**31)] = 0,
    last_event_id: Annotated[str | None, Header(max_length=20)] = None,
) -> Response:
    """What came in one of your conversations outside its turns: a person's reply, the progress of a case."""
    if last_event_id is not None and last_event_id.isdecimal():
        after = int(last_event_id)
    found = await here.desk.arrivals(here.who, conversation_id, after=after, limit=PAGE)
    if STREAM in request.headers.get("accept", ""):
        feed: Feed = request.app.state.feed
        return StreamingResponse(
            feed.stream(here.who, conversation_id, after),
            media_type=STREAM,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
    bodies = tuple(ArrivalBody.model_validate(each) for each in found)
    return json_of(ArrivalList(events=bodies, last=found[-1].sequence if found else after))


@platform_router.post(EVENTS_PATH, status_code=204, response_class=Response, responses=refusals(401, 413))
async def take_event(request: Request) -> Response:
    """Where the 一网统管 platform posts its signed events. Taken twice, an event is told once."""
    counter: Counter = request.app.state.counter
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > counter.settings.max_body_bytes:
            raise Problem(413, wording.TOO_LARGE.format(limit=counter.settings.max_body_bytes))
    if not await counter.desk.receive_event(dict(request.headers), request.url.path, body):
        raise Problem(401, wording.NOT_THE_PLATFORM)
    return Response(status_code=204)
