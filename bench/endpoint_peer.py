"""A chat endpoint that keeps to the OpenAI protocol and refuses what breaks it; it can be told to misbehave.

    with peer(lambda request: Answer("您好。")) as served:
        ...  # served.url, served.requests; served.faults = ["cut", None] spoils the next answer only

A real server in a thread: streaming by small pieces, tool calls in pieces, the final chunk with `finish_reason`.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

PIECE = 5
_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True)
class ToolCall:
    """A call to be made: a name as it is on the wire, and its arguments as JSON text."""

    name: str
    arguments: str = "{}"
    id: str | None = None


@dataclass(frozen=True)
class Answer:
    """What the model says: text, reasoning in its own field, tool calls, and why it ended."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    reasoning: str = ""
    finish: str | None = None

    @property
    def ended(self) -> str:
        """The finish reason of the protocol."""
        return self.finish or ("tool_calls" if self.calls else "stop")


Think = Callable[[dict[str, Any]], "Answer | Awaitable[Answer]"]


@dataclass
class Peer:
    """The served model. `faults` spoil the coming requests one by one; `always` spoils the rest."""

    think: Think
    faults: list[str | None] = field(default_factory=list)
    always: str | None = None
    requests: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""
    broken_protocol: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        """The routes of the endpoint."""
        app = FastAPI()
        app.post("/v1/chat/completions")(self.complete)
        app.get("/v1/models")(self.models)
        return app

    async def models(self) -> dict[str, Any]:
        """The one model there is."""
        return {"object": "list", "data": [{"id": "peer", "object": "model", "created": 1, "owned_by": "bench"}]}

    async def complete(self, request: Request) -> Response:
        """One chat completion."""
        body = await request.json()
        self.requests.append(body)
        fault = self.faults.pop(0) if self.faults else self.always
        if problem := broken(body):
            self.broken_protocol.append(problem)
            return _error(400, problem, "invalid_request_error")
        if fault in REFUSALS and (refusal := REFUSALS[fault](body)) is not None:
            return refusal
        told = self.think(body)
        answer = told if isinstance(told, Answer) else await told
        answer = SPOILT[fault](answer) if fault in SPOILT else answer
        if not body.get("stream"):
            return JSONResponse(_whole(answer))
        return StreamingResponse(_spoilt(fault, _events(answer)), media_type="text/event-stream")


@contextmanager
def peer(think: Think, faults: list[str | None] | None = None, always: str | None = None) -> Iterator[Peer]:
    """A running endpoint on a free port."""
    served = Peer(think, list(faults or ()), always)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    config = uvicorn.Config(
        served.app(), port=port, log_level="critical", lifespan="off", ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise RuntimeError("the endpoint did not start")
        time.sleep(0.02)
    served.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield served
    finally:
        server.should_exit = True
        thread.join(timeout=10)


def broken(body: Mapping[str, Any]) -> str | None:
    """What about a request breaks the protocol, in the words of the usual servers."""
    messages = body.get("messages")
    if not isinstance(body.get("model"), str) or not isinstance(messages, list) or not messages:
        return "you must provide a model parameter and messages"
    for tool in body.get("tools", ()):
        if not _NAME.fullmatch(tool["function"]["name"]):
            return f"invalid function name {tool['function']['name']!r}"
        if tool["function"]["parameters"].get("type") != "object":
            return f"schema of {tool['function']['name']} must be of type object"
    return _broken_order(messages)


def _broken_order(messages: list[Mapping[str, Any]]) -> str | None:
    open_calls: list[str] = []
    seen: set[str] = set()
    for place, message in enumerate(messages):
        role = message.get("role")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return f"messages.{place}: a tool message must answer a preceding call"
            open_calls.remove(message["tool_call_id"])
            continue
        if open_calls:
            return f"messages.{place}: calls without an answer: {open_calls}"
        if role not in ("system", "user", "assistant") or (role == "system" and place):
            return f"messages.{place}: unexpected role {role!r}"
        if role != "assistant" and not isinstance(message.get("content"), str):
            return f"messages.{place}: content must be a string"
        for call in message.get("tool_calls") or ():
            if call["id"] in seen or not _NAME.fullmatch(call["function"]["name"]):
                return f"messages.{place}: a call's id or name is not valid"
            if not isinstance(json.loads(call["function"]["arguments"]), dict):
                return f"messages.{place}: arguments must be a JSON object"
            seen.add(call["id"])
            open_calls.append(call["id"])
    return f"calls without an answer: {open_calls}" if open_calls else None


def _chunk(delta: Mapping[str, Any], finish: str | None = None) -> str:
    whole = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "peer@main"}
    choice = {"index": 0, "delta": dict(delta), "finish_reason": finish}
    return f"data: {json.dumps({**whole, 'system_fingerprint': '', 'choices': [choice]}, ensure_ascii=False)}\n\n"


