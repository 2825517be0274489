"""What a question asks for, told by its question words."""

from __future__ import annotations

import re
from typing import Literal

from .spoken import plain

Focus = Literal[
    "amount",
    "when",
    "duration",
    "validity",
    "materials",
    "conditions",
    "steps",
    "fee",
    "place",
    "phone",
    "who",
    "definition",
    "comparison",
    "whether",
    "list",
    "any",
]
_ORDER: tuple[tuple[Focus, re.Pattern[str]], ...] = (
    (
        "comparison",
        re.compile(
            r"(区别|不同|差别|差异|对比|相比|一回事|一个东西|一码事|同一[个张种]|是不是一样|一不一样|一样[吗么不]"
            r"|哪个更|有啥两样|有什么两样|怎么区分|分得清)"
        ),
    ),
    (
        "materials",
        re.compile(
            r"(材料|证件|带什么|带哪些|带啥|要带|准备什么|准备哪些|提供什么|提交什么|什么手续|哪些手续|单据|资料)"
        ),
    ),
    ("fee", re.compile(r"(费用|收费|收钱|多少钱|[要花交缴给掏]钱|免费|工本费|[缴交付]多少|多少元|贵不贵)")),
    (
        "validity",
        re.compile(
            r"(有效期|(?<![公主])[管用](得|到)?(几|多少)(个)?[年月](?!级)|[管用](得)?(多久|多长时间)|(几|多少)年(到期|过期|失效|一[换审检续])|(几|多少)年(换|审|检|续)一次)"
        ),
    ),
    (
        "phone",
        re.compile(
            r"(号码|怎么联系|联系方式|打哪|(打|拨打?)(什么|啥|哪个|几号)|(找|给|要|有)(我|个|一?下|没有)?.{0,6}(电话|热线)(?!里)"
            r"|(?<![里的打完了])(电话|热线)(号|是|有)*(多少|什么号|哪个|几(?!点|天|个|类|种)|[？?，,。]|$))(?!.{0,6}(受理|能投诉|管什么|管哪))"
        ),
    ),
    (
        "duration",
        re.compile(
            r"(多久|多长时间|(?<![好前这那近])几天|多少个?(?:天|日|工作日|小时|分钟|个月)|几个?工作日|几个?月(?!份)|几个小时|(时限|期限)(?!.{0,6}(哪|几种|几类|分几))|多长|要等几|多快)"
        ),
    ),
    ("when", re.compile(r"(什么时候|啥时候|何时|哪年|哪一年|几月|几号|几点|日期|起始|截止|哪天|哪几个月|哪个月)")),
    (
        "amount",
        re.compile(
            r"(多少|(?<!哪)几[个家条项次折成种]|多大|多高|多深|多宽|比例|占比|规模|[^几效]率(?!.{0,3}(怎么|咋|如何|怎样).{0,2}(算|来|得))(是|要|达|目标)?|目标值|目标[？?。]?$|指标[？?。]?$|限额|额度|起付线|封顶|(?<![哪十好])几(?!个月|天|号|月|点))"
        ),
    ),
    ("place", re.compile(r"(在哪|哪里|哪儿|地点|地址|什么地方|去哪|哪个窗口|上哪|到哪)")),
    ("conditions", re.compile(r"(条件|资格|符合|满足|什么人|哪些人|谁可以|谁能|门槛)")),
    (
        "definition",
        re.compile(
            r"(是什么(?!部门|单位|时)|什么是|什么叫|啥叫|啥是|是啥|什么意思|啥意思|是指|指什么|怎么理解|含义|定义|怎么回事|干什么用|是干什么|是做什么|干嘛的)"
        ),
    ),
    (
        "steps",
        re.compile(
            r"(流程|步骤|程序|(怎么|如何|咋|怎样)(?!样|算|认定|规定|处罚|回事|理解|区分|说|才算|个说法)|办法|操作|咋办|怎么办)"
        ),
    ),
    ("who", re.compile(r"(谁|哪个部门|哪个单位|什么部门|什么单位|哪家单位|哪些部门|牵头|归哪|哪个局|哪个机关)")),
    (
        "list",
        re.compile(
            r"(有哪些|哪些|哪几|些[啥什]|管[啥什]|包括什么|包含什么|包括啥|有什么|有啥|都有|分为|分哪|列出|列一下|哪.{0,2}(类|种))"
        ),
    ),
    (
        "whether",
        re.compile(
            r"([吗么嘛][？?。！!\s]*$|是否|是不是|能不能|可不可以|有没有|有无|要不要|会不会|用不用|需不需要|算不算|能否|可否|[行对好]不[行对好]|没[？?。\s]*$"
            r"|(?!动不动|时不时)([\u4e00-\u9fff])不\2|[\u4e00-\u9fff]{2}(?<!要)不[？?。\s]*$)"
        ),
    ),
)
_QUESTION = re.compile(
    r"([？?]|[吗呢么][。！!\s]*$|什么|啥|怎么|怎样|如何|咋|哪|谁|(?<![好前这那近])几(?=[个家条项天月年号点岁次成种分])|为何|多少|多久|多大|多长|多深|多高|"
    r"是否|是不是|能不能|可不可以|有没有|有无|要不要|会不会|用不用|需不需要|算不算|能否|可否|[行对好]不[行对好]|区别|一回事"
    r"|几多|好多(?:钱|个|天|家)|么[事斯样]|有冇得|有.{1,8}没有?[。\s]*$|[了过]没有?[。\s]*$|[了过得]?冇[。\s]*$"
    r"|(?!动不动|时不时)([\u4e00-\u9fff])不\2|[\u4e00-\u9fff]{2}(?<!要)不[。\s]*$)"
)
_REQUEST = re.compile(r"(能不能|可不可以|能否|可以)(帮|派|来|给我|处理|快|替|尽快|修|管)")
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百]+(个|家|条|项|天|年|月|倍|成|折|次|种|%)|全覆盖")
_TIME = (
    r"(\d+|[一二三四五六七八九十两半]+)\s*(个)?(工作日|自然日|小时|分钟|天|日(?!常)|周(?!岁|边)|月|年(?!龄|满))"
    r"|当天|当场|即时|当日|立即"
)
_SHAPES: dict[Focus, re.Pattern[str]] = {
    "amount": _NUMBER,
    "fee": re.compile(r"(\d+.{0,3}元|免费|费用|不收|不交|不缴|免收|工本费|收费|缴费|元)"),
    "phone": re.compile(
        r"(?<![\d〔（(第-])(1[0-2]\d|\d{5}|\d{7,8}|0\d{2,3}-?\d{7,8}|1\d{10}|[48]00[\d-]{7,9})(?![\d年月日件项号元个家万亿%-])"
    ),
    "duration": re.compile(_TIME),
    "validity": re.compile(r"(\d+|[一二三四五六七八九十]+)\s*(个月|年)|长期"),
    "when": re.compile(r"\d{4}年|\d+月|\d+日|\d+[:：点]|(周|星期)[一二三四五六日]|24小时|全天"),
    "materials": re.compile(r"(材料|身份证|证明|表|照片|户口|凭证|发票|清单|合同)"),
    "conditions": re.compile(r"(条件|符合|满足|应当|须|可以|需|的人|人员)"),
    "steps": re.compile(r"(流程|步骤|登录|申请|提交|进入|办理|先|再|然后|打开|点击|选择|拨打|第[一二三四]步)"),
    "who": re.compile(r"(部门|局|委|办公室|单位|牵头|负责|政府|街道|中心|公司)"),
    "place": re.compile(r"(地址|窗口|大厅|中心|网点|小程序|APP|app|平台|网站|官网|社区|街道|银行|线上|网上)"),
    "definition": re.compile(r"(是指|指的是|是|即|叫做|称为|就是|用来|用于)"),
    "comparison": re.compile(r"(区别|不同|而|只|不是|分别)"),
    "whether": re.compile(r"(可以|不能|能|需要|不需|不用|应当|是|不|无需|必须|没有)"),
    "list": re.compile(r"(包括|分为|、|有)"),
}
_BESIDE: frozenset[Focus] = frozenset(("materials", "fee", "phone", "duration", "validity", "place", "conditions"))
# What guides have sections of.
_SECTIONS: frozenset[Focus] = frozenset(
    ("materials", "conditions", "steps", "fee", "duration", "validity", "when", "place", "phone", "who")
)
# How headings say it where questions say it otherwise.
_HEADED: dict[Focus, re.Pattern[str]] = {
    "conditions": re.compile(r"对象|谁能|谁可以"),
    "duration": re.compile(r"时效|时间要求"),
    "validity": re.compile(r"管(多少|几)年"),
    "when": re.compile(r"时间$|日期"),
    "fee": re.compile(r"标准$|怎么算$|多少$"),
}
STRICT: frozenset[Focus] = frozenset(("amount", "phone", "duration", "validity", "when", "fee"))


