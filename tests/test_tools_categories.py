"""The classes of city problems are found in the words people use."""

from __future__ import annotations

import pytest

from tools import bundled_categories
from tools.everyday import somebody_else_s


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("门口那个燃气的井盖陷下去了", "燃气井盖"),
        ("供电部门的井盖响", "电力井盖"),
        ("电信的那块井盖没了", "通信井盖"),
        ("路灯的井盖翘着", "路灯井盖"),
        ("井盖不见了", "无主井盖"),
        ("旁边工地打桩，伢都睡不着", "施工扰民"),
        ("凌晨两点工地还在干活", "施工扰民"),
        ("早餐铺店外占道经营", "店外经营"),
    ],
)
def test_a_problem_is_found_in_everyday_words(text: str, name: str) -> None:
    assert bundled_categories().search(text)[0].category.name == name


def test_a_thing_whose_owner_is_not_known_is_told_as_the_thing() -> None:
    found = bundled_categories().search("井盖丢了", 1)[0].category
    assert found.code == "C0114"
    assert found.told.startswith("井盖（")
    assert bundled_categories().search("燃气井盖丢了", 1)[0].category.told == "燃气井盖"


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        ("隔壁天天晚上打麻将吵死了", "物业"),
        ("楼上渗水滴到我床上", "物业"),
        ("我们这里停水一整天", "供水企业"),
        ("三栋停电了", "供电企业"),
        ("地铁出口的扶梯停了", "地铁"),
        ("幼儿园老师打人", "教育"),
    ],
)
def test_everyday_troubles_that_are_no_class_have_somebody_in_charge(words: str, whose: str) -> None:
    said = somebody_else_s(words)
    assert said is not None
    assert whose in said
    assert "12345" in said


@pytest.mark.parametrize("words", ["路灯不亮了", "井盖丢了", "工地半夜打桩", "人行道砖翘起来了"])
def test_what_is_of_the_street_is_nobody_else_s(words: str) -> None:
    assert somebody_else_s(words) is None
