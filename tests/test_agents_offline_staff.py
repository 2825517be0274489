"""What staff write into a case or an order: each text in its slot, no word of the command, changed by its name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from agents.clock import CITY_ZONE
from agents.models.offline_acts import another_act, only_says_why, reversing, sends
from agents.models.offline_edits import edited
from agents.models.offline_memory import Memory
from agents.models.offline_slots import arguments, continued
from agents.understanding import cited_numbers
from tools import (
    ToolSpec,
    alert_tools,
    case_approval_tools,
    case_centre_tools,
    case_feedback_tools,
    case_resume_tools,
    case_tools,
    case_visit_tools,
    enterprise_tools,
    spec_of,
    staff_case_tools,
    staff_order_tools,
)

from .test_tools_world import World, give_near, give_world  # noqa: F401

NOW = datetime(2026, 9, 16, 10, 0, tzinfo=CITY_ZONE)
CASE, OTHER, ORDER = "WH20260901000123", "WH20260901000124", "GD20260901000007"
MAKERS = (
    staff_case_tools, case_visit_tools, case_approval_tools, case_centre_tools, case_feedback_tools, case_resume_tools,
    staff_order_tools, alert_tools, enterprise_tools, case_tools,
)  # fmt: skip


@pytest.fixture
def specs(near: World) -> dict[str, ToolSpec]:
    return {each.name: spec_of(each) for make in MAKERS for each in make(near.platform)}


@pytest.mark.parametrize(
    ("name", "said", "given"),
    [
        ("case.return", "退回 原因是不在我们管养范围 依据是三定方案第五条",
         {"reason": "不在我们管养范围", "basis": "三定方案第五条"}),
        ("case.return", "这件退回，不归我们管，灯杆产权是电力公司",
         {"reason": "不归我们管", "basis": "灯杆产权是电力公司"}),
        ("case.return", "退回", {}),
        ("case.dispatch", "派给洪山区水务站 依据管网移交纪要", {"department": "洪山区水务站", "basis": "管网移交纪要"}),
        ("case.dispatch", "井盖那件按权责清单派", {"department": "责任清单"}),
        ("case.dispatch", "积水那件改派环卫所去处理", {"department": "环卫所"}),
        ("case.extend", "申请延期6个工作时 因为下雨开不了工", {"amount": 6, "unit": "hours", "reason": "下雨开不了工"}),
        ("case.extend", "延期3天等配件", {"amount": 3, "unit": "days", "reason": "等配件"}),
        ("case.suspend", "申请挂帐 要等拆迁", {"reason": "要等拆迁"}),
        ("case.close", "特批结案，理由是主任到现场看过", {"forced": "true", "reason": "主任到现场看过"}),
        ("case.close", "强制结案 已经拆除重建", {"forced": "true", "reason": "已经拆除重建"}),
        ("case.rework", "第二条返工 缝没填平", {"reason": "缝没填平"}),
        ("case.void", "不立案 属于物业内部的事", {"reason": "属于物业内部的事"}),
        ("case.feedback", "护栏装好了 顺便刷了漆", {"note": "护栏装好了，顺便刷了漆"}),
        ("case.feedback", "反馈 内容是已清运两车", {"note": "已清运两车"}),
        ("case.feedback", "接收", {}),
        ("case.appeal", "我们不服要申诉 现场达标", {"reason": "我们不服，现场达标"}),
        ("case.supervise", "督办 要求周五前办结", {"reason": "要求周五前办结"}),
    ],
)  # fmt: skip
def test_what_is_said_with_the_act_is_read(
    specs: dict[str, ToolSpec], name: str, said: str, given: dict[str, Any]
) -> None:
    found = arguments(specs[name], f"{CASE} {said}", Memory(), NOW)
    assert found.pop("number") == CASE
    found.pop("due", None)
    assert found == given


@pytest.mark.parametrize(
    ("name", "said", "given"),
    [
        ("order.extend", "延期4个工作日 理由要协调业委会", {"days": 4, "reason": "要协调业委会"}),
        ("order.extend", "延期两天 等专家会审", {"days": 2, "reason": "等专家会审"}),
        ("order.refuse", "第一张不受理，法院已经判了", {"reason": "法院已经判了"}),
        ("order.visit", "回访 市民说没解决 很不满意", {"solved": "false", "satisfaction": "dissatisfied"}),
        ("order.visit", "回访没联系上", {"contacted": "false"}),
        ("order.reply", "答复 已换新地砖", {"reply": "已换新地砖"}),
        ("order.dispatch", "派给江岸区水务 依据责任清单", {"unit": "江岸区水务", "basis": "责任清单"}),
    ],
)
def test_so_it_is_of_orders(specs: dict[str, ToolSpec], name: str, said: str, given: dict[str, Any]) -> None:
    found = arguments(specs[name], f"{ORDER} {said}", Memory(), NOW)
    assert found == {"number": ORDER, **given}


@pytest.mark.parametrize(
    ("name", "known", "said", "changed"),
    [
        ("case.rework", {"reason": "没修好"}, "理由改成照片不对", {"reason": "照片不对"}),
        ("case.supervise", {"reason": "要求今天办结"}, "要求改成明天办结", {"reason": "明天办结"}),
        ("case.supervise", {"reason": "要求今天办结"}, "改成明早8点前", {"reason": "明早8点前"}),
        ("case.feedback", {"note": "已更换"}, "再加上 现场清理了", {"note": "已更换，现场清理了"}),
        ("data.request.submit", {"purpose": "停车诱导研究"}, "用途改成学术研究", {"purpose": "学术研究"}),
        ("data.request.submit", {"purpose": "停车诱导研究"}, "保存天数改成90天", {"retention_days": 90}),
        ("alert.push", {"message": "给水务推送，内容是今晚有雨"}, "内容改成明早有雾",
         {"message": "给水务推送，内容是明早有雾"}),
        ("alert.push", {"message": "给水务推送：今晚有雨"}, "内容加上 注意值守",
         {"message": "给水务推送：今晚有雨，注意值守"}),
    ],
)  # fmt: skip
def test_a_slot_is_changed_by_its_name(
    specs: dict[str, ToolSpec], name: str, known: dict[str, Any], said: str, changed: dict[str, Any]
) -> None:
    assert edited(said, {"number": CASE, **known}, specs[name], NOW) == changed


def test_what_was_given_beside_the_answer_is_not_asked_again(specs: dict[str, ToolSpec]) -> None:
    waiting = {"tool": "case.extend", "arguments": {"number": CASE}, "slot": "amount", "asked": ["amount"]}
    found = continued("4个工作时，管道要换", waiting, specs["case.extend"], Memory(), NOW)
    assert found == {"number": CASE, "amount": 4, "unit": "hours", "reason": "管道要换"}


def test_a_unit_that_is_named_again_is_insisted_on(specs: dict[str, ToolSpec]) -> None:
    known = {"number": CASE, "department": "江汉区交通大队"}
    waiting = {"tool": "case.dispatch", "arguments": known, "slot": "department", "asked": ["department"]}
    found = continued("江汉区交通大队", waiting, specs["case.dispatch"], Memory(), NOW)
    assert found == {"number": CASE, "department": "就是江汉区交通大队"}


def test_another_number_is_another_act(specs: dict[str, ToolSpec]) -> None:
    waiting = {"tool": "case.return", "arguments": {"number": CASE}, "slot": "basis", "asked": ["basis"]}
    assert another_act(waiting, specs, f"{OTHER}接收", "case.feedback", NOW)
    assert not another_act(waiting, specs, "依据三定方案", "case.return", NOW)


def test_a_reason_that_sounds_like_a_report_is_the_reason(specs: dict[str, ToolSpec]) -> None:
    waiting = {"tool": "case.extend", "arguments": {"number": CASE}, "slot": "reason", "asked": ["reason"]}
    assert only_says_why(waiting, specs, "case.create", asks=False)
    assert not only_says_why(waiting, specs, "case.return", asks=False)


def test_undoing_an_act_is_not_the_act(specs: dict[str, ToolSpec]) -> None:
    assert reversing(f"撤销{CASE}的挂账", "case.suspend", specs) == "case.resume"
    assert reversing(f"{CASE}挂账", "case.suspend", specs) == "case.suspend"


def test_a_unit_after_the_verb_sends_what_was_spoken_of(specs: dict[str, ToolSpec]) -> None:
    told = Memory(told=(f"案件 {CASE} 当前状态：回退。",))
    roles = frozenset(("dispatcher",))
    assert sends("改派城管 依据权属单位是区里", specs, roles, told, NOW) == "case.dispatch"
    assert sends("城管管不管这个", specs, roles, told, NOW) is None


@pytest.mark.parametrize("said", ["等等", "等一下", "等下", "还是"])
def test_words_that_only_hold_are_no_reason(specs: dict[str, ToolSpec], said: str) -> None:
    waiting = {"tool": "case.rework", "slot": "reason", "arguments": {"number": CASE}}
    assert continued(said, waiting, specs["case.rework"], Memory(), NOW) == {"number": CASE}


def test_how_long_is_no_part_of_the_reason(specs: dict[str, ToolSpec]) -> None:
    given = arguments(specs["order.extend"], f"{ORDER}各延2天，配件没到", Memory(), NOW)
    assert (given["days"], given["reason"]) == (2, "配件没到")


def test_a_number_inside_a_reason_is_no_object() -> None:
    assert cited_numbers(f"{CASE}不予立案，原因是与{OTHER}重复") == [OTHER]
    assert cited_numbers(f"{CASE}和{OTHER}都返工") == []
