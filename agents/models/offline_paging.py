"""More of the last list, or less of it: its next page, and the same look-up with one more condition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from langchain_core.messages import AIMessage

from tools import STAFF, Slot, ToolSpec

from ..toolbox import ASK
from ..understanding import IDENTIFIERS, correction, fill, find, numbers_in
from .offline_calls import call
from .offline_heard import Heard, Meant
from .offline_lists import Listed, named_in
from .offline_words import NO_MORE, WHICH_LIST

_LONGEST, LIKELY = 16, 0.4
# Kinds whose values are not read from a few words beside a list.
_WORDY = frozenset(("text", "address")) | IDENTIFIERS
_NARROWS = re.compile(r"只(?:看|要|查|列|留)|其中|里面|里头|当中|筛|的[呢吗吧]?[，,。！!？?\s]*$|类|有几|有多少|有哪些")
# 列出来: the list of what was just told, no other.
_LISTS = re.compile(
    r"^(?:那|都|全部?|把|给我|帮我|请|麻烦|你|它们?|这些|那些|明细|清单|案件|工单|具体|[，,\s])*(?:列(?:个|一?下)?(?:出来?|一?下|表|清单|明细|给我看看?)?(?:来)?|(?:看看?|看一?下|要)(?:明细|清单)|明细|清单|"
    r"(?:是|有)?(?:哪些|哪几[件个张条])(?:案件|工单)?)(?:看看|看|吧|呢|啊|一下|来|[，,。！!？?\s])*$"
)
_NEXT = re.compile(
    r"^(?:那|还|请|再|接着|继续|往|给我|帮我|我想|要|[，,\s])*(?:"
    r"(?:看|翻|翻到|显示|列)?(?:下一?|后一?)页|往?(?:后|下)(?:面)?(?:再?翻|看)(?:一下|看|页)*|翻页|"
    r"(?:后面|下面|后边)(?:的|还有|还|呢|剩下)+(?:有|哪些|什么|多少|呢|吗|没有?|看看|的|列出来|发我?)*|"
    r"(?:还有|还有别的|其他|其余|剩下|余下|另外)(?:的)?(?:有|是)?(?:哪些|哪几[个件条张]|呢|吗|没有?|什么|的呢)+|"
    r"(?:看|列|显示|查|发)?(?:看)?(?:更多|其他的|其余的|剩下的|余下的|后面的)(?:的|案件|工单|呢|看看|列出来)*|接着(?:看|列|来|念)|继续(?:看|列|念)?(?:下去)?"
    r")(?:吧|呢|啊|一下|看看|谢谢|[，,。！!？?\s])*$"
)
_BACK = re.compile(
    r"^(?:那|请|再|回到?|往|看|翻到?|给我|[，,\s])*(?:上一?页|前一?页|往(?:前|上)翻|第一页|首页)(?:吧|呢|看看|[，,。！!？?\s])*$"
)
_PAGE = re.compile(
    r"^(?:看|翻到?|跳到?|到|[，,\s])*第\s*(\d{1,4}|[一二三四五六七八九十]{1,3})\s*页(?:吧|呢|看看|[，,。！!？?\s])*$"
)
# What may stand beside a condition that narrows what was just listed.
_BESIDE = re.compile(
    r"只(?:看|要|查|列|留|显示)|(?:其中|里面|里头|当中|这里面|这些里|这里头)(?:的)?|筛(?:选|一下|出)?|限(?:定)?|就(?:看|要)|看看|看一下|查一下|"
    r"有(?:哪些|几[件张个条起]|多少[件张个条起]?)|是?(?:哪些|哪几[件张个条起])|几[件张个条起]|多少[件张个条起]?|"
    r"这边|那边|辖区|范围|已经|时间|区域|上报|报上来|受理|登记|发生|之内|以内|"
    r"[的呢吗吧啊呀了是在有里内区那我要想请再把按也都和还给列出来，,。！!？?\s]"
)


def paged(heard: Heard, meant: Meant) -> AIMessage | None:
    """The next page of the last list, or the last look-up with what is said added to it."""
    if heard.waiting or len(heard.text) > _LONGEST or named_in(heard.text):
        return None
    return _page(heard) or _listed_again(heard) or _narrowed(heard, meant)


def _listed_again(heard: Heard) -> AIMessage | None:
    """列出来: the list that was just counted; where there was none and nothing says which, it is asked for."""
    if not _LISTS.match(heard.text) or ASK not in heard.specs:
        return None
    name, before = heard.memory.made or ("", {})
    spec = heard.specs.get(name)
    if spec and spec.effect == "read" and (page := page_slot(spec)):
        return call(name, {key: value for key, value in before.items() if key != page}, heard.text)
    one = spec is not None and any(spec.slots[each].kind in IDENTIFIERS for each in spec.required)
    staff = heard.context is not None and not STAFF.isdisjoint(heard.context.roles)
    return call(ASK, {"question": WHICH_LIST}, heard.text) if one or (staff and spec is None) else None


def _page(heard: Heard) -> AIMessage | None:
    listed = heard.memory.listed
    spec = heard.specs.get(listed.tool) if listed else None
    name = page_slot(spec) if spec else None
    if listed is None or name is None or not (place := _wanted(heard.text, listed)):
        return None
    if (place - 1) * max(listed.size, 1) >= listed.total or place < 1:
        return AIMessage(NO_MORE)
    return call(listed.tool, {**listed.arguments, name: place}, heard.text)


def _wanted(text: str, listed: Listed) -> int | None:
    """Which page is asked for."""
    if match := _PAGE.match(text):
        said = list(numbers_in(match[1]))
        return int(said[0].value) if said else None
    if _BACK.match(text):
        return 1 if re.search("第一页|首页", text) else max(listed.page - 1, 1)
    return listed.page + 1 if _NEXT.match(text) else None


def page_slot(spec: ToolSpec) -> str | None:
    """The argument that turns the pages of a list."""
    return next((name for name, slot in spec.slots.items() if slot.kind == "number" and slot.label == "页码"), None)


def _narrowed(heard: Heard, meant: Meant) -> AIMessage | None:
    """武昌区的, 近三天的, 只看超期的: nothing but values for the look-up of just now."""
    name, before = heard.memory.made or ("", {})
    spec = heard.specs.get(name)
    if (
        spec is None
        or spec.effect != "read"
        or spec.required
        or (heard.context and heard.context.pending)
        or correction(heard.text)
    ):
        return None
    narrows = bool(_NARROWS.search(heard.text))
    wanted = heard.specs.get(meant.tool or "")
    if wanted and wanted.effect == "write" and meant.score >= LIKELY and not narrows:
        return None
    slots = {key: slot for key, slot in spec.slots.items() if not slot.derived and slot.kind not in _WORDY}
    said = {key: value for key, value in fill(slots, heard.text, heard.now).items() if before.get(key) != value}
    said = {key: value for key, value in said.items() if slots[key].kind != "category" or narrows}
    page = page_slot(spec)
    if not said or page in said or not _only(said, slots, heard):
        return None
    return call(name, {**{key: value for key, value in before.items() if key != page}, **said}, heard.text)


def _only(said: Mapping[str, Any], slots: Mapping[str, Slot], heard: Heard) -> bool:
    """Whether a message says nothing beside these values and that they narrow."""
    rest = heard.text
    for key, value in said.items():
        if slots[key].kind == "query":
            rest = rest.replace(str(value), " " * len(str(value)))
            continue
        for each in find(slots[key], heard.text, heard.now):
            rest = f"{rest[: each.start]}{' ' * (each.end - each.start)}{rest[each.end :]}"
    return not _BESIDE.sub("", rest)
