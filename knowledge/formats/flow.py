"""Pages of lines → running text: repeated edges out, lines joined into paragraphs, large lines as headings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from statistics import median

from .layout import Line, Page, Table
from .text import TextBuilder, tidy

_LONGEST_HEADING = 60
_HEADING_SHARE = 0.25
_EDGE = 0.12  # of the page height, above and below
_PAGE_NUMBER = re.compile(
    r"^[\s\-—–·.~|]*(第\s*)?(\d{1,4}|[ivxlc]{1,6})(\s*页)?([\s,，/]*(共|of)?\s*\d{1,4}\s*页?)?[\s\-—–·.~|]*$"
)
_NUMBERED = re.compile(
    r"^(第[一二三四五六七八九十百零\d]+[编章节条]|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十\d]+[）)]"
    r"|\d{1,3}(\.\d{1,3})*[.．、]|[①-⑳]|[●•■◆▪·]|附件\s*\d*\s*[:：]?)"
)
_STOP = re.compile(r"[。！？；：!?;:][”’」』）)]*$")


def flow(pages: Sequence[Page], text: TextBuilder) -> None:
    """Write the pages to `text`."""
    repeated = _repeated(pages)
    body = _body_size(pages)
    ranks = _ranks(pages, body)
    before: Line | None = None
    for number, page in enumerate(pages, start=1):
        text.at(page=number)
        for block in page.blocks:
            if isinstance(block, Table):
                text.table(block.blocks)
                before = None
            elif not _furniture(block, page, repeated, alone=len(pages) == 1):
                _write(text, before, block, ranks)
                before = block


def _write(text: TextBuilder, before: Line | None, line: Line, ranks: dict[int, int]) -> None:
    rank = ranks.get(_step(line.size), 0) if len(line.text) <= _LONGEST_HEADING else 0
    if before is not None and _continues(before, line, large=rank > 0):
        text.extend(line.text)
    elif rank:
        text.heading(line.text, rank)
    else:
        text.paragraph(line.text)


def _continues(before: Line, line: Line, *, large: bool) -> bool:
    """Whether `line` goes on with the paragraph that `before` belongs to."""
    if _step(before.size) != _step(line.size) or _NUMBERED.match(tidy(line.text)):
        return False
    if (large or _centred(before)) and _centred(line) and 0 < line.top - before.bottom < line.size * 1.5:
        return not _STOP.search(before.text)  # a long title over two lines
    full = before.right > before.right_edge - 1.9 * before.size
    flush = line.left < line.left_edge + 0.9 * line.size
    beside = line.top < before.top  # the next column or page
    near = beside or line.top - before.bottom < 1.6 * line.size
    return full and flush and near


def _centred(line: Line) -> bool:
    left, right = line.left - line.left_edge, line.right_edge - line.right
    return left > 2.5 * line.size and abs(left - right) < 2 * line.size


def _repeated(pages: Sequence[Page]) -> frozenset[str]:
    """What stands at the edge of most pages, its digits aside."""
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_shape(line.text) for line in _edge_lines(page)})
    least = max(3, len(pages) // 3) if len(pages) > 3 else 2
    return frozenset(shape for shape, count in seen.items() if count >= least)


def _edge_lines(page: Page) -> list[Line]:
    lines = [block for block in page.blocks if isinstance(block, Line)]
    return [line for line in lines if _at_edge(line, page)]


def _at_edge(line: Line, page: Page) -> bool:
    return line.top < page.height * _EDGE or line.bottom > page.height * (1 - _EDGE)


def _furniture(line: Line, page: Page, repeated: frozenset[str], *, alone: bool) -> bool:
    if not _at_edge(line, page):
        return False
    return bool(_PAGE_NUMBER.match(line.text.strip().lower())) or (not alone and _shape(line.text) in repeated)


def _shape(text: str) -> str:
    return re.sub(r"\d+", "#", re.sub(r"\s", "", text))


def _step(size: float) -> int:
    return round(size * 2)


def _body_size(pages: Sequence[Page]) -> float:
    sizes = [line.size for page in pages for line in page.blocks if isinstance(line, Line) for _ in line.text[::8]]
    return median(sizes) if sizes else 0.0


def _ranks(pages: Sequence[Page], body: float) -> dict[int, int]:
    """Size step → heading level, for sizes clearly above that of the body and used for little of the text."""
    lines = [line for page in pages for line in page.blocks if isinstance(line, Line)]
    whole = sum(len(line.text) for line in lines)
    written: Counter[int] = Counter()
    for line in lines:
        if line.size > 1.15 * body:
            written[_step(line.size)] += len(line.text)
    steps = [step for step in sorted(written, reverse=True) if written[step] <= _HEADING_SHARE * whole]
    return {step: min(rank, 3) for rank, step in enumerate(steps, start=1)}
