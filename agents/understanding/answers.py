"""How people answer what is put up for a yes, beside 是 and 不: put off, held back, all of them, taken up again."""

from __future__ import annotations

import re
from typing import Literal

from .addresses import places
from .clauses import assent, correction
from .focus import is_question
from .signs import opens
from .slots import known_class

_CLAUSE = re.compile(r"[，,。；;！!～~\s]+")
_TAIL = r"(?:了|吧|啊|呀|哈|啦|呢|哦|喔|嘛|着|一下|先)*"
_LEAD = r"(?:那|你先|您先|还是|要不|我们?|咱们?|就|你们?|您|哦|噢|嗯|呃|哎呀?|诶|欸|算了|好|行|请|麻烦)*"
_ACT = (
    r"(?:督办|派发?|办理?|上?报|交|提交|递交|绑定?|登记|申请|预约|约|挂失?|转|退|结案?|催办?|"
    r"并案?|发|填|备案|推送?|受理|立案|确认|弄|搞|来)"
)
_LATER = (
    r"(?:改天|改日|回头|以后|之后|往后|过(?:几|两)天|过段时间|过(?:一)?会儿?|(?:等)?(?:一)?会儿?|下次|"
    r"下回|晚[点些]|迟[点些]|明天|后天|有空|有时间|到时候?)"
)
_THINK = (
    r"(?:看看?|看一看|看下|看一下|看一?哈|想想?|想一想|想下|想一下|想一?哈|考虑|考虑考虑|考虑一?[下哈]|找找?|找一找|找一?[下哈]|"
    r"商量|商量商量|商量一?[下哈]|问问|问一?[下哈]|打听打听|打听一?[下哈]|核实一?[下哈]|核对一?[下哈]|琢磨琢磨|琢磨一?[下哈]|斟酌一?下|了解一?[下哈]|合计一?[下哈]|观察观察|观察一?[下哈])"
)
# 先不挂, 先别报, 现在不办了: what was put up is not to be done.
_DROPS = re.compile(
    rf"{_LEAD}(?:"
    rf"(?:先|暂时|暂且|暂)+(?:就)?(?:不要|不用|不|别|莫|甭)(?!急|慌|忙|着急|说|管|谈|讲|知道|清楚)[\u4e00-\u9fff]{{1,8}}"
    rf"|(?:今天|现在|眼下|目前)(?:就)?(?:不要|不用|不|别|莫)(?:给我|帮我|想|要|用|急着)?{_ACT}"
    rf"|(?:还|再|先|想|要|得|自己|回去|回家|跟.{{1,4}}|和.{{1,4}}|找.{{1,4}})*(?:再|先|还要|还得|考虑|商量)(?:{_THINK}|一?[下哈])?(?:再说|再定|再决定|再{_ACT})?"
    rf"|{_LATER}(?:再|才)(?:说|讲|看|{_ACT[3:]}"
    rf"|(?:想好|想清楚|看好|看看|看情况|问清楚|问好|弄清楚|搞清楚|确定).{{0,3}}(?:再|才)(?:说|讲|看|定|决定|{_ACT[3:]}"
    rf"|等.{{1,14}}(?:再|才)(?:说|讲|看|定|决定|{_ACT[3:]}"
    rf"|(?:不|别|莫)(?:急着|忙着|慌着){_ACT}"
    rf"){_TAIL}"
)
# 等一下, 慢点, 等我拍个照: not yet, and not given up.
_HOLDS = re.compile(
    rf"{_LEAD}(?:(?:再?等(?:一)?(?:下下?|哈|会儿?|等)?看?看?|等等+看?看?|稍等(?:一?[下哈]|片刻)?|稍候|(?:先)?等(?:我|到|他|她|着).{{0,14}}|慢(?:点|着|些|慢|一点)|且慢|缓一?缓|打住|停一?[下哈]"
    rf"|(?:先)?(?:不|别|莫)(?:要)?(?:急|慌|忙|着急)){_TAIL})+",
)
_DOUBT = re.compile(r"(?:可能|好像|也许|怕是?|恐怕|不晓得|不知道|不确定|说不定)")
_SEVERAL = r"(?:这|那)?(?:[两俩二三四2-4几]|全部?|所有)?(?:个|件|项|张|样|条|桩|份)?(?:的|案子|案件|问题|事)?(?:我)?"
_ALL = r"(?:都|全部?|一起|一并|一块儿?|统统|通通)"
_YES_ALL = re.compile(
    rf"{_LEAD}(?:的|对|是的?|可以|没错|没问题)?{_SEVERAL}{_ALL}(?:给我|帮我|要|想|给)*(?:要|是|对|行|可以|同意|好|没问题|没错|{_ACT[3:]}(?:上去|掉|好)?{_TAIL}"
)
_NO_ALL = re.compile(
    rf"{_LEAD}(?:{_SEVERAL}{_ALL}|一[个件项张条]都)(?:先)?(?:算了|取消|撤了|撤掉|撤回|不行|(?:不用|不要|不想|不|别|莫)(?:要|用|{_ACT[3:]}?){_TAIL}"
)
_PLACE_LONG = 14
_AHEAD = re.compile(
    rf"(?:那|就|请|麻烦|你们?|您|可以|帮我|给我|直接|先|好的?|行|嗯|这样)*{_ACT}(?:吧|了吧|上去吧?|一?[下哈]吧?|掉吧?|即可|就行|就好|好了)(?:谢谢)?"
)
_VERB = re.compile(r"(?:报|提交|上报|登记|办|发|申请|递交|约|挂)(?:吧|了|上去|一下|即可)*[。！!\s]*$")
# 还是报一下吧: said after it was given up.
_RESUMES = re.compile(
    rf"(?:那|算了|哎|唉|嗯|我|想了?想|不行|要不|就)*[，,\s]*(?:还是|仍然|仍旧|继续|接着|重新)(?:得|要|想|请|麻烦|帮我|给我|你|您|把它|把那个)*{_ACT}(?:一?[下哈]|上|掉|起|上去|完)?(?:刚才|刚刚|那个|这个)?(?:的|那个|那件)?{_TAIL}[。！!\s]*"
)
_UNDO = re.compile(
    r"撤销|撤回|撤掉|撤了|撤下来|撤案|撤单|销案|销单|作废|删掉|删了|删除|收回来|(?<!不)取消(?!的|了吗)|不想(?:再)?(?:报|办|申请|要)了|不(?:再)?办了|撤(?=[吧呗。！!]*$)|不用处理了|不用管了|不用(?:派人)?来了|"
    r"(?:案子|案件|工单|投诉|申请|预约|备案)[^，,。]{0,6}(?:不要了|不办了|算了)"
)
_THING = r"(?:地址|位置|地点|门牌|路名|描述|内容|电话|号码|类别|类型|时间|日期|姓名|信息)"
_CHANGE = re.compile(
    rf"(?:改|更正|修改|换|改正|纠正)(?:一?[下哈个]|掉)?(?:案件|案子|上报|工单)?的?{_THING}|{_THING}(?:[写报填说搞弄打]|登记)?错了?|{_THING}(?:要|想|得|能不能|可以)?(?:改|换|更正)|"
    r"(?:写|报|填|搞|弄|说|打|登记)错了"
)
_FILED = re.compile(
    r"(?:WH|GD|BJ|YY|YD|SQ|GS)\s?\d{4,}|(?:案子|案件|工单|报案|单子|办件)|(?:我|我们|刚才|刚刚|上次|之前|前面|昨天|前天|那个|这个)[^，,。]{0,8}(?:报|上报|提交|投诉|反映|申请|预约|约|登记|备案)的?"
)
_OWN_FILED = re.compile(
    r"(?:我|我们|俺)(?!想|要)[^，,。]{0,6}(?:报|上报|提交|投诉|反映|申请|预约|约|登记|备案)(?:过|了)?的|我(?:的|那个|那件)[^，,。]{0,6}(?:案子|案件|工单|办件|预约|申请)"
)
_ALSO = re.compile(
    rf"(?:那|就|你们?|请|麻烦|帮我|顺便|顺带|干脆|，|,)*(?:把)?(?:那个|这个|它|这件|那件)?(?:我)?(?:也|一起|一并|一块|顺便|顺带)(?:给我|帮我|一起|一并|给|帮)*{_ACT}(?:个|一[个件下哈]|上|掉)?{_TAIL}[。！!\s]*"
)
_APART = re.compile(
    rf"(?:那就?|先|就|也|还|把|要|想)*(?P<what>[\u4e00-\u9fff]{{2,12}}?)(?:的|的事|那个|这个|问题)?(?:我)?(?:再|就|也|要|想)?(?:另外|单独|另|分开|另行|再|也)(?:要|再|单独|另外)?(?:报|上报|登记|提交)(?:一?[个件份下])?{_TAIL}"
)
_ADDS = re.compile(r"还有|另外|也|又|再|同时|顺便|顺带|旁边有|边上有|一起")


