"""Answers from passages: the sentences that answer the question, verbatim, cited; or why there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..understanding import STRICT, Evidence, Focus, fits, focus_of, names_something, subject
from .offline_bounds import foreign, names_held, other_kind, years_held
from .offline_choosing import (
    ANSWERED,
    CLOSE,
    GAP,
    LOST,
    Asking,
    answering,
    bare_of_channels,
    chosen_of,
    counts,
    headed,
)
from .offline_conditions import fitting
from .offline_guides import asks_how, guided
from .offline_lines import UNKNOWN, Line, lines
from .offline_parts import Part, core, joined, parts, plainly, rest
from .offline_quotes import (
    HALF,
    LENGTH,
    LIST_LENGTH,
    YEAR,
    cited,
    left_unsaid,
    local_first,
    names,
    quoted,
    to_full_stop,
    told_beside,
    with_next_step,
    within,
)

# Below `ANSWERED` a question counts as not answered here; down to `NEAR` the nearest passage is pointed at. From
# `RELATED` on the rules of the likely document are told although no sentence says the very thing. docs/agents.md says
# what that costs either way.
NEAR, RELATED = 0.14, 0.4
# What a passage that is only pointed at must hold of what the question names.
POINTED = 0.5
_NAMED = 24
HEDGE = "没有查到专门写这一点的内容，有关的规定是："
_NOT_FOUND = "我在现有资料里没有找到能回答这个问题的依据，不能乱说。您可以换个说法再问，或拨打 12345 向主管部门核实。"
_NOT_HERE = "没有找到直接回答这个问题的内容，资料里最接近的是"
_ASK_ON = "如果不是您要问的，请换个说法再问，或拨打 12345 核实。"
_SIDES = re.compile(
    r"(?P<a>[^，,。？?]{2,20}?)(?:和|跟|与|同|、|还是|比起?)(?P<b>[^，,。？?]{2,20}?)(?:之间|有|的|是|哪|怎么|到底|区别|不同|差|一样|算|[？?]|$)"
)

_JOINED = re.compile(
    r"^(?P<a>[^，,。？?]{2,24}?)(?:和|与|跟|以及|还有)(?P<b>[^，,。？?]{2,24}?)(?P<ask>(?:的目标)?(?:分别|各|都|一共)?(?:是|要|有|达到)?(?:多少|几|怎么|什么|在哪).*)$"
)


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, in words for the citizen."""

    reason: str
    text: str


_NOTHING = Refusal("no_evidence", _NOT_FOUND)


def answer(question: str, found: Mapping[str, Any], about: str | None = None, like: str | None = None) -> str | Refusal:
    """The reply to a question from one look-up's result: text with [ref] marks, or a refusal.

    `about` is what the question is about when its own words do not say (那要多少钱？); `like` is the question
    whose kind it shares (那智能工厂呢？).
    """
    plain = plainly(question)
    whole = _answer(Asking(plain, about or plain, focus_of(like or plain), plain), found)
    if about is not None or like is not None:
        return whole
    return _both_sides(plain, found, whole) or _by_parts(question, found, whole)


def _both_sides(question: str, found: Mapping[str, Any], whole: str | Refusal) -> str | None:
    """A和B各是多少: each of the two."""
    if not (sides := _JOINED.match(question)):
        return None
    one, other = sides.group("a"), sides.group("b")
    if (first := YEAR.fullmatch(one.rstrip("年度"))) and (second := YEAR.search(other)):
        one = other.replace(second.group(1), first.group(1))
    elif isinstance(whole, str):
        return None
    asked = [f"{side}{sides.group('ask')}" for side in (one, other)]
    halves = [_answer(Asking(each, each, focus_of(question), each), found) for each in asked]
    said = [half for half in halves if isinstance(half, str)]
    if len(said) < len(halves):
        return None
    return joined([*said, whole] if isinstance(whole, str) else said)


