"""Whether a message asks for somebody else's personal data: by whose data they are, not by how the name looks.

Who asks may have their own data, and a family member's where a tool finds a binding or a representation. An owner who
is named otherwise, or a bare number as the owner, is another person. The words are data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from .personal import marked

_DATA = Path(__file__).parent / "data" / "others.yaml"
_HIDDEN = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]|(?<=[\u4e00-\u9fff])[ \t\u3000](?=[\u4e00-\u9fff])")
_SENTENCE = re.compile(r"[。！!？?；;\n]+")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,8}(?:·[\u4e00-\u9fff]{1,8}){1,3}")


@dataclass(frozen=True)
class _Words:
    """The patterns of the data file."""

    asks: re.Pattern[str]
    lead: re.Pattern[str]
    mine: re.Pattern[str]
    family: re.Pattern[str]
    acquainted: re.Pattern[str]
    nobody: re.Pattern[str]
    registers: re.Pattern[str]
    owned: re.Pattern[str]
    secret: re.Pattern[str]
    numbered: re.Pattern[str]
    pronoun: re.Pattern[str]
    beside: re.Pattern[str]
    direct: re.Pattern[str]
    acting: re.Pattern[str]
    lives: re.Pattern[str]
    pays: re.Pattern[str]
    said_mine: re.Pattern[str]
    rules: re.Pattern[str]


def asks_about_another(text: str) -> bool:
    """Whether a person other than the one who asks, or their family, is named as the owner of what is asked for."""
    words, flat = _words(), marked(_HIDDEN.sub("", text))
    if words.registers.search(flat) or words.rules.search(flat):
        return False
    if any(found.group("door") or _other(found.group("owner")) for found in words.lives.finditer(flat)):
        return True
    if not words.asks.search(flat):
        return False
    number, own = "⟦号⟧" in flat, bool(words.said_mine.search(flat) or words.family.search(flat))
    if number and not own and any(found.search(flat) for found in (words.numbered, words.pronoun)):
        return True
    beside = [each.group("owner") for found in (words.beside, words.direct) for each in found.finditer(flat)]
    if number and not own and any(_other(owner) for owner in beside):
        return True
    if not own and _in_place_of_another(flat):
        return True
    return any(_of_another(sentence, number, own) for sentence in _SENTENCE.split(flat))


def _of_another(sentence: str, number: bool, own: bool) -> bool:
    """Somebody's something is asked for in a sentence. Without a number beside it only what is private to a person."""
    words = _words()
    if not words.asks.search(sentence) or words.rules.search(sentence):
        return False
    for found in words.owned.finditer(sentence):
        owner = found.group("owner")
        if "⟦" in owner and own:
            continue
        if (number or words.secret.match(sentence, found.start("what"))) and _other(owner):
            return True
    return False


def _in_place_of_another(flat: str) -> bool:
    """Data asked for on behalf of somebody, or what somebody has paid."""
    words = _words()
    for found in words.acting.finditer(flat):
        if found.group("pronoun") or (_other(found.group("owner")) and words.secret.match(flat, found.start("what"))):
            return True
    return any(_other(found.group("owner")) for found in words.pays.finditer(flat))


def _other(owner: str) -> bool:
    """Whether the words before 的 name another person, once the asking in front of them is taken off."""
    words = _words()
    for found in words.asks.finditer(owner):
        owner = owner[found.end() - found.start() :] if found.start() == 0 else owner
    named = words.lead.sub("", owner)
    if "⟦" in named:
        return True
    if words.mine.fullmatch(named) or words.family.search(named):
        return False
    if words.acquainted.fullmatch(named):
        return True
    return bool(_PERSON.fullmatch(named)) and not words.nobody.search(named)


@lru_cache(maxsize=1)
def _words() -> _Words:
    raw: dict[str, Any] = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    filled = {name: _filled(row, raw["parts"]) for name, row in raw["patterns"].items()}
    return _Words(**{name: re.compile(row) for name, row in filled.items()})


def _filled(pattern: str, parts: dict[str, str]) -> str:
    for name, part in parts.items():
        pattern = pattern.replace(f"<{name}>", f"(?:{part})")
    return pattern
