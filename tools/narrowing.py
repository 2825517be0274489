"""What a list was narrowed by, in words: so that an empty one says what was looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .telling_items import say_day
from .unified.finding import read_moment

# Rows of a list that are told at once: a page is what is told, so that every row can be reached and pointed at.
PAGE = 10
Choices = Sequence[tuple[str, ...]]


def conditions(*words: str | None) -> list[str]:
    """Those that were given."""
    return [each for each in words if each]


def named(choices: Choices, words: str | None) -> str | None:
    """The first name of a choice, by its value or any of its names."""
    return next((row[1] for row in choices if words in row), words)


def span(since: str | None, until: str | None) -> str | None:
    """A span of days as people say it; None when it is open on both sides."""
    if since and since == until:
        return _day(since)
    begin, end = f"{_day(since)}起" if since else "", f"{_day(until)}止" if until else ""
    return f"{begin}{'到' if begin and end else ''}{end}" or None


def narrowed_by(words: Sequence[str]) -> str:
    """Under which conditions something was found."""
    return f"（{'、'.join(words)}）" if words else ""


def nothing_found(what: str, words: Sequence[str]) -> str:
    """That there is none, and under which conditions."""
    return f"没有查到符合条件的{what}。" + (f"查的是：{'、'.join(words)}。" if words else "")


def _day(text: str) -> str:
    """A day or moment as the platform reads them."""
    return say_day(read_moment(text, end=False))


def headed(found: Mapping[str, Any], what: str, measure: str, rows: int) -> str:
    """How many there are, and which of them are told: 共查到 22 件案件，下面是第 11 到 20 件."""
    page, size = found.get("page", 1), found.get("size", rows)
    head = f"共查到 {found['total']} {measure}{what}{narrowed_by(found.get('conditions', ()))}"
    if page > 1:
        first = (page - 1) * size + 1
        return f"{head}，下面是第 {first} 到 {first + rows - 1} {measure}" if rows else f"{head}，没有更多了"
    return f"{head}，下面是其中 {rows} {measure}" if found["total"] > rows else head


def more_of(found: Mapping[str, Any], rows: int) -> str:
    """How to see the rest."""
    seen = (found.get("page", 1) - 1) * found.get("size", rows) + rows
    return "说“下一页”看后面的。" if rows and seen < found["total"] else ""
