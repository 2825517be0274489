"""What a document says of itself: title, issuer, 文号, dates. A person's statement overrides it."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from datetime import date, timedelta

from .records import DocumentFacts

_NUMBER = re.compile(r"[\u4e00-\u9fa5]{2,10}〔\d{4}〕\d{1,4}号")
_DATE = r"(\d{4})年(\d{1,2})月(\d{1,2})日"
_ISSUER = re.compile(r"^[\u4e00-\u9fa5]{2,30}(?:人民政府|办公厅|办公室|委员会|局|厅|部|院|中心)(?:办公厅|办公室)?$")
_FROM = re.compile(rf"自{_DATE}起(?:施行|实施|执行)")
_UNTIL = re.compile(rf"有效期(?:至|到){_DATE}")
_YEARS = re.compile(r"有效期(\d{1,2}|[一二两三四五六七八九十])年")
_BOOK_TITLE = re.compile(r"《([^《》]{4,80})》")
_TITLE_WORDS = re.compile(
    r"(方案|办法|规定|通知|意见|条例|细则|规划|计划|指南|标准|措施|清单|公告|问答)(?:[（(].*[）)])?$"
)
_YEARS_CHINESE = {word: n for n, word in enumerate("零一二三四五六七八九十")} | {"两": 2}


def read_facts(text: str, stated: DocumentFacts, fallback_title: str) -> DocumentFacts:
    """Facts of a clean text, the stated ones winning."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    since = _as_date(_FROM.search(text))
    found = DocumentFacts(
        title=_title(lines) or fallback_title,
        number=_first(_NUMBER, "\n".join(lines[:40])),
        issuer=next((line for line in [*lines[:25], *lines[-8:]] if _ISSUER.match(line)), None),
        published=next((day for line in [*lines[:25], *lines[-8:]] if (day := _whole_date(line))), None),
        effective_from=since,
        effective_to=_as_date(_UNTIL.search(text)) or _after(since, _YEARS.search(text)),
    )
    given = {f.name: getattr(stated, f.name) for f in fields(stated) if getattr(stated, f.name) not in (None, False)}
    return replace(found, **given)


def _title(lines: list[str]) -> str | None:
    head = [line.lstrip("# ") for line in lines[:25]]
    for named in _BOOK_TITLE.findall("\n".join(head)):
        # The document that the covering notice announces stands below under the same name.
        if named in "".join(line for line in head if "《" not in line):
            return _tidy(named)
    for first, second in zip(head, [*head[1:], ""], strict=True):
        if _TITLE_WORDS.search(first) and len(first) <= 60 and not first.startswith("《"):
            return _tidy(first)
        joined = first + second
        if _TITLE_WORDS.search(joined) and 10 <= len(joined) <= 80 and "。" not in joined and "," not in joined:
            return _tidy(joined)
    named = _BOOK_TITLE.search("\n".join(head))
    if named:
        return _tidy(named.group(1))
    return head[0][:80] if head and len(head[0]) <= 80 else None


def _tidy(title: str) -> str:
    return title.strip("《》 ").replace("(", "（").replace(")", "）")


def _first(pattern: re.Pattern[str], text: str) -> str | None:
    found = pattern.search(text)
    return found.group(0) if found else None


def _whole_date(line: str) -> date | None:
    return _as_date(re.fullmatch(_DATE, line))


def _as_date(match: re.Match[str] | None) -> date | None:
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def _after(since: date | None, years: re.Match[str] | None) -> date | None:
    if since is None or years is None:
        return None
    count = int(years.group(1)) if years.group(1).isdigit() else _YEARS_CHINESE[years.group(1)]
    return since.replace(year=since.year + count) - timedelta(days=1)
