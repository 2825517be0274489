"""The offline model with citizens' own things: for the right person, the right thing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from agents import Ask, Reply, open_house
from tools import Principal

from .conftest import CITIZEN, furnished

Talk = Callable[..., list[Reply]]
FIRST = Principal("citizen-1", CITIZEN.roles, verified=True, represents=CITIZEN.represents)
SECOND = Principal("citizen-2", CITIZEN.roles, verified=True)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation of one of the invented citizens; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str, who: Principal = FIRST) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda *lines, who=FIRST: runner.run(said(*lines, who=who))
        runner.run(house.close())


def summary(reply: Reply) -> str:
    assert reply.outcome.kind == "confirm", reply.text
    return reply.actions[0].summary


@pytest.mark.parametrize(
    "text",
    [
        "我姆妈的社保卡不见了，帮她挂失",
        "我老伴的社保卡掉了",
        "帮我岳母挂失社保卡",
        "老爸出门把社保卡搞丢了，挂失一下",
        "我同事的社保卡掉了，帮他挂失",
    ],
)
def test_nobody_else_s_card_is_put_up_for_blocking(talk: Talk, text: str) -> None:
    reply = talk(text)[-1]
    assert not reply.actions
    assert "只能本人" in reply.text


@pytest.mark.parametrize("text", ["我的社保卡掉了，挂失", "我妈说社保卡要赶紧挂失，我的卡丢了"])
def test_one_s_own_card_is_put_up_whoever_is_mentioned(talk: Talk, text: str) -> None:
    assert "本人" in summary(talk(text)[-1])


@pytest.mark.parametrize("words", ["不是我的卡，是我女儿的", "说错了，是我老公的", "哦，掉的是我爸的卡"])
def test_a_correction_of_whose_card_it_is_withdraws_the_card(talk: Talk, words: str) -> None:
    shown, corrected, yes = talk("我的社保卡掉了，挂失", words, "好")
    assert shown.outcome.kind == "confirm"
    assert "作废" in corrected.text
    assert not yes.receipts


@pytest.mark.parametrize("whose", ["我老婆", "我爸爸", "我岳母"])
def test_care_elsewhere_is_filed_for_nobody_one_may_not_act_for(talk: Talk, whose: str) -> None:
    reply = talk(f"给{whose}登记异地就医备案，去广州，长期居住")[-1]
    assert not reply.actions
    assert "12393" in reply.text


def test_care_elsewhere_is_filed_for_a_child_one_looks_after_and_for_oneself(talk: Talk) -> None:
    assert "代管的家人" in summary(talk("帮我女儿登记异地就医备案，去南京，转诊")[-1])
    assert "本人" in summary(talk("我爸急诊在苏州，给我自己登记备案，转诊去苏州")[-1])


def test_a_birth_month_is_no_document_that_ran_out(talk: Talk) -> None:
    for said in (("我妈今年要退休，要办什么", "那我爸呢，1963年11月"), ("那他呢，1965年2月",)):
        assert "过期" not in talk(*said)[-1].text


def test_a_weekday_to_come_is_booked_and_moved_when_asked_kindly(talk: Talk) -> None:
    first, moved = talk("我在街道口，约周二上午办居住证", "改到周五行不行")
    assert day_of(first) > datetime.now().astimezone().date().isoformat()
    assert day_of(moved) != day_of(first)


def test_one_s_own_bookings_are_shown_and_that_none_is_cancelled_here_is_said(talk: Talk) -> None:
    who = Principal("citizen-booker", CITIZEN.roles, verified=True)
    none, _, done, seen, cancelled = talk(
        "我约的是哪一天", "我在街道口，约下周三上午办居住证", "是", "我约的是哪一天", "帮我把预约取消", who=who
    )
    assert "没有查到" in none.text
    number = done.receipts[0].object_id
    assert number in seen.text
    assert all(each.tool != "visit.book" for each in cancelled.actions)
    assert "12345" in cancelled.text


def test_a_day_told_after_care_elsewhere_was_spoken_of_books_no_visit(talk: Talk) -> None:
    reply = talk("我要去上海看病，医保怎么备案", "下周三去")[-1]
    assert "visit.book" not in {each.tool for each in reply.asks}
    assert "地标" not in reply.text


def day_of(reply: Reply) -> str:
    return next(line for line in summary(reply).splitlines() if line.startswith("日期")).removeprefix("日期：")


def test_a_look_up_is_made_again_for_another_city_however_that_is_asked(talk: Talk) -> None:
    *_, near, far = talk("鄂州户口，想在武汉办公司登记行不行", "孝感也可以吗", "荆门呢")
    assert "孝感" in near.text
    assert "不在武汉都市圈" in far.text


def test_a_family_member_is_bound_with_all_that_was_said_and_a_wrong_number_is_said_to_be_wrong(talk: Talk) -> None:
    kept = talk("我医保账户里的钱能给老公用吗", "帮我绑上", "他叫周大海")[-1]
    assert [ask.slot for ask in kept.asks] == ["resident_id"]
    wrong = talk("帮我绑家庭共济，我妻子叫周小兰，身份证号420106199203031238")[-1]
    assert [ask.slot for ask in wrong.asks] == ["resident_id"]
    assert "不对" in wrong.text
    early = talk("帮我绑定家人", "她叫周小兰")[-1]
    assert "姓名记下了" in early.text


def test_an_estimate_keeps_what_was_said_and_is_varied(talk: Talk) -> None:
    *_, first, other, level = talk(
        "职工医保，在武汉二级医院住院花了3万，能报多少", "那退休的呢", *["0"] * 5, "要是6万呢", "三甲医院呢"
    )
    assert "总费用30000元" in first.text
    assert "总费用60000元" in other.text
    assert "总费用60000元" in level.text


def test_one_s_own_record_answers_what_is_asked_next(talk: Talk) -> None:
    days = talk("我的居住证办好没有", "还要几天")[-1]
    assert "还剩" in days.text
    months = talk("我医保断没断过", "那要等几个月", who=SECOND)[-1]
    assert "约4个月" in months.text
    other, missing = talk("我护照办好了吗", "那公积金那个呢", "落户那个呢", who=SECOND)[1:]
    assert "公积金" in other.text
    assert "您名下没有" in missing.text


def test_a_trade_is_put_right_and_days_are_counted_in_years(talk: Talk) -> None:
    policies = talk("我们是小微企业，想要算力券", "我们不是做数据标注的，是开超市的")[-1]
    assert "零售业" in policies.text
    assert "从事数据标注" not in policies.text
    developer = Principal("developer-1", frozenset(("developer",)), verified=True)
    asked = talk("我要申请停车场泊位信息的数据", "做停车引导的研究，存两年", who=developer)[-1]
    assert "730" in summary(asked)


def test_a_phone_that_shall_not_be_used_leaves_the_card_and_says_who_fills_it_in(talk: Talk) -> None:
    card, said = talk("帮我填一下居住证申领表", "不要这个电话，留我老婆的")
    assert "自己填" in summary(card)
    assert "自己填" in summary(said)


def test_a_detail_told_after_a_refusal_does_not_turn_to_oneself(talk: Talk) -> None:
    refused, more = talk("我想给我妈开异地备案，她在西安带孙子", "长期住那边")
    assert not refused.actions
    assert all(each.tool != "offsite.file" for each in more.actions)
