"""A chat model that plays back a script: for tests, demos, and for trying hostile model behaviour."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import PrivateAttr

from ..errors import Misconfigured

Line = AIMessage | str | Callable[[Sequence[BaseMessage]], AIMessage]


class ScriptedModel(BaseChatModel):
    """Answers with its lines in order, then with the last one again; a line may be a function of the messages."""

    lines: list[Any]
    _next: int = PrivateAttr(default=0)
    _seen: list[list[BaseMessage]] = PrivateAttr(default_factory=list)

    @property
    def seen(self) -> list[list[BaseMessage]]:
        """The messages of every call so far: exactly what a model provider would have received."""
        return self._seen

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> Runnable[Any, AIMessage]:
        """Accept tools; the script decides what is called."""
        return self.bind()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        self._seen.append(list(messages))
        line = self.lines[min(self._next, len(self.lines) - 1)]
        self._next += 1
        message = AIMessage(line) if isinstance(line, str) else line(messages) if callable(line) else line
        return ChatResult(generations=[ChatGeneration(message=message)])


def open_script(path: Path) -> ScriptedModel:
    """The script in a JSON file: a list of texts and of tool calls {"name": …, "args": {…}}."""
    advice = '请写成 JSON 列表，例如 ["您好。", {"name": "hand_off", "args": {}}]。'
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise Misconfigured(f"model 为 scripted 时要有剧本 {path}，现在读不出来：{problem}。{advice}") from None
    if not isinstance(rows, list) or not rows or not all(_is_line(row) for row in rows):
        raise Misconfigured(f"剧本 {path} 的内容不对。{advice}")
    return ScriptedModel(lines=[row if isinstance(row, str) else _call(row, n) for n, row in enumerate(rows)])


def _is_line(row: Any) -> bool:
    return isinstance(row, str) or (isinstance(row, dict) and set(row) == {"name", "args"})


def _call(row: dict[str, Any], number: int) -> AIMessage:
    return AIMessage("", tool_calls=[{**row, "id": f"script-{number}", "type": "tool_call"}])
