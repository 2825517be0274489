"""What a question is about: its words without question words and politeness, and how far a text holds them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from knowledge import normal, synonyms

_DATA = Path(__file__).parent / "data"
_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z0-9]*[a-z][a-z0-9-]*|\d+(?:\.\d+)?")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_FIRST_CHINESE = "\u3400"
_LATIN = re.compile(r"[a-z]")
_PLACEHOLDER = re.compile(r"⟦[^⟧]*⟧")
_COUNTED = r"(?:多少|几)(?:个点|亿元|万元|[个家条元亿万台辆人座项次天年月岁折倍成种份所栋张名位点级类])?"
SOFT, WHOLE = 0.25, 3.0


@dataclass(frozen=True)
class Unit:
    """A character (or a Latin word, or a number) of the subject: held where one of `grams` stands."""

    grams: tuple[str, ...]
    weight: float


def subject(text: str) -> tuple[str, ...]:
    """The runs of a text that say what it is about."""
    return tuple(_RUN.findall(_stopwords().sub(" ", normal(_PLACEHOLDER.sub(" ", text)))))


def units(text: str) -> tuple[Unit, ...]:
    """The subject, character by character, with other names of what it names."""
    plain = normal(text)
    found: list[Unit] = []
    for run in subject(text):
        others, neutral = _other_names(run, plain), _neutral_places(run)
        if not _CHINESE.match(run):
            found.append(Unit((run, *_of(others, 0, len(run))), WHOLE))
            continue
        for at, letter in enumerate(run):
            pairs = [run[i : i + 2] for i in (at - 1, at) if i >= 0 and i + 2 <= len(run)]
            grams = (*(pairs or [letter]), *_of(others, at, at + 1))
            found.append(Unit(grams, SOFT if letter in _soft() or at in neutral else 1.0))
    return tuple(found)


class Evidence:
    """How far texts hold a question's subject; what few of the `contexts` hold weighs more."""

    def __init__(self, question: str, contexts: Sequence[str]) -> None:
        self._units = units(question)
        self._seen: dict[str, tuple[bool, ...]] = {}
        total = len(contexts) + 1
        held = [self.held(text) for text in contexts]
        counts = [sum(each[i] for each in held) for i in range(len(self._units))]
        self._weights = [u.weight * (1.0 - 0.5 * n / total) for u, n in zip(self._units, counts, strict=True)]
        self._total = sum(self._weights)

    def held(self, text: str) -> tuple[bool, ...]:
        """Unit by unit, whether the text holds it."""
        if text not in self._seen:
            plain = _normal(text)
            self._seen[text] = tuple([_holds(plain, unit.grams) for unit in self._units])
        return self._seen[text]

    def gap(self, text: str) -> int:
        """The longest stretch of the question, in characters that matter, of which the text says nothing."""
        longest = run = 0
        for unit, held in zip(self._units, self.held(text), strict=True):
            run = 0 if held else run + (unit.weight >= 1.0)
            longest = max(longest, run)
        return longest

    def names_held(self, text: str) -> bool:
        """Whether the text holds every Latin name of the question (6G, BIM), by this or another name."""
        return all(held or not _LATIN.search(u.grams[0]) for u, held in zip(self._units, self.held(text), strict=True))

    def share(self, *layers: tuple[str, float]) -> float:
        """The share of the subject's weight in the layers, each unit at the best layer's credit; in [0, 1]."""
        if self._total <= 0:
            return 0.0
        best = [0.0] * len(self._weights)
        for text, credit in sorted(layers, key=lambda layer: layer[1]):
            best = [credit if held else before for held, before in zip(self.held(text), best, strict=True)]
        return sum([weight * credit for weight, credit in zip(self._weights, best, strict=True)]) / self._total


@lru_cache(maxsize=8192)
def _normal(text: str) -> str:
    """The same sentences are found for one question after the other."""
    return normal(text)


def _holds(text: str, grams: tuple[str, ...]) -> bool:
    """Whether one of the grams occurs."""
    # A loop, not `any`: this is asked some thousand times for one question.
    for gram in grams:  # noqa: SIM110
        if gram in text and (gram[0] >= _FIRST_CHINESE or _stands_alone(gram, text)):
            return True
    return False


def _stands_alone(gram: str, text: str) -> bool:
    """Whether a Latin word or a number occurs as a whole."""
    at = text.find(gram)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(gram) : at + len(gram) + 1]
        if not _same_kind(before, gram[0]) and not _same_kind(after, gram[-1]):
            return True
        at = text.find(gram, at + 1)
    return False


def _same_kind(letter: str, other: str) -> bool:
    return (
        bool(letter)
        and letter.isascii()
        and ((letter.isdigit() and other.isdigit()) or (letter.isalpha() and other.isalpha()))
    )


def _other_names(run: str, text: str) -> tuple[tuple[int, int, tuple[str, ...]], ...]:
    """Stretches of the run that have other names; of two that overlap the longer counts."""
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for at, letter in enumerate(run):
        for name, group in _named().get(letter, ()):
            others = tuple(other for other in group if other not in text) if run.find(name) == at else ()
            if others:
                found.append((at, at + len(name), others))
    return tuple(
        each
        for each in found
        if not any(a <= each[0] and each[1] <= b and b - a > each[1] - each[0] for a, b, _ in found)
    )


@lru_cache(maxsize=1)
def _named() -> Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]:
    """The names of things that have several, with all of them, by first letter."""
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for group in synonyms():
        for name in group:
            found.setdefault(name[0], []).append((name, tuple(group)))
    return {letter: tuple(names) for letter, names in found.items()}


def _neutral_places(run: str) -> frozenset[int]:
    """Places of words that any topic may have (办理, 材料): they tell little of what a question is about."""
    return frozenset(at for match in _neutral().finditer(run) for at in range(*match.span()))


def _of(others: Sequence[tuple[int, int, tuple[str, ...]]], start: int, end: int) -> tuple[str, ...]:
    return tuple(name for a, b, names in others if a < end and start < b for name in names)


@lru_cache(maxsize=1)
def _stopwords() -> re.Pattern[str]:
    lines = (_DATA / "stopwords.txt").read_text(encoding="utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    return re.compile("|".join([_COUNTED, *(re.escape(word) for word in sorted(words, key=len, reverse=True))]))


@lru_cache(maxsize=1)
def _neutral() -> re.Pattern[str]:
    return re.compile("|".join((_DATA / "neutral.txt").read_text(encoding="utf-8").split()))


@lru_cache(maxsize=1)
def _soft() -> frozenset[str]:
    return frozenset((_DATA / "soft.txt").read_text(encoding="utf-8").strip())
