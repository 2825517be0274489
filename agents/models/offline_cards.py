"""What is said beside a card that waits for the yes: a correction, a detail, a second matter, or nothing new.

Beside a card of a report (a tool with a class, a place and words) what is only told belongs to the report.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.messages import AIMessage

from tools import ToolSpec

from ..toolbox import ASK, HAND_OFF
from ..understanding import (
    IDENTIFIERS,
    Evidence,
    adds,
    also,
    asks,
    assent,
    correction,
    corrects,
    declines,
    denies_no,
    detail,
    drops,
    find,
    goes_ahead,
    is_question,
    known_class,
    names_filed,
    opens,
    ordinal,
    places,
    pleads,
    resumes,
    set_apart,
    small_talk,
    subject,
    takes_back,
    wants_pictures,
    withdraws,
    without_speech,
)
from .offline_calls import call
from .offline_correcting import another_day, for_whom, other_act, put_right, settled
from .offline_edits import edited
from .offline_heard import Heard, Meant
from .offline_leaning import asked_kindly
from .offline_memory import Memory
from .offline_slots import SURE_CLASS, UNSURE, amended, arguments, names_only_details
from .offline_talk import remarks, things
from .offline_words import NOT_KNOWN_YET, NOT_TAKEN

LIKELY, SURE = 0.4, 0.75
PUBLIC = frozenset(("anonymous", "citizen", "developer"))
_BRIEF = 12
_LATELY = 2
# A detail of a report has so many characters at least, and so many at most.
_LEAST, _MOST = 3, 60
_NOT_BUT = re.compile(r"不是(?P<wrong>[^，,。！!？?]{2,20}?)[，,\s]*(?:而|应该)?是(?P<right>[^，,。！!？?的]{2,30})")
_INSTEAD = re.compile(r"换成?|改成?|应该是|是第|要第")
_WHERE = re.compile(
    r"(?:旁边|附近|门口|对面|隔壁|那[边里]|这[边里]|[那这]儿|[后前里上下]面|楼下|楼上|边上|旁|处)(?:的)?(?:[那这]个)?[。！!]*$"
)
_HURRY = re.compile(
    r"(?:急死(?:我|人)?了?|(?:请|麻烦)?(?:你们)?(?:快点|快些|赶紧|赶快|尽快|抓紧|马上|搞快点)[^，,。！!]{0,6}|快来(?:人|修|处理)?|[，,。！!啊吧呀撒唦\s])+"
)
_SAID = re.compile(r"说(?:过|了)|讲(?:过|了)|电话|手机|号码|照片|拍照|匿名|名字|姓名|身份")
# Who asks whether it was changed does not ask to change it.
_MAY = re.compile(r"[能可]|怎么|咋|如何|想|要")
_ASIDE = 20
_VALUE = re.compile(r"\d|⟦")
_COURSE = re.compile(r"修|弄|搞|处理|解决|来人|派人|上门|结果|办")
# 哪里不对改一下: that something is wrong, and not what.
_VAGUELY = re.compile(r"(?:改一?[下改]|修改|不对|错了?|有问题)[嘛吧呀啊了的呗吗哈]*[。！!\s]*$")
Arguments = dict[str, Any]
Card = tuple[str, Mapping[str, Any]]


def taken_up(heard: Heard) -> AIMessage | None:
    """还是报一下吧: what was given up last is put up again as it was."""
    dropped = heard.memory.dropped
    again = dropped is not None and dropped[0] in heard.specs and heard.waiting is None and not _cards(heard)
    said = resumes(heard.text) or goes_ahead(heard.text)
    return call(dropped[0], dropped[1], heard.text) if dropped and again and said else None


def gives_it_up(heard: Heard) -> bool:
    """Whether what is asked for is given up; a reason given with it (物业来修了，不报了) may be one."""
    slot = heard.specs[heard.waiting["tool"]].slots.get(heard.waiting["slot"]) if heard.waiting else None
    return drops(heard.text) or (slot is not None and slot.kind != "text" and withdraws(heard.text))


def undone(heard: Heard, meant: Meant) -> AIMessage | None:
    """A wish to change or take back what was handed in: no tool does it, so a person is offered, with the words.

    A tool whose title says that it does is used instead; who works for the city has no one to be handed to.
    """
    text, memory = heard.text, heard.memory
    roles = set(heard.context.roles) if heard.context else set()
    if heard.waiting or _cards(heard) or HAND_OFF not in heard.specs or not roles <= PUBLIC:
        return None
    does = meant.tool is not None and meant.score >= LIKELY and takes_back(heard.specs[meant.tool].title)
    number = bool(_filed_no(heard))
    filed = number or names_filed(text)
    own = number or names_filed(text, own=True)
    here = bool(memory.done) and (filed or memory.just_done or len(text) <= _BRIEF)
    here = here or (len(text) <= _BRIEF and _own_shown(heard))
    asks = is_question(text)
    wants = takes_back(text) and (here or (own and bool(_MAY.search(text)) if asks else filed))
    wants = wants or (memory.just_done and correction(text) is not None and not is_question(text))
    return call(HAND_OFF, {"reason": "change"}, text) if wants and not does else None


def _own_shown(heard: Heard) -> bool:
    """Whether what the asker has was shown just now, so that 第一个撤了 means one of those."""
    listed = heard.memory.listed
    if listed is not None and listed.rows and ordinal(heard.text) is not None:
        return True
    latest = next((each for each in heard.memory.results if each.fresh or each.age <= _LATELY), None)
    spec = heard.specs.get(latest.tool) if latest else None
    return spec is not None and spec.effect == "read" and "anonymous" not in spec.roles


def _filed_no(heard: Heard) -> list[object]:
    slots = {slot.kind: slot for spec in heard.specs.values() for slot in spec.slots.values()}
    return [found for kind in IDENTIFIERS if kind in slots for found in find(slots[kind], heard.text, heard.now)]


def goes_on_with(heard: Heard) -> Arguments | None:
    """报吧 and what is told instead of what was asked for: the report with what is known of it so far."""
    waiting = heard.waiting
    if waiting is None:
        return None
    spec, given = heard.specs[waiting["tool"]], dict(waiting["arguments"])
    if (open_again := another_day(spec, given, heard.text)) is not None:
        return open_again
    if goes_ahead(heard.text):
        slot = spec.slots.get(waiting["slot"])
        asked_again = waiting["slot"] in spec.required or slot is None or wants_pictures(slot)
        return given if asked_again else {**given, waiting["slot"]: UNSURE}
    words = _words_slot(spec)
    plain = not (is_question(heard.text) or opens(heard.text) or assent(heard.text) is not None)
    told = plain and _files(spec) and words in given and waiting["slot"] != words
    apart = small_talk(heard.text) or declines(heard.text) or pleads(heard.text) or correction(heard.text)
    return {**given, **_detail(spec, given, heard.text)} if told and not apart else None


def beside_card(heard: Heard, meant: Meant) -> AIMessage | None:
    """The call that changes a card, shows it again, or puts another matter up beside it."""
    cards = _cards(heard)
    text = asked_kindly(without_speech(heard.text))
    if cards and _asks_the_course(cards, heard, meant, text):
        return _told(heard, NOT_KNOWN_YET)
    if not cards:
        return None
    name, proposed = max(cards, key=lambda each: _spoken_of(each[1], text))
    spec = heard.specs[name]
    if move := _put_right(heard, spec, proposed, text):
        return move
    if is_question(text) and correction(text) is None:
        return None
    if (other := _second(heard, text, spec, proposed, meant)) is not None:
        return call(name, other, heard.text)
    changed = (
        edited(text, proposed, spec, heard.now) or _swapped(spec, proposed, text) or _other_one(heard, spec, proposed)
    )
    details = names_only_details(spec, text, heard.now)
    tells = _files(spec) and _tells(text, spec, proposed, meant)
    fresh = meant.tool is not None and meant.score >= LIKELY and not (correction(text) or details or tells)
    if not changed and not fresh:
        changed = amended(text, proposed, spec, heard.now)
        changed = _also_in_words(spec, proposed, changed) if correction(text) else _new_places(spec, proposed, changed)
        changed = changed or (_detail(spec, proposed, text) if tells else {})
    hurries = _HURRY.fullmatch(text.strip()) is not None
    again = hurries or (not fresh and remarks(text, details=details, rule=meant.know >= LIKELY))
    again = again or (not fresh and corrects(text) and ordinal(text) is None and assent(text) is None)
    if again and not changed and not hurries and _unheard(text, spec, details=details):
        return _told(heard, NOT_TAKEN)
    return call(name, {**proposed, **changed}, heard.text) if changed or again else None


def _told(heard: Heard, words: str) -> AIMessage:
    """Said beside a card that still waits; a question of the desk's own, since it claims nothing."""
    return call(ASK, {"question": words}, heard.text) if ASK in heard.specs else AIMessage(words)


