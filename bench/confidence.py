"""Does the library know that it has the answer? `python -m bench.confidence`.

Answered here: `data/everyday.jsonl`. Not answered here: `data/elsewhere.txt`, by kind, and the everyday questions
again, asked of libraries that lack their documents (ten, each without those of a tenth of the questions). For each
kind: the area under the ROC curve of `coverage`, and how many are caught when 2, 5 and 10 % of the everyday questions
are refused, with the 95 % interval (Wilson).

    python -m bench.confidence --fit --reading cmrc2018_trial.json.gz

fits the weights anew: on these questions, on the same with documents that have no phrasings, and on a
reading-comprehension set of which half the texts are missing. The fit is judged by cross-validation: no question is
judged by weights that were fitted on a question about one of its documents.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from sklearn.linear_model import LogisticRegression

from knowledge import Library, Query, Source, open_embeddings, open_library
from knowledge.confidence import Signals, likely
from knowledge.terms import count_questions

from .questions import Asked, QuestionSet, elsewhere, everyday, read_squad
from .retrieval import filled

BUNDLED = Path(__file__).parent.parent / "knowledge" / "bundled"
COUNTED = BUNDLED.parent / "data" / "questions.json"
PHRASINGS = Path(__file__).parent / "data" / "phrasings.jsonl"
DAY = date(2026, 11, 24)
ABSENT, FOLDS = "document absent", 10
# A reading set has many questions of one sort: each counts less.
HELD, MISSING, LESS = "text held", "text missing", 0.3
_PHRASINGS = re.compile(rb"^asked_as:\n(?:[ \t]+-.*\n)+", re.MULTILINE)
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Judged:
    """A question as one library saw it; `fold` says with which others it is left out of a fit."""

    asked: Asked
    fold: int
    signals: Signals | None
    coverage: float
    plain: bool


def main() -> None:
    """Measure what is built in, or fit and measure the fit."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fit", action="store_true")
    options.add_argument("--count", action="store_true")
    options.add_argument("--reading", type=Path, action="append", default=[])
    given = options.parse_args()
    if given.count:
        COUNTED.write_text(count_questions(_groups()) + "\n", encoding="utf-8")
        return
    asked = [*everyday(), *elsewhere()]
    folds = folded(asked)
    seen = list(_seen(asked, folds, plain=False))
    print("as built in:")
    report([each.asked.kind for each in seen], np.array([each.coverage for each in seen]))
    if given.fit:
        read = [each for path in given.reading for each in _read(read_squad(path))]
        _fit([*seen, *_seen(asked, folds, plain=True), *read])


def folded(asked: Sequence[Asked]) -> list[int]:
    """A fold for each question, so that questions about the same documents share theirs."""
    group: dict[str, int] = {}
    folds = []
    for place, each in enumerate(asked):
        known = [group[name] for name in each.documents if name in group]
        fold = known[0] if known else place % FOLDS
        group |= dict.fromkeys(each.documents, fold)
        folds.append(fold)
    return folds


def report(kinds: Sequence[str], scores: Numbers) -> None:
    """A line for each kind of question that is not answered here."""
    here = scores[[kind == "here" for kind in kinds]]
    for kind in dict.fromkeys(each for each in kinds if each != "here"):
        there = scores[[each == kind for each in kinds]]
        caught = "  ".join(
            f"{100 * part:.0f} %: {_share(there < np.quantile(here, part))}" for part in (0.02, 0.05, 0.1)
        )
        print(f"  {kind:16} {len(there):4}  ROC area {_area(here, there):.3f}  caught at false refusal of {caught}")


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    z, share = 1.96, hits / count
    middle, half = share + z * z / (2 * count), z * ((share * (1 - share) + z * z / (4 * count)) / count) ** 0.5
    return (middle - half) / (1 + z * z / count), (middle + half) / (1 + z * z / count)


@contextmanager
def bundled(without: frozenset[str] = frozenset(), plain: bool = False) -> Iterator[Library]:
    """A library with the bundled bases but some documents; a plain one has no phrasings."""
    with tempfile.TemporaryDirectory() as folder:
        library = open_library(Path(folder), embeddings=open_embeddings("static"))
        sources = [
            Source(_PHRASINGS.sub(b"", path.read_bytes()) if plain else path.read_bytes(), path.name, path.parent.name)
            for path in sorted(BUNDLED.glob("*/*.md"))
            if f"{path.parent.name}/{path.name}" not in without
        ]
        library.add_many(sources)
        try:
            yield library
        finally:
            library.close()


