"""Acts on rows of a list: what points at a row is read as its identifier, and weighed as if that had been said.

So the noun of the list decides which tool is meant (第一张受理 after a list of orders), several rows become one call
with all their identifiers (the loop makes a card of each), and no reason holds 第二个.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import AIMessage

from tools import STAFF, Slot, ToolSpec

from ..toolbox import ASK
from ..understanding import (
    IDENTIFIERS,
    Pointer,
    correction,
    is_question,
    pointers,
    subject,
    takes_back,
    without,
)
from .offline_calls import call, lister, mine
from .offline_heard import Heard, Meant, Specs
from .offline_lists import Row, listed_in, named_in, rows_of
from .offline_slots import arguments
from .offline_words import ALREADY_DONE, NO_SUCH_ROW, NONE_LISTED, NOT_DONE, NOT_LISTED_YET, NOTHING_OPEN, WHICH_ROW

Meaning = Callable[[Heard], Meant]
LIKELY, SURE = 0.4, 0.75
_SHOWN, _LONGEST, _LEAST = 10, 60, 0.25
# What is left of 第二个也一样, 剩下的呢, beside the rows: the act of just now again.
_AGAIN = re.compile(
    r"(?:也|都|还|再|同样|照样|一样|这样|这么|照办|是|的|呢|吧|来|办|处理|办理|操作|给我|那|就|[，,。！!？?\s])*"
)
_ALSO = re.compile(r"也|同样|照样|照办|一样|剩|其余|其他|另外")
_ONLY_MEANS = re.compile(
    r"(?:我?(?:说|指|要|想要|问)的?|不对|错了|不是|搞错|弄错|说错|是|应该|换成?|改成?|改为|才对|哦|噢|啊|呀|吧|了|这个|那个|那条|这条|的|办|处理|[，,。！!\s])*"
)
_NOT_YET = (
    r"(?:全部|全都|都)?(?:取消|不办|不提交)|(?:先|暂时|暂)(?:别|不|不要|莫)[\u4e00-\u9fff]{0,5}"
    r"|(?:别|不要|不用|莫|甭)(?!的)[\u4e00-\u9fff]{1,5}"
)
_TAKES_BACK = r"不对|错了|等等|等下|等一下|等会儿?|慢着|停|算了|不行|哎呀?|哦|啊|我|那|还是|[，,。！!\s]"
_FOR_NOW = re.compile(r"先|暂|取消")
_THAT = re.compile(r"^[那这]一?[个条件张起]的?|[那这的][个条件张]?[。！!]*$")
_GIVES_UP = re.compile(rf"(?:{_TAKES_BACK})*(?:{_NOT_YET})(?:{_TAKES_BACK}|{_NOT_YET})*")


@dataclass(frozen=True)
class Pointed:
    """The objects that a message means, and the message with the first of them named by its identifier."""

    kind: str
    values: tuple[str, ...]
    text: str
    bare: str
    found: tuple[Pointer, ...] = ()


def on_rows(heard: Heard, meaning: Meaning) -> AIMessage | None:
    """An act on rows of the last list, or on several objects named in one message."""
    if move := _repointed(heard) or _given_up(heard):
        return move
    pointed = _pointed(heard) or _in_hand(heard, meaning)
    if pointed is None:
        return _missing(heard, meaning)
    if move := _waited_for(heard, pointed):
        return move
    meant = meaning(replace(heard, text=pointed.text))
    spec = _tool(pointed, meant, heard)
    if spec and spec.effect == "read" and takes_back(heard.text) and not is_staff(heard):
        return None
    if spec is None or not _free(heard, spec, meant, pointed):
        return None
    return _called(spec, pointed, heard)


def unresolved(spec: ToolSpec, given: dict[str, Any], heard: Heard) -> AIMessage | None:
    """What staff did not name is asked for: by the last list, else looked for by their words; never by "your own"."""
    first = lister(spec, given, heard.specs)
    if first is None or not is_staff(heard):
        return None
    listed = heard.memory.listed
    if listed is not None and listed.kind in _kinds(spec):
        return _ask_which(call(spec.name, given, heard.text))
    wanted = arguments(first, heard.text, heard.memory, heard.now)
    return call(first.name, wanted, heard.text) if wanted else call(spec.name, given, heard.text)


def done_before(spec: ToolSpec, given: dict[str, Any], heard: Heard) -> AIMessage | None:
    """An act that words only imply is not done again to the object it was just done to."""
    slot = _slot(spec)
    last = next(iter(heard.memory.acted), None)
    if slot is None or last is None or last.tool != spec.name or ASK not in heard.specs:
        return None
    value = str(given.get(slot) or "")
    said = any(value in values for values in named_in(heard.text).values())
    again = value in last.said and not said and not pointers(heard.text)
    return call(ASK, {"question": ALREADY_DONE}, heard.text) if value and again else None


def is_staff(heard: Heard) -> bool:
    """Whether the asker works for the city."""
    return heard.context is not None and not STAFF.isdisjoint(heard.context.roles)


def own(first: ToolSpec, heard: Heard) -> dict[str, Any]:
    """What restricts a list to the asker's own: citizens have some, staff work on everybody's."""
    return {} if is_staff(heard) else mine(first)


def _pointed(heard: Heard) -> Pointed | None:
    """Several identifiers in one message, or rows of the last list."""
    text, listed = heard.text, heard.memory.listed
    named = named_in(text)
    if named:
        kind, numbers = max(named.items(), key=lambda each: len(each[1]))
        return Pointed(kind, tuple(numbers), *_one_named(text, kind)) if len(numbers) > 1 else None
    found = pointers(text)
    if not found or listed is None or listed.kind is None:
        return None
    rows = _rows(found, heard)
    if not rows:
        return None
    bare = without(text, found)
    values = tuple(row.identifier for row in rows)
    return Pointed(listed.kind, values, without(text, found, values[0]), bare, tuple(found))


def _rows(found: Sequence[Pointer], heard: Heard) -> list[Row] | None:
    listed, context = heard.memory.listed, heard.context
    pending = "".join(str(each["summary"]) for each in context.pending) if context else ""
    assert listed is not None
    rows = [rows_of(each, listed, heard.memory.acted, pending) for each in found]
    if any(each is None for each in rows):
        return None
    return list(dict.fromkeys(row for each in rows for row in each or ()))


def _one_named(text: str, kind: str) -> tuple[str, str]:
    """The text with only its first identifier, and without any."""
    values = _CODES[kind].findall(text)
    rest = _JOINED.sub("", _CODES[kind].sub("\0", text))
    return rest.replace("\0", values[0], 1).replace("\0", ""), rest.replace("\0", "")


_CODES = {kind: re.compile(r"(?:WH|GD)\s*\d[\d \-·]{8,}\d|\d{16}|[0-9A-Z]{18}", re.IGNORECASE) for kind in IDENTIFIERS}
_JOINED = re.compile(r"(?<=\0)\s*(?:[、,，;；]|和|跟|与|及|以及|还有)\s*(?=\0)")


def _in_hand(heard: Heard, meaning: Meaning) -> Pointed | None:
    """派给他们 after an order was shown: the act of its noun on it, where the words alone would be another noun's."""
    if named_in(heard.text) or pointers(heard.text) or heard.waiting or is_question(heard.text):
        return None
    newest = next((named for told in heard.memory.told if (named := named_in(told))), {})
    if len(newest) != 1:
        return None
    (kind, values) = next(iter(newest.items()))
    meant = meaning(heard)
    spec = heard.specs.get(meant.tool or "")
    slot = _slot(spec) if spec and spec.effect == "write" and meant.score >= LIKELY else None
    if spec is None or slot is None or kind in _kinds(spec) or _noun(spec.slots[slot]) in heard.text:
        return None
    return Pointed(kind, (values[0],) if len(values) == 1 else (), f"{values[0]}{heard.text}", heard.text)


