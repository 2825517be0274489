"""Question sets people bring along: SQuAD-like JSON, BEIR-like JSONL folders, statutes as one file per law."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class QuestionSet:
    """Documents by name, and each question with the names of the documents that answer it."""

    name: str
    documents: dict[str, str]
    questions: list[tuple[str, frozenset[str]]]


def read_squad(path: Path) -> QuestionSet:
    """A SQuAD-like file, gzipped or not: every different context is a document."""
    names: dict[str, str] = {}
    questions = []
    for entry in json.loads(_text(path))["data"]:
        for paragraph in entry["paragraphs"]:
            name = names.setdefault(paragraph["context"], f"c{len(names)}")
            questions += [(each["question"], frozenset({name})) for each in paragraph["qas"]]
    return QuestionSet(path.name.split(".")[0], {name: text for text, name in names.items()}, questions)


def read_beir(folder: Path) -> QuestionSet:
    """A BEIR-like folder: corpus.jsonl, queries.jsonl, qrels.tsv (query id, document id, relevance)."""
    corpus = {row["_id"]: f"{row.get('title', '')}\n{row['text']}".strip() for row in _rows(folder / "corpus.jsonl")}
    wanted: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        if int(grade) > 0:
            wanted.setdefault(query, set()).add(document)
    queries = {row["_id"]: row["text"] for row in _rows(folder / "queries.jsonl")}
    return QuestionSet(folder.name, corpus, [(queries[each], frozenset(found)) for each, found in wanted.items()])


def read_laws(path: Path) -> Iterator[tuple[str, str]]:
    """Each law of a JSONL file of articles (law, chapter, text) as one Markdown document."""
    law, chapter, lines = "", "", list[str]()
    for line in _text(path).splitlines():
        row = json.loads(line)
        if row["law"] != law:
            if law:
                yield law, "\n".join(lines)
            law, chapter, lines = row["law"], "", [f"# {row['law']}"]
        if row["chapter"] and row["chapter"] != chapter:
            chapter = row["chapter"]
            lines.append(f"## {chapter}")
        lines.append(row["text"])
    yield law, "\n".join(lines)


@dataclass(frozen=True)
class Asked:
    """A question over the bundled bases, the documents that answer it (base/file), and its kind: here, or why not."""

    question: str
    documents: tuple[str, ...]
    kind: str


def everyday() -> list[Asked]:
    """Questions that the bundled bases answer, written apart from their text."""
    return [Asked(row["question"], tuple(row["documents"]), "here") for row in _rows(_DATA / "everyday.jsonl")]


def elsewhere() -> list[Asked]:
    """Questions that they do not answer; a line “# kind” says of which kind those below it are."""
    found, kind = list[Asked](), ""
    for line in (_DATA / "elsewhere.txt").read_text(encoding="utf-8").splitlines():
        said = line.removeprefix("#").strip()
        if line.startswith("#"):
            kind = said if " " not in said else kind
        elif said:
            found.append(Asked(said, (), kind))
    return found


@dataclass(frozen=True)
class Whole:
    """A question over the bundled bases, its kind, its documents, and pieces of text that a whole answer tells."""

    question: str
    kind: str
    documents: tuple[str, ...]
    tells: tuple[str, ...]


def askings() -> list[Whole]:
    """Questions with all that a whole answer to them tells."""
    rows = _rows(_DATA / "askings.jsonl")
    return [Whole(row["question"], row["kind"], tuple(row["documents"]), tuple(row["tells"])) for row in rows]


def _text(path: Path) -> str:
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
