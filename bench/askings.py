"""Whether answers are whole: every asking of a question answered, lists complete, nothing twice, not too long.

    python -m bench.askings            how many, by kind
    python -m bench.askings --failures with every reply that is not whole

`data/askings.jsonl`: a question as people ask it (several askings at once, lists, comparisons, yes or no, figures,
what the documents say they do not know, what they only touch on), its documents, and what a whole answer tells:
pieces of their text, `a|b` for either. What is `absent` is to be refused.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agents.clock import CITY_ZONE
from agents.lookup import look_up, passages
from agents.models.offline_answers import HEDGE, Refusal, answer
from knowledge import Library
from tools import Call, Principal

from .confidence import bundled
from .questions import Whole, askings

ASKER = Principal("bench", frozenset(("citizen",)))
SHORT, LISTED = 300, 600
ABSENT = "absent"
_MARK = re.compile(r"\[\d+\]")
_SENTENCE = re.compile(r"[^。！？；\n]+")


@dataclass(frozen=True)
class Told:
    """A question, the reply, and what of it is wanting: nothing when it is whole."""

    asked: Whole
    reply: str
    wanting: tuple[str, ...]
    some: bool


def main() -> None:
    """Ask everything once."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--failures", action="store_true")
    failures = options.parse_args().failures
    told = list(_all())
    for kind in dict.fromkeys(each.asked.kind for each in told):
        _line(kind, [each for each in told if each.asked.kind == kind])
    _line("all", told)
    for each in told if failures else ():
        if each.wanting:
            print(f"\n{each.asked.kind}: {each.asked.question}\n  wanting: {'; '.join(each.wanting)}\n  {each.reply}")


def _line(kind: str, told: list[Told]) -> None:
    counted = Counter("whole" if not each.wanting else "in part" if each.some else "not" for each in told)
    wanting = Counter(what.split(":")[0] for each in told for what in each.wanting)
    print(
        f"{kind:12} whole {counted['whole']} of {len(told)}, in part {counted['in part']}, not {counted['not']};"
        f" {dict(wanting)}",
        flush=True,
    )


def _all() -> Iterator[Told]:
    with bundled() as library:
        for each in askings():
            yield _told(library, each)


def _told(library: Library, asked: Whole) -> Told:
    found: dict[str, Any] = passages(
        look_up(library, asked.question, frozenset(), Call(ASKER, datetime.now(CITY_ZONE)))
    )
    for ref, passage in enumerate((*found["passages"], *found["expired"]), start=1):
        passage["ref"] = ref
    reply = answer(asked.question, found)
    text = reply.text if isinstance(reply, Refusal) else reply
    return Told(asked, text, tuple(_wanting(asked, reply, text)), any(_tells(text, each) for each in asked.tells))


def _wanting(asked: Whole, reply: str | Refusal, text: str) -> Iterator[str]:
    bare = _MARK.sub("", text)
    if asked.kind == ABSENT:
        if isinstance(reply, str) and not reply.startswith(HEDGE):
            yield "answered"
        return
    yield from (f"untold: {each}" for each in asked.tells if not _tells(bare, each))
    said = Counter(_SENTENCE.findall(bare))
    yield from (f"twice: {each}" for each, count in said.items() if count > 1)
    if len(bare) > (LISTED if asked.kind in ("list", "several") else SHORT):
        yield f"long: {len(bare)}"


def _tells(text: str, wanted: str) -> bool:
    return any(each in text for each in wanted.split("|"))


if __name__ == "__main__":
    main()
