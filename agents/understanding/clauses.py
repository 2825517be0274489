"""Small signs in a message: yes and no, corrections, "I don't know", greetings, asking for a person."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .numerals import number
from .yesno import denies_no, gives_up, says_yes

_QUESTION = re.compile(r"[？?]|吗|呢$|怎么|什么|多少|多久|几天|哪|为什么|是不是|能不能|可不可以|要不要")
_FILLER = r"[，,。.！!~～\s]*"
_STOPS = re.compile(r"[，,。.！!~～\s]+")
_YES = re.compile(
    rf"^{_FILLER}(?:嗯+|对+的?|是的?|好+的?|行+|可以的?|没错|没问题|正确|无误|确认|确定|同意|ok|就这样|这样就行)?{_FILLER}"
    rf"(?:嗯+|对+的?|是的?|好+的?|行+|可以|没错|没问题|无误|确认|确定|同意|核对过了?|信息(?:都)?(?:正确|没错|无误|对))?{_FILLER}"
    rf"(?:(?:那|就|请|麻烦|帮我|你)*(?:这样|这么|按这个|照这个|按此)?(?:报|提交|上报|登记|办|发|确认|申请|递交)(?:吧|了|上去|一下|即可)?)?"
    rf"(?:就这样(?:吧|报|提交|办)?|吧|谢谢|哈|啦)?{_FILLER}$",
    re.IGNORECASE,
)
_NO = re.compile(
    rf"^{_FILLER}(?:不+|不用|不要|先不|别|算了|取消|撤销|不了|不是|不对|放弃|停|先别)"
    rf"[，,]?(?:用|要|了|报|提交|办|确认|对|行|好|同意|吧|先|别|上报|登记|这个|操作|取消|不|啦|谢谢){{0,8}}"
    rf"(?:[，,]?(?:还是)?(?:回到?|找|继续跟?|接着跟?)(?:智能助手|机器人|助手|你)(?:吧|聊|说)?)?{_FILLER}$"
)
_STOP = r"(?:算了|取消|不用了|不要了|罢了)"
_WAIT = r"(?:先|暂时|暂且|今天|现在|眼下)"
_PUT_OFF = re.compile(
    rf"^{_FILLER}(?:那|还是|要不|我|就)*(?:"
    rf"(?:{_STOP}{_FILLER}(?:那|就|我|还是)*{_WAIT}*|{_WAIT}+)(?:不|别|不要|不用|莫)[\u4e00-\u9fff]{{1,5}}"
    r"|(?:不|别|莫)(?:想|要|用)?(?:督办|派|办|上?报|交|提交|绑定?|登记|申请|预约|约|转|退|结案?|催|挂账|并|发|填))"
    rf"(?:了|吧|啦|哈)+{_FILLER}$"
)
_DECLINE = re.compile(
    r"(不知道|不晓得|哪里?个?(?:晓得|知道|清楚|记得)|不清楚|不记得|不确定|忘了|记不清|没有了?$|^没$|没拍|拍不了|不方便|不想(说|留|提供)|不留|不需要|不用了?$|跳过|暂时没有|说不上来|说不清|随便)"
)
_DROP = re.compile(
    r"^(?:(?:那|先|就|还是|我们?|咱|[，,])*(?:算了|不报了?|不办了?|不说了|不弄了|不用了|不要了|取消|不想报了|不想办了|不查了|放弃|先不报|先不办)"
    r"[吧啊谢您你，,。！!\s]*)+$"
)
_CORRECTION = re.compile(
    r"(?:^(?:哦|噢|呃|额|哎呀?|等等|等下|等一下)[，,]?(?:是(?!的|吗|啊|呀|不|$|[，,。])|给(?=我)|换|改)|^(?:不是|不|错了?)[，,。！!\s]+(?:就|我?(?:说|讲|指|问)的)?是(?!的|吗)|说错了?|搞错了?|弄错了?|写错了?|讲错了?|记错了?|打错了?|不对|(?:内容|正文|用途|原因|理由|依据|意见|要求|说明|备注)(?:里|上|中)?(?:再|还|也)?(?:加上|再加|加一句|加一条|补充一句|补上一句)|更正(?:一下)?|纠正一下|改一下|改成|改为|改到|改在|改约|换成|换到|挪到|推迟?到|提前到|应该是|不是[^，,。]{1,20}[，,]?(?:而)?是)"
)
_OTHERWISE = re.compile(
    r"改(?!造|善|装|建)|换(?:成|为|个|一|到|掉)|去掉|删|补(?:一?句|充|上)|加(?:上|一句)|不对|(?:说|写|打|填|搞|弄|姓|地址|名字)错了|不是|更正"
)
_RATHER = re.compile(r"^[^，,。；;！!？?]{1,30}[，,\s]*(?:而)?不是[^，,。；;！!？?吗]{1,30}[。！!吧啊呀的了]*$")
_NEW_VALUE = re.compile(
    r"(?:应该是|改成|改为|改到|改在|改约|换成|换到|挪到|推迟?到|提前到|而是|更正为|[，,、\s]是|^是|(?<=[^不])是)\s*(?P<v>[^，,。！!？?]+)"
)
_GREETING = re.compile(
    r"^(?:(?:你们?好|您好|hi|hello|嗨|哈喽|喂+|在吗|在不在|在么|有人吗|有人在吗|早上好|上午好|中午好|下午好|晚上好|早|小助手|助手|客服|师傅|老师|同志|汉治通)"
    r"[，,。！!~～呀啊哦呢吗的你您了？?\s]*)+$",
    re.IGNORECASE,
)
_VAGUE = re.compile(
    r"^(?:我们?|你们?|您|俺|这儿|这里|这边|想|要|来|能|能不能|可以|请|问|问问|问下|问个|咨询|请教|打听|了解|反映|反应|报|报个|报下|上报|投诉|举报|求助|办|办个|"
    r"说|说个|说下|讲|帮|帮个?忙|帮我|麻烦|拜托|处理|解决|跟|给|向|有|个|件|点|点儿|些|一个|一件|一点|一下|下|事|事情|事儿|问题|情况|东西|城管|政务|业务|"
    r"姑娘|师傅|同志|老师|小助手|的|了|吧|啊|呀|哈|哦|吗|呗|撒|唦|[，,。.！!？?~～\s])+$"
)
_NEGATED = re.compile(
    r"[，,。；;！!\s]*(?:先|暂时|暂|就|也)?(?:不要|不用|不必|别|莫|不)(?:急着|着急|给我|帮我|忙着|要|用)?"
    r"(?:提交|递交|上交|交上去|交|上报|报上去|报|办理|办|申请|发送|发|派|结案|挂失|预约|约|催|填|登记|绑定|备案|转人工|转)(?:了|先|上去|出去)?(?=[，,。；;！!\s]|$)"
)
_THANKS = re.compile(r"^(好的?|嗯+|行|那)?[，,\s]*(太)?(谢谢|多谢|感谢|辛苦|麻烦您?了|谢了)[^？?]{0,8}$")
_ONLY_THANKS = re.compile(r"^(?:那就?)?[太多]?(?:谢谢|多谢|感谢|辛苦|麻烦|谢了)")
_BYE = re.compile(
    r"^(再见|拜拜|bye|回头见|先这样|没事了?|没别的了?|没有了)[，,。！!~～呀啊哦了吧\s]*(谢谢|再见)?[。！!~～\s]*$",
    re.IGNORECASE,
)
_NOD = re.compile(r"^(好的?|嗯+|哦+|噢|知道了|明白了?|了解|收到|行|可以|ok)[，,。！!~～啊哦呢了吧\s]*$", re.IGNORECASE)
_ABOUT_DESK = re.compile(
    r"(你是谁|你叫什么|你是(不是)?(机器人|人工|真人|AI|智能)|你(都)?(能|会|可以)(帮我|帮忙)?(做|干|办)?(些)?(什么|啥|哪些|点什么)"
    r"|^(?:你们?|您)?(?:到底)?是(?:不是)?(?:真?人|机器人|活人)(?:吗|么|呀|啊|吧)?|(?:回答|说的|答案).{0,4}(?:准不准|准吗|靠谱|可信|准确)"
    r"|有什么功能|怎么用你|what can you do|who are you)",
    re.IGNORECASE,
)
_SHORT = 40
_PERSON = re.compile(
    r"(转|找|要|叫|换|接|喊|给我|需要)(个|一个|一下|下|你们)?(人工(?!智能|研判|激活|办|审|操作|填|录|核|登|充|缴|认证|识别|读)|真人|客服|工作人员|大?活人|接线员)"
    r"|^(人工|真人|客服)(?=$|[，,。！!？?\s]|服务|客服|坐席|座席|来|帮|接|处理|回|在|呢|吧|有)|人工(服务|客服|坐席|座席)"
    r"|(不想|不要|懒得|不)(再)?(和|跟|同)(你|这个?)?(机器|机械|你(说|讲|扯|聊)|电脑)"
    r"|(叫|喊|找|让|换|派|要|安排)(?:你们|个|一个|一位|那个|这里|屋里|的|真正|上面){0,3}"
    r"(?:管事的?|负责的?|负责人|能?(?:做主|拍板|管事|说了算)的|主管|领导|当官的)人?(?=(?:今天|之内|马上|现在|赶紧|亲自)*(?:出?来|给我|跟我|同我|和我|回|接|过来|讲|说|$|[，,。！!]))"
)
_PERSON_LAST = re.compile(r"[^，。！？,!?\n；;]+[，。！？,!?\s；;~～]*$")
_STAFF = re.compile(
    r"(投诉|举报|不满|差评|要告)[^，,。]{0,20}(接线员|工作人员|客服|办事员|窗口|科员|城管队?员|执法人员|网格员|话务员|民警|经办|你们(的)?人|态度)"
    r"|(接线员|工作人员|客服|办事员|窗口|话务员|经办人|网格员|城管队?员|执法的|执法人员)[^，,。]{0,12}(态度|骂人|不负责|推诿|踢皮球|吼|凶|爱理不理|敷衍)"
)
_PLEADS = re.compile(
    r"(?:不用|不想|没有?|不|未|免)(?:实名)?(?:登录|登陆|认证)(?:(?:也|就)?(?:行不行|可不可以|行|可以|没关系)[嘛吗呢吧]*)?|我(?:们)?(?:就|都|本来)?是(?:本人|自己人|内部人?员?|领导|管理员|工作人员|主任|局长|处长|队长|值班长|派遣员|受理员|网格员|公务员)"
    r"|(?:他|她|人家|对方|本人)(?:都|也|已经|早就)?(?:同意|授权|答应|允许|点了头|知道|晓得|清楚)|用(?:他|她)的|(?:他|她)(?:让|叫|托)我"
    r"|(?:破个?例|通融|就这一次|行个方便|开个后门|又没外人|(?:出了?事|责任)我负)"
    r"|(?:直接|先|你)(?:给我|帮我)?(?:查|办|停|发|改|删|结|开|派)(?:了|掉|吧|就是|就行|出来)[。！!，,\s]*$"
)
_BACK = re.compile(
    r"(那个|这个|那件|这件|它|上面|刚才|刚刚|上次|该)(案|单|事|问题|件|投诉|申请)?|第[一二三四五六七八九十\d]+(个|件|条)"
)
_ORDINAL = re.compile(
    r"第\s*([一二三四五六七八九十\d]{1,2})\s*(?:个|件|条|项|种|家|张|份|处|所)?|^([一二三四五六七八九\d]{1,2})[。.、]?$|^最后(?:一)?[个件条项种家张份处所]"
)


@dataclass(frozen=True)
class Correction:
    """The user takes something back; `value` is what they put instead, when it can be read off."""

    value: str | None


def assent(text: str) -> bool | None:
    """True for a plain yes, False for a plain no, None for anything else (questions, additions, corrections)."""
    plain = text.strip()
    if not plain or len(plain) > 24 or _QUESTION.search(plain) or denies_no(plain):
        return None
    if _NO.match(plain) or _PUT_OFF.match(plain):
        return False
    if _CORRECTION.search(plain) or _ONLY_THANKS.match(plain):
        return None
    return True if _YES.match(plain) or says_yes(plain) else None


def correction(text: str) -> Correction | None:
    """Whether the message corrects something said before."""
    found = _CORRECTION.search(text)
    if found is None:
        return None
    values = [match.group("v").strip() for match in _NEW_VALUE.finditer(text[found.start() :])]
    tail = text[found.end() :].strip(" ，,。！!")
    return Correction((values[-1] if values else tail).strip(" ，,。！!") or None)


def contrasts(text: str) -> bool:
    """Whether words take something back, be it only by what it is not: 是21号不是20号."""
    return correction(text) is not None or bool(_RATHER.match(text.strip()))


def corrects(text: str) -> bool:
    """Whether words want something that was put up to be otherwise, whether or not they say what."""
    return correction(text) is not None or _OTHERWISE.search(text) is not None


def declines(text: str) -> bool:
    """Whether the message says "I don't know" or "I'd rather not"."""
    return len(text) <= 20 and bool(_DECLINE.search(text.strip(" ，,。！!")))


def drops(text: str) -> bool:
    """Whether the message gives up what was being filled in."""
    plain = text.strip()
    clauses = [each for each in re.split(_STOPS, plain) if each] if len(plain) <= 24 else []
    return bool(_DROP.match(plain) or _PUT_OFF.match(plain)) or (
        bool(clauses) and all(gives_up(each) for each in clauses)
    )


def pleads(text: str) -> bool:
    """Whether the message asks for an exception from who may do what: without logging in, by being somebody."""
    return bool(_PLEADS.search(text))


def without_pleading(text: str) -> str:
    """What a message says beside such words."""
    return _PLEADS.sub(" ", text)


def small_talk(text: str) -> str | None:
    """`greeting`, `thanks`, `bye`, `nod` or `about` for talk that wants no answer from the city; else None."""
    plain = text.strip()
    for kind, pattern in (("greeting", _GREETING), ("thanks", _THANKS), ("bye", _BYE), ("nod", _NOD)):
        if pattern.match(plain):
            return kind
    if drops(plain):
        return "nod"
    return "about" if len(plain) <= 24 and _ABOUT_DESK.search(plain) else None


def vague_opening(text: str) -> bool:
    """Whether a message only says that there is something to be done (我想反映个事情), not what."""
    return len(text) <= 24 and bool(_VAGUE.match(text.strip()))


def affirmed(text: str) -> str:
    """The message without what is not to be done (…，先不提交), as long as something remains."""
    rest = _NEGATED.sub("", text)
    return rest if len(rest.strip("，,。；;！! ")) >= 4 else text


def wants_person(text: str) -> bool:
    """Whether the user asks for a human, at the end of a long message; who speaks of orders (工单) works on them."""
    last = _PERSON_LAST.search(text)
    said = text.strip() if len(text) <= _SHORT or last is None else last.group(0).strip()
    return "工单" not in text and bool(_PERSON.search(said))


def blames_staff(text: str) -> bool:
    """Whether the message complains about the people who serve, not about the city."""
    return bool(_STAFF.search(text))


def points_back(text: str) -> bool:
    """Whether the message points at something said before (那个案子, 第二个)."""
    return bool(_BACK.search(text))


def ordinal(text: str) -> int | None:
    """Which one of a list is meant, from 1; -1 for the last."""
    match = _ORDINAL.search(text.strip())
    if match is None:
        return None
    said = match.group(1) or match.group(2)
    return int(number(said) or 0) or None if said else -1
