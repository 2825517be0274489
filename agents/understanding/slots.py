"""Arguments by their kind, found in running text."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from stdnum.cn import uscc

from tools import Categories, CategoryHit, Slot, bundled_categories, units_in

from .addresses import gazetteer, places
from .choices import choices_in
from .dates import day_spans
from .excluding import limits, without
from .insults import without_insults
from .measures import counts_in, days_in, names_slot
from .numerals import numbers_in
from .words import subject

_PLACEHOLDER = re.compile(r"⟦(?P<kind>[^·⟦⟧]+)·[^⟧]+⟧")
_GAP = r"[ \u3000·-]?"
# Fourteen digits; one with fewer or more is looked for all the same, so that it is said to be wrong.
_CASE = re.compile(rf"WH\s*((?:\d{_GAP}){{13}}\d(?!\d)|\d{{9,20}})", re.IGNORECASE)
_ORDER = re.compile(rf"GD\s*((?:\d{_GAP}){{13}}\d(?!\d)|\d{{9,20}})", re.IGNORECASE)
_COMPONENT = re.compile(rf"(?<!\d)(4{_GAP}2(?:{_GAP}\d){{14}})(?!\d)")
_CLASS = re.compile(r"(?<![A-Z0-9])[EC]\d{4}(?!\d)", re.IGNORECASE)
# A number's score where its slot is named beside it.
NAMED = 0.85
_WIDE = {0xFEE0 + code: code for code in (*range(0x30, 0x3A), *range(0x41, 0x5B), *range(0x61, 0x7B))}
_PICTURES = re.compile(r"照片|图片")
_ADDRESS_OF_PICTURE = re.compile(r"https?://[^\s，,。；;、）)⟦]+")
_CREDIT = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{18}(?![0-9A-Z])", re.IGNORECASE)
_POLITE = re.compile(
    r"^(?:你好|您好|请问|麻烦(?:你们?|您)?|我要|我想|想要|帮我|帮忙|请|来?(?:反映|反应|投诉|上报|举报|报修|报告|登记)(?:一下|一个|下)?|"
    r"跟你们说|说个事|[，,。！!：:\s啊呀])+"
)
_CONTACT = re.compile(
    r"[，,。；;、\s]*(?:我的|我|本人|有事|可以|请)?(?:联系|打|拨打)?(?:我的?)?(?:电话|手机号?|号码|联系方式|姓名|我叫|名字|微信)?(?:号码|号)?(?:是|为|叫|：|:)?\s*⟦[^⟧]*⟧"
)
_NUMBERS_OF_CONTACT = re.compile(_CONTACT.pattern.replace("⟦[^⟧]*⟧", "⟦(?!姓名)[^⟧]*⟧"))
_EMPTY_REPORT = re.compile(
    r"(?:反映|反应|投诉|上报|举报|报修|报告|登记|报|提交|申报|处理|城市|问题|情况|案件|案子|事件|事情|事儿?|一下|一个|一件|个|件|要|想|来|"
    r"我们?|需要|可以|能|随手拍|新|有|在|这里|那里|这边|那边|[，,。！!？?、\s])+"
)
_LAST_DIGITS = re.compile(r"(?:尾号|末尾|(?:最后|末|后)[几三四五六]位)(?:数)?(?:是|为)?\s*(\d{3,8})(?!\d)")
_FLAG = {"true", "false"}
_TOGETHER = re.compile(r"(?:的|了|区|数|各自?)?[、，,\s/]*(?:和|跟|与|及|以及|还有|同)?(?:的)?\s*")
_ABOUT = re.compile(r"(?:关于|有关|涉及|包含|含有|提到)\s*[“\"]?([^，,。的”\"]{2,12})")


@dataclass(frozen=True)
class Found:
    """A value found for a slot; `start`/`end` in characters of the text, `score` in [0, 1]."""

    value: Any
    start: int
    end: int
    score: float


def fill(slots: Mapping[str, Slot], text: str, now: datetime, required: Collection[str] = ()) -> dict[str, Any]:
    """Every slot that the text answers, best value each. Loose kinds are read only where they are required."""
    text = plain(text)
    filled: dict[str, Any] = {}
    counted: dict[tuple[int, int], dict[str, float]] = {}
    chosen = _choices_with_days(slots, text, now) if any(slot.kind == "date" for slot in slots.values()) else []
    for name, slot in slots.items():
        if slot.kind in ("text", "number") and name not in required and not _named(slot, text):
            continue
        query = slot.kind == "query" and name not in required
        candidates = list(_keyword(text)) if query else find(slot, text, now)
        if slot.kind == "date":
            candidates = [each for each in candidates if not any(a <= each.start and each.end <= b for a, b in chosen)]
        if candidates:
            best = max(candidates, key=lambda each: each.score)
            filled[name] = joined(candidates, text) if slot.several else best.value
            if slot.kind == "number":
                counted.setdefault((best.start, best.end), {})[name] = best.score
    # 一共8页: of several slots that count pages the number is that one's which is named, or none's.
    unclear = {name for scores in counted.values() if len(scores) > 1 for name in scores if scores[name] < NAMED}
    return {name: value for name, value in filled.items() if name not in unclear}


def joined(found: Collection[Found], text: str) -> Any:
    """The best value, with those said in one breath with it: 江岸跟江汉, 上报数、结案率."""
    ranked = sorted(found, key=lambda each: (-each.score, each.start))
    apart: list[Found] = []
    for each in ranked:
        if all(each.end <= other.start or other.end <= each.start for other in apart):
            apart.append(each)
    apart.sort(key=lambda each: each.start)
    at = apart.index(ranked[0])
    first = last = at
    while first > 0 and _TOGETHER.fullmatch(text[apart[first - 1].end : apart[first].start]):
        first -= 1
    while last + 1 < len(apart) and _TOGETHER.fullmatch(text[apart[last].end : apart[last + 1].start]):
        last += 1
    return "、".join(dict.fromkeys(str(each.value) for each in apart[first : last + 1]))


def _choices_with_days(slots: Mapping[str, Slot], text: str, now: datetime) -> list[tuple[int, int]]:
    """Where choices stand that speak of days themselves (比上个月, 今天到期): those are no dates."""
    enums = [
        slot for slot in slots.values() if slot.kind == "enum" and len({*(row[0] for row in slot.choices)} - _FLAG)
    ]
    return [(each.start, each.end) for slot in enums for each in find(slot, text, now)]


def find(slot: Slot, text: str, now: datetime) -> list[Found]:
    """The values a text gives for one slot."""
    if slot.side in ("below", "above"):
        return [Found(value, start, end, 0.9) for value, start, end in limits(plain(text), slot.side)]
    finder = _FINDERS.get(slot.kind)
    found = list(finder(plain(text), slot, now)) if finder else []
    return _on_its_side(found, slot, plain(text)) if slot.kind in ("district", "enum") else found


def _on_its_side(found: list[Found], slot: Slot, text: str) -> list[Found]:
    """What is wanted, without what a text leaves out (除了江岸); or only that, for a slot that takes it."""
    outs = without(text, [(each.start, each.end) for each in found])
    if slot.side == "without":
        return [Found(each.value, *out, each.score) for each, out in zip(found, outs, strict=True) if out]
    return [each for each, out in zip(found, outs, strict=True) if not out]


def plain(text: str) -> str:
    """The text with full-width letters and digits as ordinary ones; no character moves."""
    return text.translate(_WIDE)


def _named(slot: Slot, text: str) -> bool:
    """Whether the text names a number's slot by its label. Words of a free text are never guessed at; pictures show."""
    if wants_pictures(slot):
        return bool(_ADDRESS_OF_PICTURE.search(text))
    if slot.side:
        return True
    if slot.kind != "number" or len(slot.label) < 2:
        return False
    return slot.label in text or any(
        names_slot(slot, text[: said.start]) or counts_in(slot, text[said.end :]) or days_in(slot, text[said.end :])
        for said in numbers_in(text)
    )


