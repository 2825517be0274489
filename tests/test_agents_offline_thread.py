"""Answers in the middle of a talk: the right document, the right section, and a topic that a misread turn keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house

from .conftest import CITIZEN, furnished

Talk = Callable[..., Reply]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("house")))
        runner.run(house.desk.start())

        async def asked(*lines: str) -> Reply:
            conversation = await house.desk.open_conversation(CITIZEN)
            return [await house.desk.ask(Ask(conversation.id, line), CITIZEN) for line in lines][-1]

        yield lambda *lines: runner.run(asked(*lines))
        runner.run(house.close())


def test_how_a_permit_is_got_is_told_as_a_whole_and_not_from_an_incidental_section(talk: Talk) -> None:
    reply = talk("我准备开店卖香烟，烟草专卖证怎么办")
    assert "必须申领" in reply.text
    assert "审批发放" in reply.text
    assert "未核实" in reply.text
    assert "进货" not in reply.text


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("劳动仲裁怎么申请", "收费不"), "不收费"),
        (("劳动仲裁怎么申请", "好久能解决"), "45日"),
        (("居住证怎么办", "要钱不"), "不收工本费"),
        (("上班受伤了怎么申请工伤", "单位不给报咋办"), "1年内"),
        (("上班受伤了怎么申请工伤", "要交什么材料"), "劳动关系证明"),
        (("身份证丢了怎么补办", "能不能快点，等着用"), "临时居民身份证"),
        (("公司想注销怎么办", "还欠着税"), "税款"),
        (("家里老人去世了要办哪些手续", "有没有丧葬费"), "丧葬补助金"),
        (("食品经营许可怎么申请", "员工要不要健康证"), "健康证明"),
    ],
)
def test_a_short_question_stays_with_the_document_of_the_talk(talk: Talk, lines: tuple[str, ...], told: str) -> None:
    assert told in talk(*lines).text


def test_a_turn_that_had_no_answer_does_not_lose_the_thing(talk: Talk) -> None:
    reply = talk("工伤认定怎么申请", "那我表弟的游戏账号呢", "要什么材料")
    assert "工伤认定" in reply.text


def test_a_new_thing_leaves_the_document_of_the_talk(talk: Talk) -> None:
    reply = talk("居住证怎么办", "护照要多久办好")
    assert "居住证" not in reply.text


@pytest.mark.parametrize(("years", "months"), [("2年", "约4个月"), ("三年", "约5个月"), ("4年", "约6个月")])
def test_the_years_somebody_missed_choose_the_example(talk: Talk, years: str, months: str) -> None:
    assert months in talk(f"居民医保断缴{years}，再参保要等几个月").text


def test_a_rule_of_the_residents_scheme_is_not_passed_off_as_the_workers(talk: Talk) -> None:
    reply = talk("职工医保断了半年，要等多久才能报销")
    assert "职工医保的这一点没有查到" in reply.text or "没有" in reply.text
    assert reply.outcome.kind == "refused"


def test_an_old_man_of_the_house_gets_what_there_is_for_the_old(talk: Talk) -> None:
    reply = talk("老年证怎么办", "我家老爷子87了，有补贴吗")
    assert "高龄津贴" in reply.text
