"""The endpoint model against a real OpenAI-compatible peer on loopback: names, streaming, tool calls."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage, ToolMessage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from agents.models import open_endpoint
from agents.toolbox import Toolbox

from .conftest import run


class Peer:
    """Speaks `/v1/chat/completions` with streaming; remembers what it was sent."""

    def __init__(self, deltas: list[dict[str, Any]]) -> None:
        self.requests: list[dict[str, Any]] = []
        self._deltas = deltas
        self.app = Starlette(routes=[Route("/v1/chat/completions", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> StreamingResponse:
        self.requests.append(await request.json())
        return StreamingResponse(self._events(), media_type="text/event-stream")

    async def _events(self) -> Any:
        for delta in self._deltas:
            chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
            yield f"data: {json.dumps({**chunk, 'choices': [{'index': 0, 'delta': delta, 'finish_reason': None}]})}\n\n"
        yield "data: [DONE]\n\n"


@pytest.fixture
def peer(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, str]]:
    served = Peer(request.param)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = uvicorn.Server(uvicorn.Config(served.app, port=port, log_level="warning", lifespan="off", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield served, f"http://127.0.0.1:{port}/v1"
    server.should_exit = True
    thread.join(timeout=10)


HISTORY = [
    SystemMessage("你是助手。"),
    HumanMessage("井盖坏了"),
    AIMessage("", tool_calls=[{"name": "kb.search", "args": {"query": "井盖"}, "id": "a", "type": "tool_call"}]),
    ToolMessage("{}", tool_call_id="a", name="kb.search"),
]
SPLIT_CALL = [
    {
        "role": "assistant",
        "tool_calls": [
            {"index": 0, "id": "c1", "type": "function", "function": {"name": "case__create", "arguments": '{"add'}}
        ],
    },
    {"tool_calls": [{"index": 0, "function": {"arguments": 'ress": "汉正街"}'}}]},
]


async def answer(url: str) -> AIMessage:
    model = open_endpoint(url, "m", "", 10.0).bind_tools(Toolbox([]).bound([]))
    whole: Any = None
    async for chunk in model.astream(HISTORY):
        whole = chunk if whole is None else whole + chunk
    return AIMessage(whole.text, tool_calls=whole.tool_calls)


@pytest.mark.parametrize("peer", [SPLIT_CALL], indirect=True)
def test_a_tool_call_in_pieces_comes_back_whole_and_under_our_name(peer: tuple[Peer, str]) -> None:
    message = run(lambda: answer(peer[1]))
    assert [(each["name"], each["args"]) for each in message.tool_calls] == [("case.create", {"address": "汉正街"})]


@pytest.mark.parametrize("peer", [[{"role": "assistant", "content": "您"}, {"content": "好"}]], indirect=True)
def test_the_peer_sees_names_without_dots_and_no_desk_metadata(peer: tuple[Peer, str]) -> None:
    message = run(lambda: answer(peer[1]))
    assert message.content == "您好"
    sent = peer[0].requests[0]
    names = [each["function"]["name"] for each in sent["tools"]]
    assert names == ["ask_user", "refuse", "hand_off", "drop"]
    assert sent["messages"][2]["tool_calls"][0]["function"]["name"] == "kb__search"
    assert "spec" not in json.dumps(sent)
    assert sent["stream"] is True
