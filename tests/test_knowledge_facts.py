"""What a document says of itself is read; what it says of others is not taken for its own."""

from __future__ import annotations

from datetime import date

import pytest

from knowledge.facts import ReadFacts, read_facts, region_of
from knowledge.records import DocumentFacts, LoadedText


def read(text: str, **stated: object) -> ReadFacts:
    return read_facts(LoadedText(text), DocumentFacts(**stated), "文件名")  # type: ignore[arg-type]


NOTICE = """武汉市人民政府办公厅关于印发共享单车停放管理办法的通知
武政办〔2024〕12号
各区人民政府，市人民政府各部门：
根据国务院《关于某事的意见》（国办发〔2023〕29号）精神，现印发给你们。
武汉市人民政府办公厅
2024年6月1日
共享单车停放管理办法
第一条 《电子商务法》自2019年1月1日起施行。
第二条 停车证有效期为2年。
第三条 本办法自2024年7月1日起施行，有效期5年。《共享单车管理暂行规定》（武政规〔2019〕3号）同时废止。"""


def test_title_issuer_number_and_dates_are_read() -> None:
    facts = read(NOTICE).facts
    assert facts.title == "武汉市人民政府办公厅关于印发共享单车停放管理办法的通知"
    assert facts.issuer == "武汉市人民政府办公厅"
    assert facts.number == "武政办〔2024〕12号"
    assert facts.published == date(2024, 6, 1)
    assert facts.region == "4201"


def test_validity_is_that_of_the_document_not_of_what_it_mentions() -> None:
    facts = read(NOTICE).facts
    assert (facts.effective_from, facts.effective_to) == (date(2024, 7, 1), date(2029, 6, 30))
    assert facts.repeals == ("共享单车管理暂行规定",)


def test_a_number_inside_a_sentence_is_somebody_elses() -> None:
    assert read("关于某事的通知\n根据国办发〔2023〕29号文件精神，现通知如下。").facts.number is None


def test_a_licence_that_lapses_does_not_make_the_document_lapse() -> None:
    assert read("管理办法\n第九条 许可证有效期为3年。\n第十条 本办法自2024年1月1日起施行。").facts.effective_to is None


@pytest.mark.parametrize(
    ("sentence", "start", "end"),
    [
        ("本通知自2024年5月1日起施行，有效期至2026年12月31日。", date(2024, 5, 1), date(2026, 12, 31)),
        ("本政策自2024年5月1日起至2025年4月30日止有效。", date(2024, 5, 1), date(2025, 4, 30)),
        ("本办法自发布之日起施行，有效期两年。", date(2024, 4, 1), date(2026, 3, 31)),
        ("第二十条 本规定自印发之日起施行。", date(2024, 4, 1), None),
        ("本细则自2024年2月29日起施行，试行期1年。", date(2024, 2, 29), date(2025, 2, 28)),
        ("有关要求自2024年5月1日起执行新标准的企业另行通知。", None, None),
        ("按照《价格法》自2024年5月1日起施行的要求办理。", None, None),
        ("本办法自2024年13月45日起施行。", None, None),
    ],
)
def test_start_and_end_are_read_from_the_closing_words(sentence: str, start: date | None, end: date | None) -> None:
    facts = read(f"测试管理办法\n某某市测试局\n2024年4月1日\n{sentence}").facts
    assert (facts.effective_from, facts.effective_to) == (start, end)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("二〇二四年五月十一日", date(2024, 5, 11)),
        ("二○二三年十二月三十日", date(2023, 12, 30)),
        ("成文日期：2024年5月6日", date(2024, 5, 6)),
        ("发布日期：2024-05-06", date(2024, 5, 6)),
        ("（2012年12月28日第十一届全国人民代表大会常务委员会第三十次会议通过）", date(2012, 12, 28)),
        ("2024年2月30日", None),
    ],
)
def test_dates_are_read_in_every_usual_form(line: str, day: date | None) -> None:
    assert read(f"测试管理办法\n{line}\n正文。").facts.published == day


def test_what_is_stated_wins_and_origins_say_which_is_which() -> None:
    found = read(NOTICE, issuer="市城管委", effective_to=date(2030, 1, 1))
    assert found.facts.issuer == "市城管委"
    assert found.facts.effective_to == date(2030, 1, 1)
    assert found.origins["issuer"] == "stated"
    assert found.origins["published"] == "2024年6月1日"
    assert "有效期5年" in found.origins["effective_from"]


def test_the_day_of_the_page_serves_only_when_the_text_names_none() -> None:
    loaded = LoadedText("关于某事的通知\n正文在此。", dated="2024-06-05")
    found = read_facts(loaded, DocumentFacts(), "x")
    assert (found.facts.published, found.origins["published"]) == (date(2024, 6, 5), "page")


def test_a_markdown_title_wins_over_later_lines_that_look_like_one() -> None:
    assert read("# 居住证怎么办\n\n## 依据\n居住证暂行条例\n").facts.title == "居住证怎么办"


def test_a_longer_title_is_not_shortened_to_a_name_it_contains() -> None:
    text = "上海市企业名称登记管理规定\n第一条 根据《企业名称登记管理规定》，制定本规定。"
    assert read(text).facts.title == "上海市企业名称登记管理规定"


def test_numbered_headings_and_sentences_are_no_title() -> None:
    assert read("一、总体方案\n各部门要制定实施方案\n内容。").facts.title != "一、总体方案"
    assert read("为了方便群众，现将有关事项说明如下，请认真阅读。").facts.title == "文件名"


def test_a_huge_line_is_read_in_no_time_and_gives_no_facts() -> None:
    facts = read("通知（" * 200_000).facts
    assert facts.title == "文件名"
    assert facts.number is None


@pytest.mark.parametrize(
    ("title", "issuer", "region"),
    [
        ("上海口岸服务条例", "", "31"),
        ("中华人民共和国民法典", "", "CN"),
        ("武汉市供水条例", "湖北省人民代表大会", "4201"),
        ("某某管理办法", "硚口区人民政府", "420104"),
        ("某某管理办法", "", None),
        ("湖北省城镇供水条例", "", "42"),
    ],
)
def test_the_region_is_the_division_named_first(title: str, issuer: str, region: str | None) -> None:
    assert region_of(title, issuer) == region
