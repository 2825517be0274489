"""What puts a card right: the value it fits is changed, another act takes its place, or that is said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house
from server.demo import IDENTITIES

from .conftest import furnished

Talk = Callable[..., list[Reply]]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation of an invented person; gives the replies."""
    folder = tmp_path_factory.mktemp("house")
    with asyncio.Runner() as runner:
        house = open_house(furnished(folder, sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(who: str, *lines: str) -> list[Reply]:
            person = IDENTITIES[who]
            conversation = await house.desk.open_conversation(person)
            return [await house.desk.ask(Ask(conversation.id, line), person) for line in lines]

        yield lambda who, *lines: runner.run(said(who, *lines))
        runner.run(house.close())


def cards(reply: Reply) -> list[str]:
    return [each.tool for each in reply.pending]


PUSH = "推送预警给江汉区水务和城管：今晚有大风，注意防护"
LAMP = "江岸区中山大道1300号路灯不亮"
BOOK = ("帮我约个办护照的号，我住江汉区新华路245号", "下周一上午")


@pytest.mark.parametrize(
    ("who", "lines", "holds", "lacks"),
    [
        ("dispatcher-1", (PUSH, "去掉城管"), "接收单位：水务", "水务、城管"),
        ("dispatcher-1", (PUSH, "城管不用了"), "接收单位：水务", "水务、城管"),
        ("dispatcher-1", (PUSH, "换个内容：今晚有霜冻"), "今晚有霜冻", "大风"),
        ("citizen-1", (LAMP, "是1302号不是1300号"), "中山大道1302号", "1300"),
        ("citizen-2", (*BOOK, "上午没空，改下午"), "时段：下午", "时段：上午"),
    ],
)
def test_a_value_is_put_right(talk: Talk, who: str, lines: tuple[str, ...], holds: str, lacks: str) -> None:
    last = talk(who, *lines)[-1]
    assert last.outcome.kind == "confirm"
    assert holds in last.text
    assert lacks not in last.text


@pytest.mark.parametrize(("who", "line"), [("dispatcher-1", PUSH), ("citizen-1", LAMP)])
def test_what_changes_nothing_is_said_not_to_be_understood(talk: Talk, who: str, line: str) -> None:
    first, second = talk(who, line, "好像有点不对")
    assert second.text.endswith(first.text)
    assert "没听明白" in second.text


def test_a_day_that_cannot_be_had_is_said_and_the_old_card_is_withdrawn(talk: Talk) -> None:
    *_, card, refused, yes = talk("citizen-2", *BOOK, "还是下周六下午吧", "好")
    assert card.outcome.kind == "confirm"
    assert "不是工作日" in refused.text
    assert yes.outcome.kind != "done"


def test_somebody_else_is_never_left_oneself(talk: Talk) -> None:
    _, asked = talk("citizen-1", "异地就医备案，去长沙，临时", "不是我，是我家老头子要去")
    assert asked.outcome.kind == "clarify"
    assert "给谁" in asked.text
