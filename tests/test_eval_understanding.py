"""Intents and slots of single utterances: the figures by hand, and the whole way over HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.commands_parts import _intents, _mistakes, _slots, _table
from eval.errors import EvalError
from eval.expectations import Expect
from eval.sample import Sample, User
from eval.target import RemoteTarget
from eval.understanding import Taken, Utterance, read_utterances, slot_is, take_all, understanding

from .conftest import Site


def taken(meant: str, got: str, gold: dict[str, Any] | None = None, read: dict[str, Any] | None = None) -> Taken:
    return Taken(Utterance("话", "citizen", meant, gold or {}), got, read or {})


ROWS = [
    taken("case.create", "case.create", {"address": "汉正街"}, {"address": "武汉市硚口区汉正街", "grid": "420104"}),
    taken("case.create", "case.create", {"address": "解放大道", "category": "E0110"}, {"address": "新华路"}),
    taken("case.create", "case.create", {}, {"category": "路灯", "category_code": "C0301"}),
    taken("case.create", "case.urge", {"address": "汉口"}, {}),
    taken("knowledge", "none"),
    Taken(Utterance("话", "citizen", "item.get", also=("knowledge",)), "knowledge", {}),
]


def test_intents_are_counted_with_their_confusions() -> None:
    found = understanding(ROWS)
    assert (found.n, found.intent.point) == (6, pytest.approx(4 / 6))
    assert found.confusion["case", "case"] == 4, "a tool stands for its subject, urging a case is about cases too"
    assert found.confusion["knowledge", "none"] == 1
    assert found.confusion["item", "item"] == 1, "what serves as well is no confusion"
    assert found.mistakes == (("case.create", "case.urge", 1), ("knowledge", "none", 1))


def test_slots_are_judged_where_the_intent_was_right() -> None:
    found = understanding(ROWS)
    address, category = found.slots["address"], found.slots["category"]
    assert (address.right, address.gold, address.read) == (1, 2, 2)
    assert (address.precision, address.recall, address.f1) == (0.5, 0.5, 0.5)
    assert (category.right, category.gold, category.read) == (0, 1, 1), "a code that was not read counts as missed"
    assert "grid" not in found.slots, "what nobody marked is not judged"
    assert found.judged == 3


@pytest.mark.parametrize(
    ("gold", "read", "same"),
    [
        ("解放大道跟香港路那个路口", "武汉市江汉区解放大道与香港路交叉口", True),
        ("E0110", "E0110", True),
        (12000, "12000", True),
        ("汉正街", "昙华林", False),
        ("三级", "二级", False),
        ("", "任何", False),
    ],
)
def test_a_slot_is_right_when_it_is_the_same_thing(gold: Any, read: Any, same: bool) -> None:
    assert slot_is(gold, read) is same


def test_what_cannot_be_compared_is_not_judged() -> None:
    rows = [
        taken("visit.book", "visit.book", {"day": "后天"}, {"day": "2026-11-27"}),
        taken("case.create", "case.create", {"category": "E0110"}, {"category": "道路破损"}),
        taken(
            "offsite.file",
            "offsite.file",
            {"reason": "常驻异地工作"},
            {"reason": "worker", "reason_label": "常驻异地工作"},
        ),
    ]
    found = understanding(rows).slots
    assert "day" not in found
    assert "category" not in found
    assert (found["reason"].right, found["reason"].gold, found["reason"].read) == (1, 1, 1)


def test_the_figures_are_printed_as_tables() -> None:
    found = understanding(ROWS)
    text = "\n".join([*_intents(found), *_table(found), *_mistakes(found), *_slots(found)])
    assert "意图正确率 66.7%" in text
    assert "1 case.create 当作 case.urge" in text
    for name in ("case", "item", "knowledge", "合计"):
        assert name in text


def test_utterances_are_taken_through_the_front_door(site: Site) -> None:
    said = [
        Utterance("江汉区解放大道和新华路路口的井盖破了，帮我报一下", "citizen", "case.create", {"address": "新华路"})
    ]
    target = RemoteTarget(site.url, {})
    try:
        world = Sample("U.1", "U", "operations", "normal", "x", "x", User(), Expect())
        found = list(take_all([*said, Utterance("你好", "anonymous", "none")], target, world))
    finally:
        target.close()
    assert [each.intent for each in found] == ["case.create", "none"]
    assert slot_is("解放大道和新华路路口", found[0].slots["address"])


def test_a_line_that_lacks_something_is_named(tmp_path: Path) -> None:
    path = tmp_path / "u.jsonl"
    path.write_text('{"text": "你好", "role": "citizen"}\n', encoding="utf-8")
    with pytest.raises(EvalError, match="缺少 intent"):
        read_utterances([path])
    path.write_text("", encoding="utf-8")
    with pytest.raises(EvalError, match="没有一句话"):
        understanding([])
