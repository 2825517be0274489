"""What a number counts: the measure word after it, and the one that a slot asks for."""

from __future__ import annotations

import re

from tools import Slot

_ASKED = re.compile(r"(?:多少|几)个?(工作日|工作时|天|日|页|月|年|岁|元|人|次|件|小时|分钟|米)")
_LABELLED = re.compile(r"(天|日|页|月|人|次|件)数")
_MEASURE = re.compile(
    r"\s*个?(?P<m>工作日|紧急工作时|工作时|自然日|小时|分钟|星期|天|日|周|月|年|岁|页|张|元|块|人|口|次|件|起|单|份|条|项|种|家|台|辆|栋|楼|层|级|号|路|点|米|公里|%|％|个|下)"
)
_SPAN = re.compile(r"\s*个?(?P<m>年|月|星期|周|礼拜)(?!前|底|初|度|份)")
_DAYS = {"年": 365, "月": 30, "星期": 7, "周": 7, "礼拜": 7}
_BREAK = re.compile(r"[\d，,。；;、！!？?\s]")
_TOTAL = re.compile(r"(?:总|一共|合计|共)(?:共|计|额|费用?)?(?:花|用|收)?$")
_SAME = {"日": "天", "紧急工作时": "工作时", "自然日": "天", "块": "元", "口": "人"}


def counts_in(slot: Slot, after: str) -> bool | None:
    """Whether the words after a number measure what the slot asks for; None where either is silent."""
    asked = _ASKED.findall(slot.ask) or _LABELLED.findall(slot.label) or _ASKED.findall(slot.label)
    said = _MEASURE.match(after)
    if not asked or said is None:
        return None
    return _SAME.get(said["m"], said["m"]) in {_SAME.get(each, each) for each in asked}


def days_in(slot: Slot, after: str) -> int | None:
    """How many of the days a slot counts are in the measure after a number: 一年 is 365, 半 is not read."""
    asked = {_SAME.get(each, each) for each in (*_ASKED.findall(slot.ask), *_LABELLED.findall(slot.label))}
    said = _SPAN.match(after)
    return _DAYS[said["m"]] if said and "天" in asked else None


def names_slot(slot: Slot, before: str) -> bool:
    """Whether the words right before a number name the slot: its label, or what its label begins or ends with."""
    near = _BREAK.split(before.rstrip("是为有了：: "))[-1][-8:]
    if len(slot.label) < 2:
        return False
    total = "总" in slot.label and bool(_TOTAL.search(near))
    begins = slot.label[:2] in near or before.rstrip().endswith(slot.label[:2])
    return total or begins or slot.label in near or near.endswith(slot.label[-2:])
