"""A look-up made once more with what is said instead: 洪山呢, 不是徐东，是街道口, 空气质量的呢."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from tools import ToolSpec, other_places

from ..understanding import correction, declines, facet_of, goes_on, names_something, only_a_place
from .offline_calls import call
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
_NEED = frozenset(("district", "address", "date", "enum", "category"))


def again(heard: Heard, meant: Meant) -> AIMessage | None:
    """The look-up of just now, with what is said instead; None where nothing is."""
    told = next((each for each in heard.memory.results if each.fresh), None)
    spec = heard.specs.get(told.tool) if told else None
    if told is None or spec is None or spec.effect != "read" or heard.waiting or heard.restated:
        return None
    changed = _typed(spec, told, heard) or _words(spec, told, heard, meant)
    return call(told.tool, {**told.arguments, **changed}, heard.text) if changed else None


def _typed(spec: ToolSpec, told: Told, heard: Heard) -> dict[str, Any]:
    """A district, a place, a span, a choice that takes the place of the one before."""
    text = heard.text
    follows = goes_on(text) and (facet_of(text) is None or text.rstrip("？?").endswith("呢"))
    corrects = correction(text)
    alone = len(text) <= _SHORT and not declines(text) and names_only_details(spec, _SAYS.sub("", text), heard.now)
    if not follows and not alone:
        return {}
    said = corrects.value if corrects and corrects.value else text
    found = _fresh(instead(spec, said, heard.now), told.arguments)
    if any(spec.slots[name].kind == "district" for name in found):
        found = {name: value for name, value in found.items() if spec.slots[name].kind != "address"}
    kinds = {spec.slots[name].kind for name in found}
    return found if follows or kinds & _NEED else {}


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
    named = words and names_something(words) and words not in other_places()
    return _fresh({free[0]: words}, told.arguments) if named else {}


def _fresh(found: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if before.get(name) != value}
