"""Whether a message names what it is about, or goes on with what was spoken of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from .addresses import places
from .focus import is_question
from .words import subject, units

_DATA = Path(__file__).parent / "data" / "aspects.txt"
# 那外地的呢, 要是租房的呢: a short turn to another case of the same thing.
_TURNS_TO = re.compile(r"^\W*(?:那么?|要是|如果|假如|换成|若是|改成)?[^，,。！!？?]{1,6}(?:的话)?呢\W*$")
_CASE_OF = re.compile(r"^\W*(?:那|要是|如果|假如|若是)")
_CASE_LENGTH = 14
_PLACE_IN_LIST = re.compile(
    r"(?:第[一二三四五六七八九十\d]+|最后一?|头一|上一|下一|前一)(?:个|条|件|张|项|家|份|种|处|所)?"
)
_WHERE = re.compile(r"我们?|人|就|现在|目前|正|在|到|位置|地点|地址|这里|那里|这边|那边|附近|是|住|家")
# So many letters that matter name something.
_NAMED = 2


def goes_on(text: str) -> bool:
    """Whether a message can only be read with what was said before it."""
    return not names_something(text) or bool(_TURNS_TO.match(text)) or _is_case_of(text)


def names_something(text: str) -> bool:
    """Whether a message says what it is about, beyond what may be asked of anything."""
    return sum(unit.weight >= 1.0 for unit in units(topic(text))) >= _NAMED


def without_place_in_list(text: str) -> str:
    """A message without the words that say which one of a list it means."""
    return _PLACE_IN_LIST.sub(" ", text).strip()


def topic(text: str) -> str:
    """What a message is about, without what it asks of that."""
    return " ".join(_aspects().sub(" ", _PLACE_IN_LIST.sub(" ", text)).split())


def only_a_place(text: str) -> bool:
    """Whether a message names a place and says nothing of it: 我在光谷步行街."""
    named = places(text)
    if not named or is_question(text):
        return False
    rest = text
    for place in sorted(named, key=lambda each: -each.start):
        rest = f"{rest[: place.start]} {rest[place.end :]}"
    return not subject(_WHERE.sub(" ", rest))


def shared(text: str, names: Sequence[str]) -> str:
    """The longest words, two letters at least, that a text has in common with one of these names."""
    runs = {name[a:b] for name in names for a in range(len(name)) for b in range(a + _NAMED, len(name) + 1)}
    return max(sorted(run for run in runs if run in text), key=len, default="")


def _is_case_of(text: str) -> bool:
    return bool(_CASE_OF.match(text)) and len(text) <= _CASE_LENGTH


@lru_cache(maxsize=1)
def _aspects() -> re.Pattern[str]:
    lines = (line for line in _DATA.read_text(encoding="utf-8").splitlines() if not line.startswith("#"))
    words = sorted({word for line in lines for word in line.split()}, key=lambda word: (-len(word), word))
    return re.compile("|".join(re.escape(word) for word in words))
