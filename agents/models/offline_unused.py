"""Conditions of a list that no slot took: said in the reply, never left out in silence."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from tools import ToolSpec

from ..understanding import find
from .offline_words import NOT_USED, NOT_WITHOUT

# A list takes at least so many conditions and needs none.
_CONDITIONS = 4
_NOUN = r"(?:案件|案子|工单|单子|件|任务|事件|问题|诉求|投诉|有哪些|有几|有多少|$)"
_STATE = re.compile(
    rf"(?:待|未|(?<!有)(?:没[有得]?|冇得?)|尚未|已经?|正在|等着?|需要?|被)(?!办$)[\u4e00-\u9fff]{{1,4}}?(?=的?{_NOUN})|[\u4e00-\u9fff]{{2,3}}(?:中|过)(?=的{_NOUN})"
)
_OTHER = re.compile(
    r"加急|特急|紧急(?!工作时)|重大|重点|疑难|匿名|实名|重复|满意(?!度)|不满意|催办过?|催过|有照片|没照片|带照片|优先级|[一二三四]级|高风险|延期过?的|返工过|"
    r"尾号\s*\d+|(?:超过|大于|多于|少于|不到)[一二两三四五六七八九十\d]+(?:天|次|小时|个)"
)
_NONE = re.compile(r"没有?$|有没有?|有没|未$|没$")


def unused(spec: ToolSpec, text: str, now: datetime) -> str:
    """What to say of the conditions that were not understood; nothing for a tool that lists nothing."""
    if spec.effect != "read":
        return ""
    if out := _left_out(spec, text, now):
        return NOT_USED.format(words=out)
    if spec.required or len(spec.slots) < _CONDITIONS:
        return ""
    taken = [
        (each.start, each.end) for slot in spec.slots.values() for each in find(slot, text, now) if slot.kind != "text"
    ]
    taken = [span for span in taken if span[1] - span[0] < len(text)]
    left: list[str] = []
    for pattern in (_STATE, _OTHER):
        for match in pattern.finditer(text):
            beside = not any(start < match.end() and match.start() < end for start, end in taken)
            if beside and not _NONE.fullmatch(match.group()) and not any(match.group() in each for each in left):
                left.append(match.group())
    return NOT_USED.format(words="”“".join(left)) if left else ""


def not_without(spec: ToolSpec, text: str, now: datetime) -> str:
    """What is said instead of an act on all but some districts, where the act takes no such condition."""
    out = _left_out(spec, text, now) if spec.effect == "write" else ""
    return NOT_WITHOUT.format(words=out) if out else ""


def _left_out(spec: ToolSpec, text: str, now: datetime) -> str:
    """The words that leave out a district, where a tool goes by districts and cannot leave one out."""
    by = [slot for slot in spec.slots.values() if slot.kind == "district" and not slot.derived]
    if not by or any(slot.side for slot in by):
        return ""
    outs = find(replace(by[0], side="without"), text, now)
    return text[min(each.start for each in outs) : max(each.end for each in outs)] if outs else ""
