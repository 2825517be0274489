"""政务服务: how to get things done with the city, for residents and businesses."""

from __future__ import annotations

from tools import EVERYONE

from ..hooks import hookimpl
from ..records import Agent
from .instructions import instructions, questions

EXAMPLES = (
    "居住证到期了去哪里续",
    "给刚出生的宝宝上户口要准备哪些东西",
    "我想开一家早餐店，执照和食品许可能一起申请吗",
    "公司换了法定代表人要去哪个窗口变更",
    "营业执照注销走简易程序要满足什么条件",
    "社保卡掉了怎么补一张",
    "三代社保卡都能干什么",
    "孩子明年读一年级，入学报名什么时候开始",
    "外地户口的小孩能不能在这边上公办小学",
    "我妈今年退休，手续能一次办完吗",
    "办理退休要先去社保局还是单位申报",
    "什么叫高效办成一件事",
    "跨省通办的事项有哪些",
    "在外地能不能办武汉的业务",
    "身份证过期了可以网上换吗",
    "护照多少天能拿到",
    "公积金租房提取需要什么证明",
    "办件超过承诺时间怎么投诉",
    "12345热线几点到几点有人接",
    "残疾人证怎么申领",
    "老年证到多少岁可以办",
    "结婚登记要带什么证件",
    "窗口周末上不上班",
    "烟草专卖零售许可证收不收费",
    "我的申请材料被退回来了，补正期限多长",
    "灵活就业人员怎么交养老保险",
    "失业金能领几个月",
    "高校毕业生落户有什么条件",
    "武汉都市圈哪些事可以异地办",
    "生育登记服务卡还要不要办",
    "死亡证明开好之后销户流程是怎样的",
    "二手房过户要交哪些税",
    "门头招牌需要审批吗",
    "社区服务中心能办些什么",
    "15分钟便民服务圈是什么意思",
    "鄂汇办上能办哪些事",
    "一件事联办比分开办省什么",
    "营业执照办下来大概几个工作日",
    "公司搬到别的街道要改执照吗",
    "法人换了没去变更会怎样",
    "创业开店政府要哪些手续",
    "单位给员工开社保账户",
    "失业了政府帮不帮忙介绍工作",
    "个人信息泄露了可以投诉吗",
    "我能不能要求单位删掉我的资料",
    "刷脸办事要不要我同意",
    "老的社保卡还有没有用",
    "社保卡启用以后能做什么",
    "房子做抵押要登记吗",
    "不动产查询谁能查",
    "一件事改革公布了几批",
    "材料退回来最多能补几次",
    "家门口就能办的便民圈",
    "无犯罪证明能公证吗",
    "食品许可审核要几个环节",
    "学校划片的原则是什么",
)
TOOLS = (
    "kb.search",
    "item.search",
    "item.get",
    "onething.get",
    "doc.check",
    "progress.get",
    "form.prefill",
    "apply.submit",
    "supplement.submit",
    "outlet.search",
    "card.outlet.search",
    "card.report_loss",
    "visit.book",
    "visit.list",
    "school.zone",
    "profile.get",
    "order.get",
    "order.search",
    "order.reopen",
    "handoff.create",
)
SUGGESTIONS = ("新生儿出生一件事怎么办？", "12345热线受理哪些事项？", "社保卡丢了怎么补办？")


@hookimpl
def register_agents() -> list[Agent]:
    """The government-service agent."""
    return [
        Agent(
            name="government",
            title="政务服务",
            description="政务事项怎么办：材料、条件、时限、费用、地点，一件事联办，社保卡，跨域通办，12345热线。",
            audience=EVERYONE,
            instructions=instructions("government"),
            tools=TOOLS,
            bases=("government",),
            examples=(*EXAMPLES, *questions("government")),
            suggestions=SUGGESTIONS,
        )
    ]
