"""The bases `government` and `insurance`: sourced, citing only articles that were read, no unverified figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import knowledge
from knowledge import Library, Query, open_library

BUNDLED = Path(knowledge.__file__).parent / "bundled"
FILES = {base: sorted((BUNDLED / base).glob("*.md")) for base in ("government", "insurance")}
ALL = FILES["government"] + FILES["insurance"]
TODAY = date(2026, 11, 24)

# Law → the day it came into force (empty: its text states none) and the articles that were read for the documents,
# both from the statute collection LawRefBook/Laws. An article that is not here was not read and may not be cited.
LAWS = {
    "不动产登记暂行条例": ("2015-03-01", "14 16-17 20 27"),
    "个人信息保护法": ("2021-11-01", "15-16 26 29 31 45-47 50 65"),
    "个人所得税法": ("", "3 6 11-12"),
    "中国公民收养子女登记办法": ("", "6 8"),
    "义务教育法": ("2006-09-01", "2 11-12"),
    "企业信息公示暂行条例": ("2014-10-01", "8 12 17"),
    "优化营商环境条例": ("2020-01-01", "28 36"),
    "住房公积金管理条例": ("", "3 14-15 17-18 24-27 36-38"),
    "促进个体工商户发展条例": ("2022-11-01", "13"),
    "保障农民工工资支付条例": ("2020-05-01", "10"),
    "信访工作条例": ("2022-05-01", "17 19 22 34-36"),
    "公共场所卫生管理条例": ("", "2 4 7"),
    "公证法": ("2006-03-01", "11 25 27 30"),
    "出境入境管理法": ("2013-07-01", "10 38-39"),
    "劳动争议调解仲裁法": ("2008-05-01", "21 27 29 43 53"),
    "劳动合同法": ("2008-01-01", "19 30 47 85"),
    "医疗保障基金使用监督管理条例": ("", "8-9 11 15 17 35 38 40-41"),
    "噪声污染防治法": ("2022-06-05", "43 63-66 68 70 77 81-82 88 90"),
    "国务院关于在线政务服务的若干规定": ("", "6-10"),
    "城市供水条例": ("1994-10-01", "22 24"),
    "城镇排水与污水处理条例": ("2014-01-01", "20-22 42 49-50"),
    "城镇燃气管理条例": ("2011-03-01", "17 27-28"),
    "契税法": ("2021-09-01", "3 6 10-11"),
    "女职工劳动保护特别规定": ("", "5-9 14"),
    "学前教育法": ("2025-06-01", "15 17"),
    "就业促进法": ("2008-01-01", "35 52 56"),
    "居住证暂行条例": ("2016-01-01", "2 9-13 15-16 21"),
    "居民身份证法": ("2004-01-01", "2-3 5 7 10-12 21"),
    "工伤保险条例": ("2004-01-01", "14-18 20-21 23 30 33"),
    "市场主体登记管理条例": ("2022-03-01", "3 5 10-13 15-16 19 21 24 26-33 46"),
    "市场主体登记管理条例实施细则": ("", "10 25-26 35 46-48 63"),
    "户口登记条例": ("", "3 6-10 13 17-19"),
    "护照法": ("2007-01-01", "5-7 11"),
    "政府信息公开条例": ("2019-05-15", "29-30 42 51"),
    "无证无照经营查处办法": ("2017-10-01", "3"),
    "机动车登记规定": ("2022-05-01", "10 12 25 52 54 56"),
    "机动车驾驶证申领和使用规定": ("2022-04-01", "14 63 75"),
    "残疾人保障法": ("2008-07-01", "47-48 50"),
    "残疾人就业条例": ("", "8-9"),
    "残疾预防和残疾人康复条例": ("2017-07-01", "26"),
    "殡葬管理条例": ("", "13"),
    "民法典": ("2021-01-01", "1046-1049 1051 1053 1076-1077 1079 1083 1093 1098 1105"),
    "法律援助法": ("2022-01-01", "31-32 38 41-43"),
    "消费者权益保护法": ("1994-01-01", "39"),
    "消防法": ("2009-05-01", "15 28 58 60 73"),
    "烟草专卖法": ("1992-01-01", "16"),
    "烟草专卖法实施条例": ("", "6 23 57"),
    "环境噪声污染防治法": ("1997-03-01", "30 45 58 64"),
    "疫苗管理法": ("2019-12-01", "47-49"),
    "社会保险法": ("2011-07-01", "4 16 19 23 25-30 32 38 41 45-48 50-51 53-56 58 74 82-83"),
    "社会保险经办条例": ("2023-12-01", "4 6-7 9-10 12-16 18-20 22-25 28-32 46 52 62"),
    "社会救助暂行办法": ("2014-05-01", "9 11-16 19 28-30 32 37-38 40 45 47-48 50 60 68"),
    "老年人权益保障法": ("2013-07-01", "2 31 33 53 57-59"),
    "行政复议法": ("2024-01-01", "11 20 22-24 30 62 87"),
    "行政许可法": ("2004-07-01", "27 30-32 38 44 59 82"),
    "退役军人保障法": ("2021-01-01", "21 25"),
    "退役军人安置条例": ("2024-09-01", "68-69 71"),
    "道路交通安全法": ("2004-05-01", "8 13"),
    "道路交通安全法实施条例": ("2004-05-01", "22 26-28"),
    "食品安全法": ("2015-10-01", "33 35-36 45 122"),
    "食品安全法实施条例": ("2019-12-01", "15"),
}

# Every amount in yuan and every percentage that a document may say; what is missing here has no source.
FIGURES = {
    "childcare-subsidy": "3600元",
    "company-change": "10万元 1万元",
    "disability": "1.5%",
    "drainage": "10万元 20万元 2万元 50万元",
    "fire-check": "30万元 3万元 5000元 500元 5万元",
    "food-permit": "10万元 1万元 5万元",
    "fund-loan": "1万元 5% 5万元",
    "hotline-12345": "92.7%",
    "labour-dispute": "100% 50%",
    "newborn": "3600元",
    "noise": "1000元 10万元 1万元 200元 5000元 5万元",
    "one-thing": "51% 79%",
    "real-estate": "3% 5%",
    "restaurant": "10万元 1万元 30万元 3万元 5万元",
    "tax-settlement": "3% 45% 6万元",
    "tobacco": "20% 50%",
    "benefit-estimate": "10000元 1000元 2000元 3000元 50% 5000元",
    "flexible-employment": "300元 5000元 6%",
    "medical-aid": "70%",
    "plan-medical-code": "85%",
    "resident-premium": "20元 24元 30元 400元 670元 700元",
}

# Recollected, unverified (grade B of the research): local ratios, deductibles, caps, ages, lists.
UNVERIFIED = (
    r"起付[^。]{0,12}(?<!\d)(700|500|400|600|800|200)",
    r"(3500|4000)元",
    r"(?<!\d)(92|89|86|84|68|60|65|75|80|90)%",
    r"(10大?类|28个?项)",
    r"荆门",
    r"(?<!\d)(128|158|188)天",
    r"(12333|12393)",
    r"(55|60|63)周?岁退休",
    r"渐进式",
)
NUMERALS = {letter: n for n, letter in enumerate("零一二三四五六七八九")}
CITED = re.compile(r"《([^《》]{3,40})》((?:第[一二三四五六七八九十百千零]+条(?:、|和)?)+)")
AMOUNT = re.compile(r"\d+(?:\.\d+)?万?(?:元|%|％)")


def front(path: Path) -> dict[str, Any]:
    """What a document states of itself."""
    stated = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
    assert isinstance(stated, dict)
    return stated


def body(path: Path) -> str:
    """What a document says."""
    return path.read_text(encoding="utf-8").split("---\n", 2)[2]


def number(numeral: str) -> int:
    """一百二十二 → 122."""
    total = digit = 0
    for letter in numeral:
        if letter in NUMERALS:
            digit = NUMERALS[letter]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[letter]
            digit = 0
    return total + digit


def articles(ranges: str) -> set[int]:
    """The numbers of `2 9-13`."""
    found: set[int] = set()
    for each in ranges.split():
        first, _, last = each.partition("-")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def cited(text: str) -> dict[str, set[int]]:
    """Law → articles a text cites."""
    found: dict[str, set[int]] = {}
    for law, places in CITED.findall(text):
        found.setdefault(law, set()).update(number(each) for each in re.findall(r"第(.+?)条", places))
    return found


def sections(path: Path) -> dict[str, str]:
    """Heading → text."""
    parts = re.split(r"^## (.+)$", body(path), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], (each.strip() for each in parts[1::2]), strict=True))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library that holds the two bases and nothing else."""
    opened = open_library(tmp_path_factory.mktemp("library"))
    for path in ALL:
        opened.add(path.read_bytes(), f"bundled/{path.parent.name}/{path.name}", path.parent.name)
    yield opened
    opened.close()