def _tool(pointed: Pointed, meant: Meant, heard: Heard) -> ToolSpec | None:
    """The tool that is meant, if it does something with such objects; the act of just now where only 也一样 is said."""
    last = next(iter(heard.memory.acted), None)
    if _AGAIN.fullmatch(pointed.bare) and (_ALSO.search(heard.text) or len(pointed.values) > 1) and last:
        again = heard.specs.get(last.tool)
        return again if again and pointed.kind in _kinds(again) else None
    for name, score in ((meant.tool, meant.score), (meant.second, meant.next)):
        spec = heard.specs.get(name or "")
        if spec is None or pointed.kind not in _kinds(spec):
            # Another act is clearly meant (并案): the next likely one is none of theirs.
            if spec is not None and spec.effect == "write" and score >= LIKELY:
                return None
            continue
        if spec.effect == "write":
            asks = is_question(heard.text) and meant.know >= score
            return spec if score >= max(_LEAST, meant.none) and not asks else None
        other = len(pointed.values) == 1 and score >= SURE and spec.name != getter(heard.specs, pointed.kind)
        return spec if other and pointed.kind in _needs(spec) else None
    return None


def _free(heard: Heard, spec: ToolSpec, meant: Meant, pointed: Pointed) -> bool:
    """Whether nothing that is waited for comes first."""
    if heard.waiting is None:
        return True
    by_place = any(each.which == "places" and not each.words for each in pointed.found) or len(pointed.values) > 1
    return by_place and spec.name != heard.waiting["tool"] and meant.score >= SURE


