"""Names, schemas and messages as an OpenAI-compatible endpoint takes and gives them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolCallChunk, ToolMessage
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool

from ..arguments import SHOWN_CHARS, UNREADABLE
from ..history import tokens_of
from .endpoint_text import RawCall

_NOT_ALLOWED = re.compile(r"[^a-zA-Z0-9_-]")
_NAME_CHARS = 64


@dataclass(frozen=True)
class Wire:
    """The tools of one binding: their schemas, about how many tokens these take, their names there and here."""

    schemas: tuple[dict[str, Any], ...] = ()
    here: Mapping[str, str] = field(default_factory=dict)
    there: Mapping[str, str] = field(default_factory=dict)
    tokens: int = 0

    def out(self, name: str) -> str:
        """A tool's name there: such APIs allow letters, digits, `_` and `-` only."""
        return self.there.get(name) or _plain(name)

    def back(self, name: str) -> str:
        """A tool's name here; one nobody bound comes back as it may have been meant."""
        return self.here.get(name) or name.replace("__", ".")

    def message(self, message: BaseMessage) -> BaseMessage:
        """A message with tool names as they are there, and nothing that belongs to the desk alone."""
        if isinstance(message, AIMessage):
            return AIMessage(
                message.content, tool_calls=[{**each, "name": self.out(each["name"])} for each in message.tool_calls]
            )
        if isinstance(message, ToolMessage):
            name = self.out(message.name) if message.name else None
            return ToolMessage(message.content, tool_call_id=message.tool_call_id, name=name)
        return message


def wire(tools: Iterable[BaseTool]) -> Wire:
    """Names, descriptions and argument schemas; nothing else of a tool leaves the house."""
    schemas, here, there = [], dict[str, str](), dict[str, str]()
    for tool in tools:
        name = _plain(tool.name)
        while name in here:
            name = f"{name[: _NAME_CHARS - 1]}_"
        here[name], there[tool.name] = tool.name, name
        schema = convert_to_openai_tool(tool)
        schema["function"]["name"] = name
        schemas.append(schema)
    return Wire(tuple(schemas), here, there, tokens_of(json.dumps(schemas, ensure_ascii=False)))


@dataclass
class Calls:
    """Puts together tool calls that arrive in pieces, with or without an index, with ids that repeat or are missing."""

    _pieces: list[RawCall] = field(default_factory=list)
    _index: list[int | None] = field(default_factory=list)

    def feed(self, chunk: ToolCallChunk) -> None:
        """One piece: a new call when it brings a name under another id, else more of the one with its index."""
        name, arguments, given, index = chunk["name"] or "", chunk["args"] or "", chunk["id"] or "", chunk["index"]
        at = self._place(index)
        if at is None or (name and self._pieces[at].name and self._another(at, given)):
            self._pieces.append(RawCall(name, arguments, given))
            self._index.append(index)
            return
        known = self._pieces[at]
        self._pieces[at] = RawCall(known.name or name, known.arguments + arguments, known.id or given)

    def whole(self) -> list[RawCall]:
        """All calls, in the order they were begun."""
        return list(self._pieces)

    def _place(self, index: int | None) -> int | None:
        if index is None:
            return len(self._pieces) - 1 if self._pieces else None
        return next((at for at in range(len(self._index) - 1, -1, -1) if self._index[at] == index), None)

    def _another(self, at: int, given: str) -> bool:
        """Whether a piece with a name begins another call than the one there: some servers number all calls 0."""
        return given != self._pieces[at].id or _complete(self._pieces[at].arguments)


def call_chunks(calls: Sequence[RawCall], names: Wire, taken: set[str]) -> list[ToolCallChunk]:
    """Whole calls under our names, each with an id of its own in this history; broken arguments are marked as such."""
    chunks: list[ToolCallChunk] = []
    for index, call in enumerate(calls):
        number = call.id
        while not number or number in taken:
            number = f"call-{len(taken)}-{index}"
            index += 1
        taken.add(number)
        text = json.dumps(_arguments(call.arguments), ensure_ascii=False)
        chunks.append(ToolCallChunk(name=names.back(call.name), args=text, id=number, index=len(chunks)))
    return chunks


def used_ids(messages: Iterable[BaseMessage]) -> set[str]:
    """The ids of the calls a history holds."""
    return {str(call["id"]) for each in messages if isinstance(each, AIMessage) for call in each.tool_calls}


def _plain(name: str) -> str:
    return _NOT_ALLOWED.sub("_", name.replace(".", "__"))[:_NAME_CHARS] or "tool"


def _complete(arguments: str) -> bool:
    try:
        json.loads(arguments)
    except ValueError:
        return False
    return True


def _arguments(text: str) -> dict[str, Any]:
    """The arguments of a call. JSON within JSON is unpacked; what is no object is kept as unreadable words."""
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
        value = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        value = None
    return value if isinstance(value, dict) else {UNREADABLE: text[:SHOWN_CHARS]}
