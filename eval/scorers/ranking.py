"""§3.3 Retrieval: whether the sections that answer were found, how high, and whether they were used."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..canonical import tight
from ..expectations import Gold
from ..trajectory import Hit, Lookup, Score
from .lines import Lines, Trial

VERSION = 1


def score(trial: Trial) -> list[Score]:
    """`retrieval` and its rank figures, over the query of the trial that found the gold best."""
    expected = trial.sample.expect.retrieval
    lines = Lines(trial, VERSION)
    lookups = trial.trajectory.retrievals
    stale = [_stale(lines, lookups)]
    if expected is None:
        return stale
    if expected.none:
        return [*stale, _false_use(lines, trial)]
    ranked = [sections(each) for each in lookups]
    grades = max(
        (grades_of(each, expected.gold) for each in ranked), key=lambda each: ndcg(each, expected.gold, 10), default=[]
    )
    deepest = max(expected.k, default=10)
    missed = [f"前 {deepest} 段没有：{each.doc} {each.section}" for each in not_found(grades, expected.gold, deepest)]
    best = max((each.grade for each in expected.gold), default=0)
    core = [each for each in expected.gold if each.grade == best]
    found_core = len(core) - len([each for each in not_found(grades, expected.gold, deepest) if each.grade == best])
    scores = [lines.verdict("retrieval", None if not core else found_core > 0, missed)]
    for k in expected.k:
        hits = sum(grade > 0 for grade, _ in grades[:k])
        found = len(expected.gold) - len(not_found(grades, expected.gold, k))
        scores += [
            lines.share(f"retrieval.hit@{k}", float(hits > 0), 1 if expected.gold else 0),
            lines.share(f"retrieval.recall@{k}", found, len(expected.gold)),
            lines.share(f"retrieval.precision@{k}", hits, k if expected.gold else 0),
        ]
    first = next((1 / n for n, (grade, _) in enumerate(grades[:10], 1) if grade > 0), 0.0)
    scores.append(lines.share("retrieval.mrr@10", first, 1 if expected.gold else 0))
    scores.append(lines.share("retrieval.ndcg@10", ndcg(grades, expected.gold, 10), 1 if expected.gold else 0))
    scores.append(lines.share("retrieval.map", average_precision(grades, expected.gold), 1 if expected.gold else 0))
    return [*scores, *stale, _cited(lines, trial)]


def sections(lookup: Lookup) -> list[Hit]:
    """The hits of one query as they were handed over, best first, each section once."""
    seen: dict[tuple[str, str], Hit] = {}
    for hit in lookup.hits:
        seen.setdefault((hit.document, hit.heading), hit)
    return list(seen.values())


def is_gold(gold: Gold, document: str, heading: str) -> bool:
    """Whether a section is the gold one: the document's title, and the heading or its last part."""
    if tight(gold.doc) != tight(document):
        return False
    return not gold.section or tight(gold.section) in (tight(heading), tight(heading.split(" > ")[-1]))


def grades_of(hits: Sequence[Hit], gold: Sequence[Gold]) -> list[tuple[int, int]]:
    """For each hit its grade (0: not gold) and the place of its gold; a gold counts only the first time it is found."""
    used: set[int] = set()
    found = []
    for hit in hits:
        place = next(
            (n for n, each in enumerate(gold) if n not in used and is_gold(each, hit.document, hit.heading)), -1
        )
        used |= {place} - {-1}
        found.append((gold[place].grade if place >= 0 else 0, place))
    return found


def not_found(grades: Sequence[tuple[int, int]], gold: Sequence[Gold], k: int) -> list[Gold]:
    """The gold that is not among the first k."""
    found = {place for _, place in grades[:k]}
    return [each for n, each in enumerate(gold) if n not in found]


def ndcg(grades: Sequence[tuple[int, int]], gold: Sequence[Gold], k: int) -> float:
    """Discounted gain of the first k, by the best there could be."""
    ideal = sorted((each.grade for each in gold), reverse=True)
    best = _gain(ideal[:k])
    return _gain([grade for grade, _ in grades[:k]]) / best if best else 0.0


def average_precision(grades: Sequence[tuple[int, int]], gold: Sequence[Gold]) -> float:
    """The mean precision at each gold that was found; what was not found counts 0."""
    found, total = 0, 0.0
    for n, (grade, _) in enumerate(grades, 1):
        if grade > 0:
            found += 1
            total += found / n
    return total / len(gold) if gold else 0.0


def _gain(grades: Sequence[int]) -> float:
    return sum(float(2**grade - 1) / math.log2(n + 1) for n, grade in enumerate(grades, 1))


def _stale(lines: Lines, lookups: Sequence[Lookup]) -> Score:
    """Passages not in force among the first ten that were handed to the model."""
    hits = [hit for each in lookups for hit in sections(each)[:10]]
    stale = [f"{hit.document}（{hit.status}）" for hit in hits if hit.status and hit.status != "in_force"]
    return lines.share("retrieval.stale@10", len(stale), len(hits), stale)


def _false_use(lines: Lines, trial: Trial) -> Score:
    """Nothing answers, yet passages were cited as an answer."""
    reply = trial.trajectory.last_reply
    cited = [each["title"] for each in reply.get("citations") or () if each.get("kind") == "passage"]
    answered = (reply.get("outcome") or {}).get("is") == "answered"
    return lines.share("retrieval.false_use", float(bool(cited) and answered), 1, cited, target=0.0)


def _cited(lines: Lines, trial: Trial) -> Score:
    """Of the gold sections that were found, those that were cited: where a loss happens after the search."""
    expected = trial.sample.expect.retrieval
    gold = expected.gold if expected else ()
    hits = [hit for each in trial.trajectory.retrievals for hit in each.hits]
    found = [each for each in gold if any(is_gold(each, hit.document, hit.heading) for hit in hits)]
    citations = [each for turn in trial.trajectory.turns for each in turn.reply.get("citations") or ()]
    cited = [
        each
        for each in found
        if any(is_gold(each, one.get("title", ""), " > ".join(one.get("heading_path") or ())) for one in citations)
    ]
    return lines.share("retrieval.used", len(cited), len(found))
