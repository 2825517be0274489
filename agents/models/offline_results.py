"""Questions about a result just told: one of its rows is pointed at, or a fact of it is asked for.

What its record tells is answered by its own clauses, which cite it. What only a record could tell, and this one does
not, is said not to be known.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from langchain_core.messages import AIMessage

from knowledge import sentences
from tools import STAFF, Row

from ..context import LOOKUP
from ..toolbox import REFUSE
from ..understanding import (
    Facet,
    facet_of,
    is_question,
    names_something,
    ordinal,
    shared,
    subject,
    without_place_in_list,
)
from .offline_calls import call
from .offline_heard import Heard, Meant
from .offline_memory import Told
from .offline_words import not_recorded

LIKELY, SURE = 0.4, 0.75
# So many turns back a list can still be pointed at, and a row of it be named.
_POINTED, _NAMED = 6, 2
_LISTED = 5
HURRY, IT = "能不能加快", "这一点"
_SHORT = 24
_POINTER = re.compile(r"(?:那|这)(?:一)?(?:个|家|件|项|条|张|份|处|所)(?:的)?")
_THEIRS = re.compile(
    r"\d+(?:年|月|日|号|点)?|一?[点些]|他们?|她们?|它们?|这里|那里|那边|这边|你们?|里面|现在|还|都|也|有|没有|没得|是|的|吗|了"
)
# What asks for all of it.
_WHOLE = re.compile(r"(?:是|现在)?(?:什么|啥|么)情况|(?:怎么|么)样|怎么回事|(?:是|叫)(?:什么|啥|哪个?)$")
_APART = re.compile(r"[，,。；;！!？?\s]+")
_ENDS = re.compile(r"[。；\n]")
_COMMA = re.compile(r"，(?![^（]*）)")
_OF_LIST = re.compile(
    r"^(?:\d{1,2}[.、]\s*)?(?P<name>[^，；。：:\n]{2,40}?)(?:[，：:]|（(?!演示))(?P<said>.+?)[；。]?$"
)
_HOTLINE = re.compile(r"(?<!\d)12\d{3}(?!\d)")


@dataclass(frozen=True)
class Pointed:
    """A row of a result, and whether words point at it (第二个, 食品那个) rather than only name it."""

    told: Told
    row: Row
    plainly: bool


def told_of_it(heard: Heard, meant: Meant) -> AIMessage | None:
    """The clauses of a result that tell what is asked for."""
    facet = _wanted(heard, meant)
    if facet is None:
        return None
    pointed = _pointed(heard)
    told = pointed.told if pointed else _fresh(heard, facet)
    if told is None:
        return None
    rows = (pointed.row,) if pointed else told.rows
    lines = [_line(row, said) for row in rows[:_LISTED] if (said := _clauses(row.said, facet))]
    if not lines and (pointed is None or len(told.rows) == 1):
        lines = _whole(_said(told.say), facet)
    return AIMessage(_cited("\n".join(lines), told)) if lines else None


def resumed(heard: Heard, meant: Meant, known: Callable[[], bool]) -> AIMessage | None:
    """What is pointed at is told whole; or the question is put again by its name, or said not to be known.

    `known` tells whether the passages answer it.
    """
    if heard.restated or heard.waiting or _acts(heard, meant):
        return None
    facet, pointed = facet_of(heard.text), _pointed(heard)
    if pointed and pointed.plainly:
        rest = _WHOLE.sub(" ", _POINTER.sub(" ", without_place_in_list(heard.text))).strip()
        if facet and facet.own:
            return _unknown(heard, facet, pointed.told, pointed.row.name)
        if facet is None and not subject(_THEIRS.sub(" ", rest)):
            return AIMessage(_cited(_line(pointed.row, pointed.row.said.rstrip("。")), pointed.told))
        return call(LOOKUP, {"query": f"{pointed.row.name}{rest}"}, heard.text) if LOOKUP in heard.specs else None
    told = _fresh(heard, facet) if facet and not pointed else None
    if facet is None or told is None or _names_beside(heard.text, facet) or _other(heard, meant, told):
        return None
    return None if not facet.own and known() else _unknown(heard, facet, told)


def nowhere(heard: Heard) -> AIMessage | None:
    """That neither the row whose name the question was put by nor the passages say it."""
    for told in heard.memory.results:
        for row in _rows(told):
            if heard.text.startswith(row.name):
                return _unknown(heard, facet_of(heard.text), told, row.name)
    return None


def _wanted(heard: Heard, meant: Meant) -> Facet | None:
    """What a message asks of a result, if it may ask anything of one."""
    if heard.restated or heard.waiting or len(heard.text) > _SHORT or _acts(heard, meant):
        return None
    return facet_of(heard.text)


def _acts(heard: Heard, meant: Meant) -> bool:
    """Whether something is rather to be done than told."""
    if meant.tool is None or heard.specs[meant.tool].effect != "write":
        return False
    facet = facet_of(heard.text)
    if facet is not None and facet.own and not _names_beside(heard.text, facet) and facet.name != HURRY:
        return False
    return meant.score >= (SURE if is_question(heard.text) else LIKELY)


def _other(heard: Heard, meant: Meant, told: Told) -> bool:
    """Whether another tool is rather meant."""
    return meant.tool not in (None, told.tool) and meant.score >= SURE


def _pointed(heard: Heard) -> Pointed | None:
    """The row that is pointed at by its place in a list, or named."""
    place = ordinal(heard.text)
    for told in heard.memory.results:
        rows = _rows(told)
        if place is not None and len(rows) > 1 and told.age <= _POINTED:
            return Pointed(told, rows[place - 1 if place > 0 else -1], True) if -1 <= place <= len(rows) else None
        if place is None and told.rows and told.age <= _NAMED:
            return _named(heard.text, told, told.rows)
    return None


def _named(text: str, told: Told, rows: Sequence[Row]) -> Pointed | None:
    """The one row whose name the message shares."""
    held = {row.name: len(shared(text, [row.name])) for row in rows}
    best = max(rows, key=lambda row: held[row.name])
    others = max((held[row.name] for row in rows if row is not best), default=0)
    if held[best.name] < 2 or held[best.name] <= others:
        return None
    return Pointed(told, best, bool(_POINTER.search(text)))


def _fresh(heard: Heard, facet: Facet) -> Told | None:
    """The latest result, when the message can be about it: it names nothing that this does not speak of."""
    told = next((each for each in heard.memory.results if each.fresh), None)
    if told is None or ordinal(heard.text) is not None:
        return None
    beside = _beside(heard.text, facet)
    return told if not names_something(beside) or shared(beside, [told.say]) else None


def _names_beside(text: str, facet: Facet) -> bool:
    return names_something(_beside(text, facet))


def _beside(text: str, facet: Facet) -> str:
    """What the clauses that ask name beside what they ask for."""
    asking = [each for each in _APART.split(text) if facet.asks.search(each)] or [text]
    beside = [_THEIRS.sub(" ", facet.asks.sub(" ", each)) for each in asking]
    return "" if any(not names_something(each) for each in beside) else " ".join(beside)


def _line(row: Row, said: str) -> str:
    return f"{row.name}{'，' if '：' in said else '：'}{said}。"


def _rows(told: Told) -> list[Row]:
    """The rows of a result, as its tool names them; else as its words list them."""
    if told.rows:
        return list(told.rows)
    found = [_OF_LIST.match(line.strip()) for line in told.say.splitlines() if line.strip().endswith(("；", "。"))]
    rows = [Row(each["name"], f"{each['said']}。") for each in found if each]
    return rows if len(rows) > 1 else []


def _clauses(said: str, facet: Facet) -> str:
    """The clauses of a record that tell it; what follows a label (需要补正：…) belongs to it."""
    kept: list[str] = []
    for sentence in _ENDS.split(said):
        parts: list[str] = []
        for clause in _COMMA.split(sentence):
            if parts and "：" in parts[-1] and "：" not in clause:
                parts[-1] += f"，{clause}"
            elif clause:
                parts.append(clause)
        kept += [part for part in parts if facet.tells.search(part)]
    return "，".join(kept)


def _whole(said: Sequence[str], facet: Facet) -> list[str]:
    """The sentences that tell it; a list after a label (材料：…；…；…。) is told to its end."""
    kept: list[str] = []
    listing = False
    for sentence in said:
        listing = facet.tells.search(sentence) is not None or (listing and "：" not in sentence)
        kept += [sentence] if listing else []
        listing = listing and "：" in "".join(kept[-_LISTED:]) and sentence.endswith("；")
    return kept


def _cited(text: str, told: Told) -> str:
    """Each sentence with its mark."""
    return "\n".join(f"{sentence}[{told.ref}]" for sentence in _said(text))


def _said(say: str) -> list[str]:
    return [say[span.start : span.end].strip() for span in sentences(say)]


def _unknown(heard: Heard, facet: Facet | None, told: Told, name: str = "") -> AIMessage:
    """That the record does not say it, and whom to ask."""
    staff = bool(heard.context and STAFF & frozenset(heard.context.roles))
    channel = next(iter(_HOTLINE.findall(told.say)), "12345")
    text = _cited(not_recorded(facet.name if facet else IT, name, None if staff else channel), told)
    return (
        call(REFUSE, {"reason": "no_evidence", "text": text}, heard.text) if REFUSE in heard.specs else AIMessage(text)
    )
