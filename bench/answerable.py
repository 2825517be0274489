"""What the offline model does with questions it can answer and with others: `python -m bench.answerable`.

Answerable: `data/everyday.jsonl`. Not answerable: `data/elsewhere.txt`, by kind, and the everyday questions again,
asked of libraries that lack their documents. For each kind: how many are answered (from a right or from another
document), told rules that are only related, refused with a passage pointed at, or refused with nothing found. With
`--fit` the weights of `agents/models/offline_lines.py` are fitted anew, and the outcomes that the cross-validated
weights would have.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from agents.clock import CITY_ZONE
from agents.lookup import look_up, passages
from agents.models import offline_lines
from agents.models.offline_answers import HEDGE, answer
from agents.models.offline_lines import Line, Standing, lines
from agents.understanding import focus_of
from knowledge import Library
from tools import Call, Principal

from .confidence import ABSENT, FOLDS, bundled, folded, report
from .questions import Asked, elsewhere, everyday

ASKER = Principal("bench", frozenset(("citizen",)))
# How often a question that nothing answers is asked, against one that something does: a guess, on the careful side.
RARER = 0.5


@dataclass(frozen=True)
class Seen:
    """A question, what was found for it, its best line, and with which others it is left out of a fit."""

    asked: Asked
    fold: int
    sources: tuple[str, ...]
    found: Mapping[str, Any]
    best: Line | None

    @property
    def right(self) -> bool:
        """Whether the first line is of a right document."""
        return bool(self.best and self.sources[self.best.passage] in self.asked.documents)


def main() -> None:
    """Ask everything once; fit when asked to."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fit", action="store_true")
    fit = options.parse_args().fit
    seen = list(_seen())
    _outcomes(seen)
    if fit:
        _fit(seen)


def _seen() -> Iterator[Seen]:
    asked = [*everyday(), *elsewhere()]
    folds = folded(asked)
    with bundled() as library:
        for each, fold in zip(asked, folds, strict=True):
            yield _ask(library, each, fold)
    for fold in range(FOLDS):
        absent = [each for each, other in zip(asked, folds, strict=True) if other == fold and each.documents]
        with bundled(frozenset(name for each in absent for name in each.documents)) as library:
            for each in absent:
                yield _ask(library, replace(each, documents=(), kind=ABSENT), fold)


def _ask(library: Library, asked: Asked, fold: int) -> Seen:
    found = look_up(library, asked.question, frozenset(), Call(ASKER, datetime.now(CITY_ZONE)))
    result = passages(found)
    for ref, passage in enumerate((*result["passages"], *result["expired"]), start=1):
        passage["ref"] = ref
    sources = tuple(f"{hit.document.base}/{hit.document.source_name}" for hit in (*found.hits, *found.expired))
    judged = lines(asked.question, result, result["passages"], focus_of(asked.question))
    return Seen(asked, fold, sources, result, next(iter(judged), None))


def _outcomes(seen: Sequence[Seen]) -> None:
    counted = Counter((each.asked.kind, _outcome(each)) for each in seen)
    for kind in dict.fromkeys(kind for kind, _ in counted):
        total = sum(count for (other, _), count in counted.items() if other == kind)
        told = ", ".join(
            f"{what} {n} ({100 * n / total:.0f} %)" for (k, what), n in sorted(counted.items()) if k == kind
        )
        print(f"{kind:16} {told}", flush=True)


def _outcome(seen: Seen) -> str:
    reply = answer(seen.asked.question, seen.found)
    text = reply if isinstance(reply, str) else reply.text
    cited = {seen.sources[int(ref) - 1] for ref in re.findall(r"\[(\d+)\]", text)}
    where = "" if not seen.asked.documents else " right" if cited & set(seen.asked.documents) else " other"
    if isinstance(reply, str):
        return f"{'related rules told' if text.startswith(HEDGE) else 'answered'}{where}"
    return f"refused, pointing{where}" if cited else "refused, nothing found"


def _fit(seen: Sequence[Seen]) -> None:
    """Fit on what is about something else; kinds that a document speaks of are only judged."""
    used = [each for each in seen if each.asked.kind in ("here", ABSENT, "far", "service") and each.best]
    built_in, scores = offline_lines._SURE, np.zeros(len(seen))
    counted = Counter[tuple[str, str]]()
    for fold in range(FOLDS):
        offline_lines._SURE = _weights([each for each in used if each.fold != fold])
        for place, each in enumerate(seen):
            if each.fold == fold:
                scores[place] = each.best.sure if each.best else 0.0
                counted[each.asked.kind, _outcome(each)] += 1
    print("\nfitted, cross-validated:")
    report([each.asked.kind for each in seen], scores)
    for (kind, what), count in sorted(counted.items()):
        print(f"  {kind:16} {what:24} {count}")
    offline_lines._SURE = built_in
    print(f"_SURE = {_weights(used)}  # 1, {', '.join(Standing.__dataclass_fields__)}")


def _weights(used: Sequence[Seen]) -> tuple[float, ...]:
    rows = [astuple(each.best.standing) for each in used if each.best]
    rarer = [1.0 if each.asked.kind == "here" else RARER for each in used]
    head = LogisticRegression(C=3.0, max_iter=2000).fit(rows, [each.right for each in used], rarer)
    return tuple(float(x) for x in (head.intercept_[0].round(2), *head.coef_[0].round(2)))


if __name__ == "__main__":
    main()
