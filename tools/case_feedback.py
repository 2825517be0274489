"""What is said of a case afterwards: how satisfied its reporter is, and why its department contests what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .case_approvals import APPROVAL, ASKED, ASKERS, DECISION, VERDICTS
from .case_feedback_phrases import APPEAL, RATE
from .case_steps import CASE_NO, DERIVED_ADDRESS, DERIVED_CATEGORY, DERIVED_STATUS, CaseSteps, reason_in, write_key
from .cases import REPORTERS
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer
from .orders_staff import SATISFIED
from .unified import Case, Platform
from .unified.lifecycle import APPEALS, OPEN_TO_APPEAL
from .unified.order_states import SATISFACTION

ASK_RATING = "您对这个案件的处理满意吗？"
ASK_WHY = "请说明申诉的理由。"
RATING = Slot("enum", "满意度", ask=ASK_RATING, choices=SATISFIED)
Number = Annotated[str, CASE_NO]
Category = Annotated[str | None, DERIVED_CATEGORY]
Address = Annotated[str | None, DERIVED_ADDRESS]
Status = Annotated[str | None, DERIVED_STATUS]


def case_feedback_tools(platform: Platform) -> list[BaseTool]:
    """Rating and appeal."""
    steps = CaseSteps(platform)
    return [_rate(steps), _appeal(steps)]


def _shown(case: Case) -> dict[str, Any]:
    return {"category_name": case.category_name, "address": case.address, "status_name": case.status_name}


def _rate(steps: CaseSteps) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        if case.status != "closed":
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，结案以后才能评价。")
        if case.satisfaction is not None:
            raise Conflict(f"案件 {case.number} 已经评价过了：{SATISFACTION[case.satisfaction]}。")
        given = arguments.get("satisfaction")
        if given not in SATISFACTION:
            raise NeedsAnswer("satisfaction", ASK_RATING, tuple(SATISFACTION.values()))
        note = reason_in(arguments.get("note"))
        return {"number": case.number, "satisfaction": given, **({"note": note} if note else {}), **_shown(case)}

    @tool(
        "case.rate", title="评价案件", effect="write", roles=REPORTERS, say=say_rated, examples=RATE,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_rate(
        number: Number,
        call: CallArgument,
        satisfaction: Annotated[str | None, RATING] = None,
        note: Annotated[str | None, Slot("text", "评价说明")] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """给自己上报、已经结案的案件评价满意度，每个案件评价一次。"""
        found = await steps.cases.rate(number, str(satisfaction), note, call.principal, write_key(call))
        return found.view()

    return case_rate


def say_rated(case: Mapping[str, Any]) -> str:
    """A rated case."""
    said = f"已记下您对案件 {case['number']} 的评价：{SATISFACTION[case['satisfaction']]}。"
    again = "问题没有解决的话，可以重新上报，或者转人工。" if case["satisfaction"] == "dissatisfied" else ""
    return said + again


def _appeal(steps: CaseSteps) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        reason = reason_in(arguments.get("reason"))
        if "supervisor" in call.principal.roles:
            return {"number": case.number, **await _decided(steps, case, arguments, call), **_shown(case)}
        if case.status not in OPEN_TO_APPEAL:
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，不能申诉。")
        if case.appeal_status is not None:
            raise Conflict(f"案件 {case.number} 已经申诉过一次：{APPEALS[case.appeal_status]}。")
        if reason is None:
            raise NeedsAnswer("reason", ASK_WHY)
        return {"number": case.number, "reason": reason, **_shown(case)}

    @tool(
        "case.appeal", title="案件申诉", effect="write", roles=ASKERS, say=say_appeal, examples=APPEAL,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_appeal(
        number: Number,
        call: CallArgument,
        reason: Annotated[str | None, Slot("text", "理由", ask=ASK_WHY)] = None,
        decision: Annotated[str | None, DECISION] = None,
        asked: Annotated[str | None, ASKED] = None,
        approval: Annotated[int | None, APPROVAL] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
    ) -> Mapping[str, Any]:
        """处置部门对返工或结案时的责任认定提出申诉，写明理由；值班长裁定。每个案件申诉一次。"""
        key = write_key(call)
        if approval is not None:
            found = await steps.cases.decide(approval, decision == "approve", reason, call.principal, key)
        else:
            found = await steps.cases.ask(number, {"kind": "appeal", "reason": reason or ""}, call.principal, key)
        return {**asdict(found), "number": found.case_number}

    return case_appeal


async def _decided(steps: CaseSteps, case: Case, arguments: Mapping[str, Any], call: Call) -> dict[str, Any]:
    """What the supervisor decides about the waiting appeal."""
    found = await steps.cases.approvals(case.number, call.principal)
    waiting = next((each for each in found if each.kind == "appeal" and each.status == "pending"), None)
    if waiting is None:
        raise Conflict(f"案件 {case.number} 没有等待裁定的申诉；申诉要由承办部门先提出。")
    given = str(arguments.get("decision") or "").strip()
    verdict = next((row[0] for row in VERDICTS if given in row), None)
    if verdict is None:
        raise NeedsAnswer("decision", f"部门申诉的理由：{waiting.reason}。同意还是不同意？", ("同意", "不同意"))
    reason = reason_in(arguments.get("reason"))
    kept = {"reason": reason} if reason else {}
    return {"decision": verdict, **kept, "asked": f"申诉，理由：{waiting.reason}", "approval": waiting.id}


def say_appeal(found: Mapping[str, Any]) -> str:
    """An appeal that waits, or was decided."""
    said = f"案件 {found['number']} 的申诉：{APPEALS[found['status']]}。理由：{found['reason']}。"
    return said + (f"裁定说明：{found['note']}。" if found.get("note") else "")
