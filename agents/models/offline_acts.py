"""Whether a message belongs to the act that waits for an answer, or is another one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tools import ToolSpec

from ..understanding import IDENTIFIERS, correction, find, is_step

Specs = Mapping[str, ToolSpec]


def another_act(waiting: Mapping[str, Any], specs: Specs, text: str, meant: str | None, now: datetime) -> bool:
    """Whether a message names another object than the waiting act's, and so is an act or a question of its own."""
    spec = specs[waiting["tool"]]
    slot = spec.slots.get(waiting["slot"])
    if not is_step(spec) or slot is None or slot.kind in IDENTIFIERS or correction(text):
        return False
    for name, each in spec.slots.items():
        known = waiting["arguments"].get(name)
        if each.kind in IDENTIFIERS and known and meant is not None:
            said = [str(hit.value) for hit in find(each, text, now)]
            if said and str(known) not in said:
                return True
    return False


def only_says_why(waiting: Mapping[str, Any], specs: Specs, meant: str, *, asks: bool) -> bool:
    """Whether words that sound like another wish are the reason that was asked for: 管道漏水要等水务."""
    spec = specs[waiting["tool"]]
    slot = spec.slots.get(waiting["slot"])
    words = slot is not None and slot.kind == "text" and is_step(spec) and not asks
    return words and meant in specs and not is_step(specs[meant])
