"""Small judgements of talk: a remark beside a card, a reply that speaks of what was asked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..understanding import (
    Evidence,
    assent,
    declines,
    names_something,
    opens,
    pleads,
    points_back,
    small_talk,
    subject,
    topic,
    without_asking,
)

# 电话错了, 不要这个号码: about a value that the card may or may not take.
_OF_A_VALUE = re.compile(
    r"(?:不要|别用|别填|不用|不留|别留|不填|换|改|填|留|用)[^，,。]{0,4}(?:电话|手机|号码|姓名|名字|地址|住址)"
    r"|(?:电话|手机|号码|姓名|名字|地址|住址)[^，,。]{0,4}(?:错|不对|变了|换了|改成|改为|填|不要|不用|不留)"
)
# Characters of a remark.
_SHORT = 14


def remarks(text: str, *, details: bool, rule: bool) -> bool:
    """Whether words beside a card that waits for the yes change nothing: 电话不留, 租房的, what was said already.

    The card is then shown again, so that a yes in words still means it. `details`: they name nothing but values;
    `rule`: they rather ask about a rule.
    """
    if assent(text) is not None or small_talk(text) is not None:
        return False
    if _OF_A_VALUE.search(text):
        return True
    told = not opens(text) and not points_back(text) and not rule and len(text) <= _SHORT
    return told or declines(text) or pleads(text) or (details and bool(subject(text)))


def things(text: str) -> list[str]:
    """What a message names, beside what it asks of that: 消防 in 消防呢, nothing in 那要什么材料."""
    return [run for run in subject(without_asking(topic(text))) if names_something(run)]


def speaks(reply: str, named: Sequence[str]) -> bool:
    """Whether a reply says anything of what is named, by this or another name."""
    return any(any(Evidence(run, ()).held(reply)) for run in named)
