"""Which of the documents in the library a new one is an edition of, whatever their files are called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from .catalogue import Shelf
from .likeness import Hashes, Pair, best, paired, share, shingles
from .records import Entry
from .store import Draft, Store, Superseding
from .versions import Plan, succeeded

# Bounded, however many copies of one text there are.
_ROWS, _COMPARED = 1000, 8


class AlikeFinder:
    """Finds near-duplicates by the sketches kept in SQL."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def pairs(self, fresh: Sequence[Draft], new: Sequence[Entry], shelf: Shelf, plan: Plan) -> list[Pair]:
        """The pairs that new documents make with live ones and among themselves."""
        known = {**shelf.entries, **{each.id: each for each in (*plan.freed, *new)}}
        for change in plan.changes:
            if change.retired:
                known.pop(change.older, None)
        found: dict[frozenset[str], Pair] = {}
        for draft, entry in zip(fresh, new, strict=True):
            for pair in self._of(draft, entry, known):
                found.setdefault(frozenset((pair.new.id, pair.other.id)), pair)
        return list(found.values())

    def _of(self, draft: Draft, entry: Entry, known: Mapping[str, Entry]) -> list[Pair]:
        if not draft.sketch:
            return []
        shared = Counter(self._store.sharing(draft.sketch, _ROWS))
        ids = [each for each, _ in shared.most_common() if each != entry.id and each in known]
        # Whether they may be paired at all costs nothing; texts are read only of those.
        ids = [each for each in ids if paired(entry, known[each], 1.0)][:_COMPARED]
        if not ids:
            return []
        mine: Hashes = shingles(draft.document.text)
        texts = self._store.texts(ids)
        pairs = [paired(entry, known[each], share(mine, shingles(texts[each]))) for each in ids if each in texts]
        return best([each for each in pairs if each])


def editions(pairs: Sequence[Pair], changes: Sequence[Superseding]) -> list[Superseding]:
    """The older editions that newer ones replace, unless something else replaces them already."""
    taken = {each.older for each in changes}
    found: dict[str, Superseding] = {}
    for pair in sorted(pairs, key=lambda each: -each.share):
        older, newer = pair.older, pair.newer
        if older and newer and older.superseded_by is None and older.id not in (*taken, *found):
            found[older.id] = succeeded(older, newer)
    return list(found.values())
