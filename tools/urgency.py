"""Whether words call for speed, or tell that somebody is hurt: what makes an order or a case urgent."""

from __future__ import annotations

import re

_SAID = re.compile(
    r"(?<!不)(?<!没)(?:加急|特急|急件|急单|(?:十分|非常|很|比较)?紧急(?!工作时|小时|出口|联系|停车|避险|按钮|通道|电话))"
)
_DANGER = re.compile(
    r"(?:燃气|煤气|天然气|液化气)[^，。；！？]{0,8}(?:泄漏|泄露|漏气|漏了|味)|(?:着|起|失)火|浓烟|触电|漏电|电线[^，。；！？]{0,8}(?:断|掉|垂)"
    r"|溺水|落水(?!管)|被困|困住|(?:砸|压|撞)[到倒伤][^，。；！？]{0,4}(?:人(?!行)|老人|孩子|小孩|学生)|电[到倒](?:了|人|他|她|我)|(?:在|还在|正在)(?:烧|燃)(?!烤|香|纸|水|饭|垃圾)|晕倒|昏迷|坍塌|垮塌|塌了|塌陷|爆炸"
)
_ACCIDENT = re.compile(
    r"(?<!老是)(?<!经常)(?<!总是)(?<!总)(?<!老)(?:撞车|出了?车祸|有车祸|追尾|相撞|撞(?:到|在)一起|翻车)"
    r"|(?<!树)(?<!杆)(?<!墙)倒在(?:地上|路上|路边)|不省人事|大出血"
    r"|(?:人|伢|孩子|小孩|老人|学生|爹爹|婆婆|他|她|我)[^，。；！？包机卡匙]{0,4}掉[^，。；！？]{0,4}(?:井|坑|水|江|河|湖|塘|洞)(?:里|中|去|了|$)"
    r"|失火|烧起来|流血|(?:真的?|又|都)着了"
)
_NOT_NOW = re.compile(r"(?:没有?|未|不|怕|担心|万一|防|曾经|以前|已经?(?:灭|修|关|处理))[^，。；！？]{0,6}$")
_HURT = re.compile(
    r"(?:砸|压|夹|轧|撞|电|烫|烧|咬)(?:到|倒|住|伤|死)了?(?:人(?!行)|一?[个位]?(?:过路的|路人|行人|老人|小孩|孩子|工人|学生|婆婆|爹爹))"
    r"|(?:有人|老人|小孩|孩子|路人|行人|工人)[^，。；！？]{0,4}(?:受伤|砸伤|摔伤|晕倒|昏迷|触电|被砸|被压|被埋)"
)


def is_urgent(words: str) -> bool:
    """Whether words say that it is urgent, or tell of a danger to life that is there now."""
    return bool(_SAID.search(words)) or _told(_DANGER, words)


def tells_of_danger(words: str) -> bool:
    """Whether words tell of a danger to life that is there now."""
    return _told(_DANGER, words) or _told(_ACCIDENT, words)


def _told(signs: re.Pattern[str], words: str) -> bool:
    return any(not _NOT_NOW.search(words[: each.start()]) for each in signs.finditer(words))


def without_urgency(words: str) -> str:
    """A demand without the word that it is urgent, which the order has a field for."""
    return re.sub(r"^(?:请|帮我|一|这|张|个|条|件)*(?:加急|特急|紧急)的?(?:工单|单子|来电|件)?[，,：:\s]*", "", words)


def somebody_is_hurt(words: str) -> bool:
    """Whether words tell that a person was hurt, without saying how many."""
    found = _HURT.search(words)
    return found is not None and not _NOT_NOW.search(words[: found.start()]) and "差点" not in words
