"""A look-up made again with what is said instead: what counts as that, and what stays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools import ToolSpec

from ..understanding import fill, goes_on
from .offline_slots import names_only_details

EVERYWHERE = re.compile(r"全市|全武汉|所有区|各个?区|每个区|哪个区|不分区")
_ASIDE = re.compile(
    r"^(?:那么?|还有|再看看?|只?看|换成|改成|改为|按|要|是)+|(?:呢|的|吧|吗|多少|怎么样|如何|情况|一下|[？?。！!，,\s])+$"
)
_OWN = re.compile(r"(?:我|俺|咱)们?(?!的)[^，,。]*?(?:报|提交|反映|反应|投诉|申请|办)")
_OF_THESE = re.compile(r"^(?:那|其中|里面|这里面|这些|上面)")
# More than this is a question of its own when it names again what is looked up.
_SHORT = 8


def follows_up(spec: ToolSpec, text: str, now: datetime) -> bool:
    """Whether a message goes on with a look-up: it names nothing, or nothing but values that the look-up takes."""
    if _OWN.match(text) or (spec.title[-2:] in text and not _OF_THESE.search(text)):
        return False
    if goes_on(text):
        return True
    if not names_only_details(spec, text, now) and not names_only_details(spec, _ASIDE.sub("", text), now):
        return False
    needed = {name: spec.slots[name] for name in spec.required if name in spec.slots}
    return len(_ASIDE.sub("", text)) <= _SHORT or not fill(needed, text, now, spec.required)


def whole_city(text: str) -> bool:
    """Whether a message asks for all districts instead of one."""
    return bool(EVERYWHERE.search(text))


def kept_beside(spec: ToolSpec, before: Mapping[str, Any], text: str) -> dict[str, Any]:
    """What of the look-up before still holds: not the district where the whole city is asked for."""
    if not whole_city(text):
        return dict(before)
    return {name: value for name, value in before.items() if spec.slots[name].kind != "district"}
