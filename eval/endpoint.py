"""A language model at an OpenAI-compatible address that plays a user or judges talks. Nothing here gates."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from .errors import EvalError, ServerProblem

TRIES, LONGEST_PAUSE_S = 4, 10.0
BUSY = (429, 502, 503, 504)


@dataclass(frozen=True)
class Endpoint:
    """The address (ending in `/v1`), the model's name there, and the key, which is never stored."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    timeout_s: float = 60.0

    def ask(self, messages: Sequence[Mapping[str, str]], seed: int = 0) -> str:
        """The model's words. Raises `ServerProblem` when it cannot be reached or does not keep to the protocol."""
        body = {"model": self.name, "messages": list(messages), "temperature": 0, "seed": seed, "stream": False}
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        with httpx.Client(timeout=self.timeout_s, trust_env=False) as client:
            for attempt in range(TRIES):
                answer = self._send(client, body, headers)
                if answer.status_code not in BUSY or attempt == TRIES - 1:
                    break
                time.sleep(_pause(answer, attempt))
        if answer.status_code >= 400:
            raise ServerProblem(f"大模型接口 {self.url} 答 {answer.status_code}。请核对地址、模型名和密钥后重试。")
        return _words(answer, self.url)

    def _send(self, client: httpx.Client, body: Any, headers: Mapping[str, str]) -> httpx.Response:
        try:
            return client.post(f"{self.url.rstrip('/')}/chat/completions", json=body, headers=dict(headers))
        except httpx.HTTPError as problem:
            told = f"大模型接口 {self.url} 连不上（{type(problem).__name__}）。请核对地址，或稍后再试。"
            raise ServerProblem(told) from None


def open_endpoint(url: str, name: str, key: str) -> Endpoint | None:
    """The endpoint that is configured; None where there is none. Raises `EvalError` for half of one."""
    if not url and not name:
        return None
    if not url or not name:
        raise EvalError("大模型要地址和名字都给：--helper-url（以 /v1 结尾）和 --helper-name。")
    if not url.startswith(("http://", "https://")):
        raise EvalError(f"{url} 不是网址。--helper-url 要写成 https://…/v1。")
    return Endpoint(url, name, key)


def json_in(words: str) -> Mapping[str, Any] | None:
    """The first JSON object in a model's words; None where there is none."""
    decoder, at = json.JSONDecoder(), words.find("{")
    while at >= 0:
        try:
            found, _ = decoder.raw_decode(words, at)
        except ValueError:
            at = words.find("{", at + 1)
            continue
        return found if isinstance(found, dict) else None
    return None


def _pause(answer: httpx.Response, attempt: int) -> float:
    told = answer.headers.get("Retry-After", "")
    return min(LONGEST_PAUSE_S, float(told) if told.replace(".", "", 1).isdigit() else 0.5 * 2**attempt)


def _words(answer: httpx.Response, url: str) -> str:
    try:
        words = answer.json()["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        words = None
    if not isinstance(words, str):
        raise ServerProblem(f"大模型接口 {url} 的回答不是 chat/completions 的格式。请核对地址是否以 /v1 结尾。")
    return words
