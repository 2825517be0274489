"""Any OpenAI-compatible chat endpoint. Tool names travel as `case__create`: such APIs allow no dot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool


class EndpointModel(BaseChatModel):
    """Wraps a provider's chat model: maps tool names, keeps desk-only metadata at home."""

    inner: BaseChatModel

    @property
    def _llm_type(self) -> str:
        return "endpoint"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Bind tools by name, description and argument schema; nothing else leaves the house."""
        return self.bind(tools=[_schema(each) for each in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = self.inner.invoke([_outward(each) for each in messages], stop=stop, **kwargs)
        return ChatResult(generations=[ChatGeneration(message=_inward(answer))])

    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        answer = await self.inner.ainvoke([_outward(each) for each in messages], stop=stop, **kwargs)
        return ChatResult(generations=[ChatGeneration(message=_inward(answer))])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async for chunk in self.inner.astream([_outward(each) for each in messages], stop=stop, **kwargs):
            yield ChatGenerationChunk(message=_inward_chunk(chunk))


def open_endpoint(url: str, name: str, key: str, timeout_s: float) -> EndpointModel:
    """A model behind an OpenAI-compatible base URL; `key` may be empty where none is needed."""
    inner = init_chat_model(
        name,
        model_provider="openai",
        base_url=url,
        api_key=key or "none",
        timeout=timeout_s,
        max_retries=1,
        temperature=0,
    )
    return EndpointModel(inner=inner)


def _schema(tool: BaseTool) -> dict[str, Any]:
    schema = convert_to_openai_tool(tool)
    schema["function"]["name"] = _out(schema["function"]["name"])
    return schema


def _out(name: str) -> str:
    return name.replace(".", "__")


def _in(name: str) -> str:
    return name.replace("__", ".")


def _outward(message: BaseMessage) -> BaseMessage:
    if isinstance(message, AIMessage) and message.tool_calls:
        calls = [{**call, "name": _out(call["name"])} for call in message.tool_calls]
        return AIMessage(message.content, tool_calls=calls)
    if isinstance(message, ToolMessage) and message.name:
        return ToolMessage(message.content, tool_call_id=message.tool_call_id, name=_out(message.name))
    return message


def _inward(message: BaseMessage) -> AIMessage:
    calls = [{**call, "name": _in(call["name"])} for call in getattr(message, "tool_calls", [])]
    return AIMessage(message.text, tool_calls=calls)


def _inward_chunk(chunk: BaseMessage) -> AIMessageChunk:
    calls: list[ToolCallChunk] = getattr(chunk, "tool_call_chunks", [])
    renamed = [ToolCallChunk(**{**call, "name": _in(call["name"]) if call["name"] else None}) for call in calls]
    return AIMessageChunk(content=chunk.text, tool_call_chunks=renamed)
