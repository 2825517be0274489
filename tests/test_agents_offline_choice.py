"""The offline model asks which of two tools is meant when it cannot tell."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents import Agent, Ask, hookimpl
from tools import EVERYONE, tool

from .conftest import CITIZEN, open_for_test

SAID = ("图书馆那本书我要弄一下", "馆里的图书帮我弄弄", "图书那个事给我办下", "我的图书馆图书要办")


@tool("book.renew", title="续借图书", effect="write", roles=EVERYONE, say=lambda data: "续借好了。", examples=SAID)
async def renew() -> Mapping[str, Any]:
    """续借图书。"""
    return {}


@tool("book.give_back", title="归还图书", effect="read", roles=EVERYONE, say=lambda data: "还好了。", examples=SAID)
async def give_back() -> Mapping[str, Any]:
    """归还图书。"""
    return {}


class Library:
    @hookimpl
    def register_tools(self) -> list[Any]:
        return [renew, give_back]

    @hookimpl
    def register_agents(self) -> list[Agent]:
        return [
            Agent(
                name="books",
                title="图书",
                description="图书",
                audience=EVERYONE,
                instructions="图书。",
                tools=("book.renew", "book.give_back", "kb.search"),
                examples=("图书馆几点开门", "借书要不要押金"),
            )
        ]


def test_two_tools_too_close_to_call_become_one_question_and_the_choice_is_taken(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, plugins=[Library()]) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            first = await house.desk.ask(Ask(conversation.id, "图书馆那本图书我要弄一下"), CITIZEN)
            assert first.outcome.kind == "clarify", first.text
            assert {choice for ask in first.asks for choice in ask.choices} == {"续借图书", "归还图书"}
            second = await house.desk.ask(Ask(conversation.id, "归还图书"), CITIZEN)
            assert second.text.startswith("还好了")

    asyncio.run(body())
