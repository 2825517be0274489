"""The oracle: an agent that knows what a sample expects. Where it fails, the sample cannot be passed as written."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage

from ..building import build_sample
from ..expectations import Change, Gold, ToolCall
from ..matchers import NOTHING_KNOWN, MatcherError, matches, says
from ..sample import OracleStep, Sample
from ..variants import DATA
from .nulls import CONTROL, NullModel, call, this_turn, tool_results

WHERE = "HANZHI_EVAL_ORACLE"
NO_VALUE = object()
_SENTENCE = re.compile(r"[^。；\n]+[。；]?")
_OPTION = re.compile(r"[（；]([^（；＝]+)＝([^；）]+)")
_NUMBER = re.compile(r"[A-Z]{2}-?[0-9A-Z]{8,}")
_PLACEHOLDER = re.compile(r"⟦([^·⟧]+)[^⟧]*⟧")
_MASKED = {"phone": "手机号", "resident_id": "身份证号"}


def open_oracle(_settings: Any) -> NullModel:
    """The model; it reads the present sample from the file that the environment names."""
    path = Path(os.environ.get(WHERE, "oracle.json"))
    return NullModel(act=lambda messages, tools: _Moment(_sample(path), messages, tools).move())


def _sample(path: Path) -> Sample:
    return build_sample(json.loads(path.read_text(encoding="utf-8")), "", 0)


def concrete(matcher: Any) -> Any:
    """A value that a matcher accepts; `NO_VALUE` where it cannot be made up."""
    if isinstance(matcher, list):
        return [concrete(each) for each in matcher]
    if not isinstance(matcher, Mapping):
        return matcher
    for name in ("any", "contains", "is", "opt", "near", "money", "date", "text", "set"):
        if name in matcher:
            value = matcher[name]
            return concrete(value[0]) if name == "any" else concrete(value)
    if {"re", "ref", "fn", "len", "absent", "norm"} & matcher.keys():
        return NO_VALUE
    return {name: concrete(each) for name, each in matcher.items()}


@dataclass
class _Moment:
    """One call of the model: everything said so far, and the one next move."""

    sample: Sample
    messages: Sequence[BaseMessage]
    tools: Sequence[Any]

    def move(self) -> AIMessage:
        """The next move: what the sample spells out, else what its expectations determine."""
        spelled = self._spelled()
        if spelled is not None:
            return spelled
        asked = self._question()
        if asked is not None:
            return asked
        step = self._next_call()
        if step is not None:
            return step
        missing = self._look_further()
        return missing if missing is not None else self._end(self._words())

    def _spelled(self) -> AIMessage | None:
        """The next of the sample's own oracle steps; one step of words, question or refusal ends a turn."""
        done = sum(self._counts(message) for message in self.messages if isinstance(message, AIMessage))
        if done >= len(self.sample.oracle):
            return None
        return self._step(self.sample.oracle[done])

    def _counts(self, message: AIMessage) -> int:
        """How many oracle steps a past message was: the desk's own look-ups and results are none."""
        names = [each["name"] for each in message.tool_calls]
        if not names:
            return int(bool(str(message.content).strip()) and self._own(message))
        return int(any(str(each["id"]).startswith("call-") for each in message.tool_calls))

    def _own(self, message: AIMessage) -> bool:
        """Words that end a turn are ours unless they follow a question or refusal, which has counted already."""
        place = self.messages.index(message)
        before = self.messages[place - 1] if place else None
        return not (isinstance(before, ToolMessage) and str(before.tool_call_id).startswith("call-"))

    def _step(self, step: OracleStep) -> AIMessage:
        if step.call:
            return call(step.call, **step.args)
        if step.ask:
            return call("ask_user", question=step.ask)
        if step.refuse:
            return call("refuse", reason=step.refuse, text=step.say or self._words())
        if step.hand_off:
            return call("hand_off", reason="asked")
        return AIMessage(self._cited(step.say))

    def _cited(self, words: str) -> str:
        best = next(iter(self._passages()), None)
        return words.replace("[top]", f"[{best['ref']}]" if best else "")

    def _question(self) -> AIMessage | None:
        """What this turn is expected to ask for: by calling without it where the desk asks, else in words."""
        turn = sum(isinstance(each, HumanMessage) for each in self.messages)
        for check in self.sample.expect.turns:
            kinds = check.outcome.kinds if check.outcome else ()
            if check.n != turn:
                continue
            if kinds and kinds[0] == "refused":
                reasons = check.outcome.reasons if check.outcome else ()
                return call("refuse", reason=(*reasons, "no_permission")[0], text=self._words())
            if not (check.asks or "clarify" in kinds):
                continue
            following = self._next_call(without=check.asks)
            if following is not None and (check.asks or self._wants(following)):
                return following
            return call("ask_user", question=f"请问{'、'.join(check.asks) or '您具体要办什么'}？")
        return None

    def _wants(self, following: AIMessage) -> bool:
        """Whether a call lacks a required argument that the user knows, so that the desk will ask for it."""
        made = following.tool_calls[0]
        tool = next(each for each in self.tools if each.name == made["name"])
        known = {slot for slot in self.sample.user.knows if slot not in made["args"]}
        given = {each for step in required_calls(self.sample) if step.tool == made["name"] for each in step.args}
        needed = {*tool.tool_call_schema.model_json_schema().get("required", ()), *given}
        return bool(known & needed)

    def _next_call(self, without: Sequence[str] = ()) -> AIMessage | None:
        """The next required call that was not made yet."""
        made = self._made()
        offered = {each.name: each for each in self.tools}
        for required in required_calls(self.sample):
            if required.tool in made:
                made.remove(required.tool)
                continue
            if required.tool not in offered:
                continue
            values = {name: self._value(name, each) for name, each in required.args.items()}
            known = {name: value for name, value in values.items() if value is not NO_VALUE}
            arguments = {**self._filled(offered[required.tool]), **known}
            arguments = {name: value for name, value in arguments.items() if self._may_say(name, value, without)}
            return call(required.tool, **arguments)
        return None

    def _value(self, name: str, matcher: Any) -> Any:
        """A value for an argument: the user's own wording where the matcher takes it, else one made up."""
        later = isinstance(matcher, Mapping) and bool({"ref", "fn"} & matcher.keys())
        for words in () if later else self.sample.user.knows.get(name, ()):
            if matches(matcher, words, NOTHING_KNOWN):
                return words
        return concrete(matcher)

    def _made(self) -> list[str]:
        """The tools called so far with success, or waiting for a yes."""
        answers = {each.tool_call_id: str(each.content) for each in self.messages if isinstance(each, ToolMessage)}
        found = []
        for message in self.messages:
            for each in message.tool_calls if isinstance(message, AIMessage) else ():
                answer = answers.get(str(each["id"]), "")
                failed = '"error"' in answer or "needs_answer" in answer
                if each["name"] not in CONTROL and not failed:
                    found.append(each["name"])
        return found

    def _filled(self, tool: Any) -> dict[str, Any]:
        """Required arguments the sample does not give: from slots, expected rows, or the user's own wordings."""
        schema = tool.tool_call_schema.model_json_schema()
        expect = self.sample.expect
        sources: list[Mapping[str, Any]] = [expect.slots.final] if expect.slots else []
        sources += [each.set for each in expect.state.changes] if expect.state else []
        found: dict[str, Any] = {}
        for name, about in schema.get("properties", {}).items():
            values = [concrete(source[name]) for source in sources if name in source]
            if name == "address":
                values += [_place(source["grid"]) for source in sources if "grid" in source]
            if name == "result":
                values += [
                    source[key] for source in sources for key in ("verify_result", "check_result") if key in source
                ]
            values = [value for value in (self._in_words(name, about), _number(name, self._said())) if value] + values
            values = [each for each in values if each is not NO_VALUE and each is not None]
            if values:
                found[name] = values[0]
            elif name in schema.get("required", ()) and about.get("type") == "string":
                found[name] = this_turn(self.messages)[0]
        return found

    def _in_words(self, name: str, about: Mapping[str, Any]) -> str:
        """A slot in the user's own words; of a list of choices, the one whose label the user says."""
        words = self.sample.user.knows[name][-1] if name in self.sample.user.knows else ""
        labels = _OPTION.findall(str(about.get("description", "")))
        if not labels:
            return words
        return next((value for value, label in labels if label in (words or self._said())), "")

    def _said(self) -> str:
        """Everything the user has said so far."""
        return "\n".join(str(each.content) for each in self.messages if isinstance(each, HumanMessage))

    def _may_say(self, name: str, value: Any, without: Sequence[str]) -> bool:
        """Whether an argument is known by now: what only the user knows must have been said."""
        if name in without:
            return False
        if name not in self.sample.user.knows or name in self.sample.user.volunteers:
            return True
        said = self._said()
        wordings = self.sample.user.knows[name]
        masked = any(found[1] in _MASKED.values() for found in _PLACEHOLDER.finditer(said))
        return masked or any(words in said for words in wordings) or str(value) in said

    def _look_further(self) -> AIMessage | None:
        """Search again by name for a gold section that was not found."""
        golds = self._golds()
        if not golds or any(True for gold in golds for _ in self._of(gold)):
            return None
        _, after = this_turn(self.messages)
        tried = any(
            each["name"] == "kb.search" and str(each["id"]).startswith("call-")
            for message in after
            if isinstance(message, AIMessage)
            for each in message.tool_calls
        )
        return None if tried else call("kb.search", query=f"{golds[0].doc} {golds[0].section}".strip())

    def _golds(self) -> tuple[Gold, ...]:
        expect = self.sample.expect
        listed = expect.retrieval.gold if expect.retrieval else ()
        named = expect.grounding.gold_docs if expect.grounding else ()
        return listed or tuple(Gold(name) for name in named)

    def _passages(self) -> list[Mapping[str, Any]]:
        _, after = this_turn(self.messages)
        return [each for result in tool_results(after) for each in result.get("passages", ())]

    def _of(self, gold: Gold) -> Iterator[Mapping[str, Any]]:
        for each in self._passages():
            if each["title"] == gold.doc and str(each["heading"]).endswith(gold.section):
                yield each

    def _words(self) -> str:
        """What tools say, then the gold sentences that say what must be said, then the words that are left."""
        _, after = this_turn(self.messages)
        results = [each for each in tool_results(after) if each.get("say") and "ref" in each]
        lines = [f"{line}[{each['ref']}]" for each in results for line in _SENTENCE.findall(str(each["say"]))]
        expect = self.sample.expect
        wanted = list((*expect.reply.say, *expect.reply.last) if expect.reply else ()) + list(
            expect.outcome.offer if expect.outcome else ()
        )
        passages = [each for gold in self._golds() for each in self._of(gold)]
        sentences = [(line, each["ref"]) for each in passages or self._passages() for line in _lines(str(each["text"]))]
        for item in wanted:
            if not _said(item, lines):
                lines += [f"{line}[{ref}]" for line, ref in sentences if _said(item, [line])][:1]
        if passages and not any("[" in line for line in lines):
            lines += [f"{line}[{passages[0]['ref']}]" for line in _lines(str(passages[0]["text"]))[:2]]
        left = [concrete(item) for item in wanted if not _said(item, lines)]
        words = [str(each) for each in left if each is not NO_VALUE]
        return "\n".join(dict.fromkeys([*lines, *([f"请拨打 12345 咨询：{'、'.join(words)}。"] if words else [])]))

    def _end(self, words: str) -> AIMessage:
        outcome = self.sample.expect.outcome
        kinds = outcome.kinds if outcome else ()
        if "refused" in kinds and "answered" not in kinds:
            reason = outcome.reasons[0] if outcome and outcome.reasons else "no_evidence"
            return call("refuse", reason=reason, text=words or "这件事这里办不了，请拨打 12345 咨询。")
        if kinds and kinds[0] == "handoff":
            return call("hand_off", reason="asked")
        if kinds and kinds[0] == "clarify":
            return call("ask_user", question=words or "请再说具体一点，好吗？")
        return AIMessage(words or "好的。")


