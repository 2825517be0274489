"""Whether a write may start at all: only where its own act was named, and not once what was lost is found."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from langchain_core.messages import AIMessage

from tools import ToolSpec

from ..toolbox import ASK
from ..understanding import is_question, regained
from .offline_calls import call
from .offline_heard import Heard, Meant, Specs
from .offline_slots import names_only_details
from .offline_words import FOUND_AGAIN, WHAT_FOR, clarify, either

SURE, PERHAPS = 0.75, 0.2
# A run of one or two letters is a tool's own when so many of its examples hold it, and so many times the share of any
# other tool's; a letter that others use as well and half of the examples hold names the thing, not the act.
_HELD, _THING = 0.02, 0.5
_TIMES = {1: 2.5, 2: 4.0}
_HAN = re.compile(r"[\u4e00-\u9fff]+")
Examples = tuple[str, ...]


def unclear(name: str, heard: Heard, meant: Meant) -> AIMessage | None:
    """A short question, or that nothing is needed, in place of a write that the words do not plainly wish."""
    spec = heard.specs[name]
    if spec.effect != "write" or ASK not in heard.specs:
        return None
    if regained(heard.text, spec.title):
        return AIMessage(FOUND_AGAIN.format(title=spec.title))
    if heard.context and any(each["tool"] == name for each in heard.context.pending):
        return None
    if spec.required and _only_tells_who(spec, heard, meant):
        return call(ASK, {"question": WHAT_FOR}, heard.text)
    if spec.required or (meant.score >= SURE and names_its_act(spec, heard.text, heard.specs)):
        return None
    other = heard.specs.get(meant.second or "")
    question, choices = either(other, spec) if other and meant.next >= PERHAPS else clarify(spec)
    return call(ASK, {"question": question, "choices": choices}, heard.text)


def names_its_act(spec: ToolSpec, text: str, specs: Specs) -> bool:
    """Whether a message holds a word that is this tool's own among all that are at hand, or of its noun."""
    noun = spec.name.split(".")[0] if spec.required else None
    others = (one for name, one in sorted(specs.items()) if name != spec.name and name.split(".")[0] != noun)
    own = _own(tuple(spec.examples), tuple(tuple(one.examples) for one in others if one.examples))
    return bool(_runs(text, (2,) if spec.required else (1, 2)) & own)


def _only_tells_who(spec: ToolSpec, heard: Heard, meant: Meant) -> bool:
    """Whether a message only says of whom it speaks, and no act that is done for such a person."""
    personal = any(spec.slots[name].personal for name in spec.required if name in spec.slots)
    if not personal or is_question(heard.text) or names_its_act(spec, heard.text, heard.specs):
        return False
    return meant.score < SURE or names_only_details(spec, heard.text, heard.now)


@lru_cache(maxsize=64)
def _own(examples: Examples, others: tuple[Examples, ...]) -> frozenset[str]:
    mine, theirs = _shares(examples), [_shares(each) for each in others]
    most = {run: max((each.get(run, 0.0) for each in theirs), default=0.0) for run in mine}
    own = {run for run, share in mine.items() if share >= max(_HELD, _TIMES[len(run)] * most[run])}
    thing = {run for run, share in mine.items() if len(run) == 1 and share >= _THING and run not in own}
    return frozenset(run for run in own if not thing & set(run))


@lru_cache(maxsize=256)
def _shares(examples: Examples) -> dict[str, float]:
    """In what share of the examples each letter and each pair of letters stands."""
    held = Counter(run for each in examples for run in _runs(each, (1, 2)))
    return {run: count / len(examples) for run, count in held.items()}


def _runs(text: str, sizes: tuple[int, ...] = (2,)) -> set[str]:
    return {part[at : at + size] for part in _HAN.findall(text) for size in sizes for at in range(len(part) - size + 1)}
