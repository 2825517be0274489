"""Whether samples are fit to judge by, proved by running: the oracle passes, agents that know nothing do not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from .errors import Finding
from .lint import finding
from .planning import ORACLE, Choice, How
from .reading import Reading
from .results import Result
from .runner import Effort, load_results, start_run
from .sample import NULL_AGENTS, Sample
from .scorers import graders_hash
from .serving import cache_folder, knowledge_hash
from .workers import Where


def prove(reading: Reading, jobs: int, progress: str) -> list[Finding]:
    """Run the oracle and every null agent over the samples; a user that a model plays proves nothing."""
    reading = replace(reading, samples=tuple(each for each in reading.samples if each.may_gate))
    found = []
    for result in _run(reading, ORACLE, jobs, progress):
        if result.passed is not True:
            why = "；".join(_evidence(result)) or result.trajectory.error or result.trajectory.user_end
            fix = "改预期，或用 oracle: 写出应当怎么做；若是产品做不到，请提交产品问题。"
            found.append(finding(result.sample, "oracle", f"照着预期做也没有通过：{why[:300]}", fix))
    for agent, passed in null_results(reading, jobs, progress).items():
        for sample in reading.samples:
            if passed.get(sample.id) and agent not in {each.agent for each in sample.null_ok}:
                fix = "把预期写严；如果它确实该过，写进 null_ok 并说明原因。"
                found.append(finding(sample, "null_ok", f"什么都不懂的智能体 {agent} 也通过了。", fix))
    return found


def null_results(reading: Reading, jobs: int, progress: str, *, fresh: bool = False) -> dict[str, dict[str, bool]]:
    """Null agent → sample id → passed. What is known for the same sample, scorers and knowledge is not run again."""
    known = {} if fresh else _known()
    found: dict[str, dict[str, bool]] = {}
    for agent in NULL_AGENTS:
        names = {each.id: f"{agent}/{each.id}/{each.hash}" for each in reading.samples}
        missing = tuple(each for each in reading.samples if names[each.id] not in known)
        if missing:
            part = Reading(missing, reading.families, (), reading.plain)
            for result in _run(part, f"eval-{agent}", jobs, progress):
                known[names[result.sample.id]] = result.passed is True
        found[agent] = {each.id: known.get(names[each.id], False) for each in reading.samples}
    _remember(known)
    return found


def null_rates(reading: Reading, jobs: int, progress: str, *, fresh: bool = False) -> dict[str, float]:
    """The share of active samples each null agent passes."""
    reading = replace(reading, samples=tuple(each for each in reading.samples if each.may_gate))
    active = [each.id for each in reading.samples if each.status == "active"]
    found = null_results(reading, jobs, progress, fresh=fresh)
    return {agent: sum(passed[each] for each in active) / max(1, len(active)) for agent, passed in found.items()}


def known_nulls(reading: Reading) -> dict[str, float]:
    """The same from what is stored; nothing when a null agent has not run on one of the samples yet."""
    known, active = _known(), [each for each in reading.samples if each.status == "active" and each.may_gate]
    names = {agent: [f"{agent}/{each.id}/{each.hash}" for each in active] for agent in NULL_AGENTS}
    if not active or any(name not in known for each in names.values() for name in each):
        return {}
    return {agent: sum(known[name] for name in each) / len(active) for agent, each in names.items()}


def _run(reading: Reading, model: str, jobs: int, progress: str) -> Iterator[Result]:
    """The samples as they are written, in a run folder that is thrown away."""
    if not reading.samples:
        return
    with TemporaryDirectory(prefix="hanzhi-proof-") as name:
        folder, how = Path(name) / "run", How(model=model)
        start_run(reading, Choice(variants="none"), how, Where(model), folder, Effort(jobs, progress))
        yield from load_results(folder).all


def _evidence(result: Result) -> list[str]:
    failed = [each for each in result.scores.values() if each.passed is False and each.scorer in _gates(result.sample)]
    return [f"{each.scorer} {'，'.join(each.evidence)}" for each in failed]


def _gates(sample: Sample) -> Sequence[str]:
    return sample.gates


def _store() -> Path:
    return cache_folder() / f"nulls-{graders_hash()}-{knowledge_hash()}.json"


def _known() -> dict[str, Any]:
    path = _store()
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def _remember(known: Mapping[str, Any]) -> None:
    path = _store()
    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_suffix(".new")
    made.write_text(json.dumps(dict(known), ensure_ascii=False, sort_keys=True), encoding="utf-8")
    made.replace(path)
