"""A turn as a stream of AG-UI 1.0 events over SSE. The last event carries the same reply as the JSON answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from fastapi.responses import StreamingResponse

from agents import DeskError, Event, Finished, KnowledgeError, Reply, Spoke, Started, Stepped, ToolError

from . import wording
from .bodies import ReplyBody

HEARTBEAT_S = 15.0
BEAT = b": \n\n"
_log = logging.getLogger(__name__)


def event_stream(events: AsyncIterator[Event], started: Started) -> StreamingResponse:
    """The response that tells the rest of a turn; `started` is its first event, already taken."""
    return StreamingResponse(
        _frames(events, started),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def with_beats(events: AsyncIterator[Event], seconds: float = HEARTBEAT_S) -> AsyncIterator[Event | None]:
    """The events, and None whenever nothing happened for a while."""
    following = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait((following,), timeout=seconds)
            if not done:
                yield None
                continue
            event = following.result()
            if event is None:
                return
            yield event
            following = asyncio.ensure_future(anext(events, None))
    finally:
        following.cancel()  # the client left; the turn itself goes on behind the desk


async def _frames(events: AsyncIterator[Event], started: Started) -> AsyncIterator[bytes]:
    teller = Teller(started.conversation_id, started.turn_id)
    yield _framed(teller.started(), 1)
    number = 1
    try:
        async for event in with_beats(events):
            if event is None:
                yield BEAT
                continue
            for told in teller.tell(event):
                number += 1
                yield _framed(told, number)
    except Exception as problem:
        for told in teller.failed(problem):
            number += 1
            yield _framed(told, number)


def _framed(event: dict[str, Any], number: int) -> bytes:
    return b"id: %d\ndata: %b\n\n" % (number, orjson.dumps(event))


def failure(problem: Exception, turn_id: str) -> tuple[str, str]:
    """What to say of a turn that broke, in Chinese, and its code."""
    if isinstance(problem, DeskError | KnowledgeError | ToolError):
        return str(problem), type(problem).__name__
    _log.error("turn %s failed", turn_id, exc_info=problem)
    return wording.TURN_FAILED.format(turn_id=turn_id), "Internal"


@dataclass
class Teller:
    """Turns the desk's events into AG-UI events, text properly opened and closed."""

    conversation_id: str
    turn_id: str
    speaking: bool = field(default=False)
    spoken: bool = field(default=False)

    def started(self) -> dict[str, Any]:
        """The first event."""
        return {"type": "RUN_STARTED", "threadId": self.conversation_id, "runId": self.turn_id}

    def tell(self, event: Event) -> list[dict[str, Any]]:
        """The AG-UI events for one event of the desk."""
        if isinstance(event, Spoke):
            return self._say(event.text)
        if isinstance(event, Stepped):
            kind = "STEP_FINISHED" if event.done else "STEP_STARTED"
            return [{"type": kind, "stepName": event.title, "metadata": {"name": event.name}}]
        if isinstance(event, Finished):
            # A reply that was not made in this request (a repeated key, a yes in words) was not spoken yet.
            late = [] if self.spoken else self._say(event.reply.text)
            return [*late, *self._hush(), self._finished(event.reply)]
        return []

    def failed(self, problem: Exception) -> list[dict[str, Any]]:
        """The last event of a turn that broke."""
        message, code = failure(problem, self.turn_id)
        return [*self._hush(), {"type": "RUN_ERROR", "message": message, "code": code}]

    def _say(self, text: str) -> list[dict[str, Any]]:
        if not text:
            return []
        message = f"m_{self.turn_id}"
        opened = [] if self.speaking else [_text("START", message, role="assistant")]
        self.speaking = self.spoken = True
        return [*opened, _text("CONTENT", message, delta=text)]

    def _hush(self) -> list[dict[str, Any]]:
        if not self.speaking:
            return []
        self.speaking = False
        return [_text("END", f"m_{self.turn_id}")]

    def _finished(self, reply: Reply) -> dict[str, Any]:
        result = ReplyBody.model_validate(reply).model_dump(mode="json")
        return {"type": "RUN_FINISHED", "threadId": self.conversation_id, "runId": self.turn_id, "result": result}


def _text(kind: str, message: str, **more: str) -> dict[str, Any]:
    return {"type": f"TEXT_MESSAGE_{kind}", "messageId": message, **more}
