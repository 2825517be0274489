"""Small signs: yes, no, corrections, declining, asking for a person; what a question asks for and is about."""

from __future__ import annotations

import pytest

from agents.understanding import (
    Evidence,
    assent,
    blames_staff,
    correction,
    declines,
    drops,
    focus_of,
    is_question,
    ordinal,
    small_talk,
    subject,
    wants_person,
)


@pytest.mark.parametrize("text", ["是的", "对，就这样报", "好的提交吧", "没问题", "确认", "嗯嗯对的", "行，提交", "OK"])
def test_a_plain_yes(text: str) -> None:
    assert assent(text) is True


@pytest.mark.parametrize(
    "text", ["算了，先不派遣了", "今天先不交了", "那暂时别登记了吧", "不预约了", "还是算了，不挂账了"]
)
def test_an_act_that_is_put_off_is_a_no(text: str) -> None:
    assert assent(text) is False
    assert drops(text)


@pytest.mark.parametrize("text", ["路灯先不亮了", "不亮了", "算了，不是这个，是那个", "先不急，地址是中北路"])
def test_a_lack_or_a_correction_is_no_no(text: str) -> None:
    assert assent(text) is not False
    assert not drops(text)


@pytest.mark.parametrize("text", ["不用了", "取消", "先别报", "算了", "不对"])
def test_a_plain_no(text: str) -> None:
    assert assent(text) is False


@pytest.mark.parametrize(
    "text", ["对了，积水多深算渍水？", "是哪个部门管", "不对，是D口", "好像是中北路", "可以查进度吗"]
)
def test_anything_more_is_neither(text: str) -> None:
    assert assent(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("说错了，是D口", "D口"),
        ("说错了，是D口，不是C口", "D口"),
        ("不对，是红绿灯坏了", "红绿灯坏了"),
        ("地址改成中北路108号", "中北路108号"),
        ("不是井盖，是路面塌了", "路面塌了"),
    ],
)
def test_a_correction_gives_the_new_value(text: str, value: str) -> None:
    found = correction(text)
    assert found is not None
    assert found.value == value


def test_an_ordinary_sentence_corrects_nothing() -> None:
    assert correction("中北路的井盖坏了三天") is None


@pytest.mark.parametrize("text", ["不知道", "这个不清楚", "电话就不留了", "没拍照片", "说不上来", "没有"])
def test_declining_is_recognised(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize("text", ["算了，不报了", "那就不办了吧", "取消吧", "先不报了，谢谢"])
def test_giving_up_is_recognised(text: str) -> None:
    assert drops(text)


@pytest.mark.parametrize("text", ["人行道不知道被谁挖了一个大坑，好几天了没人来填，很危险", "取消居住证要什么材料"])
def test_a_wish_is_not_given_up_by_a_word_in_it(text: str) -> None:
    assert not drops(text)
    assert not declines(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("你好呀", "greeting"), ("谢谢你啊", "thanks"), ("再见", "bye"), ("知道了", "nod"), ("你能帮我做什么", "about")],
)
def test_small_talk_has_its_kind(text: str, kind: str) -> None:
    assert small_talk(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "转人工",
        "给我找个真人",
        "我要人工客服",
        "不想跟机器说话",
        "喊个管事的出来讲",
        "找个负责人给我回电话",
        "跑了三趟每次说的都不一样，养老手续到底归哪个管，今天说这个明天说那个，我不跟机器扯，叫个活人来",
    ],
)
def test_asking_for_a_person(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "人工智能产业的目标",
        "人工只能企业有补贴吗",
        "你好",
        "转人工的工单有哪些",
        "这单转人工研判",
        "找负责的部门要多久",
        "延期要领导审批吗",
    ],
)
def test_artificial_intelligence_is_no_person(text: str) -> None:
    assert not wants_person(text)


def test_complaints_about_staff_are_not_complaints_about_the_city() -> None:
    assert blames_staff("你们接线员态度太差了")
    assert blames_staff("我要投诉窗口人员")
    assert blames_staff("我要投诉昨天下午在政务大厅七号窗口那个女的")
    assert not blames_staff("我要投诉楼下的烧烤摊")


@pytest.mark.parametrize(
    ("text", "place"), [("第二个呢", 2), ("最后一个", -1), ("3", 3), ("第十二件", 12), ("昨天的", None)]
)
def test_one_of_a_list(text: str, place: int | None) -> None:
    assert ordinal(text) == place


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("补一张卡要交多少钱", "fee"),
        ("几天能拿到", "duration"),
        ("去哪个窗口", "place"),
        ("需要带哪些证件", "materials"),
        ("谁可以申请", "conditions"),
        ("到底归哪个部门", "who"),
        ("共济跟亲情账户有什么区别", "comparison"),
        ("什么叫部件", "definition"),
        ("方案什么时候发布的", "when"),
        ("要培育多少家企业", "amount"),
        ("咋激活", "steps"),
        ("都有哪些任务", "list"),
        ("外地人能不能办", "whether"),
        ("服务电话", "phone"),
    ],
)
def test_the_focus_of_a_question(text: str, focus: str) -> None:
    assert focus_of(text) == focus


@pytest.mark.parametrize("text", ["电话是⟦手机号·a·1⟧", "材料我都带齐了", "能不能派人来修一下", "路灯不亮"])
def test_a_statement_or_a_request_is_no_question(text: str) -> None:
    assert not is_question(text)


def test_a_question_is_about_its_content_words() -> None:
    assert "".join(subject("请问一下你们这个居住证到底怎么办呢")).startswith("居住证")
    assert subject("这个怎么办呢？？") in ((), ("办",))


def test_evidence_counts_what_is_held_and_names_must_be() -> None:
    evidence = Evidence("6G基站要建多少个", ["每万人拥有5G基站数42个"])
    assert not evidence.names_held("每万人拥有5G基站数42个")
    assert evidence.names_held("建设6G试验网的基站")
    assert evidence.share(("建设6G基站", 1.0)) > evidence.share(("每万人拥有5G基站数42个", 1.0))


def test_a_stretch_of_which_a_text_says_nothing_is_a_gap() -> None:
    evidence = Evidence("元宇宙产业规模", ())
    assert evidence.gap("人工智能产业规模达1200亿元") >= 2
    assert evidence.gap("元宇宙产业规模") == 0
