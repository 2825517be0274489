"""Build a document's text block by block, remembering on which page, sheet or slide each block stands."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import replace

from ..errors import UnreadableDocument
from ..records import LoadedText, Mark
from .limits import MAX_CHARACTERS

_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b-\x1f\x7f]")
_HYPHEN = re.compile(r"[a-z]-$")
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
# A blank between two Chinese characters is layout, not language.
_CHINESE_GAP = re.compile(
    r"(?<=[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]) (?=[\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e])"
)


class TextBuilder:
    """Collects blocks; `loaded` gives the text with its marks."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._parts: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []
        self._notes: list[str] = []
        self.title: str | None = None

    def at(self, page: int | None = None, sheet: str | None = None) -> None:
        """What follows stands on this page (or slide) or sheet."""
        if self._marks and self._marks[-1].start == self._length:
            self._marks.pop()
        self._marks.append(Mark(self._length, page, sheet))

    def from_the_start(self, page: int) -> None:
        """What came before the first mark stands on this page."""
        if not self._marks:
            self._marks.append(Mark(0, page))

    def heading(self, text: str, level: int) -> None:
        """Add a heading."""
        if title := tidy(text):
            self._add("#" * max(1, min(level, 6)) + " " + title + "\n")

    def paragraph(self, text: str) -> None:
        """Add a paragraph; line breaks inside it stay."""
        for line in text.split("\n"):
            if tidied := tidy(line):
                self._add(tidied + "\n")

    def extend(self, text: str) -> None:
        """Go on with the last paragraph; a word broken by a hyphen is made whole."""
        more = tidy(text)
        if not self._parts or not self._parts[-1].endswith("\n"):
            return self.paragraph(more)
        before = self._parts[-1] = self._parts[-1][:-1]
        if _HYPHEN.search(before) and more[:1].islower():
            self._parts[-1] = before[:-1]
        else:
            more = join_lines(before[-1:], more)
        cut = len(before) + 1 - len(self._parts[-1])
        self._length -= cut
        if self._marks and self._marks[-1].start > self._length:
            self._marks[-1] = replace(self._marks[-1], start=self._length)
        self._add(more + "\n")
        return None

    def empty(self) -> bool:
        """Whether nothing was written yet."""
        return not any(part.strip() for part in self._parts)

    def note(self, words: str) -> None:
        """Say something about how the file was read."""
        if words not in self._notes:
            self._notes.append(words)

    def table(self, blocks: Iterable[str]) -> None:
        """Add the row groups of a table, each set apart by blank lines."""
        for block in blocks:
            self.gap()
            self._add(block + "\n")
        self.gap()

    def gap(self) -> None:
        """A blank line, unless there is one."""
        if self._parts and not (self._parts[-1] == "\n" or self._parts[-1].endswith("\n\n")):
            begins = self._marks and self._marks[-1].start == self._length
            self._add("\n")
            if begins:  # the page begins with what follows, not with the blank line
                self._marks[-1] = replace(self._marks[-1], start=self._length)

    def loaded(self) -> LoadedText:
        """The text and its marks."""
        return LoadedText(
            "".join(self._parts).rstrip("\n"), title=self.title, notes=tuple(self._notes), marks=self._kept()
        )

    def _kept(self) -> tuple[Mark, ...]:
        return tuple(self._marks) if any(mark.page or mark.sheet for mark in self._marks) else ()

    def _add(self, block: str) -> None:
        self._parts.append(block)
        self._length += len(block)
        if self._length > MAX_CHARACTERS:
            raise UnreadableDocument(
                f"文件 {self._name} 的文字超过 {MAX_CHARACTERS // 10_000} 万字。请拆成几个文件后再上传。"
            )


def tidy(text: str) -> str:
    """One line, NFC, without invisible characters and without blanks between Chinese characters."""
    line = _BLANKS.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text).replace("\n", " "))).strip()
    return _CHINESE_GAP.sub("", line)


def join_lines(before: str, after: str) -> str:
    """`after` as it continues a line that ends in `before`: a blank only between Latin words."""
    latin = bool(before) and bool(after) and _latin(before[-1]) and _latin(after[0])
    return f" {after}" if latin else after


def _latin(letter: str) -> bool:
    return letter.isascii() and (letter.isalnum() or letter in ",.;:)%")
