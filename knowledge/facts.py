"""What a document says of itself: title, issuer, 文号, dates. A person's statement overrides it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from .cut import is_heading
from .records import DocumentFacts, LoadedText

_DATA = Path(__file__).parent / "data"
_DIGITS = "〇○零一二三四五六七八九"
_NUMBER_WORDS = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {"两": 2}
_DATE = r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日"
_BY_HAND = re.compile(r"([〇○零一二三四五六七八九]{4})年([一二三四五六七八九十]{1,3})月([一二三四五六七八九十]{1,3})日")
_ISSUER = re.compile(
    r"^(?!各)[\u4e00-\u9fa5]{2,30}(?:人民政府|办公厅|办公室|委员会|局|厅|部|院|中心|常务委员会)(?:办公厅|办公室)?$"
)
_ISSUER_LABEL = re.compile(r"^(?:发文机关|发布机构|发文单位|制定机关|公布机关)\s*[:：]\s*([\u4e00-\u9fa5]{3,40})$")
# A number that stands alone (or behind its label) is the document's own; one inside a sentence is somebody else's.
_NUMBER = re.compile(
    r"^(?:(?:发文字号|文\s?号)\s*[:：]\s*)?([（(]?[\u4e00-\u9fa5]{2,12}[〔［\[（(]\d{4}[〕］\])）]\s?\d{1,4}号[）)]?|[\u4e00-\u9fa5]{2,20}令?第\s?\d{1,4}号)$"
)
_NOUN = r"(?:法|办法|规定|通知|意见|条例|细则|规则|规划|计划|方案|标准|措施|公告|指南|决定|清单|解释|制度|规程|政策)"
_START = re.compile(rf"自{_DATE}起(?:开始)?(?:正式)?(?:施行|实施|执行|生效|至|，?有效期|,有效期)")
_START_ANY = re.compile(r"自(?:发布|公布|印发|颁布)之日起(?:\d+日后)?(?:施行|实施|执行|生效)")
_TERM = re.compile(r"(?:有效期|试行期|施行期|实施期)(?:限)?(?:为|是)?(\d{1,2}|[一二两三四五六七八九十])年")
_UNTIL = re.compile(
    rf"(?:有效期(?:限)?(?:截?至|到|截止到?)|(?:施行|实施|执行|有效)(?:期)?至|日?起?至){_DATE}(?:止|有效|废止|失效|。|，|,|;|；|$)"
)
_NAMED = r"《[^《》]{2,80}》(?:[（(][^（）()《》]{2,60}[）)])?"
_REPEALED = re.compile(
    rf"((?:{_NAMED}[、和及与，,]*)+)(?:自[^。；《》]{{0,20}}起|同时|即行|一并|现予|予以)*(?:废止|停止执行)"
)
_PASSED = re.compile(rf"^[（(]\s*{_DATE}[^。]{{2,80}}(?:通过|公布|发布|颁布)")
_TITLE_WORDS = re.compile(
    r"(方案|办法|规定|通知|意见|条例|细则|规划|计划|指南|标准|措施|清单|公告|问答|法|规则|决定|解释)(?:[（(][^（）()]{0,20}[）)])?$"
)
_BOOK_TITLE = re.compile(r"《([^《》]{4,80})》")


@dataclass(frozen=True)
class ReadFacts:
    """The facts, and for each where it comes from: `stated`, `page`, or the words it was read from."""

    facts: DocumentFacts
    origins: Mapping[str, str]


def read_facts(loaded: LoadedText, stated: DocumentFacts, fallback_title: str) -> ReadFacts:
    """Facts of a clean text; what a person or the file's head states wins over what was read."""
    lines = [line.strip() for line in loaded.text.split("\n") if line.strip()]
    edges = [line for line in [*lines[:30], *lines[-10:]] if len(line) <= 80]
    read: dict[str, tuple[object, str]] = {}
    _edge_facts(edges, read)
    if "published" not in read and loaded.dated:
        read["published"] = (_day_or_none(loaded.dated), "page")
    _validity(loaded.text, read)
    title, whence = _title(lines, loaded.title, fallback_title)
    read["title"] = (title, whence)
    values = {name: value for name, (value, _) in read.items() if value}
    found = replace(DocumentFacts(), **values)  # type: ignore[arg-type]
    given = {f.name: value for f in fields(stated) if (value := getattr(stated, f.name)) not in (None, False, ())}
    facts = replace(found, **given)
    origins = {name: source for name, (value, source) in read.items() if value} | dict.fromkeys(given, "stated")
    if facts.region is None and (code := region_of(facts.title or "", facts.issuer or "")):
        facts, origins = replace(facts, region=code), {**origins, "region": facts.issuer or facts.title or ""}
    return ReadFacts(facts, origins)


def region_of(title: str, issuer: str) -> str | None:
    """The division whose name begins the title or the issuer; the narrower one wins."""
    starts = {code for text in (title, issuer) for name, code in _regions() if text.startswith(name)}
    return max((code for code in starts if code != "CN"), key=len, default="CN" if starts else None)


@lru_cache(maxsize=1)
def _regions() -> list[tuple[str, str]]:
    listed: dict[str, list[str]] = json.loads((_DATA / "regions.json").read_text(encoding="utf-8"))
    return [(name, code) for code, names in listed.items() for name in names]


