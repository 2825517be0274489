"""A sheet of cells → titles, tables with their headers, notes below."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from .tables import Cell, row_groups
from .text import TextBuilder

_DEFAULT_NAME = re.compile(r"^(sheet|工作表|表)\s*\d+$", re.IGNORECASE)
_FIGURE = re.compile(r"^[\d\s.,:%+\-/]+$")


@dataclass(frozen=True)
class Merge:
    """A merged range of cells, corners included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True)
class Sheet:
    """The cells of a sheet that hold something: row → column → text."""

    name: str
    rows: Mapping[int, Mapping[int, str]]
    merges: tuple[Merge, ...] = ()


def write_sheet(sheet: Sheet, text: TextBuilder) -> None:
    """Write a sheet; a blank row ends a table, and what stands alone in its row is a line of text."""
    if not sheet.rows:
        return
    text.gap()
    text.at(sheet=sheet.name)
    if not _DEFAULT_NAME.match(sheet.name):
        text.heading(sheet.name, 2)
    merges = _merges(sheet)
    block: list[int] = []
    header: list[int] = []
    previous = 0
    for number in sorted(sheet.rows):
        alone = len(sheet.rows[number]) == 1 and number not in merges.above
        if alone or (block and number > previous + 1 and number not in merges.above):
            header = _write_block(sheet, block, header, merges, text) if block else header
            block = []
        if alone:
            line = next(iter(sheet.rows[number].values()))
            text.title = text.title or (line if not header and len(line) <= 80 else None)
            text.paragraph(line)
        else:
            block.append(number)
        previous = number
    if block:
        _write_block(sheet, block, header, merges, text)


@dataclass(frozen=True)
class _Merges:
    """Merges by the cell where they begin, and by the rows that they reach into from above."""

    begin: Mapping[tuple[int, int], Merge]
    above: Mapping[int, list[Merge]]


def _merges(sheet: Sheet) -> _Merges:
    rows = sorted(sheet.rows)
    above: dict[int, list[Merge]] = {}
    for each in sheet.merges:
        if each.top in sheet.rows:  # a row that is reached belongs to the table even with one cell of its own
            for row in rows[bisect_right(rows, each.top) : bisect_right(rows, each.bottom)]:
                above.setdefault(row, []).append(each)
    return _Merges({(each.top, each.left): each for each in sheet.merges}, above)


def _write_block(sheet: Sheet, block: list[int], header: list[int], merges: _Merges, text: TextBuilder) -> list[int]:
    """Write consecutive rows; gives the rows of their header, for a block that goes on with figures after a gap."""
    own = _header_rows(sheet, block, merges)
    goes_on = bool(header) and _has_figures(sheet, block[0]) and _columns(sheet, block) <= _columns(sheet, header)
    if goes_on:
        own, block = header, [*header, *block]
    columns = sorted(_columns(sheet, block))
    rows = [_cells(sheet.rows[row], row, columns, block, merges) for row in block]
    text.table(row_groups(rows, len(own)))
    return own


def _cells(held: Mapping[int, str], row: int, columns: list[int], block: list[int], merges: _Merges) -> list[Cell]:
    cells: list[Cell] = []
    above = [each for each in merges.above.get(row, ()) if each.top >= block[0]]
    skip_to = 0
    for column in columns:
        if column < skip_to or any(each.left <= column <= each.right for each in above):
            continue
        merge = merges.begin.get((row, column), Merge(row, column, row, column))
        wide = bisect_right(columns, merge.right) - bisect_left(columns, column)
        high = bisect_right(block, merge.bottom) - bisect_left(block, row)
        skip_to = merge.right + 1
        cells.append(Cell(held.get(column, ""), max(wide, 1), max(high, 1)))
    return cells


def _header_rows(sheet: Sheet, block: list[int], merges: _Merges) -> list[int]:
    """The first row and those that its merged cells reach down to or stand above."""
    top = block[0]
    first = [merge for column in sheet.rows[top] if (merge := merges.begin.get((top, column)))]
    bottom = max((merge.bottom for merge in first), default=top)
    wide = any(merge.right > merge.left and merge.bottom == top for merge in first)
    if wide and len(block) > 1 and not _has_figures(sheet, block[1]):
        bottom = max(bottom, block[1])
    return [row for row in block if row <= bottom]


def _columns(sheet: Sheet, rows: list[int]) -> set[int]:
    return {column for row in rows for column in sheet.rows[row]}


def _has_figures(sheet: Sheet, row: int) -> bool:
    return any(_FIGURE.match(value) for value in sheet.rows[row].values())
