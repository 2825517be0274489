"""A place that is put into another district keeps its street, where that can be."""

from __future__ import annotations

import re

from .errors import NeedsAnswer
from .gazetteer import Gazetteer, bundled_gazetteer

_FILLER = re.compile(r"武汉市|的|是|在|那边|这边|[，,。\s]")


def moved_place(old: str | None, said: str) -> str:
    """The place as it should be: only another district was said, so the rest of the old one stays.

    Asks for the whole place where the street lies in no such district.
    """
    gazetteer = bundled_gazetteer()
    named = [each for each in gazetteer.find(said) if each.kind == "district"]
    if not old or len(named) != 1 or _FILLER.sub("", said.replace(named[0].text, "")) not in ("", "区"):
        return said
    code = named[0].entries[0].code or ""
    rest = _without_district(old, gazetteer)
    places = [each for each in gazetteer.find(rest) if each.kind != "district"]
    if any(code not in districts for each in places if (districts := _districts(each.entries))):
        question = f"“{rest}”不在{gazetteer.district_name(code)}。请说明完整的地点：区、街道和门牌号。"
        raise NeedsAnswer("address", question)
    return f"武汉市{gazetteer.district_name(code)}{rest}" if rest else said


def _districts(entries: tuple[object, ...]) -> frozenset[str]:
    return frozenset(code for entry in entries for code in getattr(entry, "districts", ()))


def _without_district(text: str, gazetteer: Gazetteer) -> str:
    for each in reversed(gazetteer.find(text)):
        if each.kind == "district":
            text = text[: each.start] + text[each.end :]
    return text.removeprefix("武汉市").strip()
