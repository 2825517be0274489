"""The built-in agents: declared like a plugin's, complete, and a scripted model from a file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agents import Agent, Ask, Misconfigured, hookimpl, open_house
from agents.builtin import PLUGINS, development, government, insurance, operations
from agents.models import open_script
from agents.plugins import open_plugins
from tools import EVERYONE

from .conftest import CITIZEN, open_for_test, run, settings_in

MODULES = (government, insurance, operations, development)
BUILT_IN = [agent for module in MODULES for agent in module.register_agents()]


@pytest.mark.parametrize("agent", BUILT_IN, ids=lambda agent: agent.name)
def test_an_agent_declares_all_it_needs(agent: Agent) -> None:
    assert agent.bases == (agent.name,)
    assert agent.audience == EVERYONE
    assert "kb.search" in agent.tools
    assert len(set(agent.examples)) >= 15
    assert len(agent.suggestions) >= 3
    assert agent.title in agent.instructions
    assert "转给谁" in agent.instructions


def test_an_example_belongs_to_one_agent() -> None:
    every = [line for agent in BUILT_IN for line in agent.examples]
    assert len(every) == len(set(every))


def test_every_tool_of_the_house_has_an_agent(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False) as house:
            used = {name for agent in house.desk.agents for name in agent.tools}
            brought = {tool.name for tool in open_plugins(PLUGINS).tools(house.platform, house.library)}
            assert brought - used == set()

    run(body)


def test_an_agent_of_the_same_name_is_refused(tmp_path: Path) -> None:
    class Twin:
        @hookimpl
        def register_agents(self) -> list[Agent]:
            return [Agent("insurance", "医保", "另一个", EVERYONE, "医保")]

    with pytest.raises(Misconfigured, match="insurance"):
        open_plugins(PLUGINS, extra=[Twin()]).agents()


def test_an_agent_answers_before_its_base_is_filled(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            reply = await house.desk.ask(Ask(conversation.id, "居民医保一年交多少钱"), CITIZEN)
            assert (reply.outcome.kind, reply.outcome.reason) == ("refused", "no_evidence")

    run(body)


def test_a_script_file_is_played_back(tmp_path: Path) -> None:
    lines = ["您好，请问要办什么？", {"name": "hand_off", "args": {}}]
    (tmp_path / "script.json").write_text(json.dumps(lines, ensure_ascii=False), encoding="utf-8")

    async def body() -> None:
        async with open_house(settings_in(tmp_path, model="scripted", bundled_knowledge=False)) as house:
            conversation = await house.desk.open_conversation(CITIZEN)
            first = await house.desk.ask(Ask(conversation.id, "在吗"), CITIZEN)
            second = await house.desk.ask(Ask(conversation.id, "有事"), CITIZEN)
            assert first.text == lines[0]
            assert second.outcome.kind == "handoff"

    run(body)


@pytest.mark.parametrize("content", [None, "不是 JSON", "[]", '[{"tool": 1}]'])
def test_a_bad_script_says_what_to_write(tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "script.json").write_text(content, encoding="utf-8")

    with pytest.raises(Misconfigured, match=r"script\.json"):
        open_script(tmp_path / "script.json")
