"""Tables as Markdown rows in groups; each group repeats the header, so that it stands alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .text import tidy

GROUP_CHARACTERS = 360  # under the soft length of a passage


@dataclass(frozen=True)
class Cell:
    """One cell with the columns and rows that it spans."""

    text: str
    columns: int = 1
    rows: int = 1


def row_groups(rows: Sequence[Sequence[Cell]], header_rows: int | None = None) -> Iterator[str]:
    """The Markdown blocks of a table given as its rows of cells.

    A value that spans rows is repeated in each; the header is what the first row spans, or `header_rows`.
    """
    grid = _grid(rows)
    if not grid:
        return
    if len(grid[0]) == 1:
        yield "\n".join(line[0] for line in grid if line[0])
        return
    count = header_rows if header_rows is not None else max((cell.rows for cell in rows[0]), default=1)
    count = 0 if len(grid) == 1 else min(max(count, 1), len(grid) - 1)
    header = _header(grid[:count])
    if sum(map(len, header)) > GROUP_CHARACTERS // 2:  # prose in a frame, not a header
        header, count = [], 0
    yield from group_lines(header, grid[count:])


def group_lines(header: Sequence[str], body: Sequence[Sequence[str]]) -> Iterator[str]:
    """Blocks of body rows, as many as fit, under the header each time."""
    top = f"{_line(header)}\n{_line(['---'] * len(header))}\n" if header else ""
    group: list[str] = []
    size = len(top)
    for row in body:
        line = _line(row)
        if group and size + len(line) > GROUP_CHARACTERS:
            yield top + "\n".join(group)
            group, size = [], len(top)
        group.append(line)
        size += len(line) + 1
    if group:
        yield top + "\n".join(group)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _header(rows: Sequence[Sequence[str]]) -> list[str]:
    # "联系方式" over "电话" and "地址" becomes "联系方式/电话" and "联系方式/地址".
    columns = zip(*rows, strict=True) if rows else ()
    return ["/".join(dict.fromkeys(part for part in column if part)) for column in columns]


def _in_one_line(text: str) -> str:
    lines = [line for each in text.replace("|", "｜").split("\n") if (line := tidy(each))]
    joined = "".join(line if line[-1] in "。；，、：;,:" else f"{line}；" for line in lines)
    return joined.removesuffix("；") if lines and lines[-1][-1] != "；" else joined


def _grid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """A rectangle of strings, blank rows and columns left out."""
    places: dict[tuple[int, int], str] = {}
    for r, row in enumerate(rows):
        c = 0
        for cell in row:
            while (r, c) in places:
                c += 1
            text = _in_one_line(cell.text)
            for down in range(min(cell.rows, len(rows) - r)):
                for right in range(cell.columns):
                    places[r + down, c + right] = text if right == 0 or r == 0 else ""
            c += cell.columns
    width = max((c for _, c in places), default=-1) + 1
    full = [[places.get((r, c), "") for c in range(width)] for r in range(len(rows))]
    kept = [c for c in range(width) if any(row[c] for row in full)]
    return [[row[c] for c in kept] for row in full if any(row)]
