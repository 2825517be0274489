"""What speaks for a label beside the words: who asks, what is named, what a tool could do with it.

A log-linear model over evidence that is of the same kinds for every label, so that it holds for whatever is plugged in.
`python -m bench.weighing` fits its weights.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from tools import ToolSpec

from .addresses import places
from .focus import is_question
from .intents import Intents
from .slots import fill, find, known_class

# Of a label: its logarithmic probability by the words; of a tool: whether it takes an identifier that is named, has no
# place for it, needs one and none is named, is closed to the person, how many of its details are given, whether a place
# is named where it takes one, or none where it must have one, whether it files a class of problem and none is heard;
# how questions and length speak for writes, rules and nothing; and how well the passages found answer, which speaks for
# rules and against nothing.
EVIDENCE = (
    "words", "takes", "misses", "needs", "closed", "details", "placed", "no_place", "no_class",
    "write_asked", "write_long", "rule", "rule_asked", "rule_long", "rule_placed", "rule_covered",
    "nothing", "nothing_asked", "nothing_long", "nothing_covered",
)  # fmt: skip
IDENTIFIERS = frozenset(("case_no", "order_no", "component_no", "credit_code"))
_DETAILS = frozenset(("number", "money", "date", "enum", "item", "phone"))
# Details are looked for only in what is likely by the words; more than so many say no more.
_LIKELY, _MOST = 5, 3
# Characters: what counts as one, and beyond what no more is added.
_LONG, _LONGEST = 40.0, 80
_VAGUE = 0.5
# How well passages answer where none were looked for yet.
_UNSEEN = 0.5
_LEAST = 1e-9
_LATELY = 64
_TOOL = "tool:"
_NOTHING = ""
WEIGHTS = Path(__file__).parent / "data" / "weights.json"
Array = npt.NDArray[np.float64]


class Weighing:
    """Probabilities of labels for a person's message. Labels of tools are their names, with or without `tool:`.

    `reporting` are the tools that take a report of a problem at a place.
    """

    def __init__(
        self, intents: Intents, specs: Mapping[str, ToolSpec], weights: Mapping[str, float] | None = None
    ) -> None:
        self.intents = intents
        given = shipped_weights() if weights is None else weights
        self._weights = np.array([given[kind] for kind in EVIDENCE])
        self.labels = (*intents.labels, _NOTHING)
        self._specs = [specs.get(label.removeprefix(_TOOL)) for label in self.labels]
        slots = [tuple(spec.slots.values()) if spec else () for spec in self._specs]
        self._takes = [frozenset(slot.kind for slot in each) & IDENTIFIERS for each in slots]
        self._named = {slot.kind: slot for each in slots for slot in each if slot.kind in IDENTIFIERS}
        self._needs = _ones(any(spec.slots[name].kind in IDENTIFIERS for name in spec.required if name in spec.slots)
                            if spec else False for spec in self._specs)  # fmt: skip
        self._files = _ones(any(slot.kind == "category" for slot in each) for each in slots)
        self._places = _ones(any(slot.kind == "address" for slot in each) for each in slots)
        self._at = _ones(any(spec.slots[name].kind == "address" for name in spec.required if name in spec.slots)
                         if spec else False for spec in self._specs)  # fmt: skip
        self._write = _ones(spec is not None and spec.effect == "write" for spec in self._specs)
        self._nothing = _ones(label == _NOTHING for label in self.labels)
        self._tool = _ones(spec is not None for spec in self._specs)
        self._rule = 1.0 - self._tool - self._nothing
        self.reporting = frozenset(
            spec.name for spec, each in zip(self._specs, slots, strict=True)
            if spec and spec.effect == "write" and {"category", "address"} <= {slot.kind for slot in each}
            and not any(slot.kind in IDENTIFIERS and not slot.derived for slot in each)
        )  # fmt: skip
        # The same words are weighed for routing, for cutting and by the model.
        self._lately = lru_cache(maxsize=_LATELY)(self._heard)

    def score(
        self, text: str, roles: Collection[str] = (), now: datetime | None = None, covered: float = _UNSEEN
    ) -> dict[str, float]:
        """Probability in [0, 1] for each label; what is missing to one is none of these. No roles: anybody's words.

        `covered`: how well the passages found answer, in [0, 1].
        """
        logits = self._weights @ self.evidence(text, roles, now, covered)
        shares = np.exp(logits - logits.max())
        return dict(zip(self.labels[:-1], (shares / shares.sum())[:-1].tolist(), strict=True))

    def evidence(
        self, text: str, roles: Collection[str] = (), now: datetime | None = None, covered: float = _UNSEEN
    ) -> Array:
        """A row for each kind of `EVIDENCE`, a column for each of `labels`."""
        day = (now or datetime.now().astimezone()).replace(hour=12, minute=0, second=0, microsecond=0)
        rows = self._lately(text, frozenset(roles or ()), day).copy()
        rows[EVIDENCE.index("rule_covered")] = self._rule * covered
        rows[EVIDENCE.index("nothing_covered")] = self._nothing * covered
        return rows

    def _heard(self, text: str, roles: frozenset[str], now: datetime) -> Array:
        """The evidence of the words themselves, on a day; what was found for them is still to be put in."""
        found = self.intents.score(text)
        words = np.array([*found.values(), max(0.0, 1.0 - sum(found.values()))])
        named = {kind for kind, slot in self._named.items() if find(slot, text, now)}
        takes = _ones(bool(named & kinds) for kinds in self._takes)
        hit = known_class(text)
        somewhere = bool(places(text))
        asks, length = float(is_question(text)), min(len(text), _LONGEST) / _LONG
        rows = {
            "words": np.log(np.maximum(words, _LEAST)),
            "takes": takes,
            "misses": (self._tool - takes) * bool(named),
            "needs": self._needs * (not named),
            "closed": _ones(spec is not None and spec.roles.isdisjoint(roles or spec.roles) for spec in self._specs),
            "details": self._details(text, words, now),
            "placed": self._places * somewhere,
            "no_place": self._at * (not somewhere),
            "rule_placed": self._rule * somewhere,
            "no_class": self._files * (hit is None or hit.score < _VAGUE),
            "rule_covered": 0.0 * self._rule,
            "nothing_covered": 0.0 * self._nothing,
        }
        leans = {"write": self._write, "rule": self._rule, "nothing": self._nothing}
        rows |= {f"{name}_asked": asks * ones for name, ones in leans.items()}
        rows |= {f"{name}_long": length * ones for name, ones in leans.items()}
        return np.array([(rows | leans)[kind] for kind in EVIDENCE])

    def _details(self, text: str, words: Array, now: datetime) -> Array:
        given = np.zeros(len(self.labels))
        for place in np.argsort(-words, kind="stable")[:_LIKELY]:
            spec = self._specs[place]
            slots = {name: slot for name, slot in spec.slots.items() if slot.kind in _DETAILS} if spec else {}
            given[place] = min(_MOST, len(fill(slots, text, now)))
        return given


@runtime_checkable
class Understands(Protocol):
    """What goes by what the house understands: a chat model may."""

    def understand(self, weighing: Weighing) -> None:
        """Go by this from now on."""
        ...


@lru_cache(maxsize=1)
def shipped_weights() -> Mapping[str, float]:
    """The weight of each kind of evidence that comes with the house."""
    weights: dict[str, float] = json.loads(WEIGHTS.read_text(encoding="utf-8"))["weights"]
    return weights


def _ones(of: Iterable[bool]) -> Array:
    return np.array(list(of), dtype=np.float64)
