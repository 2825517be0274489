"""Takes documents into SQL and both indexes, and out again, so that readers never see half and a kill loses nothing.

The order of every change: written in SQL (seen by nobody) → both indexes → made live in SQL together with what it
replaces → shown to readers in one step → the replaced passages leave the indexes. What a kill leaves behind stands in
a stage other than `live` and is cleared away when the library is opened.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from .catalogue import Catalogue
from .current_vectors import CurrentVectors
from .editions import AlikeFinder, editions
from .keyword import KeywordIndex
from .reading import numbered
from .records import Agreement, Document, Entry
from .search import document_of
from .store import Draft, Indexed, Store, put_mark
from .vectors import Damaged, VectorIndex
from .versions import Plan, planned, replaced_by, superseded

_log = logging.getLogger(__name__)
_DOCUMENTS_AT_ONCE = 100
_SHOWN = 20
# So many passages may still lack their new vectors when the embedding is exchanged: they are embedded meanwhile.
_LAST = 200


@dataclass(frozen=True)
class Embedded:
    """Vectors by passage id, and the embedding that made them: it may be exchanged before they are stored."""

    shape: str
    vectors: Mapping[str, Sequence[float]]


# What else belongs into the transaction that makes drafts live: the ends of jobs, by the draft's place its document id.
Note = Callable[[Connection, Mapping[int, str]], None]


class Intake:
    """The one writer of SQL documents, keyword index, vectors and catalogue."""

    def __init__(self, store: Store, keyword: KeywordIndex, vectors: CurrentVectors) -> None:
        self._store, self._keyword, self._vectors = store, keyword, vectors
        self._changing = threading.RLock()
        self._alike = AlikeFinder(store)
        self._heal()
        self.catalogue = Catalogue(store.entries())

    def take(self, drafts: Sequence[Draft], note: Note | None = None) -> list[str]:
        """Take documents in; the id of each. One whose content is unchanged keeps the id it has."""
        latest = self._latest(drafts)
        fresh = [each for each in drafts if not _same(each, latest)]
        vectors = self._embedded([piece for made in fresh for piece in _indexed(made)])
        ids: dict[int, str] = {}
        with self._changing:
            for wave in _waves(drafts):
                ids |= self._wave(wave, vectors, note)
        return [ids[place] for place in range(len(drafts))]

    def remove(self, document_id: str) -> None:
        """Remove a document and its corrected versions; what it had replaced stands for itself again."""
        with self._changing:
            entry = self.catalogue.now.entries[document_id]
            corrected = [each.id for each in self._store.staged("retired") if each.superseded_by == document_id]
            freed = self._freed({document_id})
            shelf = self.catalogue.now.changed(put=freed, drop=[document_id])
            plan = Plan(tuple(replaced_by(freed, {}, shelf)), tuple(freed))
            with self._store.transaction() as connection:
                self._store.move(connection, [document_id, *corrected], "deleting")
                self._store.supersede(connection, [each.id for each in freed], plan.changes)
            self.catalogue.change(put=_after(plan, shelf.entries), drop=[document_id])
            self._out([entry])
            self._store.delete([document_id, *corrected])

    def rebuild(self, keyword: bool = True, vectors: bool = True) -> None:
        """Rebuild the indexes from SQL."""
        with self._changing:
            if keyword:
                self._store.set_mark("keyword", "")
                self._keyword.clear()
            if vectors:
                self._store.set_mark("vectors", "")
                self._vectors.clear()
            ids = [each.id for each in self._store.entries()]
            for start in range(0, len(ids), _DOCUMENTS_AT_ONCE):
                pieces = self._store.indexed(ids[start : start + _DOCUMENTS_AT_ONCE])
                if keyword:
                    self._keyword.add(pieces)
                if vectors:
                    self._vectors.add(pieces, self._vectors.embed(pieces))
            if keyword:
                self._store.set_mark("keyword", self._keyword.shape)
            if vectors:
                self._store.set_mark("embedding", self._vectors.source)
                self._store.set_mark("vectors", self._vectors.shape)

    def exchange(self, target: VectorIndex, also: Callable[[Connection], None]) -> bool:
        """Put filled vectors of another embedding in place of those in use; False when too many are missing."""
        with self._changing:
            ids = [each.id for each in self._store.entries()]
            known, held = set(self._store.piece_ids(ids)), target.ids()
            missing = known - held
            if len(missing) > _LAST:
                return False
            pieces = self._store.indexed(sorted({document_of(each) for each in missing}))
            pieces = [each for each in pieces if each.passage.id in missing]
            target.add(pieces, target.embed(pieces))
            target.forget(sorted(held - known))
            with self._store.transaction() as connection:
                put_mark(connection, "embedding", target.source)
                put_mark(connection, "vectors", target.shape)
                also(connection)
            self._vectors.exchange(target)
        return True

    def verify(self) -> Agreement:
        """Compare SQL with both indexes, passage by passage, and every passage with its place in the text."""
        with self._changing:
            ids = [each.id for each in self._store.entries()]
            known = set(self._store.piece_ids(ids))
            words, near = self._keyword.ids(), self._vectors.ids()
            doubled = self._keyword.count() - len(words)
            bad = [each for document_id in ids for each in self._misplaced(document_id)]
        extra = [*sorted(words - known), *(["（同一段落重复收录）"] if doubled else [])]
        return Agreement(
            len(known),
            _some(known - words),
            tuple(extra[:_SHOWN]),
            _some(known - near),
            _some(near - known),
            _some(bad),
        )

    def _latest(self, drafts: Iterable[Draft]) -> dict[tuple[str, str], Entry]:
        """The live documents of the same sources."""
        return self._store.latest({_source(each) for each in drafts})

    def _wave(self, wave: Mapping[int, Draft], vectors: Embedded, note: Note | None) -> dict[int, str]:
        """Drafts of different sources, taken in together."""
        ids, fresh = {}, {}
        older: dict[str, Entry] = {}
        newest = self._latest(wave.values())
        for place, made in wave.items():
            latest = newest.get(_source(made))
            if latest and _same(made, newest):
                ids[place] = latest.id
                continue
            if latest:
                older[made.document.id] = latest
            fresh[place] = numbered(made, latest.version + 1 if latest else 1)
            ids[place] = made.document.id
        self._publish(list(fresh.values()), older, vectors, _noting(note, ids))
        return ids

    def _publish(
        self, fresh: list[Draft], older: Mapping[str, Entry], vectors: Embedded, also: Callable[[Connection], None]
    ) -> None:
        new = [_entry(each.document) for each in fresh]
        self._store.write(fresh)
        try:
            self._in(fresh, vectors)
            plan = planned(new, older, self.catalogue.now, self._freed)
            pairs = self._alike.pairs(fresh, new, self.catalogue.now, plan)
            plan = replace(plan, changes=(*plan.changes, *editions(pairs, plan.changes)))
            with self._store.transaction() as connection:
                self._store.publish(connection, [each.id for each in new])
                self._store.supersede(connection, [each.id for each in plan.freed], plan.changes)
                self._store.add_alike(connection, [(each.new.id, each.other.id, each.share) for each in pairs])
                also(connection)
        except BaseException:
            self._undo(new)
            raise
        self._show(new, plan)

    def _show(self, new: Sequence[Entry], plan: Plan) -> None:
        """Let readers see the change, then take what was replaced out of the indexes."""
        entries = {**self.catalogue.now.entries, **{each.id: each for each in (*new, *plan.freed)}}
        retired = [each.older for each in plan.changes if each.retired]
        put = {each.id: each for each in [*new, *_after(plan, entries)]}
        self.catalogue.change(put=[each for each in put.values() if each.id not in retired], drop=retired)
        if retired:
            self._out([entries[each] for each in retired])
            self._store.set_stage(retired, "retired")

    def _freed(self, gone: set[str]) -> list[Entry]:
        """What these documents had replaced, as it was before."""
        pointing = [each for each in self.catalogue.now.entries.values() if each.superseded_by in gone]
        own = self._store.own([each.id for each in pointing])
        return [replace(each, **own[each.id].__dict__) for each in pointing]

    def _in(self, fresh: Sequence[Draft], vectors: Embedded) -> None:
        pieces = [each for made in fresh for each in _indexed(made)]
        if pieces:
            ready = vectors.vectors if vectors.shape == self._vectors.shape else {}
            missing = [each for each in pieces if each.passage.id not in ready]
            held = {**ready, **self._embedded(missing).vectors} if missing else ready
            self._keyword.add(pieces)
            self._vectors.add(pieces, [held[each.passage.id] for each in pieces])

    def _out(self, entries: Sequence[Entry]) -> None:
        self._keyword.remove([each.id for each in entries])
        for each in entries:
            self._vectors.remove(each.partition, self._store.piece_ids([each.id]))

    def _undo(self, entries: Sequence[Entry]) -> None:
        """Take back what was not made live; what cannot be taken back now is cleared away at the next opening."""
        try:
            self._out(entries)
            self._store.delete([each.id for each in entries])
        except Exception:  # the first failure is the one to report; this one is logged
            _log.exception("could not take back %s now; the next opening will", [each.id for each in entries])

    def _cleared(self, entries: Sequence[Entry]) -> bool:
        """Take documents out of both indexes; False where a kill left the vectors' own files damaged."""
        try:
            self._out(entries)
        except Damaged:
            _log.exception("the vectors are damaged and will be filled anew")
            return False
        return True

    def _heal(self) -> None:
        """Clear away what a kill left behind; rebuild an index that is of another make or holds another number."""
        left = {stage: self._store.staged(stage) for stage in ("writing", "leaving", "deleting")}
        damaged = False
        for stage, entries in left.items():
            if entries:
                _log.warning("clearing away %d documents left %s by an earlier stop", len(entries), stage)
                damaged = not self._cleared(entries) or damaged
        self._store.delete(each.id for each in [*left["writing"], *left["deleting"]])
        self._store.set_stage([each.id for each in left["leaving"]], "retired")
        held = self._store.count()
        keyword = self._store.mark("keyword") != self._keyword.shape or self._keyword.count() != held
        vectors = damaged or self._store.mark("vectors") != self._vectors.shape or self._vectors.count() != held
        if keyword or vectors:
            self.rebuild(keyword, vectors)

    def _embedded(self, pieces: Sequence[Indexed]) -> Embedded:
        index = self._vectors.index
        return Embedded(index.shape, dict(zip((each.passage.id for each in pieces), index.embed(pieces), strict=True)))

    def _misplaced(self, document_id: str) -> Iterator[str]:
        document = self._store.document(document_id)
        for piece in self._store.pieces(document_id):
            if document is None or document.text[piece.start : piece.end] != piece.text:
                yield piece.id


