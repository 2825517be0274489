"""The scorer of retrieval, on trials made by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from eval.expectations import Expect, Gold, Retrieval
from eval.scorers.ranking import average_precision, ndcg
from eval.trajectory import Hit, Lookup

from .trials import FEE, LAW, a_citation, a_reply, a_sample, a_trial, a_turn, scored


def hits(*names: str) -> Lookup:
    return Lookup(
        1, "q", tuple(Hit(name, f"{name} > 节", name, 1 - n / 10, "in_force", "x") for n, name in enumerate(names))
    )


def of_ranking(gold: tuple[Gold, ...], *lookups: Lookup) -> Any:
    return scored(a_sample(Expect(retrieval=Retrieval(gold, (1, 3)))), a_trial(retrievals=lookups))


def test_ranks_agree_with_figures_made_by_hand() -> None:
    found = of_ranking((Gold("甲", "节", 3), Gold("乙", "", 1)), hits("丙", "甲", "甲", "乙"))
    assert found["retrieval.hit@1"].value == 0.0
    assert found["retrieval.hit@3"].value == 1.0
    assert found["retrieval.recall@3"].value == 1.0
    assert found["retrieval.precision@3"].value == pytest.approx(2 / 3)
    assert found["retrieval.mrr@10"].value == 0.5
    gain = 7 / math.log2(3) + 1 / math.log2(4)
    assert found["retrieval.ndcg@10"].value == pytest.approx(gain / (7 + 1 / math.log2(3)))
    assert found["retrieval.map"].value == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert found["retrieval"].passed


def test_gold_that_is_not_found_is_named() -> None:
    found = of_ranking((Gold("甲"),), hits("丙"))
    assert found["retrieval"].passed is False
    assert "甲" in found["retrieval"].evidence[0]
    assert of_ranking((Gold("甲"),))["retrieval.mrr@10"].value == 0.0
    assert ndcg([], (), 10) == average_precision([], ()) == 0.0


def test_gold_that_was_found_but_not_cited_is_lost_later() -> None:
    sample = a_sample(Expect(retrieval=Retrieval((Gold("养犬登记", "收费"),))))
    cited = a_reply("工本费30元。[1]", citations=[a_citation(1, FEE, "首次登记收取工本费30元")])
    assert scored(sample, a_trial([a_turn("多少钱", cited)]))["retrieval.used"].value == 1.0
    assert scored(sample, a_trial([a_turn("多少钱", a_reply("不清楚"))]))["retrieval.used"].value == 0.0


def test_where_nothing_answers_a_citing_answer_is_a_false_use() -> None:
    sample = a_sample(Expect(retrieval=Retrieval(none=True)))
    wrong = a_reply("罚款500元。[1]", citations=[a_citation(1, LAW, "处500元")])
    assert scored(sample, a_trial([a_turn("猫呢", wrong)]))["retrieval.false_use"].passed is False
    assert scored(sample, a_trial([a_turn("猫呢", a_reply("没有找到", "refused", "no_evidence"))]))[
        "retrieval.false_use"
    ].passed
