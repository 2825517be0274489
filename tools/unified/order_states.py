"""The life of a hotline order: its states, who may move it from one to the next, who may see it."""

from __future__ import annotations

from collections.abc import Mapping

from ..principal import Principal
from .lifecycle import SEES_ALL

ORDER_STATES: Mapping[str, str] = {
    "received": "待受理",
    "talking": "人工接待中",
    "accepted": "待派遣",
    "manual": "待人工研判",
    "dispatched": "办理中",
    "returned": "已退回，待改派",
    "replied": "已答复，待回访",
    "reopened": "重办，待派遣",
    "closed": "已办结",
    "refused": "不予受理",
}
ORDER_FINAL = frozenset(("closed", "refused"))
ORDER_NEXT: Mapping[str, str] = {
    "received": "接下来由受理员受理。",
    "talking": "工作人员正在接待。",
    "accepted": "已受理，正在安排承办单位。",
    "manual": "正在由派遣员人工研判派给哪个单位。",
    "dispatched": "承办单位正在办理。",
    "returned": "承办单位已退回，正在重新安排。",
    "replied": "承办单位已答复，等待回访。",
    "reopened": "正在重新安排办理。",
    "closed": "工单已办结。",
    "refused": "工单未予受理。",
}
DESK = frozenset(("acceptor", "supervisor"))
SENDERS = frozenset(("dispatcher", "supervisor"))
UNIT = frozenset(("department",))
POSTS = ("acceptor", "dispatcher", "supervisor")
TALKERS = frozenset(POSTS)
"""Who may speak with a citizen in place of the agents."""
ORDER_MOVES: Mapping[tuple[str, str], frozenset[str]] = {
    ("received", "accepted"): DESK,
    ("received", "talking"): TALKERS,
    ("received", "replied"): DESK,
    ("received", "refused"): DESK,
    ("talking", "accepted"): DESK,
    ("talking", "replied"): TALKERS,
    ("accepted", "dispatched"): SENDERS,
    ("accepted", "manual"): SENDERS,
    ("manual", "dispatched"): SENDERS,
    ("dispatched", "returned"): UNIT,
    ("dispatched", "replied"): UNIT,
    ("returned", "dispatched"): SENDERS,
    ("returned", "manual"): SENDERS,
    ("replied", "closed"): DESK,
    ("replied", "reopened"): DESK,
    ("closed", "reopened"): DESK | {"citizen"},
    ("reopened", "dispatched"): SENDERS,
    ("reopened", "manual"): SENDERS,
}
NATURES: Mapping[str, str] = {
    "request": "求决",
    "complaint": "投诉",
    "question": "咨询",
    "suggestion": "建议",
    "praise": "感谢",
    "other": "其他",
}
CHANNELS: Mapping[str, str] = {"phone": "电话", "web": "网站", "app": "手机应用", "chat": "在线对话", "board": "留言板"}
SATISFACTION: Mapping[str, str] = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "basic": "基本满意",
    "dissatisfied": "不满意",
}


def in_charge_of(who: Principal, row: Mapping[str, object]) -> bool:
    """Whether a post (not the own demand) gives the person an order: the centre all, a unit its own."""
    mine = who.department is not None and "department" in who.roles
    return bool(who.roles & SEES_ALL) or (mine and row["lead_unit"] == who.department)


def post_of(who: Principal) -> str | None:
    """In which post of the desk somebody speaks; None for a citizen."""
    return next((post for post in POSTS if post in who.roles), None)
