"""A message that ends with the wish to have it reported becomes the report, whatever else could be looked up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from agents import Ask, Reply, open_house

from .conftest import CITIZEN, furnished

Say = Callable[[str], Reply]


@pytest.fixture(scope="module")
def say(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Say]:
    house = open_house(furnished(tmp_path_factory.mktemp("reported"), sandbox_demo=False))
    with asyncio.Runner() as runner:
        runner.run(house.__aenter__())

        async def one(text: str) -> Reply:
            conversation = await house.desk.open_conversation(CITIZEN)
            return await house.desk.ask(Ask(conversation.id, text), CITIZEN)

        yield lambda text: runner.run(one(text))
        runner.run(house.__aexit__(None, None, None))


@pytest.mark.parametrize("text", ["门口的路淹得走不了人了，麻烦登记一下", "巷子里的水排不掉，帮我报一哈"])
def test_what_is_to_be_reported_is_not_only_looked_up(say: Say, text: str) -> None:
    reply = say(text)
    assert [ask.tool for ask in reply.asks] == ["case.create"]


def test_a_question_about_water_is_looked_up(say: Say) -> None:
    assert say("武昌现在哪些地方积水").outcome.kind == "answered"
