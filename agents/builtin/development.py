"""数字经济: the three-year plan, policies for businesses, public data."""

from __future__ import annotations

from tools import EVERYONE

from ..hooks import hookimpl
from ..records import Agent
from .instructions import instructions, questions

EXAMPLES = (
    "数字经济三年行动方案是哪个单位发布的",
    "方案一共有几大工程多少项任务",
    "武汉对人工智能产业有什么目标",
    "算力建设打算达到什么水平",
    "数据中心的利用率要求",
    "数据企业要培育多少家",
    "工业企业数字化改造有什么指标",
    "小微企业转型升级能拿到补贴吗",
    "算力券是什么，怎么申领",
    "数据知识产权怎么登记",
    "公共数据授权运营是怎么回事",
    "我想申请使用政府的数据要怎么做",
    "公共数据分几类共享",
    "哪里可以下载开放的数据集",
    "数据资产入表是什么意思",
    "可信数据空间是做什么的",
    "汉数通平台是干什么用的",
    "汉融通能帮企业贷款吗",
    "三廊一带指哪些地方",
    "低空经济在方案里怎么说",
    "车路云一体化试点做什么",
    "智能工厂要建多少",
    "元宇宙和脑机接口算未来产业吗",
    "直播电商集聚区每年新增几个",
    "网上零售要做到多大",
    "农业方面有什么数字化目标",
    "方案由谁牵头落实",
    "数字人才有哪些支持",
    "城市大模型用在哪些地方",
    "产业基金规模多大",
    "高新技术企业有什么优惠政策",
    "数据标注企业有没有扶持",
    "数据流通交易做到什么规模",
    "万兆光网试点是什么",
    "医保码激活的目标是多少",
    "产业园区每年培育多少家",
    "智慧工地覆盖到什么程度",
    "数据要素行动包括哪些领域",
)
TOOLS = (
    "kb.search",
    "kpi.plan.get",
    "policy.match",
    "enterprise.get",
    "data.catalog.search",
    "data.request.submit",
    "handoff.create",
)
SUGGESTIONS = ("方案的总体目标是什么？", "人工智能产业规模的目标是多少？", "公共数据怎么申请使用？")


@hookimpl
def register_agents() -> list[Agent]:
    """The digital-economy agent."""
    return [
        Agent(
            name="development",
            title="数字经济",
            description="数字经济发展三年行动方案的目标和任务、惠企政策、公共数据的共享开放和授权运营。",
            audience=EVERYONE,
            instructions=instructions("development"),
            tools=TOOLS,
            bases=("development",),
            examples=(*EXAMPLES, *questions("development")),
            suggestions=SUGGESTIONS,
        )
    ]
