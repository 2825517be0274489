"""What a reply claims, and whether a passage bears it out: facts first, then words, then no turned negation."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ..canonical import tight
from ..facts import Facts, facts_in
from ..numerals import digits_for_numerals

COVERAGE = 0.6
OFFICIAL_NUMBERS = frozenset(
    ("110", "119", "120", "122", "12345", "12333", "12393", "12315", "12329", "12388", "12389")
)

_SENTENCE = re.compile(r"[^。！？；;!?\n]+[。！？；;!?]?(?:\s*\[\d+\])*")
_MARK = re.compile(r"\[(\d+)\]")
_BULLET = re.compile(r"^\s*(?:[-*•·]|\d{1,2}[.、)]|[（(]?[一二三四五六七八九十]{1,2}[、)）])\s*")
_COURTESY = re.compile(
    r"^(?:您?好|谢谢|感谢|不客气|抱歉|对不起|很遗憾|没关系|好的|明白了?|收到|请问|请您?稍等|还有什么|如需|如有|如果还|需要的话|"
    r"以上(?:内容|信息)|以下是|根据|希望)[^0-9]*$"
)
_ADVICE = re.compile(r"(?:可以|请|建议|直接)?.{0,8}(?:拨打|致电|咨询|联系|换个说法|再问|登录|告诉我)")
_NEGATION = re.compile(r"不得|禁止|没有|[不未无没勿非]")
_NO_NEGATION = re.compile(r"不动产|不仅|不论|不管|非常|未来|无论|无障碍|非机动车|非法|无主|不明|不锈钢|未成年")


@dataclass(frozen=True)
class Claim:
    """One sentence that says something about the world, and the numbers it cites."""

    text: str
    cites: tuple[int, ...] = ()


@dataclass(frozen=True)
class Weights:
    """How telling each pair of characters is among the passages of a talk."""

    documents: Counter[str]
    size: int

    @staticmethod
    def of(texts: Sequence[str]) -> Weights:
        """Counted over these texts."""
        return Weights(Counter(pair for text in texts for pair in set(_pairs(text))), len(texts))

    def of_pair(self, pair: str) -> float:
        """Rare pairs weigh more; one that is in no passage weighs most."""
        return math.log((self.size + 2) / (self.documents[pair] + 1))


def claims_in(text: str, *, only_cited: bool = False) -> list[Claim]:
    """The claims of a reply: no questions, greetings, advice whom to call, or headings."""
    found = []
    for match in _SENTENCE.finditer(text):
        raw = match.group()
        cites = tuple(int(each) for each in _MARK.findall(raw))
        bare = _BULLET.sub("", _MARK.sub("", raw)).strip(" 　*#>|；;")
        if not cites and (only_cited or not _is_claim(bare)):
            continue
        if bare:
            found.append(Claim(bare, cites))
        elif cites and found:
            found[-1] = Claim(found[-1].text, found[-1].cites + cites)
    return found


def supports(claim: str, passage: str, weights: Weights) -> bool:
    """Whether a passage bears a claim out."""
    if not passage:
        return False
    stated, known = facts_in(claim), facts_in(passage)
    if unsupported(stated, [known]):
        return False
    return coverage(claim, passage, weights) >= COVERAGE and not flipped(claim, passage)


def coverage(claim: str, passage: str, weights: Weights) -> float:
    """The share of a claim's pairs of characters that the passage has, each by its weight."""
    pairs, there = _pairs(claim), set(_pairs(passage))
    total = sum(map(weights.of_pair, pairs))
    return sum(weights.of_pair(each) for each in pairs if each in there) / total if total else float(bool(pairs))


def unsupported(stated: Facts, known: Iterable[Facts]) -> list[str]:
    """The facts that none of the sources has."""
    sources = list(known)
    numbers = [each for source in sources for each in source.numbers]
    days = [each for source in sources for each in source.days]
    names = {name for source in sources for name in source.names}
    found = [each.text or str(each.value) for each in stated.numbers if not any(each.agrees(one) for one in numbers)]
    found += [each.text for each in stated.days if not any(each.agrees(one) for one in days)]
    return found + [each for each in stated.names if each not in names]


def flipped(claim: str, passage: str) -> bool:
    """Whether one says of the same thing that it is, the other that it is not."""
    one, two = _NO_NEGATION.sub("〇", tight(claim)), _NO_NEGATION.sub("〇", tight(passage))
    return _denies(one, two) or _denies(two, one)


def flat(value: Any) -> str:
    """Everything a record says, as one text."""
    if isinstance(value, dict):
        return "\n".join(flat(each) for each in value.values())
    if isinstance(value, list | tuple):
        return "\n".join(map(flat, value))
    if isinstance(value, str):
        return flat(json.loads(value)) if value.startswith(("{", "[")) and _is_json(value) else value
    return "" if value is None else str(value)


def _denies(text: str, other: str) -> bool:
    """`text` negates what `other` only affirms, and never affirms it itself."""
    for found in _NEGATION.finditer(text):
        thing = text[found.end() : found.end() + 2]
        if len(thing) < 2 or not re.fullmatch(r"[\u4e00-\u9fff]{2}", thing):
            continue
        if _affirmed(thing, other) and not _negated(thing, other) and not _affirmed(thing, text):
            return True
    return False


def _affirmed(thing: str, text: str) -> bool:
    return re.search(rf"(?<![不未无没勿非得止有]){thing}", text) is not None


def _negated(thing: str, text: str) -> bool:
    return re.search(rf"[不未无没勿非得止有]{thing}", text) is not None


def _is_claim(text: str) -> bool:
    if len(text) < 4 or text.endswith(("？", "?", "：", ":")) or _COURTESY.match(text):
        return False
    if _ADVICE.search(text) is None:
        return True
    stated = facts_in(text)
    return bool(stated.numbers or stated.days or set(stated.names) - OFFICIAL_NUMBERS)


def _pairs(text: str) -> list[str]:
    bare = re.sub(r"[^\w]|[的了是为在将其即]", "", digits_for_numerals(tight(text))).lower()
    return [bare[n : n + 2] for n in range(len(bare) - 1)]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
