"""Conditions turned round: what is left out is never what is shown, bounds hold, every figure asked for is told."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime

import pytest

from agents import Ask, Reply, open_house
from agents.clock import CITY_ZONE
from agents.understanding import find
from tools import Principal, Slot

from .conftest import furnished
from .test_agents_offline_talk import Talk

CHIEF = Principal("supervisor-x", frozenset(("supervisor",)), verified=True)
NOW = datetime(2026, 9, 16, 10, 0, tzinfo=CITY_ZONE)
DISTRICT, OTHERS = Slot("district", "所在区"), Slot("district", "不含的区", side="without")


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    """Say lines in one new conversation; the platform has its demo cases."""
    with asyncio.Runner() as runner:
        house = open_house(furnished(tmp_path_factory.mktemp("bounds"), sandbox_demo=True))
        runner.run(house.desk.start())

        async def said(*lines: str, who: Principal) -> list[Reply]:
            conversation = await house.desk.open_conversation(who)
            return [await house.desk.ask(Ask(conversation.id, line), who) for line in lines]

        yield lambda *lines, who: runner.run(said(*lines, who=who))
        runner.run(house.close())


def listed(reply: Reply) -> str:
    """The part of a reply that lists districts."""
    return reply.text.split("）：", 1)[1].split("口径")[0]


@pytest.mark.parametrize(
    ("text", "wanted", "out"),
    [
        ("去掉江岸", [], ["江岸"]),
        ("江岸和武昌除外的各区", [], ["江岸", "武昌"]),
        ("除了江岸、武昌，其他区呢", [], ["江岸", "武昌"]),
        ("刨开新洲区", [], ["新洲区"]),
        ("洪山不要算，不含洪山", [], ["洪山"]),
        ("不要江岸，要江汉", ["江汉"], ["江岸"]),
        ("江岸和武昌", ["江岸", "武昌"], []),
        ("汉阳区外的区", [], ["汉阳区"]),
    ],
)
def test_what_is_left_out_is_not_what_is_wanted(text: str, wanted: list[str], out: list[str]) -> None:
    assert [each.value for each in find(OTHERS, text, NOW)][: len(out)] == out
    if "不要算" not in text:
        assert [each.value for each in find(DISTRICT, text, NOW)] == wanted


@pytest.mark.parametrize(
    ("text", "side", "value"),
    [
        ("低于90%的区", "below", 90),
        ("不到九成的", "below", 90),
        ("没到百分之八十五", "below", 85),
        ("80%以下", "below", 80),
        ("超过一百件的", "above", 100),
        ("50件以上", "above", 50),
    ],
)
def test_bounds_are_read(text: str, side: str, value: float) -> None:
    slot = Slot("number", "界限", side=side)  # type: ignore[arg-type]
    assert [each.value for each in find(slot, text, NOW)] == [value]


@pytest.mark.parametrize("text", ["超过3天的", "90%", "不超过两次", "晚于9点以上"])
def test_other_numbers_are_no_bounds(text: str) -> None:
    assert not find(Slot("number", "界限", side="above"), text, NOW)


def test_districts_that_are_left_out_are_missing_from_the_list(talk: Talk) -> None:
    every, less, fewer = talk("上个月各区立案数", "不算洪山", "洪山和汉阳都去掉", who=CHIEF)
    assert "洪山区" in every.text
    assert "不含洪山区" in less.text
    assert "洪山区" not in listed(less)
    assert "汉阳区" in listed(less)
    assert "汉阳区" not in listed(fewer)


def test_a_bound_filters_the_list_by_district(talk: Talk) -> None:
    (reply,) = talk("本月哪些区按期处置率不到85%", who=CHIEF)
    shares = [float(each.split("%")[0].split()[-1]) for each in listed(reply).split("；") if "%" in each]
    assert shares
    assert all(share < 85 for share in shares)


def test_where_nothing_can_be_left_out_that_is_said(talk: Talk) -> None:
    (cases,) = talk("武昌区以外挂账的案件有哪些", who=CHIEF)
    assert "没有用上" in cases.text
    (act,) = talk("督办除武昌区以外已超期的案件", who=CHIEF)
    assert act.outcome.kind != "confirm"
    assert "武昌" in act.text


def test_every_figure_of_a_message_is_told(talk: Talk) -> None:
    (reply,) = talk("上周受理了多少，派了多少，结了多少", who=CHIEF)
    assert all(f"，{name}：" in reply.text for name in ("受理数", "派遣数", "结案数"))


def test_figures_that_do_not_exist_are_said_not_to_be_kept(talk: Talk) -> None:
    (reply,) = talk("满意率", who=CHIEF)
    assert "别的指标没有统计" in reply.text


@pytest.mark.parametrize(
    ("text", "state"), [("待结案的案件", "待核查"), ("待派发的案件", "待派遣"), ("待接收的案件", "已派遣")]
)
def test_waiting_for_a_step_is_the_state_before_it(talk: Talk, text: str, state: str) -> None:
    (reply,) = talk(text, who=CHIEF)
    assert f"（{state}）" in reply.text or f"查的是：{state}" in reply.text
