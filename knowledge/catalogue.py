"""What is in the library now, in memory: every live document without its text, replaced as a whole on a change."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from .records import Entry, Query, Visibility


@dataclass(frozen=True)
class Shelf:
    """One unchanging state of the catalogue; a search sees exactly one."""

    entries: Mapping[str, Entry] = field(default_factory=dict)
    partitions: Mapping[tuple[str, Visibility], int] = field(default_factory=dict)
    repealing: tuple[Entry, ...] = ()

    def scope(self, query: Query) -> list[str]:
        """The parts of the indexes that the asker may see and asked for."""
        return sorted(
            f"{base}/{visibility}"
            for base, visibility in self.partitions
            if visibility in query.visibilities and (query.bases is None or base in query.bases)
        )

    def bases(self, visibilities: Iterable[Visibility] | None = None) -> tuple[str, ...]:
        """The names of the bases that hold documents of these visibilities (of any, when not said)."""
        seen = None if visibilities is None else set(visibilities)
        return tuple(sorted({base for base, visibility in self.partitions if seen is None or visibility in seen}))

    def admissible(self, admits: Callable[[Entry], bool]) -> list[str]:
        """The ids of all documents that pass a filter."""
        return [each.id for each in self.entries.values() if admits(each)]


class Catalogue:
    """The current shelf. Readers take `now`; a change puts another in its place in one step."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._changing = threading.Lock()
        self.now = _shelf({each.id: each for each in entries})

    def change(self, put: Iterable[Entry] = (), drop: Iterable[str] = ()) -> None:
        """Put and drop entries, seen by readers all at once."""
        with self._changing:
            entries = dict(self.now.entries)
            for each in put:
                entries[each.id] = each
            for document_id in drop:
                entries.pop(document_id, None)
            self.now = _shelf(entries)


def _shelf(entries: Mapping[str, Entry]) -> Shelf:
    partitions = Counter((each.base, each.visibility) for each in entries.values())
    return Shelf(entries, partitions, tuple(each for each in entries.values() if each.repeals and not each.draft))
