"""After the model: every sentence is checked against its sources before it is sent; nothing sent is retracted.

The rule: a number must stand in a source the sentence cites, in the user's own words, or in a desk template.
A sentence that cites nothing passes only when it claims nothing: no number, and it asks, greets, or says
what to do next. A mark that points to no source is removed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from knowledge import sentences

from ..records import Citation
from .screen import screen

_MARK = re.compile(r"\s*[\[【](\d{1,3})[\]】]")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?(?:×10\^\d+)?")
_CHINESE_NUMBER = re.compile(
    r"([零一二两三四五六七八九十百千万亿]+)(?=个?(?:工作日|自然日|小时|分钟|天|日|年|月|周|元|块|折|成|次|倍|条|家|项|种|份|人|岁))"
)
_DIGITS = {word: value for value, word in enumerate("零一二三四五六七八九")} | {"两": 2}
_ENDS = "。！？!?\n"
_OPEN, _CLOSE = "（(《“「【[", "）)》”」】]"
_FREE = re.compile(
    r"([？?]$|^(您好|你好|好的|抱歉|对不起|不客气|谢谢|再见|请|可以|如果|需要|您可以|你可以|建议|我(是|可以|能|会|没|不|来|先)|还有)|12345|请问|呢[。]?$|吗[。]?$|没有找到|没有查到|查不到|暂无|不清楚|无法)"
)
_UNSAFE = re.compile(r"!\[[^\]]*\]\([^)]*\)|<[^>\n]{1,200}>|\[([^\]]*)\]\((?!tel:)[^)]*\)|https?://[^\s）)]+")
_SAYS_SO = re.compile(r"失效|废止|过期|到期|不再有效|被.{0,30}取代|以前|原来|当时|旧")
# Shorter lines of a list may well stand twice.
_SENTENCE = 12
PUBLIC_NUMBERS = ("12345", "110", "119", "120", "122")


@dataclass(frozen=True)
class Source:
    """Something a sentence may cite; `citation.start` is the document offset of `citation.quote`."""

    ref: int
    kind: Literal["passage", "record"]
    text: str
    citation: Citation


@dataclass(frozen=True)
class Checked:
    """A sentence as it may be sent, or why it may not (`dropped`), or that the reply says it already (`repeated`)."""

    text: str
    citations: tuple[Citation, ...] = ()
    dropped: str | None = None
    repeated: bool = False


class Checker:
    """Checks one reply. `sources`, `user_texts` and `templates` may grow while it runs.

    Citations are numbered on from `cited`, the number of those that the reply has already. `told` holds the cited
    sentences that it has, so that none is said twice.
    """

    def __init__(
        self,
        sources: Mapping[int, Source],
        user_texts: Sequence[str],
        templates: Sequence[str],
        cited: int = 0,
        told: set[str] | None = None,
    ) -> None:
        self._sources = sources
        self._user_texts = user_texts
        self._templates = templates
        self._cited = cited
        self._told = set() if told is None else told
        self._buffer = ""
        self.citations: list[Citation] = []

    def feed(self, chunk: str) -> list[Checked]:
        """Take model text; returns the sentences that are complete."""
        self._buffer += chunk
        found: list[Checked] = []
        while (end := _sentence_end(self._buffer)) is not None:
            found.append(self.check(self._buffer[:end]))
            self._buffer = self._buffer[end:]
        return found

    def flush(self) -> list[Checked]:
        """The rest of the text."""
        rest, self._buffer = self._buffer, ""
        return [self.check(rest)] if rest.strip() else []

    def discard(self) -> None:
        """Forget text that makes no whole sentence yet: its answer broke off."""
        self._buffer = ""

    def check(self, sentence: str) -> Checked:
        """Check one sentence with its marks."""
        refs = [ref for mark in _MARK.findall(sentence) if (ref := int(mark)) in self._sources]
        body = _UNSAFE.sub(lambda match: match.group(1) or "", _MARK.sub("", sentence))
        if not body.strip():
            return Checked(body)
        cited = [self._sources[ref] for ref in dict.fromkeys(refs)]
        if screen(body.strip()).kind == "injection":
            return Checked(body, dropped="像是夹带在资料里的指令")
        unsupported = self._unsupported(body, cited)
        if unsupported:
            return Checked(body, dropped=f"没有依据的数字：{'、'.join(unsupported)}")
        if cited and all(_over(source) for source in cited) and not _SAYS_SO.search(body):
            return Checked(body, dropped="依据已经失效，句中没有说明")
        if not cited and self._claims(body):
            return Checked(body, dropped="没有引用依据")
        words = _squeezed(body)
        if cited and len(words) >= _SENTENCE and words in self._told:
            return Checked(body, repeated=True)
        self._told |= {words} if cited else set()
        marks = "".join(f"[{self._number(source, body)}]" for source in cited)
        stripped = body.rstrip("\n")
        return Checked(stripped + marks + body[len(stripped) :], tuple(self.citations))

    def _unsupported(self, body: str, cited: Sequence[Source]) -> list[str]:
        allowed: set[str] = set(PUBLIC_NUMBERS)
        for text in (*(source.text for source in cited), *self._user_texts, *self._templates):
            allowed |= numbers(text)
        return sorted(numbers(body) - allowed)

    def _claims(self, body: str) -> bool:
        plain = body.strip().lstrip("-*•· ")
        if any(plain in text for text in self._templates):
            return False
        return not _FREE.search(plain) and not plain.endswith(("：", ":")) and len(plain) > 4

    def _number(self, source: Source, body: str) -> int:
        citation = locate(source, body) if source.kind == "passage" else source.citation
        for known in self.citations:
            if replace(known, number=0) == replace(citation, number=0):
                return known.number
        numbered = replace(citation, number=self._cited + len(self.citations) + 1)
        self.citations.append(numbered)
        return numbered.number


def _over(source: Source) -> bool:
    """Whether a source is a passage that is no longer in force."""
    return source.citation.status in ("expired", "superseded")


def locate(source: Source, body: str) -> Citation:
    """The citation narrowed to the sentence of the passage that supports `body`."""
    passage = source.citation.quote
    wanted, digits = _bigrams(body), numbers(body)
    best, best_score = None, -1.0
    for span in sentences(passage):
        text = passage[span.start : span.end]
        if _squeezed(body).rstrip("。；") in _squeezed(text):
            best = span
            break
        held = _bigrams(text)
        score = len(wanted & held) / (len(wanted) or 1) + (digits <= numbers(text)) * 0.5
        if score > best_score:
            best, best_score = span, score
    if best is None:
        return source.citation
    start = (source.citation.start or 0) + best.start
    return replace(
        source.citation, quote=passage[best.start : best.end], start=start, end=start + best.end - best.start
    )


def numbers(text: str) -> set[str]:
    """The numbers of a text, normalised: full width, thousands commas, Chinese numerals before a unit."""
    plain = unicodedata.normalize("NFKC", text.replace("×10^", "×10^"))
    plain = re.sub(r"⟦[^⟧]*⟧", " ", plain)
    found = {_canonical(match.group(0)) for match in _NUMBER.finditer(plain)}
    found |= {str(_value(match.group(1))) for match in _CHINESE_NUMBER.finditer(plain)}
    return found


def _canonical(number: str) -> str:
    plain = number.replace(",", "").strip(".")
    if "." in plain and "×" not in plain:
        plain = plain.rstrip("0").rstrip(".")
    return plain.lstrip("0") or "0" if plain.isdigit() else plain


def _value(word: str) -> int:
    total, section, digit = 0, 0, 0
    for letter in word:
        if letter in _DIGITS:
            digit = _DIGITS[letter]
        elif letter in "十百千":
            section += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
        else:
            total = (total + section + digit) * {"万": 10_000, "亿": 100_000_000}[letter]
            section = digit = 0
    return total + section + digit


def _sentence_end(text: str) -> int | None:
    """Where the first complete sentence ends, marks that follow it included; None while it may go on."""
    depth = 0
    for index, letter in enumerate(text):
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter in _ENDS and (depth <= 0 or letter == "\n"):
            end = index + 1
            while (mark := _MARK.match(text, end)) is not None:
                end = mark.end()
            rest = text[end:]
            if not rest or rest.lstrip(" ")[:1] in ("", "[", "【") or (rest[0] in "”」』）)" and letter != "\n"):
                return None if not rest or rest.lstrip(" ")[:1] in ("", "[", "【") else end + 1
            return end
    return None


def _bigrams(text: str) -> set[str]:
    plain = _squeezed(text)
    return {plain[i : i + 2] for i in range(len(plain) - 1)}


def _squeezed(text: str) -> str:
    return re.sub(r"[\s，,、：:；;。.（）()《》“”\"]", "", unicodedata.normalize("NFKC", text))
