"""Any OpenAI-compatible chat endpoint, whatever it can and cannot do, within a time limit.

What it does not know yet it finds out from the server's answers and remembers: whether tools are known there (else
they are described and called as text), how much context fits, whether a temperature may be set, whether the model's
text begins inside its reasoning. A call that gets no whole answer raises `ModelFailed`.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from tools import Breaker

from .. import wording
from ..errors import ModelFailed
from ..history import fitted, tokens_in
from .endpoint_faults import Fault, fault_of
from .endpoint_prompted import prompted
from .endpoint_text import Sieve
from .endpoint_wire import Calls, Wire, call_chunks, used_ids, wire

_log = logging.getLogger(__name__)
_T = TypeVar("_T")
ToolMode = Literal["auto", "native", "prompted"]
CONNECT_S, TRIES = 5.0, 3
ANSWER_TOKENS = 2048
FAILURES, REST_S, LONGEST_REST_S = 3, 15.0, 60.0


@dataclass(frozen=True)
class Limits:
    """What one call may take: seconds in all, seconds of silence, tokens of context; and how tools are told."""

    timeout_s: float = 60.0
    silence_s: float = 20.0
    context_tokens: int = 32_768
    tools: ToolMode = "auto"


@dataclass
class _Learned:
    """What the server's answers have taught."""

    prompted: bool
    context_tokens: int
    temperature: bool = True
    thinks_first: bool | None = None
    quiet_until: float = 0.0


@dataclass
class _Answer:
    """One answer as it comes in, how many tokens were sent for it, and which call ids are taken."""

    sieve: Sieve
    sent: int
    taken: set[str]
    calls: Calls = field(default_factory=Calls)
    finish: str | None = None
    begun: bool = False
    said: bool = False


