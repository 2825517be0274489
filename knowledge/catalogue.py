"""What is in the library now, in memory: every live document without its text, replaced as a whole on a change."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from .records import Entry, Query, Visibility

_KEPT = 8


@dataclass(frozen=True)
class Filter:
    """Which documents may answer a query: those in force on its day, or those no longer in force."""

    visibilities: frozenset[Visibility]
    bases: frozenset[str] | None
    region: str | None
    as_of: date
    in_force: bool
    documents: frozenset[str] | None = None

    def admits(self, entry: Entry) -> bool:
        """Whether a document passes."""
        status = entry.status(self.as_of)
        timely = status == "in_force" if self.in_force else status in ("expired", "superseded")
        seen = entry.visibility in self.visibilities and (self.bases is None or entry.base in self.bases)
        meant = self.documents is None or entry.id in self.documents
        return meant and timely and seen and in_region(entry.region, self.region)


@dataclass(frozen=True)
class Admissible:
    """The documents that pass a filter, and their share of the documents in its scope."""

    ids: frozenset[str]
    share: float


@dataclass(frozen=True)
class Shelf:
    """One unchanging state of the catalogue; a search sees exactly one."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    partitions: Mapping[tuple[str, Visibility], int] = field(default_factory=dict)
    repealing: tuple[Entry, ...] = ()
    _known: dict[Filter, Admissible] = field(default_factory=dict, compare=False, repr=False)

    def scope(self, query: Query) -> list[str]:
        """The parts of the indexes that the asker may see and asked for."""
        return sorted(f"{base}/{visibility}" for base, visibility in self._visible(query.visibilities, query.bases))

    def bases(self, visibilities: Iterable[Visibility] | None = None) -> tuple[str, ...]:
        """The names of the bases that hold documents of these visibilities (of any, when not said)."""
        seen = None if visibilities is None else set(visibilities)
        return tuple(sorted({base for base, visibility in self.partitions if seen is None or visibility in seen}))

    def admissible(self, wanted: Filter) -> Admissible:
        """The documents that pass a filter; most queries of a day share one, so the last few are kept."""
        known = self._known.get(wanted)
        if known is None:
            ids = frozenset(each.id for each in self.entries.values() if wanted.admits(each))
            total = sum(self.partitions[each] for each in self._visible(wanted.visibilities, wanted.bases))
            known = Admissible(ids, len(ids) / total if total else 0.0)
            if len(self._known) >= _KEPT:
                self._known.clear()
            self._known[wanted] = known
        return known

    def changed(self, put: Iterable[Entry] = (), drop: Iterable[str] = ()) -> Shelf:
        """Another shelf with some entries put and some dropped."""
        entries = dict(self.entries)
        for each in put:
            entries[each.id] = each
        for document_id in drop:
            entries.pop(document_id, None)
        return _shelf(entries)

    def _visible(
        self, visibilities: Collection[Visibility], bases: Collection[str] | None
    ) -> list[tuple[str, Visibility]]:
        return [each for each in self.partitions if each[1] in visibilities and (bases is None or each[0] in bases)]


class Catalogue:
    """The current shelf. Readers take `now`; a change puts another in its place in one step."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._changing = threading.Lock()
        self.now = _shelf({each.id: each for each in entries})

    def change(self, put: Iterable[Entry] = (), drop: Iterable[str] = ()) -> None:
        """Put and drop entries, seen by readers all at once."""
        with self._changing:
            self.now = self.now.changed(put, drop)


def _shelf(entries: Mapping[str, Entry]) -> Shelf:
    partitions = Counter((each.base, each.visibility) for each in entries.values())
    return Shelf(entries, partitions, tuple(each for each in entries.values() if each.repeals and not each.draft))


def in_region(region: str | None, wanted: str | None) -> bool:
    """Whether a document of `region` holds in `wanted`: it is the same, a wider one around it, or the whole country."""
    return wanted is None or region in (None, "CN") or wanted.startswith(str(region))
