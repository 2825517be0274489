"""A look-up made once more with what is said instead: 洪山呢, 不是徐东，是街道口, 空气质量的呢."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from tools import ToolSpec, other_places

from ..understanding import correction, declines, facet_of, only_a_place, ordinal, subject
from ..understanding.addresses import places
from .offline_calls import call
from .offline_follow import follows_up, kept_beside
from .offline_heard import Heard, Meant
from .offline_memory import Told
from .offline_slots import instead, names_only_details

LIKELY = 0.4
_SHORT = 24
# What takes another's place: 那同济呢, 学校分布数据呢, 公积金那个呢, 是食品经营许可那个, 我问的是空气质量.
_ANOTHER = re.compile(
    r"^\W*(?:那么?|要是|换成|再看看?|还有)?(?P<x>[^，,。？?！!]{2,16}?)(?:(?:那|这)(?:个|一个|家|件|项|条|边|种))?(?:的)?(?:呢|咧|哩)\W*$"
    r"|^\W*(?:是|那)(?P<y>[^，,。？?！!]{2,16}?)(?:那|这)(?:个|一个|家|件|项|条|种)(?:的)?\W*$"
    r"|^\W*我?(?:说|问|指|查|要|找)的是(?P<z>[^，,。？?！!]{2,16}?)(?:那边|那里|那个|那家)?(?:的)?\W*$"
)
_SAYS = re.compile(r"^\W*我?(?:说|问|指|查|要|找)的是")
_BARE = re.compile(r"^(?:做|搞|开|从事|经营|属于|个|一家|一个)+|(?:的|行业|企业|公司|生意)+$")
# A place's last letters say of what kind it is: 医院, 小区.
_KIND = 2
_NEED = frozenset(("district", "address", "date", "enum", "category"))


def again(heard: Heard, meant: Meant) -> AIMessage | None:
    """The look-up of just now, with what is said instead; None where nothing is."""
    told = next((each for each in heard.memory.results if each.fresh), None)
    spec = heard.specs.get(told.tool) if told else None
    if told is None or spec is None or spec.effect != "read" or heard.waiting or heard.restated:
        return None
    if ordinal(heard.text) is not None:
        return None
    changed = _typed(spec, told, heard, meant) or _words(spec, told, heard, meant)
    kept = kept_beside(spec, told.arguments, heard.text) if follows_up(spec, heard.text, heard.now) else told.arguments
    return call(told.tool, {**kept, **changed}, heard.text) if changed or kept != told.arguments else None


def _typed(spec: ToolSpec, told: Told, heard: Heard, meant: Meant) -> dict[str, Any]:
    """A district, a place, a span, a choice that takes the place of the one before."""
    text, corrects = heard.text, correction(heard.text)
    asks = facet_of(text) is not None and not text.rstrip("？?").endswith("呢")
    follows = follows_up(spec, text, heard.now) and not asks
    anew = meant.tool == spec.name and meant.score >= LIKELY
    alone = not asks and not anew and not declines(text) and names_only_details(spec, _SAYS.sub("", text), heard.now)
    if len(text) > _SHORT or not (follows or alone or corrects):
        return {}
    said = corrects.value if corrects and corrects.value else text
    found = _fresh(instead(spec, said, heard.now), told.arguments)
    if not found and corrects and said != text:
        return _not_that(spec, text, said, heard)
    found = found or _called_short(spec, told, text)
    if not (follows or alone or corrects):
        return {}
    if any(spec.slots[name].kind == "district" for name in found):
        found = {name: value for name, value in found.items() if spec.slots[name].kind != "address"}
    kinds = {spec.slots[name].kind for name in found}
    return found if follows or corrects or kinds & _NEED else {}


def _not_that(spec: ToolSpec, text: str, said: str, heard: Heard) -> dict[str, Any]:
    """不是做数据标注的，是做餐饮的: the choice that is taken back gives way to what is said, for the tool to judge."""
    denied = text[: text.rfind(said)]
    names = [name for name in instead(spec, denied, heard.now) if spec.slots[name].kind == "enum"]
    return {names[0]: _BARE.sub("", said)} if len(names) == 1 and _BARE.sub("", said) else {}


def _called_short(spec: ToolSpec, told: Told, text: str) -> dict[str, Any]:
    """那同济呢 after 协和医院: what is named as the place before was, without the word for its kind."""
    said = _ANOTHER.match(text)
    words = said and (said["x"] or said["y"] or said["z"])
    for name, slot in spec.slots.items():
        full = f"{words}{str(told.arguments.get(name) or '')[-_KIND:]}"
        if words and slot.kind == "address" and told.arguments.get(name) and any(each.known for each in places(full)):
            return {name: full}
    return {}


def _words(spec: ToolSpec, told: Told, heard: Heard, meant: Meant) -> dict[str, Any]:
    """Other words for what was looked for, where the tool looks for one thing by words."""
    free = [name for name in told.arguments if name in spec.slots and spec.slots[name].kind == "query"]
    free = free or [name for name in spec.required if spec.slots[name].kind == "query"]
    other = meant.tool not in (None, spec.name) and meant.score >= LIKELY
    if len(free) != 1 or other or only_a_place(heard.text):
        return {}
    corrects = correction(heard.text)
    said = _ANOTHER.match(heard.text)
    words = (said["x"] or said["y"] or said["z"]) if said else corrects.value if corrects else None
    named = words and subject(words) and words not in other_places()
    return _fresh({free[0]: words}, told.arguments) if named else {}


def _fresh(found: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if before.get(name) != value}