def test_there_are_at_least_forty_services_and_twenty_five_insurance_topics() -> None:
    assert len(FILES["government"]) >= 40
    assert len(FILES["insurance"]) >= 25


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_states_its_source_grade_dates_and_phrasings(path: Path) -> None:
    stated = front(path)
    for name in ("title", "issuer", "region", "kind", "source", "evidence"):
        assert stated.get(name), name
    assert stated["kind"] in ("policy", "service_item", "guide", "standard", "faq", "plan")
    assert stated["region"] in ("CN", "42", "4201")
    assert stated["evidence"] in ("S", "A", "B", "C", "D")
    assert isinstance(stated["retrieved"], date)
    for name in ("published", "effective_from", "effective_to"):
        assert isinstance(stated.get(name, TODAY), date), name
    assert len(stated["asked_as"]) >= 5
    assert body(path).startswith(f"\n# {stated['title']}\n")


def test_a_phrasing_and_a_title_belong_to_one_document() -> None:
    phrasings = [each for path in ALL for each in front(path)["asked_as"]]
    assert sorted({each for each in phrasings if phrasings.count(each) > 1}) == []
    titles = [front(path)["title"] for path in ALL]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_document_cites_only_articles_that_were_read_and_lists_them_as_source(path: Path) -> None:
    found = cited(body(path))
    for law, places in found.items():
        assert law in LAWS, law
        assert places <= articles(LAWS[law][1]), (law, places)
    listed = {}
    for line in front(path)["source"]:
        match = re.fullmatch(r"(\S+) 第([一二三四五六七八九十百千零、]+)条", line)
        if match:
            listed[match.group(1)] = {number(each) for each in match.group(2).split("、")}
    assert listed == found


