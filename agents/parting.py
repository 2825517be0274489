"""Several rows with an act or words for each in one message: cut at what names the rows, so that none gets another's.

第一个修好了，第二个退回 are two wishes; 第一个和第二个退回 is one. Rows are those of the list that was shown, or what
a message names by its number. A row that a reason only mentions (与…重复) begins nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from langchain_core.messages import BaseMessage

from .models.offline_lists import Listed, last_list
from .records import Outcome
from .understanding import is_question, pointers

_CODE = re.compile(r"(?:WH|GD)\s*\d[\d \-·]{8,}\d|(?<![A-Za-z\d])\d{16}(?![A-Za-z\d])", re.IGNORECASE)
# 018 015 核查通过，014没过: the ends of numbers that were listed.
_TAIL = re.compile(
    r"(?:(?<=^)|(?<=[\s、,，;；。和跟与及把将]))(?:尾号)?(\d{3,6})(?:号|那个|这个|的)?(?!\d|[年月天日元米块点楼栋路])"
)
# 1、3、5通过; 1受理 2不受理: rows by bare numbers, not so many days or a house number.
_BARE = re.compile(
    r"(?:^|(?<=[\s,，;；。]))\s*(\d{1,2}(?:\s*[、,，和跟与 ]\s*\d{1,2})*)(?:号)?"
    r"(?=\s*(?:都|全|也)?[\u4e00-\u9fff])(?!\s*(?:个|条|件|张|项|天|号|楼|栋|点|月|日|年|元|块|米|小时|分|周|级|人|次|座|路|区|处|公里|岁|倍|成|万|千|百))"
)
_NUMERAL = re.compile(r"\d{1,2}")
_JOINED = re.compile(r"(?:[\s、,，]|和|跟|与|及|以及|还有|都|也|一起)*")
_BREAK = re.compile(r"[，。；！？,;!?：:\n]|\s+")
# What leads to a row without saying anything of it.
_LEAD = re.compile(
    r"(?:另外|还有|然后|接着|最后|顺便|再|请|麻烦|帮我|把|将|给|而|但是?|不过|那|就|至于|对|案件|工单|其中|嗯|好|\s)*"
)
_LOOK = re.compile(rf"(?:{_LEAD.pattern})(?:查|看)(?:一下|下|看|询)?\s*(?:{_LEAD.pattern})")
# A row that something else is compared with, joined to or mistaken for is no beginning of an act.
_MENTIONS = re.compile(
    r"(?:与|和|跟|同|及|比|像|是|为|到|入|进|至|换成?|改成?|变成?|因|因为|由于|编号|案号|单号|案件|工单|见|按|照|参照|依据|根据|关于|属于|原|之前|以前|前面|上次|已有|已经?有)[的了]?\s*$"
)
# What stands right behind rows and is an act of their own, rather than 都, 吧, 这两件.
_OWN_ACT = re.compile(r"\s*(?![都也全一这那两吧了呢啊的])[\u4e00-\u9fff]{2}")
_SAYS = re.compile(r"[\u4e00-\u9fffA-Za-z]")
# What is only to be looked at.
_LOOKS = re.compile(r"(?<![复核巡审检抽侦调])查|看|详情|情况|进展|进度|怎么样|记录|照片|图片|列")
# What decides on or changes a card: then 第一个 may be the first card and not the first row.
_OF_CARDS = re.compile(
    r"确认|取消|提交|改成|改为|改一下|换成|(?:理由|原因|意见|天数|说明)(?:是|改|写|换)|先放|放一放|等一?下|不要|不办|可以|不行|行吧|作废"
)
MOST = 10


@dataclass(frozen=True)
class _Group:
    """Rows that are named together: where in the text they begin and end."""

    start: int
    end: int
    apart: bool = False


def parted(text: str, history: Sequence[BaseMessage]) -> tuple[str, ...]:
    """The message in pieces, each with its own rows; one piece where one act is meant for all of them."""
    listed = last_list(history)
    text = _plainly(text, listed)
    groups = _groups(text, listed)
    if not 2 <= len(groups) <= MOST:
        return (text,)
    starts = _starts(text, groups)
    if len(starts) < 2:
        return (text,)
    head, pieces = text[: starts[0]], [text[a:b] for a, b in zip(starts, [*starts[1:], len(text)], strict=True)]
    pieces[1:] = [each.strip("，,；;、。 \n") for each in pieces[1:]]
    pieces[0] = pieces[0].rstrip("，,；;、。 \n")
    for_all = head.rstrip()[-1:] in ("：", ":")
    pieces = [head + each if for_all or n == 0 else each for n, each in enumerate(pieces)]
    return (text,) if all(is_question(each) for each in pieces) else tuple(pieces)


def speaks_of_cards(text: str) -> bool:
    """Whether a message beside open cards may decide on them or change them, rather than act on rows."""
    return bool(_OF_CARDS.search(text)) and not _CODE.search(text)


def told_of(piece: str, outcome: Outcome | None) -> bool:
    """Whether what became of a piece is what its words want: an answer only where something is asked or looked up."""
    answered = outcome is None or outcome.kind == "answered" or outcome.reason in ("no_evidence", "out_of_scope")
    return not answered or is_question(piece) or bool(_LOOKS.search(piece))


def _plainly(text: str, listed: Listed | None) -> str:
    """Rows that are named by bare numbers or by the ends of their numbers, in the words that name rows."""
    if listed is None or not listed.rows:
        return text
    if not _CODE.search(text):
        text = _BARE.sub(lambda match: _placed(match, len(listed.rows)), text)
    return _TAIL.sub(lambda match: _whole(match, listed), text)


def _placed(match: re.Match[str], count: int) -> str:
    places = [int(each) for each in _NUMERAL.findall(match[1])]
    alone = len(places) == 1 and len(_BARE.findall(match.string)) < 2
    if alone or not all(0 < each <= count for each in places):
        return match[0]
    return "、".join(f"第{each}个" for each in places)


def _whole(match: re.Match[str], listed: Listed) -> str:
    found = [row.identifier for row in listed.rows if row.identifier.endswith(match[1])]
    return found[0] if len(found) == 1 else match[0]


def _groups(text: str, listed: Listed | None) -> list[_Group]:
    """What names rows, in order; what is only joined (第一个和第三个) together."""
    found = [_Group(match.start(), match.end()) for match in _CODE.finditer(text)]
    if listed is not None and listed.rows:
        rows = [each for each in pointers(text) if each.which in ("places", "rest", "next") and not each.words]
        found += [part for each in rows for part in _apart(text, _Group(each.start, each.end))]
    joined: list[_Group] = []
    for each in sorted(found, key=lambda group: group.start):
        before = joined[-1] if joined else None
        if before and not each.apart and (each.start < before.end or _JOINED.fullmatch(text, before.end, each.start)):
            joined[-1] = _Group(before.start, max(before.end, each.end))
        else:
            joined.append(each)
    return joined


def _apart(text: str, group: _Group) -> list[_Group]:
    """驳回第一个，第二个同意: an act before the rows and another behind them are not of the same rows."""
    comma = max(text.find(each, group.start, group.end) for each in "，,")
    clause = max([0, *(each.end() for each in _BREAK.finditer(text, 0, group.start))])
    if comma < 0 or _LEAD.fullmatch(text, clause, group.start) or not _OWN_ACT.match(text, group.end):
        return [group]
    return [_Group(group.start, comma), _Group(comma + 1, group.end, apart=True)]


def _starts(text: str, groups: Sequence[_Group]) -> list[int]:
    """Where the pieces begin: at the clause of a group, or at the group where its clause holds words of another.

    After an act that comes before its row (受理第一个，不受理第二个) the next piece begins behind that row.
    """
    starts: list[int] = []
    before: _Group | None = None
    act_first = False
    for group in groups:
        clause = max([0, *(each.end() for each in _BREAK.finditer(text, 0, group.start))])
        lead = text[clause : group.start]
        if before is None:
            act_first = bool(lead) and not _LEAD.fullmatch(lead)
            starts.append(clause)
        elif clause >= before.end:
            leads = _LEAD.fullmatch(lead) or _LOOK.fullmatch(lead)
            if not leads and (_MENTIONS.search(lead) or not act_first):
                continue
            starts.append(clause)
        elif act_first:
            starts.append(before.end)
        elif _MENTIONS.search(text[before.end : group.start]):
            continue
        else:
            starts.append(group.start)
        before = group
    return starts if _all_say(text, starts, groups) else []


def _all_say(text: str, starts: Sequence[int], groups: Sequence[_Group]) -> bool:
    """Whether every piece says something of its rows."""
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        own = [each for each in groups if start <= each.start < end]
        said = text[start:end]
        for each in reversed(own):
            said = said[: each.start - start] + said[each.end - start :]
        if not _SAYS.search(_LEAD.sub("", said, count=1)):
            return False
    return True
