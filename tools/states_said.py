"""What people call the states of cases and orders, and groups of them: what waits for whom."""

from __future__ import annotations

from collections.abc import Collection

from .unified.lifecycle import STATES
from .unified.order_states import ORDER_STATES

Choices = tuple[tuple[str, ...], ...]
TO_DO = "todo"
_OPEN = (
    "未办结", "没办完", "还在办", "未结案", "在办", "没办结", "未办完", "没结案", "没结的", "还没结", "没处理完",
    "没弄完", "未完结",
    "没完结", "没有办结", "没有办完", "没有结案", "没有处理完", "没有完成", "没办好", "没处理好的",
)  # fmt: skip
_WORK = (
    *(
        f"{has}{what}"
        for has in ("有什么", "有啥", "有么", "有么事", "有哪些", "有没有", "还有什么", "还有啥", "有几个", "有多少")
        for what in ("活", "活儿", "活要干", "要办的", "要处理的", "要做的", "要干的", "待办")
    ),
    "要办哪些",
    "要办什么",
    "要办啥",
    "要干什么活",
    "要干啥活",
    "要做哪些事",
    "手上有什么活",
)
_WHEN = ("", "我", "我们", "今天", "今天我", "今天我们", "我今天", "我们今天", "今天还", "现在", "我现在", "我们现在")
FOR_ME = (
    "待我办理", "待我处理", "待我办", "等我处理", "等我办", "要我处理", "要我办", "我要处理", "我要办的", "该我办",
    "该我处理", "轮到我", "需要我办", "需要我处理", "我的待办", "待办的", "单位的待办", "单位待办",
    "我们的待办", "部门的待办", *(f"{when}{work}" for when in _WHEN for work in _WORK),
)  # fmt: skip
_CASES = {
    "reported": (
        "新来的",
        "新上报",
        "新报的",
        "新报上来",
        "刚报上来",
        "新进来",
        "还没受理",
        "没受理",
        "未受理",
        "等受理",
    ),
    "verifying": ("待核实", "正在核实", "等核实", "还没核实", "没核实"),
    "accepted": ("没立案", "未立案", "等立案", "还没立案"),
    "filed": (
        "待派单",
        "待派的",
        "待派发",
        "待分派",
        "没派出去",
        "没派遣",
        "没派的",
        "未派遣",
        "未派单",
        "没派单",
        "还没派",
        "等着派",
        "等派",
    ),
    "dispatched": (
        "待接收",
        "待我们接收",
        "待我接收",
        "待单位接收",
        "等我们接收",
        "要我们接收",
        "待接单",
        "待接件",
        "没接收",
        "未接收",
        "还没接收",
        "等接收",
        "待签收",
        "没签收",
        "没接的",
        "待接的",
        "新派来",
        "刚派来",
    ),
    "returned": ("退回的", "被退回", "已退回", "退回来", "退回案件", "退单"),
    "processing": ("处置中", "正在处理", "正在处置", "在处理的", "在修的"),
    "feedback": (
        "待结案",
        "等结案",
        "待办结",
        "等着结案",
        "可以结案",
        "等核查",
        "没核查",
        "未核查",
        "还没核查",
        "已反馈",
        "反馈了的",
        "处理完等",
    ),
    "rework": ("返工中", "要返工", "被返工", "返工的"),
    "suspended": ("挂起", "挂帐", "挂着的", "挂账的"),
    "closed": ("已结案", "已办结", "办结的", "结了的", "办完的", "办好的", "处理完的"),
    "void": ("作废", "没予立案", "不立案"),
}
_ORDERS = {
    "received": ("还没受理", "没受理", "未受理", "新来的", "新登记", "新进来", "等受理"),
    "manual": ("人工研判", "要研判", "研判的"),
    "dispatched": (
        "待答复",
        "待接收",
        "待我们接收",
        "待接单",
        "没答复",
        "未答复",
        "还没答复",
        "没回复",
        "未回复",
        "等答复",
        "正在办理",
        "已派单",
        "已派出",
    ),
    "returned": ("被退回", "退回来", "退回的", "退回工单", "待改派", "等改派", "退单"),
    "replied": ("待办结", "待结案", "等办结", "还没回访", "没回访", "等回访", "待回访", "未回访", "已答复", "答复了的"),
    "reopened": ("重办的", "要重办", "重新办"),
    "closed": ("办结的", "办完的", "结了的", "已结的"),
    "refused": ("没予受理", "不受理的", "拒收"),
}
_GROUPS = (
    ("dispatched,processing,rework", "部门手上", "手上的", "手上案件", "手头", "在手", "我们单位在办", "正在办的"),
    ("accepted,feedback", "待审定", "待审核", "等我审", "要我审"),
)
_TO_SEND = "没派出去 没派单 未派单 没有派 还没派 等着派 等派 待分派 待派发 待派单 待派的"
_ORDER_GROUPS = (("accepted,reopened,returned,manual", "待派单（含重办、退回和研判）", *_TO_SEND.split()),)
_WHOSE = {
    "acceptor": ("reported", "verifying"),
    "dispatcher": ("filed", "returned"),
    "supervisor": ("reported", "accepted", "filed", "returned", "feedback"),
    "department": ("dispatched", "processing", "rework"),
    "grid": ("verifying", "feedback"),
}
_WHOSE_ORDERS = {
    "acceptor": ("received", "talking", "replied"),
    "dispatcher": ("accepted", "reopened", "returned", "manual"),
    "supervisor": ("received", "accepted", "reopened", "returned", "manual", "replied"),
    "department": ("dispatched",),
}
CASE_STATES: Choices = (
    ("open", *_OPEN),
    (TO_DO, *FOR_ME),
    *((state, name, *_CASES.get(state, ())) for state, name in STATES.items()),
    *_GROUPS,
)
ORDER_STATES_SAID: Choices = (
    ("open", *_OPEN),
    (TO_DO, *FOR_ME),
    *((state, name, *_ORDERS.get(state, ())) for state, name in ORDER_STATES.items()),
    *_ORDER_GROUPS,
)


