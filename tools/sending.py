"""To which unit something is sent: the words settled to a unit the city knows, or asked about with the nearest ones."""

from __future__ import annotations

import re

from .components import entry_of
from .errors import NeedsAnswer
from .gazetteer import bundled_gazetteer
from .unit_names import BY_LIST, Resolved, resolve, units_in

_ONLY_LIST = re.compile(r"^(?:按照?|依照?|根据|依据)?(?:责任|权责|权力|职责)?清单(?:上|里)?的?(?:规定|要求|分工)?$")


def by_list(said: object) -> bool:
    """Whether the responsibility list shall decide."""
    words = str(said or "")
    return words == BY_LIST or bool(_ONLY_LIST.match(words.strip()))


def settled_unit(said: object, district: str | None, *, handling: bool, slot: str, ask: str) -> Resolved:
    """The unit that is meant; asks with `ask` where none is named, with the nearest ones where it is unknown."""
    words = str(said or "").strip()
    insists = "就是" if words.startswith("就是") else ""
    named = next(units_in(words), None)
    if named is None and not insists:
        raise NeedsAnswer(slot, ask)
    name = named.words if named else words
    found = resolve(name if name.startswith("就是") else f"{insists}{name}", district, handling=handling)
    if found.name is None:
        said_so = found.said
        near = f"您是指{'、'.join(found.near)}吗？" if found.near else "请核对单位名称。"
        raise NeedsAnswer(slot, f"平台的单位里没有“{said_so}”。{near}确实要派给它，请说“就是{said_so}”。", found.near)
    return found


def entry_warning(basis: str | None, unit: str) -> str | None:
    """Where the entry that is given as the basis lists another unit."""
    entry = entry_of(basis or "", bundled_gazetteer())
    return f"条目 {entry.basis} 列的是{entry.unit}" if entry and entry.unit != unit else None