def _called(spec: ToolSpec, pointed: Pointed, heard: Heard) -> AIMessage:
    slot = _slot(spec) or ""
    given = arguments(spec, pointed.text, heard.memory, heard.now)
    if not pointed.values:
        return _ask_which(call(spec.name, {k: v for k, v in given.items() if k != slot}, heard.text))
    return call(spec.name, {**given, slot: "、".join(pointed.values)}, heard.text)


def _says_more(bare: str, spec: ToolSpec) -> bool:
    """Whether words beside a row say more than the act that waits for it: 也催."""
    return bool(subject("".join(each for each in bare if each not in f"{spec.title}也还有另外")))


def _waited_for(heard: Heard, pointed: Pointed) -> AIMessage | None:
    """The objects asked for, answered by their places."""
    waiting = heard.waiting
    slot = heard.specs[waiting["tool"]].slots.get(waiting["slot"]) if waiting else None
    if (
        waiting is None
        or slot is None
        or slot.kind != pointed.kind
        or _says_more(pointed.bare, heard.specs[waiting["tool"]])
    ):
        return None
    return call(waiting["tool"], {**waiting["arguments"], waiting["slot"]: "、".join(pointed.values)}, heard.text)


def _repointed(heard: Heard) -> AIMessage | None:
    """不是井盖，是路灯; 换成第二个: what waits for the yes, or was just shown, is about another object."""
    changed = correction(heard.text)
    said = changed.value if changed and changed.value else heard.text
    listed, found = heard.memory.listed, pointers(said)
    named = named_in(said)
    name, before = _open_act(heard)
    means = changed is not None or bool(_ONLY_MEANS.fullmatch(without(said, found)) and (found or named))
    if not means or (not found and changed is None):
        return None
    spec = heard.specs[name] if name else None
    slot = _slot(spec) if spec else None
    if spec and slot and named.get(spec.slots[slot].kind):
        value = named[spec.slots[slot].kind][-1]
        return call(spec.name, {**before, slot: value}, heard.text)
    if listed is None or listed.kind is None or is_question(said):
        return None
    rows = _rows(found, heard) if found else None
    if not rows and changed is not None:
        words = Pointer("places", 0, len(said), words=_THAT.sub("", said))
        rows = rows_of(words, listed, (), "") if 2 <= len(words.words) <= _SHOWN else None
    if rows and len(rows) == 1:
        return _about(rows[0], spec, before, heard)
    return None if rows else _look_up_own(spec or heard.specs.get(getter(heard.specs, listed.kind) or ""), heard)


def _look_up_own(spec: ToolSpec | None, heard: Heard) -> AIMessage | None:
    """不是井盖，是路灯, where the last list has no such row: looked for among the asker's own."""
    first = lister(spec, {}, heard.specs) if spec else None
    if first is None or is_staff(heard) or heard.results or correction(heard.text) is None:
        return None
    return call(first.name, mine(first), heard.text)


def after_list(heard: Heard) -> AIMessage | None:
    """The same, once they are listed."""
    made, result = heard.results[-1]
    listed = listed_in(made, result)
    if listed is None:
        return None
    now = replace(heard, memory=replace(heard.memory, listed=listed))
    if correction(heard.text) is not None:
        return _repointed(now)
    pointed = _pointed(now) if heard.waiting and not is_staff(heard) else None
    return _waited_for(now, pointed) if pointed else None


def _open_act(heard: Heard) -> tuple[str | None, Mapping[str, Any]]:
    """The act that waits for the yes, or lacks its object, or was just refused, with its arguments."""
    for each in heard.context.pending if heard.context else ():
        if each["tool"] in heard.memory.proposed and each["tool"] in heard.specs:
            return each["tool"], heard.memory.proposed[each["tool"]]
    if heard.waiting:
        spec = heard.specs[heard.waiting["tool"]]
        asked = spec.effect == "write" and heard.waiting["slot"] == _slot(spec)
        return (spec.name, heard.waiting["arguments"]) if asked else (None, {})
    name, before = heard.memory.tried or ("", {})
    known = heard.specs.get(name)
    return (name, before) if known and known.effect == "write" else (None, {})


def _about(row: Row, spec: ToolSpec | None, before: Mapping[str, Any], heard: Heard) -> AIMessage | None:
    """The pending act on this object instead; with none pending the object itself, where another was just shown."""
    if spec is not None:
        slot = _slot(spec)
        if slot is None or spec.slots[slot].kind != row.kind or before.get(slot) == row.identifier:
            return None
        return call(spec.name, {**before, slot: row.identifier}, heard.text)
    reader = getter(heard.specs, row.kind)
    if reader is None or heard.waiting or correction(heard.text) is None:
        return None
    return call(reader, {heard.specs[reader].required[0]: row.identifier}, heard.text)


