"""A talk in danger stays one: what follows an emergency gets its number again, and is poured into nothing else."""

from __future__ import annotations

import pytest

from .test_agents_offline_talk import Talk, summary
from .test_agents_offline_talk import talk as talk

LAMP = "江岸区中山大道1300号路灯不亮"


@pytest.mark.parametrize(
    ("danger", "words", "number"),
    [
        ("我老公打我，我怕", "他现在就在门外头", "110"),
        ("我老公打我，我怕", "不敢打电话怎么办", "12110"),
        ("我老公打我，我怕", "有没得地方可以躲", "12110"),
        ("不想活了", "我在长江大桥上", "110"),
        ("不想活了", "算了我不跳了", "110"),
        ("隔壁起火了", "烟好大我出不去", "119"),
        ("隔壁起火了", "烟好大，救命", "119"),
        ("屋里煤气味好大", "要不要我去关阀门", "119"),
        ("屋里煤气味好大", "那我现在能回去拿手机不", "119"),
        ("隔壁起火了", "电话打了没人接", "119"),
        ("伢在江滩走丢了，五岁", "穿红衣服", "110"),
        ("楼上有人打老婆，打得好凶，救命都喊了", "我不敢出去", "110"),
    ],
)
def test_what_follows_a_danger_gets_its_number_again(talk: Talk, danger: str, words: str, number: str) -> None:
    first, again = talk(danger, words)
    assert again.outcome.kind == "emergency"
    assert first.text.split("\n\n")[:2] == again.text.split("\n\n")[:2]
    assert number in again.text
    assert not again.asks


def test_a_place_told_makes_the_promised_report_without_a_question_of_class(talk: Talk) -> None:
    first, reported = talk("隔壁起火了", "硚口区古田二路120号")
    assert first.outcome.kind == "emergency"
    shown = summary(reported)
    assert "古田二路120号" in shown
    assert "起火" in shown


def test_a_danger_comes_first_and_stays_out_of_the_card(talk: Talk) -> None:
    _, danger, again, over, yes = talk(LAMP, "啊有人掉进井里了！", "快救人", "救上来了", "那路灯还报")
    assert danger.outcome.kind == again.outcome.kind == "emergency"
    assert not danger.actions
    assert over.outcome.kind == "answered"
    assert yes.outcome.kind != "emergency"
    assert not any("井里" in action.summary or "救" in action.summary for action in yes.actions)


def test_an_electric_shock_is_reported_as_an_emergency(talk: Talk) -> None:
    first, called = talk("我爸在江汉区新华路245号楼下被电线电到了，人倒在地上", "120打了")
    assert first.outcome.kind == "emergency"
    assert not first.asks
    assert "突发" in first.actions[0].summary
    assert called.outcome.kind == "emergency"


def test_gas_in_a_shop_is_no_case_and_a_person_is_offered(talk: Talk) -> None:
    first, place = talk("楼下饭馆液化气罐漏气", "江岸区沿江大道130号")
    assert first.outcome.kind == "emergency"
    assert not place.actions
    assert "119" in place.text
    assert "转人工" in place.text


@pytest.mark.parametrize(
    "wish",
    [
        "社保卡怎么补办",
        "查一下我的医保余额",
        "谢谢",
        "居住证续签要什么材料",
        "离婚怎么办",
        "孩子医保怎么交",
        "小区门口路灯也坏了，江岸区中山大道1300号",
    ],
)
def test_another_wish_after_a_danger_is_served(talk: Talk, wish: str) -> None:
    assert talk("隔壁起火了", wish)[-1].outcome.kind != "emergency"


@pytest.mark.parametrize("other", ["我想预约办社保卡", "路灯坏了"])
def test_a_promised_report_is_made_though_another_question_was_open(talk: Talk, other: str) -> None:
    _, danger, reported = talk(other, "屋里起火了", "江岸区沿江大道130号")
    assert danger.outcome.kind == "emergency"
    assert "屋里起火了" in summary(reported)


def test_after_it_is_over_the_report_is_made_by_a_word_and_the_place(talk: Talk) -> None:
    _, over, asked, reported, done = talk("隔壁起火了", "出来了", "帮我登记一下", "江汉区新华路245号", "是")
    assert over.outcome.kind == "answered"
    assert "位置" in asked.text
    assert "起火" in summary(reported)
    assert done.outcome.kind == "done"


def test_a_word_to_register_points_at_the_card_that_waits(talk: Talk) -> None:
    replies = talk("隔壁起火了", "硚口区古田二路120号", "烟好大我出不去", "出来了，安全了", "现在帮我登记下")
    assert [reply.outcome.kind for reply in replies[2:]] == ["emergency", "answered", "answered"]
    assert "还没有提交" in replies[-1].text


def test_who_fell_into_water_is_reported_without_a_question_of_class(talk: Talk) -> None:
    first, place = talk("有人掉湖里了", "江汉区新华路245号")
    assert first.outcome.kind == "emergency"
    assert "突发" in summary(place)
