"""Answers from passages: the sentences that answer the question, verbatim, cited; or why there are none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..understanding import STRICT, Evidence, Focus, fits, focus_of, focuses_of, subject
from .offline_lines import UNKNOWN, Line, lines

# Below the first a question counts as not answered here; down to the second the nearest passage is pointed at. From the
# third on the rules of the likely document are told although no sentence says the very thing. docs/agents.md says what
# that costs either way.
ANSWERED, NEAR, RELATED = 0.25, 0.14, 0.4
# From here on a question in the middle of something else is taken to be one for the knowledge base.
COVERED = 0.5
# A figure is given only for the very thing that was asked for; any sentence only if it leaves little of it unsaid.
FIGURE, CLOSE, SAME, GAP = 0.4, 0.6, 0.65, 2
LOST, HALF, ALIKE = 3, 0.5, 0.5
LENGTH, LIST_LENGTH, _NAMED = 300, 600, 24
HEDGE = "没有查到专门写这一点的内容，有关的规定是："
_NOT_HERE = "没有找到直接回答这个问题的内容，资料里最接近的是"
_ASK_ON = "如果不是您要问的，请换个说法再问，或拨打 12345 核实。"
_DATA = Path(__file__).parent.parent / "understanding" / "data"
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|\D|$)")
_RANGE = re.compile(r"((?:19|20)\d{2})\s*[—–~至到-]+\s*((?:19|20)\d{2})")
_LISTS: frozenset[Focus] = frozenset(("materials", "steps", "conditions", "list"))
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
_GOAL = re.compile(r"(到20\d\d年|力争|目标|打造|达到|推进|推动|建设|培育|实现|突破|要)")
_NOW = re.compile(r"(现在|目前|已经|截至|实际|完成了|如今|至今)")
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


def answer(question: str, found: Mapping[str, Any], about: str | None = None, like: str | None = None) -> str | Refusal:
    """The reply to a question from one look-up's result: text with [ref] marks, or a refusal.

    `about` is what the question is about when its own words do not say (那要多少钱？); `like` is the question
    whose kind it shares (那智能工厂呢？).
    """
    whole = _answer(question, found, about, focus_of(like or question))
    if isinstance(whole, str) or about is not None or not (sides := _JOINED.match(question)):
        return whole
    halves = [
        _answer(f"{sides.group(side)}{sides.group('ask')}", found, None, focus_of(question)) for side in ("a", "b")
    ]
    said = [half for half in halves if isinstance(half, str)]
    if len(said) < len(halves):
        return whole
    return "\n".join(dict.fromkeys(line for half in said for line in half.splitlines()))


def _answer(question: str, found: Mapping[str, Any], about: str | None, focus: Focus) -> str | Refusal:
    wanted = about or question
    judged = _judged(wanted, found, focus)
    if judged and _foreign(question, judged[0]):
        return _nothing()
    if not judged or judged[0].sure < ANSWERED:
        return _expired(wanted, found, judged) or _nearest(judged, focus)
    if focus == "comparison" and (said := _compared(question, found)):
        return said
    best = _answering(judged, focus, question)
    if best is None and focus not in STRICT and judged[0].sure >= RELATED and not UNKNOWN.search(judged[0].text):
        return _related(judged)
    if best is None:
        return _nearest(judged, focus)
    if _foreign(question, best) or not _names_held(question, best) or not _years_held(question, best, found):
        return _nothing()
    if UNKNOWN.search(best.text) and focus not in ("list", "definition"):
        return Refusal("no_evidence", _cited(best))
    chosen = _chosen(best, judged, question, focus)
    return "\n".join([*_told(chosen), *_notes(question, chosen, focus)])


def covers(question: str, found: Mapping[str, Any]) -> float:
    """How well the passages answer a question, in [0, 1]."""
    judged = _judged(question, found, focus_of(question))
    return judged[0].sure if judged else 0.0


def _judged(question: str, found: Mapping[str, Any], focus: Focus, among: str = "passages") -> list[Line]:
    listed: Sequence[Mapping[str, Any]] = found.get(among) or ()
    return lines(question, found, listed, focus) if listed and subject(question) else []


def _answering(judged: Sequence[Line], focus: Focus, question: str) -> Line | None:
    """The best sentence; where a figure is asked for, the best that has one, or that says it is not known."""
    good = [line for line in judged if line.sure >= ANSWERED]
    if focus in STRICT:
        near = [line for line in good if line.share >= 0.8 * judged[0].share and _close(line)]
        apt = [
            line
            for line in good
            if line.apt and line.title == judged[0].title and line.sure >= COVERED and line.gap <= LOST
        ]
        told = (
            line
            for line in (*near, *apt)
            if fits(focus, bare := _bare_of_channels(line.text)) and _counts(question, bare)
        )
        return next(told, None) or next((line for line in near if UNKNOWN.search(line.text)), None)
    return next((line for line in good[:3] if line.gap < LOST or line.share >= HALF or line.alike >= ALIKE), None)


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


def _chosen(best: Line, judged: Sequence[Line], question: str, focus: Focus) -> list[Line]:
    if focus in _LISTS and not _enumerates(best, focus):
        chosen = _whole_list(best, judged)
    elif focus in _SHORT:
        chosen = [best]
    else:
        chosen = _with_next(best, judged)
    for other in focuses_of(question):
        more = _answering(judged, other, question) if other != focus else None
        known = {line.place for line in chosen}
        if more and more.place not in known and fits(other, more.text) and _room(chosen, more):
            chosen.append(more)
    return chosen


def _related(judged: Sequence[Line]) -> str:
    """The section of the best sentence, said to be related only."""
    section = sorted((line for line in judged if line.passage == judged[0].passage), key=lambda line: line.order)
    told = [judged[0], *(line for line in section if line is not judged[0])]
    kept = sorted(_within(told, LENGTH), key=lambda line: line.order)
    return HEDGE + "\n".join(_told(kept))


def _room(chosen: Sequence[Line], more: Line) -> bool:
    return sum(len(line.text) for line in chosen) + len(more.text) <= LENGTH


def _enumerates(line: Line, focus: Focus) -> bool:
    return focus == "list" and line.text.count("、") >= 2 and not line.listed


def _whole_list(best: Line, judged: Sequence[Line]) -> list[Line]:
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
    return _within(chosen, LIST_LENGTH)


def _with_next(best: Line, judged: Sequence[Line]) -> list[Line]:
    """The best sentence, and up to two right after it that stay on the subject."""
    section = {line.order: line for line in judged if line.passage == best.passage}
    chosen = [best]
    for order in sorted(order for order in section if order > best.order)[:2]:
        following = section[order]
        if following.own < 0.3 or following.listed != best.listed:
            break
        chosen.append(following)
    return _within(chosen, LENGTH)


def _within(chosen: Sequence[Line], limit: int) -> list[Line]:
    kept: list[Line] = []
    for line in chosen:
        if kept and sum(len(each.text) for each in kept) + len(line.text) > limit:
            break
        kept.append(line)
    return kept


def _compared(question: str, found: Mapping[str, Any]) -> str | None:
    """Both sides of a comparison, each with its own sentence; one sentence that holds both comes first."""
    sides = _SIDES.search(question)
    if sides is None:
        return None
    said: list[Line] = []
    both = _judged(question, found, "comparison")
    if both and both[0].own >= 0.7:
        said.append(both[0])
    for side in (sides.group("a"), sides.group("b")):
        best = next((line for line in _judged(side, found, "definition") if line.own >= 0.6), None)
        if best is None:
            return None if not said else "\n".join(_cited(line) for line in said)
        if best.place not in {line.place for line in said}:
            said.append(best)
    return "\n".join(_cited(line) for line in _within(said, LIST_LENGTH))


def _told(chosen: Sequence[Line]) -> list[str]:
    """The sentences with their marks; a heading is said once."""
    before = ["", *(line.heading for line in chosen)]
    return [_cited(line, line.heading != last) for line, last in zip(chosen, before, strict=False)]


def _cited(line: Line, headed: bool = True) -> str:
    """The sentence with its mark; its heading before it when it does not say itself what it speaks of."""
    named = line.heading.strip()
    alone = headed and line.own < 0.3 and named and named not in line.text and not named.endswith(("？", "?"))
    led = f"{named}：{line.text}" if alone else line.text
    ended = led if led[-1] in "。！？；：" else f"{led}。"
    return f"{ended}[{line.ref}]"


def _notes(question: str, chosen: Sequence[Line], focus: Focus) -> list[str]:
    """What the sentences do not say although it was asked."""
    text = "".join(line.text for line in chosen)
    notes = [f"我没有查到原文给这一项写明“{year}年”。" for year in _YEAR.findall(question) if year not in text]
    if focus in STRICT and _NOW.search(question) and _GOAL.search(text):
        notes.append("我没有查到目前的完成情况。")
    return notes


def _years_held(question: str, line: Line, found: Mapping[str, Any]) -> bool:
    """Whether the years asked for are the text's years; 2026 lies within 2025—2027."""
    passage = next(each for each in found["passages"] if int(each["ref"]) == line.ref)
    text = f"{passage['title']} {passage['heading']} {passage['text']}"
    spans = [(int(a), int(b)) for a, b in _RANGE.findall(text)]
    return all(year in text or any(a <= int(year) <= b for a, b in spans) for year in _YEAR.findall(question))


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
    names = (_DATA / "other_places.txt").read_text(encoding="utf-8").split()
    return re.compile(rf"(?<![去到在从来回往])({'|'.join(names)})")


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
        return Refusal("no_evidence", _cited(unknown))
    if not judged or judged[0].sure < NEAR:
        return _nothing()
    first = judged[0]
    where = f"《{first.title}》" + (f"的“{first.heading}”" if len(first.heading) <= _NAMED else "")
    told = "" if focus in STRICT or len(first.text) > LENGTH // 3 else f"：{first.text.rstrip('。；')}"
    return Refusal("no_evidence", f"{_NOT_HERE}{where}{told}。[{first.ref}]\n{_ASK_ON}")


def _nothing() -> Refusal:
    text = "我在现有资料里没有找到能回答这个问题的依据，不能乱说。您可以换个说法再问，或拨打 12345 向主管部门核实。"
    return Refusal("no_evidence", text)
