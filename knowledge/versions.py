"""Which documents a new one replaces: an older version of the same source, and what its text abolishes."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .catalogue import Shelf
from .records import Entry
from .store import Superseding


@dataclass(frozen=True)
class Plan:
    """What happens to other documents when some become live: what is replaced, and what stands for itself again."""

    changes: tuple[Superseding, ...]
    freed: tuple[Entry, ...] = ()


def planned(
    new: Sequence[Entry], older: Mapping[str, Entry], shelf: Shelf, freed: Callable[[set[str]], Sequence[Entry]]
) -> Plan:
    """The plan for new documents and their `older` versions; `freed` gives what documents replaced, as it was before.

    What a corrected version had replaced is judged again, by the corrected text.
    """
    versions = {each.id: _version(each, newer) for newer in new if (each := older.get(newer.id))}
    gone = {each.older: each.newer for each in versions.values() if each.retired}
    again = list(freed(set(gone))) if gone else []
    if gone:
        shelf = shelf.changed(put=again, drop=gone)
    by_source = {(each.base, each.source_name): each for each in new}
    for each in again:
        if newer := by_source.get((each.base, each.source_name)):
            versions[each.id] = _version(each, newer)
    return Plan(tuple(replaced_by([*new, *again], versions, shelf)), tuple(again))


def replaced_by(new: Sequence[Entry], versions: Mapping[str, Superseding], shelf: Shelf) -> list[Superseding]:
    """The `versions` already known to be replaced, what new documents abolish of what is on the shelf, and themselves
    when a document on the shelf already said so."""
    found = dict(versions)
    repealing = [each for each in new if each.repeals and not each.draft]
    concerned = [*new, *shelf.entries.values()] if repealing else new
    repealers = {compact(name): each for each in (*shelf.repealing, *repealing) for name in each.repeals}
    for each in concerned if repealers else ():
        newer = next((repealers[name] for name in _names(each) if name in repealers), None)
        free = each.id not in found and each.superseded_by is None
        if newer and free and newer.id not in (each.id, *found) and not _before(newer, each):
            found[each.id] = Superseding(each.id, newer.id, _last_day(each, newer), retired=False)
    return list(found.values())


def superseded(entry: Entry, change: Superseding) -> Entry:
    """The entry as it stands after the change."""
    return replace(entry, superseded_by=change.newer, effective_to=change.last_day or entry.effective_to)


def succeeded(older: Entry, newer: Entry) -> Superseding:
    """An older edition that stays in force until the newer one begins."""
    return Superseding(older.id, newer.id, _last_day(older, newer), retired=False)


def _version(older: Entry, newer: Entry) -> Superseding:
    """A later start makes it a successor, before which the older one stays in force; else it is a correction."""
    later = newer.effective_from and (older.effective_from is None or older.effective_from < newer.effective_from)
    known = older.effective_from is not None or older.published is not None
    if later and known:
        return Superseding(older.id, newer.id, _last_day(older, newer), retired=False)
    return Superseding(older.id, newer.id, None, retired=True)


def _names(entry: Entry) -> list[str]:
    return [compact(name) for name in (entry.title, entry.number) if name]


def _before(newer: Entry, older: Entry) -> bool:
    """Whether the abolishing document is itself the older of the two (its successor took over the same title)."""
    mine, theirs = newer.effective_from or newer.published, older.effective_from or older.published
    return bool(mine and theirs and mine <= theirs)


def _last_day(older: Entry, newer: Entry) -> date | None:
    start = newer.effective_from or newer.published
    if start is None:
        return older.effective_to
    last = start - timedelta(days=1)
    return min(last, older.effective_to) if older.effective_to else last


def compact(name: str) -> str:
    """A title or number as it is compared: widths, blanks, brackets and the country's name make no difference."""
    plain = re.sub(r"[\s《》〔〕\[\]()]", "", unicodedata.normalize("NFKC", name))
    return plain.removeprefix("中华人民共和国")
