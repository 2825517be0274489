"""Runs samples into a run folder; stops cleanly, goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from .endpoint import Endpoint
from .errors import BadRun, EvalError
from .judge import judgements_in
from .planning import Choice, How, Plan, orders_of, plan_run
from .progress import Meter
from .reading import Reading
from .results import Results, results_of
from .scorers import GRADERS, graders_hash, score_trial
from .serving import knowledge_hash
from .store import Run, create_run, new_manifest, now, open_run
from .summary import Summary, summarise
from .workers import About, Inline, Order, Where, Workers, prepare
from .world import FIXTURES, lookups

FIXED, JUDGEMENTS = "fixtures.json", "judgements.jsonl"
RUNS = Path("runs")


@dataclass(frozen=True)
class Effort:
    """How many processes at once, how progress is shown, what tokens cost, and which Ray cluster works."""

    jobs: int = 1
    progress: str = "auto"
    prices: Mapping[str, Any] = field(default_factory=dict)
    ray: str = ""


@dataclass(frozen=True)
class Ended:
    """How a run ended: whether every trial is there."""

    folder: Path
    complete: bool
    summary: Summary


def start_run(reading: Reading, choice: Choice, how: How, where: Where, folder: Path | None, effort: Effort) -> Ended:
    """A new run of these samples."""
    how = replace(how, knowledge=how.knowledge or ("remote" if where.url else knowledge_hash()))
    plan = plan_run(reading, choice, how)
    folder = folder or RUNS / f"{time.strftime('%Y%m%d-%H%M%S')}-{where.model if not where.url else 'remote'}"
    run = create_run(folder, _manifest(plan, choice, how, where, folder))
    with run:
        run.add_samples(plan.lines)
        return _work(run, plan.orders, where, effort)


def resume_run(folder: Path, effort: Effort, retry: str = "", helper: Endpoint | None = None) -> Ended:
    """Run what is missing in a run folder; `retry` runs `errored` or `failed` trials again too.

    `helper` is the model that plays users where the run has such: its key is not kept in the folder.
    """
    with open_run(folder) as run:
        manifest = run.manifest
        how, where = How(**manifest["how"]), Where(**_tupled(manifest["where"]), helper=helper)
        if how.user_model != (helper.name if helper else ""):
            raise BadRun(_other_helper(how.user_model))
        if not where.url and knowledge_hash() != how.knowledge:
            raise BadRun(f"{folder} 开始以后知识库或它的代码变了，不能接着跑。请重新运行。")
        orders = [order for line in run.sample_lines() for order in orders_of(line, how)]
        again = _to_retry(run, retry)
        done = {key for key, status in run.done().items() if status != "errored"}
        left = [order for order in orders if order.key not in done or order.key in again]
        return _work(run, left, where, effort)


def score_run(folder: Path) -> Summary:
    """Score a run again with today's scorers; nothing is run."""
    with open_run(folder) as run:
        fixed, samples = {**fixtures_of(folder), "judgements": judgements_in(folder / JUDGEMENTS)}, run.samples()
        for trial in run.trajectories():
            sample = samples[trial.sample_id, trial.variant]
            run.replace_scores(score_trial(sample, trial, {**fixed, **lookups(sample)}))
        run.change_manifest(graders=graders_hash(), scorers=dict(GRADERS), rescored_at=now())
        return write_summary(run)


def add_nulls(folder: Path, rates: Mapping[str, float]) -> Summary:
    """Put what null agents score on the same samples beside a run's own score."""
    run = open_run(folder)
    if rates:
        run.change_manifest(nulls=dict(rates))
    return write_summary(run)


def load_results(folder: Path) -> Results:
    """A run as it is judged."""
    run = open_run(folder)
    return results_of(run.manifest, run.samples().values(), run.trajectories(), run.scores())


