"""医保: enrolment, reimbursement, off-site care, the medical code, family sharing."""

from __future__ import annotations

from tools import EVERYONE

from ..hooks import hookimpl
from ..records import Agent
from .instructions import instructions, questions

EXAMPLES = (
    "居民医保一年要交多少钱",
    "城乡居民医保断缴了还能续上吗",
    "断保以后要等几个月才能报销",
    "职工医保个人账户里的钱怎么用",
    "医保卡余额可以给家里老人看病买药吗",
    "家庭共济怎么绑定",
    "亲情账户和共济账户哪里不一样",
    "去外地住院要提前备案吗",
    "异地就医直接结算怎么操作",
    "长期在外地工作的人医保怎么办",
    "临时外出看病没备案还能报吗",
    "医保码在手机上怎么领",
    "老年人不会用智能手机，看病怎么刷医保",
    "给孩子的医保电子凭证怎么激活",
    "人脸识别老是不通过，医保码开不了",
    "住院报销比例是多少",
    "门诊看病医保给报吗",
    "大病保险起付线是多少",
    "生育津贴发给谁，怎么算",
    "生孩子的费用医保能报销哪些",
    "新生儿从什么时候开始享受医保待遇",
    "大学生在学校参保还是在老家参保",
    "退休以后还要不要继续缴医保",
    "换了工作医保关系怎么转移",
    "医保目录里甲类乙类药有什么区别",
    "哪些药店可以刷医保",
    "定点医院怎么查询",
    "医疗救助哪些人可以申请",
    "手工报销需要带哪些单据",
    "医保缴费年限要满多少年",
    "灵活就业参加职工医保可以吗",
    "连续参保有什么奖励",
    "零报销人员的激励是什么",
    "外伤住院医保管不管",
    "城乡居民医保集中缴费期是哪几个月",
    "医保服务电话是多少",
    "医保参保信息变更要什么材料",
)
TOOLS = (
    "kb.search",
    "enrol.get",
    "offsite.file",
    "family.bind",
    "family.list",
    "family.confirm",
    "provider.search",
    "catalog.search",
    "benefit.estimate",
    "outlet.search",
    "visit.book",
    "visit.list",
    "handoff.create",
)
SUGGESTIONS = ("居民医保断缴后等待期怎么算？", "医保码怎么激活？", "异地就医要备案吗？")


@hookimpl
def register_agents() -> list[Agent]:
    """The healthcare-insurance agent."""
    return [
        Agent(
            name="insurance",
            title="医保",
            description="医疗保险：参保缴费、等待期、报销待遇、异地就医、医保码、家庭共济、定点机构和药品目录。",
            audience=EVERYONE,
            instructions=instructions("insurance"),
            tools=TOOLS,
            bases=("insurance",),
            examples=(*EXAMPLES, *questions("insurance")),
            suggestions=SUGGESTIONS,
        )
    ]