class EndpointModel(BaseChatModel):
    """Wraps a provider's chat model; a pure function of messages and bound tools as far as the provider is one."""

    inner: BaseChatModel
    limits: Limits = Limits()
    client: Any = None
    _learned: _Learned = PrivateAttr()
    _breaker: Breaker = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Begin with what the settings say."""
        super().model_post_init(context)
        self._learned = _Learned(self.limits.tools == "prompted", self.limits.context_tokens)
        self._breaker = Breaker(FAILURES, REST_S)

    @property
    def _llm_type(self) -> str:
        return "endpoint"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Bind tools by name, description and argument schema; nothing else leaves the house."""
        return self.bind(wire=wire(tools), **kwargs)

    async def close(self) -> None:
        """Close the connections to the endpoint."""
        if self.client is not None:
            await self.client.aclose()

    def corrected(self, text: str, why: str) -> list[BaseMessage]:
        """How a model is told that its answer was not sent: the answer, and a note it can go by."""
        return [AIMessage(text), HumanMessage(wording.REWRITE.format(why=why))]

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return asyncio.run(self._agenerate(messages, stop, None, **kwargs))

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        whole: BaseMessage | None = None
        async for chunk in self._astream(messages, stop, None, **kwargs):
            whole = chunk.message if whole is None else whole + chunk.message  # type: ignore[assignment]
        calls = getattr(whole, "tool_calls", [])
        return ChatResult(
            generations=[ChatGeneration(message=AIMessage(whole.text if whole else "", tool_calls=calls))]
        )

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        names: Wire = kwargs.pop("wire", None) or Wire()
        self._refuse_while_resting()
        until, tries, room = time.monotonic() + self.limits.timeout_s, 0, self._learned.context_tokens
        while True:
            outward = self._outward(messages, names, room)
            sent, tries = sum(tokens_in(each) for each in outward), tries + 1
            answer = _Answer(self._sieve(), sent, used_ids(messages))
            try:
                async for chunk in self._once(outward, names, answer, until, stop=stop, **kwargs):
                    yield chunk
            except asyncio.CancelledError:
                self._breaker.failed()
                raise
            except Exception as problem:  # whatever a foreign client makes of foreign data
                fault = fault_of(problem)
                if not await self._again(fault, answer, tries, until):
                    raise self._failed(fault, answer) from problem
                room = min(self._learned.context_tokens, answer.sent * 2 // 3 if fault.mend == "context" else room)
            else:
                self._breaker.succeeded()
                return

    def _refuse_while_resting(self) -> None:
        if time.monotonic() < self._learned.quiet_until:
            raise ModelFailed("model_busy", "the endpoint asked to be left alone for some seconds")
        if not self._breaker.allows():
            raise ModelFailed("model_down", "the endpoint kept failing and is left alone for some seconds")

    async def _once(
        self, messages: Sequence[BaseMessage], names: Wire, answer: _Answer, until: float, **kwargs: Any
    ) -> AsyncIterator[ChatGenerationChunk]:
        """One request and its answer. Text is passed on as it comes, calls when the answer is whole."""
        stream = aiter(self.inner.astream(list(messages), **self._asked(names), **kwargs))
        while (chunk := await _within(until, anext(stream, None))) is not None:
            answer.begun = True
            for piece in getattr(chunk, "tool_call_chunks", ()):
                answer.calls.feed(piece)
            answer.finish = answer.finish or chunk.response_metadata.get("finish_reason")
            if text := answer.sieve.feed(chunk.text):
                answer.said = True
                yield ChatGenerationChunk(message=AIMessageChunk(content=text))
        rest = self._whole(answer)
        calls = [*answer.calls.whole(), *answer.sieve.calls]
        if not (answer.said or rest.strip() or calls):
            self._learned.thinks_first = None
            raise ModelFailed("model_garbled", "the answer is empty")
        yield ChatGenerationChunk(
            message=AIMessageChunk(content=rest, tool_call_chunks=call_chunks(calls, names, answer.taken))
        )

    def _whole(self, answer: _Answer) -> str:
        """The rest of the text, once the answer is known to be whole. Raises `ModelFailed` when it is not."""
        if answer.finish is None:
            raise ModelFailed("model_cut", "the stream ended before the answer did")
        if answer.finish in ("length", "content_filter"):
            raise ModelFailed("model_cut", f"the provider ended the answer: {answer.finish}")
        rest = answer.sieve.close()
        self._learned.thinks_first = answer.sieve.thinks_first
        return rest

    def _sieve(self) -> Sieve:
        return Sieve(self._learned.thinks_first, bare_calls=self._learned.prompted)

    def _outward(self, messages: Sequence[BaseMessage], names: Wire, room: int) -> list[BaseMessage]:
        """The conversation as this endpoint takes it, as much of it as fits."""
        kept = fitted(messages, room - names.tokens - ANSWER_TOKENS)
        return prompted(kept, names) if self._learned.prompted else [names.message(each) for each in kept]

    def _asked(self, names: Wire) -> dict[str, Any]:
        given: dict[str, Any] = {"temperature": 0} if self._learned.temperature else {}
        return given if self._learned.prompted or not names.schemas else {**given, "tools": list(names.schemas)}

    async def _again(self, fault: Fault, answer: _Answer, tries: int, until: float) -> bool:
        """Whether to ask once more: nothing has been passed on, and something is changed or waited for."""
        if answer.said or tries >= TRIES:
            return False
        if fault.mend is not None:
            return self._learn(fault)
        if fault.wait_s is None or tries > 1 or time.monotonic() + fault.wait_s >= until:
            return False
        await asyncio.sleep(fault.wait_s)
        return True

    def _learn(self, fault: Fault) -> bool:
        """Change what the server does not take; False when that was changed before."""
        learned = self._learned
        if fault.mend == "tools" and self.limits.tools == "auto" and not learned.prompted:
            learned.prompted = True
        elif fault.mend == "temperature" and learned.temperature:
            learned.temperature = False
        elif fault.mend == "context":
            learned.context_tokens = min(learned.context_tokens, fault.limit or learned.context_tokens)
        else:
            return False
        _log.warning("the endpoint does not take this %s: asked again without (%s)", fault.mend, fault.message)
        return True

    def _failed(self, fault: Fault, answer: _Answer) -> ModelFailed:
        _log.warning("no whole answer from the endpoint: %s (%s)", fault.reason, fault.message)
        if fault.reason in ("model_down", "model_slow", "model_busy"):
            self._breaker.failed()
        self._learned.quiet_until = time.monotonic() + min(fault.rest_s, LONGEST_REST_S)
        broke_off = answer.said or (answer.begun and fault.reason == "model_down")
        return ModelFailed("model_cut" if broke_off else fault.reason, fault.message)


def open_endpoint(
    url: str, name: str, key: str, limits: Limits, extra: Mapping[str, Any] | None = None
) -> EndpointModel:
    """A model behind an OpenAI-compatible base URL; `key` may be empty, `extra` goes into every request's body."""
    # Importing it takes half a second, and only where an endpoint is it is needed.
    import openai
    from langchain.chat_models import init_chat_model

    timeout = openai.Timeout(limits.silence_s, connect=min(CONNECT_S, limits.silence_s))
    client = openai.DefaultAsyncHttpxClient(base_url=url, timeout=timeout)
    inner = init_chat_model(
        name,
        model_provider="openai",
        base_url=url,
        api_key=key or "none",
        timeout=timeout,
        max_retries=0,
        http_async_client=client,
        extra_body=dict(extra) if extra else None,
    )
    return EndpointModel(inner=inner, limits=limits, client=client)


async def _within(until: float, work: Any) -> Any:
    async with asyncio.timeout(max(until - time.monotonic(), 0)):
        return await work
