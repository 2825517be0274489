"""A run as it is judged: each trial with its sample, its scores by name, and why it failed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from .causes import Cause, first_cause
from .sample import NULL_AGENTS, Sample
from .trajectory import Score, Trajectory

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Result:
    """One trial, judged."""

    sample: Sample
    trajectory: Trajectory
    scores: Mapping[str, Score]

    @property
    def passed(self) -> bool | None:
        """Whether the task passed; None where it was not scored (broken outside, user stuck)."""
        task = self.scores.get("task") or self.scores.get("llm_user.task")
        return task.passed if task else None

    @property
    def counts(self) -> float:
        """What it counts in `score_all`: what was not scored is a failure."""
        return float(self.passed is True)

    @cached_property
    def cause(self) -> Cause | None:
        """The first cause of a failure."""
        return None if self.passed else first_cause(self.sample, self.trajectory, self.scores)

    @property
    def unit(self) -> tuple[str, str, str, int]:
        """What pairs this trial with one of another run."""
        trial = self.trajectory
        return trial.sample_id, trial.sample_hash, trial.variant, trial.seed

    @property
    def name(self) -> str:
        """Sample and variant, as people write it."""
        return self.sample.id + (f"@{self.trajectory.variant}" if self.trajectory.variant else "")


@dataclass(frozen=True)
class Results:
    """A run. `planned` is how many trials it should have; `nulls` what null agents scored on the same samples."""

    manifest: Mapping[str, Any]
    all: tuple[Result, ...]
    planned: int = 0
    nulls: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def real(self) -> tuple[Result, ...]:
        """Trials of the agent under test on active samples; not those with a user that a model plays."""
        return tuple(each for each in self._active if each.sample.may_gate)

    @cached_property
    def llm(self) -> tuple[Result, ...]:
        """Trials with a user that a model plays: reported, never counted."""
        return tuple(each for each in self._active if not each.sample.may_gate)

    @cached_property
    def base(self) -> tuple[Result, ...]:
        """Of these, the samples as they are written, without variants."""
        return tuple(each for each in self.real if not each.trajectory.variant)

    @cached_property
    def null_rates(self) -> dict[str, float]:
        """The pass rate of each null agent."""
        rows = group((each for each in self.all if not each.trajectory.variant), _agent)
        here = {name: sum(one.counts for one in each) / len(each) for name, each in rows.items() if name in NULL_AGENTS}
        return {**self.nulls, **here}

    @cached_property
    def _active(self) -> tuple[Result, ...]:
        return tuple(each for each in self.all if _agent(each) not in NULL_AGENTS and each.sample.status == "active")

    @property
    def name(self) -> str:
        """The run's name."""
        return str(self.manifest.get("run") or self.manifest.get("id") or "")


def results_of(
    manifest: Mapping[str, Any], samples: Iterable[Sample], trials: Iterable[Trajectory], scores: Iterable[Score]
) -> Results:
    """Put a run together; of two scores of one name the later line counts, of two trials of one key too."""
    by_id = {(each.id, each.variant): each for each in samples}
    by_key: dict[str, dict[str, Score]] = {}
    for score in scores:
        by_key.setdefault(score.key, {})[score.scorer] = score
    latest = {each.key: each for each in trials}
    found = []
    for trial in latest.values():
        sample = by_id.get((trial.sample_id, trial.variant)) or by_id.get((trial.sample_id, ""))
        if sample is not None:
            found.append(Result(sample, trial, by_key.get(trial.key, {})))
    planned = int(manifest.get("planned") or len(found))
    return Results(manifest, tuple(found), planned, dict(manifest.get("nulls") or {}))


def group(results: Iterable[Result], by: Callable[[Result], Key]) -> dict[Key, list[Result]]:
    """Results by something, in order of first appearance."""
    found: dict[Key, list[Result]] = {}
    for each in results:
        found.setdefault(by(each), []).append(each)
    return found


def by_family_values(results: Sequence[Result], value: Callable[[Result], float | None]) -> dict[str, list[float]]:
    """Values of results by family, without what is undefined."""
    found: dict[str, list[float]] = {}
    for each in results:
        figure = value(each)
        if figure is not None:
            found.setdefault(each.sample.family, []).append(figure)
    return found


def trajectory_hash(trial: Trajectory) -> str:
    """Names what was said and done in a trial; ids, times and measurements are left out."""
    talk = [(turn.user.kind, turn.user.text, turn.reply.get("text"), turn.reply.get("outcome")) for turn in trial.turns]
    calls = [(call.tool, call.status, dict(call.arguments)) for call in trial.calls]
    changes = [(change.table, change.op, change.action) for change in trial.changes]
    text = json.dumps([talk, calls, changes], ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _agent(result: Result) -> str:
    """The agent's plain name; evaluation's own models are registered with a prefix."""
    return result.trajectory.agent.removeprefix("eval-")
