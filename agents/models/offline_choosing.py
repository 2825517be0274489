"""Which sentence of the likely document answers, and what is quoted with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..understanding import STRICT, Focus, fits, focuses_of, subject
from .offline_lines import UNKNOWN, Line, names_it
from .offline_parts import core
from .offline_quotes import (
    FIGURE,
    HALF,
    LENGTH,
    enumerates,
    has_room,
    short_section,
    to_full_stop,
    whole_list,
    with_next,
)

# Below this a question counts as not answered here.
ANSWERED = 0.25
# From here on a question in the middle of something else is taken to be one for the knowledge base.
COVERED, SURELY = 0.5, 0.6
# A figure is given only for the very thing that was asked for; any sentence only if it leaves little of it unsaid.
CLOSE, SAME, GAP = 0.6, 0.65, 2
# How much may be left unsaid, how near in meaning is near, and what a heading must hold of the topic it leans on.
LOST, ALIKE, NAMED = 3, 0.5, 0.2
_LISTS: frozenset[Focus] = frozenset(("materials", "steps", "conditions", "list"))
# What a guide has one section for, so that its heading tells more than its words.
_BY_SECTION: frozenset[Focus] = frozenset(("materials", "conditions", "place", "who"))
# How long and until when: a heading says it as surely as the sentence under it.
_TIMED: frozenset[Focus] = frozenset(("duration", "validity", "when"))
_SHORT: frozenset[Focus] = STRICT | {"place", "who"}
# What a figure counts, by the words that ask for it, and how that is written.
_UNITS = (
    (
        re.compile(r"(多少|几)个?工作日|(多少|几)天"),
        re.compile(r"(\d|[一二三四五六七八九十百半])\s*个?(工作日|自然日|天|日)"),
    ),
    (re.compile(r"(多少|几)岁"), re.compile(r"(\d|[一二三四五六七八九十])\s*周?岁")),
    (re.compile(r"(多少|几)年"), re.compile(r"(\d|[一二三四五六七八九十])\s*年|长期")),
    (re.compile(r"(多少|几)个月"), re.compile(r"(\d|[一二三四五六七八九十])\s*个月")),
    (re.compile(r"百分之(多少|几)|比例是?多少|几个点|几成"), re.compile(r"%|百分之|成")),
    (
        re.compile(
            r"多少(钱|元|块|万元?[吧呢呀？?]?$)|几块钱|"
            r"(费|工资|津贴|补贴|租金|押金|限额|额度|标准|发|领|赔|贷|报|报销|罚|罚款)(用|要|是|能|要交|得)?多少[吧呢呀？?]?$"
        ),
        re.compile(r"元|%|倍|免|不收"),
    ),
)
# Hotlines and the numbers of laws are no answer to "how much".
_CHANNELS = re.compile(
    r"任务\d+|K\d+|第\d+项|12345|12393|12333|12329|（[^）]*(《|〔)[^）]*）|第[一二三四五六七八九十百零\d]+条"
)


@dataclass(frozen=True)
class Asking:
    """A question, the words that it is judged by, what it asks for, the message that holds it.

    `topic` must be spoken of as well; one that is only `leaning` has no words of its own: a heading must name
    what it asks for. A section of up to `room` characters is quoted whole.
    """

    question: str
    wanted: str
    focus: Focus
    message: str
    topic: str = ""
    leaning: bool = False
    room: int = LENGTH


def answering(judged: Sequence[Line], focus: Focus, question: str) -> Line | None:
    """The best sentence; where a figure is asked for, the best that has one, or that says it is not known."""
    good = [line for line in judged if line.sure >= ANSWERED]
    named = focus != "phone" and len("".join(subject(core(question)))) >= GAP
    if focus in STRICT:
        near = [line for line in good if line.share >= 0.8 * judged[0].share and _close(line)]
        apt = [
            line
            for line in good
            if line.apt
            and line.title == judged[0].title
            and line.sure >= COVERED
            and (line.share >= NAMED or (line.left < GAP and named))
            and min(line.gap, line.left + (0 if focus in _TIMED and line.sure >= SURELY else 2)) <= LOST
        ]
        exact = [line for line in apt if line.left < GAP and not (near and near[0].apt)]
        told = (
            line
            for line in (*exact, *near, *apt)
            if fits(focus, bare := bare_of_channels(line.text)) and counts(question, bare)
        )
        return next(told, None) or next((line for line in (*near, *apt) if UNKNOWN.search(line.text)), None)
    headed = (line for line in good if line.apt and line.title == judged[0].title and judged[0].sure >= COVERED)
    section = next((line for line in headed if line.left < GAP), None)
    if section is not None and (focus in _BY_SECTION or names_it(question, section.heading, section.text)):
        return section
    nearest = (line for line in good[:3] if line.gap < LOST or line.share >= HALF or line.alike >= ALIKE)
    return next(nearest, section)


def headed(judged: Sequence[Line], asking: Asking) -> Line | None:
    """The best sentence of the likely document under a heading that names what is asked for."""
    sure = (
        line
        for line in judged
        if line.apt and line.title == judged[0].title and line.sure >= ANSWERED and line.share >= NAMED
    )
    told = (line for line in sure if says(asking.focus, asking.question, line) or UNKNOWN.search(line.text))
    return next(told, None)


def says(focus: Focus, question: str, line: Line) -> bool:
    """Whether a sentence has the shape of the figure that is asked for, if one is."""
    bare = bare_of_channels(line.text)
    return focus not in STRICT or (fits(focus, bare) and counts(question, bare))


def counts(question: str, text: str) -> bool:
    """Whether a text counts what the question asks to be counted: days, years of age, money."""
    return all(written.search(text) for asked, written in _UNITS if asked.search(question))


def _close(line: Line) -> bool:
    """Whether a sentence is about the very thing: little is left unsaid, or hardly anything."""
    return line.share >= SAME or (line.share >= (FIGURE if line.gap < GAP else CLOSE) and line.gap <= GAP)


def bare_of_channels(text: str) -> str:
    """A text without hotlines and the numbers of laws."""
    return _CHANNELS.sub("", text)


def chosen_of(best: Line, judged: Sequence[Line], asking: Asking) -> list[Line]:
    """What is quoted with the best sentence: its short section, its list, what follows; other askings of the clause."""
    question, focus = asking.question, asking.focus
    if short := short_section(best, judged, asking.room):
        chosen = short
    elif focus in _LISTS and not enumerates(best, focus):
        chosen = whole_list(best, judged)
    elif focus in _SHORT:
        chosen = [best]
    else:
        chosen = with_next(best, judged)
    for other in focuses_of(question):
        more = answering(judged, other, question) if other != focus else None
        known = {line.place for line in chosen}
        if more and more.place not in known and fits(other, more.text) and has_room(chosen, more):
            chosen.append(more)
    return to_full_stop(chosen, judged)