def _given_up(heard: Heard) -> AIMessage | None:
    """不对，先别派: with nothing that waits for a yes, nothing is done; what is done stays done."""
    open_now = heard.waiting or (heard.context and heard.context.pending)
    rows = any(each.which != "all" for each in pointers(heard.text))
    if open_now or named_in(heard.text) or rows or is_question(heard.text) or len(heard.text) > 14:
        return None
    if not _GIVES_UP.fullmatch(heard.text) or not (heard.memory.acted or _FOR_NOW.search(heard.text)):
        return None
    return AIMessage(NOTHING_OPEN if heard.memory.acted else NOT_DONE)


def _missing(heard: Heard, meaning: Meaning) -> AIMessage | None:
    """An act on a row that the last list does not have."""
    found, listed = pointers(heard.text), heard.memory.listed
    if not found or named_in(heard.text) or ASK not in heard.specs:
        return None
    if move := _never_shown(found, heard, meaning):
        return move
    if listed is None or heard.waiting:
        return None
    by_place = [each for each in found if each.which in ("places", "next", "rest") or each.count or each.but_words]
    again = heard.memory.acted and _ALSO.search(heard.text) and _AGAIN.fullmatch(without(heard.text, found))
    if by_place and is_staff(heard) and (again or (not listed.rows and not is_question(heard.text))):
        return call(ASK, {"question": WHICH_ROW if listed.rows else NONE_LISTED}, heard.text)
    if not by_place or (any(each.words for each in by_place) and not is_staff(heard)):
        return None
    some = listed.rows[0].identifier if listed.rows else ""
    meant = meaning(replace(heard, text=without(heard.text, found, some)) if some else heard)
    spec = heard.specs.get(meant.tool or "")
    writes = spec is not None and spec.effect == "write" and meant.score >= LIKELY and _slot(spec) is not None
    if spec is None or not writes:
        return None
    if any(each.words for each in by_place) and listed.kind not in _kinds(spec):
        return None
    if not listed.rows:
        return call(ASK, {"question": NONE_LISTED}, heard.text)
    choices = [row.line[:_LONGEST] for row in listed.rows[:_SHOWN]]
    beyond = any(listed.row(place) is None for each in by_place for place in each.places)
    question = NO_SUCH_ROW.format(count=len(listed.rows)) if beyond else WHICH_ROW
    return call(ASK, {"question": question, "choices": choices}, heard.text)


def _never_shown(found: Sequence[Pointer], heard: Heard, meaning: Meaning) -> AIMessage | None:
    """第二个返工 before any list, or 第二个不批 of a list of one while the first is asked about: no row is guessed."""
    places = [each for each in found if each.which == "places" and each.places and not each.words]
    listed = heard.memory.listed
    if not places or not is_staff(heard) or is_question(heard.text) or heard.results:
        return None
    if heard.waiting:
        asked = heard.specs[heard.waiting["tool"]]
        if listed is None or places[0].start > 0 or listed.kind not in _kinds(asked):
            return None
        missing = all(listed.row(place) is None for place in places[0].places)
        return call(ASK, {"question": NO_SUCH_ROW.format(count=len(listed.rows))}, heard.text) if missing else None
    if listed is not None:
        return None
    meant = meaning(replace(heard, text=without(heard.text, found)))
    spec = heard.specs.get(meant.tool or "")
    acts = spec is not None and spec.effect == "write" and meant.score >= LIKELY and _slot(spec) is not None
    return call(ASK, {"question": NOT_LISTED_YET}, heard.text) if acts else None


def getter(specs: Specs, kind: str) -> str | None:
    """The tool that reads one object by an identifier of this kind."""
    for name, spec in sorted(specs.items()):
        if spec.effect == "read" and [each.kind for each in _required(spec)] == [kind]:
            return name
    return None


def _ask_which(asked: AIMessage) -> AIMessage:
    return AIMessage(f"{WHICH_ROW}\n", tool_calls=asked.tool_calls)


def _required(spec: ToolSpec) -> list[Slot]:
    return [spec.slots[name] for name in spec.required if name in spec.slots]


def _needs(spec: ToolSpec) -> set[str]:
    return {slot.kind for slot in _required(spec)}


def _slot(spec: ToolSpec) -> str | None:
    """The argument that names the object a tool acts on."""
    named = [name for name, slot in spec.slots.items() if slot.kind in IDENTIFIERS and not slot.derived]
    return next((name for name in named if name in spec.required), next(iter(named), None))


def _kinds(spec: ToolSpec) -> set[str]:
    slot = _slot(spec)
    return {spec.slots[slot].kind} if slot else set()


def _noun(slot: Slot) -> str:
    return slot.label.removesuffix("编号")
