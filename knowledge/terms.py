"""What a question is about: pairs of its characters, weighed by how rare they are in questions and in the library."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from .words import normal, renamings

_DATA = Path(__file__).parent / "data"
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+|\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


class Frequencies(Protocol):
    """How many passages there are, and how many hold a word."""

    def count(self) -> int:
        """All passages."""
        ...

    def holding(self, word: str) -> int:
        """Passages with this word."""
        ...


@dataclass(frozen=True)
class Term:
    """Two characters (or a Latin word, or a number) of a question, and the other names of what they are part of."""

    gram: str
    weight: float
    others: tuple[str, ...]

    def held(self, text: str) -> bool:
        """Whether a normalised text has it, by this or another name."""
        return stands(self.gram, text) or any(other in text for other in self.others)


@dataclass(frozen=True)
class Terms:
    """The terms of a question and the weight of all."""

    terms: tuple[Term, ...]
    total: float

    def share(self, text: str) -> float:
        """The share of the weight that a normalised text holds."""
        if self.total <= 0:
            return 0.0
        return sum(term.weight for term in self.terms if term.held(text)) / self.total


class Weights:
    """Weighs the terms of questions against a library."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies

    @property
    def passages(self) -> int:
        """How many passages the library has."""
        return self._frequencies.count()

    def terms(self, question: str) -> Terms:
        """The terms of a question; what every question says (怎么, 要带什么) weighs next to nothing."""
        plain = normal(question)
        names: dict[str, list[str]] = {}
        for name, other in renamings(question):
            names.setdefault(name, []).append(other)
        passages = self.passages
        terms = tuple(
            self._term(gram, others, passages) for run in _RUN.findall(plain) for gram, others in _named(run, names)
        )
        return Terms(terms, sum(term.weight for term in terms))

    def _term(self, gram: str, others: tuple[str, ...], passages: int) -> Term:
        rare = _rarity(self._frequencies.holding(gram), passages)
        return Term(gram, min(in_questions(gram), rare), others)


def grams(text: str) -> frozenset[str]:
    """Pairs of characters, Latin words and numbers of a normalised text."""
    return frozenset(gram for run in _RUN.findall(text) for gram in _cut(run))


@lru_cache(maxsize=50_000)
def in_questions(gram: str) -> float:
    """How rare a gram is in questions, in [0, 1]; a pair is never rarer than its characters are on average."""
    held, asked = _questions()
    own = _rarity(held.get(gram, 0), asked)
    if len(gram) != 2 or not _CHINESE.match(gram):
        return own
    return min(own, (_rarity(held.get(gram[0], 0), asked) + _rarity(held.get(gram[1], 0), asked)) / 2)


def stands(gram: str, text: str) -> bool:
    """Whether a gram occurs in a normalised text; Latin words and numbers only as a whole."""
    if gram not in text:
        return False
    if _CHINESE.match(gram):
        return True
    kind = r"\d" if gram[0].isdigit() else "[a-z]"
    return re.search(rf"(?<!{kind}){re.escape(gram)}(?!{kind})", text) is not None


def count_questions(groups: Iterable[Iterable[str]]) -> str:
    """How many groups of questions hold each character and gram, as `questions.json` keeps it: those of two or more."""
    held: dict[str, int] = {}
    asked = 0
    for group in groups:
        asked += 1
        said = [normal(question) for question in group]
        found = {
            each for text in said for each in (*grams(text), *(letter for letter in text if _CHINESE.match(letter)))
        }
        for each in found:
            held[each] = held.get(each, 0) + 1
    kept = {each: count for each, count in sorted(held.items(), key=lambda pair: (-pair[1], pair[0])) if count > 1}
    return json.dumps({"groups": asked, "held": kept}, ensure_ascii=False)


def _cut(run: str) -> list[str]:
    if len(run) == 1 or not _CHINESE.match(run):
        return [run]
    return [run[start : start + 2] for start in range(len(run) - 1)]


def _named(run: str, names: dict[str, list[str]]) -> list[tuple[str, tuple[str, ...]]]:
    """Each gram of a run with the other names of the thing it lies in."""
    spans = [(at, at + len(name), others) for name, others in names.items() if (at := run.find(name)) >= 0]
    return [
        (
            gram,
            tuple(other for start, end, others in spans if start <= at and at + len(gram) <= end for other in others),
        )
        for at, gram in enumerate(_cut(run))
    ]


def _rarity(held: int, total: int) -> float:
    """Inverse document frequency, 1 for what nobody wrote."""
    return math.log(1 + (total + 1) / (held + 0.5)) / math.log(1 + (total + 1) / 0.5)


@lru_cache(maxsize=1)
def _questions() -> tuple[dict[str, int], int]:
    stored = json.loads((_DATA / "questions.json").read_text(encoding="utf-8"))
    return stored["held"], stored["groups"]
