"""The life of a case: its states in Chinese, who may move it from one to the next, and who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..principal import Principal

STATES: Mapping[str, str] = {
    "reported": "待受理",
    "verifying": "核实中",
    "accepted": "待立案",
    "filed": "待派遣",
    "dispatched": "已派遣",
    "returned": "回退",
    "processing": "处理中",
    "feedback": "待核查",
    "rework": "返工",
    "suspended": "挂账",
    "closed": "结案",
    "void": "不予立案",
}
FINAL = frozenset(("closed", "void"))
NEXT_STEPS: Mapping[str, str] = {
    "reported": "接下来由受理员受理，符合条件的会立案派遣。",
    "verifying": "正在安排人员到现场核实。",
    "accepted": "已受理，正在等待立案。",
    "filed": "已立案，正在安排处置部门。",
    "dispatched": "已派给处置部门，等待接收。",
    "returned": "处置部门已退回，正在重新安排。",
    "processing": "处置部门正在处理。",
    "feedback": "处置部门已反馈，等待核查。",
    "rework": "核查未通过，正在返工。",
    "suspended": "暂时无法处理，已挂账。",
    "closed": "案件已结案。",
    "void": "案件未予立案。",
}
_DESK = frozenset(("acceptor", "supervisor"))
_CHIEF = frozenset(("supervisor",))
_SENDER = frozenset(("dispatcher", "supervisor"))
_UNIT = frozenset(("department",))
TRANSITIONS: Mapping[tuple[str, str], frozenset[str]] = {
    ("reported", "verifying"): _DESK,
    ("reported", "accepted"): _DESK,
    ("reported", "void"): _DESK,
    ("reported", "closed"): frozenset(("grid", "supervisor")),
    ("verifying", "accepted"): _DESK,
    ("verifying", "void"): _DESK,
    ("accepted", "filed"): _CHIEF,
    ("accepted", "void"): _CHIEF,
    ("filed", "dispatched"): _SENDER,
    ("filed", "void"): _CHIEF,
    ("dispatched", "processing"): _UNIT,
    ("dispatched", "returned"): _UNIT,
    ("returned", "dispatched"): _SENDER,
    ("returned", "void"): _CHIEF,
    ("processing", "feedback"): _UNIT,
    ("processing", "suspended"): _CHIEF,
    ("processing", "returned"): _UNIT,
    ("feedback", "closed"): _CHIEF,
    ("feedback", "rework"): _CHIEF,
    ("rework", "feedback"): _UNIT,
    ("suspended", "processing"): _SENDER,
    ("suspended", "closed"): _CHIEF,
}
NEEDS_REASON = frozenset(("void", "returned", "suspended", "rework"))
TIMESTAMP: Mapping[str, str] = {
    "accepted": "accepted_at",
    "filed": "filed_at",
    "dispatched": "dispatched_at",
    "processing": "received_at",
    "feedback": "finished_at",
    "suspended": "suspended_at",
    "closed": "closed_at",
}
OPEN_TO_APPEAL = ("feedback", "rework", "closed")
"""The states in which a department may contest what was found."""
TO_HANDLE = ("dispatched", "returned", "processing", "rework")
"""The states in which the handling unit's time runs."""
VERIFY_RESULTS: Mapping[str, str] = {"exist": "问题存在", "not_exist": "问题不存在", "unable": "无法核实"}
CHECK_RESULTS: Mapping[str, str] = {"pass": "核查通过", "not_pass": "核查不通过", "unable": "无法核查"}
APPEALS: Mapping[str, str] = {"pending": "等待裁定", "approved": "申诉成立", "rejected": "申诉不成立"}
SEES_ALL = frozenset(("acceptor", "dispatcher", "supervisor"))
MAY_VERIFY = frozenset(("grid", "acceptor", "supervisor"))
MAY_CHECK = frozenset(("grid", "supervisor"))
MAY_MEASURE = frozenset(("supervisor", "department"))
MAY_ALERT = frozenset(("supervisor", "dispatcher"))


@dataclass(frozen=True)
class Scope:
    """Which cases a person may see: all, or those matching any of the fields, and what they reported."""

    everything: bool
    reporter: str
    grids: tuple[str, ...] = ()
    department: str | None = None

    def in_charge(self, case: Mapping[str, object]) -> bool:
        """Whether the person's duty (not their report) gives them the case."""
        return (
            self.everything
            or (case["duty_grid"] is not None and case["duty_grid"] in self.grids)
            or (case["grid"] is not None and case["grid"] in self.grids)
            or (self.department is not None and case["department"] == self.department)
        )

    def covers(self, case: Mapping[str, object]) -> bool:
        """Whether the case lies within; `own` is this person's report of it, where there is one."""
        return case["own"] is not None or self.in_charge(case)


def scope_of(who: Principal) -> Scope:
    """Everybody sees what they reported; the grid its grids, a department its cases, the centre all."""
    return Scope(
        everything=bool(who.roles & SEES_ALL),
        reporter=who.id,
        grids=who.grids if "grid" in who.roles else (),
        department=who.department if "department" in who.roles else None,
    )
