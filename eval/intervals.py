"""How sure a figure is: Wilson, the bound after zero failures, the bootstrap by family, percentiles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

RESAMPLES = 10_000
SEED = 20_250_901
BCA_FAMILIES = 20
TAIL_SAMPLES = 100

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """A figure with its interval: `n` observations in `clusters` families, and how it was made."""

    point: float
    low: float
    high: float
    n: int
    method: str
    clusters: int | None = None
    design_effect: float | None = None


def wilson(passed: int, n: int, confidence: float = 0.95) -> Interval | None:
    """The Wilson score interval of a share; nothing for no observations."""
    if n == 0:
        return None
    bounds = stats.binomtest(passed, n).proportion_ci(confidence, method="wilson")
    return Interval(passed / n, float(bounds.low), float(bounds.high), n, "wilson")


def zero_failure_bound(n: int, confidence: float = 0.95) -> float:
    """The most failures, as a share, that n probes without one still allow; everything for no probes."""
    return 1.0 if n == 0 else 1.0 - (1.0 - confidence) ** (1.0 / n)


def by_family(
    values: Mapping[str, Sequence[float]], confidence: float = 0.95, seed: int = SEED, *, share: bool = True
) -> Interval | None:
    """The mean of all values with an interval from resampling whole families with all they contain.

    Differences are no `share`: where all families agree there is no Wilson interval to fall back to.
    """
    filled = {name: each for name, each in values.items() if each}
    if not filled:
        return None
    flat = np.concatenate([np.asarray(each, dtype=float) for each in filled.values()])
    sums = np.array([math.fsum(each) for each in filled.values()])
    counts = np.array([float(len(each)) for each in filled.values()])
    point = float(flat.mean())
    if len(filled) < 2 or np.ptp(sums / counts) == 0.0:
        return _without_spread(point, flat, len(filled), confidence if share else None)
    low, high, error, method = _resampled(sums, counts, confidence, seed)
    naive = float(flat.std()) / math.sqrt(flat.size)
    effect = (error / naive) ** 2 if naive > 0 else None
    return Interval(point, low, high, int(flat.size), method, len(filled), effect)


def percentile(values: Sequence[float], share: float, seed: int = SEED) -> Interval | None:
    """The nearest-rank percentile with a bootstrap interval; the last hundredth needs a hundred values."""
    if not values or (share >= 0.99 and len(values) < TAIL_SAMPLES):
        return None
    ordered = np.sort(np.asarray(values, dtype=float))
    rank = max(1, math.ceil(share * ordered.size)) - 1
    draws = np.random.default_rng(seed).integers(0, ordered.size, (1000, ordered.size))
    ranked = np.sort(draws, axis=1)[:, rank]
    low, high = np.quantile(ordered[ranked], [0.025, 0.975])
    return Interval(float(ordered[rank]), float(low), float(high), int(ordered.size), "nearest_rank_bootstrap")


def _without_spread(point: float, flat: Numbers, clusters: int, confidence: float | None) -> Interval:
    """One family, or families that all agree, tell a bootstrap nothing.

    A share then falls back to Wilson: within one family over its values, else over the families.
    """
    if confidence is None or not bool(np.all((flat >= 0.0) & (flat <= 1.0))):
        return Interval(point, point, point, int(flat.size), "no_spread", clusters)
    n = int(flat.size) if clusters == 1 else clusters
    bounds = stats.binomtest(round(point * n), n).proportion_ci(confidence, method="wilson")
    low, high = min(point, float(bounds.low)), max(point, float(bounds.high))
    return Interval(point, low, high, int(flat.size), "wilson" if clusters == 1 else "wilson_over_families", clusters)


def _resampled(sums: Numbers, counts: Numbers, confidence: float, seed: int) -> tuple[float, float, float, str]:
    def ratio(a: Numbers, b: Numbers, axis: int = -1) -> Numbers:
        return np.asarray(a.sum(axis) / b.sum(axis))

    methods = ["BCa", "percentile"] if len(sums) >= BCA_FAMILIES else ["percentile"]
    for method in methods:
        found = stats.bootstrap(
            (sums, counts),
            ratio,
            paired=True,
            vectorized=True,
            confidence_level=confidence,
            n_resamples=RESAMPLES,
            method=method,
            rng=np.random.default_rng(seed),
        )
        low, high = float(found.confidence_interval.low), float(found.confidence_interval.high)
        if not (math.isnan(low) or math.isnan(high)):
            break
    return low, high, float(found.standard_error), f"bootstrap_by_family_{method.lower()}"
