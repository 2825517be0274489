"""A case as one person may read it."""

from __future__ import annotations

import json
from typing import Any

from ...principal import Principal
from ..lifecycle import STATES, TO_HANDLE, scope_of
from .store import Row

FLAGS = ("supervised", "urgent", "self_handled", "forced_close", "demo")
UNSHOWN = ("own", "file_due_at", "dispatch_due_at")


def view(row: Row, who: Principal, now: str) -> dict[str, Any]:
    """The reporter's name and number are for themselves and for who is in charge; others read their own report."""
    shown = {name: value for name, value in row.items() if name not in UNSHOWN}
    shown["status_name"] = "已并案" if row["merged_into"] else STATES[row["status"]]
    shown["photos"] = json.loads(row["photos"])
    shown["overdue"] = row["status"] in TO_HANDLE and row["deadline_at"] is not None and row["deadline_at"] < now
    shown.update({name: bool(row[name]) for name in FLAGS})
    if row["reporter"] != who.id and not scope_of(who).in_charge(row):
        shown["reporter"] = None
        shown.update(json.loads(row["own"]))
    return shown


def public_view(row: Row) -> dict[str, Any]:
    """What anybody may know of a case nearby: nothing of who reported it, and not their words."""
    names = ("number", "status", "category_name", "address", "reported_at", "report_count")
    return {**{name: row[name] for name in names}, "status_name": STATES[row["status"]], "demo": bool(row["demo"])}
