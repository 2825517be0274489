"""Arguments found in running text: places, days, numbers, choices, identifiers."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest

from agents.clock import CITY_ZONE
from agents.understanding import amend, fill, find
from agents.understanding.dates import day_spans
from agents.understanding.numerals import number, numbers_in
from tools import Slot

NOW = datetime(2026, 9, 16, 10, 0, tzinfo=CITY_ZONE)  # a Wednesday
STATES = (("open", "未办结", "没办完"), ("closed", "已结案", "办好的"))


def best(kind: Any, text: str, **more: Any) -> Any:
    found = find(Slot(kind, more.pop("label", "项"), **more), text, NOW)
    return max(found, key=lambda each: each.score).value if found else None


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("青年路和建设大道的路口有个坑", "青年路和建设大道的路口"),
        ("就在武昌区中北路100号那边", "武昌区中北路100号"),
        ("户部巷门口地砖翘了", "户部巷门口"),
        ("喂，我在汉阳区钟家村地铁站B口，井盖没了", "汉阳区钟家村地铁站B口"),
        ("阳光花园3栋楼下垃圾成堆", "阳光花园3栋楼下"),
        ("虹景路跟京汉大道那个口子红灯不亮了", "虹景路跟京汉大道那个口子"),
        ("万松园路6号楼下油烟大", "万松园路6号楼下"),
        ("我说的是竹叶山路和后湖大道交叉那块", "竹叶山路和后湖大道交叉"),
        ("江汉区香江路19号旁边有堆渣土", "江汉区香江路19号旁边"),
        ("华中师范大学北门，珞喻路", "珞喻路华中师范大学北门"),
        ("解放公园路那边淹了", "解放公园路"),
        ("江岸区马路上有坑", "江岸区"),
    ],
)
def test_a_place_is_found_with_what_belongs_to_it(text: str, place: str) -> None:
    assert best("address", text) == place


@pytest.mark.parametrize(
    "text",
    ["我们小区门口的灯坏了", "楼下有人摆摊", "这条路下雨就积水", "旁边的学校很吵", "井盖破了", "我家楼道里有煤气味"],
)
def test_a_vague_place_is_no_address(text: str) -> None:
    assert best("address", text) is None


@pytest.mark.parametrize(
    ("old", "new", "whole"),
    [
        ("汉阳区钟家村地铁站C口", "D口", "汉阳区钟家村地铁站D口"),
        ("中北路100号", "108号", "中北路108号"),
        ("三角湖", "汉阳区的那个", "汉阳区三角湖"),
        ("中南路", "武珞路交叉口", "中南路与武珞路交叉口"),
        ("中北路100号", "户部巷门口", "户部巷门口"),
    ],
)
def test_a_part_of_an_address_amends_the_whole(old: str, new: str, whole: str) -> None:
    assert amend(old, new) == whole


@pytest.mark.parametrize(
    ("old", "new", "said", "whole"),
    [
        ("洪山区雄楚大道和珞狮路路口", "文治街", "搞错了，不是雄楚大道，是文治街", "洪山区文治街和珞狮路路口"),
        ("青年路与建设大道交叉口", "江汉区香港路", "不是青年路，是江汉区香港路", "江汉区香港路与建设大道交叉口"),
        ("青年路与建设大道交叉口", "香港路88号", "不是青年路，是香港路88号", "香港路88号"),
    ],
)
def test_a_road_that_is_taken_back_leaves_the_other_one_of_a_crossing(
    old: str, new: str, said: str, whole: str
) -> None:
    assert amend(old, new, said) == whole


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("昨天报的", date(2026, 9, 15), date(2026, 9, 15)),
        ("上周的案件", date(2026, 9, 7), date(2026, 9, 13)),
        ("8月份有多少", date(2026, 8, 1), date(2026, 8, 31)),
        ("9月1日到9月5日", date(2026, 9, 1), date(2026, 9, 5)),
        ("9月3日以来", date(2026, 9, 3), date(2026, 9, 16)),
        ("最近三天", date(2026, 9, 14), date(2026, 9, 16)),
        ("近30天", date(2026, 8, 18), date(2026, 9, 16)),
        ("9月1日到12日", date(2026, 9, 1), date(2026, 9, 12)),
        ("八月三号到二十五号", date(2026, 8, 3), date(2026, 8, 25)),
        ("本月2到9号", date(2026, 9, 2), date(2026, 9, 9)),
        ("上个月5号～8号", date(2026, 8, 5), date(2026, 8, 8)),
        ("1号到15号的", date(2026, 9, 1), date(2026, 9, 15)),
        ("十月二号起", date(2026, 10, 2), date(2026, 10, 2)),
        ("两个月前", date(2026, 7, 18), date(2026, 7, 18)),
        ("下周一上午", date(2026, 9, 21), date(2026, 9, 21)),
        ("明天下午", date(2026, 9, 17), date(2026, 9, 17)),
        ("今年二季度立案数", date(2026, 4, 1), date(2026, 6, 30)),
        ("去年下半年", date(2025, 7, 1), date(2025, 12, 31)),
        ("上半年", date(2026, 1, 1), date(2026, 6, 30)),
        ("第三季度的", date(2026, 7, 1), date(2026, 9, 30)),
        ("2025年四季度", date(2025, 10, 1), date(2025, 12, 31)),
        ("上个季度", date(2026, 4, 1), date(2026, 6, 30)),
        ("本季度", date(2026, 7, 1), date(2026, 9, 16)),
        ("八月上旬", date(2026, 8, 1), date(2026, 8, 10)),
        ("上个月下旬", date(2026, 8, 21), date(2026, 8, 31)),
        ("今年以来", date(2026, 1, 1), date(2026, 9, 16)),
        ("年初到现在", date(2026, 1, 1), date(2026, 9, 16)),
        ("去年八月", date(2025, 8, 1), date(2025, 8, 31)),
    ],
)
def test_days_are_read_against_the_city_clock(text: str, first: date, last: date) -> None:
    (span,) = day_spans(text, NOW.date())
    assert (span.first, span.last) == (first, last)


@pytest.mark.parametrize(
    ("text", "money"),
    [("住院花了三万五能报多少", 35000), ("在社区医院花了八百多", 800), ("二级医院一万二", 12000), ("住了十二天", None)],
)
def test_money_is_heard_as_it_is_said(text: str, money: float | None) -> None:
    assert best("money", text, label="总费用") == money


def test_a_number_with_a_digit_too_few_is_the_number_that_was_meant() -> None:
    assert best("case_no", "WH20261123 0000 87 核查通过") == "WH20261123000087"
    assert best("case_no", "WH2026112300008 核查通过") == "WH2026112300008"
    assert best("order_no", "GD202611230087 收了") == "GD202611230087"


@pytest.mark.parametrize("text", ["我儿子的呢", "哦是我儿子看病", "娃的医保参上没有", "给我姑娘查一下女儿的医保"])
def test_whom_something_is_for_is_heard_in_few_words(text: str) -> None:
    choices = (("self", "本人", "自己"), ("ward", "代管的家人", "孩子", "儿子", "女儿", "娃"))
    assert best("enum", text, label="给谁办", choices=choices) == "ward"


def test_a_span_fills_both_ends() -> None:
    slots = {"since": Slot("date", "开始日期"), "until": Slot("date", "截止日期")}
    assert fill(slots, "上个月的", NOW) == {"since": "2026-08-01", "until": "2026-08-31"}


@pytest.mark.parametrize("text", ["中北路1号到15号", "花了3.5万元", "3号到5号楼"])
def test_house_numbers_and_amounts_are_no_days(text: str) -> None:
    assert day_spans(text, NOW.date()) == []


@pytest.mark.parametrize("text", ["2月30日", "13月1日"])
def test_an_impossible_day_is_no_day(text: str) -> None:
    assert not [span for span in day_spans(text, NOW.date()) if span.first == span.last]


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("两万三", 23000),
        ("三千五百", 3500),
        ("1.5万", 15000),
        ("十二", 12),
        ("一百零五", 105),
        ("2w", 20000),
        ("七十", 70),
    ],
)
def test_numerals_have_their_value(words: str, value: float) -> None:
    assert number(words) == value


def test_money_is_told_from_other_numbers() -> None:
    said = {each.value: each.money for each in numbers_in("住院15天花了2万元")}
    assert said == {15.0: False, 20000.0: True}
    assert best("money", "住院15天花了2万元") == 20000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("WH20260901000123到哪了", "WH20260901000123"),
        ("单号wh 20260901000123", "WH20260901000123"),
        ("ｗｈ２０２６０９０１０００１２３查下", "WH20260901000123"),
        ("就是WH 20260901 000123那件", "WH20260901000123"),
        ("WH2026", None),
    ],
)
def test_a_case_number_is_read_however_it_is_written(text: str, value: str | None) -> None:
    assert best("case_no", text) == value


def test_personal_data_come_as_placeholders_and_the_last_one_counts() -> None:
    assert best("phone", "不是⟦手机号·ab·1⟧，是⟦手机号·ab·2⟧") == "⟦手机号·ab·2⟧"
    assert best("phone", "打13800138000") is None


def test_a_company_code_needs_its_checksum() -> None:
    assert best("credit_code", "代码91420100711981060R") in (None, "91420100711981060R")
    assert best("credit_code", "代码914201007119810601") is None


def test_a_choice_is_found_by_any_of_its_names() -> None:
    assert best("enum", "把没办完的列出来", choices=STATES) == "open"
    assert best("enum", "随便看看", choices=STATES) is None


def test_a_flag_needs_more_than_a_syllable() -> None:
    flag = {"label": "只看我上报的", "choices": (("true", "是"), ("false", "否"))}
    assert best("enum", "这是什么", **flag) is None
    assert best("enum", "我昨天上报的那些", **flag) == "true"
    assert best("enum", "否", **flag) == "false"


@pytest.mark.parametrize("text", ["我要报一个问题", "我想投诉", "反映一个情况，在中北路100号", "上报案件"])
def test_the_wish_to_report_is_no_description(text: str) -> None:
    assert fill({"d": Slot("text", "描述")}, text, NOW, ("d",)) == {}


def test_a_description_keeps_the_persons_words_but_no_personal_data() -> None:
    filled = fill({"d": Slot("text", "描述")}, "你好，路灯坏了三天，我的电话是⟦手机号·ab·1⟧，谢谢", NOW, ("d",))
    assert "路灯坏了三天" in filled["d"]
    assert "⟦" not in filled["d"]


def test_a_free_text_is_never_guessed_for_an_optional_slot() -> None:
    assert fill({"photos": Slot("text", "照片"), "n": Slot("number", "页码")}, "井盖坏了3天", NOW) == {}


@pytest.mark.parametrize(
    ("text", "code"),
    [("码是４２０１０２０１１１０００００１", "4201020111000001"), ("4201 0201 1100 0001这根", "4201020111000001")],
)
def test_a_component_code_may_be_wide_or_spaced(text: str, code: str) -> None:
    assert best("component_no", text) == code


def test_a_class_may_be_named_by_its_code() -> None:
    assert best("category", "e0102怎么立案") == "暴露垃圾"


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("要DS0007，做客流分析，留45天", 45),
        ("申请DS0007", None),
        ("申请一份数据，共3个部门用", None),
        ("保存天数60", 60),
        ("六十天", 60),
    ],
)
def test_a_number_counts_what_its_slot_asks_for_and_is_no_part_of_a_code(text: str, days: int | None) -> None:
    assert best("number", text, label="保存天数", ask="数据要保存多少天？") == days


def test_an_amount_belongs_to_the_words_before_it() -> None:
    slots = {"total": Slot("money", "总费用"), "own": Slot("number", "目录外自费"), "b": Slot("number", "乙类先行自付")}
    told = fill(slots, "总共8600，其中自费700，乙类先付300", NOW, ("total",))
    assert told == {"total": 8600, "own": 700, "b": 300}


def test_pictures_are_addresses_and_never_words() -> None:
    slot = {"label": "照片"}
    assert best("text", "真没拍，就这样吧", **slot) is None
    assert best("text", "前 https://a.example/1.jpg，后 https://a.example/2.jpg", **slot) == [
        "https://a.example/1.jpg",
        "https://a.example/2.jpg",
    ]


WHOM = {
    "label": "给谁办",
    "choices": (("self", "本人"), ("ward", "代管的家人", "代管的", "儿子", "孩子", "家属", "伢")),
}


@pytest.mark.parametrize(
    "text", ["去苏州帮儿子带娃，我要办备案", "我等下去接孩子，先查一下我的医保", "我儿子在外地上班，我过去住，办个备案"]
)
def test_a_relative_who_merely_occurs_is_not_whom_it_is_for(text: str) -> None:
    assert best("enum", text, **WHOM) is None


@pytest.mark.parametrize(
    "text", ["替我家伢登记备案", "孩子的居民医保停了没有", "查一下代管的那位家属", "给儿子开一个", "孩子"]
)
def test_a_relative_for_whom_it_is_done_is_found(text: str) -> None:
    assert best("enum", text, **WHOM) == "ward"


@pytest.mark.parametrize(
    ("text", "home"),
    [("我们是安徽户口", "other"), ("外省户籍", "other"), ("户口还在老家", "other"), ("本市户籍，租房", "local")],
)
def test_where_somebody_is_registered_is_read_from_any_place(text: str, home: str) -> None:
    assert best("enum", text, choices=(("local", "武汉户口"), ("other", "外地户口"))) == home


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("游商已劝离，自办件", "true"),
        ("我当场自己处置掉了", "true"),
        ("我自己处理不了", None),
        ("没有自行处理", None),
    ],
)
def test_what_was_done_is_told_in_other_words(text: str, flag: str | None) -> None:
    assert best("enum", text, label="已自行处理（网格员）", choices=(("true", "是"), ("false", "否"))) == flag


def test_a_short_name_of_a_relative_counts_after_mine() -> None:
    relation = {"label": "关系", "choices": (("parent", "父母", "爸"), ("child", "子女", "伢"))}
    assert best("enum", "给我家伢开一个", **relation) == "child"
    assert best("enum", "爸爸去哪儿这个节目", **relation) is None


def test_a_number_that_two_slots_could_count_is_given_to_the_one_that_is_named() -> None:
    pages = {"total": Slot("number", "应有页数"), "held": Slot("number", "现有页数")}
    assert fill(pages, "租赁合同一共8页，手上只有6页", NOW) == {}
    assert fill(pages, "租赁合同，现有6页", NOW) == {"held": 6}


def test_what_is_asked_about_keeps_the_names_in_it_and_loses_how_to_reach_the_person() -> None:
    asked = {"material": Slot("query", "材料")}
    said = fill(asked, "租赁合同申请人是⟦姓名·0af6·1⟧，联系电话⟦手机号·0af6·2⟧", NOW, ("material",))
    assert said == {"material": "租赁合同申请人是⟦姓名·0af6·1⟧"}


def test_who_somebody_is_to_the_person_is_no_name() -> None:
    name = {"name": Slot("text", "家人姓名")}
    assert fill(name, "我妈", NOW, ("name",)) == {}
    assert fill(name, "老伴", NOW, ("name",)) == {}
    assert fill(name, "叫王小花", NOW, ("name",)) == {"name": "王小花"}


def test_days_inside_a_choice_are_no_dates() -> None:
    compare = Slot("enum", "比较", choices=(("hb", "环比", "比上个月", "跟上周比"), ("tb", "同比")))
    slots = {"since": Slot("date", "开始日期"), "until": Slot("date", "截止日期"), "compare": compare}
    assert fill(slots, "跟上周比呢", NOW) == {"compare": "hb"}
    assert fill(slots, "8月比上个月", NOW) == {"since": "2026-08-01", "until": "2026-08-31", "compare": "hb"}


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("上周江岸跟江汉的结案率", "江岸、江汉"),
        ("江夏洪山东西湖结案率", "江夏、洪山、东西湖"),
        ("武昌区、青山区和洪山区", "武昌区、青山区、洪山区"),
        ("武昌区的", "武昌区"),
    ],
)
def test_values_said_in_one_breath_are_all_heard(text: str, districts: str) -> None:
    assert fill({"district": Slot("district", "区", several=True)}, text, NOW) == {"district": districts}


def test_a_day_that_has_to_come_is_the_next_one_that_is_called_so() -> None:
    ahead = Slot("date", "日期", ahead=True)
    friday = datetime(2026, 11, 27, 9, tzinfo=CITY_ZONE)
    found = {text: [each.value for each in find(ahead, text, friday)] for text in ("周一", "上周一", "1月5日", "周五")}
    assert found == {"周一": ["2026-11-30"], "上周一": ["2026-11-16"], "1月5日": ["2027-01-05"], "周五": ["2026-11-27"]}
    assert [each.value for each in find(Slot("date", "日期"), "周一", friday)] == ["2026-11-23"]
