"""Near-duplicates under other names: found by MinHash over character shingles, then compared exactly.

Two documents of one template share headings and phrases, but neither their title nor most of their text. So a link
needs the same title (editions apart) and half of the text in common, or nearly all of the text in common.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from .records import Entry
from .versions import compact

Hashes = npt.NDArray[np.uint64]
SAME_TITLE, ANY_TITLE = 0.5, 0.85
_SIZE, _BANDS, _ROWS, _FEWEST = 5, 16, 3, 40
_ODD = np.uint64(0x9E3779B97F4A7C15)
_MIXERS = np.random.default_rng(20260101).integers(1, 2**63, (_BANDS * _ROWS, 2), dtype=np.uint64) | np.uint64(1)
_EDITION = re.compile(
    r"[（(][^（）()]{0,20}(?:修订|修正|修改|试行|暂行|征求意见|草案|送审|版|稿|年)[^（）()]{0,8}[）)]"
    r"|\d{4}年?(?:修订|修正|第?\w?版)|第[一二三四五六七八九十\d]+[版次](?:修订)?|暂行|试行|修订[版本]?|最新版?|新版"
)
_PREFIX = re.compile(r"^([\u4e00-\u9fa5]{2,12})[〔［\[（(]\d{4}")


@dataclass(frozen=True)
class Pair:
    """A new document and one that is alike, and the share of their shingles that they have in common.

    `newer` and `older` are set when it is certain which edition replaces which.
    """

    new: Entry
    other: Entry
    share: float
    newer: Entry | None = None
    older: Entry | None = None


def shingles(text: str) -> Hashes:
    """A text's different runs of five characters as numbers; blanks, marks and widths make no difference."""
    plain = re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text))
    codes = np.frombuffer(plain.encode("utf-32-le"), dtype=np.uint32).astype(np.uint64)
    if len(codes) < _SIZE:
        return np.zeros(0, dtype=np.uint64)
    hashed = np.zeros(len(codes) - _SIZE + 1, dtype=np.uint64)
    for place in range(_SIZE):
        hashed = (hashed ^ codes[place : place + len(hashed)]) * _ODD
        hashed ^= hashed >> np.uint64(29)
    return np.unique(hashed)


def sketch(text: str, partition: str) -> tuple[int, ...]:
    """Numbers of which alike texts of one partition share some; none for a text too short to say."""
    found = shingles(text)
    if len(found) < _FEWEST:
        return ()
    least = np.array([((found * factor) ^ shift).min() for factor, shift in _MIXERS]).reshape(_BANDS, _ROWS)
    seed = zlib.crc32(partition.encode())
    banded: Hashes = np.arange(_BANDS, dtype=np.uint64) + np.uint64(seed)
    for row in range(_ROWS):
        banded = (banded ^ least[:, row]) * _ODD
        banded ^= banded >> np.uint64(31)
    return tuple(int(each) for each in (banded >> np.uint64(1)))


def share(one: Hashes, other: Hashes) -> float:
    """The share of all shingles of two texts that both have."""
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, len(one) + len(other) - common)


def paired(new: Entry, other: Entry, common: float) -> Pair | None:
    """Whether two documents with so much in common are the same work, and which edition is the later one."""
    apart = new.partition != other.partition or (new.base, new.source_name) == (other.base, other.source_name)
    regions = {each.region for each in (new, other)} - {None}
    if apart or len(regions) > 1:
        return None
    same = work(new.title) == work(other.title)
    issued = _issued_alike(new, other)
    if common < (SAME_TITLE if same and issued is not False else ANY_TITLE):
        return None
    starts = (_start(new), _start(other))
    certain = same and issued and not new.draft and not other.draft and None not in starts and starts[0] != starts[1]
    if not certain:
        return Pair(new, other, common)
    later = new if (starts[0] or date.min) > (starts[1] or date.min) else other
    return Pair(new, other, common, newer=later, older=other if later is new else new)


def work(title: str) -> str:
    """A title without what tells its editions apart."""
    return compact(_EDITION.sub("", unicodedata.normalize("NFKC", title)))


def _issued_alike(one: Entry, other: Entry) -> bool | None:
    """Whether one body issued both; None when they do not say."""
    if one.issuer and other.issuer:
        return one.issuer == other.issuer
    marks = [_PREFIX.match(each.number or "") for each in (one, other)]
    if marks[0] and marks[1]:
        return marks[0].group(1) == marks[1].group(1)
    return None


def _start(entry: Entry) -> date | None:
    return entry.effective_from or entry.published


def best(pairs: Sequence[Pair], most: int = 5) -> list[Pair]:
    """The pairs that are most alike."""
    return sorted(pairs, key=lambda each: -each.share)[:most]
