"""How much of a question a passage holds: its content words weighted by rarity in the library."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

from .words import content, normal, renamings


class Frequencies(Protocol):
    """How many passages there are, and how many hold a word."""

    def count(self) -> int:
        """All passages."""
        ...

    def holding(self, word: str) -> int:
        """Passages with this word."""
        ...


class Rarity:
    """Weighs words by their rarity in the keyword index, which counts them anyway."""

    def __init__(self, frequencies: Frequencies) -> None:
        self._frequencies = frequencies

    def weight(self, word: str) -> float:
        """Inverse document frequency; a word nobody wrote weighs most."""
        return math.log(1 + (self._frequencies.count() + 1) / (self._frequencies.holding(word) + 0.5))

    def coverage(self, question: str, texts: Iterable[str]) -> list[float]:
        """For each text, the share of the question's weight it holds, in [0, 1].

        A thing that the text calls by another of its names counts as held.
        """
        renamed_here = renamings(question)
        weights = {word: self.weight(word) for word in content(_apart(question, renamed_here))}
        total = sum(weights.values())
        if total == 0:
            return [0.0 for _ in texts]
        renamed = [(content(name) & weights.keys(), content(other)) for name, other in renamed_here]
        return [min(1.0, _met(weights, content(text), renamed) / total) for text in texts]


def _apart(question: str, renamed: list[tuple[str, str]]) -> str:
    """The question with its known names set apart: what lies across their edges is nobody's word."""
    plain = normal(question)
    for name in {name for name, _ in renamed}:
        plain = plain.replace(name, f" {name} ")
    return plain


def _met(weights: dict[str, float], held: set[str], renamed: list[tuple[set[str], set[str]]]) -> float:
    met = weights.keys() & held
    for own, others in renamed:
        if others and others <= held:
            met |= own
    return sum(weights[word] for word in met)
