"""Conditions of lists: each is used or said to be left out, none disappears."""

from __future__ import annotations

import pytest

from tools import Principal

from .test_agents_offline_figures import talk as talk
from .test_agents_offline_talk import Talk

ACCEPTOR = Principal("acceptor-c", frozenset(("acceptor",)), verified=True)
DISPATCHER = Principal("dispatcher-c", frozenset(("dispatcher",)), verified=True)
CHIEF = Principal("supervisor-c", frozenset(("supervisor",)), verified=True)
UNIT = Principal("department-c", frozenset(("department",)), verified=True, department="江汉区市政维修所")


@pytest.mark.parametrize(
    ("who", "text", "condition"),
    [
        (DISPATCHER, "没派出去的工单", "待派单"),
        (ACCEPTOR, "等回访的工单有哪些", "已答复，待回访"),
        (ACCEPTOR, "被退回的工单有几张", "已退回，待改派"),
        (UNIT, "还没接收的案件", "已派遣"),
        (UNIT, "手上案件", "部门手上"),
        (CHIEF, "退回的案件有哪些", "回退"),
        (ACCEPTOR, "刚报上来的案件有几件", "待受理"),
        (CHIEF, "没有办结的案件有哪些", "未办结"),
        (CHIEF, "要我处理的案件有哪些", "待我办理"),
        (CHIEF, "申请挂账等审批的案件有哪些", "等待审批的挂账申请"),
    ],
)
def test_a_state_is_heard_however_it_is_said(talk: Talk, who: Principal, text: str, condition: str) -> None:
    (reply,) = talk(text, who=who)
    assert condition in reply.text


@pytest.mark.parametrize(("text", "word"), [("待归档的案件有哪些", "待归档"), ("加急的工单有哪些", "加急")])
def test_a_condition_that_is_not_understood_is_said(talk: Talk, text: str, word: str) -> None:
    (reply,) = talk(text, who=ACCEPTOR)
    assert f"“{word}”这个条件没有用上" in reply.text


@pytest.mark.parametrize("text", ["待受理的案件有哪些", "武昌区处理中的案件", "有没有超期的案件"])
def test_nothing_is_said_where_all_is_used(talk: Talk, text: str) -> None:
    (reply,) = talk(text, who=CHIEF)
    assert "没有用上" not in reply.text


def test_what_i_reported_today_is_mine(talk: Talk) -> None:
    _, _, reply = talk("武昌区中南路12号门口井盖丢了", "是", "我今天报了几条", who=CHIEF)
    assert "您上报的" in reply.text
    assert "共查到 1 件案件" in reply.text


def test_a_list_is_narrowed_and_says_by_what(talk: Talk) -> None:
    *_, reply = talk("结案的案件", "武昌区的", "昨天的", who=CHIEF)
    assert all(word in reply.text.splitlines()[0] for word in ("结案", "武昌区"))
