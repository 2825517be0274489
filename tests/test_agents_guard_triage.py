"""Danger that is present gets its number first; a question about a rule that names an injury does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents.guard import is_called, is_over, triage

DATA = Path(__file__).parent / "data"


def lines(name: str) -> list[str]:
    return [line for line in (DATA / name).read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("外卖小哥撞到我了，受伤了", "122"),
        ("撞到人了，快来", "122"),
        ("我在路口受伤了", "120"),
        ("有人晕倒在路边", "120"),
        ("我妈摔倒骨折了，现在动不了", "120"),
        ("楼道里好大的煤气味", "119"),
        ("有人掉到东湖里了", "119"),
        ("我妈晕倒了，医保卡在家里", "120"),
        ("有人受伤了，能报警不", "120"),
        ("路边高压线还是什么线反正断了，垂在地上", "120"),
        ("配电箱噼里啪啦冒火花", "120"),
    ],
)
def test_a_present_danger_is_one(text: str, number: str) -> None:
    danger = triage(text)
    assert danger is not None
    assert number in danger.number


@pytest.mark.parametrize(
    "text",
    [
        "我骨折住院能报多少",
        "我妈骨折住院能报多少",
        "我受伤了算不算工伤",
        "他受伤了，工伤认定要多少天",
        "我上班受伤怎么认定工伤",
        "我撞到老人了，要赔多少",
        "我骨折了走医保还是工伤",
        "差点撞到我了",
        "高压线下面能不能盖房子",
        "路灯杆上的电线杆号掉漆了",
    ],
)
def test_a_question_about_a_rule_is_none(text: str) -> None:
    assert triage(text) is None


@pytest.mark.parametrize("line", lines("dangers.txt"))
def test_every_kind_of_present_danger_gets_its_number_in_the_first_sentence(line: str) -> None:
    number, text = line.split("|")
    danger = triage(text)
    assert danger is not None
    assert number in danger.first.split("。")[0]


@pytest.mark.parametrize("text", lines("harmless.txt"))
def test_words_of_danger_alone_are_none(text: str) -> None:
    assert triage(text) is None


@pytest.mark.parametrize("text", ["出来了，安全了", "火灭了", "人救上来了", "找到了", "他走了", "没事了"])
def test_what_is_over_is_heard(text: str) -> None:
    assert is_over(text)


@pytest.mark.parametrize(
    "text", ["还有人没出来，我出来了", "路灯灭了", "这里不安全了", "出不来了", "人还没救上来", "救上来了吗", "还没找到"]
)
def test_what_goes_on_is_not_taken_for_over(text: str) -> None:
    assert not is_over(text)


def test_a_call_that_nobody_takes_is_no_help_yet() -> None:
    assert is_called("120打了")
    assert is_called("报警了")
    assert not is_called("电话打了没人接")
    assert not is_called("没打120")
