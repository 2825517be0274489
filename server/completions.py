"""For other people's clients: the OpenAI chat-completions interface over the same desk.

A client sends the whole talk each time. The desk trusts only its own records, so the talk is continued when it is
one the desk remembers, word for word; else the last message opens a new conversation. Nothing is ever confirmed here.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from agents import Ask, Event, Finished, Reply, Spoke, Started, TurnView

from . import wording
from .bodies import Out
from .chat import Key, json_of
from .counter import Here, Visit
from .problems import Problem, refusals
from .reading import CounterRoute
from .streams import BEAT, failure, with_beats

router = APIRouter(prefix="/v1", tags=["compatible"], route_class=CounterRoute)
MODEL = "hanzhi"
RECENT = 20


class TextPart(BaseModel):
    """A piece of a message's content."""

    model_config = ConfigDict(extra="ignore")
    type: Literal["text"]
    text: str


class MessageIn(BaseModel):
    """A message; only what users and the assistant said counts."""

    model_config = ConfigDict(extra="ignore")
    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[TextPart] | None = None

    @property
    def words(self) -> str:
        """The text of the message."""
        return "".join(part.text for part in self.content or ()) if not isinstance(self.content, str) else self.content


class CompletionIn(BaseModel):
    """A talk. Settings of other models (temperature, tools …) are accepted and have no effect."""

    model_config = ConfigDict(extra="ignore")
    model: str = Field(max_length=100, examples=[MODEL])
    messages: Annotated[list[MessageIn], Field(min_length=1, max_length=200)]
    stream: bool = False


class MessageOut(Out):
    """What the desk said."""

    role: Literal["assistant"] = "assistant"
    content: str


class ChoiceBody(Out):
    """The one answer."""

    index: Literal[0] = 0
    message: MessageOut
    finish_reason: Literal["stop"] = "stop"


class CompletionBody(Out):
    """An answer in the shape OpenAI's clients expect."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: tuple[ChoiceBody, ...]


class ModelBody(Out):
    """A model one may name."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(Out):
    """The models one may name."""

    object: Literal["list"] = "list"
    data: tuple[ModelBody, ...]


@router.get("/models", response_model=ModelList, responses=refusals())
async def models(here: Here) -> Response:
    """The one model: the desk, which chooses the agent itself."""
    return json_of(ModelList(data=(ModelBody(id=MODEL),)))


@router.post(
    "/chat/completions",
    response_model=CompletionBody,
    responses={
        **refusals(404, 409, 503),
        200: {
            "description": "The answer; with `stream`, chunks as server-sent events that end with `data: [DONE]`.",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
    },
)
async def complete(here: Here, body: CompletionIn, key: Key = None) -> Response:
    """Answer the last message. What would change something is only told here; it is confirmed on the page."""
    if body.model != MODEL:
        raise Problem(404, wording.NO_MODEL.format(model=MODEL), "model")
    said = [message for message in body.messages if message.role in ("user", "assistant")]
    if not said or said[-1].role != "user":
        raise Problem(422, wording.LAST_IS_USER, "messages")
    conversation = await _conversation(here, [each.words.strip() for each in said], key)
    events = here.stream(Ask(conversation, said[-1].words, idempotency_key=key))
    started = await anext(events)
    assert isinstance(started, Started)
    if body.stream:
        return StreamingResponse(_chunks(events, started.turn_id), media_type="text/event-stream")
    async for event in events:
        if isinstance(event, Finished):
            message = MessageOut(content=whole_text(event.reply))
            choice = ChoiceBody(message=message)
            name = f"chatcmpl-{started.turn_id}"
            return json_of(CompletionBody(id=name, created=int(time.time()), model=MODEL, choices=(choice,)))
    raise AssertionError("a turn always ends with Finished")


def whole_text(reply: Reply) -> str:
    """A reply for a client that shows only text."""
    return reply.text + remarks(reply)


def remarks(reply: Reply) -> str:
    """What a page would show beside the text: the sources, and what waits for a yes."""
    sources = [f"[{each.number}] 《{each.title}》" for each in reply.citations if each.kind == "passage"]
    told = "\n\n" + wording.SOURCES + "\n" + "\n".join(sources) if sources else ""
    waiting = "".join(f"\n\n{wording.CONFIRM_ON_THE_PAGE.format(title=each.title)}" for each in reply.actions)
    return told + waiting


async def _conversation(here: Visit, talk: Sequence[str], key: str | None) -> str:
    """The conversation this talk continues; else a new one."""
    if len(talk) > 1:
        for each in await here.desk.conversations(here.who, limit=RECENT):
            view = await here.desk.conversation(here.who, each.id)
            if _is_this_talk(view.turns, talk, repeated=key is not None):
                return each.id
    return (await here.desk.open_conversation(here.who, idempotency_key=key)).id


def _is_this_talk(turns: Sequence[TurnView], talk: Sequence[str], *, repeated: bool) -> bool:
    """Whether the turns are what was said before the talk's last message (or, `repeated`, with it), word for word.

    One whose last reply awaits a yes is not continued: here a yes in words must not count.
    """
    told: list[str] = []
    for turn in turns:
        if turn.reply is None:
            return False
        told += [turn.text.strip(), whole_text(turn.reply).strip()]
    same = told == list(talk[:-1]) or (repeated and told[:-1] == list(talk))
    return same and not (turns[-1].reply and turns[-1].reply.actions)


async def _chunks(events: AsyncIterator[Event], turn_id: str) -> AsyncIterator[bytes]:
    """Chunks without `id:` or `retry:`: OpenAI's own client breaks on them."""
    made = int(time.time())

    def chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        head: dict[str, Any] = {"id": f"chatcmpl-{turn_id}", "object": "chat.completion.chunk"}
        return b"data: %b\n\n" % orjson.dumps({**head, "created": made, "model": MODEL, "choices": [choice]})

    yield chunk({"role": "assistant", "content": ""})
    spoken = False
    try:
        async for event in with_beats(events):
            if event is None:
                yield BEAT
            elif isinstance(event, Spoke):
                spoken = True
                yield chunk({"content": event.text})
            elif isinstance(event, Finished):
                rest = remarks(event.reply) if spoken else whole_text(event.reply)
                if rest:
                    yield chunk({"content": rest})
    except Exception as problem:
        message, code = failure(problem, turn_id)
        yield b"data: %b\n\n" % orjson.dumps({"error": {"message": message, "type": "server_error", "code": code}})
        return
    yield chunk({}, "stop")
    yield b"data: [DONE]\n\n"
