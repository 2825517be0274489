"""The classes of city problems are found in the words people use."""

from __future__ import annotations

import pytest

from tools import bundled_categories


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
