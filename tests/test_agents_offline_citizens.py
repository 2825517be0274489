"""The offline model with citizens' own things: for the right person, the right thing, and nothing against their words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

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
