"""Insults before a matter: they are no part of what is reported, and do not decide what it is."""

from __future__ import annotations

import re

_WHO = (
    r"(?:你们?|您|他们?|这些|那些|这帮|那帮|这群|一帮|"
    r"一群|政府|当官的?|领导|干部|城管|社区|部门|公务员|办事的?|机器人?|系统)"
)
# What somebody is said to complain of is the matter itself.
_REPORTED = re.compile(r"反映|反应|投诉|举报|诉求|来电|市民|女士|先生")
_SWEARS = re.compile(
    r"(?:[你他她]?妈的|他妈(?=[，,。！!\s]|什么|怎么|又|还|都)|[你他]娘的|狗日的|个板马(?:日的)?|婊子养的|(?:王八|乌龟)蛋|混蛋|混账|狗东西|狗屁|"
    r"傻[逼比叉屄]|煞笔|尼玛|卧槽|我[草操靠](?=[，,。！!\s])|操你.?|草泥马|滚蛋|去死吧|气死(?:我|人)了?|活见鬼|神经病(?=[，,。！!\s]))[，,。！!～~\s]*"
)
_SLURS = (
    r"(?:吃干饭|吃白饭|吃闲饭|白吃饭|干什么吃|干嘛吃|不要脸|没良心|尸位素餐|不作为|不干[人正]?事|不做事|不办事|光拿钱|"
    r"拿(?:着|了)?(?:我们的|纳税人的)?(?:工资|钱|俸禄)[^，,。]{0,3}不|踢皮球|推来推去|混日子|不把老百姓|骗老百姓|眼睛?瞎|"
    r"(?:都是|就是|全是|真是|净是|简直是?|一群|一帮)(?:些|一群|一帮)?(?:废物|饭桶|草包|垃圾|蠢货|蠢猪|猪头?|骗子|瞎子|聋子|摆设)(?=的?[，,。！!？?\s]))"
)
_CLAUSE_LEFT = r"[^，,。！!？?；;\n]"
_INSULTS = re.compile(
    rf"{_CLAUSE_LEFT}{{0,12}}{_WHO}{_CLAUSE_LEFT}{{0,14}}{_SLURS}{_CLAUSE_LEFT}{{0,12}}[，,。！!？?；;\s]+"
)
_LEAST = 4


def without_insults(text: str) -> str:
    """The message without what only insults, as long as something is left that is meant."""
    rest = _SWEARS.sub("", _INSULTS.sub(_kept, f"{text}。"))
    rest = rest.strip(" 　，,。！!；;")
    if rest == text.strip(" 　，,。！!；;"):
        return text
    return rest if len(rest) >= _LEAST else text


def _kept(clause: re.Match[str]) -> str:
    return clause.group(0) if _REPORTED.search(clause.group(0)) else ""
