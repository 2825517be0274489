"""Will it work again: pass@k, pass^k and G-Pass@k over trials, robust^k over variants, and what flakes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from scipy import stats

GENEROUS = 0.5
"""The share of attempts that G-Pass@k asks for."""


@dataclass(frozen=True)
class Tally:
    """How many of a sample's n attempts passed, and how many different trajectories there were."""

    passed: int
    n: int
    distinct: int = 0


def pass_at(k: int, tallies: Sequence[Tally]) -> float | None:
    """The chance that at least one of k attempts passes, averaged over samples; unbiased."""
    return _mean([1.0 - _drawn(each.n - each.passed, each.n, k) for each in tallies], k, tallies)


def pass_hat(k: int, tallies: Sequence[Tally]) -> float | None:
    """The chance that all of k attempts pass, averaged over samples; unbiased."""
    return _mean([_drawn(each.passed, each.n, k) for each in tallies], k, tallies)


def generous_pass(k: int, share: float, tallies: Sequence[Tally]) -> float | None:
    """G-Pass@k: the chance that at least ⌈share·k⌉ of k attempts pass, averaged over samples."""
    needed = max(1, math.ceil(share * k))
    tails = [float(stats.hypergeom.sf(needed - 1, each.n, each.passed, k)) for each in tallies if each.n >= k]
    return _mean(tails, k, tallies)


@dataclass(frozen=True)
class Curves:
    """Of k attempts: at least one passes (`any`), a share of `GENEROUS` or more do (`most`), all do (`every`)."""

    any: dict[int, float] = field(default_factory=dict)
    most: dict[int, float] = field(default_factory=dict)
    every: dict[int, float] = field(default_factory=dict)


def trial_curves(tallies: Sequence[Tally]) -> Curves:
    """pass@k, G-Pass@k and pass^k for every k the fewest attempts allow; empty where all trajectories were one.

    Equal trajectories are not independent attempts: pass^k over them would only repeat pass^1.
    """
    if not tallies or max(each.distinct for each in tallies) <= 1:
        return Curves()
    return _curves(tallies)


def variant_curves(tallies: Sequence[Tally]) -> Curves:
    """The same estimators where the attempts are a sample's variants: `every` is robust^k."""
    return _curves([each for each in tallies if each.n > 1])


def passed_in_all(tallies: Sequence[Tally]) -> float | None:
    """The share of samples that pass in every attempt."""
    return sum(each.passed == each.n for each in tallies) / len(tallies) if tallies else None


def flaky(tallies: Mapping[str, Tally]) -> list[str]:
    """The samples that sometimes pass and sometimes fail."""
    return sorted(name for name, each in tallies.items() if 0 < each.passed < each.n)


def _curves(tallies: Sequence[Tally]) -> Curves:
    most = min((each.n for each in tallies), default=0)

    def curve(at: Callable[[int], float | None]) -> dict[int, float]:
        found = {k: at(k) for k in range(1, most + 1)}
        return {k: value for k, value in found.items() if value is not None}

    return Curves(
        curve(lambda k: pass_at(k, tallies)),
        curve(lambda k: generous_pass(k, GENEROUS, tallies)),
        curve(lambda k: pass_hat(k, tallies)),
    )


def _drawn(good: int, n: int, k: int) -> float:
    """The chance that k attempts drawn without return are all from the good ones."""
    return math.comb(good, k) / math.comb(n, k) if 0 < k <= n else math.nan


def _mean(values: Sequence[float], k: int, tallies: Sequence[Tally]) -> float | None:
    if not tallies or k < 1 or k > min(each.n for each in tallies):
        return None
    return math.fsum(values) / len(values)
