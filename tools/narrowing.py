"""What a list was narrowed by, in words: so that an empty one says what was looked for."""

from __future__ import annotations

from collections.abc import Sequence

from .telling_items import say_day
from .unified.finding import read_moment

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
