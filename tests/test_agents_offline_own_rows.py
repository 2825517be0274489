"""What a citizen handed in: one row is picked by its words, and nothing of it can be taken back here."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house

from .conftest import CITIZEN, furnished

Talk = Callable[..., list[Reply]]
REPORTS = (
    "江岸区胜利街88号下水道堵了反水",
    "江汉区江汉路120号路灯不亮",
    "武昌区徐东大街18号门口树倒了把路挡住了",
    "武昌区徐东大街218号门口路灯不亮",
)


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation, after four reports were made; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str) -> list[Reply]:
            conversation = await house.desk.open_conversation(CITIZEN)
            return [await house.desk.ask(Ask(conversation.id, line), CITIZEN) for line in lines]

        for report in REPORTS:
            runner.run(said(report, "是"))
        yield lambda *lines: runner.run(said(*lines))
        runner.run(house.close())


def line_of(replies: list[Reply], word: str) -> str:
    """The number of the one row that holds a word."""
    return next(m[0] for each in replies for m in re.finditer(r"WH\d+(?=，[^；。\n]*" + word + ")", each.text))


def test_another_row_is_picked_by_its_class(talk: Talk) -> None:
    replies = talk("我报的案件", "催一下我报的路灯", "不是，是那个下水道的")
    (card,) = replies[-1].actions
    assert line_of(replies, "下水道") in card.summary


def test_another_row_is_urged_as_well(talk: Talk) -> None:
    replies = talk("我报的案件", "催一下我报的路灯", "还有树那个也催")
    (card,) = replies[-1].actions
    assert line_of(replies, "行道树") in card.summary


@pytest.mark.parametrize(
    "lines",
    [("我报的案件", "第二个撤了吧"), ("我的办件", "第一个撤了"), ("我的办件", "撤掉"), ("居住证那个办件我不想办了",)],
)
def test_nothing_is_taken_back_here_and_a_person_is_offered(talk: Talk, lines: tuple[str, ...]) -> None:
    *_, last = talk(*lines)
    assert last.outcome.kind == "handoff"
    assert "撤回" in last.text


def test_giving_up_what_was_only_begun_needs_nobody(talk: Talk) -> None:
    *_, last = talk("我想预约办社保卡", "不办了")
    assert last.outcome.kind == "answered"
