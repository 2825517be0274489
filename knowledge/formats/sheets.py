"""A sheet of cells → titles, tables with their headers, notes below."""

from __future__ import annotations

import re
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
    spans = {(each.top, each.left): each for each in sheet.merges}
    covered = _covered(sheet)
    block: list[int] = []
    header: list[int] = []
    previous = 0
    for number in sorted(sheet.rows):
        alone = len(sheet.rows[number]) == 1 and number not in covered
        if alone or (block and number > previous + 1 and number not in covered):
            header = _write_block(sheet, block, header, spans, text) if block else header
            block = []
        if alone:
            line = next(iter(sheet.rows[number].values()))
            text.title = text.title or (line if not header and len(line) <= 80 else None)
            text.paragraph(line)
        else:
            block.append(number)
        previous = number
    if block:
        _write_block(sheet, block, header, spans, text)


def _covered(sheet: Sheet) -> frozenset[int]:
    """Rows that a merge from above reaches into: they belong to its table even with one cell of their own."""
    reached: set[int] = set()
    for each in sheet.merges:
        if each.top in sheet.rows:
            reached |= {
                row for row in range(each.top + 1, min(each.bottom, each.top + 100_000) + 1) if row in sheet.rows
            }
    return frozenset(reached)


def _write_block(
    sheet: Sheet, block: list[int], header: list[int], spans: Mapping[tuple[int, int], Merge], text: TextBuilder
) -> list[int]:
    """Write consecutive rows; gives the rows of their header, for a block that goes on with figures after a gap."""
    own = _header_rows(sheet, block, spans)
    goes_on = bool(header) and _has_figures(sheet, block[0]) and _columns(sheet, block) <= _columns(sheet, header)
    if goes_on:
        own, block = header, [*header, *block]
    columns = sorted(_columns(sheet, block))
    position = {row: index for index, row in enumerate(block)}
    rows = [_cells(sheet, row, columns, spans, position) for row in block]
    text.table(row_groups(rows, len(own)))
    return own


def _cells(
    sheet: Sheet,
    row: int,
    columns: list[int],
    spans: Mapping[tuple[int, int], Merge],
    position: Mapping[int, int],
) -> list[Cell]:
    cells: list[Cell] = []
    above = (
        [each for each in sheet.merges if each.top < row <= each.bottom and each.top in position]
        if sheet.merges
        else []
    )
    skip_to = 0
    for column in columns:
        if column < skip_to or any(each.left <= column <= each.right for each in above):
            continue
        span = spans.get((row, column))
        wide = sum(column <= each <= span.right for each in columns) if span else 1
        high = sum(row <= each <= span.bottom for each in position) if span else 1
        skip_to = span.right + 1 if span else column + 1
        cells.append(Cell(sheet.rows[row].get(column, ""), max(wide, 1), max(high, 1)))
    return cells


def _header_rows(sheet: Sheet, block: list[int], spans: Mapping[tuple[int, int], Merge]) -> list[int]:
    """The first row and those that its merged cells reach down to or stand above."""
    top = block[0]
    bottom = max((span.bottom for (row, _), span in spans.items() if row == top), default=top)
    wide = any(row == top and span.right > span.left and span.bottom == top for (row, _), span in spans.items())
    if wide and len(block) > 1 and not _has_figures(sheet, block[1]):
        bottom = max(bottom, block[1])
    return [row for row in block if row <= bottom]


def _columns(sheet: Sheet, rows: list[int]) -> set[int]:
    return {column for row in rows for column in sheet.rows[row]}


def _has_figures(sheet: Sheet, row: int) -> bool:
    return any(_FIGURE.match(value) for value in sheet.rows[row].values())
