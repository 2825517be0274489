"""Terms of a question: what every question says weighs little, other names count as held."""

from __future__ import annotations

import json

import pytest

from knowledge.terms import Weights, count_questions, grams, in_questions, stands


class Written:
    """A library of a hundred passages in which some words are common."""

    def count(self) -> int:
        return 100

    def holding(self, word: str) -> int:
        return {"武汉": 90, "规定": 80, "居住": 3, "住证": 3}.get(word, 0)


WEIGHTS = Weights(Written())


@pytest.mark.parametrize(
    ("every", "rare"),
    [("怎么", "居住"), ("多少", "护照"), ("要什", "噪声"), ("么办", "施工"), ("武汉", "住证"), ("规定", "量子")],
)
def test_what_every_question_or_every_passage_says_weighs_less(every: str, rare: str) -> None:
    weights = {term.gram: term.weight for term in WEIGHTS.terms(f"{every}，{rare}").terms}
    assert weights[every] < 0.7 * weights[rare]


def test_the_share_is_of_what_matters() -> None:
    terms = WEIGHTS.terms("居住证怎么办")
    assert terms.share("申领居住证的条件") > terms.share("怎么办") + 0.2
    assert terms.share("") == 0.0
    assert WEIGHTS.terms("？").share("居住证") == 0.0


def test_another_name_of_a_thing_counts_as_held() -> None:
    assert WEIGHTS.terms("社保卡").share("社会保障卡的补领") == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("gram", "text", "stand"),
    [
        ("5", "5g基站", True),
        ("5", "15个", False),
        ("ai", "ai助手", True),
        ("ai", "email", False),
        ("居住", "居住证", True),
    ],
)
def test_numbers_and_latin_words_stand_whole(gram: str, text: str, stand: bool) -> None:
    assert stands(gram, text) is stand


def test_grams_are_pairs_and_whole_words() -> None:
    assert grams("5g基站多") == {"5", "g", "基站", "站多"}
    assert grams("好") == {"好"}


def test_a_pair_is_not_rarer_than_its_characters() -> None:
    assert in_questions("么要") <= (in_questions("么") + in_questions("要")) / 2 + 1e-9


def test_questions_are_counted_once_a_group() -> None:
    counted = json.loads(count_questions([["护照怎么办", "护照丢了怎么办"], ["居住证怎么办"]]))
    assert counted["groups"] == 2
    assert counted["held"]["怎么"] == 2
    assert "护照" not in counted["held"]
