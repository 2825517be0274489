"""What the offline model takes from an answer: the value a choice stands for, 0 for nothing, never a refusal."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from agents.clock import CITY_ZONE
from agents.models.offline_memory import Memory
from agents.models.offline_slots import arguments, continued
from agents.proposals import summary_of
from tools import Slot, ToolSpec

NOW = datetime(2026, 9, 16, 10, 0, tzinfo=CITY_ZONE)
LEVELS = (("third", "三级", "三甲"), ("second", "二级"))
NUMBER = Slot("case_no", "案件编号", ask="请告诉我案件编号。")
ESTIMATE = ToolSpec(
    "benefit.guess", title="测算", effect="read", required=("total",),
    slots={"total": Slot("money", "总费用"), "level": Slot("enum", "医院级别", choices=LEVELS),
           "own": Slot("number", "自费")},
)  # fmt: skip
REWORK = ToolSpec(
    "case.again", title="返工", required=("number", "reason"), examples=("没修好，返工", "返工", "打回去返工"),
    slots={"number": NUMBER, "reason": Slot("text", "返工原因", ask="哪里没有处理到位？")},
)  # fmt: skip
REPORT = ToolSpec(
    "case.new", title="上报", required=("description",),
    slots={"description": Slot("text", "问题描述"), "photos": Slot("text", "照片"), "done": Slot(
        "enum", "已自行处理", choices=(("true", "是"), ("false", "否")))},
)  # fmt: skip


def answered(spec: ToolSpec, slot: str, text: str, *, memory: Memory | None = None, **known: Any) -> Any:
    waiting = {"tool": spec.name, "arguments": known, "slot": slot, "asked": [slot]}
    return continued(text, waiting, spec, memory or Memory(), NOW)


def test_an_offered_choice_becomes_the_value_it_stands_for() -> None:
    offered = Memory(choices=("三级", "二级"))
    assert answered(ESTIMATE, "level", "二级的", memory=offered, total=900) == {"total": 900, "level": "second"}
    assert answered(ESTIMATE, "level", "第一个", memory=offered, total=900) == {"total": 900, "level": "third"}


@pytest.mark.parametrize("text", ["没有", "都没有", "一分钱没花"])
def test_nothing_is_nought_where_the_question_says_so(text: str) -> None:
    asked = Memory(told=("其中自费是多少元？没有就说0。",))
    assert answered(ESTIMATE, "own", text, memory=asked, total=900) == {"total": 900, "own": 0}


@pytest.mark.parametrize("text", ["快打回去返工吧", "不想说原因", "没什么好说的"])
def test_who_gives_no_reason_is_asked_again(text: str) -> None:
    known = {"number": "WH20260901000123"}
    assert answered(REWORK, "reason", text, **known) == known


def test_the_reason_in_the_answer_is_kept() -> None:
    found = answered(REWORK, "reason", "盖子一踩还是晃", number="WH20260901000123")
    assert found["reason"] == "盖子一踩还是晃"


def test_a_command_with_a_number_leaves_the_reason_open() -> None:
    assert arguments(REWORK, "WH20260901000123给我打回去返工", Memory(), NOW) == {"number": "WH20260901000123"}


@pytest.mark.parametrize("text", ["真没照", "没拍照片，就这样吧", "手机坏了拍不了"])
def test_words_are_no_pictures(text: str) -> None:
    known = {"description": "占道经营", "done": "true"}
    assert "photos" not in (answered(REPORT, "photos", text, **known) or {})


def test_a_summary_shows_flags_and_lists_as_people_read_them() -> None:
    shown = summary_of(
        REPORT, {"description": "占道", "photos": ["https://a.example/1", "https://a.example/2"], "done": True}
    )
    assert shown.splitlines() == ["问题描述：占道", "照片：https://a.example/1、https://a.example/2", "已自行处理：是"]
