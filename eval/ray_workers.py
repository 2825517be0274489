"""Workers on a Ray cluster: each holds a server of its own, results come back to this run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from .errors import EvalError
from .serving import prepared_data
from .workers import About, Done, Order, Where, run_one

WAIT_S = 1.0


class RayWorkers:
    """As `Workers`, on a cluster; Hanzhi must be installed on its machines, in the same version."""

    def __init__(
        self, orders: Sequence[Order], where: Where, jobs: int, prices: Mapping[str, Any], address: str
    ) -> None:
        try:
            import ray
        except ModuleNotFoundError:
            raise EvalError("没有安装 Ray。请运行 pip install 'hanzhi[ray]'，或去掉 --ray。") from None
        self._ray, self._address = ray, address
        self._orders, self._where, self._prices = list(orders), where, dict(prices)
        self._jobs = max(1, min(jobs, len(orders)))
        self._actors: list[Any] = []

    def __enter__(self) -> RayWorkers:
        self._ray.init(address=self._address, ignore_reinit_error=True, log_to_driver=False)
        actor = self._ray.remote(num_cpus=1)(Worker)
        self._actors = [actor.remote(self._where, self._prices) for _ in range(self._jobs)]
        return self

    def __exit__(self, *_: object) -> None:
        self._ray.get([each.close.remote() for each in self._actors], timeout=60)
        self._ray.shutdown()

    def results(self, stopping: Callable[[], bool]) -> Iterator[Done | About]:
        """Each trial as soon as it is done."""
        left = list(reversed(self._orders))
        working: dict[Any, Any] = {actor.about.remote(): actor for actor in self._actors}
        while working:
            ready, _ = self._ray.wait(list(working), num_returns=1, timeout=WAIT_S)
            for each in ready:
                actor = working.pop(each)
                yield self._ray.get(each)
                if left and not stopping():
                    working[actor.run.remote(left.pop())] = actor


class Worker:
    """One worker: an actor of the cluster."""

    def __init__(self, where: Where, prices: Mapping[str, Any]) -> None:
        if not where.url:
            prepared_data()
        self._prices, self._helper, self._opening = prices, where.helper, where.open()
        self._target = self._opening.__enter__()

    def about(self) -> About:
        """What the server says of itself."""
        return About(self._target.tools)

    def run(self, order: Order) -> Done:
        """Run and score one trial."""
        return run_one(order, self._target, self._prices, self._helper)

    def close(self) -> None:
        """Stop the server."""
        self._opening.__exit__(None, None, None)
