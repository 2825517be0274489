"""Words in the middle of a talk: answered from the documents that the talk was about, where those speak of them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..understanding import STRICT, Evidence, Focus, focus_of, goes_on, is_question, names_something, subject
from .offline_bounds import names_held, years_held
from .offline_choosing import GAP, LOST, Asking, chosen_of, says
from .offline_conditions import fitting
from .offline_guides import Section, asks_how, left_open, sections, told_of
from .offline_lines import UNKNOWN, Line, lines, names_it
from .offline_parts import core, parts, plainly
from .offline_quotes import quoted, to_full_stop, with_next_step

# The share of what the words name that a section must hold; of what another document holds better, so much.
HELD, BETTER, WHOLLY = 0.6, 0.4, 0.9
_ADVERBS = re.compile(r"[再还也又就都才]|老是|总是|一直|几?(?:公里|米)")
_SHORT = 20
# 欠着税 is 欠税; how many years somebody lacks is no name.
_ASPECT = re.compile(r"(?<=[\u4e00-\u9fff])[着过](?=[\u4e00-\u9fff])")
_COUNTED = re.compile(r"(?:\d+(?:\.\d+)?|[一二三四五六七八九十两半]+)(?:周?岁|年|个?月|天|日|元|块|万|号)")
_REF = re.compile(r"\[(\d+)\]")


class Told(str):
    """Words from a document of the talk."""


class Open(str):
    """What a document of the talk says is not known."""


def in_talk(text: str, found: Mapping[str, Any], about: str = "") -> Told | Open | None:
    """What the documents of the talk tell of these words, the newest first; nothing where none speaks of it.

    `about` is what was spoken of.
    """
    talk = found.get("talk") or ()
    open_: Open | None = None
    for title in dict.fromkeys(str(each["title"]) for each in talk):
        said = _of_document([each for each in talk if each["title"] == title], text, found, about)
        if isinstance(said, Told):
            return said
        open_ = open_ or said
    return open_


def of_talk(reply: str, found: Mapping[str, Any]) -> bool:
    """Whether a reply quotes a document of the talk."""
    talk = {str(each["title"]) for each in found.get("talk") or ()}
    cited = {int(ref) for ref in _REF.findall(reply)}
    return any(each["ref"] in cited and each["title"] in talk for each in found.get("passages") or ())


def cited_titles(reply: str, found: Mapping[str, Any]) -> str:
    """The titles of what a reply quotes."""
    cited = {int(ref) for ref in _REF.findall(reply)}
    return "".join(sorted({str(each["title"]) for each in found.get("passages") or () if each["ref"] in cited}))


def leads(text: str, told: str, other: str) -> bool:
    """Whether the talk's answer comes before another: words that go on mean the talk, others what holds them best."""
    if goes_on(text):
        return True
    own = _own(plainly(text))
    return len(text) <= _SHORT and own.share((told, 1.0)) + BETTER >= own.share((other, 1.0))


def names_another(text: str, told: str, found: Mapping[str, Any]) -> bool:
    """Whether words name the thing of a document that the talk was not about: 护照怎么办 after the identity card.

    What the talk's document says is told all the same where it holds all that they name.
    """
    own = _own(plainly(text))
    if own.share((told, 1.0)) >= WHOLLY and len(text) <= _SHORT:
        return False
    talk = {str(each["title"]) for each in found.get("talk") or ()}
    first = next((str(each["title"]) for each in found.get("passages") or ()), "")
    named = own.share((first, 1.0))
    return first not in talk and named >= HELD and named > max((own.share((each, 1.0)) for each in talk), default=0.0)


def _own(question: str) -> Evidence:
    """What words name beside what they ask and count."""
    return Evidence(_own_words(question), ())


def _own_words(question: str) -> str:
    return _ADVERBS.sub(" ", _ASPECT.sub("", _COUNTED.sub(" ", core(question))))


def _of_document(
    passages: Sequence[Mapping[str, Any]], text: str, found: Mapping[str, Any], about: str
) -> Told | Open | None:
    only = {**found, "passages": list(passages), "expired": ()}
    clause = next((part for part in parts(text) if is_question(part.text)), None)
    question = clause.text if clause else plainly(text)
    focus = clause.focus if clause else focus_of(question)
    judged = lines(question, only, only["passages"], focus)
    if not judged:
        return None
    asking = Asking(question, f"{about} {question}".strip(), focus, text)
    whole = sections(judged, judged[0].title)
    chosen = _named(judged, asking) if names_something(_own_words(question)) else _unnamed(judged, whole, asking)
    if chosen and not (names_held(text, chosen[0]) and years_held(text, chosen[0], only)):
        return None
    if not chosen:
        return None
    said = quoted(to_full_stop(chosen, judged))
    if all(UNKNOWN.search(line.text) for line in chosen):
        return Open(with_next_step(said))
    return Told("\n".join(said))


def _named(judged: Sequence[Line], asking: Asking) -> list[Line]:
    """Where the words name something, the best sentence that holds it, with what belongs to it."""
    own = _own(asking.question)
    held = [
        line
        for line in judged
        if own.share((f"{line.heading}。{line.text}", 1.0), (line.title, 0.7)) >= HELD
        and own.gap(f"{line.title}，{line.heading}。{line.text}") < LOST
    ]
    told = next((line for line in held if says(asking.focus, asking.question, line)), None)
    told = told or next((line for line in held if UNKNOWN.search(line.text)), None)
    told = fitting(asking, judged, told)
    return chosen_of(told, judged, asking) if told else []


def _unnamed(judged: Sequence[Line], whole: Sequence[Section], asking: Asking) -> list[Line]:
    """Where they only ask for something of the thing: the section that tells it, or what is not known of it."""
    how = asks_how(asking.question, asking.focus)
    focus: Focus = "steps" if how else asking.focus
    named = [each for each in whole if each.beside() >= GAP > each.beside(asking.wanted) and each.tells(focus)]
    mine = named or [each for each in whole if each.beside() < GAP] or list(whole)
    if not how and focus != "steps":
        told = [line for line in judged if line.apt and says(focus, asking.question, line)]
        told += [line for line in judged if names_it(asking.question, line.heading, line.text) and line not in told]
        own = [line for line in told if any(line in each.lines for each in mine)] or told
        known = [line for line in own if not UNKNOWN.search(line.text)]
        if best := fitting(asking, judged, next(iter(known or own), None)):
            return chosen_of(best, judged, asking)
    if focus == "steps" and not how:
        return []
    if chosen := told_of(mine, focus):
        return chosen if focus not in STRICT or all(UNKNOWN.search(line.text) for line in chosen) else []
    return left_open(whole, focus)[:1] if not subject(_own_words(asking.question)) else []
