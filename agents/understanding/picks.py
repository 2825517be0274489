"""Which of several cards is wanted and which is not: 第一个可以，第二个不行; 除了第二个都确认; 只要第二个."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from .numerals import number
from .yesno import gives_up, says_yes

Verdict = Literal["yes", "no", "hold"]

_UNIT = r"[个件条项张份桩]"
_NUM = r"[一二三四五六七八九十\d]{1,2}"
_ORD = (
    rf"(?:第{_NUM}{_UNIT}?|最后(?:那)?一?{_UNIT}|头一{_UNIT}|(?:前|上)面?(?:那|这)一?{_UNIT}|"
    rf"(?:后|下)面?(?:那|这)一?{_UNIT})"
)
_ORDS = rf"{_ORD}(?:(?:[、和跟与及]|还有)?{_ORD})*"
_REST = rf"(?:其他|其它|其余|剩下|余下|别的|另外)(?:的|那)?(?:[一二两三四五六几]{_UNIT})?的?"
_SET = rf"(?:{_ORDS}|{_REST})"
_CLAUSE = re.compile(r"[，,。；;！!～~\s]+")
# 第一个要第二个不要: where the next card begins without a stop.
_NEXT = re.compile(rf"({_ORD}(?:(?!还有)[^，,。；;第成为到和跟与及、换改])+?)(?=第{_NUM}{_UNIT})")
_LEAD = re.compile(r"(?:好的?|嗯+|哦|噢|那|那就|就|请|麻烦|谢谢|是这样)+")
_EXCEPT = re.compile(
    rf"除(?:了|开|去|掉)?(?P<set>{_ORDS})(?:以外|之外|外)?(?:的)?(?:其他|其它|其余|剩下)?(?:的)?(?P<said>.+)"
)
_ONLY = re.compile(
    rf"(?:我|那|就)*(?:只|光|单|仅|就)(?P<said>要|留|报|上报|交|提交|办|发|确认|登记|需要)(?P<set>{_ORDS})(?:的)?(?:就行|"
    rf"就好|就可以|即可|吧|了|啊|的)*"
)
_AFTER = re.compile(rf"(?:把|那|那就|就)?(?P<set>{_SET})(?:的|呢|嘛|就|也|我)*(?P<said>.*)")
_BEFORE = re.compile(rf"(?P<said>.+?)(?P<set>{_SET})(?P<tail>的|吧|了|啊|就行|就好)*")
_ALSO = r"(?:都|全部?|统统|一起|也|就|可|我|给我|帮我)*"
_YES = re.compile(rf"{_ALSO}(?:要|需要|留着?|保留)(?:的|了|吧|啊|咯|撒)*")
_NO = re.compile(
    rf"{_ALSO}(?:不行|不可以|不对|不用|不要|不必|不同意|不|别|莫|甭|取消|撤销|撤回|撤掉?|"
    rf"算了|作废|删掉?|放弃|不需要|先不|先别)(?:要|用|上报|报|提交|交|办|发|确认|登记|弄|"
    rf"搞)?(?:掉|了|吧|啊|的|咯|啦)*"
)
_HOLD = re.compile(
    rf"{_ALSO}(?:先)?(?:放一?放|放着?|等一?[下哈等]+|等会儿?|等等|缓一?缓|缓着?|不急|不管|"
    rf"别急|不动|别动|留一?留|搁着?|慢点|稍等|待定|再说|再看看|再想想)(?:吧|了|着|再说|一下)*"
)


def picks(text: str, titles: Sequence[str]) -> tuple[Verdict | None, ...] | None:
    """What a message says of each of several cards; None where it says nothing of single ones.

    Empty when it decides of some and says something else as well, so that it has to be asked.
    """
    parts = _parts(text)
    told = [_read(each, titles) for each in parts]
    if not any(told):
        return None
    if not all(told):
        return ()
    found: list[Verdict | None] = [None] * len(titles)
    rest: list[Verdict] = []
    for each in told:
        for place, verdict in each or ():
            if place is None:
                rest.append(verdict)
            elif not 0 <= place < len(titles) or found[place] not in (None, verdict):
                return ()
            else:
                found[place] = verdict
    if len(set(rest)) > 1:
        return ()
    return tuple(each or (rest[0] if rest else None) for each in found)


def _parts(text: str) -> list[str]:
    """The clauses of a message; a card's name that stands alone goes with what is said after it."""
    clauses = [each for each in _CLAUSE.split(_NEXT.sub(r"\1，", text.strip())) if each]
    joined: list[str] = []
    for clause in clauses:
        if (
            joined
            and re.fullmatch(rf"(?:除(?:了|开|去)?)?{_ORDS}(?:以外|之外|外)?", joined[-1])
            and not re.search(_ORD, clause)
        ):
            joined[-1] += clause
        elif len(clauses) == 1 or not _LEAD.fullmatch(clause):
            joined.append(clause)
    return joined


def _read(clause: str, titles: Sequence[str]) -> list[tuple[int | None, Verdict]]:
    """The cards that a clause decides of, from 0 (None: all others); nothing when any of it is not understood."""
    if found := _ONLY.fullmatch(clause):
        return [*((place, "yes") for place in _places(found["set"], titles)), (None, "no")]
    if found := _EXCEPT.fullmatch(clause):
        verdict = _verdict(found["said"], titles)
        if verdict in (None, "hold"):
            return []
        apart: Verdict = "no" if verdict == "yes" else "hold"
        return [*((place, apart) for place in _places(found["set"], titles)), (None, verdict)]
    for shape in (_AFTER, _BEFORE):
        if found := shape.fullmatch(clause):
            said = _verdict(found["said"], titles) if found["said"] else "yes"
            if said is not None:
                return [(place, said) for place in _places(found["set"], titles)]
    return []


def _verdict(said: str, titles: Sequence[str]) -> Verdict | None:
    plain = said.strip("，,。！! ")
    if _HOLD.fullmatch(plain):
        return "hold"
    if _NO.fullmatch(plain) or gives_up(plain):
        return "no"
    act = re.sub(r"^(?:都|全部?|统统|也|就|给我|帮我)+|(?:了|吧|的|一下|啊|就行|就好)+$", "", plain)
    if _YES.fullmatch(plain) or says_yes(plain) or says_yes(act) or act in ("", "选", "就是"):
        return "yes"
    return "yes" if len(act) > 1 and all(act in title for title in titles) else None


def _places(said: str, titles: Sequence[str]) -> list[int | None]:
    """The cards that are named, from 0; what is none of them is beyond the last."""
    if re.fullmatch(_REST, said):
        return [None]
    return [_place(each, len(titles)) for each in re.findall(_ORD, said)]


def _place(said: str, count: int) -> int:
    if said.startswith("第"):
        digits = re.search(_NUM, said)
        return int(number(digits.group(0)) or 0) - 1 if digits else count
    return count - 1 if said[0] in "最后下" else 0
