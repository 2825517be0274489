"""Which messages name what they are about, and which go on with what was spoken of."""

from __future__ import annotations

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from agents.history import spoken_of
from agents.understanding import goes_on, shared, topic


@pytest.mark.parametrize(
    "text",
    [
        "那几天能拿到",
        "收不收钱",
        "在哪办",
        "能不能代办",
        "那外地的呢",
        "要是租房的呢",
        "为什么",
        "洪山呢",
        "有效期多长",
    ],
)
def test_what_may_be_asked_of_anything_goes_on(text: str) -> None:
    assert goes_on(text)


@pytest.mark.parametrize(
    "text", ["护照多少钱", "居住证在哪办", "井盖坏了", "积水", "退休金怎么算", "低保多少钱", "路灯不亮好久了", "转人工"]
)
def test_what_names_its_matter_stands_alone(text: str) -> None:
    assert not goes_on(text)


def test_the_matter_is_what_is_left_without_what_is_asked_of_it() -> None:
    assert topic("居住证多少钱") == "居住证多少"
    assert shared("护照过期了怎么换", ["普通护照办理指南"]) == "护照"
    assert shared("路灯", ["护照"]) == ""


def test_the_last_words_that_name_a_matter_are_what_was_spoken_of() -> None:
    said = [
        HumanMessage("护照怎么办"),
        AIMessage("…"),
        HumanMessage("要多久"),
        AIMessage("…"),
        HumanMessage("小孩的呢"),
    ]
    assert spoken_of(said) == "护照怎么办"
    assert spoken_of([HumanMessage("要多久")]) == "要多久"
    assert spoken_of([]) == ""
