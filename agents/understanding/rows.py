"""Which rows of a list words point at: 第一个, 前三条, 后两个, 都, 剩下的, 除了第一个, 下一个, 井盖那个."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from .numerals import number

Which = Literal["places", "all", "rest", "next", "same"]
_N = r"[一二三四五六七八九十两\d]{1,3}"
# What rows are counted by; 三个工作日, 两个部门 count something else.
_OTHER = r"工作|月|星期|礼拜|小时|钟头|自然日|部门|单位|人|区|街道|规定|款|原因|平台|系统"
_C = rf"(?:个|条|件|张|项|起|单|宗|笔|份|家|桩|处)(?!{_OTHER})"
_OF = r"(?:案件|案子|案|工单|单子|任务|上报)?"
_ORDINAL = rf"第\s*{_N}\s*(?:{_C}{_OF}|(?=[、,，和跟与及到至\s~-]*第?\s*{_N}\s*{_C})|(?=[\s、,，]*$))"
_TO = r"(?:到|至|[-~—])"
_RANGE = re.compile(rf"第?\s*({_N})\s*(?:{_C})?\s*{_TO}\s*第?\s*({_N})\s*{_C}{_OF}")
_AND = r"(?:[、,，]|和|跟|与|及|以及|还有)"
_PLACES = re.compile(rf"{_ORDINAL}(?:\s*{_AND}?\s*(?:{_ORDINAL})|\s*{_AND}\s*{_N}\s*{_C}{_OF})*")
_NUMERAL = re.compile(_N)
_FIRST = re.compile(rf"(?:最?前面?|头|开头)(?:的|这|那)?\s*({_N})\s*{_C}{_OF}|(?<!以)前({_N})(?=都|全|一起|先|给|，|$)")
_LAST = re.compile(rf"(?:最?后面?|末尾?|倒数)(?:的|这|那)?\s*({_N})\s*{_C}{_OF}")
_LAST_ONE = re.compile(rf"最后(?:面)?(?:的)?(?:那|这)?一?{_C}{_OF}|最后那个")
_FROM_THE_END = re.compile(rf"倒数第\s*({_N})\s*(?:{_C})?{_OF}")
_HEAD = re.compile(rf"(?:最前面|最上面|头)(?:的)?(?:那|这)?一?{_C}{_OF}")
_COUNTED = re.compile(rf"(?:这|那|上面(?:的|这|那)?)?({_N})\s*{_C}{_OF}(?=全?都|全部|一起|一并|统统)")
_ALL = re.compile(
    rf"(?:这|那|上面)(?:些|几{_C}|批)(?:案件|案子|工单|单子|任务)?(?:全部|全都|都|统统|一起|一并)?|全部(?!流程)|全都|统统|通通|一并|一起|所有的?{_OF}|都(?!市|城|是|行|好|可以|没|不|有|可|能|快|已经|会)"
)
_REST = re.compile(
    rf"(?:剩下|剩余|余下|其余|其它|其他|另外|还没办)(?:的|那|这)*(?:{_N}|几|些)?(?:{_C})?{_OF}(?:也|全部|全都|都|一起|统统)*"
    rf"(?!部门|单位|区|人|问题|原因|类|地方|办法|情况)"
)
_EXCEPT = re.compile(
    r"(?:除了?|除去|除开|不算|刨开|撇开)(?P<but>.{1,16}?)(?:以外|之外|外)?[，,]?(?:其他|其余|剩下|别)?的?(?:全部|全都|都|统统|一起)"
)
# 全接收, 全部都受理: all, where an act follows; 全市, 全程 are words of their own.
_WHOLE = re.compile(
    r"^(?:那就?|就|好的?|把|请|给我|帮我|[，,\s])*(?P<all>全)(?=接收|接了?|受理|立案|派|通过|签收|收了?$|退|返工|核|确认|督办|同意|批|结案|恢复|处理|办|延|挂)"
)
_ASKS = re.compile(r"[?？吗呢]|什么|啥|哪|多少|几|怎么|如何|是不是|能不能|可不可以|要不要")
_BUT_WORDS = re.compile(r"^(?:那|就|把|[，,\s])*(?P<but>.{2,12}?)(?:的|那[个件条张]|这[个件条张])*$")
_TOO = re.compile(r"(?:\s*(?:也|全?都(?!是)|一起|一并|统统))*")
_NEXT = re.compile(rf"(?:下|另|再来|再下)一?{_C}{_OF}")
_SAME = re.compile(
    r"(?:也)?(?:一样|同样|照样|照办)(?:的)?(?:处理|办理|办|操作|吧|来)*|也(?:是)?(?:这样|这么)(?:办|处理)?|也是(?:吧)?$"
)
# Words that name nothing by themselves.
_EMPTY = re.compile(
    r"(?:不?是|我们?|你们?|他们?|刚才|刚刚|上面|前面|后面|现在|还有|就|的|不对|错|对|好|要|不要|把|给|催|看|查|另外|没有?)*"
)
# What names a row by a word of it: 井盖那个, 路灯那条案件, 武昌的那件; 暴露垃圾的 at the beginning.
_NAMED = re.compile(rf"(?P<w>[^，,。；;！!？?、\s]{{1,16}}?)的?(?:那|这)\s*一?(?:{_C}|些){_OF}")
_OWN = re.compile(r"^(?P<w>[^，,。；;！!？?、\s]{2,10}?)的(?=[^\s，,。]|$)")
_LEAD = re.compile(
    r"^(?:不是.{1,12}?(?:而)?是|是|换成|改成|应该是|把|给|那|就|还有|另外|先|再|请|麻烦|帮我|关于|上面|刚才|受理|立案|派遣|派|督办|退回|接收|反馈|核查|核实|结案|返工|催办?|查|看看?|一下|[，,\s])+"
)
_TAIL_OF_NUMBER = re.compile(
    r"(?<![A-Za-z\d])(?:尾号|末尾|后几?位|结尾)(?:是|为)?\s*(?P<a>\d{2,8})|(?<![A-Za-z\d])(?P<b>\d{3,8})(?:号)?(?:的)?(?=(?:那|这)[个条件张]|的|号)"
)


@dataclass(frozen=True)
class Pointer:
    """Rows that words point at, and where in the text; `places` count from 1, those from the end are negative.

    `count` is how many are spoken of (两条都), `words` name a row, `tail` is how its number ends, `but_words` name
    those that are left out.
    """

    which: Which
    start: int
    end: int
    places: tuple[int, ...] = ()
    but: tuple[int, ...] = ()
    count: int | None = None
    words: str = ""
    tail: str = ""
    but_words: str = ""


def pointers(text: str) -> list[Pointer]:
    """What a message says of rows, in its order; 都 alone means all only where nothing else is pointed at."""
    found: list[Pointer] = []
    for finder in (_excepted, _from_the_end, _ranges, _heads, _ordinals, _counted, _rest, _next, _tails):
        found += [each for each in finder(text) if not any(_cross(each, other) for other in found)]
    if not found:
        found += list(_named(text))
    if not found:
        found += [Pointer("all", match.start("all"), match.end("all")) for match in _WHOLE.finditer(text)]
    if not found:
        found += [Pointer("all", match.start(), match.end()) for match in list(_ALL.finditer(text))[:1]]
    if not found:
        found += [Pointer("same", match.start(), match.end()) for match in list(_SAME.finditer(text))[:1]]
    return sorted((_with_all(each, text) for each in found), key=lambda each: each.start)


def points_at_rows(text: str) -> bool:
    """Whether a message points at rows by their place, their number or as the rest; 都 alone may mean anything."""
    return any(
        each.places or each.count or each.but or each.but_words or each.which in ("rest", "next")
        for each in pointers(text)
    )


def without(text: str, found: Sequence[Pointer], instead: str = "") -> str:
    """The text with what points at rows replaced, the first time by what is put `instead`."""
    for order, each in reversed(list(enumerate(found))):
        text = f"{text[: each.start]}{'' if order else instead}{text[each.end :]}"
    return text


def _ordinals(text: str) -> Iterator[Pointer]:
    for match in _PLACES.finditer(text):
        places = tuple(dict.fromkeys(each for said in _NUMERAL.findall(match[0]) for each in _values(said)))
        yield Pointer("places", match.start(), match.end(), places)


def _ranges(text: str) -> Iterator[Pointer]:
    for match in _RANGE.finditer(text):
        first, last = _value(match[1]), _value(match[2])
        if "第" in match[0] and first < last:
            yield Pointer("places", match.start(), match.end(), tuple(range(first, last + 1)))


def _heads(text: str) -> Iterator[Pointer]:
    for match in _FIRST.finditer(text):
        yield Pointer("places", match.start(), match.end(), tuple(range(1, _value(match[1] or match[2]) + 1)))
    for match in _LAST.finditer(text):
        yield Pointer("places", match.start(), match.end(), tuple(range(-_value(match[1]), 0)))
    for match in _HEAD.finditer(text):
        yield Pointer("places", match.start(), match.end(), (1,))


def _from_the_end(text: str) -> Iterator[Pointer]:
    for match in _FROM_THE_END.finditer(text):
        yield Pointer("places", match.start(), match.end(), (-_value(match[1]),))
    for match in _LAST_ONE.finditer(text):
        yield Pointer("places", match.start(), match.end(), (-1,))


def _excepted(text: str) -> Iterator[Pointer]:
    for match in _EXCEPT.finditer(text):
        but = tuple(place for each in (*_ordinals(match["but"]), *_from_the_end(match["but"])) for place in each.places)
        words = None if but or _ASKS.search(text) else _BUT_WORDS.match(match["but"])
        if but or words:
            named = words["but"] if words else ""
            yield Pointer("all", match.start(), match.end(), but=but, but_words=named)


def _counted(text: str) -> Iterator[Pointer]:
    for match in _COUNTED.finditer(text):
        yield Pointer("all", match.start(), match.end(), count=_value(match[1]))


def _rest(text: str) -> Iterator[Pointer]:
    for match in _REST.finditer(text):
        if match.start() == 0 or text[match.start() - 1] in "，,。把那就":
            yield Pointer("rest", match.start(), match.end())


def _next(text: str) -> Iterator[Pointer]:
    for match in _NEXT.finditer(text):
        yield Pointer("next", match.start(), match.end())


def _tails(text: str) -> Iterator[Pointer]:
    for match in _TAIL_OF_NUMBER.finditer(text):
        yield Pointer("places", match.start(), match.end(), tail=match["a"] or match["b"])


def _named(text: str) -> Iterator[Pointer]:
    for pattern in (_NAMED, _OWN):
        for match in pattern.finditer(text):
            words = _LEAD.sub("", match["w"])
            if words and not _EMPTY.fullmatch(words):
                start = match.start() + match["w"].rfind(words)
                yield Pointer("places", start, match.end(), words=words)
                return


def _values(words: str) -> tuple[int, ...]:
    """第一二个 are the first and the second, 第十二个 is the twelfth."""
    apart = len(words) > 1 and not words.isascii() and "十" not in words
    return tuple(_value(each) for each in words) if apart else (_value(words),)


def _with_all(one: Pointer, text: str) -> Pointer:
    """The pointer with the 都, 也, 一起 that goes with it."""
    return replace(one, end=_TOO.match(text, one.end).end()) if one.which != "same" else one  # type: ignore[union-attr]


def _value(words: str) -> int:
    return int(number(words) or 0)


def _cross(one: Pointer, other: Pointer) -> bool:
    return one.start < other.end and other.start < one.end
