"""Two runs on the same samples: exact McNemar, sign flips, many rows at once, and what could have been seen."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

EXACT_FAMILIES = 20
DRAWS = 100_000
SEED = 20_250_901
SMALLEST_DECISIVE = 6  # 6 : 0 flips give p = 0.031; 5 : 0 only 0.0625


@dataclass(frozen=True)
class McNemar:
    """`lost` passed before and fails now, `won` the other way round; exact two-sided p, and mid-p."""

    lost: int
    won: int
    p: float
    mid_p: float


def mcnemar(lost: int, won: int) -> McNemar:
    """The exact test of whether losses and wins are equally likely."""
    flips = lost + won
    if flips == 0:
        return McNemar(lost, won, 1.0, 1.0)
    p = float(stats.binomtest(lost, flips).pvalue)
    tie = float(stats.binom.pmf(min(lost, won), flips, 0.5))
    mid_p = 1.0 - tie / 2 if lost == won else p - tie
    return McNemar(lost, won, min(1.0, p), mid_p)


def sign_flip(differences: Sequence[float], seed: int = SEED) -> float | None:
    """Two-sided p of the mean difference under random signs: exact to twenty families, else drawn."""
    if not differences:
        return None
    values = np.asarray(differences, dtype=float)
    seen = abs(values.sum()) - 1e-12 * max(1.0, float(np.abs(values).sum()))
    if values.size <= EXACT_FAMILIES:
        sums = np.zeros(1)
        for value in values:
            sums = np.concatenate([sums + value, sums - value])
        return float(np.mean(np.abs(sums) >= seen))
    draw = np.random.default_rng(seed)
    hits = 0
    for _ in range(DRAWS // 10_000):
        signs = draw.integers(0, 2, (10_000, values.size)) * 2 - 1
        hits += int(np.sum(np.abs(signs @ values) >= seen))
    return (hits + 1) / (DRAWS + 1)


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p of each declared primary figure: the chance of any false alarm stays bounded."""
    adjusted: dict[str, float] = {}
    worst = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        worst = max(worst, min(1.0, (len(p_values) - place) * p))
        adjusted[name] = worst
    return adjusted


def discovery_rates(p_values: Mapping[str, float]) -> dict[str, float]:
    """Benjamini-Hochberg q of each exploratory figure."""
    if not p_values:
        return {}
    adjusted = stats.false_discovery_control(list(p_values.values()), method="bh")
    return dict(zip(p_values, map(float, adjusted), strict=True))


def detectable(pairs: int, flips: int, design_effect: float = 1.0, power: float = 0.8) -> float | None:
    """The smallest change in the pass rate that so many pairs, flipping so often, would show with this power.

    Solves delta*sqrt(n) = z_a*sqrt(d) + z_b*sqrt(d - delta^2) for the observed discordance d; never less than six flips
    in one direction, the fewest an exact test can call a change.
    """
    if pairs == 0:
        return None
    z_alpha, z_beta = float(stats.norm.ppf(0.975)), float(stats.norm.ppf(power))
    n = pairs / max(1.0, design_effect)
    discordance = flips / pairs
    a, c = n + z_beta**2, discordance * (z_alpha**2 - z_beta**2)
    b = -2 * math.sqrt(n) * z_alpha * math.sqrt(discordance)
    delta = (-b + math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    return min(1.0, max(delta, SMALLEST_DECISIVE / pairs))
