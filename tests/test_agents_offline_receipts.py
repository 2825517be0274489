"""What was handed in in this conversation is told from its receipts, whatever else a person has."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house

from .conftest import CITIZEN, furnished

Talk = Callable[..., list[Reply]]
LAMP, COVER = "江汉区青年路277号门口路灯不亮", "武昌区和平大道716号井盖没了"


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


def number(reply: Reply) -> str:
    return re.findall(r"WH\d+", reply.text)[0]


def test_what_was_just_reported_is_told_and_cited(talk: Talk) -> None:
    asking = ("报了冇", "刚才那个路灯的报上去冇", "我报了两遍吗？", "一共报了几个", "看下我刚报的地点", "提交成功了吗")
    _, done, *told = talk(LAMP, "是", *asking)
    for reply in told:
        assert number(done) in reply.text
        assert "BJ" not in reply.text
        assert reply.citations
        assert reply.outcome.kind == "answered"


def test_two_receipts_are_both_told_and_one_is_pointed_at(talk: Talk) -> None:
    _, lamp, _, cover, both, first, one = talk(
        LAMP, "是", COVER, "是", "刚才那两个编号再发一遍", "第一个什么时候能弄好", "井盖那个报了没"
    )
    assert number(lamp) in both.text
    assert number(cover) in both.text
    assert number(first) == number(lamp)
    assert number(cover) in one.text
    assert number(lamp) not in one.text


def test_nothing_handed_in_is_said(talk: Talk) -> None:
    (said,) = talk("刚才报上去了没")
    assert "没有提交" in said.text
    _, beside = talk("江岸区中山大道1300号路灯不亮", "报了没")
    assert "没有提交" in beside.text
    assert "BJ" not in beside.text
    assert not beside.receipts


def test_what_was_not_done_here_is_still_looked_up(talk: Talk) -> None:
    _, _, other = talk(LAMP, "是", "我的居住证办了没有")
    assert "BJ" in other.text
