"""Answers from passages: the sentence that answers the question, verbatim, cited; or why there is none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge import content, expansions, sentences

from ..understanding.focus import Focus, fits, focus_of

COVERED = 0.62
LENGTH, LIST_LENGTH = 300, 600
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?=年|\D|$)")
_NUMBERING = re.compile(
    r"^(#+\s*|[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d{1,3}[.．、]|第[一二三四五六七八九十百\d]+[条章节]\s*|[-*•]\s*|K\d+\s*)+"
)
_LISTS: frozenset[Focus] = frozenset(("materials", "steps", "conditions", "list"))


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, in words for the citizen."""

    reason: str
    text: str


@dataclass(frozen=True)
class _Line:
    ref: int
    text: str
    heading: str
    score: float
    order: int
    passage: int


def answer(question: str, found: Mapping[str, Any]) -> str | Refusal:
    """The reply to a question from one look-up's result: text with [ref] marks, or a refusal."""
    listed: Sequence[Mapping[str, Any]] = found.get("passages") or ()
    if not listed:
        return _expired(found) or _nothing()
    focus = focus_of(question)
    lines = _lines(question, listed, focus)
    if found.get("coverage", 0.0) < COVERED or not lines or not _years_held(question, listed[lines[0].passage]):
        return _nothing()
    if focus == "comparison":
        chosen = _two_sides(lines)
    elif focus in _LISTS:
        chosen = _whole_list(lines)
    else:
        chosen = _best(lines)
    return "\n".join(_said(line, question) for line in chosen)


def _lines(question: str, listed: Sequence[Mapping[str, Any]], focus: Focus) -> list[_Line]:
    """Every sentence of the passages with its score, best first."""
    wanted = content(question) | {word for name in expansions(question) for word in content(name)}
    own = content(question)
    texts = [[passage["text"][s.start : s.end] for s in sentences(passage["text"])] for passage in listed]
    weights = _weights(wanted, [sentence for each in texts for sentence in each])
    found: list[_Line] = []
    for index, (passage, split) in enumerate(zip(listed, texts, strict=True)):
        heading = str(passage["heading"]).split(" > ")[-1]
        around = content(f"{passage['title']} {passage['heading']}")
        for order, sentence in enumerate(split):
            bare = _NUMBERING.sub("", sentence).strip()
            if len(bare) < 4 or bare in heading:
                continue
            held = content(bare)
            score = sum(weights[word] for word in wanted & held)
            score += 0.45 * sum(weights[word] for word in (wanted & around) - held)
            total = sum(weights[word] for word in own) or 1.0
            score = score / total + 0.25 * fits(focus, bare) + 0.15 * float(passage["score"])
            found.append(_Line(int(passage["ref"]), bare, heading, score, order, index))
    return sorted(found, key=lambda line: (-line.score, line.passage, line.order))


def _weights(words: set[str], texts: Sequence[str]) -> dict[str, float]:
    """Words held by few of the sentences tell more."""
    held = [content(text) for text in texts]
    return {word: 1.0 / (1.0 + sum(word in each for each in held)) ** 0.5 for word in words}


def _best(lines: Sequence[_Line]) -> list[_Line]:
    return [lines[0]]


def _whole_list(lines: Sequence[_Line]) -> list[_Line]:
    """The best sentence and the ones around it that belong to the same answer, in the passage's order."""
    best = lines[0]
    same = [line for line in lines if line.passage == best.passage and line.score >= 0.35 * best.score]
    chosen, length = [best], len(best.text)
    for line in sorted(same, key=lambda each: abs(each.order - best.order)):
        if line is not best and length + len(line.text) <= LIST_LENGTH:
            chosen.append(line)
            length += len(line.text)
    return sorted(chosen, key=lambda each: each.order)


def _two_sides(lines: Sequence[_Line]) -> list[_Line]:
    best = lines[0]
    other = next((line for line in lines if (line.passage, line.order) != (best.passage, best.order)), None)
    return [best] if other is None or other.score < 0.5 * best.score else [best, other]


def _said(line: _Line, question: str) -> str:
    subject = _NUMBERING.sub("", line.heading).strip()
    alone = content(line.text) & content(question)
    led = f"{subject}：{line.text}" if subject and not alone and subject not in line.text else line.text
    ended = led if led[-1] in "。！？；" else f"{led}。"
    return f"{ended}[{line.ref}]"


def _years_held(question: str, passage: Mapping[str, Any]) -> bool:
    text = f"{passage['title']} {passage['heading']} {passage['text']}"
    return all(year in text for year in _YEAR.findall(question))


def _expired(found: Mapping[str, Any]) -> Refusal | None:
    listed = found.get("expired") or ()
    if not listed:
        return None
    first = listed[0]
    since = f"，自 {first['since']} 起不再有效" if first.get("since") else ""
    text = f"查到的《{first['title']}》已经失效{since}，不能作为现在的依据。请拨打 12345 了解现行规定。"
    return Refusal("expired", f"{text}[{first['ref']}]")


def _nothing() -> Refusal:
    text = "我在现有资料里没有找到能回答这个问题的依据，不能乱说。您可以换个说法再问，或拨打 12345 向主管部门核实。"
    return Refusal("no_evidence", text)
