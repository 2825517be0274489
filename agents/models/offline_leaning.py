"""Messages that lean on what was said before them: bare values, a change asked for kindly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools import ToolSpec

from ..understanding import correction, goes_on, is_question
from .offline_heard import Heard, Meant
from .offline_slots import instead, names_only_details

CLEAR = 0.75
# 改到周二行不行: a wish put as a question.
_POLITE = re.compile(
    r"[，,\s]*(?:行不行|行不|行吗|行么|可不可以|可以吗|可以不|可以么|能不能行|成不成|成吗|好不好|好吗|要得不|要得吧|得不得行|中不中|OK吗|ok吗)[？?。！!\s]*$"
)


def with_topic(heard: Heard, meant: Meant) -> str | None:
    """下周一去 after care elsewhere was spoken of: what says nothing but values is read with its matter."""
    spec = heard.specs.get(meant.tool or "")
    topic = heard.memory.topic
    if spec is None or meant.score >= CLEAR or not topic or heard.waiting:
        return None
    values = instead(spec, heard.text, heard.now)
    return f"{topic}，{heard.text}" if values and names_only_details(spec, heard.text, heard.now) else None


def asked_kindly(text: str) -> str:
    """The wish of a message that asks whether it is all right: 改到周二行不行 → 改到周二."""
    wish = _POLITE.sub("", text)
    return wish if wish.strip() and not is_question(wish) else text


def put_right(text: str, spec: ToolSpec, before: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """The values a message puts in place of a look-up's: 黄石呢, 黄石也可以吗, 不是做软件的，是开餐馆的."""
    changed = correction(text)
    words = changed.value if changed and changed.value else text
    said = {name: value for name, value in instead(spec, words, now).items() if before.get(name) != value}
    if goes_on(text) or (changed and changed.value):
        return said
    # Nothing but another value of what was given: whatever else is asked is a question of its own.
    return said if said.keys() <= before.keys() and names_only_details(spec, text, now) else {}
