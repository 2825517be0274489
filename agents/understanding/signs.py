"""Whether a message may open a new matter: it asks, wishes, hurries, or speaks of a matter of one's own."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path

from .focus import is_question

_REPORT = re.compile(
    r"(?:帮我?|给我?|替我|麻烦|请|要|想)(?:你们?|把它|把这个)?(?:也|先)?"
    r"(?:上报|报上去|报一?[下哈]|报个修?|报修|登记)(?:一?[下哈]|上去)?[吧撒呗啊啦了]*[。！!\s]*$"
)
_DATA = Path(__file__).parent / "data" / "signs.json"


def opens(text: str) -> bool:
    """Whether a message may open a new matter; a bare place, number or word only answers what was asked."""
    return is_question(text) or any(word in text for word in _words())


def wants_report(text: str, *, whole: bool = False) -> bool:
    """Whether a message ends with the wish to have it reported, or says nothing else (麻烦登记一下)."""
    return bool(_REPORT.match(text.strip()) if whole else _REPORT.search(text))


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    rows: dict[str, list[str]] = json.loads(_DATA.read_text(encoding="utf-8"))
    return tuple(word for words in rows.values() for word in words)
