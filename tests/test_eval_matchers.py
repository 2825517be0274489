"""Matchers: what counts as the same, what does not, and gold that was bent on purpose."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from eval.assign import best_pairs, matched_pairs
from eval.canonical import as_address, as_date, as_money, as_phone, as_resident_id, same
from eval.facts import facts_in
from eval.matchers import MISSING, Known, MatcherError, matches, mismatches, says
from eval.numerals import numeral_value

KNOWN = Known({"new_case": "WH20260901000001"}, {"grid_of": {"解放大道与江汉北路路口": "420103011450053"}})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十五", 15), ("二十", 20), ("一百零五", 105), ("一百五", 150), ("一万二千", 12000), ("一万五", 15000),
        ("一万零五", 10005), ("两千零二十六", 2026), ("二〇二六", 2026), ("三亿五千万", 350_000_000), ("十", 10),
        ("一万亿", 10**12), ("街", None),
    ],
)  # fmt: skip
def test_numerals_are_read(text: str, value: int | None) -> None:
    assert numeral_value(text) == value


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        (25, 25.0),
        ("Ａ１２", "A12"),
        ("雨水  井盖", "雨水 井盖 "),
        ("2026-09-01T08:40:00+08:00", "2026-09-01T00:40:00Z"),
        ("2026-09-01", "2026年9月1日"),
        (None, None),
        ([1, "二"], [1.0, "二"]),
        ({"a": 1, "b": {"opt": 2}}, {"a": 1}),
        ({"any": ["none", None]}, None),
        ({"re": "^WH\\d{14}$"}, "WH20260901000001"),
        ({"near": 1200, "tol": 1}, 1200.6),
        ({"set": ["b", {"re": "^a"}]}, ["ax", "b"]),
        ({"opt": "x"}, MISSING),
        ({"absent": True}, MISSING),
        ({"len": [2, 3]}, "三个字"),
        ({"contains": "井盖"}, "雨水井盖破损"),
        ({"contains": {"id": 2}}, [{"id": 1}, {"id": 2}]),
        ({"ref": "new_case"}, "WH20260901000001"),
        ({"fn": "grid_of(解放大道与江汉北路路口)"}, "420103011450053"),
        ({"norm": "phone", "is": "13900000001"}, "+86 139-0000-0001"),
        ({"norm": "money", "is": 15000}, "1.5万元"),
        ({"norm": "money", "any": ["一万五千元"]}, 15000),
        ({"norm": "date", "is": "2026-09-01"}, "二〇二六年九月一日"),
        ({"norm": "date", "is": "2026-09-02"}, "2026-09-01T16:30:00Z"),
        ({"norm": "cn_text", "is": "三个工作日，内办结。"}, "3个工作日 内办结"),
        ({"norm": "id18", "is": "11010519491231002x"}, "110105 19491231 002X"),
        ({"norm": "grid", "is": "g0418"}, "网格 G0418"),
        ({"norm": "address", "any": ["江汉北路与解放大道路口"]}, "武汉市江汉区解放大道和江汉北路交叉口"),
        ({"money": 300}, "三百元"),
        ({"date": "2026-09-01"}, "2026/9/1"),
    ],
)  # fmt: skip
def test_the_same_thing_matches(expected: Any, actual: Any) -> None:
    assert matches(expected, actual, KNOWN)


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ("1.5", "15"),
        ("a-b", "ab"),
        ("十五", "15"),
        ("25", 25),
        (1, True),
        (None, MISSING),
        (None, ""),
        (0, None),
        ("2026-09-01", "2026-09-01T00:00:00+08:00"),
        ([1, 2], [2, 1]),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {}),
        ({"set": [1, 1, 2]}, [1, 2, 2]),
        ({"any": ["x", {"absent": True}]}, "y"),
        ({"opt": "x"}, None),
        ({"absent": True}, None),
        ({"near": 5}, "5"),
        ({"near": 5}, True),
        ({"re": "^b"}, "ab"),
        ({"re": "."}, 7),
        ({"len": [2, 3]}, MISSING),
        ({"ref": "other"}, "WH20260901000001"),
        ({"norm": "phone", "is": "13900000001"}, "13900000002"),
        ({"norm": "address", "is": "江岸区解放大道与江汉北路路口"}, "江汉区解放大道与江汉北路路口"),
        ({"norm": "address", "is": "解放大道与新华路路口"}, "解放大道与江汉北路路口"),
        ({"norm": "date", "is": "2026-09-01"}, "九月一日"),
        ({"norm": "id18", "is": "110105"}, "110105"),
        ({"norm": "money", "is": 1.5}, "15元"),
    ],
)  # fmt: skip
def test_another_thing_does_not_match(expected: Any, actual: Any) -> None:
    assert not matches(expected, actual, KNOWN)


GOLD = {
    "category_code": "C0101", "grid": {"fn": "grid_of(解放大道与江汉北路路口)"},
    "lon": {"near": 114.2811, "tol": 0.001},
    "phone": {"norm": "phone", "is": "13900000001"}, "photo": {"opt": None}, "tags": {"set": ["井盖", "破损"]},
}  # fmt: skip
RIGHT = {
    "category_code": "C0101", "grid": "420103011450053", "lon": 114.2812, "phone": "139 0000 0001",
    "tags": ["破损", "井盖"], "extra": "free",
}  # fmt: skip


def test_gold_matches_what_it_describes() -> None:
    assert mismatches(GOLD, RIGHT, KNOWN) == []


@pytest.mark.parametrize(
    ("field", "bent"),
    [
        ("category_code", "C0102"), ("category_code", MISSING), ("grid", "420103011450054"), ("lon", 114.2831),
        ("lon", "114.2812"), ("phone", "13900000010"), ("photo", "x.jpg"), ("tags", ["破损"]),
        ("tags", ["破损", "破损"]),
    ],
)  # fmt: skip
def test_each_bent_field_is_named(field: str, bent: Any) -> None:
    wrong = {name: each for name, each in {**RIGHT, field: bent}.items() if each is not MISSING}
    assert mismatches(GOLD, wrong, KNOWN) == [field]


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("核实", "我们会核　实后处理"),
        ({"any": ["不存在", {"re": "时限.{0,4}\\d+"}]}, "处置时限为 15 日"),
        ({"near": 15, "unit": "个工作日"}, "十五个工作日内办结"),
        ({"near": 60, "unit": "日"}, "60天内"),
        ({"money": 15000}, "收费1.5万元"),
        ({"date": "2026-09-01"}, "从9月1日开始"),
        ({"ref": "new_case"}, "案件编号 WH20260901000001"),
        (["核实", "时限"], "核实时限"),
        (15, "满15周岁"),
    ],
)  # fmt: skip
def test_a_text_says_it(expected: Any, text: str) -> None:
    assert says(expected, text, KNOWN)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ({"near": 15, "unit": "个工作日"}, "15日内"),
        ({"near": 15}, "2015年"),
        ({"near": 5}, "1.5"),
        ({"money": 15}, "15个"),
        ({"date": "2026-09-01"}, "2025年9月1日"),
        ({"ref": "unknown"}, "WH20260901000001"),
        (15, "115"),
    ],
)  # fmt: skip
def test_a_text_does_not_say_it(expected: Any, text: str) -> None:
    assert not says(expected, text, KNOWN)


@pytest.mark.parametrize(
    "expected", [{"any": [1], "re": "x"}, {"norm": "other", "is": 1}, {"fn": "grid_of(别处)"}, {"fn": "no_table(x)"}]
)
def test_a_matcher_that_cannot_be_read_is_an_error_that_says_so(expected: Any) -> None:
    with pytest.raises(MatcherError, match=r"[\u4e00-\u9fff]"):
        matches(expected, "x", KNOWN)


def test_facts_are_told_apart() -> None:
    found = facts_in(
        "自2026年9月1日起15个工作日内办结，收三百元，占百分之五，见武政办〔2024〕12号，拨打12345，8:30开门"
    )
    assert [(each.value, each.unit) for each in found.numbers] == [
        (Decimal(5), "%"), (Decimal(15), "工作日"), (Decimal(300), "元"),
    ]  # fmt: skip
    assert [(each.year, each.month, each.day) for each in found.days] == [(2026, 9, 1)]
    assert found.names == ("政办〔2024〕12号", "12345", "8:30")


@pytest.mark.parametrize("text", ["十分方便，统一办理", "一件事一次办", "两三天", "万一", "第一步", "一般"])
def test_words_with_numerals_in_them_are_no_numbers(text: str) -> None:
    assert facts_in(text).count == 0


def test_canonical_forms() -> None:
    assert as_phone("0086-13900000001") == "13900000001"
    assert as_resident_id("123") is None
    assert as_money("￥1,200.50") == Decimal("1200.5")
    assert as_money("不要钱") is None
    assert as_date("昨天") is None
    assert as_date("2026-13-01") is None
    assert as_date(date(2026, 9, 1)) == date(2026, 9, 1)
    assert as_address("金色小区3栋").places == {"金色小区3栋"}
    assert same("address", "解放大道1号", "江汉区解放大道1号")


def test_assignments_are_the_largest_possible() -> None:
    assert sorted(matched_pairs([[True, True], [True, False]])) == [(0, 1), (1, 0)]
    assert matched_pairs([[False, False]]) == []
    assert best_pairs([]) == []
    assert best_pairs([[0.3, 0.9], [0.1, 0.8]]) == [(0, 0), (1, 1)]
