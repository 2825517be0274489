"""Arguments of a call: from this message, from what was collected so far, from what was said before."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools import Slot, ToolSpec

from ..understanding import (
    IDENTIFIERS,
    Evidence,
    amend,
    assent,
    beyond,
    correction,
    declines,
    fill,
    find,
    goes_on,
    introduced,
    is_name,
    is_question,
    is_step,
    is_whom,
    known_class,
    only_holds,
    ordinal,
    points_back,
    says_something,
    told,
    wants_pictures,
    without_speech,
    worded,
)
from ..wording import AFTER_DANGER
from .offline_edits import edited
from .offline_memory import Memory

SURE_CLASS = 0.9
UNSURE = "不知道"
_SHORT = 16
# The score of a number that says what it counts.
_COUNTED = 0.7
# Of another matter at the place that was just told.
_NEARBY = re.compile(r"旁边|边上|对面|隔壁|附近|那里|那边|那儿|这里|这边|这儿|同一个?(?:地方|位置)|一起")
_EVERYWHERE = re.compile(r"全市|全武汉|所有区|各个?区|每个区")
_WORDS = frozenset(("text", "query"))
_LINE = re.compile(r"[\n；;]")
_NONE = re.compile(
    r"(?:都|全|也|今年|还|一分钱?|一次)*(?:没有?|无|没得|冇得?|没花|没用过?|没报过?)(?:了|的|过)?[。！!\s]*"
)
_BESIDE = re.compile(r"(?:旁边|附近|门口|对面|那边|后面|前面|楼下|里面|边上|旁)的?[。！!]*$")
_ROAD = re.compile(r"[\u4e00-\u9fff]{1,8}(?:路|街|大道|巷)(?:\d+号)?")
# What somebody says of a place that nobody has heard of.
_PLACE_LIKE = re.compile(
    r"[路街巷道区县镇乡村庄店楼园桥站场湖山河江港门口苑城院校馆厂铺坊里湾岭边旁洲岛湿地下上前后]|号|附近|对面|旁边|这儿|那儿|家|小学|中学|大厦|广场|\d"
)
# 已经关了阀门了: what was done is no place.
_DONE = re.compile(r"^(?:已经|都已|刚刚?才?)|(?:了|过了)[。！!]*$")
_CODED = re.compile(r"[A-Za-z]{1,3}-?\d{2,}")
_FILLER = re.compile(r"[，,。！!；;\s]|我的|电话|手机号?|号码|是|在|就|那里|这里|那边|这边|地点|地址|位置|联系")
Arguments = dict[str, Any]


def arguments(spec: ToolSpec, text: str, memory: Memory, now: datetime) -> Arguments:
    """What a message gives for a new call; identifiers may come from what was just spoken about."""
    filled = fill(_open_slots(spec), text, now, spec.required)
    beside = told(spec, text, now) if is_step(spec) else {}
    filled = {**filled, **beside}
    for name in spec.required:
        slot = spec.slots.get(name)
        if slot and slot.kind == "text" and is_step(spec) and not slot.label.endswith("编号"):
            filled = {key: value for key, value in filled.items() if key != name or key in beside}
        elif slot and slot.kind == "text" and isinstance(filled.get(name), str):
            words = worded(slot, filled.pop(name), spec.title, spec.examples, asked=False)
            codes = slot.label.endswith("编号") and _CODED.search(str(words))
            said = words and (spec.effect == "read" or slot.personal or codes or beyond(words, spec.title, ()))
            filled |= {name: words} if said else {}
        # 我想约个号 wishes, but names nothing to be booked.
        if slot and slot.kind == "query" and spec.effect == "write" and isinstance(filled.get(name), str):
            filled = filled if beyond(filled[name], spec.title, tuple(spec.examples)) else {**filled, name: None}
            filled = {key: value for key, value in filled.items() if value is not None}
        if slot and slot.kind in IDENTIFIERS and name not in filled:
            known = spoken_of(slot, text, memory, now)
            filled |= {name: known} if known else {}
    return _shown_last(spec, filled, text, memory, now) | filled


def _shown_last(spec: ToolSpec, filled: Mapping[str, Any], text: str, memory: Memory, now: datetime) -> Arguments:
    """督办它 right after one case was shown: an act that names none and no range is on that one."""
    names = [name for name, slot in spec.slots.items() if slot.kind in IDENTIFIERS and not slot.derived]
    ranged = any(spec.slots[name].kind in ("district", "enum", "date", "category") for name in filled)
    if len(names) != 1 or names[0] in spec.required or names[0] in filled or ranged or not is_step(spec):
        return {}
    known = spoken_of(spec.slots[names[0]], text, Memory(told=memory.told[:1]), now) if ordinal(text) is None else None
    return {names[0]: known} if known else {}


def continued(text: str, waiting: Mapping[str, Any], spec: ToolSpec, memory: Memory, now: datetime) -> Arguments | None:
    """The waiting call with what this message adds or corrects; None when it does neither."""
    text = without_speech(text)
    collected = dict(waiting["arguments"])
    slot = spec.slots.get(waiting["slot"])
    if slot is None:
        return None
    if slot.kind == "text" and only_holds(text):
        return collected
    added = dict(amended(text, collected, spec, now))
    changed = correction(text)
    said = changed.value if changed and changed.value else text
    beside = told(spec, said, now, waiting["slot"]) if is_step(spec) else {}
    added |= {name: value for name, value in beside.items() if name != waiting["slot"] and name not in collected}
    answer = _chosen(slot, said, memory.choices) or _answer(slot, said, collected.get(waiting["slot"]), now)
    if slot.kind == "query" and added and answer not in memory.choices and names_only_details(spec, said, now):
        answer = None
    if answer is None and not added:
        answer = _loose(slot, said, collected.get(waiting["slot"]))
    if slot.kind == "text" and not isinstance(answer, list) and answer not in memory.choices:
        answer = worded(slot, answer, spec.title, spec.examples, asked=True) if answer else None
        if answer is None and not added and worded(slot, said, spec.title, spec.examples, asked=True) is None:
            return _without_answer(said, collected, waiting, spec) or collected
    if slot.kind == "text" and isinstance(answer, str) and answer not in memory.choices:
        answer = beside.get(waiting["slot"], answer)
    if slot.kind == "unit" and answer is not None and answer == collected.get(waiting["slot"]):
        answer = f"就是{answer}"
    if answer is None and slot.kind in ("number", "money") and _NONE.fullmatch(said) and _takes_nought(memory):
        answer = 0
    if answer is None and slot.kind in IDENTIFIERS:
        answer = spoken_of(slot, text, memory, now)
    if answer is None and not added and (name := _other_query(slot, said, collected, spec)):
        added = {name: said.strip(" ，,。！!")}
    if answer is not None:
        return {**collected, **added, waiting["slot"]: answer}
    if added != {}:
        return {**collected, **added, **_left_open(waiting, spec)}
    return _without_answer(text, collected, waiting, spec)


def amended(text: str, collected: Mapping[str, Any], spec: ToolSpec, now: datetime) -> Arguments:
    """What a message adds to or changes in collected arguments: typed values always, words when they are taken back."""
    text = without_speech(text)
    if change := edited(text, collected, spec, now):
        return {name: value for name, value in change.items() if value != collected.get(name)}
    changed = correction(text)
    said = changed.value if changed and changed.value else text
    # A bare yes or no answers what was asked, no choice that was not.
    apart = _WORDS | {"number", "money"} | ({"enum"} if assent(text) is not None else set())
    typed = {name: each for name, each in _open_slots(spec).items() if each.kind not in apart}
    open_now = {n: each for n, each in typed.items() if changed or n not in collected or _is_all_of(each, said, now)}
    found = fill(open_now, said, now) or (fill(open_now, text, now) if changed else {})
    for name, slot in typed.items():
        if slot.kind == "address" and name in collected and changed and name not in found and _is_part(said):
            found[name] = said
        if slot.kind == "address" and name in found and collected.get(name):
            found[name] = amend(str(collected[name]), str(found[name]), text)
    found |= {n: value for n in spec.required if (value := _measured(spec.slots[n], collected.get(n), said, now))}
    named = introduced(said)
    found |= {name: named[1] for name, slot in spec.slots.items() if named and is_name(slot)}
    words = _free_slot(spec)
    if words and not found and (changed or (words not in collected and not is_question(text))):
        told = fill({words: spec.slots[words]}, said, now, (words,))
        kept = worded(spec.slots[words], str(told.get(words, "")), spec.title, spec.examples, asked=False)
        # 等下，是公交站旁边的那个: a detail of the same problem, which is not told anew.
        files = any(slot.kind == "category" for slot in spec.slots.values())
        if kept and files and collected.get(words) and (not _describes(said) or _BESIDE.search(said)):
            kept = f"{collected[words]}，{kept}"
        told = {words: kept} if kept else {}
        found |= told if changed or _describes(said) else {}
    return {name: value for name, value in found.items() if value != collected.get(name)}


def instead(spec: ToolSpec, text: str, now: datetime) -> Arguments:
    """The typed values of a message that may take the place of those of a call: a district, a span, a choice."""
    typed = {name: slot for name, slot in _open_slots(spec).items() if slot.kind not in _WORDS}
    return fill(typed, text, now)


def inherited(spec: ToolSpec, text: str, specs: Mapping[str, ToolSpec], memory: Memory, now: datetime) -> Arguments:
    """What a short message leaves out of a call: from the call of just now, or from the words before it."""
    name, before = memory.made or ("", {})
    if len(text) > _SHORT:
        beside = name == spec.name and _NEARBY.search(text)
        return {
            key: before[key] for key, slot in spec.slots.items() if beside and slot.kind == "address" and key in before
        }
    if name == spec.name and not is_step(spec):
        goes_along = {key for key, slot in spec.slots.items() if slot.kind == "date" or is_whom(slot)}
        return {key: value for key, value in before.items() if key in goes_along.union(spec.required)}
    open_now = {
        key: slot
        for key, slot in _open_slots(spec).items()
        if (key in spec.required and slot.kind != "text") or is_whom(slot)
    }
    taken = specs[name].slots.items() if name in specs else ()
    places = [before[key] for key, slot in taken if slot.kind == "address" and before.get(key)]
    told = {key: places[0] for key, slot in open_now.items() if places and slot.kind == "address"}
    same = (
        {}
        if _EVERYWHERE.search(text) or name not in specs
        else {
            key: before[key]
            for key, slot in _open_slots(spec).items()
            if before.get(key) and slot.kind in ("district", "date") and specs[name].slots[key].kind == slot.kind
        }
    )
    return fill(open_now, memory.topic, now, spec.required) | told | same


def after_danger(
    text: str, memory: Memory, specs: Mapping[str, ToolSpec], now: datetime
) -> tuple[str, Arguments] | None:
    """The report that was promised in a danger, once its place is told: the tool, and what was said then."""
    if AFTER_DANGER not in "".join(memory.told[:1]):
        return None
    for name, spec in sorted(specs.items()):
        kinds = {slot.kind for slot in spec.slots.values()}
        words = _free_slot(spec)
        needs = {spec.slots[each].kind for each in spec.required if each in spec.slots}
        if spec.effect == "write" and words and kinds >= {"category", "address"} and not needs & IDENTIFIERS:
            return name, {**fill(_open_slots(spec), text, now), words: memory.question}
    return None


def names_only_details(spec: ToolSpec, text: str, now: datetime) -> bool:
    """Whether a message says nothing but when, where and how much: 下周二上午约一个."""
    for slot in _open_slots(spec).values():
        for each in find(slot, text, now) if slot.kind not in _WORDS else ():
            text = text.replace(text[each.start : each.end], " " * (each.end - each.start))
    return goes_on(text) and not _CODED.search(text)


def spoken_of(slot: Slot, text: str, memory: Memory, now: datetime) -> str | None:
    """The identifier that was spoken of before, when the message can mean no other."""
    place = ordinal(text)
    # The places are those of the last list, whatever was told of one of its rows since.
    if place is not None and memory.listed and memory.listed.kind == slot.kind:
        row = memory.listed.row(place)
        return row.identifier if row else None
    lists = [said for said in memory.told if len({str(each.value) for each in find(slot, said, now)}) > 1]
    for said in lists if place is not None and lists else memory.told:
        values = list(dict.fromkeys(str(each.value) for each in find(slot, said, now)))
        if len(values) == 1 and place in (None, 1, -1) and _may_mean(text, said):
            return values[0]
        if values:
            return _one_of(values, said, text)
    return None


def _open_slots(spec: ToolSpec) -> dict[str, Slot]:
    """The slots that words may fill; a write settles classes itself when it is prepared."""
    return {
        name: slot
        for name, slot in spec.slots.items()
        if not slot.derived
        and (slot.shown or name in spec.required)
        and not (slot.kind == "category" and spec.effect == "write" and name not in spec.required)
    }


def _measured(slot: Slot, old: Any, said: str, now: datetime) -> Any:
    """A number told beside what was asked for, with the measure that its slot counts in: 存一年."""
    told = find(slot, said, now) if slot.kind == "number" and old is None else []
    best = max(told, key=lambda each: each.score, default=None)
    return best.value if best and best.score >= _COUNTED else None


def _free_slot(spec: ToolSpec) -> str | None:
    return next((name for name in spec.required if spec.slots[name].kind == "text"), None)


def _answer(slot: Slot, said: str, old: Any, now: datetime) -> Any:
    """What a message says for the slot that was asked for."""
    found = find(slot, said, now)
    if slot.kind == "text" and not wants_pictures(slot) and not says_something(said):
        return None
    if slot.kind == "address" and is_question(said):
        return None
    if found:
        value = max(found, key=lambda each: each.score).value
        return amend(str(old), str(value)) if slot.kind == "address" and old else value
    return None


def _loose(slot: Slot, said: str, old: Any) -> Any:
    """Any short words, where any words may be an answer."""
    free = (
        slot.kind in ("address", "text", "category", "unit")
        and not wants_pictures(slot)
        and 2 <= len(said.strip()) <= 60
    )
    free = free and not slot.label.endswith("姓名")
    if not free or declines(said) or is_question(said):
        return None
    if slot.kind == "address" and (_describes(said) or not _PLACE_LIKE.search(said) or _DONE.search(said)):
        return None
    return amend(str(old), said.strip()) if slot.kind == "address" and old else said.strip()


def _other_query(slot: Slot, said: str, collected: Mapping[str, Any], spec: ToolSpec) -> str | None:
    """The one thing still to be named that a message names instead of what was asked for: 居住证, asked where."""
    missing = [name for name in spec.required if name not in collected and spec.slots[name].kind == "query"]
    named = len(said) <= _SHORT and says_something(said) and not is_question(said) and not declines(said)
    return missing[0] if len(missing) == 1 and slot.kind not in _WORDS and named and not goes_on(said) else None


def _without_answer(text: str, collected: Arguments, waiting: Mapping[str, Any], spec: ToolSpec) -> Arguments | None:
    """没有照片 leaves the question open once; 不知道 is an answer for what need not be known."""
    if not declines(text):
        return None
    name = waiting["slot"]
    unknown = spec.slots[name].kind in ("category", "enum", "text") and not wants_pictures(spec.slots[name])
    if name in spec.required or not unknown:
        return collected
    of_another = any(slot.label[-2:] in text for other, slot in spec.slots.items() if other != name)
    if of_another and list(waiting["asked"]).count(name) < 2:
        return collected
    return {**collected, name: UNSURE}


def _left_open(waiting: Mapping[str, Any], spec: ToolSpec) -> Arguments:
    """A choice passed over while other things were told counts as not known: the card shows what is made of it."""
    name = waiting["slot"]
    passed = name not in spec.required and spec.slots[name].kind in ("category", "enum")
    return {name: UNSURE} if passed else {}


def _describes(text: str) -> bool:
    """Whether words tell of a known kind of problem."""
    hit = known_class(text)
    return hit is not None and hit.score >= SURE_CLASS


def _is_all_of(slot: Slot, text: str, now: datetime) -> bool:
    """Whether a message is hardly more than a value of this slot: said anew, it counts anew."""
    longest = max((each.end - each.start for each in find(slot, text, now)), default=0)
    return longest >= 0.6 * len(_FILLER.sub("", text)) > 0


def _is_part(text: str) -> bool:
    """Whether words are a piece of an address: D口, 18号, 2栋; or the like of one that nobody knows."""
    return bool(_ROAD.fullmatch(text.strip())) or bool(
        re.fullmatch(
            r"[A-Za-z0-9一二三四五六七八九十东南西北-]{1,6}(出口|口|号|栋|单元|楼|门|座)(那边|这边)?", text.strip()
        )
    )


def _takes_nought(memory: Memory) -> bool:
    """Whether the last question said that nothing is 0."""
    return bool(memory.told) and "没有就说0" in memory.told[0]


def _chosen(slot: Slot, said: str, choices: tuple[str, ...]) -> str | None:
    """The offered choice that is meant, as the value it stands for."""
    picked = _picked(said, choices)
    values = {name: value for value, *names in slot.choices for name in (value, *names)}
    return values.get(picked, picked) if picked else None


def _picked(said: str, choices: tuple[str, ...]) -> str | None:
    """The offered choice that is meant: by place in the list, by name, or the only one that holds the words."""
    if len(choices) == 1 and assent(said) is True:
        return choices[0]
    place = ordinal(said)
    if place is not None and choices and -1 <= place <= len(choices):
        return choices[place - 1 if place > 0 else -1]
    plain = said.strip(" ，,。！!的")
    named = [choice for choice in choices if choice == plain or choice in said or (len(plain) >= 2 and plain in choice)]
    if len(named) == 1:
        return named[0]
    shares = {choice: Evidence(said, choices).share((choice, 1.0)) for choice in choices}
    best = sorted(shares, key=lambda choice: -shares[choice])
    clear = len(best) > 1 and shares[best[0]] >= 0.5 and shares[best[0]] > shares[best[1]] + 0.2
    return best[0] if clear else None


def _may_mean(text: str, told: str) -> bool:
    """Whether the message may be about what was told: it names no other kind of problem."""
    hit = known_class(text)
    if points_back(text) and not _describes(text):
        return True
    return hit is None or hit.score < SURE_CLASS or hit.category.name in told or hit.category.told in told


def _one_of(values: list[str], told: str, text: str) -> str | None:
    place = ordinal(text)
    if place is not None and -1 <= place <= len(values):
        return values[place - 1 if place > 0 else -1]
    lines = [line for line in _LINE.split(told) if any(value in line for value in values)]
    hit = known_class(text)
    wanted = hit.category.name if hit and hit.score >= SURE_CLASS else text
    shares = sorted(((Evidence(wanted, lines).share((line, 1.0)), line) for line in lines), reverse=True)
    if len(shares) > 1 and shares[0][0] >= 0.5 and shares[0][0] > shares[1][0] + 0.2:
        return next((value for value in values if value in shares[0][1]), None)
    return None