def _asks_the_course(cards: Sequence[Card], heard: Heard, meant: Meant, text: str) -> bool:
    """Whether words ask how a report that is not handed in goes on (修好要几天), which is no report of its own."""
    own = any(meant.tool == name and _files(heard.specs[name]) for name, _ in cards)
    return own and len(text) <= _ASIDE and not places(text) and asks(text) and bool(_COURSE.search(text))


def _unheard(text: str, spec: ToolSpec, *, details: bool) -> bool:
    """Whether words beside a report are neither a detail nor a value nor a refusal to give one."""
    valued = details and bool(places(text) or _VALUE.search(text))
    refuses = (declines(text) or pleads(text)) and not denies_no(text)
    return _files(spec) and not (valued or refuses or _SAID.search(text))


def _put_right(heard: Heard, spec: ToolSpec, proposed: Mapping[str, Any], text: str) -> AIMessage | None:
    """The card with what is plainly put right in it, or the other act that is put in its place."""
    if move := other_act(heard, spec, proposed, text) or for_whom(heard, spec, proposed, text):
        return move
    changed = {**edited(text, proposed, spec, heard.now)} if correction(text) else {}
    changed = put_right(heard, spec, settled(heard, spec, proposed), text) | changed
    if changed:
        return call(spec.name, {**proposed, **changed}, heard.text)
    if _VAGUELY.search(text) and not is_question(text):
        return call(spec.name, proposed, heard.text)
    open_again = another_day(spec, proposed, text)
    return call(spec.name, open_again, heard.text) if open_again else None


