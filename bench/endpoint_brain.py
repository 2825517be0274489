"""The offline model behind the OpenAI protocol: what it decides, as an endpoint would say it.

So a run with an endpoint can be held against a run without one: the whole way over the wire lies between them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage
from langchain_core.tools import BaseTool

from agents import House, OfflineModel
from agents.lookup import lookup_tool
from agents.toolbox import Toolbox
from tools.table import all_tools

from .endpoint_peer import Answer, ToolCall

_CALL = re.compile(r"<tool_call>\n(.*?)\n</tool_call>\n?", re.DOTALL)
_RESULT = re.compile(r"<tool_response>\n(.*?)\n</tool_response>\n*", re.DOTALL)


class Brain:
    """Thinks for a `Peer` as the offline model of a house does.

    That model never makes a call that cannot be made. Told that one could not, it therefore thinks again as if it had
    not been made: as a model does that mends its call.
    """

    def __init__(self, model: OfflineModel, tools: Sequence[BaseTool]) -> None:
        self._model = model
        self._tools = {_there(each.name): each for each in tools}

    async def __call__(self, body: dict[str, Any]) -> Answer:
        """The answer to a request."""
        messages, named = _before_faults(list(self._messages(body["messages"]))), _named(body)
        bound = self._model.bind_tools([self._tools[name] for name in named if name in self._tools])
        told = await bound.ainvoke(messages)
        calls = (ToolCall(_there(c["name"]), json.dumps(c["args"], ensure_ascii=False)) for c in told.tool_calls)
        return Answer(str(told.content), tuple(calls))

    def _messages(self, rows: Sequence[Mapping[str, Any]]) -> Iterator[BaseMessage]:
        asked: list[str] = []
        names: dict[str, str] = {}
        for row in rows:
            content = str(row.get("content") or "")
            if row["role"] == "system":
                yield SystemMessage(content)
            elif row["role"] == "assistant":
                message = self._assistant(row, content, len(names))
                names |= {str(call["id"]): call["name"] for call in message.tool_calls}
                asked += [str(call["id"]) for call in message.tool_calls]
                yield message
            elif row["role"] == "tool":
                yield ToolMessage(content, tool_call_id=row["tool_call_id"], name=names[row["tool_call_id"]])
            else:
                yield from _user(content, asked, names)

    def _assistant(self, row: Mapping[str, Any], content: str, known: int) -> AIMessage:
        native = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in row.get("tool_calls") or ()]
        written = [json.loads(each) for each in _CALL.findall(content)]
        told = [(f"p{known + n}", each["name"], json.dumps(each["arguments"])) for n, each in enumerate(written)]
        calls = [
            {"id": number, "name": self._here(name), "args": json.loads(arguments), "type": "tool_call"}
            for number, name, arguments in native or told
        ]
        return AIMessage(_CALL.sub("", content).strip() if told else content, tool_calls=calls)

    def _here(self, name: str) -> str:
        return self._tools[name].name if name in self._tools else name.replace("__", ".")


def brain_of(house: House, model: OfflineModel) -> Brain:
    """The brain of a house that was opened with this model, so that both go by the same intents."""
    control = Toolbox([]).bound([])
    return Brain(model, [lookup_tool(house.library), *all_tools(house.platform), *control])


def _user(content: str, asked: list[str], names: Mapping[str, str]) -> Iterator[BaseMessage]:
    """What a user message holds where tools are told as text: results of the calls before it, and words."""
    for result in _RESULT.findall(content):
        number = next(each for each in asked)
        asked.remove(number)
        yield ToolMessage(result, tool_call_id=number, name=names[number])
    rest = _RESULT.sub("", content).strip()
    if rest:
        yield HumanMessage(rest)


def _before_faults(messages: list[BaseMessage]) -> list[BaseMessage]:
    """The conversation without the calls at its end that could not be made."""
    end = len(messages)
    while end and isinstance(messages[end - 1], ToolMessage) and _invalid(str(messages[end - 1].content)):
        end -= 1
    return messages if end == len(messages) else _before_faults(messages[: end - 1])


def _invalid(content: str) -> bool:
    told = json.loads(content)
    return isinstance(told, dict) and told.get("kind") == "invalid"


def _named(body: Mapping[str, Any]) -> list[str]:
    """The tools a request offers, in the protocol's own way or in the system message."""
    if "tools" in body:
        return [each["function"]["name"] for each in body["tools"]]
    lines = str(body["messages"][0]["content"]).splitlines()
    return [json.loads(line)["name"] for line in lines if line.startswith(('{"name": "', '{"descr'))]


def _there(name: str) -> str:
    return name.replace(".", "__")
