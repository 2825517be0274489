"""Synthetic 15-digit unit grids from coordinates: 6 district + 3 subdistrict + 3 block + 3 cell of 100 m.

For the sandbox only: the nearest synthetic subdistrict centre decides, not a surveyed boundary.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

LON_M = 95_700.0
LAT_M = 110_900.0
CELL_M = 100.0
REACH = 15


@dataclass(frozen=True)
class Grid:
    """A unit grid, and the duty grid (all cells of one community-sized block) it belongs to."""

    code: str
    district: str
    district_name: str
    subdistrict: str
    subdistrict_name: str
    duty_grid: str


def distance_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Metres between two nearby points near 30.5° north."""
    return math.hypot((a[0] - b[0]) * LON_M, (a[1] - b[1]) * LAT_M)


def grid_code(subdistrict: str, centre: tuple[float, float], point: tuple[float, float]) -> str | None:
    """The cell's code; None when the point is too far from the subdistrict's centre to belong to it."""
    across, up = (math.floor((point[i] - centre[i]) * (LON_M, LAT_M)[i] / CELL_M) for i in (0, 1))
    column, row = across // 10 + REACH, up // 10 + REACH
    if not (0 <= column <= 2 * REACH and 0 <= row <= 2 * REACH):
        return None
    block = column * (2 * REACH + 1) + row + 1
    cell = (across % 10) * 10 + up % 10 + 1
    return f"{subdistrict}{block:03d}{cell:03d}"


def duty_grid_of(code: str) -> str:
    """The duty grid of a unit grid."""
    return f"{code[:12]}000"