def _waves(drafts: Sequence[Draft]) -> list[dict[int, Draft]]:
    """Drafts in groups in which no source comes twice, in order."""
    waves: list[dict[int, Draft]] = []
    seen: dict[tuple[str, str], int] = {}
    for place, made in enumerate(drafts):
        source = _source(made)
        seen[source] = number = seen.get(source, -1) + 1
        waves += [{}] * (number >= len(waves))
        if not waves[number]:
            waves[number] = {}
        waves[number][place] = made
    return waves


def _noting(note: Note | None, ids: Mapping[int, str]) -> Callable[[Connection], None]:
    def noted(connection: Connection) -> None:
        if note:
            note(connection, ids)

    return noted


def _source(made: Draft) -> tuple[str, str]:
    return made.document.base, made.document.source_name


def _same(made: Draft, latest: Mapping[tuple[str, str], Entry]) -> bool:
    """Whether a live document of the same name has exactly this content."""
    known = latest.get(_source(made))
    return known is not None and known.content_hash == made.document.content_hash


def _indexed(made: Draft) -> list[Indexed]:
    document = made.document
    return [Indexed(each, document.partition, document.title, made.asked_as) for each in made.pieces]


def _entry(document: Document) -> Entry:
    return Entry(**{name: value for name, value in document.__dict__.items() if name != "text"})


def _some(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids)[:_SHOWN])


def _after(plan: Plan, entries: Mapping[str, Entry]) -> list[Entry]:
    """The documents a plan touches, as they stand after it."""
    put = {each.id: each for each in plan.freed}
    for each in plan.changes:
        if not each.retired:
            put[each.older] = superseded(put.get(each.older, entries[each.older]), each)
    return list(put.values())
