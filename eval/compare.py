"""Two runs on the same samples: named flips, exact tests, intervals, and what the set could have shown at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from .errors import EvalError
from .intervals import Interval, by_family, percentile
from .paired import McNemar, detectable, discovery_rates, holm, mcnemar, sign_flip
from .results import Result, Results
from .scorers import score_trial
from .summary import HIGHER_IS_WORSE

PRIMARY = ("task", "state", "calls", "reply", "outcome", "access", "secrets", "attack")
OTHER_KNOWLEDGE = "知识库内容不同；加 --common 时视为产品改动的一部分一起比较"
Pair = tuple[Result, Result]


class NotComparable(EvalError):
    """Two runs that were not made of the same samples, worlds and scorers."""


@dataclass(frozen=True)
class Flip:
    """A trial that passed in one run only."""

    name: str
    key_a: str
    key_b: str
    title: str
    cause: str


@dataclass(frozen=True)
class Row:
    """One figure in both runs: means, difference, p, and p adjusted for the number of rows."""

    scorer: str
    a: float
    b: float
    delta: Interval
    p: float | None
    adjusted: float | None
    pairs: int
    higher_is_worse: bool


@dataclass(frozen=True)
class Comparison:
    """What changed from run A to run B."""

    a: str
    b: str
    pairs: int
    left_out: tuple[str, ...]
    lost: tuple[Flip, ...]
    won: tuple[Flip, ...]
    test: McNemar
    delta: Interval
    one_sided: Interval
    permutation_p: float | None
    detectable: float | None
    primary: tuple[Row, ...]
    exploratory: tuple[Row, ...]
    by_family: dict[str, float]
    ratios: dict[str, Interval]

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return asdict(self)


def compare(a: Results, b: Results, *, common: bool = False) -> Comparison:
    """Compare on what both ran. Raises `NotComparable`; with `common` what differs is left out and listed."""
    pairs, left_out, unlike = _paired(a, b)
    if unlike and not common:
        raise NotComparable(
            "这两次运行不能直接比较：\n"
            + "\n".join(f"- {each}" for each in unlike[:20])
            + "\n加 --rescore 用现在的评分器给两边重新打分；或加 --common 只比相同的部分。"
        )
    if not pairs:
        raise NotComparable("这两次运行没有相同的样本可比。请用同一套样本各跑一次。")
    lost = [_flip(pair) for pair in pairs if pair[0].counts > pair[1].counts]
    won = [_flip(pair) for pair in pairs if pair[0].counts < pair[1].counts]
    differences = _families(pairs, lambda each: each.counts)
    delta, one_sided = by_family(differences, share=False), by_family(differences, 0.90, share=False)
    assert delta is not None
    assert one_sided is not None
    means = {family: sum(each) / len(each) for family, each in differences.items()}
    primary, exploratory = _rows(pairs)
    return Comparison(
        a=a.name,
        b=b.name,
        pairs=len(pairs),
        left_out=(*left_out, *(unlike if common else ())),
        lost=tuple(lost),
        won=tuple(won),
        test=mcnemar(len(lost), len(won)),
        delta=delta,
        one_sided=one_sided,
        permutation_p=sign_flip(list(means.values())),
        detectable=detectable(len(pairs), len(lost) + len(won), delta.design_effect or 1.0),
        primary=primary,
        exploratory=exploratory,
        by_family=means,
        ratios=_ratios(pairs),
    )


def rescored(results: Results, fixtures: Callable[[Result], Mapping[str, Any]]) -> Results:
    """The same trials judged by today's scorers."""

    def again(each: Result) -> Result:
        scores = score_trial(each.sample, each.trajectory, fixtures(each))
        return replace(each, scores={score.scorer: score for score in scores})

    return replace(results, all=tuple(map(again, results.all)))


