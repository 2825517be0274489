"""From characters placed on a page to paragraphs and tables in reading order: shared by PDF and OFD.

Coordinates grow to the right and down; the unit does not matter, everything is measured in character sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from .rulings import Grid, Ruling, grids
from .tables import Cell, row_groups
from .text import join_lines

_EDGE = 0.1  # of the page height, where headers and footers stand
_COLUMN_ROWS = 6  # fewer rows side by side are not called columns


@dataclass(frozen=True)
class Glyph:
    """A character and the box it fills."""

    text: str
    left: float
    right: float
    top: float
    bottom: float

    @property
    def size(self) -> float:
        """The height of the box."""
        return self.bottom - self.top


@dataclass(frozen=True)
class Line:
    """Characters side by side without a wide gap; `right_edge` and `left_edge` are those of its column."""

    text: str
    left: float
    right: float
    top: float
    bottom: float
    size: float
    left_edge: float = 0.0
    right_edge: float = 0.0


@dataclass(frozen=True)
class Table:
    """A table's row groups as Markdown, and where it begins."""

    blocks: tuple[str, ...]
    top: float


Block = Line | Table


@dataclass(frozen=True)
class Page:
    """What a page holds, in reading order."""

    blocks: tuple[Block, ...]
    height: float


def arrange(glyphs: Sequence[Glyph], rulings: Sequence[Ruling], height: float) -> Page:
    """Lines and tables of a page in reading order."""
    free = [glyph for glyph in glyphs if glyph.size > 0]
    tables: list[Table] = []
    for grid in grids(rulings):
        inside = [glyph for glyph in free if grid.holds(_x(glyph), _y(glyph))]
        blocks = tuple(row_groups(_cells(grid, inside))) if inside else ()
        if blocks and grid.columns > 1:
            chosen = set(map(id, inside))
            free = [glyph for glyph in free if id(glyph) not in chosen]
            tables.append(Table(blocks, grid.top))
    rows = _rows(free)
    above_all, rows, below_all = _apart(rows, tables, height)
    blocks_found: list[Block] = [_line(row) for row in above_all]
    for table in [*sorted(tables, key=lambda each: each.top), None]:
        above = [row for row in rows if table is None or row[0].top < table.top]
        rows = rows[len(above) :]
        blocks_found += _read_order(above)
        if table is not None:
            blocks_found.append(table)
    return Page((*blocks_found, *(_line(row) for row in below_all)), height)


def _apart(
    rows: list[list[Glyph]], tables: Sequence[Table], height: float
) -> tuple[list[list[Glyph]], list[list[Glyph]], list[list[Glyph]]]:
    """The row at the upper and the one at the lower edge, when a gap sets them apart from the body."""
    first = last = 0
    if len(rows) > 1 and rows[0][0].bottom < _EDGE * height and not any(each.top < rows[0][0].top for each in tables):
        first = int(rows[1][0].top - rows[0][0].bottom > 0.9 * rows[0][0].size)
    if len(rows) - first > 1 and rows[-1][0].top > (1 - _EDGE) * height:
        last = int(rows[-1][0].top - rows[-2][0].bottom > 0.9 * rows[-1][0].size)
    return rows[:first], rows[first : len(rows) - last], rows[len(rows) - last :]


def _x(glyph: Glyph) -> float:
    return (glyph.left + glyph.right) / 2


def _y(glyph: Glyph) -> float:
    return (glyph.top + glyph.bottom) / 2


def _cells(grid: Grid, glyphs: Sequence[Glyph]) -> list[list[Cell]]:
    held: dict[tuple[int, int], list[Glyph]] = {}
    for glyph in glyphs:
        held.setdefault(grid.cell_at(_x(glyph), _y(glyph)), []).append(glyph)
    return [
        [
            Cell(_wrapped(held.get((place.row, place.column), [])), place.columns, place.rows)
            for place in grid.places
            if place.row == row
        ]
        for row in range(grid.rows)
    ]


def _wrapped(glyphs: Sequence[Glyph]) -> str:
    """A cell's text; its lines are one paragraph each time they fill the cell."""
    rows = [_line(row) for row in _rows(glyphs)]
    widest = max((row.right for row in rows), default=0.0)
    text = ""
    for before, row in zip([None, *rows], rows, strict=False):
        full = before is not None and before.right > widest - 1.6 * before.size
        text += join_lines(text[-1:], row.text) if full or not text else f"\n{row.text}"
    return text


