"""What tells of a problem that is put up: its thing, place, size, time or harm, and what is only said to the desk."""

from __future__ import annotations

import re

from .addresses import places
from .clauses import assent, drops
from .focus import is_question
from .slots import known_class
from .words import Evidence
from .yesno import denies_no, gives_up, mended, withdraws

_CLAUSE = re.compile(r"[，,。；;！!～~\s]+")
# 编号发我, 你先…, 第二个先弄: said to the desk.
_TO_THE_DESK = re.compile(
    r"第[一二三四五六七八九十\d]+[个件条项张]|编号|编好|单号|卡片|提交|上报|报(?:上去|了没|"
    r"了冇)|撤|取消|看着办|随你|再说$|说了算|听你|按你"
    r"|(?:发|给|告诉|回|教|通知|答复|联系)(?:一下)?(?:我|俺)|(?:我|俺|咱们?)(?:再|先|还)?(?:想|"
    r"考虑|琢磨|问|商量|看看|等|说|讲|同意|晓得|知道|觉得|不是这个意思)|你(?:们)?(?:先|再|"
    r"给|帮|说|讲|看|搞|弄|别|莫|在|是|真)|打错|听不?懂|机器人|对不起|不好意思|谢"
)
_ASKS = re.compile(
    r"几时|几天|几久|多久|多长时间|(?:么|啥|什么|麽)时(?:候|间)|么样|么办|咋|为么|哪个来|"
    r"谁来|[吗呢嘛冇]$|(?:了|好|完|上去)没有?$|行不行|能不能|好不好"
)
_SIZE = re.compile(
    r"\d|[一二两三四五六七八九十百几半](?:米|公分|厘米|个|块|盏|根|辆|处|堆|层|棵|条|株|"
    r"步|天|年|个?月|周|小时|点|遍|次|回|片|家|户|栋|单元|台|杆|段|寸|尺)|(?:那么|这么|好|"
    r"很|蛮|太|特别|非常|越来越|几|有点|比较)[\u4e00-\u9fff]|(?:大|深|高|宽|长|厚|严重|小)(?:了|"
    r"的|得)?"
)
_TIME = re.compile(
    r"天|昨|今早|早上|早晨|上午|中午|下午|晚上|夜里|半夜|刚|一直|一.一.|经常|每|好久|很久|"
    r"从|月|周|星期|礼拜|小时|分钟|点钟|以来|以后|时候"
)
_HARM = re.compile(
    r"危险|安全|摔|跌|绊|伤|砸|堵|挡|淹|臭|味|吵|漏|滑|怕|车|人|伢|孩|老|路|门|水|火|烟|"
    r"电|泥|坏|破|断|裂|倒|松|掉|翘|塌|歪|斜|满|脏|黑|暗|亮|响|看不|没法|不能|冇得|没有|"
    r"全是|到处|旁|边|附近|对面|[里上下前后内外]面?$|过不|影响|严重|颜色|红|蓝|白|绿|黄"
)

_SHORT = 14
_NUMBER = re.compile(
    r"(?:那|把|再|请|麻烦|你们?|您|给我|帮我|发我?|说下?|说一下|告诉我|我的?|案件|案子|工单|"
    r"的|要|个|一下|下|是|多少|几多|么|什么|呢|在哪里?|有没有|有|没有|出来了?|冇)*(?:编号|"
    r"编好|单号|案号)(?:给我|发我|发给我|发一下|告诉我|是|多少|几多|什么|么|呢|在哪里?|有没有|"
    r"有|没有|没|冇|出来|了|一下|说|发|下|我|吧|撒|啊)*"
)
_SENT = re.compile(
    r"(?:那|我|你们?|您|咦|诶|刚才|刚刚|那个|这个|到底|是|的|帮我|给我|已经)*(?:上?报|提交|"
    r"交|登记)(?:上去|上|好|成功|完)?了?(?:没有?|冇|吗|不|么|没得)(?:啊|呀|撒|呢)?"
)


def asks(text: str) -> bool:
    """Whether words beside a card ask, as it is spoken as well: 几时能修好, 报了冇."""
    return is_question(text) or bool(_ASKS.search(text.rstrip("。！!～~ ")))


def detail(text: str, before: str) -> str:
    """The clauses of a message that tell more of a problem told before; empty when none does."""
    if withdraws(text) or asks(text):
        return ""
    kept = [each for each in _CLAUSE.split(text.strip()) if each and not _apart(each)]
    return "，".join(kept) if any(_tells(each, before) for each in kept) else ""


def status_asked(text: str) -> str | None:
    """What words beside a card ask of it: its `number` (编号发我) or whether it was `sent` (报了冇)."""
    plain = text.strip("，,。！!？?～~ ")
    if len(plain) > _SHORT:
        return None
    if _NUMBER.fullmatch(plain):
        return "number"
    return "sent" if _SENT.fullmatch(plain) else None


def _apart(clause: str) -> bool:
    said = assent(clause) is not None or drops(clause) or gives_up(clause) or mended(clause) or denies_no(clause)
    return said or asks(clause) or bool(_TO_THE_DESK.search(clause))


def _tells(clause: str, before: str) -> bool:
    if any(each.search(clause) for each in (_SIZE, _TIME, _HARM)):
        return True
    return bool(places(clause)) or known_class(clause) is not None or Evidence(clause, ()).share((before, 1.0)) > 0.2
