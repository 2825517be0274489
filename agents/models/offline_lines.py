"""The sentences of the passages found, judged by how well each answers the question."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from knowledge import sentences, vector

from ..understanding import STRICT, Evidence, Focus, fits, focus_of, is_question, speaks_of
from .offline_parts import core

_NUMBERING = re.compile(
    r"^(#+\s*|[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d{1,3}[.．、](?!\d)|第[一二三四五六七八九十百\d]+[条章节]\s*|[-*•·]\s+|K\d+\s*)+"
)
_LABEL = re.compile(r"^[-*•·]\s*[^：:。]{1,12}[：:]\s*[^。]{0,40}$")
_RULER = re.compile(r"^[|\s:—-]+$")
# Logistic weights of (1, *Standing), fitted by `python -m bench.answerable --fit`.
_SURE = (-1.49, 0.82, 0.3, 0.28, 1.34)
_IN_TITLE, _IN_HEADING, _BEFORE = 0.6, 0.9, 0.35
# A section says first what matters most.
_UNDER_ITS_HEADING, _NOT_KNOWN, _LATER = 0.4, 0.3, 0.04
# What a question asks for beside its focus, and the headings that say it: penalties, who may go in one's place.
_NAMED = (
    (re.compile(r"罚"), re.compile(r"罚|法律责任")),
    (re.compile(r"会(怎么样|怎样|如何)|有?(什么|啥)(后果|影响)"), re.compile(r"后果|罚|法律责任")),
    (
        re.compile(r"(要不要|用不用|需不需要|必须|一定要|是不是要|要)(办|交|领|申请|有|取得|去)"),
        re.compile(r"不用|不需要|要不要|需不需要|免"),
    ),
    (
        re.compile(
            r"代办|代领|代为|委托|本人|(让|叫|请|由|喊).{1,5}(去|来|代|帮)|帮(他|她|我|家|爸|妈|老).{0,3}[办领报]"
        ),
        re.compile(r"谁(可以|能|来)|代办|代领|委托|本人"),
    ),
    (re.compile(r"管(些|得)?[啥什]|负责(些|哪些|啥|什么)"), re.compile(r"管什么|做什么|职责|工作")),
    (re.compile(r"不(给|能|让)?(报|支付|赔)"), re.compile(r"不(能)?(报|支付|予)|不给报")),
    (re.compile(r"加急|急用|等着用|着急|来不及|快一?点"), re.compile(r"加急|急用")),
)
# By when a person must act, and how long the office then takes: a heading of the one does not speak of the other.
_TIME = r"(?:多久|几天|几日|多少个?天|多少日|多长时间|几个?月|多少个?工作日|几个?工作日|什么时候|何时)"
_TO_ACT = (
    re.compile(
        rf"{_TIME}(?:之内|以内|内|前)?(?:要|得|可以|能|必须|应当|应该|就要|需要)?(?:提(?!取|前)|申请|申报|报(?!销)|登记|去|起诉|投诉|投保)|最晚|最迟|过了?{_TIME}"
    ),
    re.compile(r"申请.{0,8}时限|时间要求|内要|报送时间|登记的时限"),
)
_TO_BE_DONE = (
    re.compile(
        rf"{_TIME}(?:之内|以内|内)?(?:要|得|可以|能|必须|才|会|就)?(?:给?(?:个)?(?:答复|回复)|办[好完结下妥]|解决|搞定|到账|出结果|下来|批|出证|发证|拿到|有结果|审完)"
    ),
    re.compile(r"办理时限|办结|答复|多久(?!内要)"),
)
_FINE = re.compile(r"罚款|处.{0,4}罚")
UNKNOWN = re.compile(
    r"(暂无已核实|(本资料|本知识库)[^，。]{0,8}(未核实|未收录|没有)|(方案|原文|文件)[^，。]{0,6}都?没有写，)"
)


@dataclass(frozen=True)
class Standing:
    """What the odds of a line go by: those of the search, its share, how many passages are of its document, its lead.

    The lead is over the best line of another document.
    """

    odds: float
    share: float
    agreement: float
    lead: float


@dataclass(frozen=True)
class Line:
    """A sentence: where it stands, and how far it (with its surroundings, `share`; alone, `own`) holds the question.

    `gap` is the longest stretch it says nothing of; `left` that of what is asked about, beside what is asked for, which
    its section and the title and headings of its document say nothing of; `alike` how near in meaning it is, `sure`
    in [0, 1] how likely its document answers the question at all, by its `standing`; `score` ranks it among the others;
    `apt` when its heading names what is asked for (办理时限).
    """

    ref: int
    text: str
    heading: str
    title: str
    passage: int
    order: int
    share: float
    own: float
    gap: int
    left: int
    alike: float
    standing: Standing
    score: float
    listed: bool
    label: bool
    apt: bool

    @property
    def sure(self) -> float:
        """How likely its document answers the question."""
        return 1 / (1 + math.exp(-sum(w * x for w, x in zip(_SURE, (1.0, *astuple(self.standing)), strict=True))))

    @property
    def place(self) -> tuple[int, int]:
        """Passage and order: its identity."""
        return self.passage, self.order


_NOWHERE = Standing(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class _Sentence:
    passage: int
    order: int
    text: str
    listed: bool
    label: bool
    before: str


def lines(
    question: str,
    found: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    focus: Focus,
    asked: str | None = None,
) -> list[Line]:
    """Every sentence of the passages listed in a look-up's result, best first; the same input gives the same order.

    `asked` is the clause that asks, where the question only says what it is about.
    """
    judged = _judged(question, listed, focus, asked or question)
    titles = [str(passage["title"]) for passage in listed]
    best: dict[str, float] = {}
    for each in judged:
        best[each.title] = max(each.score, best.get(each.title, each.score))
    odds = _odds(float(found["coverage"]))
    placed = []
    for each in judged:
        rival = max((score for title, score in best.items() if title != each.title), default=each.score - 1.0)
        standing = Standing(odds, each.share, titles.count(each.title) / len(titles), each.score - rival)
        placed.append(replace(each, standing=standing))
    return sorted(placed, key=lambda line: (-round(line.score, 6), line.passage, line.order))


def _odds(coverage: float) -> float:
    held = min(max(coverage, 0.001), 0.999)
    return math.log(held / (1 - held))


def _judged(question: str, listed: Sequence[Mapping[str, Any]], focus: Focus, asked: str) -> list[Line]:
    """Every sentence with its scores."""
    split = [sentence for number, passage in enumerate(listed) for sentence in _sentences(number, passage)]
    headings = [str(passage["heading"]).replace(" > ", "，") for passage in listed]
    evidence = Evidence(question, [f"{headings[each.passage]}。{each.text}" for each in split])
    titles = [str(passage["title"]) for passage in listed]
    about, named = Evidence(core(asked), ()), _named(listed)
    meaning = vector(question)
    found = []
    for each in split:
        heading, title = headings[each.passage], titles[each.passage]
        own = evidence.share((each.text, 1.0))
        share = evidence.share((each.text, 1.0), (heading, _IN_HEADING), (title, _IN_TITLE), (each.before, _BEFORE))
        last = str(listed[each.passage]["heading"]).split(" > ")[-1]
        alike = float(meaning @ _meaning(f"{last}。{each.text}"))
        score = share + 0.25 * own + 0.2 * fits(focus, each.text) - 0.2 * each.label
        named_so = speaks_of(focus, last) and not _other_time(asked, last)
        apt = named_so or speaks_alike(focus, last) or names_it(asked, last, each.text)
        score += _UNDER_ITS_HEADING * apt - _NOT_KNOWN * (not apt and UNKNOWN.search(each.text) is not None)
        score -= _LATER * min(each.order, 4)
        score += 0.6 * alike + float(listed[each.passage]["score"]) + 0.4 * titles.count(title) / len(titles)
        found.append(
            Line(
                ref=int(listed[each.passage]["ref"]),
                text=each.text,
                heading=last,
                title=title,
                passage=each.passage,
                order=each.order,
                share=share,
                own=own,
                gap=evidence.gap(f"{heading}。{each.text}"),
                left=about.gap(f"{named[title]}。{listed[each.passage]['text']}") if apt else len(asked),
                alike=alike,
                standing=_NOWHERE,
                score=score,
                listed=each.listed,
                label=each.label,
                apt=apt,
            )
        )
    return found


def _named(listed: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The headings found of each document, under its title."""
    named: dict[str, str] = {}
    for passage in listed:
        title = str(passage["title"])
        named[title] = f"{named.get(title, title)}，{passage['heading']}"
    return named