def _rows(glyphs: Sequence[Glyph]) -> list[list[Glyph]]:
    """Characters by height on the page; those of one row overlap by half."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=_y):
        last = rows[-1] if rows else None
        if last is not None and _same_row(last[-1], glyph):
            last.append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda each: each.left) for row in rows]


def _same_row(first: Glyph, second: Glyph) -> bool:
    return abs(_y(first) - _y(second)) < 0.5 * max(first.size, second.size)


def _line(row: Sequence[Glyph]) -> Line:
    """One line of the characters of a row; a gap becomes a blank, a doubled (bold) character one."""
    text = row[0].text
    for before, glyph in itertools.pairwise(row):
        if glyph.text == before.text and abs(glyph.left - before.left) < 0.2 * glyph.size:
            continue
        latin = before.text.isascii() and glyph.text.isascii()
        gap = glyph.left - before.right
        text += (" " if gap > (0.18 if latin else 1.0) * glyph.size else "") + glyph.text
    size = median(glyph.size for glyph in row)
    top, bottom = min(each.top for each in row), max(each.bottom for each in row)
    return Line(text, row[0].left, max(each.right for each in row), top, bottom, size)


def _read_order(rows: list[list[Glyph]]) -> list[Block]:
    """The lines of rows between two tables: columns one after the other, unruled tables as tables."""
    if not rows:
        return []
    gutter = _gutter(rows)
    if gutter is not None:
        return _by_columns(rows, gutter)
    left, right = _edges(rows)
    blocks: list[Block] = []
    position = 0
    while position < len(rows):
        count, table = _unruled(rows[position:])
        if table is not None:
            blocks.append(table)
        else:
            blocks.append(replace(_line(rows[position]), left_edge=left, right_edge=right))
        position += max(count, 1)
    return blocks


def _edges(rows: Sequence[Sequence[Glyph]]) -> tuple[float, float]:
    return min(row[0].left for row in rows), max(max(each.right for each in row) for row in rows)


def _gutter(rows: Sequence[Sequence[Glyph]]) -> float | None:
    """The middle of the blank strip between two columns of text, when there is one."""
    left, right = _edges(rows)
    size = median(glyph.size for row in rows for glyph in row)
    strips = [gap for row in rows for gap in _gaps(row, size) if 0.35 < (gap - left) / (right - left + 0.01) < 0.65]
    if len(strips) < _COLUMN_ROWS:
        return None
    middle = median(strips)
    crossing = [row for row in rows if any(each.left < middle < each.right for each in row)]
    beside = [row for row in rows if row[0].left < middle < row[-1].left and row not in crossing]
    long_enough = sum(_reaches(row, middle, size) for row in beside) >= 0.6 * len(beside)
    if len(beside) >= max(_COLUMN_ROWS, 0.6 * len(rows)) and long_enough and len(crossing) <= 0.3 * len(rows):
        return middle
    return None


def _gaps(row: Sequence[Glyph], size: float) -> list[float]:
    pairs = itertools.pairwise(row)
    return [(a.right + b.left) / 2 for a, b in pairs if b.left - a.right > 0.7 * size]


def _reaches(row: Sequence[Glyph], middle: float, size: float) -> bool:
    """Whether both halves of a row are prose: at least eight characters wide."""
    before = [each for each in row if each.right <= middle]
    after = [each for each in row if each.left >= middle]
    return bool(before and after) and before[-1].right - before[0].left > 8 * size and len(after) > 3


def _by_columns(rows: Sequence[list[Glyph]], middle: float) -> list[Block]:
    blocks: list[Block] = []
    sides: tuple[list[list[Glyph]], list[list[Glyph]]] = ([], [])

    def close() -> None:
        for side in sides:
            if side:
                left, right = _edges(side)
                blocks.extend(replace(_line(row), left_edge=left, right_edge=right) for row in side)
                side.clear()

    for row in rows:
        if any(each.left < middle < each.right for each in row):
            close()
            blocks.append(replace(_line(row), left_edge=row[0].left, right_edge=row[-1].right + 100 * row[0].size))
            continue
        for side, part in zip(
            sides, ([g for g in row if _x(g) < middle], [g for g in row if _x(g) >= middle]), strict=True
        ):
            if part:
                side.append(part)
    close()
    return blocks


def _unruled(rows: Sequence[list[Glyph]]) -> tuple[int, Table | None]:
    """How many rows from here on form a table without lines: three or more, cells below each other."""
    first = _segments(rows[0])
    if len(first) < 3:
        return 1, None
    found = [first]
    for row in rows[1:]:
        cells = _segments(row)
        if len(cells) != len(first) or not all(_under(a, b) for a, b in zip(first, cells, strict=True)):
            break
        found.append(cells)
    if len(found) < 3:
        return 1, None
    table = [[Cell(_line(cell).text) for cell in cells] for cells in found]
    return len(found), Table(tuple(row_groups(table)), rows[0][0].top)


def _segments(row: list[Glyph]) -> list[list[Glyph]]:
    parts = [[row[0]]]
    for before, glyph in itertools.pairwise(row):
        if glyph.left - before.right > 1.2 * glyph.size:
            parts.append([])
        parts[-1].append(glyph)
    return parts


def _under(first: Sequence[Glyph], second: Sequence[Glyph]) -> bool:
    return (first[0].left < second[-1].right and second[0].left < first[-1].right) or (
        abs(first[0].left - second[0].left) < first[0].size
    )
