"""Staff tools that move a case on: accept, file, dispatch, return, feed back, close, rework, void."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from . import staff_phrases as phrases
from .case_steps import (
    CASE_NO,
    DERIVED_ADDRESS,
    DERIVED_CATEGORY,
    DERIVED_STATUS,
    DERIVED_VERSION,
    FORCED,
    FORCED_REASON,
    PHOTOS,
    REASON,
    CaseSteps,
    pictures,
    reason_in,
)
from .components import entry_of
from .define import Call, CallArgument, Prepare, Slot, tool
from .errors import NeedsAnswer
from .gazetteer import bundled_gazetteer
from .sending import by_list, entry_warning, settled_unit
from .telling import say_moved
from .unified import Case, Platform, Step
from .unified.components import Components

DESK = frozenset(("acceptor", "supervisor"))
CHIEF = frozenset(("supervisor",))
SENDERS = frozenset(("dispatcher", "supervisor"))
UNIT = frozenset(("department",))
ASK_UNIT = "请说明派给哪个部门，例如“江汉区市政维修所”。"
ASK_BASIS = "请说明退回的依据，例如责任清单的条目，或者权属单位是谁。"

Number = Annotated[str, CASE_NO]
Category = Annotated[str | None, DERIVED_CATEGORY]
Address = Annotated[str | None, DERIVED_ADDRESS]
Status = Annotated[str | None, DERIVED_STATUS]
Version = Annotated[str | None, DERIVED_VERSION]


def staff_case_tools(platform: Platform) -> list[BaseTool]:
    """The steps of a case, for the posts that may make them."""
    steps = CaseSteps(platform)
    makers = (_accept, _file, _return, _feedback, _close, _rework, _void)
    return [*(make(steps) for make in makers), _dispatch(steps, platform)]


def _prepare(steps: CaseSteps, to: str, *, reason: str | None = None) -> Prepare:
    """The usual preparation; `reason` is the question put when a reason is needed and missing."""

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        ready = await steps.prepared(arguments, call, to)
        given = reason_in(arguments.get("reason"))
        if reason and given is None:
            raise NeedsAnswer("reason", reason)
        kept = {name: arguments[name] for name in ("photos", "forced") if arguments.get(name)}
        return {"number": ready["number"], **({"reason": given} if given else {}), **kept, **ready}

    return prepare


def _accept(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.accept", title="受理案件", effect="write", roles=DESK, say=say_moved, examples=phrases.ACCEPT,
        prepare=_prepare(steps, "accepted"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_accept(
        number: Number,
        call: CallArgument,
        forced: Annotated[bool, FORCED] = False,
        reason: Annotated[str | None, FORCED_REASON] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """受理一个上报的案件，转入待立案；正在核实的案件要先有核实结果，值班长可以特批（写明原因）。"""
        return await steps.step(number, Step("accepted", reason=reason, forced=forced, version=version), call)

    return case_accept


def _file(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.file", title="立案", effect="write", roles=CHIEF, say=say_moved, examples=phrases.FILE,
        prepare=_prepare(steps, "filed"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_file(
        number: Number,
        call: CallArgument,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """给已受理的案件立案，按当天生效的立案标准确定处置时限。"""
        return await steps.step(number, Step("filed", version=version), call)

    return case_file


def _dispatch(steps: CaseSteps, platform: Platform) -> BaseTool:
    duties = Components(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        ready = await steps.prepared(arguments, call, "dispatched")
        case, basis = await steps.look(arguments, call), reason_in(arguments.get("basis"))
        sent = await _unit_of(duties, case, arguments.get("department"), basis)
        if case.status == "returned" and case.department == sent.unit and sent.basis is None:
            question = f"案件是{sent.unit}退回的。再派给它要说明新的依据，请补充，或者改派其他部门。"
            raise NeedsAnswer("basis", question)
        told = {"basis": sent.basis, "warning": sent.warning}
        return {
            "number": ready["number"],
            "department": sent.unit,
            **{key: value for key, value in told.items() if value},
            **ready,
        }

    @tool(
        "case.dispatch", title="派遣案件", effect="write", roles=SENDERS, say=say_moved, examples=phrases.DISPATCH,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_dispatch(
        number: Number,
        department: Annotated[str, Slot("unit", "处置部门", ask=ASK_UNIT)],
        call: CallArgument,
        basis: Annotated[str | None, Slot("text", "派遣依据")] = None,
        warning: Annotated[str | None, Slot("text", "提醒", derived=True)] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """把立案或被退回的案件派给处置部门；写“责任清单”时按清单派给牵头单位，派给刚退回它的部门要写明新的依据。"""
        return await steps.step(number, Step("dispatched", department=department, basis=basis, version=version), call)

    return case_dispatch


@dataclass(frozen=True)
class _Sent:
    """To which unit, on what basis, and what should be seen before the yes."""

    unit: str
    basis: str | None
    warning: str | None


async def _unit_of(duties: Components, case: Case, said: object, basis: str | None) -> _Sent:
    """The unit that is named; where the responsibility list shall decide, its lead unit with the entry."""
    if by_list(said) or (not said and by_list(basis)):
        if not case.district:
            raise NeedsAnswer("department", f"案件的所在区不明，不能按责任清单派。{ASK_UNIT}")
        duty = await duties.duty(case.category_code, case.district)
        return _Sent(duty.unit, duty.basis, None)
    entry = entry_of(str(said or ""), bundled_gazetteer())
    found = settled_unit(said, case.district_name, handling=True, slot="department", ask=ASK_UNIT)
    unit = found.name or ""
    basis = basis or (entry.basis if entry else None)
    told = [each for each in (found.warning, entry_warning(basis, unit)) if each]
    return _Sent(unit, basis, "；".join(told) or None)


def _return(steps: CaseSteps) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        ready = await steps.prepared(arguments, call, "returned")
        reason, basis = reason_in(arguments.get("reason")), reason_in(arguments.get("basis"))
        if reason is None:
            raise NeedsAnswer("reason", "请说明为什么退回。")
        if basis is None:
            raise NeedsAnswer("basis", ASK_BASIS)
        return {"number": ready["number"], "reason": reason, "basis": basis, **ready}

    @tool(
        "case.return", title="退回案件", effect="write", roles=UNIT, say=say_moved, examples=phrases.RETURN,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_return(
        number: Number,
        reason: Annotated[str, REASON],
        call: CallArgument,
        basis: Annotated[str | None, Slot("text", "退回依据", ask=ASK_BASIS)] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """处置部门把派错的案件退回派遣员，写明原因和依据。"""
        return await steps.step(number, Step("returned", reason=reason, basis=basis, version=version), call)

    return case_return


_RECEIVE, _REPORT = "接收案件，开始处理", "反馈处理完成，等待核查"
_RECEIVE_FIRST = "先接收案件；接收以后还要再反馈一次处理结果"


def _feedback(steps: CaseSteps) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        to = "processing" if case.status == "dispatched" else "feedback"
        ready = await steps.prepared(arguments, call, to)
        note = reason_in(arguments.get("note"))
        step = _RECEIVE if to == "processing" and not note else _RECEIVE_FIRST if to == "processing" else _REPORT
        kept = {"photos": arguments["photos"]} if arguments.get("photos") else {}
        return {"number": ready["number"], **({"note": note} if note else {}), **kept, **ready, "step": step}

    @tool(
        "case.feedback", title="接收或反馈案件", effect="write", roles=UNIT, say=say_moved, examples=phrases.FEEDBACK,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_feedback(
        number: Number,
        call: CallArgument,
        note: Annotated[str | None, Slot("text", "处理情况")] = None,
        photos: Annotated[list[str] | None, PHOTOS] = None,
        step: Annotated[str | None, Slot("text", "办理", derived=True)] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """处置部门接收派来的案件；处理完成后反馈结果和处理后的照片，转入核查。"""
        case = await steps.look({"number": number}, call)
        to = "processing" if case.status == "dispatched" else "feedback"
        after = pictures(photos, "after")
        moved = await steps.step(number, Step(to, reason=note, photos=after, version=version), call)
        return {**moved, "note": note}

    return case_feedback


def _close(steps: CaseSteps) -> BaseTool:
    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        ready = await steps.prepared(arguments, call, "closed")
        case = await steps.look(arguments, call)
        photos = list(arguments.get("photos") or ())
        if case.status == "reported" and len(photos) < 2:
            raise NeedsAnswer("photos", "自行处理结案要附两张照片：先处理前，后处理后。请先上传照片。")
        reason = reason_in(arguments.get("reason"))
        forced = arguments.get("forced") in (True, "true")
        if case.status == "feedback" and case.check_result != "pass" and not (forced and reason):
            raise NeedsAnswer("reason", FORCED_REASON.ask) if forced else NeedsAnswer("forced", _ASK_FORCED)
        kept: dict[str, Any] = {"photos": photos} if photos else {}
        kept |= {"forced": True} if forced else {}
        return {"number": ready["number"], **({"reason": reason} if reason else {}), **kept, **ready}

    @tool(
        "case.close", title="结案", effect="write", roles=CHIEF | {"grid"}, say=say_moved, examples=phrases.CLOSE,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_close(
        number: Number,
        call: CallArgument,
        forced: Annotated[bool, FORCED] = False,
        reason: Annotated[str | None, FORCED_REASON] = None,
        photos: Annotated[list[str] | None, PHOTOS] = None,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """核查通过以后结案（值班长）；网格员把自己当场处理好的上报结案，附处理前和处理后的照片。"""
        given = list(photos or ())
        shown = (*pictures(given[:1], "before"), *pictures(given[1:], "after"))
        step = Step("closed", reason=reason, photos=shown, forced=forced, version=version)
        return await steps.step(number, step, call)

    return case_close


_ASK_FORCED = "这个案件还没有“核查通过”的结果。请先安排核查；确实要特批结案，请回复“特批”并说明原因。"


def _rework(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.rework", title="返工", effect="write", roles=CHIEF, say=say_moved, examples=phrases.REWORK,
        prepare=_prepare(steps, "rework", reason="请说明哪里没有处理到位。"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_rework(
        number: Number,
        reason: Annotated[str, Slot("text", "返工原因", ask="请说明哪里没有处理到位。")],
        call: CallArgument,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """核查没有通过的案件退给处置部门返工，写明原因；返工次数加一。"""
        return await steps.step(number, Step("rework", reason=reason, version=version), call)

    return case_rework


def _void(steps: CaseSteps) -> BaseTool:
    @tool(
        "case.void", title="不予立案", effect="write", roles=DESK, say=say_moved, examples=phrases.VOID,
        prepare=_prepare(steps, "void", reason="请说明不予立案的原因。"), object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_void(
        number: Number,
        reason: Annotated[str, Slot("text", "不予立案原因", ask="请说明不予立案的原因。")],
        call: CallArgument,
        forced: Annotated[bool, FORCED] = False,
        category_name: Category = None,
        address: Address = None,
        status_name: Status = None,
        version: Version = None,
    ) -> Mapping[str, Any]:
        """不予受理或不予立案，写明原因；正在核实的案件要先有核实结果，值班长可以特批。"""
        return await steps.step(number, Step("void", reason=reason, forced=forced, version=version), call)

    return case_void