def _cards(heard: Heard) -> list[Card]:
    """The calls that wait for the yes and whose tools are at hand, oldest first."""
    pending = heard.context.pending if heard.context else ()
    memory = heard.memory
    found = [
        memory.cards.get(str(each.get("action"))) or (each["tool"], memory.proposed[each["tool"]])
        for each in pending
        if each.get("action") in memory.cards or each["tool"] in memory.proposed
    ]
    return [each for each in found if each[0] in heard.specs]


def _spoken_of(proposed: Mapping[str, Any], text: str) -> float:
    """How far words speak of what a card says; of equals the last counts."""
    said = " ".join(str(value) for value in proposed.values())
    return round(Evidence(text, ()).share((said, 1.0)), 3)


def _files(spec: ToolSpec) -> bool:
    """Whether a tool takes reports: words, a place and a class."""
    kinds = {slot.kind for slot in spec.slots.values()}
    return kinds >= {"category", "address"} and _words_slot(spec) is not None


def _words_slot(spec: ToolSpec) -> str | None:
    return next((name for name in spec.required if spec.slots[name].kind == "text"), None)


def _second(heard: Heard, text: str, spec: ToolSpec, proposed: Mapping[str, Any], meant: Meant) -> Arguments | None:
    """Another matter, at the same place unless it names one: 旁边还有个井盖也松了, 那也报一个, 噪音另外报."""
    words = _words_slot(spec)
    if words is None or not _files(spec):
        return None
    here = {name: proposed[name] for name, slot in spec.slots.items() if slot.kind == "address" and name in proposed}
    before = str(proposed.get(words, ""))
    if also(text):
        asked = heard.memory.question
        named = [run for run in things(asked) if _class_of(run)] or things(asked)
        return {**here, words: "".join(named)} if asked != before and named else here
    if (thing := set_apart(text)) is not None and subject(thing):
        unsure = {name: UNSURE for name, slot in spec.slots.items() if slot.kind == "category"}
        return {**here, **unsure, words: f"{thing}：{before}" if before else thing}
    kinds = _class_of(before), _class_of(text, SURE_CLASS)
    wished = meant.tool == spec.name and meant.score >= LIKELY and not _WHERE.search(text)
    if correction(text) or kinds[1] is None or kinds[0] == kinds[1] or not (adds(text) or wished):
        return None
    return {**here, **arguments(spec, text, Memory(), heard.now)}