def _groups() -> Iterator[list[str]]:
    """The questions that are asked of each bundled document, and groups of questions that mean the same."""
    for path in sorted(BUNDLED.glob("*/*.md")):
        yield yaml.safe_load(path.read_text(encoding="utf-8").split("---")[1]).get("asked_as") or []
    for line in PHRASINGS.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _seen(asked: Sequence[Asked], folds: Sequence[int], plain: bool) -> Iterator[Judged]:
    with bundled(plain=plain) as library:
        for each, fold in zip(asked, folds, strict=True):
            yield _judged(library, each, fold, plain)
    for fold in range(FOLDS):
        absent = [each for each, other in zip(asked, folds, strict=True) if other == fold and each.documents]
        without = frozenset(name for each in absent for name in each.documents)
        with bundled(without, plain) as library:
            for each in absent:
                yield _judged(library, replace(each, documents=(), kind=ABSENT), fold, plain)


def _read(asked: QuestionSet) -> Iterator[Judged]:
    kept = set(random.Random(0).sample(sorted(asked.documents), len(asked.documents) // 2))
    held = {name: text for name, text in asked.documents.items() if name in kept}
    with tempfile.TemporaryDirectory() as place, filled(Path(place), held, "static", 0.75) as (library, _):
        for number, (question, wanted) in enumerate(asked.questions):
            kind = HELD if wanted & kept else MISSING
            yield _judged(library, Asked(question, (), kind), number % FOLDS, plain=True)


def _judged(library: Library, asked: Asked, fold: int, plain: bool) -> Judged:
    signals = library.signals(Query(asked.question, DAY))
    return Judged(asked, fold, signals, likely(signals), plain)


def _fit(seen: Sequence[Judged]) -> None:
    """Fit on what is about something else; kinds of questions that a document speaks of are only judged."""
    used = [each for each in seen if each.asked.kind in ("here", ABSENT, "far", "service", HELD, MISSING)]
    scores = np.zeros(len(seen))
    for fold in range(FOLDS):
        head = _head([each for each in used if each.fold != fold])
        scores += [_sure(head, each) if each.fold == fold else 0.0 for each in seen]
    for plain in (False, True):
        print(f"fitted, cross-validated, {'without' if plain else 'with'} phrasings:")
        chosen = [each.plain is plain and each.asked.kind not in (HELD, MISSING) for each in seen]
        report([each.asked.kind for each, taken in zip(seen, chosen, strict=True) if taken], scores[chosen])
    head = _head(used)
    print(f"_FITTED = {tuple(float(x) for x in (head.intercept_[0].round(2), *head.coef_[0].round(2)))}")
    print("of (1,", ", ".join(Signals.__dataclass_fields__), end=")\n")


def _head(used: Sequence[Judged]) -> LogisticRegression:
    judged = [each for each in used if each.signals]
    rows = [astuple(each.signals) for each in judged if each.signals]
    here = np.array([each.asked.kind in ("here", HELD) for each in judged])
    weights = np.array([LESS if each.asked.kind in (HELD, MISSING) else 1.0 for each in judged])
    weights[here] *= weights[~here].sum() / weights[here].sum()
    return LogisticRegression(C=3.0, max_iter=2000).fit(rows, here, weights)


def _sure(head: LogisticRegression, each: Judged) -> float:
    return float(head.predict_proba([astuple(each.signals)])[0, 1]) if each.signals else 0.0


def _share(caught: npt.NDArray[np.bool_]) -> str:
    low, high = wilson(int(caught.sum()), len(caught))
    return f"{100 * caught.mean():.0f} % [{100 * low:.0f}, {100 * high:.0f}]"


def _area(here: Numbers, there: Numbers) -> float:
    """How often an answered question scores above one that is not; a tie counts half."""
    above = (here[:, None] > there[None, :]).mean() + 0.5 * (here[:, None] == there[None, :]).mean()
    return float(above)


if __name__ == "__main__":
    main()
