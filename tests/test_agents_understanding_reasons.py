"""What is taken for a reason, a purpose or a basis: what is said beyond the command, never a refusal."""

from __future__ import annotations

import pytest

from agents.understanding import worded
from tools import Slot

EXAMPLES = (
    "没修到位，返工",
    "WH20260510000011 打回去返工",
    "灯还是不亮，这件返工",
    "照片对不上，要返工",
    "重新弄，返工",
)


def said(label: str, text: str, *, asked: bool) -> str | None:
    return worded(Slot("text", label), text, "返工", EXAMPLES, asked=asked)


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    "text",
    ["这件给我打回去返工", "WH20261122000007返工", "叫他们重新做", "没弄好的那单返工", "没有原因", "不想说理由，快办"],
)
def test_the_command_alone_is_no_reason(text: str, asked: bool) -> None:
    assert said("返工原因", text, asked=asked) is None


@pytest.mark.parametrize("text", ["盖子还在晃，返工", "处置不彻底", "现场和照片不是一个地方"])
def test_what_is_said_beyond_the_command_is_the_reason(text: str) -> None:
    assert said("返工原因", text, asked=False) == text


@pytest.mark.parametrize("text", ["就派给他们", "没别的依据了", "不写", "依据就不用写了吧", "派呗，懒得写依据"])
def test_a_refusal_is_no_basis(text: str) -> None:
    assert said("派单依据", text, asked=True) is None


def test_what_is_told_beside_a_refusal_stays() -> None:
    assert said("派单依据", "不用写别的依据，地块移交给区里了", asked=True) == "地块移交给区里了"


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("申请DS0009，用途是客流预测，留45天", "客流预测"),
        ("我想拿停车数据做停车诱导，帮我申请", "停车诱导"),
        ("申请公交站点的数据", None),
    ],
)
def test_a_purpose_is_told_by_its_own_words(text: str, purpose: str | None) -> None:
    assert said("用途", text, asked=False) == purpose


@pytest.mark.parametrize("text", ["没有井盖", "路灯不亮了", "不通了"])
def test_a_lack_that_is_the_problem_itself_is_told(text: str) -> None:
    assert said("问题描述", text, asked=True) == text
