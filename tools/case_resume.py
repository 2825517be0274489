"""A tool to let a case that rested go on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from .case_steps import (
    CASE_NO,
    DERIVED_ADDRESS,
    DERIVED_CATEGORY,
    DERIVED_STATUS,
    DERIVED_VERSION,
    CaseSteps,
    reason_in,
)
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict
from .staff_phrases import RESUME
from .telling import say_moved
from .unified import Platform, Step

RESUMERS = frozenset(("dispatcher", "supervisor"))


def case_resume_tools(platform: Platform) -> list[BaseTool]:
    """Going on with a case."""
    steps = CaseSteps(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        case = await steps.look(arguments, call)
        if case.status != "suspended":
            raise Conflict(f"案件 {case.number} 现在是“{case.status_name}”，没有挂账，不用恢复。")
        ready = await steps.prepared(arguments, call, "processing")
        reason = reason_in(arguments.get("reason"))
        return {"number": ready["number"], **({"reason": reason} if reason else {}), **ready}

    @tool(
        "case.resume", title="恢复处理", effect="write", roles=RESUMERS, say=say_moved, examples=RESUME,
        prepare=prepare, object_id="number", timeout_s=20.0,
    )  # fmt: skip
    async def case_resume(
        number: Annotated[str, CASE_NO],
        call: CallArgument,
        reason: Annotated[str | None, Slot("text", "说明")] = None,
        category_name: Annotated[str | None, DERIVED_CATEGORY] = None,
        address: Annotated[str | None, DERIVED_ADDRESS] = None,
        status_name: Annotated[str | None, DERIVED_STATUS] = None,
        version: Annotated[str | None, DERIVED_VERSION] = None,
    ) -> Mapping[str, Any]:
        """把挂账的案件恢复处理，处置时限按挂账前剩下的时间接着算。"""
        return await steps.step(number, Step("processing", reason=reason, version=version), call)

    return [case_resume]
