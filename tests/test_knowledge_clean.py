"""Page furniture goes, the document stays whole, and what was mended is told."""

from __future__ import annotations

import pytest

from knowledge.clean import clean

LONG = (
    "为了规范共享单车停放秩序，方便市民出行，根据有关法律、法规的规定，结合本市实际情况，制定本办法，请各单位遵照执行。"
)
PAGE = f"""首页 > 政务公开 > 政策文件

武汉市测试发布
发布时间：2024-06-05 10:00
来源：某某网
《共享单车停放管理办法》
具体如下

共享单车停放管理办法
{LONG}
第二条 本办法自2024年7月1日起施行。
联系电话：027-12345678
武汉市城市管理执法委员会
2024年6月1日

来源：武汉广播电视台
传播好声音
分享
收藏
主办：某某办公室 鄂ICP备05012345号 网站标识码4201000001 鄂公网安备42010202000001号 版权所有
"""


def test_furniture_above_and_below_goes() -> None:
    text = clean(PAGE).text
    gone = ("首页", "武汉市测试发布", "来源", "具体如下", "传播", "分享", "收藏", "ICP备", "发布时间", "《")
    assert not [word for word in gone if word in text]


def test_short_last_lines_of_the_document_itself_stay() -> None:
    text = clean(PAGE).text
    for line in (
        "第二条 本办法自2024年7月1日起施行。",
        "联系电话：027-12345678",
        "武汉市城市管理执法委员会",
        "2024年6月1日",
    ):
        assert line in text.split("\n")


def test_the_day_the_page_names_is_kept_aside() -> None:
    assert clean(PAGE).dated == "2024-06-05"


def test_a_text_that_is_no_page_is_left_alone() -> None:
    text = "说明\n\n短行\n联系人 张三"
    assert clean(text).text == text


def test_a_text_that_speaks_of_web_pages_is_no_page() -> None:
    text = f"某市无障碍条例\n第一章 技术支持\n第一条 依据《无障碍环境建设法》制定。\n网站应当无障碍。\n{LONG}\n附则"
    assert clean(text).text == text


def test_a_row_of_menu_words_is_not_where_the_text_begins() -> None:
    menu = "首页 新闻动态 政务公开 政务服务 互动交流 数据开放 关于我们 走进江城 投资环境 旅游指南 专题专栏 无障碍浏览"
    text = clean(f"首页 > 新闻\n{menu}\n分享\n{LONG}\n第二条 应当停放在线内。\n上一篇").text
    assert text.endswith("第二条 应当停放在线内。")
    assert "上一篇" not in text


@pytest.mark.parametrize(
    ("held", "reads"),
    [
        ("每秒7.2×1018浮点运算次数", "每秒7.2×10^18浮点运算次数"),
        ("每秒7.2×10¹⁸次", "每秒7.2×10^18次"),
        ("约1.5×1020毫米的板材", "约1.5×1020毫米的板材"),
        ("分辨率1.5×1024像素", "分辨率1.5×1024像素"),
        ("2.5×1080元", "2.5×1080元"),
        ("面积10²平方米", "面积10^2平方米"),
        ("100²", "100²"),
        ("编号2110¹", "编号2110¹"),
    ],
)
def test_a_lost_power_of_ten_is_mended_and_a_size_is_not(held: str, reads: str) -> None:
    assert clean(held).text == reads


def test_a_mended_power_is_told_with_the_words_of_the_original() -> None:
    notes = clean("规模达每秒7.2×1018浮点运算次数").notes
    assert len(notes) == 1
    assert "7.2×1018" in notes[0]
    assert "7.2×10^18" in notes[0]
    assert clean("规模达1018次").notes == ()


def test_invisible_letters_and_odd_line_ends_become_plain() -> None:
    assert clean("a\u200bb\r\nc\rd\u2028e\u3000f\x00").text == "ab\nc\nd\ne f"