_SPEECH = re.compile(
    r"(?:我|俺|咱)们?(?:刚才|刚刚|前面|本来|其实|这里)?(?:想|要)?(?:说|讲|指|问|报|写)的(?:地方|位置|地点)?(?:就)?是"
    r"|我的意思(?:就)?是(?:说)?|我是(?:说|讲|指)(?:的)?|(?:也)?就是[说讲](?=[\u4e00-\u9fff])|(?:准确|具体|确切)(?:点|地|的)?[说讲]?(?:应该)?(?:就)?是|应该[说讲]是"
)
# 你怎么老问地点: said of the talk, not of the matter.
_OF_THE_TALK = re.compile(
    r"(?:你们?|您)?(?:怎么|干嘛|干吗|为什么|为么|咋)?(?:老是?|总是?|一直|又|还|非得?)(?:要|在)?(?:问|叫我|让我|要我)[^，,。！!？?]{0,10}[，,。！!？?]+"
    r"|(?:我)?(?:不是|刚才|刚刚|前面|早就)?(?:都|已经)?(?:说|讲)(?:过|了)(?:[几多八好]+百?[遍次回])?(?:了|的)?(?:吗|嘛|么|啊)?[，,。！!？?]+"
)


def puts_off(text: str) -> Literal["drop", "hold"] | None:
    """Whether words beside a card say that it shall not be done (先别报, 我再想想) or not yet (等一下, 慢点)."""
    clauses = [each for each in _CLAUSE.split(text.strip()) if each]
    if len(text) > 40 or not clauses:
        return None
    rest = [each for each in clauses if not (_DROPS.fullmatch(each) or _HOLDS.fullmatch(each))]
    if len(rest) == len(clauses) or any(_carries(each) for each in rest):
        return None
    if any(_DROPS.fullmatch(each) for each in clauses):
        return "drop"
    changed = correction(text)
    if changed and changed.value and not _DOUBT.search(text):
        return None
    return None if any(_tells(each) for each in rest) else "hold"


