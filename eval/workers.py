"""Workers: processes that each hold a server of their own and run one trial after another."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from queue import Empty
from typing import Any

from .building import build_sample
from .endpoint import Endpoint
from .errors import EvalError, ServerProblem
from .scorers import score_trial
from .serving import prepared_data
from .talk import Task, run_trial
from .target import RemoteTarget, Target, own_target
from .trajectory import Score, Trajectory
from .world import lookups

SILENCE_S = 300.0
PARENT_S = 5.0


@dataclass(frozen=True)
class Order:
    """One trial to run, as it travels to a worker."""

    key: str
    plain: Mapping[str, Any]
    file: str
    line: int
    variant: str
    trial: int
    seed: int
    oracle: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Done:
    """One trial that was run and scored."""

    trajectory: Trajectory
    scores: tuple[Score, ...]


@dataclass(frozen=True)
class About:
    """What a server says of itself, once: the schema of every tool."""

    tools: Mapping[str, Any]


@dataclass(frozen=True)
class Where:
    """Which server to test: our own with a model, or a deployment with tokens by identity; and who plays users."""

    model: str = "offline"
    url: str = ""
    tokens: tuple[tuple[str, str], ...] = ()
    helper: Endpoint | None = None

    def open(self) -> AbstractContextManager[Target]:
        """The target; a server of our own is started."""
        return _remote(self) if self.url else own_target(self.model)


class Workers:
    """Some processes at work on orders.

    with Workers(orders, where, jobs) as workers:
        for found in workers.results(): ...
    """

    def __init__(self, orders: Sequence[Order], where: Where, jobs: int, prices: Mapping[str, Any]) -> None:
        self._count = max(1, min(jobs, len(orders)))
        context = multiprocessing.get_context("spawn")
        self._todo, self._back, self._stopped = context.Queue(), context.Queue(), False
        for order in (*orders, *[None] * self._count):
            self._todo.put(order)
        rest = (where, self._todo, self._back, dict(prices))
        self._processes = [context.Process(target=_work, args=rest, daemon=True) for _ in range(self._count)]

    def __enter__(self) -> Workers:
        for each in self._processes:
            each.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        for each in self._processes:
            each.join(30)
            if each.is_alive():
                each.terminate()
        for queue in (self._todo, self._back):
            queue.cancel_join_thread()  # what nobody will read any more must not keep this process from ending

    def results(self, stopping: Callable[[], bool]) -> Iterator[Done | About]:
        """Each trial as soon as it is done. Raises `EvalError` when a worker died or could not start."""
        left = self._count
        while left:
            found = self._next(stopping)
            if found is None:
                left -= 1
            elif isinstance(found, str):
                raise ServerProblem(found)
            else:
                yield found

    def stop(self) -> None:
        """Start nothing new; what is running still comes back."""
        if self._stopped:
            return
        self._stopped = True
        try:
            while True:
                self._todo.get_nowait()
        except Empty:
            for _ in self._processes:
                self._todo.put(None)

    def _next(self, stopping: Callable[[], bool]) -> Any:
        """The next message; a worker that died is found within a second."""
        waited = 0.0
        while True:
            if stopping():
                self.stop()
            try:
                return self._back.get(timeout=1.0)
            except Empty:
                waited += 1.0
                dead = [each for each in self._processes if each.exitcode not in (None, 0)]
                if dead or waited > SILENCE_S:
                    raise EvalError("一个工作进程意外退出或没有响应。请看上面的错误，再用 --resume 接着跑。") from None


class Inline:
    """The same in this process, one trial after another: for tests, small runs and debuggers."""

    def __init__(self, orders: Sequence[Order], where: Where, prices: Mapping[str, Any]) -> None:
        self._orders, self._where, self._prices = orders, where, prices

    def __enter__(self) -> Inline:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def results(self, stopping: Callable[[], bool]) -> Iterator[Done | About]:
        """Each trial as soon as it is done."""
        with self._where.open() as target:
            yield About(target.tools)
            for order in self._orders:
                if stopping():
                    return
                yield run_one(order, target, self._prices, self._where.helper)


def run_one(order: Order, target: Target, prices: Mapping[str, Any], helper: Endpoint | None = None) -> Done:
    """Run and score one trial."""
    sample = build_sample(order.plain, order.file, order.line, order.variant)
    if order.oracle:
        target.tell_oracle(order.oracle)
    trajectory = run_trial(Task(order.key, sample, order.trial, order.seed, helper), target)
    fixtures = {"tools": target.tools, **prices, **lookups(sample)}
    return Done(trajectory, tuple(score_trial(sample, trajectory, fixtures)))


def _work(where: Where, todo: Any, back: Any, prices: Mapping[str, Any]) -> None:
    """A worker's life. Ctrl-C is the parent's business: what is running is finished."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with where.open() as target:
            back.put(About(target.tools))
            while (order := _wait_for(todo)) is not None:
                back.put(run_one(order, target, prices, where.helper))
    except EvalError as problem:
        back.put(str(problem))
    else:
        back.put(None)
    if not _watched():
        back.cancel_join_thread()  # nobody is left to read it


def _wait_for(todo: Any) -> Order | None:
    """The next order; None when there is no more, or nobody left to give one."""
    while _watched():
        try:
            found: Order | None = todo.get(timeout=PARENT_S)
        except Empty:
            continue
        return found
    return None


def _watched() -> bool:
    """Whether the process that started this one is still there."""
    parent = multiprocessing.parent_process()
    return parent is None or parent.is_alive()


@contextmanager
def _remote(where: Where) -> Iterator[Target]:
    target = RemoteTarget(where.url, dict(where.tokens))
    try:
        yield target
    finally:
        target.close()


def prepare(where: Where) -> None:
    """What all workers need, made once before they start."""
    if not where.url:
        prepared_data()