def focus_of(question: str) -> Focus:
    """The focus of a question."""
    said = (question, plain(question))
    return next((focus for each in said for focus, pattern in _ORDER if pattern.search(each)), "any")


def focuses_of(question: str) -> list[Focus]:
    """Everything a question asks for that can be answered beside its focus (多少钱，多久能办)."""
    return [focus for focus, pattern in _ORDER if focus in _BESIDE and pattern.search(question)]


def speaks_of(focus: Focus, heading: str) -> bool:
    """Whether a heading says that its section is about this (办理时限, 收费标准, 申请材料)."""
    if focus not in _SECTIONS:
        return False
    headed = _HEADED.get(focus)
    said = headed is not None and headed.search(heading) is not None
    return said or any(each == focus and pattern.search(heading) for each, pattern in _ORDER)


def without_asking(question: str) -> str:
    """The question without the words that ask (收不收钱, 要带什么): what they ask about."""
    for _, pattern in (_ORDER[-1], *_ORDER):
        question = pattern.sub(" ", question)
    return question


def is_question(text: str) -> bool:
    """Whether a message asks something; a request put as a question (能不能派人来) does not."""
    if _REQUEST.search(text):
        return False
    return bool(_QUESTION.search(text) or _QUESTION.search(plain(text)))


def fits(focus: Focus, sentence: str) -> bool:
    """Whether a sentence has the shape of an answer to this focus."""
    shape = _SHAPES.get(focus)
    return bool(shape and shape.search(sentence))
