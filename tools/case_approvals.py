"""Tools for what needs a yes from the supervisor: more time, or letting a case rest."""

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
    CaseSteps,
    Facts,
    reason_in,
    write_key,
)
from .define import Call, CallArgument, Prepare, Slot, tool
from .errors import Conflict, NeedsAnswer
from .telling import say_approval
from .unified import Approval, Case, Platform, Step
from .worktime import KIND_NAMES

ASKERS = frozenset(("department", "supervisor"))
VERDICTS = (
    ("approve", "同意", "批准", "准了", "可以", "通过", "成立"),
    ("reject", "不同意", "不批准", "驳回", "不准", "不行", "不成立", "不通过"),
)
_COUNT = "0123456789一二两三四五六七八九十半几"
UNITS = (("hours", "工作时", "小时", "钟头"), ("days", "工作日", "自然日", *(f"{count}天" for count in _COUNT)))
# Which limits an amount that is said in hours or days can be meant for.
_COUNTS = {"hours": ("work_hour", "urgent_hour"), "days": ("work_day", "natural_day")}
NAMES = {"extend": "延期", "suspend": "挂账"}
OPEN_FOR = {"extend": ("dispatched", "processing", "rework"), "suspend": ("processing",)}
ASK_AMOUNT = "请说明要延长多少个工作时、多少小时，或者多少个工作日、多少天。"
DECISION = Slot("enum", "审批意见", ask="同意还是不同意？", choices=VERDICTS)
APPROVAL = Slot("number", "申请号", derived=True, shown=False)
ASKED = Slot("text", "部门申请", derived=True)
Kind = Literal["extend", "suspend"]


def case_approval_tools(platform: Platform) -> list[BaseTool]:
    """Extensions and suspensions."""
    steps = CaseSteps(platform)
    return [_extend(steps), _suspend(steps)]


def _prepare(steps: CaseSteps, kind: Kind) -> Prepare:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        if kind == "suspend" and case.status == "suspended":
            raise Conflict(f"案件 {case.number} 已经挂账。要接着办，由派遣员或者值班长恢复处理。")
        if case.status not in OPEN_FOR[kind]:
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，不能{NAMES[kind]}。")
        shown = Facts(case).shown()
        shown.pop("version")
        if "supervisor" in call.principal.roles:
            return {"number": case.number, **await _decided(steps, case, arguments, kind, call), **shown}
        return {"number": case.number, **_asked(case, arguments, kind), **shown}

    return prepare


def _asked(case: Case, arguments: Mapping[str, Any], kind: Kind) -> dict[str, Any]:
    """What a department asks for."""
    ready: dict[str, Any] = {}
    if kind == "extend":
        if case.limit_kind is None:
            raise Conflict(f"案件 {case.number} 没有处置时限，不需要延期。")
        unit = KIND_NAMES[case.limit_kind]
        said = arguments.get("unit")
        if not arguments.get("amount") or (said in _COUNTS and case.limit_kind not in _COUNTS[said]):
            raise NeedsAnswer("amount", f"请说明要延长多少个{unit}（这个案件按{unit}计算）。")
        amount = float(arguments["amount"])
        ready = {"amount": int(amount) if amount.is_integer() else amount, "unit": unit}
    reason = reason_in(arguments.get("reason"))
    if reason is None:
        raise NeedsAnswer("reason", f"请说明申请{NAMES[kind]}的原因。")
    return {**ready, "reason": reason}


async def _decided(
    steps: CaseSteps, case: Case, arguments: Mapping[str, Any], kind: Kind, call: Call
) -> dict[str, Any]:
    """What the supervisor decides: the waiting request, or a suspension of their own."""
    waiting = [each for each in await steps.cases.approvals(case.number, call.principal) if _waits(each, kind)]
    reason = reason_in(arguments.get("reason"))
    if not waiting and kind == "extend":
        raise Conflict(f"案件 {case.number} 没有等待审批的延期申请；延期要由承办部门先申请。")
    if not waiting:
        if reason is None:
            raise NeedsAnswer("reason", "请说明挂账的原因。")
        return {"reason": reason}
    verdict = next((row[0] for row in VERDICTS if str(arguments.get("decision") or "").strip() in row), None)
    asked = _words(waiting[0], case)
    if verdict is None:
        raise NeedsAnswer("decision", f"部门申请：{asked}。同意还是不同意？", ("同意", "不同意"))
    return {
        "decision": verdict,
        **({"reason": reason} if reason else {}),
        "asked": asked,
        "approval": waiting[0].id,
    }


