"""Questions about what was handed in just now: 报了冇, 报上去没有, 一共报了几个, 那两个编号再发一遍, 我报了两遍吗."""

from __future__ import annotations

import re

_ACT = r"(?:上报|报|提交|递交|交|约|预约|登记|申请|备案|挂失|催|发)"
_DONE = r"(?:上去|上|进去|出去|成功?|好|完|掉|失|到)?(?:了)?"
_NOT = r"(?:没有|没得|没|冇得|冇|吗|么|不|吧|是吧|是不是)"
_NOW = r"刚刚?才?|刚才|前面|方才|才将|将才|先前"
_DID = re.compile(
    rf"(?:{_ACT}{_DONE}|没有?{_ACT}|冇{_ACT}){_NOT}(?:啊|呀|咧|唦|撒|哦|呢)?$"
    rf"|(?:是不是|有没有|有冇得?|冇得)[^，,。]{{0,6}}{_ACT}{_DONE}(?:了)?$"
)
_COUNT = re.compile(
    rf"{_ACT}{_DONE}(?:了|过)?(?:几|多少|好多|哪几|哪些|哪|什么|么)(?:个|件|条|样|项|起|次|遍|些|事|东西|斯)*"
)
_TWICE = re.compile(
    rf"{_ACT}{_DONE}(?:了|过)?(?:两|二|几|三|2|3)(?:个|件|条|遍|次|回|道)|{_ACT}重(?:复)?了?|重复{_ACT}?|多{_ACT}了?一"
)
_NUMBER = re.compile(r"(?:编号|单号|案号|案件号|号码|回执|凭证)")
_SHOW = re.compile(rf"(?:{_NOW}).{{0,8}}?{_ACT}.{{0,6}}(?:地点|地址|位置|哪里|哪儿|内容|时间|类别|什么|么斯)")
_HERE = re.compile(rf"{_NOW}|那[两几三]个|这[两几三]个|再(?:发|说|报|给|念)|重新?(?:发|说)")
_WORDS = re.compile(
    rf"{_NOW}|(?:我|你|您|他|帮我|给我)们?|{_ACT}{_DONE}|{_NOT}|一共|总共|总的|全部|都|到底|究竟|编号|单号|回执|号码|地点|地址|位置|内容|类别|时间"
    r"|再|一遍|一下|发|说|看|告诉|给|两遍|两次|重复|几|多少|好多|哪|什么|那|这|[两二三四]?(?:个|件|条|样|项|起|次|遍|些|回)|的|是|在|了|过|行|好|下|事|东西|[，,。！!？?～~\s啊呀咧唦撒哦呢嘛]"
)
_LONGEST = 24


def asks_what_was_done(text: str) -> bool:
    """Whether words ask what of their wishes was handed in."""
    plain = text.strip(" 。！!？?～~")
    if len(plain) > _LONGEST:
        return False
    told = _COUNT.search(plain) or _TWICE.search(plain) or _SHOW.search(plain)
    return bool(_DID.search(plain) or told or (_NUMBER.search(plain) and _HERE.search(plain)))


def says_just_now(text: str) -> bool:
    """Whether words speak of this very talk: 刚才, 刚刚."""
    return bool(re.search(_NOW, text))


def named_of_it(text: str) -> str:
    """What such words name, without what they ask: 路灯 of 刚才那个路灯报上去冇."""
    return _WORDS.sub("", text)
