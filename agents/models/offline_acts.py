"""Whether a message belongs to the act that waits for an answer, or is another one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage

from tools import ToolSpec

from ..understanding import IDENTIFIERS, correction, find, is_question, is_step, known_class, main_text, wants_report
from .offline_memory import Memory
from .offline_slots import SURE_CLASS, spoken_of
from .offline_words import LEFT_OPEN

Specs = Mapping[str, ToolSpec]
_UNDO = r"(?:解除|取消|撤销|撤掉|结束|停止|终止|不用再|不再)"
_NEAR = re.compile(r"(?:的)?(?:正)?(?:门口|门前|旁边?|边上|附近|对面|那里|那边|这里|楼下|里面|处)$")
_QUOTED = 40
_WHETHER = re.compile(
    r"(?:有没有|有无|有冇得?|有几|有多少|有哪些|哪些|几[件个条])(?!办法|可能|必要|机会|法子)[^，,。；;]{0,10}[吗呢？?]*$"
)
_SENT = re.compile(r"(?:派|转|交|退|分|换|改)(?:单|遣|发|派|交)?(?:给|到|至|往|成|为)?\s*$")


def another_act(waiting: Mapping[str, Any], specs: Specs, text: str, meant: str | None, now: datetime) -> bool:
    """Whether a message names another object than the waiting act's, and so is an act or a question of its own."""
    spec = specs[waiting["tool"]]
    slot = spec.slots.get(waiting["slot"])
    if not is_step(spec) or slot is None or slot.kind in IDENTIFIERS or correction(text):
        return False
    for name, each in spec.slots.items():
        known = waiting["arguments"].get(name)
        if each.kind in IDENTIFIERS and known and meant is not None:
            said = [str(hit.value) for hit in find(each, text, now)]
            if said and str(known) not in said:
                return True
    return False


def another_report(waiting: Mapping[str, Any], specs: Specs, text: str, now: datetime) -> bool:
    """Whether a message tells a problem at a place of its own, while a report that has both waits for an answer."""
    spec, collected = specs[waiting["tool"]], waiting["arguments"]
    kinds = {slot.kind: name for name, slot in spec.slots.items() if name in spec.required or slot.kind == "category"}
    address, text_slot = kinds.get("address"), kinds.get("text")
    if spec.effect != "write" or "category" not in kinds or correction(text) or is_question(text):
        return False
    if not (address and text_slot and collected.get(address) and collected.get(text_slot)):
        return False
    places = [str(each.value) for each in find(spec.slots[address], text, now)]
    hit = known_class(text)
    apart = places and not any(_same_place(each, str(collected[address])) for each in places)
    return bool(apart) and hit is not None and hit.score >= SURE_CLASS and waiting["slot"] != address


def only_asks_whether(text: str) -> bool:
    """有没有申诉: whether there is such a thing, which wants none done."""
    return bool(_WHETHER.search(text))


def put_aside(waiting: Mapping[str, Any], specs: Specs, begun: AIMessage) -> AIMessage:
    """What was begun instead, led in by what is left open."""
    words = str(waiting["arguments"].get(main_text(specs[waiting["tool"]]) or "") or "")[:_QUOTED]
    return AIMessage(f"{LEFT_OPEN.format(words=words)}\n{begun.content}", tool_calls=begun.tool_calls)


def _same_place(one: str, two: str) -> bool:
    """Whether one of two places is written within the other; 中山大道 goes along with 江岸区中山大道18号."""
    one, two = (_NEAR.sub("", each) for each in (one, two))
    return one in two or two in one


def only_says_why(waiting: Mapping[str, Any], specs: Specs, meant: str, *, asks: bool) -> bool:
    """Whether words that sound like another wish are the reason that was asked for: 管道漏水要等水务."""
    spec = specs[waiting["tool"]]
    slot = spec.slots.get(waiting["slot"])
    words = slot is not None and slot.kind == "text" and is_step(spec) and not asks
    return words and meant in specs and not is_step(specs[meant])


def reversing(text: str, tool: str, specs: Specs) -> str:
    """The tool that is meant: for 解除挂账 not that of 挂账, but the one whose examples speak of undoing it."""
    act = re.escape(specs[tool].title)
    undoes = re.compile(rf"{_UNDO}[^，,。；;]{{0,24}}{act}")
    if not is_step(specs[tool]) or not undoes.search(text):
        return tool
    noun = tool.split(".")[0]
    others = [name for name, spec in specs.items() if name != tool and name.split(".")[0] == noun and is_step(spec)]
    said = {name: sum(bool(undoes.search(each)) for each in specs[name].examples) for name in others}
    best = max(sorted(said), key=lambda name: said[name], default=tool)
    return best if said.get(best) else tool


def reported(text: str, tool: str, likelier: str | None, specs: Specs) -> bool:
    """Whether a message ends with the wish to have it reported (…，帮我报一下): it is not only to be looked up."""
    kinds = {slot.kind for slot in specs[tool].slots.values()}
    takes = specs[tool].effect == "write" and {"category", "address"} <= kinds
    looks = likelier is not None and specs[likelier].effect == "read"
    return takes and looks and not is_question(text) and wants_report(text)


def sends(text: str, specs: Specs, roles: frozenset[str], memory: Memory, now: datetime) -> str | None:
    """The act that sends what was spoken of last to a unit: a message says 改派 and names one."""
    if is_question(text):
        return None
    for told in memory.told[:1]:
        latest = Memory(told=(told,))
        for name, spec in sorted(specs.items()):
            unit = next((s for s in spec.slots.values() if s.kind == "unit" and not s.derived), None)
            numbers = [spec.slots[each] for each in spec.required if spec.slots[each].kind in IDENTIFIERS]
            if not (unit and numbers and is_step(spec) and (not roles or roles & spec.roles)):
                continue
            named = [hit for hit in find(unit, text, now) if _SENT.search(text[: hit.start])]
            if named and spoken_of(numbers[0], text, latest, now):
                return name
    return None
