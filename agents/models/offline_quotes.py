"""How an answer quotes: which sentences around the best one, up to their full stop, each with its mark."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ..understanding import STRICT, Focus, fits
from .offline_lines import UNKNOWN, Line

LENGTH, LIST_LENGTH, _FEW = 300, 600, 5
# The share of a question that a sentence must hold to be of use for it, and that counts as most of it.
FIGURE, HALF = 0.4, 0.5
YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|\D|$)")
_CITY = "武汉"
# How a sentence that says what is not known names a figure.
_MONEY = re.compile(r"金额|收费|费用|缴费|标准|费率|额度|多少钱")
_ASPECTS: dict[Focus, re.Pattern[str]] = {
    "fee": _MONEY,
    "amount": _MONEY,
    "duration": re.compile(r"天数|时限|时间|期限|多久"),
}
_GOAL = re.compile(r"(到20\d\d年|力争|目标|打造|达到|推进|推动|建设|培育|实现|突破|要)")
_NEXT_STEP = re.compile(r"12345|12393|询问|拨打|咨询|请问")
_NOW = re.compile(r"(现在|目前|已经|截至|实际|完成了|如今|至今)")


def short_section(best: Line, judged: Sequence[Line], limit: int = LENGTH) -> list[Line]:
    """The whole section of the best sentence when it is short; nothing when it is long or made of parts."""
    section = sorted((line for line in judged if line.passage == best.passage), key=lambda line: line.order)
    short = len(section) <= _FEW and sum(len(line.text) for line in section) <= limit
    return section if short and not any(line.label for line in section) else []


def told_beside(best: Line, judged: Sequence[Line], focus: Focus) -> bool:
    """Whether the short section that says what is not known also tells something of what is asked."""
    beside = [line for line in short_section(best, judged) if not UNKNOWN.search(line.text)]
    return focus not in STRICT and any(line.share >= FIGURE and fits(focus, line.text) for line in beside)


def to_full_stop(chosen: Sequence[Line], judged: Sequence[Line]) -> list[Line]:
    """The sentences up to their full stop: what follows a semicolon belongs to them."""
    places = {line.place: line for line in judged}
    whole: dict[tuple[int, int], Line] = {}
    for line in chosen:
        at: Line | None = line
        while at is not None:
            whole.setdefault(at.place, at)
            goes_on = at.text.endswith(("；", ";")) and not at.listed
            at = places.get((at.passage, at.order + 1)) if goes_on else None
    return list(whole.values())


def local_first(chosen: list[Line], judged: Sequence[Line], focus: Focus, message: str) -> list[Line]:
    """Before a figure of the whole country comes what is not known of the city's own."""
    text = "".join(f"{line.heading}{line.text}" for line in chosen)
    aspect = _ASPECTS.get(focus)
    if aspect is None or _CITY in text:
        return chosen
    local = [
        line
        for line in judged
        if _CITY in line.text and UNKNOWN.search(line.text) and aspect.search(line.text)
        if (line.apt or line.own >= HALF) and _same_topic(line, chosen[0], message)
    ]
    said = next(iter(sorted(local, key=lambda line: not line.apt)), None)
    return [*to_full_stop([said], judged), *chosen] if said else chosen


def names(focus: Focus, text: str) -> bool:
    """Whether a sentence that says what is not known may speak of what is asked for: money, time."""
    aspect = _ASPECTS.get(focus)
    return aspect is None or aspect.search(text) is not None


def _same_topic(line: Line, told: Line, message: str) -> bool:
    return line.title == told.title or (_CITY in message and line.gap <= told.gap)


def enumerates(line: Line, focus: Focus) -> bool:
    """Whether one sentence alone lists what is asked for."""
    return focus == "list" and line.text.count("、") >= 2 and not line.listed


def whole_list(best: Line, judged: Sequence[Line]) -> list[Line]:
    """The section around the best sentence, in its order: a list is complete or it is not an answer."""
    kept = (line for line in judged if line.passage == best.passage and (line is best or not line.label))
    section = sorted(kept, key=lambda line: line.order)
    at = section.index(best)
    if best.listed:
        first = at
        while first > 0 and section[first - 1].listed:
            first -= 1
        first -= first > 0 and section[first - 1].text.endswith(("：", ":"))
        last = at
        while last + 1 < len(section) and section[last + 1].listed:
            last += 1
        chosen = section[first : last + 1]
    else:
        chosen = section if best.apt else section[at:]
    return within(chosen, LIST_LENGTH)


def with_next(best: Line, judged: Sequence[Line]) -> list[Line]:
    """The best sentence, and up to two right after it that stay on the subject."""
    section = {line.order: line for line in judged if line.passage == best.passage}
    chosen = [best]
    for order in sorted(order for order in section if order > best.order)[:2]:
        following = section[order]
        if following.own < 0.3 or following.listed != best.listed:
            break
        chosen.append(following)
    return within(chosen, LENGTH)


def within(chosen: Sequence[Line], limit: int) -> list[Line]:
    """The first sentences that together stay within so many characters."""
    kept: list[Line] = []
    for line in chosen:
        if kept and sum(len(each.text) for each in kept) + len(line.text) > limit:
            break
        kept.append(line)
    return kept


def has_room(chosen: Sequence[Line], more: Line) -> bool:
    """Whether one more sentence keeps the answer short."""
    return sum(len(line.text) for line in chosen) + len(more.text) <= LENGTH


def quoted(chosen: Sequence[Line]) -> list[str]:
    """The sentences with their marks; a heading is said once; what stands between semicolons is one sentence."""
    told: list[Line] = []
    for line in chosen:
        last = told[-1] if told else None
        goes_on = last and last.passage == line.passage and last.text.endswith(("；", ";")) and not last.listed
        if last and goes_on:
            told[-1] = replace(last, text=f"{last.text}{line.text}")
        else:
            told.append(line)
    before = ["", *(line.heading for line in told)]
    return [cited(line, line.heading != last) for line, last in zip(told, before, strict=False)]


def cited(line: Line, headed: bool = True) -> str:
    """The sentence with its mark; its heading before it when it does not say itself what it speaks of."""
    named = line.heading.strip()
    alone = headed and line.own < 0.3 and named and named not in line.text and not named.endswith(("？", "?"))
    led = f"{named}：{line.text}" if alone else line.text
    ended = led if led[-1] in "。！？；：" else f"{led}。"
    return f"{ended}[{line.ref}]"


def left_unsaid(question: str, chosen: Sequence[Line], focus: Focus) -> list[str]:
    """What the sentences do not say although it was asked."""
    text = "".join(line.text for line in chosen)
    notes = [f"我没有查到原文给这一项写明“{year}年”。" for year in YEAR.findall(question) if year not in text]
    if focus in STRICT and _NOW.search(question) and _GOAL.search(text):
        notes.append("我没有查到目前的完成情况。")
    return notes


def with_next_step(told: Sequence[str]) -> str:
    """What is said not to be known, and whom to ask, unless it says so."""
    text = "\n".join(told)
    return text if _NEXT_STEP.search(text) else f"{text}\n请拨打 12345 向主管部门核实。"
