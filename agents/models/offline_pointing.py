"""What is pointed at (第二个怎么样了, 那个案子) is looked up by the tool that reads one by its identifier."""

from __future__ import annotations

import re

from langchain_core.messages import AIMessage

from ..understanding import IDENTIFIERS, facet_of, find, goes_on, ordinal, points_back, subject
from .offline_calls import call
from .offline_heard import Heard, Meant
from .offline_slots import spoken_of

LIKELY = 0.4
_CODE = re.compile(r"[A-Za-z]{0,4}\d{6,}")


def pointed_at(heard: Heard, meant: Meant) -> AIMessage | None:
    """第二个怎么样了: what is pointed at is looked up by the tool that reads one by its identifier."""
    bare = not subject(_CODE.sub("", heard.text))
    listed = ordinal(heard.text) is not None and (goes_on(heard.text) or facet_of(heard.text) is not None)
    if not bare and not listed and (meant.score >= LIKELY or not (points_back(heard.text) or ordinal(heard.text))):
        return None
    for name, spec in sorted(heard.specs.items()):
        slots = [spec.slots[each] for each in spec.required if each in spec.slots]
        if spec.effect == "read" and len(slots) == 1 and slots[0].kind in IDENTIFIERS:
            said = [str(each.value) for each in find(slots[0], heard.text, heard.now)] if bare else []
            known = said[0] if said else None if bare else spoken_of(slots[0], heard.text, heard.memory, heard.now)
            if known:
                return call(name, {spec.required[0]: known}, heard.text)
    return None
