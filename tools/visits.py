"""One's own booked visits: which day, where, what for, and how to get rid of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from langchain_core.tools import BaseTool

from .define import CallArgument, tool
from .errors import NotAllowed
from .telling_items import say_day
from .unified import Applications, Platform

CITIZEN = frozenset(("citizen",))
LISTED = 5
EXAMPLES = (
    "我约的是哪天",
    "我预约的是几点",
    "查一下我的预约",
    "看看我约了哪些事",
    "我预约到哪个网点了",
    "我上次约的号是什么时候",
    "预约编号是多少，帮我查",
    "我的预约成功了没有",
    "预约好了冇得，查查",
    "帮我取消预约",
    "预约不去了，帮我取消",
    "我去不了了，把约的号退掉",
    "把我的预约取消掉",
    "怎么取消我约的号",
    "我约的那个要改期",
    "预约的时间我想改一下",
    "约的那天去不了，能改到别的日子吗",
    "我名下有没有预约",
    "列出我的预约",
    "您好，请问我预约的是上午还是下午",
    "忘了约的是哪天，帮我看看",
    "我约好的办事时间是什么时候",
    "撤销预约",
    "我不想去了，预约退了吧",
    "我约的几时去办",
    "帮我看哈约的号",
    "之前约的窗口是哪一家",
    "预约记录查询",
    "我预约了没有",
    "那个预约帮我退了",
    "帮我把预约取消",
    "把约的号取消",
    "预约取消一下",
    "我要取消预约",
    "取消我的办事预约",
    "不去了，预约给我取消",
    "去不成了，预约能退不",
    "帮我把约好的时间改一天",
    "我的预约在哪天",
    "看我的预约单",
)
NO_CANCELLING = "取消或者改期我这里办不了，请拨打12345报预约编号，或者跟约好的网点说一声。"


def visit_tools(platform: Platform) -> list[BaseTool]:
    """The tools about booked visits over a platform."""
    owned = Applications(platform)

    @tool("visit.list", title="查看我的预约", effect="read", roles=CITIZEN, say=say_visits, examples=EXAMPLES)
    async def visit_list(call: CallArgument) -> Mapping[str, Any]:
        """查看本人预约了哪些事：哪一天、上午还是下午、哪个网点、预约编号；取消和改期这里办不了。"""
        if not call.principal.verified:
            raise NotAllowed("查预约要先实名登录。")
        today = call.now.date().isoformat()
        rows = [asdict(each) for each in await owned.visits(call.principal)]
        to_come = sorted((each for each in rows if each["day"] >= today), key=lambda row: (row["day"], row["period"]))
        over = [each for each in rows if each["day"] < today]
        return {"visits": to_come, "over": over[:LISTED], "total": len(rows)}

    return [visit_list]


def say_visits(found: Mapping[str, Any]) -> str:
    """Every visit that is still to come, else the last ones, and that none can be cancelled here."""
    rows = found["visits"][:LISTED]
    if not rows and not found["over"]:
        return "没有查到您名下的预约。"
    if not rows:
        return f"您没有还没到日子的预约，最近的一次已经过了：\n{_visit(found['over'][0])}。"
    return "您的预约：\n" + "；\n".join(_visit(each) for each in rows) + f"。\n{NO_CANCELLING}"


def _visit(row: Mapping[str, Any]) -> str:
    demo = "（演示数据）" if row["demo"] else ""
    return (
        f"{row['number']}{demo}：{say_day(row['day'])}{row['period_name']}，到{row['outlet_name']}"
        f"办“{row['service_name'] or row['service']}”，{row['hours']}"
    )
