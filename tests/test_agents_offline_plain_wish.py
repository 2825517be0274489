"""A write starts only where it is plainly wished: its own act is named, and what was lost is not found again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house

from .conftest import CITIZEN, furnished

Talk = Callable[..., list[Reply]]
LOSS = "card.report_loss"


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str) -> list[Reply]:
            conversation = await house.desk.open_conversation(CITIZEN)
            return [await house.desk.ask(Ask(conversation.id, line), CITIZEN) for line in lines]

        yield lambda *lines: runner.run(said(*lines))
        runner.run(house.close())


@pytest.mark.parametrize("text", ["约社保卡", "社保卡", "社保卡来一张", "社保卡那个事", "想约一下社保卡"])
def test_a_card_that_nobody_lost_is_not_reported_as_lost(talk: Talk, text: str) -> None:
    asked, yes = talk(text, "好")
    assert not asked.actions
    assert not yes.receipts


@pytest.mark.parametrize("text", ["社保卡掉了", "我的社保卡被偷了", "社保卡弄不见了", "锁一下我的社保卡", "社保卡挂失"])
def test_a_loss_is_still_put_up(talk: Talk, text: str) -> None:
    (asked,) = talk(text)
    assert [action.tool for action in asked.actions] == [LOSS]


@pytest.mark.parametrize(
    "text",
    ["社保卡不见了又找到了", "社保卡掉了，哦不对在我包里", "社保卡以为丢了，其实没丢", "社保卡刚才掉了，捡回来了"],
)
def test_what_is_found_again_is_not_lost(talk: Talk, text: str) -> None:
    asked, yes = talk(text, "好")
    assert not asked.actions
    assert not yes.receipts


@pytest.mark.parametrize("text", ["找到了，在我包里", "哦又找到了", "我没丢卡", "不是要挂失"])
def test_finding_it_voids_the_card_that_waits(talk: Talk, text: str) -> None:
    _, found, yes = talk("社保卡不见了", text, "好")
    assert not found.actions
    assert not yes.receipts


@pytest.mark.parametrize("text", ["社保卡丢了，没找到", "找了一圈没找到，社保卡丢了"])
def test_not_found_is_still_lost(talk: Talk, text: str) -> None:
    *_, asked = talk(text)
    assert [action.tool for action in asked.actions] == [LOSS]


@pytest.mark.parametrize("text", ["我儿子", "她叫李桂英，身份证420106195001011234"])
def test_who_is_meant_binds_nobody(talk: Talk, text: str) -> None:
    _, asked = talk("我妈的医保今年交了没有", text)
    assert not [each for each in asked.asks if each.tool == "family.bind"]


@pytest.mark.parametrize("text", ["绑定我妈", "我要给我老婆办共济", "让我妈用我的医保账户的钱"])
def test_a_wished_binding_starts(talk: Talk, text: str) -> None:
    (asked,) = talk(text)
    assert {each.tool for each in asked.asks} == {"family.bind"}