def _edge_facts(edges: list[str], read: dict[str, tuple[object, str]]) -> None:
    """What stands on a line of its own near the top or the bottom: signature, date, number."""
    for line, following in zip(edges, [*edges, ""][1:], strict=True):
        label = _ISSUER_LABEL.match(line)
        if label or (_ISSUER.match(line) and not is_heading(line)):
            # The name above the date signs; a name alone may be anything, so it gives way.
            signs = bool(label) or _whole_date(following) is not None
            if signs or "issuer" not in read:
                read["issuer"] = (label.group(1) if label else line, line)
        number = _NUMBER.match(line)
        if number and "number" not in read:
            read["number"] = (number.group(1).strip("（）()"), line)
        day = _whole_date(line) or _labelled_date(line) or _as_date(_PASSED.match(line))
        if day and "published" not in read:
            read["published"] = (day, line)


def _validity(text: str, read: dict[str, tuple[object, str]]) -> None:
    """Start, end and repeals from the sentences in which the document speaks of itself."""
    published = read.get("published", (None, ""))[0]
    for sentence in re.split(r"(?<=[。；\n])", text):
        if len(sentence) > 400:
            continue
        start, immediate = _START.search(sentence), _START_ANY.search(sentence)
        if (start or immediate) and _of_itself(sentence, start or immediate):
            since = _as_date(start) if start else published
            read["effective_from"] = (since, sentence.strip())
            read["effective_to"] = (_end(sentence, since), sentence.strip())
        elif _TERM.search(sentence) and re.search(rf"本{_NOUN}", sentence):
            since = read.get("effective_from", (published, ""))[0]
            read["effective_to"] = (_end(sentence, since), sentence.strip())
        elif re.search(rf"^本{_NOUN}", sentence.strip()) and _UNTIL.search(sentence):
            read["effective_to"] = (_end(sentence, None), sentence.strip())
        for found in _REPEALED.finditer(sentence):
            names = tuple(re.findall(r"《([^《》]{2,80})》", found.group(1)))
            earlier: tuple[str, ...] = read.get("repeals", ((), ""))[0]  # type: ignore[assignment]
            read["repeals"] = (tuple(dict.fromkeys((*earlier, *names))), sentence.strip())


def _of_itself(sentence: str, found: re.Match[str] | None) -> bool:
    """Whether 自…起施行 is said of this document: by 本…, or with nothing before it but an article number."""
    before = sentence[: found.start()].strip() if found else ""
    if re.search(rf"本{_NOUN}[^。》]{{0,20}}$", before):
        return True
    return not re.sub(r"^(?:第[\d一二三四五六七八九十百零]+条|\d+[.、．]|[一二三四五六七八九十]+、)\s*", "", before)


def _end(sentence: str, since: object) -> date | None:
    until = _as_date(_UNTIL.search(sentence))
    years = _TERM.search(sentence)
    if until or not years or not isinstance(since, date):
        return until
    count = int(years.group(1)) if years.group(1).isdigit() else _NUMBER_WORDS[years.group(1)]
    try:
        return since.replace(year=since.year + count) - timedelta(days=1)
    except ValueError:  # from 29 February to a year without one
        return date(since.year + count, 2, 28)


def _title(lines: list[str], from_file: str | None, fallback: str) -> tuple[str, str]:
    head = [line for line in lines[:25] if len(line) <= 100]
    if head and (marked := re.match(r"^#\s+(.+)$", head[0])):
        return _tidy(marked.group(1)), head[0]
    bare = [line.lstrip("# ") for line in head]
    for named in _BOOK_TITLE.findall("\n".join(bare)):
        # The document that the covering notice announces stands below under the same name.
        if named in bare or any(first + second == named for first, second in pairwise(bare)):
            return _tidy(named), named
    if from_file:
        return _tidy(from_file), "page"
    for first, second in zip(bare, [*bare, ""][1:], strict=True):
        for candidate in (first, first + second):
            if _is_title(candidate) and not is_heading(candidate) and (candidate == first or not is_heading(second)):
                return _tidy(candidate), candidate
    if head and head[0] == lines[0] and len(bare[0]) <= 80 and not re.search(r"[。；;!?！？:：]", bare[0]):
        return _tidy(bare[0]), head[0]
    return fallback, "name"


def _is_title(line: str) -> bool:
    return bool(4 <= len(line) <= 80 and _TITLE_WORDS.search(line) and not re.search(r"[。，,；;：:|]|^《", line))


def _tidy(title: str) -> str:
    return title.strip("《》 ").replace("(", "（").replace(")", "）")


def _whole_date(line: str) -> date | None:
    return _as_date(re.fullmatch(_DATE, line)) or _by_hand(line)


def _labelled_date(line: str) -> date | None:
    found = re.match(
        rf"^(?:成文日期|发文日期|发布日期|公布日期|印发日期)\s*[:：]\s*(?:{_DATE}|(\d{{4}}-\d\d?-\d\d?))$", line
    )
    if not found:
        return None
    return _day_or_none(found.group(4)) if found.group(4) else _as_date(re.search(_DATE, line))


def _by_hand(line: str) -> date | None:
    """二〇二四年五月十一日."""
    found = _BY_HAND.fullmatch(line)
    if not found:
        return None
    year = int("".join(str(max(0, _DIGITS.index(digit) - 2)) for digit in found.group(1)))
    return _day_or_none(f"{year}-{_count(found.group(2))}-{_count(found.group(3))}")


def _count(words: str) -> int:
    tens, ten, ones = words.partition("十")
    if not ten:
        return _NUMBER_WORDS[words]
    return 10 * (_NUMBER_WORDS[tens] if tens else 1) + (_NUMBER_WORDS[ones] if ones else 0)


def _day_or_none(text: str) -> date | None:
    parts = [int(part) for part in re.findall(r"\d+", text)]
    try:
        return date(*parts) if len(parts) == 3 else None
    except ValueError:
        return None


def _as_date(match: re.Match[str] | None) -> date | None:
    return _day_or_none("-".join(match.groups()[:3])) if match else None
