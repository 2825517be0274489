"""A guide's sections by what they tell of its thing: what must be done, who decides, what is needed, what is open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..understanding import STRICT, Evidence, Focus, speaks_of, subject
from .offline_choosing import COVERED, GAP
from .offline_lines import UNKNOWN, Line, speaks_alike
from .offline_parts import core
from .offline_quotes import LIST_LENGTH

# What a whole guide is quoted up to, and one of its sections.
_ROOM, _SECTION = 420, 260
_TO_DO = re.compile(r"要(?:办|做|走|跑)(?:哪|什么|些|几|啥)|哪几件事|先后顺序|办理方式|怎么(?:办|领|弄)")
_ASKS_TO_DO = re.compile(
    r"(?:要|得|该|需要|还要)(?:去)?(?:办|做|跑|走)(?:理)?(?:些|点|哪|几|什么|啥)|哪些?手续|什么手续|办手续|办法"
)
# What to do where something went wrong is not how the thing is done.
_WRONG = re.compile(
    r"不(?:给|让|批|准|同意|通过|成功|合格|服|行|了)|没(?:有|办|批|过|能)|要是|如果|万一|假如|被|失败|晚了|过了?期|逾期|丢|坏"
)
_ASIDE = re.compile(r"（[^）]*）")
_JOINING = re.compile(r"[的和与及由里理要可以有在时]")
# What is told of a thing, in this order, for each thing that may be asked of it; the first that there is, leads.
_TOLD: dict[Focus, tuple[tuple[Focus, ...], ...]] = {
    "steps": (("steps",), ("conditions",), ("materials",), ("who", "place")),
    "materials": (("materials",), ("conditions",)),
    "place": (("place",), ("who",)),
    "who": (("who",), ("place",)),
}
# How a sentence that says what is not known names what is asked for.
_OPEN: dict[Focus, re.Pattern[str]] = {
    "materials": re.compile(r"材料|手续"),
    "fee": re.compile(r"收费|费用|金额|缴费|标准"),
    "duration": re.compile(r"天数|时限|时间|期限"),
    "when": re.compile(r"时间|日期|期限"),
    "place": re.compile(r"地点|窗口|地址|入口|网点|渠道"),
    "conditions": re.compile(r"条件|范围|对象"),
    "amount": re.compile(r"金额|额度|标准|比例|距离"),
    "steps": re.compile(r"步骤|流程|办法|方法|材料|入口"),
}


@dataclass(frozen=True)
class Section:
    """A section of a guide, its sentences in order."""

    heading: str
    title: str
    lines: tuple[Line, ...]

    def tells(self, focus: Focus) -> bool:
        """Whether its heading says that it tells this of the thing."""
        named = speaks_of(focus, self.heading) or (focus in STRICT and speaks_alike(focus, self.heading))
        return named or (focus == "steps" and _TO_DO.search(self.heading) is not None)

    def beside(self, known: str = "") -> int:
        """How long a thing its heading names that neither the title nor `known` does (怎么进货)."""
        named = f"{self.title}，{known}"
        runs = subject(_JOINING.sub(" ", core(_ASIDE.sub("", self.heading))))
        return max((Evidence(run, ()).gap(named) for run in runs), default=0)


def sections(judged: Iterable[Line], title: str) -> list[Section]:
    """The sections found of a document, best first."""
    found: dict[int, list[Line]] = {}
    for line in judged:
        if line.title == title:
            found.setdefault(line.passage, []).append(line)
    return [
        Section(lines[0].heading, title, tuple(sorted(lines, key=lambda line: line.order))) for lines in found.values()
    ]


def asks_how(question: str, focus: Focus) -> bool:
    """Whether a question asks how a thing is done as a whole: 怎么办, 要办些什么, 什么手续."""
    return (focus == "steps" or _ASKS_TO_DO.search(question) is not None) and not _WRONG.search(question)


def guided(judged: Sequence[Line], question: str, focus: Focus, best: Line | None) -> list[Line]:
    """What the likely guide tells of its thing as a whole; nothing where the question names one of its sections.

    `best` is the sentence that would be told otherwise: it stays where its section is not beside the question.
    """
    if not judged or judged[0].sure < COVERED:
        return []
    how = asks_how(question, focus)
    wanted: Focus = "steps" if how else focus
    if wanted not in _TOLD:
        return []
    all_of_it = sections(judged, judged[0].title)
    named = "，".join((judged[0].title, *(each.heading for each in all_of_it)))
    own = Evidence(core(question), ())
    if own.gap(named) >= GAP or any(each.beside() >= GAP > each.beside(question) for each in all_of_it):
        return []
    mine = [each for each in all_of_it if each.beside(question) < GAP]
    stays = best is not None and any(best in each.lines and each.tells(wanted) for each in mine)
    told = [] if stays and not how else told_of(mine, wanted)
    # A guide to several things (停水, 停气) has a section on the one that is asked about.
    nearer = (
        best is not None and told and own.share((best.heading, 1.0)) > max(own.share((t.heading, 1.0)) for t in told)
    )
    return [] if nearer else told


def told_of(mine: Sequence[Section], focus: Focus) -> list[Line]:
    """Of the sections on the thing itself: those that tell this, and what is not known of it."""
    chosen: list[Section] = []
    for kinds in _TOLD.get(focus, ((focus,),)):
        if chosen and focus != "steps" and not _all_open(chosen):
            break
        chosen += [each for each in mine if each not in chosen and any(each.tells(kind) for kind in kinds)]
    told: list[Line] = []
    for each in sorted(chosen, key=lambda each: all(UNKNOWN.search(line.text) for line in each.lines)):
        told += _up_to(each.lines, min(_SECTION, _ROOM - sum(len(line.text) for line in told)), whole=bool(told))
    known = {line.place for line in told}
    return told + [line for line in left_open(mine, focus)[:1] if line.place not in known]


def left_open(mine: Sequence[Section], focus: Focus) -> list[Line]:
    """The sentences that say that what is asked for is not known."""
    speaks = _OPEN.get(focus)
    lines = (line for each in mine for line in each.lines if UNKNOWN.search(line.text))
    return [line for line in lines if speaks is not None and speaks.search(line.text)]


def _all_open(chosen: Sequence[Section]) -> bool:
    return all(UNKNOWN.search(line.text) for each in chosen for line in each.lines)


def _up_to(lines: Sequence[Line], room: int, whole: bool) -> list[Line]:
    """A section as far as there is room; a later one as a whole or not at all."""
    length = sum(len(line.text) for line in lines)
    if whole and length > room:
        return []
    kept: list[Line] = []
    for line in lines:
        if kept and sum(len(each.text) for each in kept) + len(line.text) > max(room, LIST_LENGTH // 3):
            break
        kept.append(line)
    return kept
