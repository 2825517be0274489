"""Answers from passages: the sentences that answer the question, verbatim, cited; or why there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from tools import other_places

from ..understanding import STRICT, Evidence, Focus, fits, focus_of, focuses_of, subject
from .offline_lines import UNKNOWN, Line, lines, names_it
from .offline_parts import Part, core, joined, parts, plainly, rest
from .offline_quotes import (
    FIGURE,
    HALF,
    LENGTH,
    LIST_LENGTH,
    YEAR,
    cited,
    enumerates,
    has_room,
    left_unsaid,
    local_first,
    names,
    quoted,
    short_section,
    to_full_stop,
    told_beside,
    whole_list,
    with_next,
    with_next_step,
    within,
)

# Below the first a question counts as not answered here; down to the second the nearest passage is pointed at. From the
# third on the rules of the likely document are told although no sentence says the very thing. docs/agents.md says what
# that costs either way.
ANSWERED, NEAR, RELATED = 0.25, 0.14, 0.4
# From here on a question in the middle of something else is taken to be one for the knowledge base.
COVERED, SURELY = 0.5, 0.6
# A figure is given only for the very thing that was asked for; any sentence only if it leaves little of it unsaid.
CLOSE, SAME, GAP = 0.6, 0.65, 2
# How much may be left unsaid, how near in meaning is near, and what a heading must hold of the topic it leans on.
LOST, ALIKE, NAMED = 3, 0.5, 0.2
_NAMED = 24
HEDGE = "没有查到专门写这一点的内容，有关的规定是："
_NOT_FOUND = "我在现有资料里没有找到能回答这个问题的依据，不能乱说。您可以换个说法再问，或拨打 12345 向主管部门核实。"
_NOT_HERE = "没有找到直接回答这个问题的内容，资料里最接近的是"
_ASK_ON = "如果不是您要问的，请换个说法再问，或拨打 12345 核实。"
_BORN = re.compile(r"(?:19|20)\d{2}年?(?:\d+月)?(?:份|底|初)?(?:出生|生)")
_RANGE = re.compile(r"((?:19|20)\d{2})\s*[—–~至到-]+\s*((?:19|20)\d{2})")
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
    for way in ways:
        reply = _answer(replace(way, room=room), found)
        if isinstance(reply, str) and not reply.startswith(HEDGE):
            return reply
        if isinstance(reply, Refusal) and UNKNOWN.search(reply.text) and names(part.focus, reply.text):
            open_ = open_ or reply
    return open_ or _NOTHING


def _tells(part: Part, line: str) -> bool:
    """Whether a line that is told for another asking answers this one as well."""
    bare = _bare_of_channels(line)
    own = rest(part.text)
    held = not subject(own) or Evidence(own, ()).share((line, 1.0)) >= HALF
    return held and fits(part.focus, bare) and _counts(part.text, bare)


def _answer(asking: Asking, found: Mapping[str, Any]) -> str | Refusal:
    question, focus = asking.question, asking.focus
    judged = _judged(asking.wanted, found, focus, asked=question)
    if judged and _foreign(asking.message, judged[0]):
        return _NOTHING
    if not judged or judged[0].sure < ANSWERED:
        return _expired(asking.wanted, found, judged) or _nearest(judged, focus)
    if focus == "comparison" and (said := _compared(question, found)):
        return said
    best = _headed(judged, asking) if asking.leaning else _answering(judged, focus, question)
    if best is None and focus not in STRICT and judged[0].sure >= RELATED and not UNKNOWN.search(judged[0].text):
        return _related(judged)
    if best is None:
        return _nearest(judged, focus)
    if not _holds(asking, best, found):
        return _NOTHING
    if UNKNOWN.search(best.text) and focus not in ("list", "definition") and not told_beside(best, judged, focus):
        return Refusal("no_evidence", with_next_step(quoted(to_full_stop([best], judged))))
    chosen = local_first(_chosen(best, judged, asking), judged, focus, asking.message)
    return "\n".join([*quoted(chosen), *left_unsaid(question, chosen, focus)])


def _holds(asking: Asking, best: Line, found: Mapping[str, Any]) -> bool:
    """Whether the best sentence is about the place, the names, the years and the topic of the whole message."""
    message, text = asking.message, f"{best.title}，{best.heading}。{best.text}"
    if asking.leaning and not (best.apt and Evidence(core(asking.question), ()).gap(text) < GAP):
        return False
    if asking.topic and Evidence(core(asking.topic), ()).share((text, 1.0)) <= HALF:
        return False
    return not _foreign(message, best) and _names_held(message, best) and _years_held(message, best, found)


def covers(question: str, found: Mapping[str, Any]) -> float:
    """How well the passages answer a question, in [0, 1]."""
    judged = _judged(question, found, focus_of(question))
    return judged[0].sure if judged else 0.0


def _judged(
    question: str, found: Mapping[str, Any], focus: Focus, among: str = "passages", asked: str | None = None
) -> list[Line]:
    listed: Sequence[Mapping[str, Any]] = found.get(among) or ()
    return lines(question, found, listed, focus, asked) if listed and subject(question) else []


def _answering(judged: Sequence[Line], focus: Focus, question: str) -> Line | None:
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
            if fits(focus, bare := _bare_of_channels(line.text)) and _counts(question, bare)
        )
        return next(told, None) or next((line for line in (*near, *apt) if UNKNOWN.search(line.text)), None)
    headed = (line for line in good if line.apt and line.title == judged[0].title and judged[0].sure >= COVERED)
    section = next((line for line in headed if line.left < GAP), None)
    if section is not None and (focus in _BY_SECTION or names_it(question, section.heading, section.text)):
        return section
    nearest = (line for line in good[:3] if line.gap < LOST or line.share >= HALF or line.alike >= ALIKE)
    return next(nearest, section)


def _headed(judged: Sequence[Line], asking: Asking) -> Line | None:
    """The best sentence of the likely document under a heading that names what is asked for."""
    sure = (
        line
        for line in judged
        if line.apt and line.title == judged[0].title and line.sure >= ANSWERED and line.share >= NAMED
    )
    told = (line for line in sure if _says(asking.focus, asking.question, line) or UNKNOWN.search(line.text))
    return next(told, None)


def _says(focus: Focus, question: str, line: Line) -> bool:
    bare = _bare_of_channels(line.text)
    return focus not in STRICT or (fits(focus, bare) and _counts(question, bare))


def _counts(question: str, text: str) -> bool:
    """Whether a text counts what the question asks to be counted: days, years of age, money."""
    return all(written.search(text) for asked, written in _UNITS if asked.search(question))


def _close(line: Line) -> bool:
    """Whether a sentence is about the very thing: little is left unsaid, or hardly anything."""
    return line.share >= SAME or (line.share >= (FIGURE if line.gap < GAP else CLOSE) and line.gap <= GAP)


def _bare_of_channels(text: str) -> str:
    return _CHANNELS.sub("", text)


def _names_held(question: str, line: Line) -> bool:
    return Evidence(question, ()).names_held(f"{line.title} {line.heading} {line.text}")


def _unknown(judged: Sequence[Line]) -> Line | None:
    return next((line for line in judged[:3] if line.sure >= ANSWERED and UNKNOWN.search(line.text)), None)


def _chosen(best: Line, judged: Sequence[Line], asking: Asking) -> list[Line]:
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
        more = _answering(judged, other, question) if other != focus else None
        known = {line.place for line in chosen}
        if more and more.place not in known and fits(other, more.text) and has_room(chosen, more):
            chosen.append(more)
    return to_full_stop(chosen, judged)


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


def _years_held(question: str, line: Line, found: Mapping[str, Any]) -> bool:
    """Whether the years asked for are the text's years; 2026 lies within 2025—2027."""
    passage = next(each for each in found["passages"] if int(each["ref"]) == line.ref)
    text = f"{passage['title']} {passage['heading']} {passage['text']}"
    spans = [(int(a), int(b)) for a, b in _RANGE.findall(text)]
    asked = YEAR.findall(_BORN.sub("", question))
    return all(year in text or any(a <= int(year) <= b for a, b in spans) for year in asked)