def all_of(text: str) -> bool | None:
    """两个都报 is a yes to all that is put up, 都不要 a no to all; None is neither."""
    plain = "".join(_CLAUSE.split(text.strip()))
    if len(plain) > 16 or is_question(plain):
        return None
    if _NO_ALL.fullmatch(plain):
        return False
    return True if _YES_ALL.fullmatch(plain) else None


def names_another_act(text: str, title: str) -> bool:
    """Whether a yes names an act (报吧) that is not the one put up (转人工)."""
    said = _VERB.search(text)
    return said is not None and said.group(0)[0] not in title


def goes_ahead(text: str) -> bool:
    """Whether a yes names the act: 报吧, 好的报吧, 那就提交."""
    clauses = [each for each in _CLAUSE.split(text.strip()) if each]
    if not clauses or len(text) > _PLACE_LONG or is_question(text) or correction(text):
        return False
    *before, last = clauses
    acts = bool(_AHEAD.fullmatch(last)) or (assent(last) is True and bool(_VERB.search(last)))
    return acts and not any(_tells(each) or opens(each) for each in before)


def takes_back(text: str) -> bool:
    """Whether words want undone or changed what was handed in: 撤掉, 取消, 改地址, 写错了."""
    return bool(_UNDO.search(text) or _CHANGE.search(text))


def names_filed(text: str, *, own: bool = False) -> bool:
    """Whether words name something that was handed in: 那个案子, 我报的; or only something of their own."""
    return bool((_OWN_FILED if own else _FILED).search(text))


def resumes(text: str) -> bool:
    """Whether words only take up again what was given up: 还是报一下吧."""
    return bool(_RESUMES.fullmatch(text.strip()))


def also(text: str) -> bool:
    """Whether words only say that what was spoken of shall be done as well: 那也报一个."""
    return bool(_ALSO.fullmatch(text.strip()))


def set_apart(text: str) -> str | None:
    """What shall be done apart from what is put up: 噪音 in 噪音另外报."""
    found = (_APART.fullmatch(each) for each in _CLAUSE.split(text.strip()))
    return next((each.group("what") for each in found if each), None)


def without_speech(text: str) -> str:
    """A message without what only speaks of the talk: 我说的是X becomes 是X, 你怎么老问…，X becomes X."""
    return _SPEECH.sub("是", _OF_THE_TALK.sub("", text)) or text


def adds(text: str) -> bool:
    """Whether words say that there is more than was said: 旁边还有个井盖也松了."""
    return bool(_ADDS.search(text))


def _carries(clause: str) -> bool:
    """Whether a clause beside 先别… asks, wishes or corrects, so that it is heard for itself."""
    changed = correction(clause)
    return is_question(clause) or opens(clause) or bool(changed and changed.value and not _DOUBT.search(clause))


def _tells(clause: str) -> bool:
    """Whether a clause beside 等一下 tells a place or a problem."""
    hit = known_class(clause)
    return bool(places(clause)) or (hit is not None and hit.score >= 0.9)
