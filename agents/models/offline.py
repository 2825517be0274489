"""The offline model: deterministic, no network. It knows tools only by what they declare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, ToolCallChunk, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from pydantic import PrivateAttr

from knowledge import sentences
from tools import ToolSpec, spec_of

from ..context import Context, current_turn, read_context, tool_result
from ..understanding import Intents, correction, declines, fill, find, fit_intents, focus_of, small_talk, wants_person
from .offline_answers import COVERED, Refusal, answer

SURE, LIKELY = 0.75, 0.5
KNOW = "know"
_QUESTIONS = Path(__file__).parent / "data" / "questions.txt"
_CONTROL = frozenset(("ask_user", "refuse", "hand_off", "kb.search"))
HELLO = "您好，我是汉治通。政务服务、医保、城市管理方面的问题可以直接问我，也可以把发现的问题报给我。"


class OfflineModel(BaseChatModel):
    """A pure function of messages and bound tools: same input, same bytes. `cache` keeps fitted heads."""

    cache_dir: Path | None = None
    _intents: dict[tuple[str, ...], Intents] = PrivateAttr(default_factory=dict)

    @property
    def _llm_type(self) -> str:
        return "hanzhi-offline"

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
        text, after = current_turn(messages)
        results = [tool_result(message) for message in after if isinstance(message, ToolMessage)]
        if results and "passages" not in results[-1]:
            return AIMessage(_report(results[-1]))
        specs = {tool.name: spec_of(tool) for tool in tools if isinstance(tool, BaseTool)}
        found = results[-1] if results else {}
        context = read_context(messages)
        return self._first_move(text, found, context, specs)

    def _first_move(
        self, text: str, found: Mapping[str, Any], context: Context | None, specs: Mapping[str, ToolSpec]
    ) -> AIMessage:
        if wants_person(text) and "hand_off" in specs:
            return _call("hand_off", {"reason": "asked"}, text)
        if small_talk(text):
            return AIMessage(HELLO)
        now = datetime.fromisoformat(context.clock) if context else datetime.now().astimezone()
        best, score = self._best_tool(text, specs)
        waiting = context.waiting if context else None
        if waiting and waiting["tool"] in specs:
            continued = _continue(text, waiting, specs[waiting["tool"]], now)
            other = best not in (None, waiting["tool"]) and score >= SURE
            asks = _asks(text) and found.get("coverage", 0.0) >= COVERED
            if continued is not None and not other and not asks:
                return _call(waiting["tool"], continued, text)
        if best is not None and score >= (SURE if _asks(text) else LIKELY):
            return _call(best, _arguments(specs[best], text, now), text)
        return _answered(text, found, specs)

    def _best_tool(self, text: str, specs: Mapping[str, ToolSpec]) -> tuple[str | None, float]:
        """The bound tool that the words mean, if any means more than a question about rules does."""
        scores = self._heads(specs).score(text)
        know = scores.pop(KNOW, 0.0)
        if not scores:
            return None, 0.0
        best = max(sorted(scores), key=lambda name: scores[name])
        return (best, scores[best]) if scores[best] > know else (None, 0.0)

    def _heads(self, specs: Mapping[str, ToolSpec]) -> Intents:
        names = tuple(sorted(name for name, spec in specs.items() if name not in _CONTROL and spec.examples))
        if names not in self._intents:
            examples: dict[str, Sequence[str]] = {name: specs[name].examples for name in names}
            self._intents[names] = fit_intents({**examples, KNOW: _questions()}, self.cache_dir)
        return self._intents[names]


def _asks(text: str) -> bool:
    return focus_of(text) != "any"


def _arguments(spec: ToolSpec, text: str, now: datetime) -> dict[str, Any]:
    """What the message gives for a new call; a write settles classes itself when it is prepared."""
    slots = {name: slot for name, slot in spec.slots.items() if slot.shown and slot.kind != "number"}
    if spec.effect == "write":
        slots = {name: slot for name, slot in slots.items() if slot.kind != "category" or name in spec.required}
    return fill(slots, text, now)


def _continue(text: str, waiting: Mapping[str, Any], spec: ToolSpec, now: datetime) -> dict[str, Any] | None:
    """The waiting call with what this message adds; None when it does not answer the question."""
    arguments = dict(waiting["arguments"])
    slot = spec.slots.get(waiting["slot"])
    if slot is None:
        return None
    changed = correction(text)
    said = changed.value if changed and changed.value else text
    others = {name: each for name, each in spec.slots.items() if each.kind not in ("text", "query", "number")}
    volunteered = fill({name: each for name, each in others.items() if changed or name not in arguments}, said, now)
    if spec.effect == "write":
        volunteered = {
            name: v for name, v in volunteered.items() if spec.slots[name].kind != "category" or name == waiting["slot"]
        }
    answers = find(slot, said, now)
    if answers:
        arguments[waiting["slot"]] = max(answers, key=lambda each: each.score).value
    elif slot.kind in ("text", "address") and 2 <= len(said) <= 80 and not declines(text):
        arguments[waiting["slot"]] = said.strip()
    elif not volunteered and not declines(text):
        return None
    return {**arguments, **{name: value for name, value in volunteered.items() if name != waiting["slot"]}}


def _answered(text: str, found: Mapping[str, Any], specs: Mapping[str, ToolSpec]) -> AIMessage:
    reply = answer(text, found)
    if isinstance(reply, str):
        return AIMessage(reply)
    if "refuse" in specs:
        return _call("refuse", {"reason": reply.reason, "text": reply.text}, text)
    return AIMessage(reply.text)


def _report(result: Mapping[str, Any]) -> str:
    """A tool's result in its own words, each sentence citing it."""
    if "error" in result:
        return str(result["error"])
    said = str(result.get("say") or "")
    if "ref" not in result:
        return said
    return "\n".join(f"{said[span.start : span.end]}[{result['ref']}]" for span in sentences(said))


def _call(name: str, arguments: Mapping[str, Any], text: str) -> AIMessage:
    canonical = json.dumps([name, arguments, text], ensure_ascii=False, sort_keys=True, default=str)
    identity = hashlib.sha256(canonical.encode()).hexdigest()[:16]
    return AIMessage(
        "", tool_calls=[{"name": name, "args": dict(arguments), "id": f"call-{identity}", "type": "tool_call"}]
    )


@lru_cache(maxsize=1)
def _questions() -> tuple[str, ...]:
    """Questions about rules, so that asking how a thing is handled is not taken for reporting it."""
    return tuple(line for line in _QUESTIONS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")


__all__ = ["OfflineModel", "Refusal"]
