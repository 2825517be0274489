"""Cut a text by its own structure; a passage never mixes two numbered tasks, articles or questions."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

SOFT, HARD = 400, 700
_END = re.compile(r"[。！？；!?;]+[”’」』）)]*|\n+")
_N = r"[一二三四五六七八九十百零〇\d]+"
# What a heading looks like and how deep it stands. Markdown's own depth is its number of marks.
_MARKS = re.compile(r"^(#{1,6})\s+(?P<title>\S.*)$")
_LEVELS = (
    (10, re.compile(rf"^(?P<title>第{_N}编(?:\s.*|.{{0,30}})?)$")),
    (11, re.compile(rf"^(?P<title>第{_N}分编(?:\s.*|.{{0,30}})?)$")),
    (12, re.compile(rf"^(?P<title>(?:第{_N}章|附\s?[件录表])(?:[\s:：].*|.{{0,30}})?)$")),
    (13, re.compile(rf"^(?P<title>第{_N}节(?:\s.*|.{{0,30}})?)$")),
    (14, re.compile(r"^(?P<title>[一二三四五六七八九十]{1,3}、.+)$")),
    (15, re.compile(r"^(?P<title>[（(][一二三四五六七八九十]{1,3}[）)].+)$")),
    (16, re.compile(r"^(?P<title>\d{1,3}(?:[.．](?!\d)|、).+)$")),
    (17, re.compile(r"^(?P<title>(?:[（(]\d{1,3}[）)]|\d{1,2}[)）]|\d{1,2}(?:\.\d{1,2}){1,3}\s).+)$")),
    (30, re.compile(rf"^(?P<title>第{_N}条(?:之{_N})?(?!规定|第|[、和及的所中至或]).*)$")),
    (31, re.compile(r"^(?:问\d*|Q\d*)\s*[:：.]\s*(?P<title>.+)$", re.IGNORECASE)),
)
_LINE_END = re.compile(rf"\n|(?<=[。；;]) +(?=第{_N}条 )")
_ARTICLE, _QUESTION = 30, 31
# Inside an article or an answer, 一、（一）1. number its parts; only these begin something new.
_BREAKS = {_ARTICLE: frozenset((10, 11, 12, 13, 30)), _QUESTION: frozenset((10, 11, 12, 13, 14, 30, 31))}
_LONGEST_TITLE = 60


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


@dataclass(frozen=True)
class _Heading:
    depth: int
    title: str


@dataclass(frozen=True)
class _Section:
    titles: tuple[str, ...]
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


def cut(text: str, breaks: Collection[int] = ()) -> list[Piece]:
    """The passages of a text, in order; none reaches over one of the `breaks` (where a page or sheet begins)."""
    sections = list(_sections(text))
    pieces: list[Piece] = []
    for place, section in enumerate(sections):
        # A heading without text of its own lives on in the paths of what it leads; otherwise it is a passage.
        following = sections[place + 1].titles if place + 1 < len(sections) else ()
        bare = text[section.start : section.end].strip("#*_ ")
        if not (_leads(section.titles, following) and bare == section.titles[-1]):
            pieces += _pieces(text, section, breaks)
    return pieces


def is_heading(line: str) -> bool:
    """Whether a line alone looks like a numbered or marked heading."""
    return _heading(line, 0) is not None


def _sections(text: str) -> Iterator[_Section]:
    path: list[_Heading] = []
    start = 0
    for position, line in _lines(text):
        found = _heading(line, path[-1].depth if path else 0)
        if found is not None:
            yield from _trimmed(text, start, position, path)
            path = [each for each in path if each.depth < found.depth] + [found]
            start = position
    yield from _trimmed(text, start, len(text), path)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Each line and where it starts; an article that goes on behind another one counts as a line."""
    start = 0
    for found in _LINE_END.finditer(text):
        yield start, text[start : found.start()]
        start = found.end()
    yield start, text[start:]


def _leads(titles: tuple[str, ...], following: tuple[str, ...]) -> bool:
    return 0 < len(titles) < len(following) and following[: len(titles)] == titles


def _heading(line: str, inside: int) -> _Heading | None:
    marks = _MARKS.match(line)
    if marks:
        return _Heading(len(marks.group(1)), _first_sentence(marks.group("title").strip()))
    plain = line.strip("*_ ")
    for depth, pattern in _LEVELS:
        match = pattern.match(plain)
        if match:
            starts = inside not in _BREAKS or depth in _BREAKS[inside]
            return _Heading(depth, _first_sentence(match.group("title").strip())) if starts else None
    return None


def _first_sentence(title: str) -> str:
    head = re.split(r"[。；：:]", title, maxsplit=1)[0].strip()
    return (head or title)[:_LONGEST_TITLE]


def _trimmed(text: str, start: int, end: int, path: list[_Heading]) -> Iterator[_Section]:
    body = text[start:end]
    start += len(body) - len(body.lstrip())
    end -= len(body) - len(body.rstrip())
    if end > start:
        yield _Section(tuple(each.title for each in path), start, end)


def _pieces(text: str, section: _Section, breaks: Collection[int]) -> Iterator[Piece]:
    first: int | None = None
    last = section.start
    for span in _short_enough(text, section):
        if first is not None and (span.start in breaks or max(span.end, _end_of_rows(text, span.start)) - first > SOFT):
            yield Piece(_with_columns(text, section, first), first, last)
            first = None
        first = span.start if first is None else first
        last = span.end
    if first is not None:
        yield Piece(_with_columns(text, section, first), first, last)


def _end_of_rows(text: str, start: int) -> int:
    """Where the rows end that begin here under a header of their own: they belong into one passage."""
    begins = text.startswith("|", start) and text[max(0, start - 2) : start] in ("", "\n\n")
    return text.find("\n\n", start) if begins else 0


def _with_columns(text: str, section: _Section, start: int) -> tuple[str, ...]:
    """The heading path; the rest of a long table also carries its first row, which names the columns."""
    above = text[section.start : start].split("\n")[:-1]
    if not (above and _row(above[-1]) and _row(text[start : text.find("\n", start) + 1 or None])):
        return section.titles
    first = len(above)
    while first and _row(above[first - 1]):
        first -= 1
    return (*section.titles, above[first].strip("| ")[:_LONGEST_TITLE])


def _row(line: str) -> bool:
    return line.startswith("|") or " | " in line


def _short_enough(text: str, section: _Section) -> Iterator[Span]:
    """The sentences of a section; one that is too long is cut at a comma or, failing that, at its length."""
    for span in sentences(text[section.start : section.end]):
        start, end = section.start + span.start, section.start + span.end
        while end - start > HARD:
            comma = max(text.rfind(mark, start + SOFT // 2, start + HARD) for mark in "，,、 ")
            stop = comma + 1 if comma >= 0 else start + HARD
            yield Span(start, stop)
            start = stop
        yield Span(start, end)
