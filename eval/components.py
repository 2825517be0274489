"""Scores of single parts on imported records: calls, slots, spans, retrieval; from predictions anybody can make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import EvalError
from .expectations import Calls, Gold, ToolCall
from .importers import Component
from .intervals import Interval, by_family
from .matchers import NOTHING_KNOWN
from .scorers.calls import broken_rules
from .scorers.ranking import ndcg
from .trajectory import Call


@dataclass(frozen=True)
class Part:
    """One figure about one record: a share by its numerator and denominator."""

    name: str
    numerator: float
    denominator: float


@dataclass(frozen=True)
class Figure:
    """One figure over a suite: micro share, and the mean of records with its interval."""

    micro: float
    macro: Interval
    n: int


def score_components(records: Sequence[Component], predictions: Mapping[str, Mapping[str, Any]]) -> dict[str, Figure]:
    """All figures of a suite; a record without a prediction counts as answered with nothing."""
    if unknown := predictions.keys() - {each.id for each in records}:
        raise EvalError(f"预测里有题目里没有的编号：{'、'.join(sorted(unknown)[:5])}。请核对两个文件是不是一套。")
    parts: dict[str, list[Part]] = {}
    for record in records:
        for part in _SCORES[record.suite](record, predictions.get(record.id, {})):
            parts.setdefault(part.name, []).append(part)
    return {name: figure for name, found in parts.items() if (figure := _figure(found))}


def span_parts(gold: Sequence[Sequence[Any]], found: Sequence[Sequence[Any]]) -> list[Part]:
    """Strict and overlapping spans of the same type: precision, recall, F1."""
    strict = len({tuple(each) for each in gold} & {tuple(each) for each in found})
    loose_found = sum(any(_overlap(each, other) for other in gold) for each in found)
    loose_gold = sum(any(_overlap(each, other) for other in found) for each in gold)
    return [
        Part("strict_precision", strict, len(found)),
        Part("strict_recall", strict, len(gold)),
        Part("strict_f1", 2 * strict, len(gold) + len(found)),
        Part("overlap_precision", loose_found, len(found)),
        Part("overlap_recall", loose_gold, len(gold)),
    ]


def call_parts(gold: Mapping[str, Any], made: Sequence[Mapping[str, Any]]) -> list[Part]:
    """Exactly the right calls in any order, with allowed values and no argument beside them; none where none is due."""
    required = tuple(ToolCall(each["tool"], each["args"]) for each in gold["calls"])
    calls = [Call(1, str(each.get("tool")), each.get("args") or {}, "read", "ok") for each in made]
    if not required:
        return [Part("abstains", float(not calls), 1)]
    right = not broken_rules(Calls("unordered_exact", required), calls, NOTHING_KNOWN) and not _unexpected(
        required, calls
    )
    return [Part("exact", float(right), 1)]


def _unexpected(required: Sequence[ToolCall], calls: Sequence[Call]) -> bool:
    known: dict[str, set[str]] = {}
    for each in required:
        known.setdefault(each.tool, set()).update(each.args)
    return any(set(call.arguments) - known.get(call.tool, set()) for call in calls)


def _calls(record: Component, prediction: Mapping[str, Any]) -> list[Part]:
    return call_parts(record.gold, prediction.get("calls") or ())


def _spans(record: Component, prediction: Mapping[str, Any]) -> list[Part]:
    return span_parts(record.gold["spans"], prediction.get("spans") or ())


def _acts(record: Component, prediction: Mapping[str, Any]) -> list[Part]:
    gold, found = (
        {tuple(map(str, each)) for each in acts} for acts in (record.gold["acts"], prediction.get("acts") or ())
    )
    both = len(gold & found)
    return [
        Part("act_precision", both, len(found)),
        Part("act_recall", both, len(gold)),
        Part("act_f1", 2 * both, len(gold) + len(found)),
        Part("turn_exact", float(gold == found), 1),
    ]


def _ranks(record: Component, prediction: Mapping[str, Any]) -> list[Part]:
    grades: Mapping[str, int] = record.gold["grades"]
    ranked = list(dict.fromkeys(map(str, prediction.get("documents") or ())))
    hits = [(grades.get(each, 0), n) for n, each in enumerate(ranked)]
    first = next((1 / n for n, (grade, _) in enumerate(hits[:10], 1) if grade > 0), 0.0)
    gold = tuple(Gold(name, "", grade) for name, grade in grades.items())
    found = [Part(f"recall@{k}", sum(grade > 0 for grade, _ in hits[:k]), len(gold)) for k in (1, 5, 10, 100)]
    return [*found, Part("mrr@10", first, 1), Part("ndcg@10", ndcg(hits, gold, 10), 1)]


_SCORES = {"tool_call": _calls, "slots": _acts, "spans": _spans, "retrieval": _ranks}


def _overlap(one: Sequence[Any], two: Sequence[Any]) -> bool:
    return bool(one[2] == two[2] and one[0] < two[1] and two[0] < one[1])


def _figure(parts: Sequence[Part]) -> Figure | None:
    total = sum(each.denominator for each in parts)
    judged = {str(n): [each.numerator / each.denominator] for n, each in enumerate(parts) if each.denominator}
    macro = by_family(judged)
    return Figure(sum(each.numerator for each in parts) / total, macro, len(judged)) if total and macro else None
