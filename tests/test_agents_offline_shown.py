"""What was just shown or counted is what is meant next; a report told while another one is open is one of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from agents import Ask, Reply, open_house
from tools import Principal

from .conftest import furnished
from .test_agents_offline_talk import Talk

CHIEF = Principal("supervisor-y", frozenset(("supervisor",)), verified=True)
CITIZEN = Principal("citizen-y", frozenset(("citizen",)), verified=True)
CASE = re.compile(r"WH\d{14}")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; the platform has its demo cases."""
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("shown"), sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str, who: Principal) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda *lines, who: runner.run(said(*lines, who=who))
        runner.run(house.close())


@pytest.fixture(scope="module")
def number(talk: Talk) -> str:
    """A case that is being handled."""
    (reply,) = talk("处理中的案件有哪些", who=CHIEF)
    return CASE.findall(reply.text)[0]


@pytest.mark.parametrize("text", ["把它督办一下", "这个案子督办", "督办，意见：周边居民催了几回"])
def test_an_act_that_names_none_is_on_the_case_just_shown(talk: Talk, number: str, text: str) -> None:
    _, act = talk(f"{number}到哪一步了", text, who=CHIEF)
    assert act.outcome.kind == "confirm"
    assert CASE.findall(act.text) == [number]


def test_a_range_is_not_the_case_just_shown(talk: Talk, number: str) -> None:
    _, act = talk(f"{number}到哪一步了", "督办青山区已超期的", who=CHIEF)
    assert number not in act.text


def test_two_numbers_after_the_act_are_what_is_merged(talk: Talk) -> None:
    (every,) = talk("处理中的案件有哪些", who=CHIEF)
    one, two = CASE.findall(every.text)[:2]
    (act,) = talk(f"并案{one}、{two}", who=CHIEF)
    assert one in act.text
    assert two in act.text


def test_the_list_of_what_was_counted_has_its_conditions(talk: Talk) -> None:
    counted, listed = talk("挂账的案件有多少", "都列出来", who=CHIEF)
    assert counted.text.split("，下面")[0] == listed.text.split("，下面")[0]


def test_without_a_list_it_is_asked_what_to_list(talk: Talk, number: str) -> None:
    for lines in ((f"{number}到哪一步了", "列出来"), ("列一下",)):
        *_, reply = talk(*lines, who=CHIEF)
        assert reply.outcome.kind == "clarify"
        assert not CASE.findall(reply.text)


def test_another_report_is_not_put_into_the_open_one(talk: Talk) -> None:
    _, card = talk("江汉区前进四路30号地上的砖松了", "江岸区中山大道1300号路灯不亮", who=CITIZEN)
    assert card.outcome.kind == "confirm"
    assert "砖" not in card.text.split("问题描述：")[1].splitlines()[0]
    assert "路灯" in card.text
    assert "砖松了”还没有报" in card.text


@pytest.mark.parametrize("text", ["洪山区有没有申诉", "现在有没有挂账申请"])
def test_whether_there_is_something_is_looked_up_and_no_act(talk: Talk, text: str) -> None:
    (reply,) = talk(text, who=CHIEF)
    assert reply.outcome.kind == "answered"
    assert "等待" in reply.text
    assert "请告诉我案件编号" not in reply.text


@pytest.mark.parametrize("role", ["dispatcher", "department", "acceptor"])
def test_staff_ask_for_their_work(talk: Talk, role: str) -> None:
    department = {"department": "江汉区市政维修所"} if role == "department" else {}
    who = Principal(f"{role}-y", frozenset((role,)), verified=True, **department)
    for text in ("今天有什么要处理的", "我今天有啥活"):
        (reply,) = talk(text, who=who)
        assert reply.outcome.kind == "answered"
        assert "待我办理" in reply.text or "任务" in reply.text


def test_how_many_are_in_a_state_is_counted_by_the_list(talk: Talk) -> None:
    (reply,) = talk("全市目前有多少挂账", who=CHIEF)
    assert "（挂账）" in reply.text
