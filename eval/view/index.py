"""Where each trial stands in a run folder: the list is small, a trial is read when it is opened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..causes import CAUSES, first_cause
from ..sample import Sample
from ..store import EVENTS, SAMPLES, SCORES, open_run
from ..trajectory import Score, Trajectory


@dataclass(frozen=True)
class Entry:
    """One trial in the list."""

    key: str
    unit: str
    name: str
    sample: str
    title: str
    family: str
    vertical: str
    kind: str
    role: str
    agent: str
    status: str
    passed: bool | None
    cause: str
    cause_title: str
    tools: tuple[str, ...]
    words: str
    offset: int


@dataclass(frozen=True)
class Opened:
    """One trial with everything about it."""

    sample: Sample
    plain: Mapping[str, Any]
    trajectory: Trajectory
    scores: dict[str, Score]


class RunIndex:
    """The trials of one run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        run = open_run(folder)
        self.manifest = run.manifest
        self._samples = run.samples()
        self._plain = {(each["id"], each["variant"]): each["plain"] for _, each in _lines(folder / SAMPLES)}
        self._scores: dict[str, list[int]] = {}
        for offset, line in _lines(folder / SCORES):
            self._scores.setdefault(line["key"], []).append(offset)
        self.entries: dict[str, Entry] = {}
        for offset, line in _lines(folder / EVENTS):
            trajectory = Trajectory.from_json(line)
            sample = self._sample(trajectory)
            if sample is not None:
                self.entries[trajectory.key] = self._entry(sample, trajectory, offset)

    def open(self, key: str) -> Opened | None:
        """Read one trial."""
        entry = self.entries.get(key)
        if entry is None:
            return None
        trajectory = Trajectory.from_json(_line_at(self.folder / EVENTS, entry.offset))
        sample = self._sample(trajectory)
        if sample is None:
            return None
        plain = self._plain[sample.id, sample.variant]
        return Opened(sample, plain, trajectory, self._scores_of(key))

    def listed(self) -> list[dict[str, Any]]:
        """The list as JSON."""
        return [
            {name: value for name, value in asdict(each).items() if name != "offset"} for each in self.entries.values()
        ]

    def by_unit(self) -> dict[str, Entry]:
        """Entries by what pairs them with another run."""
        return {each.unit: each for each in self.entries.values()}

    def _sample(self, trajectory: Trajectory) -> Sample | None:
        name = trajectory.sample_id
        return self._samples.get((name, trajectory.variant)) or self._samples.get((name, ""))

    def _scores_of(self, key: str) -> dict[str, Score]:
        found = (Score.from_json(_line_at(self.folder / SCORES, offset)) for offset in self._scores.get(key, ()))
        return {each.scorer: each for each in found}

    def _entry(self, sample: Sample, trajectory: Trajectory, offset: int) -> Entry:
        scores = self._scores_of(trajectory.key)
        told = scores.get("task") or scores.get("llm_user.task")
        passed = told.passed if told else None
        cause = "" if passed else first_cause(sample, trajectory, scores).label
        variant = f"@{trajectory.variant}" if trajectory.variant else ""
        trial = f" 第 {trajectory.trial + 1} 次" if trajectory.trial else ""
        return Entry(
            key=trajectory.key,
            unit=f"{trajectory.sample_id}@{trajectory.variant}/{trajectory.trial}/{trajectory.seed}",
            name=f"{trajectory.sample_id}{variant}{trial}",
            sample=trajectory.sample_id,
            title=sample.title,
            family=trajectory.family,
            vertical=trajectory.vertical,
            kind=trajectory.kind,
            role=str(trajectory.actor.get("role") or ""),
            agent=trajectory.agent,
            status=trajectory.status,
            passed=passed,
            cause=cause,
            cause_title=CAUSES.get(cause, ""),
            tools=tuple(dict.fromkeys(call.tool for call in trajectory.calls)),
            words=" ".join(turn.user.text for turn in trajectory.turns)[:400],
            offset=offset,
        )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if not path.exists():
        return
    offset = 0
    with path.open("rb") as file:
        for line in file:
            if line.endswith(b"\n"):
                yield offset, json.loads(line)
            offset += len(line)


def _line_at(path: Path, offset: int) -> dict[str, Any]:
    with path.open("rb") as file:
        file.seek(offset)
        found: dict[str, Any] = json.loads(file.readline())
        return found
