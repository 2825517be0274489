"""Best assignments: the largest matching of what is expected to what happened."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment


def matched_pairs(fits: Sequence[Sequence[bool]]) -> list[tuple[int, int]]:
    """A largest set of (row, column) pairs that fit, each row and column used once."""
    return [pair for pair in best_pairs([[float(each) for each in row] for row in fits]) if fits[pair[0]][pair[1]]]


def best_pairs(weights: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """The (row, column) pairs, each row and column used once, with the largest sum of weights; none of weight 0."""
    if not weights or not weights[0]:
        return []
    table = np.asarray(weights, dtype=float)
    rows, columns = linear_sum_assignment(table, maximize=True)
    return [(int(row), int(column)) for row, column in zip(rows, columns, strict=True) if table[row, column] > 0]
