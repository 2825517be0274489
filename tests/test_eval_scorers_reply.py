"""The scorer of words, on trials made by hand."""

from __future__ import annotations

from typing import Any

from eval.expectations import Expect, ReplyCheck
from eval.trajectory import Score

from .trials import a_reply, a_sample, a_trial, a_turn, scored


def test_words_length_and_language_of_replies() -> None:
    expected = ReplyCheck(("30元",), ("保证",), 12, "zh")
    texts = ["工本费30元。", "保证能办。", "The fee is thirty yuan", "工本费30元，工本费30元，工本费30元。"]
    passed = [
        scored(a_sample(Expect(reply=expected)), a_trial([a_turn("问", a_reply(text))]))["reply"] for text in texts
    ]
    assert [each.passed for each in passed] == [True, False, False, False]
    assert "不该说" in " ".join(passed[1].evidence)
    assert "语言" in " ".join(passed[2].evidence)
    assert "最多 12 字" in " ".join(passed[3].evidence)


def of_text(text: str, expected: ReplyCheck, kind: str = "answered", **more: Any) -> Score:
    return scored(a_sample(Expect(reply=expected)), a_trial([a_turn("问", a_reply(text, kind, **more))]))["reply"]


def test_a_plain_answer_to_one_question_is_short_unless_the_sample_says_how_long() -> None:
    long = "".join(f"第{n}类材料可以到窗口领取。" for n in range(30))
    assert "最多 300 字" in " ".join(of_text(long, ReplyCheck()).evidence)
    assert of_text(long, ReplyCheck(max_chars=700)).passed
    assert of_text(long, ReplyCheck(), parts=[{}, {}]).passed, "two questions may take twice as long"
    assert of_text(long, ReplyCheck(), "confirm").passed, "what is to be confirmed is listed in full"


def test_the_same_sentence_twice_is_a_dump() -> None:
    twice = "申请简易注销要交申请书和承诺书。[1]\n公示20日。[2]\n申请简易注销要交申请书和承诺书。[1]"
    assert "同一句说了 2 遍" in " ".join(of_text(twice, ReplyCheck()).evidence)
    assert of_text("可以。公示20日。可以。", ReplyCheck()).passed


def test_what_the_last_reply_must_say_is_not_bought_by_an_earlier_one() -> None:
    expected = ReplyCheck(last=("不能",))
    turns = [a_turn("一", a_reply("不能给。")), a_turn("二", a_reply("紧急电话是110。"), 2)]
    assert scored(a_sample(Expect(reply=expected)), a_trial(turns))["reply"].evidence == ("最后没有说：不能",)
    assert scored(a_sample(Expect(reply=expected)), a_trial(turns[:1]))["reply"].passed
