"""Yes and no as people say them, and what is given up with a reason: 是滴, 好咯报咯; 不用报了，我自己找人通了."""

from __future__ import annotations

import re

_CLAUSE = re.compile(r"[，,。；;！!～~\s]+")
_LEAD = (
    r"(?:那就|那|就|请|麻烦|你们?|您|哦|噢|喔|嗯+|呃|哎呀?|诶|欸|唉|哎|那么|给我|帮我|帮忙|"
    r"还是|要不|我们?|咱们?|俺|也|先|好|行)"
)
_TAIL = (
    r"(?:了|吧|的|啊|呀|哈|啦|呢|哦|喔|嘛|撒|唦|咯|叭|哟|滴|哒|噻|呗|嘞|喽|着|得很|一下子?|"
    r"一哈子?|上去|出去|即可|就行|就好|谢谢|谢了|多谢|辛苦了)"
)
_ACT = r"(?:上报|报|提交|递交|交|登记|办理|办|发送|发|申请|确认|搞|弄)"
_YES_WORD = (
    r"(?:嗯呐|嗯哪|嗯+|恩+|昂|对头|对+|是+|好+|行+|得行|可以|阔以|要得|中|成|蛮好|挺好|很好|"
    r"没错|冇得?错|没得?问题|冇得?问题|没毛病|没得?意见|冇得?意见|"
    r"正确|无误|确认|确定|同意|ok|okay|妥|就这[样么]个?(?:搞|办|弄|定|报|交|发|写|说)?|照办|"
    r"照这[样个](?:搞|办|弄|报|交|发)?)"
)
_PART = rf"(?:{_YES_WORD}{_TAIL}*|(?:都|全部?|一起){_YES_WORD}{_TAIL}*|{_ACT}{_TAIL}*|谢谢|多谢|辛苦)"
_YES = re.compile(rf"(?:那就?|就|请|麻烦|你们?|您|哦|噢|那么|给我|帮我|直接|信息)*(?:{_PART})+", re.IGNORECASE)
# Said of what was done, or of something else (报了, 好了, 对了): no yes by itself.
_PAST = re.compile(rf"(?:{_ACT}(?:上去)?|好|对|中|成|是)了+")
_DOUBLE = re.compile(r"(?:不是|并不是|又不是|也不是)(?:说|讲|我)?(?:不|别|莫|没)")
_ENDS = (
    r"(?:上报|报|提交|递交|交|登记|办理|办|发|申请|预约|约|去|来|要|搞|弄|挂失|挂|绑定?|"
    r"备案|查|催|派人来|派人|处理|修|麻烦你们?|麻烦)"
)
_GIVES_UP = re.compile(
    rf"{_LEAD}*(?:"
    rf"(?:不用|不要|不必|不消|不须|不需要|无需|不想|不|别|莫|甭){_LEAD}?(?:再|去)?{_ENDS}?(?:案|"
    rf"这个|那个|它|这些)?(?:了|啦|咯|哒)+"
    rf"|(?:不用|不要|不必)(?:你们?|再)?管了+|算了|罢了|(?:都|全部?|一起|把它|这个|那个)*(?:取消|"
    rf"放弃|作废|撤(?:销|回|掉|下来|了|案)?|删(?:掉|了|除))(?:它|这个|那个|掉)?"
    rf"){_TAIL}*"
)
_MISTAKEN = re.compile(
    rf"(?:{_LEAD}|刚才|刚刚|前面|是|可能|对不起|不好意思|抱歉|眼睛)*(?:(?:我)?(?:看|搞|弄|"
    rf"发|报|点|听|认|眼|按|写)?错(?:了|啦|咯|哒)|看花眼了?|误会了?|手滑了?|虚惊一场)+{_TAIL}*"
)
_SORRY = re.compile(
    r"(?:对不起|不好意思|抱歉|打扰了?|谢谢|多谢|辛苦了?|麻烦了?|麻烦你们?了|是的?|嗯+|好的?|哦|噢|哎呀?|唉)+"
)
# What was wrong is so no longer: 刚刚亮了, 物业来修了, 灯是亮的.
_MENDED = re.compile(
    r"(?:修|弄|搞|处理|解决|恢复|疏?通|清理?|扫|打扫|拖|搬|收|移|关|换|填|补|盖|扶|装)(?:得)?(?:好|"
    r"完|走|开|干净|掉|上|起来|正常|回来)+(?:了|哒|咯)"
    r"|(?<!不)(?:亮|通|好)(?:了|的|哒)$|恢复正常|恢复了|正常(?:了|的)$|没事(?:了|的)?$|没有?坏|"
    r"没得?问题了?$|(?:来|在)(?:修|处理|弄|搞|清|通|拖)(?:了|着)?|(?:自己|找人|喊人|物业|"
    r"别人|人家)[^，,。]{0,8}(?:修|弄|搞|通|处理|解决|清|扫|换)了"
)
_MORE = re.compile(
    r"改|换|而是|应该|另外|还有|帮我|给我|麻烦|请|查|想|第[一二三四五六七八九十\d]|除了|"
    r"其他|其余|[？?]|吗|怎么|什么|哪|多少|还是|但|不过|\d号|理由|原因|写"
)


def says_yes(text: str) -> bool:
    """Whether the whole of a message is a yes as it is spoken: 是滴, 行咯, 冇得问题，搞, 都对的，发吧."""
    parts = [each for each in _CLAUSE.split(text.strip()) if each]
    return bool(parts) and all(_YES.fullmatch(each) and not _PAST.fullmatch(each) for each in parts)


def denies_no(text: str) -> bool:
    """不是不报: neither a no nor, by itself, a yes."""
    return bool(_DOUBLE.match(text.strip(" ，,。！!")))


def gives_up(clause: str) -> bool:
    """Whether a clause gives up what was put up or asked: 不用报了, 莫报了, 撤了吧."""
    return bool(_GIVES_UP.fullmatch(clause)) and not denies_no(clause)


def withdraws(text: str) -> bool:
    """Whether a message gives up the matter, with its reason or without: 人家已经修好了，不报了; 看错了，灯是亮的."""
    parts = [each for each in _CLAUSE.split(text.strip()) if each]
    if not parts or len(text) > 40 or any(denies_no(each) for each in parts):
        return False
    given_up = [each for each in parts if gives_up(each)]
    rest = [each for each in parts if each not in given_up and not _SORRY.fullmatch(each)]
    if any(says_yes(each) for each in rest):
        return False
    if given_up:
        return all(mended(each) or _MISTAKEN.fullmatch(each) or not _MORE.search(each) for each in rest)
    wrong = [each for each in rest if _MISTAKEN.fullmatch(each)]
    return bool(wrong) and all(each in wrong or mended(each) for each in rest)


def mended(clause: str) -> bool:
    """Whether a clause says that there is nothing to be done any more: 物业来修了, 刚刚亮了."""
    return bool(_MENDED.search(clause)) and not re.search(
        r"没(?:有|人)?(?:来)?修|没(?:有)?好|不亮|不通|冇修|未修", clause
    )
