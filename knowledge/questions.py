"""Questions whose documents are known, as people keep them: lines of JSON, SQuAD files, BEIR folders."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .calibrate import Known
from .errors import KnowledgeError

_HOW = '每行写成 {"question": "怎么办居住证", "documents": ["government/residence-permit.md"]}'


@dataclass(frozen=True)
class QuestionSet:
    """Questions and, when they bring their own, the documents by name; else they are asked of the library."""

    questions: tuple[Known, ...]
    documents: dict[str, str]


def read_questions(path: Path) -> QuestionSet:
    """A SQuAD-like JSON file, a BEIR-like folder, or JSON lines of questions over the library's own documents."""
    try:
        if path.is_dir():
            return _beir(path)
        text = _text(path)
        if '"paragraphs"' in text[:2_000_000]:
            return _squad(json.loads(text))
    except (OSError, EOFError, UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError, ValueError) as problem:
        shown = f"{type(problem).__name__} {problem}"[:200]
        raise KnowledgeError(f"题目 {path} 读不懂：{shown}。可以是 SQuAD 文件、BEIR 目录，或 JSONL：{_HOW}。") from None
    return QuestionSet(known_questions(text), {})


def known_questions(text: str) -> tuple[Known, ...]:
    """JSON lines of `question` and `documents`: names of files, titles or ids. Says which line is wrong."""
    return tuple(_known(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def _known(number: int, line: str) -> Known:
    try:
        row = json.loads(line)
        question, documents = row["question"], row["documents"]
    except (json.JSONDecodeError, KeyError, TypeError) as problem:
        raise KnowledgeError(f"题目第 {number} 行读不懂（{type(problem).__name__} {problem}）。{_HOW}。") from None
    if isinstance(documents, str):
        documents = [documents]
    if not isinstance(question, str) or not isinstance(documents, list) or not all(map(_is_name, documents)):
        raise KnowledgeError(f"题目第 {number} 行写法不对。{_HOW}。")
    return Known(question, tuple(documents))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _squad(held: dict[str, Any]) -> QuestionSet:
    """Every different context is a document."""
    names: dict[str, str] = {}
    questions = []
    for paragraph in (each for entry in held["data"] for each in entry["paragraphs"]):
        name = names.setdefault(paragraph["context"], f"c{len(names)}.txt")
        questions += [Known(each["question"], (name,)) for each in paragraph["qas"]]
    return QuestionSet(tuple(questions), {name: text for text, name in names.items()})


def _beir(folder: Path) -> QuestionSet:
    """corpus.jsonl, queries.jsonl and qrels.tsv, or qrels/test.tsv (query id, document id, relevance)."""
    corpus = {
        str(row["_id"]): f"{row.get('title', '')}\n{row['text']}".strip() for row in _rows(folder / "corpus.jsonl")
    }
    queries = {str(row["_id"]): str(row["text"]) for row in _rows(folder / "queries.jsonl")}
    listed = next((each for each in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if each.exists()), None)
    if listed is None:
        raise ValueError("没有 qrels.tsv")
    wanted: dict[str, list[str]] = {}
    for line in listed.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        if int(grade) > 0:
            wanted.setdefault(query, []).append(f"{document}.txt")
    questions = tuple(Known(queries[each], tuple(found)) for each, found in wanted.items())
    return QuestionSet(questions, {f"{name}.txt": text for name, text in corpus.items()})


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    for line in _text(path).splitlines():
        if line.strip():
            yield json.loads(line)