def _class_of(text: str, least: float = 0.5) -> str | None:
    hit = known_class(text)
    return hit.category.code if hit and hit.score >= least else None


def _tells(text: str, spec: ToolSpec, proposed: Mapping[str, Any], meant: Meant) -> bool:
    """Whether words only tell more of the problem that is put up."""
    words = _words_slot(spec)
    kind = None if _WHERE.search(text) else _class_of(text, SURE_CLASS)
    same = kind is None or kind == _class_of(str(proposed.get(words or "", "")))
    other_act = meant.tool not in (None, spec.name) and meant.score >= SURE
    apart = assent(text) is not None or small_talk(text) or declines(text) or pleads(text)
    rule = meant.know >= LIKELY and kind is None and not _WHERE.search(text)
    return same and not apart and not rule and not (other_act and opens(text)) and (not opens(text) or kind is not None)


def _detail(spec: ToolSpec, proposed: Mapping[str, Any], text: str) -> Arguments:
    """The report with what was told after it: 水到膝盖了, 坑有脸盆那么大."""
    words = _words_slot(spec)
    before = str(proposed.get(words or "", ""))
    told = detail(text, before).strip(" ，,。！!；;")
    if words is None or not _LEAST <= len(told) <= _MOST or told in before or _SAID.search(told) or not subject(told):
        return {}
    # A detail (公交站那里) does not decide anew what the problem is.
    kind = known_class(before)
    kinds = [name for name, slot in spec.slots.items() if slot.kind == "category" and not proposed.get(name)]
    kept = dict.fromkeys(kinds, kind.category.name) if kind and kind.score >= SURE_CLASS else {}
    return {words: f"{before}，{told}", **kept}


def _swapped(spec: ToolSpec, proposed: Mapping[str, Any], text: str) -> Arguments:
    """不是雄楚大道，是文治街: of an address only the part that was wrong is changed, in the words as well."""
    said = _NOT_BUT.search(text)
    if said is None:
        return {}
    wrong, right = said.group("wrong"), said.group("right").strip()
    held = {
        name: str(value)
        for name, value in proposed.items()
        if name in spec.slots and spec.slots[name].kind in ("address", "text") and wrong in str(value)
    }
    part = any(spec.slots[name].kind == "address" and value.strip() != wrong for name, value in held.items())
    return {name: value.replace(wrong, right) for name, value in held.items()} if part else {}


def _also_in_words(spec: ToolSpec, proposed: Mapping[str, Any], changed: Arguments) -> Arguments:
    """What changes, with an address that the words hold put right there too."""
    words = _words_slot(spec)
    for name, value in list(changed.items()):
        old = str(proposed.get(name) or "")
        if spec.slots[name].kind == "address" and words and words not in changed and old:
            said = str(proposed.get(words, ""))
            changed |= {words: said.replace(old, str(value))} if old in said else {}
    return changed


def _new_places(spec: ToolSpec, proposed: Mapping[str, Any], changed: Arguments) -> Arguments:
    """What changes, without places only told more exactly in words: those are a detail, which nobody has to find."""
    grown = {name for name, value in changed.items() if str(value).startswith(str(proposed.get(name) or " "))}
    return {name: value for name, value in changed.items() if spec.slots[name].kind != "address" or name not in grown}


def _other_one(heard: Heard, spec: ToolSpec, proposed: Mapping[str, Any]) -> Arguments:
    """不是这条，换成第二个: another one of the list that was shown last."""
    place = ordinal(heard.text)
    if place is None or not (correction(heard.text) or _INSTEAD.search(heard.text)):
        return {}
    for name in spec.required:
        slot = spec.slots[name]
        for told in heard.memory.told if slot.kind in IDENTIFIERS else ():
            listed = list(dict.fromkeys(str(each.value) for each in find(slot, told, heard.now)))
            if len(listed) > 1 and -1 <= place <= len(listed):
                meant = listed[place - 1 if place > 0 else -1]
                return {name: meant} if meant != proposed.get(name) else {}
    return {}