def write_summary(run: Run) -> Summary:
    """Work out the summary and leave it in the run folder."""
    summary = summarise(load_results(run.folder))
    text = json.dumps(summary.to_json(), ensure_ascii=False, indent=1, default=str)
    (run.folder / "summary.json").write_text(text + "\n", encoding="utf-8")
    return summary


def fixtures_of(folder: Path) -> dict[str, Any]:
    """What scorers look into beside the samples' own fixtures: tool schemas, prices."""
    path = folder / FIXED
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def fixtures_hash() -> str:
    """Names the state of `eval/fixtures`."""
    digest = hashlib.sha256()
    for path in sorted(FIXTURES.rglob("*")):
        if path.is_file():
            digest.update(str(path.relative_to(FIXTURES)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _work(run: Run, orders: Sequence[Order], where: Where, effort: Effort) -> Ended:
    """Run orders; Ctrl-C lets the running ones finish."""
    if orders and not effort.ray:
        prepare(where)
    if orders:
        with _workers(orders, where, effort) as workers, Meter(len(orders), effort.progress) as meter, _calm() as calm:
            for found in workers.results(calm):
                if isinstance(found, About):
                    _keep_fixtures(run.folder, {"tools": found.tools, **dict(effort.prices)})
                else:
                    run.add(found.trajectory, found.scores)
                    meter.add(found)
    planned = int(run.manifest["planned"])
    complete = len(run.done()) >= planned
    run.change_manifest(ended_at=now(), complete=complete)
    return Ended(run.folder, complete, write_summary(run))


@contextmanager
def _calm() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; the second one breaks off."""
    pressed: list[int] = []

    def heard(number: int, _frame: Any) -> None:
        if pressed:
            raise KeyboardInterrupt
        pressed.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    before = signal.signal(signal.SIGINT, heard)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _workers(orders: Sequence[Order], where: Where, effort: Effort) -> Any:
    if effort.ray:
        from .ray_workers import RayWorkers  # the extra is optional

        return RayWorkers(orders, where, effort.jobs, effort.prices, effort.ray)
    if effort.jobs == 0:
        return Inline(orders, where, effort.prices)
    return Workers(orders, where, effort.jobs, effort.prices)


def _keep_fixtures(folder: Path, fixed: Mapping[str, Any]) -> None:
    if not (folder / FIXED).exists():
        (folder / FIXED).write_text(json.dumps(fixed, ensure_ascii=False) + "\n", encoding="utf-8")


def _manifest(plan: Plan, choice: Choice, how: How, where: Where, folder: Path) -> dict[str, Any]:
    hashes = sorted((line["id"], line["variant"], line["hash"]) for line in plan.lines)
    return new_manifest(
        run=folder.name,
        agent=where.model if not where.url else where.url,
        planned=len(plan.orders),
        samples_hash=hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:16],
        fixtures=fixtures_hash(),
        knowledge=how.knowledge,
        graders=graders_hash(),
        scorers=dict(GRADERS),
        choice=asdict(choice),
        how=asdict(how),
        where={**asdict(replace(where, helper=None)), "tokens": []},
        left_out=dict(plan.left_out),
        unchecked=dict(plan.unchecked),
    )


def _tupled(where: Mapping[str, Any]) -> dict[str, Any]:
    return {"model": where["model"], "url": where["url"], "tokens": tuple(tuple(each) for each in where["tokens"])}


def _other_helper(name: str) -> str:
    if name:
        return f"这次运行的用户由大模型 {name} 扮演。接着跑请给出同一个：--helper-url、--helper-name {name}。"
    return "这次运行没有用大模型扮演用户。接着跑请去掉 --helper-url、--helper-name。"


def _to_retry(run: Run, retry: str) -> set[str]:
    if retry not in ("", "errored", "failed"):
        raise EvalError("--retry 只能是 errored（出错的）或 failed（未通过的，含出错的）。")
    if retry != "failed":
        return set()
    return {score.key for score in run.scores() if score.scorer == "task" and score.passed is not True}
