"""Tools of the centre for several cases at once: watch them, or find that they are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from langchain_core.tools import BaseTool

from . import staff_phrases as phrases
from .case_steps import case_numbers, reason_in, write_key
from .cases import district_code, due_range
from .define import Call, CallArgument, Slot, tool
from .errors import Conflict, NeedsAnswer, NotFound, ToolError
from .states_said import DUE_CHOICES
from .telling import say_merged, say_supervised
from .unified import FINAL, Case, CaseQuery, Cases, Platform

CHIEF = frozenset(("supervisor",))
MOST = 50
ASK_NUMBERS = "请告诉我案件编号，可以一次说几个。"
ASK_WHICH = "请说明督办哪些案件：可以给出案件编号，或者说明范围，例如“洪山区已超期的”。"


def case_centre_tools(platform: Platform) -> list[BaseTool]:
    """Supervision and merging."""
    return [_supervise(platform), _merge(platform)]


def _supervise(platform: Platform) -> BaseTool:
    cases = Cases(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        rows = await _chosen(platform, arguments, call)
        reason = reason_in(arguments.get("reason")) or "请抓紧处置并反馈"
        listed = "、".join(f"{case.number}（{case.category_name}，{case.department or '未派遣'}）" for case in rows)
        named = case_numbers(arguments.get("number"))
        kept = {name: arguments[name] for name in ("district", "due") if arguments.get(name) and not named}
        numbers = [case.number for case in rows]
        return {**kept, "reason": reason, "count": len(rows), "listed": listed, "chosen": numbers}

    @tool(
        "case.supervise", title="督办案件", effect="write", roles=CHIEF, say=say_supervised,
        examples=phrases.SUPERVISE, prepare=prepare, timeout_s=25.0,
    )  # fmt: skip
    async def case_supervise(
        call: CallArgument,
        number: Annotated[str | None, Slot("case_no", "案件编号", shown=True)] = None,
        district: Annotated[str | None, Slot("district", "所在区")] = None,
        due: Annotated[str | None, Slot("enum", "时限", choices=DUE_CHOICES)] = None,
        reason: Annotated[str | None, Slot("text", "督办意见")] = None,
        count: Annotated[int | None, Slot("number", "件数", derived=True)] = None,
        listed: Annotated[str | None, Slot("text", "案件", derived=True)] = None,
        chosen: Annotated[list[str] | None, Slot("text", "编号", derived=True, shown=False)] = None,
    ) -> Mapping[str, Any]:
        """督办案件：给出编号，或给出范围（某区已超期、今天下班前到期的），只督办核对过的这些。"""
        if chosen is None:
            ready = await prepare({"number": number, "district": district, "due": due, "reason": reason}, call)
            chosen, reason = ready["chosen"], ready["reason"]
        done = await cases.supervise(chosen, reason or "", call.principal, write_key(call))
        return {"numbers": list(done), "reason": reason}

    return case_supervise


async def _chosen(platform: Platform, arguments: Mapping[str, Any], call: Call) -> list[Case]:
    """The open cases that are meant: by number, or all of a range, but never more than a person can check."""
    cases = Cases(platform)
    numbers = case_numbers(arguments.get("number")) or case_numbers(arguments.get("reason"))
    if numbers:
        rows = [await cases.get(number, call.principal) for number in numbers[:MOST]]
        for case in rows:
            if case.status in FINAL:
                raise Conflict(f"案件 {case.number} 已是“{case.status_name}”状态，不能督办。")
        return rows
    value = due_range(arguments.get("due"))
    if value is None:
        raise NeedsAnswer("due", ASK_WHICH, tuple(row[1] for row in DUE_CHOICES))
    district = await district_code(platform, arguments.get("district"))
    query = CaseQuery(due=value, district=district, supervised=False, size=MOST)  # type: ignore[call-arg]
    found = await cases.search(query, call.principal)
    if not found.total:
        raise NotFound("没有查到符合条件、还没有督办的案件。")
    if found.total > MOST:
        raise ToolError(f"符合条件的有 {found.total} 件，一次最多督办 {MOST} 件，请加上所在区缩小范围。")
    return list(found.cases)


async def _same_kind(platform: Platform, rows: Sequence[Case]) -> None:
    """Say at once that cases of different classes are not one problem."""
    groups = {found.group for case in rows if (found := await platform.category(case.category_code))}
    if len(groups) > 1:
        listed = "；".join(f"{case.number}，{case.category_name}" for case in rows)
        raise Conflict(f"这些案件不是同一类问题，不能并案：{listed}。")


def _merge(platform: Platform) -> BaseTool:
    cases = Cases(platform)

    async def prepare(arguments: dict[str, Any], call: Call) -> dict[str, Any]:
        numbers = case_numbers(arguments.get("numbers"))
        if len(numbers) < 2:
            raise NeedsAnswer("numbers", f"并案至少要有两个案件。{ASK_NUMBERS}")
        rows = [await cases.get(number, call.principal) for number in numbers]
        for case in rows:
            if case.status in FINAL:
                raise Conflict(f"案件 {case.number} 已是“{case.status_name}”状态，不能并案。")
        await _same_kind(platform, rows)
        rows.sort(key=lambda case: (case.reported_at, case.number))
        reason = reason_in(arguments.get("reason"))
        return {
            "numbers": "、".join(case.number for case in rows),
            **({"reason": reason} if reason else {}),
            "master": rows[0].number,
            "listed": "；".join(f"{case.number}，{case.category_name}，{case.address}" for case in rows),
        }

    @tool(
        "case.merge", title="并案", effect="write", roles=CHIEF, say=say_merged, examples=phrases.MERGE,
        prepare=prepare, timeout_s=25.0,
    )  # fmt: skip
    async def case_merge(
        numbers: Annotated[str, Slot("text", "案件编号", ask=ASK_NUMBERS)],
        call: CallArgument,
        reason: Annotated[str | None, Slot("text", "说明")] = None,
        master: Annotated[str | None, Slot("case_no", "主案（最早）", derived=True)] = None,
        listed: Annotated[str | None, Slot("text", "案件", derived=True)] = None,
    ) -> Mapping[str, Any]:
        """把几个同一问题的案件并成一个，以最早的为主案，其他上报人会收到通知，仍可查看。"""
        chosen = case_numbers(numbers)
        if len(chosen) < 2:
            raise ToolError(f"并案至少要有两个案件。{ASK_NUMBERS}")
        done = await cases.merge(chosen, reason, call.principal, write_key(call))
        return {"master": done.master.view(), "merged": list(done.merged)}

    return case_merge