def _paired(a: Results, b: Results) -> tuple[list[Pair], list[str], list[str]]:
    """Pairs, what only one side has, and what both have but not alike."""
    one, two = ({each.unit: each for each in run.real} for run in (a, b))
    samples_a, samples_b = ({(u[0], u[2], u[3]): u for u in side} for side in (one, two))
    changed = [key for key in samples_a if key in samples_b and samples_a[key] != samples_b[key]]
    left_out = [f"只在 A：{_unit(key)}" for key in samples_a if key not in samples_b]
    left_out += [f"只在 B：{_unit(key)}" for key in samples_b if key not in samples_a]
    unlike = [f"样本改过：{_unit(key)}" for key in changed]
    pairs = []
    for unit in one.keys() & two.keys():
        pair = one[unit], two[unit]
        if other := _other_graders(pair):
            unlike.append(f"评分器版本不同（{'、'.join(other)}）：{pair[0].name}")
        elif pair[0].trajectory.world_hash == pair[1].trajectory.world_hash:
            pairs.append(pair)
        elif knowledge(pair[0]) != knowledge(pair[1]):
            unlike.append(OTHER_KNOWLEDGE)
            pairs.append(pair)
        else:
            unlike.append(f"环境不同：{pair[0].name}")
    return sorted(pairs, key=lambda pair: pair[0].unit), sorted(left_out), sorted(set(unlike))


def knowledge(result: Result) -> str:
    """Which state of the knowledge base a trial ran on."""
    return str(result.trajectory.versions.get("knowledge") or "")


def _unit(key: tuple[str, str, int]) -> str:
    sample, variant, seed = key
    return sample + (f"@{variant}" if variant else "") + (f" 种子 {seed}" if seed else "")


def _other_graders(pair: Pair) -> list[str]:
    one, two = (each.scores for each in pair)
    return sorted({name.split(".")[0] for name in one.keys() & two.keys() if one[name].version != two[name].version})


def _flip(pair: Pair) -> Flip:
    a, b = pair
    cause = (b if a.counts > b.counts else a).cause
    return Flip(a.name, a.trajectory.key, b.trajectory.key, a.sample.title, cause.title if cause else "")


def _families(pairs: Sequence[Pair], value: Callable[[Result], float | None]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for a, b in pairs:
        one, two = value(a), value(b)
        if one is not None and two is not None:
            found.setdefault(a.sample.family, []).append(two - one)
    return found


def _rows(pairs: Sequence[Pair]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    names = dict.fromkeys(name for pair in pairs for name in pair[0].scores if name in pair[1].scores)
    rows = [row for name in names if not name.startswith("cost.") and (row := _row(pairs, name))]
    primary = [each for each in rows if each.scorer in PRIMARY]
    others = [each for each in rows if each.scorer not in PRIMARY and each.delta.point != 0.0]
    sure = holm({each.scorer: each.p for each in primary if each.p is not None})
    likely = discovery_rates({each.scorer: each.p for each in others if each.p is not None})
    return (
        tuple(replace(each, adjusted=sure.get(each.scorer)) for each in primary),
        tuple(replace(each, adjusted=likely.get(each.scorer)) for each in others),
    )


def _row(pairs: Sequence[Pair], name: str) -> Row | None:
    def value(each: Result) -> float | None:
        if name == "task":
            return each.counts
        return each.scores[name].value if name in each.scores else None

    differences = _families(pairs, value)
    delta = by_family(differences, share=False)
    if delta is None:
        return None
    both = [(value(a), value(b)) for a, b in pairs]
    known = [(one, two) for one, two in both if one is not None and two is not None]
    if name in PRIMARY:
        p: float | None = mcnemar(sum(one > two for one, two in known), sum(one < two for one, two in known)).p
    else:
        p = sign_flip([sum(each) / len(each) for each in differences.values()])
    means = [sum(side) / len(known) for side in zip(*known, strict=True)]
    return Row(name, means[0], means[1], delta, p, None, len(known), name in HIGHER_IS_WORSE)


def _ratios(pairs: Sequence[Pair]) -> dict[str, Interval]:
    """B over A of the 95th percentile of a turn's wall time and of the mean CPU of a trial, both by family."""
    found = {}
    walls = [[turn.wall_ms for turn in each.trajectory.turns] for pair in pairs for each in pair]
    a, b = (percentile([ms for each in walls[side::2] for ms in each if ms > 0], 0.95) for side in (0, 1))
    if a and b and a.point > 0 and b.low > 0 and a.low > 0:
        found["turn_ms_p95"] = Interval(b.point / a.point, b.low / a.high, b.high / a.low, b.n, "ratio_of_intervals")
    spent = _families(pairs, lambda each: each.trajectory.cpu_s or None)
    before = [pair[0].trajectory.cpu_s for pair in pairs if pair[0].trajectory.cpu_s > 0]
    change = by_family(spent, share=False)
    if change and before:
        mean = sum(before) / len(before)
        found["cpu_s"] = Interval(
            1 + change.point / mean, 1 + change.low / mean, 1 + change.high / mean, change.n, "paired_bootstrap"
        )
    return found
