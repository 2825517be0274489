"""The sentences of the passages found, judged by how well each answers the question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from knowledge import sentences

from ..understanding import Evidence, Focus, fits

_NUMBERING = re.compile(
    r"^(#+\s*|[（(][一二三四五六七八九十]+[)）]|[一二三四五六七八九十]+、|\d{1,3}[.．、](?!\d)|第[一二三四五六七八九十百\d]+[条章节]\s*|[-*•·]\s+|K\d+\s*)+"
)
_LABEL = re.compile(r"^[-*•·]\s*[^：:。]{1,12}[：:]\s*[^。]{0,40}$")
_RULER = re.compile(r"^[|\s:—-]+$")
_IN_TITLE, _IN_HEADING, _BEFORE = 0.6, 0.9, 0.35


@dataclass(frozen=True)
class Line:
    """A sentence: where it stands, and how far it (with its surroundings, `share`; alone, `own`) holds the question."""

    ref: int
    text: str
    heading: str
    title: str
    passage: int
    order: int
    share: float
    own: float
    score: float
    listed: bool

    @property
    def place(self) -> tuple[int, int]:
        """Passage and order: its identity."""
        return self.passage, self.order


@dataclass(frozen=True)
class _Sentence:
    passage: int
    order: int
    text: str
    listed: bool
    label: bool
    before: str


def lines(evidence_of: str, listed: Sequence[Mapping[str, Any]], focus: Focus) -> list[Line]:
    """Every sentence with its scores, best first. The order is the same for the same input."""
    split = [sentence for number, passage in enumerate(listed) for sentence in _sentences(number, passage)]
    headings = [str(passage["heading"]).replace(" > ", "，") for passage in listed]
    evidence = Evidence(evidence_of, [f"{headings[each.passage]}。{each.text}" for each in split])
    found = []
    for each in split:
        passage = listed[each.passage]
        heading, title = headings[each.passage], str(passage["title"])
        own = evidence.share((each.text, 1.0))
        share = evidence.share((each.text, 1.0), (heading, _IN_HEADING), (title, _IN_TITLE), (each.before, _BEFORE))
        score = share + 0.25 * own + 0.2 * fits(focus, each.text) + 0.1 * float(passage["score"]) - 0.2 * each.label
        last = str(passage["heading"]).split(" > ")[-1]
        found.append(
            Line(int(passage["ref"]), each.text, last, title, each.passage, each.order, share, own, score, each.listed)
        )
    return sorted(found, key=lambda line: (-round(line.score, 6), line.passage, line.order))


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
