"""Reads the district some words name."""

from __future__ import annotations

from .errors import NeedsAnswer
from .gazetteer import bundled_gazetteer

ASK_DISTRICT = "请问在哪个区？"


def district_of(said: str) -> str:
    """The code of the district some words name; a functional zone lies in several, so it is asked."""
    gazetteer = bundled_gazetteer()
    if said.strip() in gazetteer.districts():
        return said.strip()
    entries = [entry for mention in gazetteer.find(said) for entry in mention.entries if entry.kind == "district"]
    if len({entry.code for entry in entries}) != 1 or entries[0].code is None:
        raise NeedsAnswer("district", ASK_DISTRICT)
    return entries[0].code