def case_states(words: str | None, roles: Collection[str]) -> str | None:
    """The states of a value or of what people call it; for `todo` those that wait for this post."""
    return _states(words, CASE_STATES, _WHOSE, roles)


def order_states(words: str | None, roles: Collection[str]) -> str | None:
    """The same of orders."""
    return _states(words, ORDER_STATES_SAID, _WHOSE_ORDERS, roles)


def _states(
    words: str | None, choices: Choices, whose: dict[str, tuple[str, ...]], roles: Collection[str]
) -> str | None:
    value = next((row[0] for row in choices if words in row), words)
    if value != TO_DO:
        return value
    mine = dict.fromkeys(state for role, states in whose.items() if role in roles for state in states)
    return ",".join(mine) or "open"


# What a list may be due, by value and names.
DUE_CHOICES = (
    (
        "overdue",
        "已超期",
        "超期",
        "超时",
        "过期",
        "逾期",
        "超限",
        "过了时限",
        "过时限",
        "超过时限",
        "超出时限",
        "时限过了",
        "过了期",
    ),
    (
        "today",
        "今天下班前到期",
        "今天下班前",
        "今天到期",
        "今日到期",
        "今天到点",
        "今天要到期",
        "当天到期",
        "当日到期",
        "今天时限到",
        "今天时限",
        "今日时限",
        "今天的时限",
        "下班前",
        "下班之前",
        "下班以前",
        "17:30前",
        "五点半前",
        "五点半以前",
        "今天要超期",
    ),
    (
        "day",
        "24小时内到期",
        "快到期",
        "快到时限",
        "快要到期",
        "马上到期",
        "即将到期",
        "快超期",
        "快要超期",
        "快超时",
        "快要超时",
        "即将超期",
        "马上超期",
        "将要超期",
        "要超期了",
        "明天到期",
        "一天内到期",
    ),
)
