"""What a run shows: shares with intervals beside the best null agent, reliability, causes, safety bounds, times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from .intervals import Interval, by_family, percentile, zero_failure_bound
from .reliability import Curves, Tally, flaky, passed_in_all, trial_curves, variant_curves
from .results import Result, Results, by_family_values, group, trajectory_hash
from .scorers import GRADERS

SAFETY = ("calls.unconfirmed_writes", "access", "access.escalation", "secrets", "attack", "secrets.log_personal")
HIGHER_IS_WORSE = frozenset(
    (
        "state.side_effects", "calls.redundancy", "calls.unknown_tools", "calls.premature_writes", "retrieval.stale@10",
        "calls.unconfirmed_writes", "retrieval.false_use", "grounding.number_hallucination", "refusal.over",
        "attack.success", "slots.repeat_ask", "access.agent_only_block", "access.escalation", "secrets.leak",
        "secrets.log_personal",
    )
)  # fmt: skip


@dataclass(frozen=True)
class Metric:
    """One scorer over a run: micro (sums) and macro (mean of trials), how many passed, how many were undefined."""

    micro: float | None
    macro: Interval | None
    passed: int
    judged: int
    undefined: int


@dataclass(frozen=True)
class Bound:
    """A safety figure: failures among probes, and what the probes still allow."""

    failures: int
    probes: int
    upper: float


@dataclass(frozen=True)
class Failed:
    """One failed trial."""

    name: str
    key: str
    family: str
    cause: str
    title: str
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Played:
    """Trials with a user that a model played: reported beside the score, in none of its figures."""

    user: str
    passed: int
    n: int
    stuck: int


@dataclass(frozen=True)
class Summary:
    """Everything a report shows, ready for JSON."""

    run: str
    agent: str
    planned: int
    done: int
    errored: int
    stuck: int
    quarantined: tuple[str, ...]
    task: Interval | None
    task_completed: Interval | None
    with_variants: Interval | None
    nulls: dict[str, float]
    best_null: str
    lift: float | None
    by_vertical: dict[str, Interval | None]
    by_family: dict[str, Interval | None]
    by_kind: dict[str, Interval | None]
    metrics: dict[str, Metric]
    heat: dict[str, dict[str, float | None]]
    trials: Curves
    variants: Curves
    robust_all: float | None
    flaky: tuple[str, ...]
    repeatable: dict[str, int]
    transforms: dict[str, dict[str, float]]
    causes: dict[str, int]
    failed: tuple[Failed, ...]
    safety: dict[str, Bound]
    times: dict[str, Interval | None]
    graders: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    unchecked: dict[str, str] = field(default_factory=dict)
    llm_user: Played | None = None

    def to_json(self) -> dict[str, Any]:
        """A JSON object for `summary.json`."""
        return asdict(self)


def summarise(results: Results) -> Summary:
    """The summary of a run."""
    real, base = results.real, results.base
    task = _rate(base)
    nulls = results.null_rates
    best = max(nulls, key=lambda name: nulls[name], default="")
    failed = [_failed(each) for each in real if not each.passed]
    first = Counter(each.cause for each in failed)
    variants = tallies(_first_trials(real), lambda each: each.sample.id)
    trials = tallies(real, lambda each: each.name)
    return Summary(
        run=results.name,
        agent=base[0].trajectory.agent if base else str(results.manifest.get("agent") or ""),
        planned=results.planned,
        done=len(results.all),
        errored=sum(each.trajectory.status == "errored" for each in real),
        stuck=sum(map(_is_stuck, real)),
        quarantined=tuple(sorted({each.sample.id for each in results.all if each.sample.status == "quarantined"})),
        task=task,
        task_completed=_rate([each for each in base if each.passed is not None]),
        with_variants=_rate(real),
        nulls=nulls,
        best_null=best,
        lift=_lift(task.point if task else None, nulls.get(best)),
        by_vertical={name: _rate(each) for name, each in group(base, lambda each: each.sample.vertical).items()},
        by_family={name: _rate(each) for name, each in sorted(group(base, lambda each: each.sample.family).items())},
        by_kind={name: _rate(each) for name, each in group(base, lambda each: each.sample.kind).items()},
        metrics=metrics_of(real),
        heat=_heat(base),
        trials=trial_curves([each for each in trials.values() if each.n > 1]),
        variants=variant_curves(list(variants.values())),
        robust_all=passed_in_all([each for each in variants.values() if each.n > 1]),
        flaky=tuple(flaky(trials)),
        repeatable=_repeatable(real),
        transforms=_transforms(real),
        causes=dict(first.most_common()),
        failed=tuple(failed),
        safety={name: bound for name in SAFETY if (bound := _bound(real, name))},
        times=_times(real),
        graders=dict(GRADERS),
        left_out=_named_reasons(results.manifest.get("left_out")),
        unchecked=_named_reasons(results.manifest.get("unchecked")),
        llm_user=_played(results.llm),
    )


def metrics_of(results: Sequence[Result]) -> dict[str, Metric]:
    """Every scorer that scored anything."""
    names = dict.fromkeys(name for each in results for name in each.scores)
    return {name: _metric(results, name) for name in names}


def _metric(results: Sequence[Result], name: str) -> Metric:
    lines = [each.scores[name] for each in results if name in each.scores]
    total = sum(each.denominator for each in lines)
    judged = [each for each in lines if each.passed is not None]
    values = by_family_values(results, lambda each: each.scores[name].value if name in each.scores else None)
    return Metric(
        micro=sum(each.numerator for each in lines) / total if total else None,
        macro=by_family(values),
        passed=sum(each.passed is True for each in judged),
        judged=len(judged),
        undefined=sum(each.value is None for each in lines),
    )


def _played(results: Sequence[Result]) -> Played | None:
    if not results:
        return None
    users = sorted({str(each.trajectory.versions.get("user", "")) for each in results})
    passed, stuck = sum(each.passed is True for each in results), sum(_is_stuck(each) for each in results)
    return Played("、".join(users), passed, len(results), stuck)


def _is_stuck(result: Result) -> bool:
    return result.trajectory.status == "user_stuck"


def _named_reasons(listed: Any) -> dict[str, str]:
    """Sample → why; an older run folder has only the names."""
    return dict(listed) if isinstance(listed, Mapping) else dict.fromkeys(listed or (), "")


def _rate(results: Sequence[Result]) -> Interval | None:
    return by_family(by_family_values(results, lambda each: each.counts))


def _lift(rate: float | None, null: float | None) -> float | None:
    if rate is None or null is None or null >= 1.0:
        return None
    return (rate - null) / (1.0 - null)


def _failed(result: Result) -> Failed:
    cause = result.cause
    label, evidence = (cause.label, cause.evidence) if cause else ("format", ())
    return Failed(result.name, result.trajectory.key, result.sample.family, label, result.sample.title, evidence)


def _heat(results: Sequence[Result]) -> dict[str, dict[str, float | None]]:
    """Family → gating scorer → share passed."""
    found: dict[str, dict[str, float | None]] = {}
    for family, rows in sorted(group(results, lambda each: each.sample.family).items()):
        names = dict.fromkeys(score.scorer for each in rows for score in each.scores.values() if score.gating)
        found[family] = {"task": sum(each.counts for each in rows) / len(rows)}
        for name in names:
            judged = [each.scores[name].passed for each in rows if name in each.scores]
            known = [each for each in judged if each is not None]
            found[family][name] = sum(known) / len(known) if known else None
    return found


def tallies(results: Sequence[Result], by: Callable[[Result], str]) -> dict[str, Tally]:
    """How many of the trials of each name passed, and how many different trajectories there were."""
    return {
        name: Tally(
            sum(each.passed is True for each in rows),
            len(rows),
            len({trajectory_hash(each.trajectory) for each in rows}),
        )
        for name, rows in group(results, by).items()
    }


def _first_trials(results: Sequence[Result]) -> list[Result]:
    """One trial of each sample and variant."""
    return [
        min(rows, key=lambda each: each.trajectory.trial) for rows in group(results, lambda each: each.name).values()
    ]


def _repeatable(results: Sequence[Result]) -> dict[str, int]:
    """Of the samples run more than once just so, how many always gave the same trajectory."""
    rows = [each for each in tallies(results, lambda each: each.name).values() if each.n > 1]
    return {"same": sum(each.distinct == 1 for each in rows), "of": len(rows)}


def _transforms(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """For each kind of variant the change of the pass rate against the same samples as written."""
    base = {each.sample.id: each.counts for each in results if not each.trajectory.variant}
    changed = [each for each in results if each.trajectory.variant and each.sample.id in base]
    found = {}
    for name, rows in sorted(group(changed, _transform).items()):
        before = sum(base[each.sample.id] for each in rows) / len(rows)
        after = sum(each.counts for each in rows) / len(rows)
        found[name] = {"n": float(len(rows)), "before": before, "after": after, "delta": after - before}
    return found


def _transform(result: Result) -> str:
    variant = next((each for each in result.sample.variants if each.id == result.trajectory.variant), None)
    if variant is None:
        return "其他"
    return variant.transform or ("改写" if variant.opening or variant.turns else "换环境")


def _bound(results: Sequence[Result], name: str) -> Bound | None:
    judged = [each.scores[name] for each in results if name in each.scores and each.scores[name].passed is not None]
    failures = sum(each.passed is False for each in judged)
    return Bound(failures, len(judged), zero_failure_bound(len(judged))) if judged else None


def _times(results: Sequence[Result]) -> dict[str, Interval | None]:
    walls = [turn.wall_ms for each in results for turn in each.trajectory.turns if turn.wall_ms > 0]
    cpu = [each.trajectory.cpu_s for each in results if each.trajectory.cpu_s > 0]
    shares = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
    found = {f"turn_ms_{name}": percentile(walls, share) for name, share in shares.items()}
    return {**found, "cpu_s_p50": percentile(cpu, 0.5), "cpu_s_p95": percentile(cpu, 0.95)}
