"""The model-calling part of a turn: one call at a time, within the message's time, by another model when it fails.

What the guard passes is said at once and never taken back. So an answer that breaks off before anything of it was
said is given whole by the stand-in; one that breaks off later ends there, and says so. Calls of a broken answer are
not made.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, BaseMessageChunk, ToolCall, message_chunk_to_message
from langchain_core.messages.tool import tool_call
from langchain_core.runnables import Runnable

from . import wording
from .arguments import SHOWN_CHARS, UNREADABLE
from .errors import ModelFailed
from .records import Agent, Event, Outcome
from .toolbox import Toolbox
from .turn import Turn

_log = logging.getLogger(__name__)


@runtime_checkable
class Corrected(Protocol):
    """A model that can be told why its answer was not sent, and may then answer better."""

    def corrected(self, text: str, why: str) -> list[BaseMessage]:
        """The messages that tell it."""
        ...


@runtime_checkable
class Closes(Protocol):
    """A model that holds connections."""

    async def close(self) -> None:
        """Let go of them."""
        ...


@dataclass
class Asking:
    """Asks `model`, or `stand_in` where it fails; `seconds` is the time all its calls for a message have together."""

    model: BaseChatModel
    stand_in: BaseChatModel
    toolbox: Toolbox
    seconds: float
    _bound: dict[tuple[str, bool], Runnable[Any, Any]] = field(default_factory=dict)

    async def close(self) -> None:
        """Let go of what the models hold."""
        for each in (self.model, self.stand_in):
            if isinstance(each, Closes):
                await each.close()

    async def ask(self, turn: Turn) -> AsyncIterator[Event]:
        """One model call. Its message is added to the turn; what passes the guard is said meanwhile."""
        before = len(turn.said)
        if not turn.stood_in:
            try:
                async for event in self._answer(turn):
                    yield event
                return
            except ModelFailed as problem:
                turn.stand_in_for(problem.reason, str(problem))
                _log.info("turn %s: the stand-in answers (%s)", turn.opening.turn_id, problem.reason)
        if len(turn.said) > before:
            turn.add(AIMessage("".join(turn.said[before:])))
            yield turn.speak(wording.CUT)
            turn.end(Outcome("answered"))
            return
        async for event in self._hear(turn, self._for(turn.agent, self.stand_in), None):
            yield event

    async def _answer(self, turn: Turn) -> AsyncIterator[Event]:
        """The model's answer, asked for once more when the guard let nothing of it pass."""
        until = turn.opening.began + self.seconds
        before, notes = len(turn.said), len(turn.dropped)
        async for event in self._hear(turn, self._for(turn.agent, self.model), until):
            yield event
        answer, dropped = turn.messages[-1], turn.dropped[notes:]
        silent = len(turn.said) == before and not getattr(answer, "tool_calls", ())
        if silent and dropped and isinstance(self.model, Corrected):
            turn.forget_answer()
            notes_for_it = self.model.corrected(str(answer.content), "；".join(dict.fromkeys(dropped)))
            async for event in self._hear(turn, self._for(turn.agent, self.model), until, notes_for_it):
                yield event

    async def _hear(
        self, turn: Turn, model: Runnable[Any, Any], until: float | None, notes: list[BaseMessage] | None = None
    ) -> AsyncIterator[Event]:
        """One answer as it comes in."""
        whole: BaseMessageChunk | None = None
        stream = aiter(model.astream([*turn.messages, *(notes or ())]))
        while (chunk := await _within(until, stream)) is not None:
            whole = chunk if whole is None else whole + chunk
            if isinstance(chunk.content, str) and chunk.content:
                for event in turn.feed(chunk.content):
                    yield event
        for event in turn.flush():
            yield event
        message = message_chunk_to_message(whole) if whole is not None else AIMessage("")
        turn.add(AIMessage(str(message.content), tool_calls=_calls(message)))

    def _for(self, agent: Agent, model: BaseChatModel) -> Runnable[Any, Any]:
        key = (agent.name, model is self.stand_in)
        if key not in self._bound:
            self._bound[key] = model.bind_tools(self.toolbox.bound(agent.tools))
        return self._bound[key]


def _calls(message: BaseMessage) -> list[ToolCall]:
    """The calls of a message; one whose arguments cannot be read says so instead of them."""
    broken = [
        tool_call(name=each["name"] or "", args={UNREADABLE: str(each["args"])[:SHOWN_CHARS]}, id=each["id"])
        for each in getattr(message, "invalid_tool_calls", ())
    ]
    return [*getattr(message, "tool_calls", ()), *broken]


async def _within(until: float | None, stream: AsyncIterator[Any]) -> Any:
    """The stream's next chunk, None at its end; `ModelFailed` when the time is over."""
    if until is None:
        return await anext(stream, None)
    limit = asyncio.timeout(max(until - time.monotonic(), 0))
    try:
        async with limit:
            return await anext(stream, None)
    except TimeoutError:
        if not limit.expired():
            raise
        raise ModelFailed("model_slow", "the time for this message is over") from None