@lru_cache(maxsize=8192)
def speaks_alike(focus: Focus, heading: str) -> bool:
    """Whether a heading is a question for the same kind of figure (发到几岁)."""
    return focus in STRICT and is_question(heading) and focus_of(heading) == focus


def _other_time(asked: str, heading: str) -> bool:
    """Whether a question asks by when to act and a heading tells how long the office takes, or the other way round."""
    kinds = (_TO_ACT, _TO_BE_DONE)
    wants = [kind for kind in kinds if kind[0].search(asked)]
    tells = [kind for kind in kinds if kind[1].search(heading)]
    return len(wants) == len(tells) == 1 and wants != tells


def names_it(asked: str, heading: str, text: str) -> bool:
    """Whether a heading names what is asked for beside the focus; a fine is named by the sentence itself."""
    fined = "罚" in asked and _FINE.search(text) is not None
    return fined or any(asks.search(asked) and named.search(heading) for asks, named in _NAMED)


@lru_cache(maxsize=4096)
def _meaning(text: str) -> npt.NDArray[np.float32]:
    """The vector of a passage's sentence: the same few thousand are asked for again and again."""
    return vector(text)


def bare(text: str) -> str:
    """A sentence without numbering and Markdown marks."""
    plain = _NUMBERING.sub("", text.strip()).replace("**", "").replace("`", "").strip()
    if plain.startswith("|") and plain.endswith("|"):
        plain = "，".join(cell.strip() for cell in plain.strip("|").split("|") if cell.strip())
    return plain


def _sentences(number: int, passage: Mapping[str, Any]) -> list[_Sentence]:
    text, last = str(passage["text"]), str(passage["heading"]).split(" > ")[-1]
    found: list[_Sentence] = []
    before = ""
    for order, span in enumerate(sentences(text)):
        raw = text[span.start : span.end]
        plain = bare(raw)
        if len(plain) < 4 or _RULER.match(raw) or raw.lstrip().startswith("#") or plain.rstrip("。：:") in last:
            continue
        bullet = bool(re.match(r"\s*([-*•·]\s|\d{1,2}[.．、)]|[（(][一二三四五六七八九十\d]+[)）]|\|)", raw))
        found.append(_Sentence(number, order, plain, bullet, bool(_LABEL.match(raw.strip())), before))
        before = plain
    return found
