"""Which agent takes a message: by meaning, by who is waiting, by who may ask."""

from __future__ import annotations

import pytest

from agents.builtin import development, government, insurance, operations, parts
from agents.records import Agent, Waiting
from agents.routing import Router, declared_examples
from agents.understanding import Weighing, fit_intents
from tools import Principal, spec_of

from .conftest import CACHE

CITIZEN = Principal("c", frozenset(("citizen",)))
AGENTS = [agent for module in (government, insurance, operations, development) for agent in module.register_agents()]
DISPATCH = Agent(
    "duty", "值班", "只给值班长", frozenset(("supervisor",)), "值班", examples=("今晚谁值班", "值班表在哪里看")
)


@pytest.fixture(scope="module")
def router() -> Router:
    tools = parts.register_tools(platform=None)  # type: ignore[arg-type]
    agents = [*AGENTS, DISPATCH]
    intents = fit_intents(declared_examples(agents, tools, {}), CACHE)
    return Router(agents, Weighing(intents, {each.name: spec_of(each) for each in tools}))


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        ("家里老人医保卡的钱怎么给我用", "insurance"),
        ("异地住院没有备案还能报销吗", "insurance"),
        ("身份证快到期了怎么换", "government"),
        ("小孩上户口带什么证件", "government"),
        ("江边的栏杆断了一截，谁来修一下", "operations"),
        ("我报的案子处理完了吗", "operations"),
        ("方案里人工智能产业要做到多大", "development"),
        ("数据流通交易规模的目标", "development"),
    ],
)
def test_a_message_goes_to_the_agent_it_is_meant_for(router: Router, text: str, agent: str) -> None:
    assert router.choose(text, CITIZEN, None, None).agent.name == agent


def test_an_answer_stays_with_the_agent_that_waits(router: Router) -> None:
    waiting = Waiting("operations", "case.create", {"description": "井盖坏了"}, "address")
    route = router.choose("就在小学对面", CITIZEN, waiting, "operations")
    assert (route.agent.name, route.why) == ("operations", "waiting")


def test_a_clear_new_wish_leaves_the_agent_that_waits(router: Router) -> None:
    waiting = Waiting("operations", "case.create", {"description": "井盖坏了"}, "address")
    assert router.choose("居民医保断缴了等待期怎么算", CITIZEN, waiting, "operations").agent.name == "insurance"


def test_an_unclear_message_stays_where_the_talk_was(router: Router) -> None:
    assert router.choose("那要多久", CITIZEN, None, "insurance").agent.name == "insurance"


def test_nobody_is_routed_to_an_agent_for_others(router: Router) -> None:
    supervisor = Principal("s", frozenset(("supervisor",)))
    assert router.choose("今晚谁值班", supervisor, None, None).agent.name == "duty"
    route = router.choose("今晚谁值班", CITIZEN, None, None)
    assert route.agent.name != "duty"
    assert "duty" not in route.scores


def test_scores_are_probabilities(router: Router) -> None:
    scores = router.choose("井盖坏了", CITIZEN, None, None).scores
    assert all(0.0 <= score <= 1.0 for score in scores.values())
    assert frozenset(agent.name for agent in AGENTS) == scores.keys()
