"""A file → a document with its passages, ready to be taken in."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import PurePath

from .cut import cut
from .errors import KnowledgeError, UnreadableDocument
from .facts import ReadFacts, read_facts
from .likeness import sketch
from .orders import orders_in
from .records import Document, DocumentFacts, LoadedText, Mark, Passage, Source
from .store import Draft, now

_BASE = re.compile(r"[^\s/\\\x00-\x1f]{1,64}")
_MOST_NAME = 400
_SHOWN = 60


def check(source: Source) -> None:
    """Refuse what can be refused before anything is read."""
    if not _BASE.fullmatch(source.base):
        raise KnowledgeError(f"知识库名 {source.base[:80]!r} 不能用。请用 1 到 64 个字，不含空格和斜杠。")
    if not source.name.strip() or len(source.name) > _MOST_NAME or "\0" in source.name:
        raise UnreadableDocument("文件名是空的或太长。请改名后再上传。")


def draft(source: Source, loaded: LoadedText) -> Draft:
    """The document that a loaded file makes, cut into passages."""
    if len(loaded.text.strip()) < 2:
        raise UnreadableDocument(f"文件 {source.name} 里没有文字。请检查文件后重新上传。")
    stated = _over(source.facts, loaded.facts)
    read = read_facts(loaded, stated, PurePath(source.name).stem)
    asked_as = "\n".join(dict.fromkeys((*source.asked_as, *loaded.asked_as)))
    document = _document(source, loaded, read, asked_as)
    pieces = tuple(_passages(document, loaded.marks))
    return Draft(document, pieces, asked_as, sketch(document.text, document.partition))


def numbered(made: Draft, version: int) -> Draft:
    """The same draft as a later version."""
    return replace(made, document=replace(made.document, version=version))


def _document(source: Source, loaded: LoadedText, read: ReadFacts, asked_as: str) -> Document:
    facts = read.facts
    if facts.effective_from and facts.effective_to and facts.effective_to < facts.effective_from:
        raise UnreadableDocument(
            f"文件 {source.name} 的失效日期 {facts.effective_to} 早于生效日期 {facts.effective_from}。"
            "请改正后重新上传。"
        )
    hashed = hashlib.sha256(json.dumps([loaded.text, asdict(facts), asked_as, source.visibility], default=str).encode())
    given = {each.name: getattr(facts, each.name) for each in fields(facts)}
    return Document(
        **{**given, "title": facts.title or source.name, "source_url": facts.source_url or loaded.source_url},
        id=f"d_{secrets.token_hex(8)}",
        base=source.base,
        visibility=source.visibility,
        source_name=source.name,
        retrieved_at=now(),
        content_hash=hashed.hexdigest(),
        version=1,
        notes=(*loaded.notes, *_orders(loaded.text)),
        origins=read.origins,
        text=loaded.text,
    )


def _orders(text: str) -> tuple[str, ...]:
    """What to tell the operator of sentences that no answer will use."""
    return tuple(
        f"“{text[span.start : span.end][:_SHOWN]}”像是写给智能体的指令，回答时不用它。如有误判，请改写后重新上传。"
        for span in orders_in(text)
    )


def _passages(document: Document, marks: Sequence[Mark]) -> list[Passage]:
    starts = [mark.start for mark in marks]
    made = []
    for ordinal, piece in enumerate(cut(document.text, frozenset(starts))):
        place = bisect_right(starts, piece.start) - 1
        mark = marks[place] if place >= 0 else Mark(0)
        words = document.text[piece.start : piece.end]
        name = f"{document.id}-{ordinal}"
        made.append(
            Passage(
                name, document.id, ordinal, piece.heading_path, words, piece.start, piece.end, mark.page, mark.sheet
            )
        )
    return made


def _over(first: DocumentFacts, second: DocumentFacts | None) -> DocumentFacts:
    stated = {name: value for name, value in first.__dict__.items() if value not in (None, False, ())}
    return replace(second or DocumentFacts(), **stated)
