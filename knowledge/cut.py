"""Cut a text by its own structure; a passage never mixes two numbered tasks or articles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

SOFT, HARD = 400, 700
_END = re.compile(r"[。！？；!?;]+[”’」』）)]*|\n+")
_LEVELS = (
    re.compile(r"^(#{1,6})\s+(?P<title>.+)$"),
    re.compile(r"^(?P<title>第[一二三四五六七八九十百零\d]+[编章节][ 　]*.*)$"),
    re.compile(r"^(?P<title>[一二三四五六七八九十]+、.+)$"),
    re.compile(r"^(?P<title>[（(][一二三四五六七八九十]+[）)].+)$"),
    re.compile(r"^(?P<title>\d{1,3}[.．、](?!\d).+)$"),
    re.compile(r"^(?P<title>第[一二三四五六七八九十百零\d]+条.*)$"),
)
_MARKDOWN, _ARTICLE = 0, 5


@dataclass(frozen=True)
class Span:
    """Character offsets of a stretch of text."""

    start: int
    end: int


@dataclass(frozen=True)
class Piece:
    """A passage before it has an id."""

    heading_path: tuple[str, ...]
    start: int
    end: int


def sentences(text: str) -> list[Span]:
    """The sentences of a text, without surrounding blanks."""
    spans: list[Span] = []
    start = 0
    for end in [match.end() for match in _END.finditer(text)] + [len(text)]:
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        if piece.strip():
            spans.append(Span(start + lead, start + len(piece.rstrip())))
        start = end
    return spans


def cut(text: str) -> list[Piece]:
    """The passages of a text, in order."""
    path: list[tuple[int, str]] = []
    pieces: list[Piece] = []
    open_at: int | None = None
    position = 0
    for line in text.split("\n"):
        found = _heading(line)
        if found is not None:
            if open_at is not None:
                pieces += _section(text, open_at, position, path)
            level, title = found
            path = [each for each in path if each[0] < level] + [(level, title)]
            open_at = position
        elif open_at is None and line.strip():
            open_at = position
        position += len(line) + 1
    if open_at is not None:
        pieces += _section(text, open_at, len(text), path)
    return pieces


def _heading(line: str) -> tuple[int, str] | None:
    stripped = line.strip()
    for level, pattern in enumerate(_LEVELS):
        match = pattern.match(stripped)
        if match:
            title = match.group("title").strip()
            deep = len(match.group(1)) if level == _MARKDOWN else 10 + level
            return deep, _first_sentence(title)
    return None


def _first_sentence(title: str) -> str:
    head = re.split(r"[。；：:]", title, maxsplit=1)[0]
    return head[:60]


def _section(text: str, start: int, end: int, path: list[tuple[int, str]]) -> Iterator[Piece]:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    titles = tuple(title for _, title in path)
    if end <= start or (titles and text[start:end].lstrip("# ") == titles[-1]):
        return
    first: int | None = None
    last = start
    for span in sentences(text[start:end]):
        begin, finish = start + span.start, start + span.end
        if first is not None and finish - first > SOFT:
            yield Piece(titles, first, last)
            first = None
        first = begin if first is None else first
        last = finish
    if first is not None:
        yield Piece(titles, first, last)