def _foreign(question: str, line: Line) -> bool:
    """Whether the question is about another place's affairs: 北京的…; not 去北京看病."""
    if "武汉" in question:
        return False
    named = [
        match.group(1)
        for match in _other_places().finditer(question)
        if match.start() == 0 or question[match.end() : match.end() + 1] == "的"
    ]
    return any(place not in f"{line.title}{line.heading}{line.text}" for place in named)


@lru_cache(maxsize=1)
def _other_places() -> re.Pattern[str]:
    return re.compile(rf"(?<![去到在从来回往])({'|'.join(other_places())})")


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


def _nearest(judged: Sequence[Line], focus: Focus) -> Refusal:
    """A refusal that points at the nearest passage, if one is near; where a figure is asked for, none is repeated."""
    if unknown := _unknown(judged):
        return Refusal("no_evidence", with_next_step([cited(unknown)]))
    if not judged or judged[0].sure < NEAR:
        return _NOTHING
    first = judged[0]
    where = f"《{first.title}》" + (f"的“{first.heading}”" if len(first.heading) <= _NAMED else "")
    told = "" if focus in STRICT or len(first.text) > LENGTH // 3 else f"：{first.text.rstrip('。；')}"
    return Refusal("no_evidence", f"{_NOT_HERE}{where}{told}。[{first.ref}]\n{_ASK_ON}")
