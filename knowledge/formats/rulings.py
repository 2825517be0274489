"""Lines drawn on a page → the grids of tables, with merged cells."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

MAX_RULINGS = 4_000  # of one page; a drawing with more is not a table


@dataclass(frozen=True)
class Ruling:
    """A straight line, level or upright."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def level(self) -> bool:
        """Whether it runs from left to right."""
        return self.right - self.left >= self.bottom - self.top


@dataclass(frozen=True)
class Place:
    """A cell's first row and column and how many it spans."""

    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Grid:
    """A table's lines: where its rows and columns are cut, and its cells."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    places: tuple[Place, ...]

    @property
    def top(self) -> float:
        """Where the table begins."""
        return self.ys[0]

    @property
    def rows(self) -> int:
        """How many rows."""
        return len(self.ys) - 1

    @property
    def columns(self) -> int:
        """How many columns."""
        return len(self.xs) - 1

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the table."""
        return self.xs[0] <= x <= self.xs[-1] and self.ys[0] <= y <= self.ys[-1]

    def cell_at(self, x: float, y: float) -> tuple[int, int]:
        """Row and column of the cell that a point lies in."""
        column = min(bisect_right(self.xs, x), self.columns) - 1
        row = min(bisect_right(self.ys, y), self.rows) - 1
        for place in self.places:
            if place.row <= row < place.row + place.rows and place.column <= column < place.column + place.columns:
                return place.row, place.column
        return row, column


def grids(rulings: Sequence[Ruling]) -> list[Grid]:
    """The tables that the rulings of a page draw: at least two rows or columns of cells."""
    if len(rulings) > MAX_RULINGS:
        return []
    found = []
    for group in _touching(rulings):
        reach = max(each.right for each in group) - min(each.left for each in group)
        slack = max(reach * 0.004, 0.3)
        xs = _merged([each.left for each in group if not each.level], slack)
        ys = _merged([each.top for each in group if each.level], slack)
        if len(xs) >= 2 and len(ys) >= 2 and len(xs) * len(ys) > 4 and len(xs) * len(ys) < 20_000:
            found.append(Grid(xs, ys, tuple(_places(xs, ys, group, slack))))
    return found


def _touching(rulings: Sequence[Ruling]) -> list[list[Ruling]]:
    """Groups of rulings that cross or touch, by sweeping down the page."""
    groups: list[list[Ruling]] = []
    boxes: list[tuple[float, float, float, float]] = []
    for each in sorted(rulings, key=lambda ruling: ruling.top):
        box, members = (each.left, each.top, each.right, each.bottom), [each]
        rest = []
        for index, other in enumerate(boxes):
            if _meet(box, other):
                members += groups[index]
                box = (min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3]))
            else:
                rest.append(index)
        groups = [groups[index] for index in rest] + [members]
        boxes = [boxes[index] for index in rest] + [box]
    return groups


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    slack = 1.0
    return a[0] <= b[2] + slack and b[0] <= a[2] + slack and a[1] <= b[3] + slack and b[1] <= a[3] + slack


def _merged(values: Sequence[float], slack: float) -> tuple[float, ...]:
    merged: list[float] = []
    for value in sorted(values):
        if not merged or value - merged[-1] > slack * 2:
            merged.append(value)
    return tuple(merged)


def _places(xs: Sequence[float], ys: Sequence[float], group: Sequence[Ruling], slack: float) -> Iterator[Place]:
    """Cells grow to the right and down until a drawn line stops them."""
    upright = [each for each in group if not each.level]
    level = [each for each in group if each.level]
    taken: set[tuple[int, int]] = set()
    for row in range(len(ys) - 1):
        for column in range(len(xs) - 1):
            if (row, column) in taken:
                continue
            middle_y, middle_x = (ys[row] + ys[row + 1]) / 2, (xs[column] + xs[column + 1]) / 2
            columns = 1
            while column + columns < len(xs) - 1 and not any(
                abs(each.left - xs[column + columns]) <= slack * 2 and each.top <= middle_y <= each.bottom
                for each in upright
            ):
                columns += 1
            rows = 1
            while row + rows < len(ys) - 1 and not any(
                abs(each.top - ys[row + rows]) <= slack * 2 and each.left <= middle_x <= each.right for each in level
            ):
                rows += 1
            taken |= {(row + down, column + right) for down in range(rows) for right in range(columns)}
            yield Place(row, column, rows, columns)
