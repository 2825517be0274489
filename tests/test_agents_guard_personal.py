"""Names however they are announced, and where somebody lives: placeholders outside, the whole again for their owner."""

from __future__ import annotations

import pytest

from agents.guard import Vault, hide, mask, restore


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("本人王建国，电话不方便", "王建国"),
        ("联系人：示例甲，下午在家", "示例甲"),
        ("姓名 王建国 身份证丢了", "王建国"),
        ("姓名：阿依古丽·买买提", "阿依古丽·买买提"),
        ("户主 李大伟", "李大伟"),
        ("我叫王小明，王小明的材料交了", "王小明"),
        ("万松园路万科花园3栋2单元501室漏水", "3栋2单元501室"),
        ("万科花园3号楼1203漏水", "3号楼1203"),
        ("三栋二单元五零一没热水", "三栋二单元五零一"),
        ("锦绣园3-2-501停电", "3-2-501"),
        ("我住在解放大道688号", "688号"),
        ("家庭地址：徐东大街幸福小区12栋", "12栋"),
    ],
)
def test_it_is_masked_and_comes_back_whole(text: str, hidden: str) -> None:
    masked = mask(text, Vault("ab12"))
    assert hidden not in masked.text
    assert restore(masked.text, masked.vault) == text
    assert hidden not in hide(text)


@pytest.mark.parametrize(
    "text",
    [
        "阳光花园3栋楼下垃圾成堆",
        "3栋100户居民停电",
        "沿江大道200号门口井盖破了",
        "地址：友谊大道与徐东大街路口",
        "我住在12号线旁边，12月3号来的",
        "联系人方便接电话吗",
        "本人武汉人，想问医保",
        "本人于昨天，在路口摔了",
        "政务中心302室在哪",
    ],
)
def test_places_of_the_city_and_plain_words_stay(text: str) -> None:
    assert mask(text, Vault("ab12")).text == text


def test_the_street_goes_out_and_only_the_door_does_not() -> None:
    text = "江汉区万松园路万科花园3栋2单元501室楼道灯坏了"
    assert mask(text, Vault("ab12")).text == "江汉区万松园路万科花园⟦门牌·ab12·1⟧楼道灯坏了"
