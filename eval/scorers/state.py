"""§3.1 What changed on the platform: exactly what was expected, and nothing beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..assign import matched_pairs
from ..expectations import Change
from ..matchers import MISSING, Known, matches, mismatches
from ..sample import Sample
from ..trajectory import Score, Trajectory, WorldChange
from .lines import Lines, Trial

VERSION = 1


@dataclass(frozen=True)
class Fit:
    """How one list of expected changes fits: the pairs, what is missing and what is left over."""

    pairs: tuple[tuple[Change, WorldChange], ...]
    missing: tuple[Change, ...]
    extra: tuple[WorldChange, ...]

    @property
    def holds(self) -> bool:
        """Whether everything expected happened and nothing else."""
        return not self.missing and not self.extra


def score(trial: Trial) -> list[Score]:
    """`state`, and how far off: `state.f1`, `state.side_effects`."""
    lines = Lines(trial, VERSION)
    if trial.sample.expect.state is None:
        return []
    fit = best_fit(trial.sample, trial.trajectory, trial.known)
    right, missing, extra = len(fit.pairs), len(fit.missing), len(fit.extra)
    evidence = [f"缺少：{_wanted(each)}" for each in fit.missing] + [f"多出：{_happened(each)}" for each in fit.extra]
    changed = len(relevant_changes(trial.sample, trial.trajectory))
    return [
        lines.verdict("state", fit.holds, evidence),
        lines.share("state.f1", 2 * right, 2 * right + missing + extra),
        lines.share("state.side_effects", extra, max(1, changed) if changed or right + missing else 0),
    ]


def best_fit(sample: Sample, trajectory: Trajectory, known: Known) -> Fit:
    """The fit of the expected changes, or of the alternative that fits best."""
    expected = sample.expect.state
    changes = relevant_changes(sample, trajectory)
    if expected is None:
        return Fit((), (), tuple(changes))
    options = [expected.changes, *expected.alternatives]
    fits = [_fit(_counted(each), changes, known) for each in options]
    freed = [replace(fit, extra=_not_allowed(fit.extra, expected.allowed_extra, known)) for fit in fits]
    return min(freed, key=lambda fit: (len(fit.missing) + len(fit.extra), -len(fit.pairs)))


def captures(sample: Sample, trajectory: Trajectory, fixtures: Mapping[str, Any]) -> dict[str, Any]:
    """The ids that expected changes give names to, beside those noted while the trial ran."""
    known = Known(trajectory.captured, fixtures)
    fit = best_fit(sample, trajectory, known)
    named = {wanted.capture: happened.key for wanted, happened in fit.pairs if wanted.capture}
    return {**named, **trajectory.captured}


def relevant_changes(sample: Sample, trajectory: Trajectory) -> list[WorldChange]:
    """The change log without the tables and fields the sample ignores."""
    ignored = sample.expect.state.ignore if sample.expect.state else ()
    kept = []
    for change in trajectory.changes:
        if f"{change.table}.*" in ignored:
            continue
        values = {name: each for name, each in change.values.items() if f"{change.table}.{name}" not in ignored}
        if change.op != "update" or values or not change.values:
            kept.append(replace(change, values=values))
    return kept


def fits_change(wanted: Change, happened: WorldChange, known: Known) -> bool:
    """Whether an entry of the change log is what was expected."""
    row = {**happened.before, **happened.values}
    row.setdefault("id", happened.key)
    return (
        (wanted.table, wanted.op) == (happened.table, happened.op)
        and (wanted.action is None or matches(wanted.action, happened.action, known))
        and (wanted.key is None or matches(wanted.key, happened.key, known))
        and all(matches(each, row.get(name, MISSING), known) for name, each in wanted.match.items())
        and not mismatches(wanted.set, happened.values, known)
    )


def _fit(expected: Sequence[Change], changes: Sequence[WorldChange], known: Known) -> Fit:
    pairs = matched_pairs([[fits_change(wanted, each, known) for each in changes] for wanted in expected])
    rows, columns = {row for row, _ in pairs}, {column for _, column in pairs}
    return Fit(
        tuple((expected[row], changes[column]) for row, column in pairs),
        tuple(each for place, each in enumerate(expected) if place not in rows),
        tuple(each for place, each in enumerate(changes) if place not in columns),
    )


def _counted(changes: Sequence[Change]) -> list[Change]:
    return [each for each in changes for _ in range(each.count)]


def _not_allowed(extra: Sequence[WorldChange], allowed: Sequence[Change], known: Known) -> tuple[WorldChange, ...]:
    return tuple(each for each in extra if not any(fits_change(wanted, each, known) for wanted in allowed))


def _wanted(change: Change) -> str:
    details = {**change.match, **change.set}
    return f"{change.op} {change.table} {details}" if details else f"{change.op} {change.table}"


def _happened(change: WorldChange) -> str:
    return f"{change.op} {change.table} {change.key}（{change.action}）{dict(change.values)}"[:300]
