"""What the vectors add to the keywords: document-level Recall@1, Recall@5 and MRR@10 of the library as it ships.

    python -m bench.embedding --reading cmrc2018_dev.json.gz --reading drcd_dev.json.gz

Sets: the everyday questions over the bundled bases, and any SQuAD-style files (traditional script is converted
character by character). For each set: keywords alone, then every embedding at every weight; the difference of
Recall@5 to keywords alone with its 95 % interval (paired bootstrap over the questions).
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge import Hit, Library, Query, open_embeddings, open_library

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data"
DAY = date(2026, 11, 24)
_WIDE = 40


@dataclass(frozen=True)
class Document:
    """A document to find."""

    name: str
    base: str
    data: bytes


@dataclass(frozen=True)
class Question:
    """A question and the names of the documents that answer it."""

    text: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """A named set."""

    name: str
    documents: tuple[Document, ...]
    questions: tuple[Question, ...]


Ranks = npt.NDArray[np.float64]


def main() -> None:
    """Measure and print a table, then the rule's verdict."""
    options = _options()
    sets = [everyday(), *(reading(path) for path in options.reading)]
    gains: dict[tuple[str, float], list[float]] = {}
    for each in sets:
        print(f"\n{each.name}: {len(each.questions)} questions, {len(each.documents)} documents")
        with tempfile.TemporaryDirectory() as folder:
            _measure(each, options, Path(folder), gains)
    print("\nRecall@5 over keywords alone, mean of the sets (lowest set):")
    for (embedding, weight), found in gains.items():
        stays = np.mean(found) >= 0.4 and min(found) >= -0.5
        verdict = "stays" if stays else "does not stay"
        print(f"  {embedding} at {weight}: {np.mean(found):+.2f} ({min(found):+.2f}): {verdict}")


def _measure(
    each: Measured, options: argparse.Namespace, folder: Path, gains: dict[tuple[str, float], list[float]]
) -> None:
    keywords: Ranks | None = None
    for embedding in options.embedding:
        place = folder / str(len(gains)) / embedding.replace("/", "_")
        _fill(each, place, embedding)
        for weight in (*([1.0] if keywords is None else []), *options.weight):
            started = time.process_time()
            ranks = _asked(each, place, embedding, weight)
            cpu = 1000 * (time.process_time() - started) / len(ranks)
            keywords = ranks if keywords is None else keywords
            label = "keywords" if weight == 1 else f"{embedding} {weight}"
            print(f"  {label:<24} {_line(ranks)}  {_gain(ranks, keywords)}  {cpu:.1f} ms CPU", flush=True)
            if weight != 1:
                gains.setdefault((embedding, weight), []).append(_recall(ranks, 5) - _recall(keywords, 5))


def everyday() -> Measured:
    """The everyday questions over the bundled bases."""
    bundled = ROOT / "knowledge" / "bundled"
    lines = (DATA / "everyday.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    documents = [
        Document(f"{path.parent.name}/{path.name}", path.parent.name, path.read_bytes())
        for path in sorted(bundled.glob("*/*.md"))
    ]
    questions = [Question(row["question"], tuple(row["documents"])) for row in rows]
    return Measured("everyday", tuple(documents), tuple(questions))


def reading(path: Path) -> Measured:
    """A SQuAD-style file: every paragraph is a document."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        data = json.load(file)["data"]
    simplified = _simplifier()
    numbers: dict[str, str] = {}
    questions = []
    for paragraph in (paragraph for article in data for paragraph in article["paragraphs"]):
        name = numbers.setdefault(simplified(paragraph["context"]), f"{len(numbers)}.txt")
        questions += [Question(simplified(qa["question"]), (name,)) for qa in paragraph["qas"]]
    documents = tuple(Document(name, "reading", text.encode()) for text, name in numbers.items())
    return Measured(path.name.removesuffix(".json.gz"), documents, tuple(questions))


def _simplifier() -> Callable[[str], str]:
    lines = (DATA / "simplified.txt").read_text(encoding="utf-8").splitlines()
    table = {ord(pair[0]): pair[1] for line in lines if not line.startswith("#") for pair in line.split()}
    return lambda text: text.translate(table)


def _fill(each: Measured, folder: Path, embedding: str) -> None:
    library = open_library(folder, embeddings=open_embeddings(embedding))
    try:
        for document in each.documents:
            library.add(document.data, document.name, document.base)
    finally:
        library.close()


def _asked(each: Measured, folder: Path, embedding: str, weight: float) -> Ranks:
    """The rank of the first right document of each question; infinite beyond ten."""
    library = open_library(folder, embeddings=open_embeddings(embedding), keyword_weight=weight)
    try:
        return np.array([_rank(library, question) for question in each.questions])
    finally:
        library.close()


def _rank(library: Library, question: Question) -> float:
    found = library.search(Query(question.text, DAY, k=_WIDE))
    names = list(dict.fromkeys(_names(found.hits)))[:10]
    ranks = [names.index(name) + 1 for name in question.documents if name in names]
    return float(min(ranks, default=np.inf))


def _names(hits: Sequence[Hit]) -> Iterator[str]:
    for hit in hits:
        yield hit.document.source_name


def _recall(ranks: Ranks, first: int) -> float:
    return 100 * float(np.mean(ranks <= first))


def _line(ranks: Ranks) -> str:
    reciprocal = 100 * float(np.mean(1 / ranks))
    return f"R@1 {_recall(ranks, 1):5.2f}  R@5 {_recall(ranks, 5):5.2f}  MRR@10 {reciprocal:5.2f}"


def _gain(ranks: Ranks, keywords: Ranks) -> str:
    each = 100 * ((ranks <= 5).astype(float) - (keywords <= 5))
    draws = np.random.default_rng(0).integers(0, len(each), (1000, len(each)))
    low, high = np.percentile(each[draws].mean(axis=1), [2.5, 97.5])
    return f"R@5 {each.mean():+.2f} [{low:+.2f}, {high:+.2f}]"


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--reading", type=Path, action="append", default=[], help="SQuAD-style JSON.gz, repeatable")
    options.add_argument("--embedding", action="append", default=None, help="static, hashing, …; repeatable")
    options.add_argument("--weight", type=float, nargs="+", default=[0.7, 0.75, 0.8, 0.9])
    chosen = options.parse_args()
    chosen.embedding = chosen.embedding or ["static", "hashing"]
    return chosen


if __name__ == "__main__":
    main()