def _pieces(text: str) -> Iterator[str]:
    return (text[at : at + PIECE] for at in range(0, len(text), PIECE))


async def _events(answer: Answer) -> AsyncIterator[str]:
    """The answer as a stream."""
    yield _chunk({"role": "assistant", "content": ""})
    for piece in _pieces(answer.reasoning):
        yield _chunk({"reasoning_content": piece})
    for piece in _pieces(answer.text):
        yield _chunk({"content": piece})
        await asyncio.sleep(0)
    for index, call in enumerate(answer.calls):
        number = f"call_{index}" if call.id is None else call.id
        function = {"name": call.name, "arguments": ""}
        yield _chunk({"tool_calls": [{"index": index, "id": number, "type": "function", "function": function}]})
        for piece in _pieces(call.arguments):
            yield _chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _chunk({}, answer.ended)
    yield "data: [DONE]\n\n"


def _whole(answer: Answer) -> dict[str, Any]:
    calls = [
        {"id": call.id or f"call_{n}", "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
        for n, call in enumerate(answer.calls)
    ]
    message = {"role": "assistant", "content": answer.text or None, **({"tool_calls": calls} if calls else {})}
    choice = {"index": 0, "message": message, "finish_reason": answer.ended}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    return {"id": "1", "object": "chat.completion", "created": 1, "model": "peer", "choices": [choice], "usage": usage}


def _error(status: int, message: str, kind: str = "server_error", **headers: str) -> Response:
    error = {"message": message, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status, headers={name.replace("_", "-"): v for name, v in headers.items()})


def _without(field_name: str, message: str) -> Callable[[dict[str, Any]], Response | None]:
    """A server that refuses a field of the request."""
    return lambda body: _error(400, message, "BadRequestError") if field_name in body else None


def _short(body: Mapping[str, Any]) -> Response | None:
    """A server whose context holds few messages."""
    told = "This model's maximum context length is 8192 tokens. However, your messages resulted in more tokens."
    return _error(400, told, "invalid_request_error") if len(body["messages"]) > 6 else None


_NO_TOOLS = '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set'
# Refused before any answer: the fault's name → the response, None for a request that passes.
REFUSALS: dict[str | None, Callable[[dict[str, Any]], Response | None]] = {
    "401": lambda _: _error(401, "Incorrect API key provided", "invalid_request_error"),
    "404": lambda _: _error(404, "The model `m` does not exist", "invalid_request_error"),
    "429": lambda _: _error(429, "Rate limit reached", "rate_limit_error", Retry_After="1"),
    "429 long": lambda _: _error(429, "Rate limit reached", "rate_limit_error", Retry_After="60"),
    "500": lambda _: _error(500, "Internal Server Error"),
    "503": lambda _: _error(503, "The server is overloaded"),
    "html": lambda _: HTMLResponse("<html><body>Please log in</body></html>"),
    "no tools": _without("tools", _NO_TOOLS),
    "no temperature": _without("temperature", "Unsupported value: 'temperature' does not support 0 with this model."),
    "short context": _short,
}


def _with_calls(change: Callable[[ToolCall], ToolCall]) -> Callable[[Answer], Answer]:
    return lambda answer: replace(answer, calls=tuple(change(each) for each in answer.calls))


def _added(call: ToolCall, name: str, value: Any) -> ToolCall:
    return replace(call, arguments=json.dumps({**json.loads(call.arguments), name: value}, ensure_ascii=False))


def _retyped(call: ToolCall) -> ToolCall:
    return replace(
        call, arguments=json.dumps({name: {"value": value} for name, value in json.loads(call.arguments).items()})
    )


def _as_text(answer: Answer) -> Answer:
    """What a server without a parser lets through: the calls as the model wrote them."""
    calls = (f'<tool_call>\n{{"name": "{c.name}", "arguments": {c.arguments}}}\n</tool_call>' for c in answer.calls)
    return Answer("\n".join((answer.text, *calls)).strip())


# The answer itself is spoilt.
SPOILT: dict[str | None, Callable[[Answer], Answer]] = {
    "broken JSON": _with_calls(
        lambda call: replace(call, arguments=call.arguments[:-1][: max(len(call.arguments) // 2, 1)])
    ),
    "unknown tool": _with_calls(lambda call: replace(call, name="city__fix_everything")),
    "wrong types": _with_calls(_retyped),
    "unknown argument": _with_calls(lambda call: _added(call, "urgency_level", "high")),
    "no ids": _with_calls(lambda call: replace(call, id="")),
    "same ids": _with_calls(lambda call: replace(call, id="0")),
    "calls as text": _as_text,
    "no tools": _as_text,
    "think tags": lambda answer: replace(answer, text=f"<think>用户想{THOUGHT}</think>{answer.text}"),
    "think unopened": lambda answer: replace(answer, text=f"用户想{THOUGHT}</think>{answer.text}"),
    "reasoning field": lambda answer: replace(answer, reasoning=f"用户想{THOUGHT}"),
    "empty": lambda _: Answer(),
    "length": lambda answer: replace(answer, finish="length"),
    "filtered": lambda answer: Answer(finish="content_filter"),
}
THOUGHT = "知道这件事怎么办，我先想一想。"


async def _spoilt(fault: str | None, events: AsyncIterator[str]) -> AsyncIterator[str]:
    """The stream itself is spoilt."""
    if fault in STREAMS:
        async for each in STREAMS[fault](events):
            yield each
        return
    async for each in events:
        yield each


async def _silent(_: AsyncIterator[str]) -> AsyncIterator[str]:
    await asyncio.sleep(600)
    yield ""


async def _stalled(events: AsyncIterator[str]) -> AsyncIterator[str]:
    yield await anext(events)
    await asyncio.sleep(600)


async def _stalled_later(events: AsyncIterator[str]) -> AsyncIterator[str]:
    async for each in _until_said(events):
        yield each
    await asyncio.sleep(600)


async def _dripping(_: AsyncIterator[str]) -> AsyncIterator[str]:
    while True:
        yield ": keep-alive\n\n"
        await asyncio.sleep(0.1)


async def _slow(events: AsyncIterator[str]) -> AsyncIterator[str]:
    async for each in events:
        yield each
        await asyncio.sleep(0.25)


async def _cut(events: AsyncIterator[str]) -> AsyncIterator[str]:
    yield await anext(events)
    raise ConnectionResetError("the fault script cuts the stream")


async def _cut_later(events: AsyncIterator[str]) -> AsyncIterator[str]:
    async for each in _until_said(events):
        yield each
    raise ConnectionResetError("the fault script cuts the stream")


async def _ended_early(events: AsyncIterator[str]) -> AsyncIterator[str]:
    async for each in _until_said(events):
        yield each


async def _garbled(events: AsyncIterator[str]) -> AsyncIterator[str]:
    yield await anext(events)
    yield "data: {not json\n\n"


async def _error_inside(events: AsyncIterator[str]) -> AsyncIterator[str]:
    yield await anext(events)
    yield f"data: {json.dumps({'error': {'message': 'the engine died', 'type': 'server_error'}})}\n\n"


async def _until_said(events: AsyncIterator[str]) -> AsyncIterator[str]:
    """The stream up to some characters after its first whole sentence, or to the middle of its first call."""
    text, after = "", 0
    async for each in events:
        yield each
        delta = json.loads(each[6:])["choices"][0]["delta"] if each.startswith("data: {") else {}
        text += delta.get("content") or ""
        after += "。" in text
        if after > 3 or delta.get("tool_calls"):
            return


STREAMS: dict[str | None, Callable[[AsyncIterator[str]], AsyncIterator[str]]] = {
    "silent": _silent,
    "half-open": _stalled,
    "half-open after a sentence": _stalled_later,
    "keep-alives only": _dripping,
    "drip": _slow,
    "cut": _cut,
    "cut after a sentence": _cut_later,
    "ends early": _ended_early,
    "garbage": _garbled,
    "error inside": _error_inside,
}
