"""What a message changes in what is collected or waits for the yes, by the name of the slot: 用途改成…, 内容加上…."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools import Slot, ToolSpec

from ..understanding import amend, fill, is_step, label_words, main_text, texts_of, told

Arguments = dict[str, Any]
_PUT = (
    r"(?:要|应该|还是|给我|帮我|请)*"
    r"(?:改成|改为|改到|改写成|换成|换为|写成|变成|更正为|应该是|应为|不对[，,]?是|错了[，,]?是)"
)
_ADD = (
    r"(?:里|中|上|后面|最后)*(?:再|还|也|要|请|帮我)*"
    r"(?:加上|加一句|加一条|加|补一?[句条下]|写上|补上|补充(?:一句)?|添上|添一句)"
)
_ADDS = re.compile(rf"^(?:请|帮我|再|还|也|麻烦)*{_ADD}(?:[：:，,]|\s)*(?P<v>.{{2,}})$", re.DOTALL)
_PUTS = re.compile(rf"^(?:请|帮我|那|就|都|麻烦|不[，,]|[，,\s])*{_PUT}(?:[：:，,]|\s)*(?P<v>.{{2,}})$", re.DOTALL)
_LINK = r"(?:[：:，,\s]|为|成|是|改)+"
_QUOTES = " ，,。；;：:“”\"'「」的吧"
# Other names of what is typed.
_TYPED = {
    "unit": "部门|单位",
    "address": "地点|地址|位置",
    "district": "区|所在区",
    "number": "天数|时间|期限",
    "date": "日期",
}


def edited(text: str, collected: Mapping[str, Any], spec: ToolSpec, now: datetime) -> Arguments:
    """The slots a message names to change, or words put instead of the ones said, with their new values."""
    for name, slot in _open(spec).items():
        if value := _named(slot, text):
            old, adds = collected.get(name), value[0]
            new = _typed(slot, value[1], old, now) if slot.kind != "text" else _words(old, value[1], adds=adds)
            return {name: new} if new is not None else {}
    return _unnamed(text, collected, spec, now)


def _open(spec: ToolSpec) -> dict[str, Slot]:
    return {
        name: slot
        for name, slot in spec.slots.items()
        if not slot.derived and slot.shown and (slot.kind != "text" or name in texts_of(spec))
    }


def _named(slot: Slot, text: str) -> tuple[bool, str] | None:
    """Whether something is added to the slot that a message names, and what."""
    names = f"{label_words(slot)}|{_TYPED.get(slot.kind, '(?!)')}"
    redone = re.search(
        rf"(?:改|换|更正|修改|重写|订正)(?:一?下|个)?(?:{names})(?:{_LINK})(?P<v>.{{2,}})$", text, re.DOTALL
    )
    if redone:
        return False, redone["v"].strip(_QUOTES)
    for adds, verb in ((False, _PUT), (True, _ADD)):
        if adds and slot.kind != "text":
            continue
        found = re.search(rf"(?:{names})(?:也|都|这里|那里)*{verb}(?:[：:，,]|\s)*(?P<v>.{{2,}})$", text, re.DOTALL)
        if found:
            return adds, found["v"].strip(_QUOTES)
    return None


def _typed(slot: Slot, said: str, old: Any, now: datetime) -> Any:
    value = fill({"it": slot}, said, now, ("it",)).get("it")
    return amend(str(old), str(value)) if slot.kind == "address" and old and value else value


def _words(old: Any, new: str, *, adds: bool) -> str:
    """The words as they should be; where the old ones hold a command before them, it stays."""
    before = str(old or "").rstrip("。；;，, ")
    if adds and before:
        return f"{before}，{new}"
    lead = re.match(r"^.*?(?:内容(?:是|为)?[：:]?|[：:])\s*", before, re.DOTALL)
    return f"{lead[0]}{new}" if lead else new


def _unnamed(text: str, collected: Mapping[str, Any], spec: ToolSpec, now: datetime) -> Arguments:
    """加上…, 改成…: the words of the one text there is, unless it is a typed value that is put instead."""
    name = _one_text(collected, spec)
    if name is None:
        return {}
    if added := _ADDS.match(text):
        return {name: _words(collected.get(name), added["v"].strip(_QUOTES), adds=True)}
    put = _PUTS.match(text)
    typed = {key: slot for key, slot in _open(spec).items() if slot.kind not in ("text", "query")}
    if put is None or not is_step(spec) or fill({k: s for k, s in typed.items() if k in collected}, put["v"], now):
        return {}
    if fill({k: s for k, s in typed.items() if s.kind in ("unit", "district", "address", "number")}, put["v"], now):
        return {}
    return {name: told(spec, put["v"], now, name).get(name, put["v"].strip(_QUOTES))}


def _one_text(collected: Mapping[str, Any], spec: ToolSpec) -> str | None:
    """The text slot that is filled, or the one that free words go to."""
    filled = [name for name in texts_of(spec) if collected.get(name)]
    return filled[0] if len(filled) == 1 else main_text(spec) if not filled else None
