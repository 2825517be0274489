"""The offline model: deterministic, no network. It knows tools only by what they declare."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from tools import spec_of

from ..understanding import Weighing
from .offline_moves import Mover


class OfflineModel(BaseChatModel):
    """A pure function of messages and bound tools: same input, same bytes. `cache_dir` keeps what was fitted."""

    cache_dir: Path | None = None
    _mover: Mover | None = PrivateAttr(default=None)

    @property
    def _llm_type(self) -> str:
        return "hanzhi-offline"

    def understand(self, weighing: Weighing) -> None:
        """Go by what was fitted on all that is declared in the house, not only on what is bound."""
        self._mover = Mover(self.cache_dir, weighing)

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Bind tools; what they declare (examples, slots) is all that is known of them."""
        return self.bind(tools=list(tools))

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self._decide(messages, kwargs.get("tools") or ()))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        for chunk in self._stream(messages, stop, None, **kwargs):
            yield chunk

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        message = self._decide(messages, kwargs.get("tools") or ())
        calls = [
            ToolCallChunk(name=call["name"], args=json.dumps(call["args"], ensure_ascii=False), id=call["id"], index=n)
            for n, call in enumerate(message.tool_calls)
        ]
        for line in str(message.content).splitlines(keepends=True):
            yield ChatGenerationChunk(message=AIMessageChunk(content=line))
        if calls or not message.content:
            yield ChatGenerationChunk(message=AIMessageChunk(content="", tool_call_chunks=calls))

    def _decide(self, messages: Sequence[BaseMessage], tools: Sequence[BaseTool]) -> AIMessage:
        if self._mover is None:
            self._mover = Mover(self.cache_dir)
        specs = {tool.name: spec_of(tool) for tool in tools if isinstance(tool, BaseTool)}
        return self._mover.move(messages, specs)
