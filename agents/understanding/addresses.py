"""Places in running text: known names with what belongs to them, else words of the shape of an address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tools import Gazetteer, bundled_gazetteer

_NAME = r"[\u4e00-\u9fa5A-Za-z0-9]"
_PART = (
    r"(交叉路口|路口|口子|交叉口|交叉处|相交处|交汇处|交界处|十字路口|交叉|相交|交汇|门口|对面|旁边|旁|附近|楼下|大门|小区|公交站|地铁站|地铁口|公交车站|广场|"
    r"[A-Ha-h]\d?出?口|[东南西北]门|\d+号(?!线)|\d+栋|\d+单元|这边|那边|入口|出口|桥头|桥下|路段|⟦门牌·[^⟧]*⟧)"
)
_TAIL = re.compile(rf"^(的)?{_NAME}{{0,12}}?{_PART}{_PART}{{0,3}}")
_ROAD = r"[\u4e00-\u9fa5]{1,5}?(?:路|街|大道|巷)"
_ROAD_BEFORE = re.compile(rf"({_ROAD})(?:和|与|跟|、|交|靠近|靠)$")
_ROAD_AFTER = re.compile(rf"^(?:和|与|跟|、|交|靠近|靠){_ROAD}(?![\u4e00-\u9fa5]{{0,2}}(?:没|有|都|不))")
_HERE = re.compile(r"[这那](边|里)$")
_LINK = re.compile(r"^\s*(和|与|跟|、|交|到|及|靠近|靠|往|同|/|的|交叉|交汇)?\s*$")
_LONG = (
    "小区|社区|花园|家园|公寓|广场|大厦|学校|小学|中学|大学|幼儿园|医院|公园|市场|商场|超市|菜场|路口|大道|胡同|新村|新城|公馆|"
    "雅苑|花苑|佳园|名都|国际|中心|车站|酒店|写字楼|产业园|工业园"
)
_UNNAMED = re.compile(
    rf"(?:(?![的了在有是被把个]){_NAME}){{2,14}}?(?:(?:{_LONG})|(?:[村里苑府城街路巷](?=[\d⟦东南西北门口对旁附边上有那这与和交的，,。！!？?、\s]|$)))"
    r"(?:⟦门牌·[^⟧]*⟧|\d+号|\d+栋|\d+单元|[东南西北]门|[东南西北中]院|[东南西北中新老]校?区|[正后侧大]门|门口|对面|旁边|旁|附近|楼下|路口|里面)*"
)
_LEAD = re.compile(
    r"^(?:(?:我|俺)?(?:说|讲|指|报)的是?|其实是|应该是|靠到|靠着|靠近|挨着|挨到|我们?|咱们?|这里|这边|那边|就是|就|是在|在|到|有|从|住|那个|这个|一个|位置|地址|地点|反映|反应|投诉|举报|上报|请问|您好|你好|"
    r"[，,。：:\s])+"
)
_AREA = re.compile(r"(?:区|街道?|新城|乡|镇)$|^[\u4e00-\u9fa5]{2,3}$")
_STREET = re.compile(
    r"[\s，,]?(?:(?![的了在有是被把个条这那哪马公道天雨都没不路街巷])[\u4e00-\u9fa5]){2,6}?(?:大道|路|街|巷)"
    rf"(?:特?\d+号(?!线)|⟦门牌·[^⟧]*⟧|(?={_PART}|[\s，,。！!和与跟及的上有东西南北]|$)){_PART}{{0,3}}"
)
_ENDS_IN_ROAD = re.compile(r"(?:路|街|大道|巷)[上边东西南北]?$")
# What may stand between a road and a landmark on it.
_BESIDE_ROAD = re.compile(r"[\s，,、的]*(?:就在?|在|靠近?到?着?|挨着|挨到|那个?|上|边)?[\s，,]*")
_VAGUE = re.compile(
    r"^(?:我家|我们|你们|他们|咱们?|这个?|那个?|一个|有个|整个|每个|几个|附近|旁边|门口|楼下|楼上|隔壁|对面|老旧?|本|该|某|自家|家|小区|全|很多|好多|"
    r"马|公|道|十字|哪个|什么|市|区)*(?:小区|社区|广场|学校|医院|公园|市场|商场|超市|菜场|路口|大道|中心|车站|酒店|村|里|街|路|巷|国际)"
    r"(?:门口|对面|旁边|旁|附近|楼下|里面|路口)*$"
)
_ONE_ROAD = re.compile(r"[\u4e00-\u9fa5]{2,8}(?:路|街|大道|巷)")
_DENIED = re.compile(
    r"(?:不是|不在|并非|没在|不叫|把|说错了?|写错了?)[，,]?(?P<road>[\u4e00-\u9fa5]{2,8}?(?:路|街|大道|巷))"
)
_AT_HOME = re.compile(r"^(?:我|我们|咱)?(?:自己)?(?:家|屋)里?(?:的)?(?:楼|阳台|门|窗|客厅|厨房|厕所|院|里|单元)")


@dataclass(frozen=True)
class Place:
    """A place named in a text; `known` when the gazetteer has the name."""

    text: str
    start: int
    end: int
    known: bool


@lru_cache(maxsize=256)
def places(text: str) -> tuple[Place, ...]:
    """Known places first, grown and joined (甲路与乙路路口); else address-like words."""
    if spans := _known(text):
        grown = [_with_street(text, start, end) for start, end in spans]
        apart = [span for n, span in enumerate(grown) if n == 0 or span[0] >= grown[n - 1][1]]
        return tuple(_with_landmark(text, start, end, apart) for start, end in apart)
    return tuple(_shaped(text))


def _with_street(text: str, start: int, end: int) -> tuple[int, int]:
    """A district or a subdistrict with the street after it that is not in the gazetteer."""
    if not _AREA.search(text[start:end]) or not (street := _STREET.match(text[end:])):
        return start, end
    return start, end + street.end()


def _with_landmark(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> Place:
    """A road, with the landmark on it that nobody here knows: 武汉理工大学西院门口，珞狮路 is one place."""
    words = _HERE.sub("", text[start:end].strip())
    if not _ENDS_IN_ROAD.search(words):
        return Place(words, start, end, True)
    after = text[end : next((each[0] for each in spans if each[0] >= end), len(text))]
    before = text[max((each[1] for each in spans if each[1] <= start), default=0) : start]
    for mark in _shaped(after):
        if _BESIDE_ROAD.fullmatch(after[: mark.start]):
            return Place(f"{words}{mark.text}", start, end + mark.end, True)
    for mark in _shaped(before):
        if _BESIDE_ROAD.fullmatch(before[mark.end :]):
            return Place(f"{words}{mark.text}", start - len(before) + mark.start, end, True)
    return Place(words, start, end, True)


def _shaped(text: str) -> Iterator[Place]:
    """Words of the shape of an address."""
    for match in _UNNAMED.finditer(text):
        words = _LEAD.sub("", match.group(0))
        if len(words) >= 3 and not _VAGUE.match(words) and not _AT_HOME.match(words):
            yield Place(words, match.end() - len(words), match.end(), False)


def _known(text: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for mention in gazetteer().find(text):
        start, end = mention.start, mention.end
        if mention.kind == "road":
            start, end = _with_other_road(text, start, end)
        if mention.kind != "district" and (tail := _TAIL.match(text[end:])):
            end += tail.end()
        if spans and (start <= spans[-1][1] or _LINK.match(text[spans[-1][1] : start])):
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _with_other_road(text: str, start: int, end: int) -> tuple[int, int]:
    """A road that is known, with the one beside it at a crossing that is not."""
    if before := _ROAD_BEFORE.search(text[:start]):
        start = before.start(1) + len(before.group(1)) - len(_LEAD.sub("", before.group(1)))
    if after := _ROAD_AFTER.match(text[end:]):
        end += after.end()
    return start, end


def amend(old: str, new: str, said: str = "") -> str:
    """An address corrected by a part of one: C口 becomes D口; a district is put before; a whole address replaces.

    `said` are the words it was corrected with: the road that they take back (不是甲路，是乙路) is the one replaced.
    """
    found = gazetteer().find(new)
    if (taken := _taken_back(old, said)) and _ONE_ROAD.fullmatch(new):
        whole = old.replace(taken, _without_district(new), 1)
        districts = [mention.text for mention in found if mention.kind == "district"]
        return f"{districts[0]}{_without_district(whole)}" if districts else whole
    if any(mention.kind != "district" for mention in found):
        return f"{old}与{new}" if _half_a_crossing(old, new) else new
    if found and not re.sub(r"[的那个这是在，,。\s]", "", _without(new, [(m.start, m.end) for m in found])):
        return old if found[0].text in old else f"{found[0].text}{_without_district(old)}"
    suffix = re.search(r"(出口|口|号|栋|单元|楼|门)[^\u4e00-\u9fa5A-Za-z0-9]*$", new)
    if suffix:
        same = re.compile(rf"[A-Za-z0-9东南西北一二三四五六七八九十]+{suffix.group(1)}")
        if same.search(old):
            return same.sub(new.strip(" ，,。"), old, count=1)
    return new if len(new) >= 6 or not old else f"{old}{new}"


def _taken_back(old: str, said: str) -> str | None:
    """The road of an address that words deny."""
    denied = (match.group("road") for match in _DENIED.finditer(said))
    roads = [road[n:] for road in denied for n in range(len(road) - 2)]
    return next((road for road in roads if road in old), None)


def _half_a_crossing(old: str, new: str) -> bool:
    """中南路, then 武珞路交叉口: one road each, and the second message speaks of their crossing."""
    roads = [{m.text for m in gazetteer().find(text) if m.kind == "road"} for text in (old, new)]
    return len(roads[0]) == len(roads[1]) == 1 and roads[0] != roads[1] and bool(re.search(r"路口|交叉|交汇|交界", new))


def _without_district(text: str) -> str:
    return _without(text, [(m.start, m.end) for m in gazetteer().find(text) if m.kind == "district"])


def _without(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in reversed(spans):
        text = text[:start] + text[end:]
    return text


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The bundled gazetteer."""
    return bundled_gazetteer()
