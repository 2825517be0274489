"""A card put right in a few words: 改成3天, 不对 是10, 去掉城管, 是21号不是20号, 改成延期两天, 还是后天下午吧."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage

from tools import Slot, ToolSpec

from ..toolbox import ASK
from ..understanding import IDENTIFIERS, acts, assent, fill, find, is_step, is_whom, ordinal
from ..understanding.measures import counts_in
from ..understanding.numerals import numbers_in
from .offline_calls import call
from .offline_heard import Heard
from .offline_memory import Memory
from .offline_slots import arguments
from .offline_words import WHOM

Arguments = dict[str, Any]
_BREAK = re.compile(r"[，,。；;！!\s]+")
_LED = (
    r"(?:哦|噢|呃|额|哎呀?|诶|嗯|那|就|还|请|麻烦|帮我|给我|你|我|先|不对|说?错了|不|要不|干脆|等一?下|等等|都|把它?)*"
)
_VERB = (
    r"(?:改成|改为|改到|改约|改写成|换成|换为|换到|调成|调到|调整(?:为|成)|更正为|变成|应该是|应为|而是"
    r"|还是|延|改|换|是)"
)
_CHANGE = re.compile(rf"^{_LED}{_VERB}(?!一?下(?!午|周|个?月|星期|礼拜)|个|掉)(?:第?)(?P<v>.+)$")
_NEW_ACT = re.compile(r"(?:改成|改为|换成|换为|还是)(?P<v>.{2,})$", re.DOTALL)
_NOT_BUT = re.compile(r"不是(?P<wrong>[^，,。；;！!]{1,30}?)[，,\s]*(?:而|应该)?是(?P<right>[^，,。；;！!]{1,30})")
_BUT_NOT = re.compile(
    rf"^{_LED}(?:应该)?是?(?P<right>[^，,。；;！!是]{{1,30}}?)[，,\s]*(?:而)?不是(?P<wrong>[^，,。；;！!]{{1,30}})$"
)
_REST = re.compile(
    r"不得空|没得?空|没时间|吧|了|的|好|呗|嘛|啊|哈|就|那|天?行不行|可以吗|可以不|行吗|延长?|期|各|都|个|[，,。！!？?\s]"
)
_TAIL = re.compile(
    r"^(?:编号|尾号|末尾|后面)?(?:是)?(?P<n>\d{1,4})(?:号|那件|那个|那条|那单|这件|这个|结尾的?|的)*[吧。！!]*$"
)
_WITHOUT = (
    re.compile(r"(?:去掉|去除|删掉|删除|删去|除掉|拿掉|划掉|移除|不要|不用|不推|不发|不含|不通知|别推|别发|别通知)(?:给)?(?P<v>[^，,。；;！!]{2,})"),
    re.compile(r"(?P<v>[^，,。；;！!]{2,}?)(?:那边|那里)?(?:也|就|的)*(?:去掉|删掉|删了|不要了?|不用了?|不推了?|不发了?|拿掉|不用推了?|不用发了?)"),
)  # fmt: skip
_OTHER_DAY = re.compile(
    r"^(?:那|就|再|我|想|要|还是|给我|帮我)*换(?:一?[个天下]|个?日子|个?时间)+(?:吧|呗|嘛|了)*[。！!]*$"
)
_NOT_ME = re.compile(r"不是(?:给)?(?:我|本人|自己)(?:本人|自己|办|去)?(?:[，,。\s]|$|而?是)")
_SELF = "self"


def put_right(heard: Heard, spec: ToolSpec, held: Mapping[str, Any], text: str) -> Arguments:
    """The values of a card that a message puts right, where it plainly says which."""
    if assent(text) is not None:
        return {}
    changed = _typed(spec, held, text, heard.now)
    changed = changed or _without_some(spec, held, text) or _in_the_words(spec, held, text)
    changed = changed or _numbered(heard, spec, held, text)
    return {name: value for name, value in changed.items() if value != held.get(name)}


def other_act(heard: Heard, spec: ToolSpec, held: Mapping[str, Any], text: str) -> AIMessage | None:
    """改成延期两天 beside a card of another act on the same object: that act instead."""
    said = _NEW_ACT.search(text)
    names = [name for name in spec.required if spec.slots[name].kind in IDENTIFIERS]
    if said is None or not is_step(spec) or not names:
        return None
    here, roles = acts(spec, said["v"]), set(heard.context.roles) if heard.context else set()
    noun, kind = spec.name.split(".")[0], spec.slots[names[0]].kind
    found = {
        name: acts(each, said["v"])
        for name, each in heard.specs.items()
        if name != spec.name and name.split(".")[0] == noun and is_step(each) and (not roles or roles & each.roles)
    }
    best = [name for name, length in found.items() if length > here and length == max(found.values())]
    if len(best) != 1:
        return None
    then = heard.specs[best[0]]
    own = next((name for name in then.required if then.slots[name].kind == kind), None)
    if own is None:
        return None
    given = arguments(then, said["v"], Memory(), heard.now)
    return call(then.name, {**given, own: held[names[0]]}, heard.text) if names[0] in held else None


def another_day(spec: ToolSpec, held: Mapping[str, Any], text: str) -> Arguments | None:
    """换一天: the card without its day, which is then asked for."""
    days = [name for name in spec.required if spec.slots[name].kind == "date"]
    if not days or not _OTHER_DAY.match(text):
        return None
    return {name: value for name, value in held.items() if name not in days}


def for_whom(heard: Heard, spec: ToolSpec, held: Mapping[str, Any], text: str) -> AIMessage | None:
    """不是我，是我老头子: who it is for is asked where the words do not say it plainly."""
    whom = next((name for name, slot in spec.slots.items() if is_whom(slot) and not slot.derived), None)
    if whom is None or ASK not in heard.specs or not _NOT_ME.search(text):
        return None
    slot = spec.slots[whom]
    others = [each for each in find(slot, _NOT_ME.sub("", text), heard.now) if each.value != held.get(whom)]
    if others and len({each.value for each in others}) == 1:
        return call(spec.name, {**held, whom: others[0].value}, heard.text)
    names = "、".join(row[1] for row in slot.choices if row[0] != _SELF)
    return call(ASK, {"question": WHOM.format(label=slot.label, names=names)}, heard.text)


def settled(heard: Heard, spec: ToolSpec, given: Mapping[str, Any]) -> Arguments:
    """What a card holds: what was given, and what was worked out where it is shown."""
    cards = [each for each in (heard.context.pending if heard.context else ()) if each["tool"] == spec.name]
    lines = str(cards[0].get("summary") or "").splitlines() if len(cards) == 1 else []
    shown = dict(line.split("：", 1) for line in lines if "：" in line)
    open_now = {name: slot for name, slot in spec.slots.items() if slot.kind == "text" and not slot.derived}
    return {name: shown[slot.label] for name, slot in open_now.items() if slot.label in shown} | dict(given)


def _values(text: str) -> Iterator[str]:
    """The parts of a message that are put instead of something."""
    for pattern in (_NOT_BUT, _BUT_NOT):
        if said := pattern.search(text):
            yield said["right"]
    for clause in _BREAK.split(text):
        if (said := _CHANGE.match(clause)) and "不是" not in clause:
            yield said["v"]
    yield text


def _typed(spec: ToolSpec, held: Mapping[str, Any], text: str, now: datetime) -> Arguments:
    """What a part that is nothing but values gives for the slots of the card."""
    slots = {
        name: slot
        for name, slot in spec.slots.items()
        if not slot.derived and slot.shown and slot.kind in ("number", "date", "enum", "district") and not _flag(slot)
    }
    for said in _values(text):
        numbers = {name: slot for name, slot in slots.items() if slot.kind == "number" and name in held}
        found = _amount(numbers, said)
        others = {name: slot for name, slot in slots.items() if slot.kind != "number"}
        rest = re.sub(r"^\s*(?:\d+|[一二两三四五六七八九十百]+)", "", said) if found else said
        found |= fill(others, rest, now)
        if found and not _left(slots, said, now, bool(numbers)):
            return found
    return {}


def _flag(slot: Slot) -> bool:
    return slot.kind == "enum" and {row[0] for row in slot.choices} <= {"true", "false"}


def _amount(numbers: Mapping[str, Slot], said: str) -> Arguments:
    """3天 for the number that is counted in days; a bare number only where there is one number."""
    for name, slot in numbers.items():
        for hit in list(numbers_in(said))[:1] if ordinal(said) is None else ():
            before, after = _REST.sub("", said[: hit.start]), said[hit.end :]
            counted = counts_in(slot, after)
            bare = counted is None and len(numbers) == 1 and not _REST.sub("", after) and len(said) < 8
            if not before and (counted or bare):
                return {name: int(hit.value) if hit.value == int(hit.value) else hit.value}
    return {}


def _left(slots: Mapping[str, Slot], said: str, now: datetime, counts: bool) -> str:
    """What is left of words without the values in them."""
    rest = said
    for slot in slots.values():
        for each in find(slot, said, now) if slot.kind != "number" else ():
            rest = rest[: each.start] + " " * (each.end - each.start) + rest[each.end :]
    if counts:
        rest = re.sub(
            r"^\D{0,2}(?:\d+|[一二两三四五六七八九十百]+)\s*个?(?:工作日|工作时|小时|天|日|个月|年|份|次)?",
            "",
            rest.strip(),
        )
    return _REST.sub("", rest)


def _without_some(spec: ToolSpec, held: Mapping[str, Any], text: str) -> Arguments:
    """去掉城管: taken out of what holds several values, as long as one is left."""
    said = next((str(found["v"]) for pattern in _WITHOUT if (found := pattern.search(text))), "")
    for name, slot in spec.slots.items() if said else ():
        parts = [each for each in str(held.get(name) or "").split("、") if each]
        many = len(parts) > 1 and not slot.derived and slot.kind != "number"
        out = [each for each in parts if many and (each in said or said.strip("的吧了 ") in each)]
        if out and len(out) < len(parts):
            return {name: "、".join(each for each in parts if each not in out)}
    return {}


def _in_the_words(spec: ToolSpec, held: Mapping[str, Any], text: str) -> Arguments:
    """是21号不是20号: only the part that was wrong, in the place and in the words."""
    said = _BUT_NOT.search(text)
    if said is None:
        return {}
    wrong = re.compile(rf"(?<!\d){re.escape(said['wrong'].strip('吧的了'))}")
    right = said["right"]
    return {
        name: wrong.sub(lambda _: right, str(value), count=1)
        for name, value in held.items()
        if name in spec.slots and spec.slots[name].kind in ("address", "text") and wrong.search(str(value))
    }


def _numbered(heard: Heard, spec: ToolSpec, held: Mapping[str, Any], text: str) -> Arguments:
    """不对 是10: the object of the card, named by the end of its number; of those told, else the one beside it."""
    ends = [found["n"] for each in _values(text) if each != text and (found := _TAIL.match(each))]
    names = [name for name in spec.required if spec.slots[name].kind in IDENTIFIERS and held.get(name)]
    counted = any(slot.kind == "number" and name in held for name, slot in spec.slots.items())
    if not ends or len(names) != 1 or (counted and len(ends[0]) < 3):
        return {}
    slot, old = spec.slots[names[0]], str(held[names[0]])
    told = {str(each.value) for said in heard.memory.told for each in find(slot, said, heard.now)}
    meant = {each for each in told if each.endswith(ends[0].zfill(2)) and each != old}
    if len(meant) != 1 and old[-len(ends[0]) :].isdigit() and not meant:
        meant = {f"{old[: -max(2, len(ends[0]))]}{ends[0].zfill(2)}"}
    return {names[0]: next(iter(meant))} if len(meant) == 1 else {}
