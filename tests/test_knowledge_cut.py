"""Passages follow the document's own structure, and their offsets are exact."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from knowledge.cut import HARD, cut, sentences

PLAN = """一、总体要求
到2027年，建成标杆城市。
二、主要任务
（一）实施基础工程
1.打造网络。到2027年，建42个基站。
2.打造算力。到2027年，达到标准。
（二）实施智能工程
3.建智能体。到2027年，打造60个。
（1）先做医疗。
（2）再做教育。
三、工作要求
加强领导。"""
LAW = """第一编 总则
第一章 基本规定
第一条 为了保护权益，制定本法。
第二章 自然人
第一节 民事权利能力
第二条 有下列情形之一的，应当申请：
（一）迁移的；
（二）变更的。
1.附说明。
第三条 依照第二条规定办理。
第十条规定的期限不变。
第二编 物权
第四条 本法自2021年1月1日起施行。"""


def shown(text: str) -> list[tuple[tuple[str, ...], str]]:
    return [(piece.heading_path, text[piece.start : piece.end]) for piece in cut(text)]


def test_a_passage_never_mixes_two_numbered_tasks() -> None:
    assert not [words for _, words in shown(PLAN) if len(re.findall(r"^\d\.", words, re.MULTILINE)) > 1]
    assert [words for _, words in shown(PLAN) if words.startswith("2.")] == ["2.打造算力。到2027年，达到标准。"]


def test_the_heading_path_is_kept() -> None:
    paths = {words: path for path, words in shown(PLAN)}
    assert paths["3.建智能体。到2027年，打造60个。"] == ("二、主要任务", "（二）实施智能工程", "3.建智能体")
    assert paths["（2）再做教育。"][-2:] == ("3.建智能体", "（2）再做教育")


def test_a_heading_that_only_leads_others_is_no_passage_of_its_own() -> None:
    assert "二、主要任务" not in [words for _, words in shown(PLAN)]


def test_a_short_numbered_line_is_a_passage_when_nothing_follows_under_it() -> None:
    text = "# 办理流程\n1. 登录系统\n2. 填写申请\n3. 提交"
    assert [words for _, words in shown(text)] == ["1. 登录系统", "2. 填写申请", "3. 提交"]


def test_articles_keep_their_items_and_their_place_in_the_law() -> None:
    pieces = {words.split(" ")[0]: (path, words) for path, words in shown(LAW)}
    path, words = pieces["第二条"]
    assert path[:3] == ("第一编 总则", "第二章 自然人", "第一节 民事权利能力")
    assert "（一）迁移的；" in words
    assert "1.附说明。" in words
    assert pieces["第三条"][1].endswith("第十条规定的期限不变。")
    assert pieces["第四条"][0][0] == "第二编 物权"


def test_articles_behind_each_other_on_one_line_are_apart() -> None:
    text = "第一条 甲。 第二条 乙，依照 第一条 的规定。 第三条 丙。"
    assert [words for _, words in shown(text)] == ["第一条 甲。", "第二条 乙，依照 第一条 的规定。", "第三条 丙。"]


def test_a_question_and_its_answer_stay_together() -> None:
    text = "# 常见问题\n问：怎么办理？\n答：1. 准备材料。\n2. 到窗口。\n问：要多久？\n答：三天。"
    assert [(path[-1], words[-6:]) for path, words in shown(text)] == [
        ("怎么办理？", "2. 到窗口。"[-6:]),
        ("要多久？", "\n答：三天。"[-6:]),
    ]


def test_markdown_headings_may_be_six_deep() -> None:
    text = "\n".join(f"{'#' * depth} 标题{depth}" for depth in range(1, 7)) + "\n正文。"
    assert shown(text) == [(tuple(f"标题{depth}" for depth in range(1, 7)), "###### 标题6\n正文。")]


def test_bold_numbering_in_markdown_is_a_heading() -> None:
    assert [path for path, _ in shown("**一、条件**\n满十八岁。\n**二、材料**\n身份证。")] == [
        ("一、条件",),
        ("二、材料",),
    ]


@pytest.mark.parametrize("text", ["3.5亿元的投入。", "2027年完成。", "5G基站。", "100.5%的增长。", "10毫秒以内。"])
def test_a_number_at_the_start_of_a_line_is_not_always_a_heading(text: str) -> None:
    assert shown(text) == [((), text)]


@pytest.mark.parametrize("text", [PLAN, LAW, "一" * 5000, "长句，" * 2000, "a b " * 3000, "\n\n  \n字\n", "。" * 900])
def test_offsets_are_exact_ordered_and_bounded_and_lose_nothing(text: str) -> None:
    pieces = cut(text)
    assert all(0 < piece.end - piece.start <= HARD for piece in pieces)
    assert all(first.end <= second.start for first, second in pairwise(pieces))
    heads = {title for piece in pieces for title in piece.heading_path}
    places = {place for piece in pieces for place in range(piece.start, piece.end)}
    lost = "".join(letter for place, letter in enumerate(text) if place not in places and not letter.isspace())
    for head in sorted(heads, key=len, reverse=True):
        lost = lost.replace(re.sub(r"\s", "", head), "")
    assert lost == ""


def test_nothing_gives_no_passage() -> None:
    assert cut("") == []
    assert cut(" \n\n ") == []


def test_the_rest_of_a_long_table_carries_its_first_row() -> None:
    rows = "\n".join(f"| 事项{n} | 需要准备的材料清单和说明文字{n} | {n}个工作日 |" for n in range(40))
    pieces = cut(f"## 清单\n| 事项 | 材料 | 时限 |\n| --- | --- | --- |\n{rows}")
    assert len(pieces) > 2
    assert pieces[0].heading_path == ("清单",)
    assert {piece.heading_path for piece in pieces[1:]} == {("清单", "事项 | 材料 | 时限")}


def test_sentences_keep_decimals_whole() -> None:
    text = "增长10.5%。数量达到3.2万个！"
    assert [text[span.start : span.end] for span in sentences(text)] == ["增长10.5%。", "数量达到3.2万个！"]
