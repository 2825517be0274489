"""What is read out of words about orders: the number, the unit that is named, a basis, a reason."""

from __future__ import annotations

import re

from .unit_names import resolve, units_in

NUMBER = re.compile(r"GD\s*(\d{14})(?!\d)", re.IGNORECASE)
# One that the words only speak of stays: 与WH…重复, 编号GD….
_OWN_NUMBER = re.compile(rf"(?<![与跟和同见号]){NUMBER.pattern}", NUMBER.flags)
_ENTRY = re.compile(r"DUTY-[EC]\d{2,4}-\d{6}(?!\d)", re.IGNORECASE)
_BASIS = re.compile(r"(?:退回|派单|退单)?(?:的)?依据(?:是|为|：|:)?\s*(.{2,})$")
_CLAUSES = re.compile(r"[，,。；;：:！!\s]+")
_STEP = re.compile(
    r"^(?:请|把|给|那|这)*(?:张|个|单)?(?:12345|热线)?(?:工单|单子|单)?(?:申请)?(?:退回|退单|退掉|退了|退|不予受理|不受理|重办|延期)?(?:吧|去|了)?$"
)
_OF_BASIS = re.compile(r"^(?:退回|退单)?(?:的)?依据|^DUTY-", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:请|帮我|刚)?(?:来电)?(?:登记|录入?|新建|建|立|开|接到?)[^：:，,。]{0,12}(?:工单|来电|单子|诉求|电话)[：:，,]\s*"
)


def order_number(value: object) -> str | None:
    """An order number as the platform writes it; other words count as they are."""
    text = str(value or "").strip().upper()
    found = NUMBER.search(text)
    return f"GD{found[1]}" if found else text or None


def words_in(value: object, *, least: int = 2) -> str | None:
    """What was said without the order's number; None when nothing is left that says something."""
    words = _OWN_NUMBER.sub("", str(value or "")).strip(" ，,。；;：:、")
    return words[:1000] if len(words) >= least else None


def reason_in(value: object) -> str | None:
    """Why a step is made: what was said without the step itself and without the basis."""
    words = words_in(value)
    clauses = [
        each for each in _CLAUSES.split(words or "") if each and not _STEP.match(each) and not _OF_BASIS.match(each)
    ]
    return "，".join(clauses) or words


def demand_in(value: object) -> str | None:
    """What a caller wants, without the order to register it."""
    words = words_in(value)
    rest = _LEAD.sub("", words) if words else ""
    return rest if len(rest) >= 4 else words


def basis_in(value: object) -> str | None:
    """A basis that is named in words: an entry of the list, or what follows 依据."""
    text = words_in(value) or ""
    entry = _ENTRY.search(text)
    found = _BASIS.search(text)
    return entry[0].upper() if entry else words_in(found[1]) if found else None


def full_unit(words: object, district_name: str | None) -> str | None:
    """The unit's name as orders carry it: the district's lead unit of the list, or the name that was said."""
    text = str(words or "").strip()
    named = next(units_in(text), None)
    said = named.words if named else text
    return resolve(said, district_name, handling=False).name or said or None
