"""Messages that lean on what was said before them: bare values, a change asked for kindly."""

from __future__ import annotations

import re

from ..understanding import is_question
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