def test_every_article_of_the_table_is_cited_somewhere() -> None:
    found: dict[str, set[int]] = {}
    for path in ALL:
        for law, places in cited(body(path)).items():
            found.setdefault(law, set()).update(places)
    assert found == {law: articles(ranges) for law, (_, ranges) in LAWS.items()}


def test_a_stated_day_of_effect_is_that_of_a_cited_law_or_of_the_named_scheme() -> None:
    for path in ALL:
        since = front(path).get("effective_from")
        days = {LAWS[law][0] for law in cited(body(path))}
        assert since is None or str(since) in days or path.stem == "childcare-subsidy", path.stem


def test_no_amount_or_percentage_is_said_that_the_table_does_not_hold() -> None:
    said = {path.stem: set(AMOUNT.findall(body(path))) for path in ALL}
    assert {name: found for name, found in said.items() if found} == {
        name: set(held.split()) for name, held in FIGURES.items()
    }


@pytest.mark.parametrize("pattern", UNVERIFIED)
def test_nothing_recollected_is_stated_as_fact(pattern: str) -> None:
    assert [(path.stem, found.group()) for path in ALL if (found := re.search(pattern, body(path)))] == []


def test_figures_that_are_made_up_are_marked_in_every_sentence() -> None:
    path = BUNDLED / "insurance" / "benefit-estimate.md"
    assert "不是真实政策" in front(path)["title"]
    for sentence in re.split(r"(?<=。)\s*", body(path)):
        if AMOUNT.search(sentence):
            assert sentence.lstrip("# \n").startswith("【演示】") or "【演示】" in sentence, sentence
    assert [other.stem for other in ALL if front(other)["evidence"] == "D"] == ["benefit-estimate"]


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_section_is_short_and_its_heading_names_its_subject(path: Path) -> None:
    for heading, text in sections(path).items():
        assert 6 <= len(heading) <= 40, heading
        assert 15 <= len(text) <= 400, heading
        assert not re.search(r"[：:。；]", heading), heading