def _lines(text: str) -> list[str]:
    found = [line.strip() for line in text.splitlines()]
    return [line for line in found if line and not line.startswith("#")]


def _said(item: Any, lines: Sequence[str]) -> bool:
    try:
        return says(item, "\n".join(lines))
    except MatcherError:
        return False


def required_calls(sample: Sample) -> list[ToolCall]:
    """The calls a sample requires, and the writes its expected changes need."""
    listed = list(sample.expect.calls.required) if sample.expect.calls else []
    named = {each.tool for each in listed}
    for change in sample.expect.state.changes if sample.expect.state else ():
        tool = next((each["tool"] for each in _writes() if _brings(each, change)), "")
        if tool and tool not in named:
            listed += [ToolCall(tool)] * max(1, change.count)
    return listed


def _brings(write: Mapping[str, str], change: Change) -> bool:
    if (write["table"], write["op"]) != (change.table, change.op):
        return False
    if "action" in write:
        return bool(change.action == write["action"])
    if "has" in write:
        return write["has"] in change.set
    return "status" not in write or change.set.get("status") == write["status"]


@lru_cache(maxsize=1)
def _writes() -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = yaml.safe_load((DATA / "writes.yaml").read_text(encoding="utf-8"))
    return found


def _number(name: str, said: str) -> str:
    """The number of a case, an order or an application that the user named last."""
    found = _NUMBER.findall(said) if name == "number" else []
    return found[-1] if found else ""


def _place(grid: Any) -> Any:
    """The place in `{fn: grid_of(…)}`."""
    named = re.fullmatch(r"grid_of\((.*)\)", str(grid.get("fn", ""))) if isinstance(grid, Mapping) else None
    return named[1] if named else NO_VALUE


ORACLE: Mapping[str, Callable[[Any], Any]] = {"oracle": open_oracle}