def _phone(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    yield from _placeholders(text, ("手机号", "固定电话"))


def _resident(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    # A mistyped one is masked as well; it is taken, so that it is said to be wrong.
    yield from _placeholders(text, ("身份证号", "证件号"))


def _placeholders(text: str, kinds: tuple[str, ...]) -> Iterator[Found]:
    for number, match in enumerate(_PLACEHOLDER.finditer(text)):
        if match.group("kind") in kinds:
            # The last one said counts: 不是138…，是139….
            yield Found(match.group(0), match.start(), match.end(), 0.9 + min(number, 9) / 100)


def _case_no(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _CASE.finditer(text):
        yield Found(f"WH{_digits(match.group(1))}", match.start(), match.end(), 1.0)


def _order_no(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _ORDER.finditer(text):
        yield Found(f"GD{_digits(match.group(1))}", match.start(), match.end(), 1.0)


def _unit(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for order, named in enumerate(units_in(text)):
        yield Found(named.words, named.start, named.end, 0.9 - order / 100)


def _component(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _COMPONENT.finditer(text):
        yield Found(_digits(match.group(1)), match.start(), match.end(), 1.0)


def _digits(said: str) -> str:
    return re.sub(r"\D", "", said)


def _credit(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _CREDIT.finditer(text):
        if uscc.is_valid(match.group(0).upper()):
            yield Found(match.group(0).upper(), match.start(), match.end(), 1.0)


def _district(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for mention in gazetteer().find(text):
        if mention.kind in ("district", "zone"):
            yield Found(mention.text, mention.start, mention.end, 1.0)


def _address(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for place in places(text):
        size = min(place.end - place.start, 30) / 100
        yield Found(place.text, place.start, place.end, (0.7 if place.known else 0.4) + size)


def _category(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for match in _CLASS.finditer(text):
        if known := categories().get(match.group(0)):
            yield Found(known.name, match.start(), match.end(), 2.0)
    hit = known_class(text)
    if hit is not None and hit.score >= 0.5:
        yield Found(hit.category.name, 0, len(text), min(hit.score, 1.0))


def _enum(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    for chosen in choices_in(text, slot):
        yield Found(*chosen)


def _date(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    last = bool(re.search(r"截止|截至|结束|终止|到期|至", slot.label))
    for order, span in enumerate(day_spans(text, now.date(), ahead=slot.ahead)):
        day = span.last if last else span.first
        yield Found(day.isoformat(), span.start, span.end, 0.9 - order / 100)


def _number(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    """A number that counts what the slot counts (90天) comes before a bare one; of something else it is none."""
    taken = [m.span() for pattern in (_PLACEHOLDER, _CASE, _ORDER, _COMPONENT) for m in pattern.finditer(text)]
    taken += [(span.start, span.end) for span in day_spans(text, now.date())]
    for said in numbers_in(text):
        if any(start < said.end and said.start < end for start, end in taken):
            continue
        alone = text.strip(" ，,。元块") == text[said.start : said.end].strip()
        named = names_slot(slot, text[: said.start])
        if slot.kind == "money" and not (said.money or alone or named):
            continue
        if days := days_in(slot, text[said.end :]):
            yield Found(int(said.value * days), said.start, said.end, 0.7)
            continue
        counted = counts_in(slot, text[said.end :])
        plainly = alone or named or text[said.start].isdigit() or (slot.kind == "money" and said.money)
        if counted is False or (counted is None and not plainly):
            continue
        value = int(said.value) if said.value == int(said.value) else said.value
        yield Found(value, said.start, said.end, 0.5 + 0.1 * said.money + 0.2 * bool(counted) + (NAMED - 0.5) * named)


# Who somebody is to the person tells no name.
_KIN = re.compile(
    r"(?:我|俺|咱)?们?(?:家|屋里)?的?(?:老?[妈爸爹娘]+|父亲|母亲|老公|老婆|老伴|爱人|妻子|丈夫|儿子|女儿|小?孩子?|伢|娃|爷爷|奶奶|外公|外婆|"
    r"岳父|岳母|公公|婆婆|哥哥?|姐姐?|弟弟?|妹妹?|本人|自己|父母|家人|家属)"
)
_NAME = re.compile(r"(?:(?:他|她|我|名字|姓名)?(?:叫做?|是|就是|为|：|:)?)?\s*(⟦[^⟧]+⟧|[\u4e00-\u9fff·]{2,5})")


_INTRODUCED = re.compile(
    r"(?:叫做?|名字(?:是|叫)?|名叫|姓名(?:是|为|叫)?)[：:\s]*(⟦姓名[^⟧]*⟧|[\u4e00-\u9fff·]{2,4}?)(?=[，,。；;、！!\s（(⟦]|身份证|证件|电话|手机|$)"
)


def is_name(slot: Slot) -> bool:
    """Whether a slot takes a person's name."""
    return slot.kind == "text" and slot.label.endswith("姓名")


def introduced(text: str) -> re.Match[str] | None:
    """A person's name that a text introduces: 我妻子叫…, 姓名是…."""
    return _INTRODUCED.search(text)


def _text(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    """The message without politeness and personal data, when it says more than that something shall be said."""
    if wants_pictures(slot):
        shown = [match.group(0) for match in _ADDRESS_OF_PICTURE.finditer(text)]
        yield from [Found(shown, 0, len(text), 1.0)] if shown else []
        return
    value = _POLITE.sub("", _CONTACT.sub("", without_insults(text.strip()))).strip(" ，,。；;")
    if is_name(slot):
        named = None if _KIN.fullmatch(value) else _NAME.fullmatch(value)
        named = named or introduced(text)
        yield from [Found(named.group(1), 0, len(text), 0.5)] if named else []
        return
    if value and says_something(value):
        yield Found(value, 0, len(text), 0.5)


def _query(text: str, slot: Slot, now: datetime) -> Iterator[Found]:
    value = _NUMBERS_OF_CONTACT.sub("", text.strip())
    if subject(value):
        yield Found(value, 0, len(text), 0.5)


def _keyword(text: str) -> Iterator[Found]:
    """A keyword that narrows a list: a named place, or what the list shall be about."""
    for mention in gazetteer().find(text):
        if mention.kind != "district":
            yield Found(mention.text, mention.start, mention.end, 0.8)
    for match in _LAST_DIGITS.finditer(text):
        yield Found(match.group(1), *match.span(), 0.9)
    for match in _ABOUT.finditer(text):
        yield Found(match.group(1), match.start(1), match.end(1), 0.7)


def wants_pictures(slot: Slot) -> bool:
    """Whether a slot takes pictures: addresses are given for it, never words."""
    return slot.kind == "text" and bool(_PICTURES.search(slot.label))


def says_something(text: str) -> bool:
    """Whether a report says what is wrong, beyond a place and the wish to report."""
    rest = text
    for place in reversed(list(places(text))):
        rest = rest[: place.start] + "，" + rest[place.end :]
    return len(_EMPTY_REPORT.sub("", _PLACEHOLDER.sub("", rest))) >= 2


_Finder = Callable[[str, Slot, datetime], Iterator[Found]]
_FINDERS: dict[str, _Finder] = {
    "address": _address,
    "district": _district,
    "phone": _phone,
    "resident_id": _resident,
    "case_no": _case_no,
    "component_no": _component,
    "order_no": _order_no,
    "unit": _unit,
    "credit_code": _credit,
    "category": _category,
    "enum": _enum,
    "date": _date,
    "number": _number,
    "money": _number,
    "text": _text,
    "query": _query,
}


@lru_cache(maxsize=512)
def known_class(text: str) -> CategoryHit | None:
    """The class of city problem that the words fit best."""
    hits = categories().search(text, 1)
    return hits[0] if hits else None


@lru_cache(maxsize=1)
def categories() -> Categories:
    """The bundled class dictionary."""
    return bundled_categories()
