"""Messages that lean on what was said before them: bare values, a change asked for kindly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from langchain_core.messages import AIMessage

from tools import STAFF, ToolSpec

from ..understanding import find, fits, focus_of, goes_on, is_question
from .offline_calls import call
from .offline_heard import Heard, Meant
from .offline_lists import named_in
from .offline_paging import page_slot
from .offline_slots import instead, names_only_details

CLEAR, _LIKELY = 0.75, 0.4
# A choice of so many letters names something.
_NAMES = 2
# 改到周二行不行: a wish put as a question.
_POLITE = re.compile(
    r"[，,\s]*(?:行不行|行不|行吗|行么|可不可以|可以吗|可以不|可以么|能不能行|成不成|成吗|好不好|好吗|要得不|要得吧|得不得行|中不中|OK吗|ok吗)[？?。！!\s]*$"
)
_VARIES = re.compile(r"^\W*(?:那|要是|如果|假如|若是|换成|改成)|呢[？?]?\s*$")


def with_topic(heard: Heard, meant: Meant) -> str | None:
    """下周一去 after care elsewhere was spoken of: what says nothing but values is read with its matter."""
    spec = heard.specs.get(meant.tool or "")
    topic = heard.memory.topic
    if spec is None or meant.score >= CLEAR or not topic or heard.waiting:
        return None
    values = instead(spec, heard.text, heard.now)
    return f"{topic}，{heard.text}" if values and names_only_details(spec, heard.text, heard.now) else None


def listed_by(heard: Heard, meant: Meant) -> str | None:
    """全市有多少待派遣, 今天有什么活: what says nothing but a list's choice is that list, if no other tool fits."""
    wanted = heard.specs.get(meant.tool or "")
    context = heard.context
    if context is None or STAFF.isdisjoint(context.roles):
        return None
    if heard.waiting or context.pending or named_in(heard.text):
        return None
    lists = [spec for spec in heard.specs.values() if spec.effect == "read" and page_slot(spec) and not spec.required]
    fit = [spec.name for spec in lists if _chooses(spec, heard) and tells(heard.text, spec, heard.now)]
    open_to = wanted is not None and wanted.roles & frozenset(context.roles)
    clear = wanted is not None and bool(open_to) and meant.score >= _LIKELY and not wanted.required
    if meant.tool in fit:
        return meant.tool
    if not fit or clear or (wanted is not None and wanted.effect == "write"):
        return None
    named = [name for name in fit if any(slot.label[:2] in heard.text for slot in heard.specs[name].slots.values())]
    return min(named or fit)


def _chooses(spec: ToolSpec, heard: Heard) -> bool:
    """Whether a message names one of a list's choices, beside a plain yes or no."""
    slots = [s for s in spec.slots.values() if s.kind == "enum" and "true" not in {row[0] for row in s.choices}]
    return any(each.end - each.start >= _NAMES for slot in slots for each in find(slot, heard.text, heard.now))


def asked_kindly(text: str) -> str:
    """The wish of a message that asks whether it is all right: 改到周二行不行 → 改到周二."""
    wish = _POLITE.sub("", text)
    return wish if wish.strip() and not is_question(wish) else text


def tells(text: str, spec: ToolSpec, now: datetime) -> bool:
    """Whether a message names values of a tool and nothing else, be it as a question: 那退休的呢, 住院."""
    return bool(instead(spec, text, now)) and names_only_details(spec, text, now)


def asks_the_sum(text: str, spec: ToolSpec) -> bool:
    """Whether a message only asks for what is being worked out: 那自己要掏多少."""
    money = any(slot.kind == "money" for slot in spec.slots.values())
    return money and spec.effect == "read" and focus_of(text) in ("amount", "fee") and goes_on(text)


def varied(text: str, spec: ToolSpec, collected: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What a message changes of what was told before the open question: 要是10万, 二级医院呢."""
    if not _VARIES.search(text) or not goes_on(text):
        return {}
    said = instead(spec, text, now)
    return {name: value for name, value in said.items() if name in collected and collected[name] != value}


def own_time(heard: Heard, meant: Meant) -> AIMessage | None:
    """那要等几个月 after one's own record was shown: told by the record, which speaks of it, not by the rules."""
    name, before = heard.memory.made or ("", {})
    spec = heard.specs.get(name)
    if spec is None or spec.effect != "read" or "anonymous" in spec.roles or heard.waiting or heard.restated:
        return None
    other = meant.tool not in (None, name) and meant.score >= CLEAR
    focus, told = focus_of(heard.text), "".join(heard.memory.told[:1])
    asks = focus in ("duration", "when") and goes_on(heard.text) and not other
    return call(name, dict(before), heard.text) if asks and fits(focus, told) else None
