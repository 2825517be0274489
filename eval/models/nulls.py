"""Agents that know nothing about a question. What they score shows what a score is worth."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import uuid4

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable

CONTROL = frozenset(("ask_user", "refuse", "hand_off", "drop", "kb.search"))
Act = Callable[[Sequence[BaseMessage], Sequence[Any]], AIMessage]


class NullModel(BaseChatModel):
    """Does the same whatever it is asked."""

    act: Act
    tools: list[Any] = []  # noqa: RUF012 - a field of the model

    @property
    def _llm_type(self) -> str:
        return "null"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Remember the tools."""
        return self.model_copy(update={"tools": list(tools)})

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=self.act(messages, self.tools))])


def call(name: str, /, **arguments: Any) -> AIMessage:
    """A message that calls one tool."""
    made = {"name": name, "args": arguments, "id": f"call-{uuid4().hex[:8]}", "type": "tool_call"}
    return AIMessage("", tool_calls=[made])


def this_turn(messages: Sequence[BaseMessage]) -> tuple[str, Sequence[BaseMessage]]:
    """The user's present words, and what came after them."""
    for index in range(len(messages) - 1, -1, -1):
        if isinstance(messages[index], HumanMessage):
            return str(messages[index].content), messages[index + 1 :]
    return "", ()


def tool_results(messages: Sequence[BaseMessage]) -> list[Mapping[str, Any]]:
    """The results of the tools called in these messages."""
    found = [json.loads(str(message.content)) for message in messages if isinstance(message, ToolMessage)]
    return [each for each in found if isinstance(each, dict)]


def _do_nothing(_messages: Sequence[BaseMessage], _tools: Sequence[Any]) -> AIMessage:
    return AIMessage("好的。")


def _refuse_all(_messages: Sequence[BaseMessage], _tools: Sequence[Any]) -> AIMessage:
    return call("refuse", reason="no_permission", text="这件事我办不了，请拨打 12345 咨询。")


def _echo_top_doc(messages: Sequence[BaseMessage], _tools: Sequence[Any]) -> AIMessage:
    _, after = this_turn(messages)
    passages = [each for result in tool_results(after) for each in result.get("passages", ())]
    if not passages:
        return AIMessage("好的。")
    lines = [line.strip() for line in str(passages[0]["text"]).splitlines() if line.strip()]
    return AIMessage("\n".join(f"{line}[{passages[0]['ref']}]" for line in lines))


def _ask_forever(_messages: Sequence[BaseMessage], _tools: Sequence[Any]) -> AIMessage:
    return call("ask_user", question="请再说具体一点，好吗？")


def _call_first_tool(messages: Sequence[BaseMessage], tools: Sequence[Any]) -> AIMessage:
    words, after = this_turn(messages)
    offered = [each for each in tools if getattr(each, "name", "") not in CONTROL]
    made = any(each["name"] == offered[0].name for m in after if isinstance(m, AIMessage) for each in m.tool_calls)
    if made or not offered:
        said = [str(result["say"]) for result in tool_results(after) if result.get("say")]
        return AIMessage("\n".join(said) or "好的。")
    schema = offered[0].tool_call_schema.model_json_schema()
    texts = [name for name in schema.get("required", ()) if schema["properties"][name].get("type") == "string"]
    return call(offered[0].name, **dict.fromkeys(texts, words))


def _maker(act: Act) -> Callable[[Any], BaseChatModel]:
    return lambda _settings: NullModel(act=act)


NULLS: Mapping[str, Callable[[Any], BaseChatModel]] = {
    "do_nothing": _maker(_do_nothing),
    "refuse_all": _maker(_refuse_all),
    "echo_top_doc": _maker(_echo_top_doc),
    "ask_forever": _maker(_ask_forever),
    "call_first_tool": _maker(_call_first_tool),
}
