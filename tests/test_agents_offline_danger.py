"""Danger in talk: who is on the spot gets the number first; who registers or handles gets one line for the caller."""

from __future__ import annotations

import pytest

from tools import Principal

from .test_agents_offline_talk import Talk, summary
from .test_agents_offline_talk import talk as talk

ACCEPTOR = Principal("acceptor-d", frozenset(("acceptor",)), verified=True)
DISPATCHER = Principal("dispatcher-d", frozenset(("dispatcher",)), verified=True)
GRID = Principal("grid-d", frozenset(("grid",)), verified=True, grids=("420106011449",))


def test_somebody_hit_is_an_emergency_and_an_urgent_report(talk: Talk) -> None:
    (reply,) = talk("广告牌掉下来砸到一个过路的，建设大道700号")
    assert reply.outcome.kind == "emergency"
    assert "120" in reply.text.split("。")[0]
    assert "110" in reply.text
    assert "伤亡人数：1" in reply.actions[0].summary


def test_a_grid_worker_is_on_the_spot(talk: Talk) -> None:
    (reply,) = talk("武昌区中南路12号 树倒了压伤一个人", who=GRID)
    assert reply.outcome.kind == "emergency"
    assert "120" in reply.text.split("。")[0]


def test_an_order_of_somebody_in_danger_is_registered_as_urgent_with_one_line_for_the_caller(talk: Talk) -> None:
    (reply,) = talk("登记一张紧急工单 汉口火车站出站口煤气味很大", who=ACCEPTOR)
    shown = summary(reply)
    assert "加急：是" in shown
    assert "诉求内容：汉口火车站" in shown
    assert "119" in reply.text.splitlines()[0]
    assert "我来登记上报" not in reply.text


def test_an_order_without_danger_is_not_urgent(talk: Talk) -> None:
    (reply,) = talk("登记工单：张女士反映中南路12号楼下跳舞太吵", who=ACCEPTOR)
    assert "加急" not in summary(reply)


@pytest.mark.parametrize("text", ["路面塌陷那条派给江汉区市政维修所", "漏电那件改派武昌区城管"])
def test_who_moves_a_listed_case_on_is_not_told_to_run(talk: Talk, text: str) -> None:
    (reply,) = talk(text, who=DISPATCHER)
    assert reply.outcome.kind != "emergency"
    assert "我来登记上报" not in reply.text


def test_staff_in_danger_themselves_get_the_number(talk: Talk) -> None:
    (reply,) = talk("我们办公楼着火了", who=ACCEPTOR)
    assert reply.outcome.kind == "emergency"
