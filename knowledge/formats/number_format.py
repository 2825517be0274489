"""Excel's cell values as a reader sees them: dates as dates, percentages, leading zeros."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_DATES = frozenset((*range(14, 18), 22, *range(27, 32), 34, 35, 36, *range(50, 54), 55, 56, 57, 58))
_TIMES = frozenset((18, 19, 20, 21, 32, 33, 45, 46, 47))
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')


@dataclass(frozen=True)
class Formats:
    """The number format of each cell style."""

    kinds: tuple[str, ...]
    epoch: datetime

    def shown(self, value: str, style: int) -> str:
        """A number as text."""
        kind = self.kinds[style] if 0 <= style < len(self.kinds) else ""
        try:
            number = float(value)
        except ValueError:
            return value
        if kind in ("date", "time"):
            return self._moment(number, kind)
        if kind.startswith("%"):
            return f"{number * 100:.10g}%"
        if kind.startswith("0") and number.is_integer() and number >= 0:
            return f"{int(number):0{len(kind)}d}"
        if number.is_integer() and abs(number) < 1e15:
            return str(int(number))
        return f"{number:.15g}"

    def _moment(self, number: float, kind: str) -> str:
        if not 0 <= number < 2_958_466:
            return f"{number:.15g}"
        moment = self.epoch + timedelta(seconds=round(number * 86_400))
        if kind == "time" or number < 1:
            return moment.strftime("%H:%M:%S" if moment.second else "%H:%M")
        if number != int(number):
            return moment.strftime("%Y-%m-%d %H:%M")
        return moment.strftime("%Y-%m-%d")


def read_formats(root: Any | None, *, since_1904: bool) -> Formats:
    """The formats that styles.xml defines."""
    own = {
        each.get("numFmtId"): each.get("formatCode") or ""
        for each in (root.iterfind(f"{S}numFmts/{S}numFmt") if root is not None else ())
    }
    styles = root.iterfind(f"{S}cellXfs/{S}xf") if root is not None else ()
    kinds = tuple(_kind(each.get("numFmtId") or "0", own) for each in styles)
    # Excel counts a 29 February 1900 that never was; from March 1900 on this epoch is right.
    return Formats(kinds, datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30))


def _kind(format_id: str, own: dict[str | None, str]) -> str:
    number = int(format_id) if format_id.isdigit() else 0
    if format_id not in own:
        return "date" if number in _DATES else "time" if number in _TIMES else "%" if number in (9, 10) else ""
    code = own[format_id].split(";")[0]
    bare = _QUOTED.sub("", code).lower()
    if re.search(r"[yd年日]|m.*月", bare) or (re.search(r"m", bare) and not re.search(r"[hs0#]", bare)):
        return "date"
    if re.search(r"[hs]", bare) or re.search(r"\[(h+|m+|s+)\]", code.lower()):
        return "time"
    if "%" in bare:
        return "%"
    return bare if re.fullmatch(r"0{2,20}", bare) else ""
