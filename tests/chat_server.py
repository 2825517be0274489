"""A small OpenAI-compatible server on loopback: it holds requests to the protocol and answers as a script says."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

ROLES = {"system", "user", "assistant"}


@dataclass
class ChatServer:
    """Answers `POST /v1/chat/completions`; `script` makes the words from the messages. `busy` calls get a 429 first."""

    script: Callable[[list[dict[str, str]]], str]
    key: str = ""
    busy: int = 0
    requests: list[dict[str, Any]] = field(default_factory=list)

    @property
    def sent(self) -> str:
        """All that was ever sent here."""
        return json.dumps(self.requests, ensure_ascii=False)

    async def answer(self, request: Request) -> Response:
        """One completion, or an error in the protocol's own shape."""
        if self.key and request.headers.get("authorization") != f"Bearer {self.key}":
            return _error(401, "invalid_api_key", "Incorrect API key provided")
        body = await request.json()
        self.requests.append(body)
        messages = body.get("messages")
        if not isinstance(body.get("model"), str) or not messages or not all(map(_is_message, messages)):
            return _error(400, "invalid_request_error", "model and messages are required")
        if self.busy:
            self.busy -= 1
            return _error(429, "rate_limit_exceeded", "slow down", {"Retry-After": "0"})
        return JSONResponse(_completion(body, self.script(messages)))


@contextmanager
def chatting(server: ChatServer) -> Iterator[str]:
    """Serve in a thread on a free port; gives the address ending in `/v1`."""
    routes = [Route("/v1/chat/completions", server.answer, methods=["POST"])]
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        running = uvicorn.Server(
            uvicorn.Config(Starlette(routes=routes), log_level="warning", lifespan="off", ws="none")
        )
        thread = threading.Thread(target=running.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not running.started:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        running.should_exit = True
        thread.join(timeout=10)


def _is_message(each: Any) -> bool:
    return isinstance(each, dict) and each.get("role") in ROLES and isinstance(each.get("content"), str)


def _completion(body: dict[str, Any], words: str) -> dict[str, Any]:
    sent = sum(len(each["content"]) for each in body["messages"])
    usage = {"prompt_tokens": sent, "completion_tokens": len(words), "total_tokens": sent + len(words)}
    message = {"role": "assistant", "content": words}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    made = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": body["model"]}
    return {**made, "choices": [choice], "usage": usage}


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JSONResponse:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status, headers)