@pytest.mark.parametrize("path", ALL, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_what_is_not_verified_comes_with_somewhere_to_ask(path: Path) -> None:
    text = body(path)
    if re.search("未核实|没有收录|未收录|未查到", text):
        assert "12345" in text
    assert "TODO" not in text


def test_the_noise_law_in_force_is_found_and_the_repealed_one_only_for_its_time(library: Library) -> None:
    question = "夜间施工噪声的法律规定"
    now = library.search(Query(question, as_of=TODAY, k=20, include_expired=True))
    assert all(hit.document.title != "环境噪声污染防治法（已废止）" for hit in now.hits)
    assert now.hits[0].document.title == "噪声扰民怎么处理（噪声污染防治法）"
    gone = [hit for hit in now.expired if hit.document.title == "环境噪声污染防治法（已废止）"]
    assert gone
    assert gone[0].status == "expired"
    assert gone[0].document.effective_to == date(2022, 6, 4)
    then = library.search(Query(question, as_of=date(2020, 1, 1)))
    assert then.hits[0].document.title == "环境噪声污染防治法（已废止）"


def test_only_the_repealed_law_has_an_end(library: Library) -> None:
    ended = [each.title for each in library.documents() if each.status(TODAY) != "in_force"]
    assert ended == ["环境噪声污染防治法（已废止）"]


# Questions that are in no document's phrasings, and the document that must answer them first.
QUESTIONS = (
    ("外来务工人员办居住证条件", "residence-permit"),
    ("户口从孝感迁过来，多少天之内要报到", "settle-down"),
    ("四十岁的人身份证有效多少年", "id-card"),
    ("护照被偷了", "passport"),
    ("协议离婚冷静期", "divorce"),
    ("夫妻早点摊要不要办营业执照", "self-employed"),
    ("年报没报上了黑名单怎么消除", "annual-report"),
    ("农贸市场卖青菜要食品许可证吗", "food-permit"),
    ("义务教育收学费吗", "school-enrolment"),
    ("什么时候可以拿养老金", "retirement"),
    ("水电燃气宽带一起申请开通", "utilities"),
    ("都市圈九城跨城通办多少项", "cross-city"),
    ("打市长热线投诉", "hotline-12345"),
    ("信访多少天办结", "petition"),
    ("五保老人供养待遇", "destitute-support"),
    ("辞职了公积金怎么处理", "fund-withdraw"),
    ("二手车买来多少天之内要过户", "vehicle-registration"),
    ("失业保险金申领要什么证明", "unemployment"),
    ("怎么打印社保缴费记录", "social-insurance-record"),
    ("试用期可以约定一年吗", "labour-dispute"),
    ("哺乳假一天多长", "maternity-leave"),
    ("家暴受害人想请免费律师", "legal-aid"),
    ("工地把泥浆倒进下水道", "drainage"),
    ("装修噪音影响休息", "noise"),
    ("消费者纠纷调解", "consumer"),
    ("居民医保断缴固定等待期", "waiting-period"),
    ("身份不明病人急救费用", "emergency-care"),
    ("退休医保年限不够能补吗", "retire-medical"),
    ("亲情账户就是家庭共济吗", "family-sharing"),
    ("医保关系转移接续", "transfer"),
    ("双通道药怎么认定", "what-is-covered"),
    ("转卖医保药的处罚", "patient-rules"),
    ("产检费用报销", "maternity-medical"),
    ("单位没缴工伤保险，医药费谁付", "work-injury-medical"),
    ("查询医保缴费情况", "enrol-query"),
    ("武汉住院报销比例多少", "wuhan-local-figures"),
)


def test_everyday_questions_find_the_right_document_first(library: Library) -> None:
    phrasings = {each for path in ALL for each in front(path)["asked_as"]}
    missed = []
    for question, name in QUESTIONS:
        assert question not in phrasings
        found = library.search(Query(question, as_of=TODAY, region="4201")).hits
        if not found or Path(found[0].document.source_name).stem != name:
            missed.append((question, name))
    assert len(missed) <= len(QUESTIONS) // 20, missed