def _waits(approval: Approval, kind: Kind) -> bool:
    return approval.status == "pending" and approval.kind == kind


def _words(approval: Approval, case: Case) -> str:
    unit = KIND_NAMES.get(case.limit_kind or "", "")
    much = f"{approval.value:g}个{unit}，" if approval.value else ""
    return f"{NAMES[approval.kind]}{much or '，'}原因：{approval.reason}"


async def _answer(steps: CaseSteps, approval: Approval, call: Call) -> Mapping[str, Any]:
    """The request with what it means for the case."""
    case = await steps.cases.get(approval.case_number, call.principal)
    names = ("status_name", "deadline_at", "limit_kind")
    view = case.view()
    return {**asdict(approval), "number": approval.case_number, **{name: view.get(name) for name in names}}


def _extend(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.extend", title="延期", effect="write", roles=ASKERS, say=say_approval, examples=phrases.EXTEND,
        prepare=_prepare(steps, "extend"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_extend(
        number: Annotated[str, CASE_NO],
        call: CallArgument,
        amount: Annotated[float | None, Slot("number", "延长多少", ask=ASK_AMOUNT)] = None,
        reason: Annotated[str | None, Slot("text", "原因", ask="请说明申请延期的原因。")] = None,
        decision: Annotated[str | None, DECISION] = None,
        unit: Annotated[str | None, Slot("enum", "单位", choices=UNITS)] = None,
        asked: Annotated[str | None, ASKED] = None,
        approval: Annotated[int | None, APPROVAL] = None,
        category_name: Annotated[str | None, DERIVED_CATEGORY] = None,
        address: Annotated[str | None, DERIVED_ADDRESS] = None,
        status_name: Annotated[str | None, DERIVED_STATUS] = None,
    ) -> Mapping[str, Any]:
        """处置部门申请延长处置时限，写明延多久和原因；值班长审批部门的延期申请。"""
        if approval is not None:
            found = await steps.cases.decide(approval, decision == "approve", reason, call.principal, write_key(call))
        else:
            body = {"kind": "extend", "reason": reason or "", "value": amount}
            found = await steps.cases.ask(number, body, call.principal, write_key(call))
        return await _answer(steps, found, call)

    return case_extend


def _suspend(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.suspend", title="挂账", effect="write", roles=ASKERS, say=say_approval, examples=phrases.SUSPEND,
        prepare=_prepare(steps, "suspend"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_suspend(
        number: Annotated[str, CASE_NO],
        call: CallArgument,
        reason: Annotated[str | None, Slot("text", "原因", ask="请说明挂账的原因。")] = None,
        decision: Annotated[str | None, DECISION] = None,
        asked: Annotated[str | None, ASKED] = None,
        approval: Annotated[int | None, APPROVAL] = None,
        category_name: Annotated[str | None, DERIVED_CATEGORY] = None,
        address: Annotated[str | None, DERIVED_ADDRESS] = None,
        status_name: Annotated[str | None, DERIVED_STATUS] = None,
    ) -> Mapping[str, Any]:
        """处置部门申请把暂时无法处理的案件挂账，写明原因；值班长审批，也可以直接挂账。"""
        key = write_key(call)
        if approval is not None:
            found = await steps.cases.decide(approval, decision == "approve", reason, call.principal, key)
            return await _answer(steps, found, call)
        if "supervisor" in call.principal.roles:
            return await steps.step(number, Step("suspended", reason=reason), call)
        found = await steps.cases.ask(number, {"kind": "suspend", "reason": reason or ""}, call.principal, key)
        return await _answer(steps, found, call)

    return case_suspend
