"""Tools for who goes and looks: verify a report, check a finished case, and the list of visits to make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from langchain_core.tools import BaseTool

from . import staff_phrases as phrases
from .case_steps import (
    CASE_NO,
    DERIVED_ADDRESS,
    DERIVED_CATEGORY,
    DERIVED_STATUS,
    PHOTOS,
    CaseSteps,
    Facts,
    pictures,
    reason_in,
    write_key,
)
from .define import Call, CallArgument, Prepare, Slot, tool
from .errors import Conflict, NeedsAnswer, ToolError
from .telling import say_tasks, say_visited
from .unified import STATES, Cases, Platform, Step, Visit

VERIFIERS = frozenset(("grid", "acceptor", "supervisor"))
CHECKERS = frozenset(("grid", "supervisor"))
EXIST = (
    ("exist", "问题存在", "属实", "存在", "确实有", "是真的", "有这个问题", "情况属实"),
    ("not_exist", "问题不存在", "不存在", "不属实", "没有发现", "没发现", "没有这个问题", "没看到"),
    ("unable", "无法核实", "核实不了", "进不去", "找不到地方", "看不了"),
)
PASS = (
    (
        "pass",
        "核查通过",
        "通过",
        "可以过",
        "修好了",
        "弄好了",
        "清理干净了",
        "清干净了",
        "干净了",
        "处理好了",
        "已经好了",
        "已经亮了",
        "整改到位",
        "合格",
        "达标",
        "没问题",
        "没有问题",
        "没得问题",
        "冇得问题",
    ),
    (
        "not_pass",
        "核查不通过",
        "不通过",
        "没修好",
        "没清理干净",
        "没处理好",
        "没有处理",
        "还是老样子",
        "不合格",
        "不到位",
        "不达标",
        "没过",
        "没有过",
        "不能过",
        "不可以过",
        "过不了",
        "没弄好",
        "没弄完",
        "没清完",
        "没干净",
        "不干净",
        "没修",
        "没处理",
        "还是坏的",
        "还坏着",
        "还没好",
        "还有问题",
        "有问题",
        "问题依旧",
    ),
    ("unable", "无法核查", "核查不了", "进不去", "找不到地方", "看不了"),
)
WAITS = {"verify": "verifying", "check": "feedback"}
_SEND = Step("verifying")
Kind = Literal["verify", "check"]
_KNOWN = "现场情况已经清楚的，可以直接受理或者不予立案；要派人去看，请说“请网格员核实”。"


def case_visit_tools(platform: Platform) -> list[BaseTool]:
    """The visits."""
    steps = CaseSteps(platform)
    return [_verify(steps), _check(steps), _tasks(Cases(platform))]


def _prepare(steps: CaseSteps, kind: Kind, choices: tuple[tuple[str, ...], ...]) -> Prepare:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        may_send = kind == "verify" and case.status == "reported" and call.principal.roles & {"acceptor", "supervisor"}
        if case.status != WAITS[kind] and not may_send:
            waits = STATES[WAITS[kind]]
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，不是“{waits}”，没有等待现场反馈的任务。")
        shown = Facts(case).shown()
        shown.pop("version")
        if may_send and _result(arguments.get("result"), choices):
            raise Conflict(f"案件 {case.number} 没有发过核实任务。{_KNOWN}")
        if may_send:
            return {"number": case.number, **shown, "step": "发出核实任务，请网格员到现场核实"}
        result = _result(arguments.get("result"), choices)
        if result is None:
            raise NeedsAnswer("result", "现场结果是什么？", tuple(row[1] for row in choices))
        note = reason_in(arguments.get("note"))
        kept = {"photos": arguments["photos"]} if arguments.get("photos") else {}
        return {"number": case.number, "result": result, **({"note": note} if note else {}), **kept, **shown}

    return prepare


def _result(words: object, choices: tuple[tuple[str, ...], ...]) -> str | None:
    """The value of a result given as value or in words."""
    said = str(words or "").strip()
    return next((row[0] for row in choices if said in row), None)


def _verify(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.verify", title="核实案件", effect="write", roles=VERIFIERS, say=say_visited, examples=phrases.VERIFY,
        prepare=_prepare(steps, "verify", EXIST), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_verify(
        number: Annotated[str, CASE_NO],
        call: CallArgument,
        result: Annotated[str | None, Slot("enum", "核实结果", ask="现场结果是什么？", choices=EXIST)] = None,
        note: Annotated[str | None, Slot("text", "现场情况")] = None,
        photos: Annotated[list[str] | None, PHOTOS] = None,
        step: Annotated[str | None, Slot("text", "办理", derived=True)] = None,
        category_name: Annotated[str | None, DERIVED_CATEGORY] = None,
        address: Annotated[str | None, DERIVED_ADDRESS] = None,
        status_name: Annotated[str | None, DERIVED_STATUS] = None,
    ) -> Mapping[str, Any]:
        """网格员反馈现场核实结果：问题存在、不存在或无法核实；受理员对待受理的案件发出核实任务。"""
        if result is None:
            return await steps.step(number, _SEND, call)
        found = Visit(_known(result, EXIST), note, pictures(photos, "near"))
        return (await steps.cases.visit(number, "verify", found, call.principal, write_key(call))).view()

    return case_verify


def _check(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.check", title="核查案件", effect="write", roles=CHECKERS, say=say_visited, examples=phrases.CHECK,
        prepare=_prepare(steps, "check", PASS), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_check(
        number: Annotated[str, CASE_NO],
        result: Annotated[str, Slot("enum", "核查结果", ask="现场结果是什么？", choices=PASS)],
        call: CallArgument,
        note: Annotated[str | None, Slot("text", "现场情况")] = None,
        photos: Annotated[list[str] | None, PHOTOS] = None,
        category_name: Annotated[str | None, DERIVED_CATEGORY] = None,
        address: Annotated[str | None, DERIVED_ADDRESS] = None,
        status_name: Annotated[str | None, DERIVED_STATUS] = None,
    ) -> Mapping[str, Any]:
        """网格员到现场核查处置部门反馈的案件：通过、不通过或无法核查；结案和返工由值班长决定。"""
        found = Visit(_known(result, PASS), note, pictures(photos, "after"))
        return (await steps.cases.visit(number, "check", found, call.principal, write_key(call))).view()

    return case_check


def _known(words: str, choices: tuple[tuple[str, ...], ...]) -> str:
    value = _result(words, choices)
    if value is None:
        raise ToolError(f"结果只能是：{'、'.join(row[1] for row in choices)}。")
    return value


def _tasks(cases: Cases) -> BaseTool:
    @tool(
        "task.list", title="待办任务", effect="read", roles=VERIFIERS, say=say_tasks, examples=phrases.TASKS,
        timeout_s=10.0,
    )  # fmt: skip
    async def task_list(call: CallArgument) -> Mapping[str, Any]:
        """列出等待现场核实和核查的任务，最急的在前：网格员看自己网格的，指挥中心看全部。"""
        found = await cases.tasks(call.principal)
        return {"tasks": [asdict(each) for each in found], "total": len(found)}

    return task_list