def _by_parts(question: str, found: Mapping[str, Any], whole: str | Refusal) -> str | Refusal:
    """Every asking answered from its best section, one after another; what is not found is said of that one alone."""
    asked = parts(question)
    if len(asked) == 1 and isinstance(whole, str) and not whole.startswith(HEDGE):
        only = asked[0]
        if only.text == plainly(question) or (_speaks(only, whole) and not asks_how(only.text, only.focus)):
            return whole
        instead = _part(plainly(question), only, found, LENGTH)
        better = isinstance(instead, str) and _speaks(only, instead) and not _minds_lead(question, only, whole, instead)
        return instead if better else whole
    if len(asked) == 1 and isinstance(whole, str):
        instead = _part(plainly(question), asked[0], found, LENGTH)
        if _minds_lead(question, asked[0], whole, instead if isinstance(instead, str) else instead.text):
            return whole
    room = min(LENGTH, LIST_LENGTH // len(asked))
    replies = [_part(plainly(question), part, found, room) for part in asked]
    told = [reply for reply in replies if isinstance(reply, str)]
    if not told and not any(UNKNOWN.search(reply.text) for reply in replies if isinstance(reply, Refusal)):
        return whole
    said = []
    for part, reply in zip(asked, replies, strict=True):
        if isinstance(reply, str) or UNKNOWN.search(reply.text):
            said.append(reply if isinstance(reply, str) else reply.text)
        elif not any(_tells(part, line) for each in told for line in each.splitlines()):
            said.append(f"“{part.said}”这一点我没有查到，请拨打 12345 核实。")
    return joined(said) if told else Refusal("no_evidence", joined(said))


def _minds_lead(question: str, part: Part, whole: str, instead: str) -> bool:
    """Whether the answer to the whole message minds more of what is told before the clause that asks: 我是个体户，…."""
    told = Evidence(core(plainly(question).replace(part.text, "")), ())
    return told.share((whole, 1.0)) > told.share((instead, 1.0))


def _speaks(part: Part, reply: str) -> bool:
    """Whether a reply speaks of what the clause that asks names, if it names anything."""
    if not part.stands or not asks_how(part.text, part.focus):
        return True
    return Evidence(core(part.text), ()).share((reply, 1.0)) >= HALF


def _part(message: str, part: Part, found: Mapping[str, Any], room: int) -> str | Refusal:
    """The reply to one asking: of the ways to word what it is about, the first that has an answer."""
    open_: Refusal | None = None
    ways = [Asking(part.text, each, part.focus, message) for each in (f"{part.topic}，{part.text}", part.topic)]
    if part.topic == part.text:
        ways = [Asking(part.text, part.text, part.focus, message)]
    elif part.stands:
        ways.insert(0, Asking(part.text, part.text, part.focus, message, part.topic if part.narrow else ""))
    if len(ways) > 1:
        ways[-1] = replace(ways[-1], leaning=True)
        ways += [Asking(part.text, part.text, part.focus, message)] if part.stands else []
    for way in ways:
        reply = _answer(replace(way, room=room), found)
        if isinstance(reply, str) and not reply.startswith(HEDGE) and _speaks(part, reply):
            return reply
        if isinstance(reply, Refusal) and UNKNOWN.search(reply.text) and names(part.focus, reply.text):
            open_ = open_ or reply
    return open_ or _NOTHING


def _tells(part: Part, line: str) -> bool:
    """Whether a line that is told for another asking answers this one as well."""
    bare = bare_of_channels(line)
    own = rest(part.text)
    held = not subject(own) or Evidence(own, ()).share((line, 1.0)) >= HALF
    return held and fits(part.focus, bare) and counts(part.text, bare)


def _answer(asking: Asking, found: Mapping[str, Any]) -> str | Refusal:
    question, focus = asking.question, asking.focus
    judged = _judged(asking.wanted, found, focus, asked=question)
    if judged and foreign(asking.message, judged[0]):
        return _NOTHING
    if not judged or judged[0].sure < ANSWERED:
        return _expired(asking.wanted, found, judged) or _nearest(judged, asking)
    if focus == "comparison" and (said := _compared(question, found)):
        return said
    best = headed(judged, asking) if asking.leaning else answering(judged, focus, question)
    case = fitting(asking, judged, best)
    best = case if focus in STRICT else best
    if told := guided(judged, question, focus, best):
        return _told(told, asking, found)
    if best is None and focus not in STRICT and judged[0].sure >= RELATED and not UNKNOWN.search(judged[0].text):
        return _related(judged)
    if best is None:
        return _nearest(judged, asking)
    if not _holds(asking, best, found) or not _of_it(question, focus, best, judged):
        return _NOTHING
    if note := other_kind(asking.wanted, best):
        return Refusal("no_evidence", with_next_step([note, *quoted(to_full_stop([best], judged))]))
    if UNKNOWN.search(best.text) and focus not in ("list", "definition") and not told_beside(best, judged, focus):
        return Refusal("no_evidence", with_next_step(quoted(to_full_stop([best], judged))))
    chosen = local_first(chosen_of(best, judged, asking), judged, focus, asking.message)
    chosen += [case] if case and case.place not in {line.place for line in chosen} else []
    return "\n".join([*quoted(chosen), *left_unsaid(question, chosen, focus)])


def _of_it(question: str, focus: Focus, line: Line, judged: Sequence[Line]) -> bool:
    """Whether a line with a figure speaks of what the question names, where a heading of another document does."""
    own = core(question)
    if focus not in STRICT or not names_something(own):
        return True
    named = Evidence(own, ())
    others = {each.heading for each in judged if each.title != line.title}
    elsewhere = any(named.share((heading, 1.0)) >= CLOSE for heading in others)
    return not elsewhere or named.share((f"{line.title}，{line.heading}。{line.text}", 1.0)) > 0


def _told(chosen: Sequence[Line], asking: Asking, found: Mapping[str, Any]) -> str | Refusal:
    """What a guide tells as a whole; where it only says what is not known, that is a refusal."""
    if not all(names_held(asking.message, line) and years_held(asking.message, line, found) for line in chosen[:1]):
        return _NOTHING
    said = quoted(to_full_stop(chosen, chosen))
    if all(UNKNOWN.search(line.text) for line in chosen):
        return Refusal("no_evidence", with_next_step(said))
    return "\n".join(said)


def _holds(asking: Asking, best: Line, found: Mapping[str, Any]) -> bool:
    """Whether the best sentence is about the place, the names, the years and the topic of the whole message."""
    message, text = asking.message, f"{best.title}，{best.heading}。{best.text}"
    if asking.leaning and not (best.apt and Evidence(core(asking.question), ()).gap(text) < GAP):
        return False
    if asking.topic and Evidence(core(asking.topic), ()).share((text, 1.0)) <= HALF:
        return False
    return not foreign(message, best) and names_held(message, best) and years_held(message, best, found)


def covers(question: str, found: Mapping[str, Any]) -> float:
    """How well the passages answer a question, in [0, 1]."""
    judged = _judged(question, found, focus_of(question))
    return judged[0].sure if judged else 0.0


def _judged(
    question: str, found: Mapping[str, Any], focus: Focus, among: str = "passages", asked: str | None = None
) -> list[Line]:
    listed: Sequence[Mapping[str, Any]] = found.get(among) or ()
    return lines(question, found, listed, focus, asked) if listed and subject(question) else []


def _unknown(judged: Sequence[Line]) -> Line | None:
    return next((line for line in judged[:3] if line.sure >= ANSWERED and UNKNOWN.search(line.text)), None)


def _related(judged: Sequence[Line]) -> str:
    """The section of the best sentence, said to be related only."""
    section = sorted((line for line in judged if line.passage == judged[0].passage), key=lambda line: line.order)
    told = [judged[0], *(line for line in section if line is not judged[0])]
    kept = sorted(within(told, LENGTH), key=lambda line: line.order)
    return HEDGE + "\n".join(quoted(kept))


def _compared(question: str, found: Mapping[str, Any]) -> str | None:
    """Both sides of a comparison, each with its own sentence; one sentence that holds both comes first."""
    sides = _SIDES.search(question)
    if sides is None:
        return None
    said: list[Line] = []
    judged = both = _judged(question, found, "comparison")
    if both and both[0].own >= 0.7:
        said.append(both[0])
    for side in (sides.group("a"), sides.group("b")):
        best = next((line for line in _judged(side, found, "definition") if line.own >= 0.6), None)
        if best is None:
            return None if not said else "\n".join(quoted(to_full_stop(said, judged)))
        if best.place not in {line.place for line in said}:
            said.append(best)
    return "\n".join(quoted(to_full_stop(within(said, LIST_LENGTH), judged)))


def _expired(question: str, found: Mapping[str, Any], judged: Sequence[Line]) -> Refusal | None:
    listed = found.get("expired") or ()
    old = _judged(question, found, focus_of(question), "expired")
    if not old or old[0].share < CLOSE or (judged and judged[0].share >= old[0].share):
        return None
    first = next(each for each in listed if int(each["ref"]) == old[0].ref)
    since = f"，自 {first['since']} 起不再有效" if first.get("since") else ""
    by = f"，已由《{first['by'].strip('《》')}》代替" if first.get("by") else ""
    text = f"查到的《{first['title']}》已经失效{since}{by}，不能作为现在的依据。[{first['ref']}]\n"
    return Refusal("expired", f"{text}请拨打 12345 了解现行规定。")


def _nearest(judged: Sequence[Line], asking: Asking) -> Refusal:
    """A refusal that quotes the nearest sentence, if it shares the thing asked about; no figure of another thing."""
    if unknown := _unknown(judged):
        return Refusal("no_evidence", with_next_step([cited(unknown)]))
    if not judged or judged[0].sure < NEAR:
        return _NOTHING
    first, own = judged[0], Evidence(core(asking.question), ())
    about = f"{first.title}，{first.heading}。{first.text}"
    shared = own.share((about, 1.0)) >= POINTED and own.gap(about) < LOST
    figure = asking.focus in STRICT and not first.apt and fits(asking.focus, bare_of_channels(first.text))
    if not shared or figure or len(first.text) > LENGTH // 2:
        return _NOTHING
    where = f"《{first.title}》" + (f"的“{first.heading}”" if len(first.heading) <= _NAMED else "")
    return Refusal("no_evidence", f"{_NOT_HERE}{where}：{first.text.rstrip('。；')}。[{first.ref}]\n{_ASK_ON}")
