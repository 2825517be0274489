"""Small signs in a message: yes and no, corrections, "I don't know", greetings, asking for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

_QUESTION = re.compile(r"[？?]|吗|呢$|怎么|什么|多少|多久|几天|哪|为什么|是不是|能不能|可不可以|要不要")
_FILLER = r"[，,。.！!~～\s]*"
_YES = re.compile(
    rf"^{_FILLER}(?:嗯+|对+的?|是的?|好+的?|行+|可以的?|没错|没问题|正确|无误|确认|确定|同意|ok|就这样|这样就行)?{_FILLER}"
    rf"(?:嗯+|对+的?|是的?|好+的?|行+|可以|没错|没问题|无误|确认|确定|同意|核对过了?|信息(?:都)?(?:正确|没错|无误|对))?{_FILLER}"
    rf"(?:(?:那|就|请|麻烦|帮我|你)*(?:这样|这么|按这个|照这个|按此)?(?:报|提交|上报|登记|办|发|确认|申请|递交)(?:吧|了|上去|一下|即可)?)?"
    rf"(?:就这样(?:吧|报|提交|办)?|吧|谢谢|哈|啦)?{_FILLER}$",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"^{_FILLER}(?:不+|不用|不要|先不|别|算了|取消|撤销|不了|不是|不对|放弃|停|先别)"
    rf"[，,]?(?:用|要|了|报|提交|办|确认|对|行|好|同意|吧|先|别|上报|登记|这个|操作|取消|不|啦|谢谢){{0,8}}{_FILLER}$"
)
_DECLINE = re.compile(
    r"(不知道|不清楚|不记得|忘了|没有了?$|^没$|没拍|拍不了|不方便|不想(说|留|提供)|不留|不需要|跳过|暂时没有|说不上来)"
)
_CORRECTION = re.compile(
    r"(?:说错了|搞错了|弄错了|写错了|不对|更正(?:一下)?|纠正一下|改一下|改成|改为|换成|应该是|不是[^，,。]{1,20}[，,]?(?:而)?是)"
)
_NEW_VALUE = re.compile(r"(?:应该是|改成|改为|换成|而是|[，,、\s]是|^是|更正为)\s*(?P<v>[^，,。！!？?]+)")
_TALK = re.compile(
    r"^(你好|您好|hi|hello|嗨|在吗|在不在|早上好|下午好|晚上好|谢谢|多谢|感谢|辛苦了|再见|拜拜|好的?|嗯+|哦+|知道了|明白了|没事了?|不用了)"
    r"[，,。！!~～呀啊哦呢的你您了\s]*(谢谢|再见)?[。！!~～\s]*$",
    re.IGNORECASE,
)
_ABOUT_DESK = re.compile(
    r"(你是谁|你叫什么|你是(机器人|人工|真人|AI)|你(能|会|可以)(做|干|办|帮我做)?(什么|啥|哪些)|有什么功能)"
)
_PERSON = re.compile(r"(转|找|要|叫|换|接)(个|一个|一下)?(人工|真人|客服|工作人员|活人)|人工(服务|客服|坐席)")


@dataclass(frozen=True)
class Correction:
    """The user takes something back; `value` is what they put instead, when it can be read off."""

    value: str | None


def assent(text: str) -> bool | None:
    """True for a plain yes, False for a plain no, None for anything else (questions, additions, corrections)."""
    plain = text.strip()
    if not plain or len(plain) > 24 or _QUESTION.search(plain):
        return None
    if _NO.match(plain):
        return False
    if _CORRECTION.search(plain):
        return None
    return True if _YES.match(plain) else None


def correction(text: str) -> Correction | None:
    """Whether the message corrects something said before."""
    found = _CORRECTION.search(text)
    if found is None:
        return None
    values = [match.group("v").strip() for match in _NEW_VALUE.finditer(text)]
    tail = text[found.end() :].strip(" ，,。！!")
    return Correction(values[-1] if values else tail or None)


def declines(text: str) -> bool:
    """Whether the message says "I don't know" or "I'd rather not"."""
    return len(text) <= 20 and bool(_DECLINE.search(text.strip()))


def small_talk(text: str) -> str | None:
    """`greeting` or `about` for talk that wants no answer from the city; else None."""
    plain = text.strip()
    if _TALK.match(plain):
        return "greeting"
    return "about" if len(plain) <= 20 and _ABOUT_DESK.search(plain) else None


def wants_person(text: str) -> bool:
    """Whether the user asks for a human."""
    return bool(_PERSON.search(text))
