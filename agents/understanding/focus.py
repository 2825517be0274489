"""What a question asks for, told by its question words."""

from __future__ import annotations

import re
from typing import Literal

Focus = Literal[
    "amount",
    "when",
    "duration",
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
    ("comparison", re.compile(r"(区别|不同|差别|对比|相比|一回事|哪个更)")),
    ("materials", re.compile(r"(材料|证件|带什么|带哪些|准备什么|提供什么|手续)")),
    ("fee", re.compile(r"(费用|收费|多少钱|要钱|免费|缴多少|交多少)")),
    ("phone", re.compile(r"(电话|号码|热线|怎么联系|打哪)")),
    ("duration", re.compile(r"(多久|多长时间|几天|几个?工作日|几个?月|时限|多长)")),
    ("amount", re.compile(r"(多少|几个|几家|几条|几项|多大|多高|比例|占比|规模|率(是|要|达)?|目标值|几(?!个月|天))")),
    ("when", re.compile(r"(什么时候|何时|哪年|哪一年|几月|几号|日期|起始|截止)")),
    ("place", re.compile(r"(在哪|哪里|哪儿|地点|地址|什么地方|去哪)")),
    ("conditions", re.compile(r"(条件|资格|符合|满足|什么人可以|谁可以|谁能)")),
    (
        "steps",
        re.compile(r"(怎么办|怎么弄|如何办|流程|步骤|怎么申请|如何申请|怎么操作|怎么激活|如何激活|怎么用|怎么开通)"),
    ),
    ("who", re.compile(r"(谁|哪个部门|哪个单位|什么部门|哪家单位|牵头)")),
    ("definition", re.compile(r"(是什么|什么是|啥是|是啥|什么意思|指什么|怎么理解|含义|定义)")),
    ("list", re.compile(r"(有哪些|哪些|包括什么|包含什么|分为|分哪|列出)")),
    ("whether", re.compile(r"(吗[？?。]?$|是否|是不是|能不能|可不可以|有没有|要不要|会不会)")),
)
_NUMBER = re.compile(r"\d|[一二三四五六七八九十百]+(个|家|条|项|天|年|月)")
_SHAPES: dict[Focus, re.Pattern[str]] = {
    "amount": _NUMBER,
    "fee": re.compile(r"(元|免费|不收费|费)"),
    "phone": re.compile(r"\d{3,}"),
    "duration": re.compile(
        r"\d+\s*(个)?(工作日|小时|分钟|天|日|月|年)|[一二三四五六七八九十]+个?(工作日|小时|天|月|年)"
    ),
    "when": re.compile(r"\d{4}年|\d+月|\d+日"),
    "materials": re.compile(r"(材料|身份证|证明|表|照片|户口)"),
    "conditions": re.compile(r"(条件|符合|满足|应当|须|可以)"),
    "steps": re.compile(r"(流程|步骤|登录|申请|提交|进入|办理|先|再|然后)"),
    "who": re.compile(r"(部门|局|委|办公室|单位|牵头|负责)"),
    "place": re.compile(r"(地址|窗口|大厅|中心|网点|小程序|APP|app|平台)"),
    "definition": re.compile(r"(是指|指的是|是|即|叫做|称为)"),
    "comparison": re.compile(r"(区别|不同|而|只)"),
}


def focus_of(question: str) -> Focus:
    """The focus of a question."""
    return next((focus for focus, pattern in _ORDER if pattern.search(question)), "any")


def fits(focus: Focus, sentence: str) -> bool:
    """Whether a sentence has the shape of an answer to this focus."""
    shape = _SHAPES.get(focus)
    return bool(shape and shape.search(sentence))
