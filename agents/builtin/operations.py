"""城市运行: reporting city problems, following cases, places and grids, city-management rules."""

from __future__ import annotations

from tools import EVERYONE

from ..hooks import hookimpl
from ..records import Agent
from .instructions import instructions, questions

EXAMPLES = (
    "井盖坏了归哪个部门修",
    "路灯不亮一般多久能修好",
    "随手拍上报之后是怎么处理的",
    "案件从受理到结案要经过哪些环节",
    "什么样的情况才能立案",
    "暴露垃圾的处置时限是几个小时",
    "什么叫一网统管",
    "网格员是干什么的",
    "单元网格怎么划分",
    "城市管理的事件和部件怎么区分",
    "案件挂账是什么意思",
    "案子退回返工是怎么回事",
    "超期没处理完会怎样",
    "夜间施工允许到几点",
    "占道经营怎么认定",
    "多大面积的积水算道路积水",
    "下暴雨路上被淹了怎么办",
    "内涝点一般由谁负责排水",
    "小广告多少张以上算一件",
    "公共自行车乱停放的标准",
    "按期结案率怎么算",
    "监督员和处置部门有什么分工",
    "上报案件要不要实名",
    "上报的时候照片必须拍吗",
    "一个案件可以催几次",
    "闻到煤气味先打什么电话",
    "燃气井盖归谁管",
    "绿化带的树枝断了是园林还是城管",
    "数字化城市管理有哪些国家标准",
    "部件编码由几位组成",
    "网格编码怎么读",
    "结案之后不满意怎么办",
    "同一个问题被报了好几次会合并吗",
    "油烟噪声扰民由谁来查",
)
TOOLS = (
    "kb.search",
    "case.create",
    "case.get",
    "case.search",
    "case.urge",
    "case.similar",
    "geocode",
    "grid.locate",
    "category.search",
    "standard.get",
    "component.get",
    "duty.get",
    "calendar",
    "task.list",
    "case.accept",
    "case.verify",
    "case.file",
    "case.void",
    "case.dispatch",
    "case.return",
    "case.feedback",
    "case.check",
    "case.close",
    "case.rework",
    "case.extend",
    "case.suspend",
    "case.resume",
    "case.supervise",
    "case.merge",
    "metric.query",
    "report.draft",
    "case.heat",
    "weather.get",
    "waterlog.list",
    "sensor.get",
    "permit.search",
    "alert.push",
    "order.get",
    "order.search",
    "order.suggest",
    "order.create",
    "order.accept",
    "order.refuse",
    "order.dispatch",
    "order.return",
    "order.reply",
    "order.extend",
    "order.visit",
    "order.reopen",
    "case.rate",
    "case.appeal",
    "handoff.create",
)
SUGGESTIONS = ("我要上报一个城市问题", "查一下我上报的案件", "道路积水多深算积水？")


@hookimpl
def register_agents() -> list[Agent]:
    """The city-operations agent."""
    return [
        Agent(
            name="operations",
            title="城市运行",
            description="城市运行：上报井盖、垃圾、路灯、积水等问题，查询和催办案件，查地点、网格和问题类别，解释立案和处置标准。",
            audience=EVERYONE,
            instructions=instructions("operations"),
            tools=TOOLS,
            bases=("operations",),
            examples=(*EXAMPLES, *questions("operations")),
            suggestions=SUGGESTIONS,
        )
    ]
