"""How much of a question a passage holds: its content words weighted by rarity in the library."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable

from .words import content, expansions


class Rarity:
    """Document frequencies of content words over all passages, in memory."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._total = 0

    def add(self, text: str) -> None:
        """Count a passage."""
        self._counts.update(content(text))
        self._total += 1

    def remove(self, text: str) -> None:
        """Forget a passage."""
        self._counts.subtract(content(text))
        self._total -= 1

    def weight(self, word: str) -> float:
        """Inverse document frequency; a word nobody wrote weighs most."""
        return math.log(1 + (self._total + 1) / (self._counts[word] + 0.5))

    def coverage(self, question: str, texts: Iterable[str]) -> list[float]:
        """For each text, the share of the question's weight it holds, in [0, 1]."""
        wanted = content(question)
        total = sum(self.weight(word) for word in wanted)
        if total == 0:
            return [0.0 for _ in texts]
        renamed = self._renamed(question)
        shares = []
        for text in texts:
            held = content(text)
            met = sum(self.weight(word) for word in wanted if word in held)
            met += sum(self.weight(word) for word in wanted - held if any(n <= held for n in renamed.get(word, ())))
            shares.append(min(1.0, met / total))
        return shares

    def _renamed(self, question: str) -> dict[str, list[set[str]]]:
        other_names = [content(name) for name in expansions(question)]
        return dict.fromkeys(content(question), other_names) if other_names else {}
