"""Which weight of keywords against vectors finds best: questions whose documents are known, asked at every weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from .catalogue import Shelf
from .errors import KnowledgeError
from .records import Entry, Query, Visibility
from .search import Search, document_of

WEIGHTS = (0.0, 0.25, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)
_FEW, _FIRST = 5, 10
_EVERYTHING: frozenset[Visibility] = frozenset(("public", "staff"))


@dataclass(frozen=True)
class Known:
    """A question and the documents that answer it: by id, title, (end of the) path of the file, or base/path."""

    question: str
    documents: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """How well a weight finds: the share of questions with a right document among the first five, and MRR@10."""

    weight: float
    recall_at_5: float
    mrr_at_10: float


@dataclass(frozen=True)
class Calibration:
    """Every weight measured, and the best: most found among the first five, then highest up."""

    questions: int
    measured: tuple[Measured, ...]
    best: Measured


def weigh(
    search: Search, shelf: Shelf, asked: Sequence[Known], as_of: date, weights: Sequence[float] = WEIGHTS
) -> Calibration:
    """Search each question once in all that is in force and join both sides at every weight.

    Raises `KnowledgeError` when there is no question, or a document that nobody knows.
    """
    if not asked:
        raise KnowledgeError("没有问题可测。请给一个 JSONL 文件，每行一个问题和能回答它的文件。")
    names = _named(shelf.entries.values())
    ranks: dict[float, list[int]] = {weight: [] for weight in weights}
    for each in asked:
        wanted = _wanted(each, names)
        sides = search.sides(Query(each.question, as_of, k=_FIRST, visibilities=_EVERYTHING), shelf)
        for weight in weights:
            found = dict.fromkeys(document_of(piece.passage_id) for piece in sides.joined(weight))
            ranks[weight].append(next((place for place, one in enumerate(found) if one in wanted), _FIRST))
    measured = tuple(_measured(weight, ranks[weight]) for weight in weights)
    best = max(measured, key=lambda each: (each.recall_at_5, each.mrr_at_10, each.weight))
    return Calibration(len(asked), measured, best)


def _measured(weight: float, ranks: Sequence[int]) -> Measured:
    few = sum(rank < _FEW for rank in ranks) / len(ranks)
    return Measured(weight, few, sum(1 / (rank + 1) for rank in ranks if rank < _FIRST) / len(ranks))


def _named(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """Document ids by every name a document may be called by."""
    named: dict[str, set[str]] = {}
    for entry in entries:
        parts = entry.source_name.split("/")
        tails = ["/".join(parts[start:]) for start in range(len(parts))]
        for name in (entry.id, entry.title, f"{entry.base}/{entry.source_name}", *tails):
            named.setdefault(name, set()).add(entry.id)
    return named


def _wanted(asked: Known, names: dict[str, set[str]]) -> set[str]:
    if not asked.question.strip() or not asked.documents:
        raise KnowledgeError(f"“{asked.question}”没有写问题，或没有写能回答它的文件。请补上。")
    if unknown := [name for name in asked.documents if name not in names]:
        raise KnowledgeError(
            f"“{asked.question}”写的文件 {'、'.join(unknown)} 不在知识库里。"
            "请写文件名、标题或编号，也可写成 知识库/文件名。"
        )
    return {each for name in asked.documents for each in names[name]}
