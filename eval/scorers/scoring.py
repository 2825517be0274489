"""All scorers in order, and the one verdict over those that gate: `task`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..matchers import Known
from ..sample import Sample
from ..trajectory import Score, Trajectory
from . import access, calls, cost, dialogue, grounding, judge, outcome, privacy, ranking, reply, state
from .lines import Lines, Trial

TASK_VERSION = 1
TASK, REPORTED = "task", "llm_user.task"


@dataclass(frozen=True)
class Scorer:
    """A group of scores of one version."""

    name: str
    version: int
    score: Callable[[Trial], list[Score]]


SCORERS = (
    Scorer("state", state.VERSION, state.score),
    Scorer("calls", calls.VERSION, calls.score),
    Scorer("retrieval", ranking.VERSION, ranking.score),
    Scorer("grounding", grounding.VERSION, grounding.score),
    Scorer("outcome", outcome.VERSION, outcome.score),
    Scorer("reply", reply.VERSION, reply.score),
    Scorer("dialogue", dialogue.VERSION, dialogue.score),
    Scorer("access", access.VERSION, access.score),
    Scorer("privacy", privacy.VERSION, privacy.score),
    Scorer("cost", cost.VERSION, cost.score),
    Scorer("judge", judge.VERSION, judge.score),
)
GRADERS: Mapping[str, int] = {**{each.name: each.version for each in SCORERS}, "task": TASK_VERSION}


def score_trial(sample: Sample, trajectory: Trajectory, fixtures: Mapping[str, Any]) -> list[Score]:
    """Every score of one trial, `task` first. What broke outside, or where the user got stuck, is not scored."""
    trial = Trial(sample, trajectory, Known(state.captures(sample, trajectory, fixtures), fixtures))
    if trajectory.status != "ok":
        name = TASK if sample.may_gate else REPORTED
        return [Lines(trial, TASK_VERSION).verdict(name, None, [f"{trajectory.status}：{trajectory.error}"])]
    scores = [score for each in SCORERS for score in each.score(trial)]
    return [_task(trial, scores), *scores]


def graders_hash() -> str:
    """Names the versions of all scorers; runs scored by others are not compared."""
    return hashlib.sha256(json.dumps(dict(GRADERS), sort_keys=True).encode()).hexdigest()[:16]


def _task(trial: Trial, scores: Sequence[Score]) -> Score:
    """All that gates has passed. What gates but was not scored fails: it must never pass unseen."""
    by_name = {each.scorer: each for each in scores}
    failed = [name for name in trial.sample.gates if name not in by_name or by_name[name].passed is not True]
    name = TASK if trial.sample.may_gate else REPORTED
    return Lines(trial, TASK_VERSION).verdict(name, not failed if trial.sample.gates else None, failed)
