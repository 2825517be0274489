"""The library: the front of the room. SQL is the truth, the two indexes are rebuilt from it."""

from __future__ import annotations

import logging
import platform
import secrets
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path, PurePath

from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings
from sqlalchemy.exc import IntegrityError

from .archives import SUFFIX, is_archive
from .calibrate import WEIGHTS, Calibration, Known, weigh
from .confidence import Confidence, Signals
from .current_vectors import CurrentVectors
from .embed import HashingEmbeddings, open_embeddings
from .errors import KnowledgeError, LibraryBusy, UnknownBase, UnknownDocument, UnreadableDocument
from .formats.sniff import advice
from .intake import Intake
from .jobs import Jobs
from .keyword import KeywordIndex
from .loaders import loaders_by_suffix
from .reading import check, draft
from .records import (
    Agreement,
    Alike,
    Document,
    DocumentFacts,
    Embedding,
    Entry,
    Found,
    Job,
    LoadedText,
    Loader,
    Passage,
    Query,
    Source,
    Visibility,
)
from .reembed import OpenEmbeddings, Reembedding
from .rerank import Judge, Reranker
from .search import Search
from .store import Store, now, open_store
from .terms import Weights
from .vectors import VectorIndex
from .worker import Worker

_log = logging.getLogger(__name__)


class Library:
    """Reads, keeps, finds and cites what the city has written down. Safe to use from many threads."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        keyword: KeywordIndex,
        vectors: CurrentVectors,
        weight: float,
        loaders: Iterable[Loader],
        open_by_name: OpenEmbeddings,
        judge: Judge | None,
        held: ExitStack,
    ) -> None:
        self._store, self._keyword, self._vectors, self._held = store, keyword, vectors, held
        self._loaders = loaders_by_suffix(loaders)
        self._intake = Intake(store, keyword, vectors)
        self._search = Search(
            keyword, vectors, weight, Confidence(Weights(keyword), store), store, Reranker(judge) if judge else None
        )
        # Whoever held jobs under this folder's name before is dead: the lock on the folder is ours.
        owner = f"{platform.node()}:{folder.resolve()}:"
        self._jobs = Jobs(store, f"{owner}{secrets.token_hex(4)}")
        self._jobs.release(owner)
        self._worker = Worker(self._jobs, self._intake, self._load, self._loader)
        self._worker.start()
        self._reembedding = Reembedding(self._jobs, store, self._intake, vectors, open_by_name)
        if not self._reembedding.under_way():
            vectors.index.drop_others()
        self._reembedding.start()

    def add(
        self,
        data: bytes,
        name: str,
        base: str,
        *,
        visibility: Visibility = "public",
        facts: DocumentFacts | None = None,
        asked_as: Sequence[str] = (),
    ) -> Document:
        """Ingest a file. The same content again changes nothing; new content is a new version.

        Raises `UnreadableDocument` with what to do.
        """
        source = Source(data, name, base, visibility, facts or DocumentFacts(), tuple(asked_as))
        return self.document(self.add_many([source])[0])

    def add_many(self, sources: Sequence[Source]) -> list[str]:
        """Ingest files together, much faster than one by one; all are taken in or, if one cannot be read, none.

        Gives the id of each document.
        """
        drafts = []
        for source in sources:
            check(source)
            drafts.append(draft(source, self._load(source)))
        return self._intake.take(drafts)

    def remove(self, document_id: str) -> None:
        """Remove a document, with its corrected versions, from SQL and from both indexes."""
        self._intake.remove(self._entry(document_id, None).id)

    def document(self, document_id: str, visibilities: Iterable[Visibility] | None = None) -> Document:
        """One document with its text; one that the asker may not see does not exist.

        A version that was corrected since can still be opened, so that old citations lead somewhere, by those who
        may see the version that replaced it.
        """
        document = self._store.document(document_id)
        entries = self._intake.catalogue.now.entries
        shown = document and (entries.get(document.id) or entries.get(document.superseded_by or ""))
        if document is None or shown is None or not {document.visibility, shown.visibility} <= _all_or(visibilities):
            raise UnknownDocument("没有找到这份文件。它可能已被删除或替换。")
        return document

    def documents(self, base: str | None = None, visibilities: Iterable[Visibility] | None = None) -> list[Entry]:
        """The documents of a base (or of all) that the asker may see, without their texts."""
        seen = set(visibilities) if visibilities is not None else None
        self._refuse_unknown({base} if base is not None else set(), seen)
        return [
            each
            for each in self._intake.catalogue.now.entries.values()
            if (base is None or each.base == base) and (seen is None or each.visibility in seen)
        ]

    def passages(self, document_id: str) -> list[Passage]:
        """A document's passages in order."""
        pieces = self._store.pieces(document_id)
        if not pieces:
            raise UnknownDocument("没有找到这份文件。它可能已被删除或替换。")
        return pieces

    def alike(self, document_id: str | None = None, visibilities: Iterable[Visibility] | None = None) -> list[Alike]:
        """Documents under different names that are nearly the same, most alike first: one's, or all pairs."""
        entries, seen = self._intake.catalogue.now.entries, _all_or(visibilities)
        pairs = [
            (one, other, share) if document_id in (None, one) else (other, one, share)
            for one, other, share in self._store.alike(document_id)
            if one in entries and other in entries
        ]
        found = [Alike(entries[one], entries[other], share) for one, other, share in pairs]
        return [each for each in found if {each.document.visibility, each.other.visibility} <= seen]

    def bases(self, visibilities: Iterable[Visibility] | None = None) -> tuple[str, ...]:
        """The names of all bases that hold documents (of these visibilities)."""
        return self._intake.catalogue.now.bases(visibilities)

    def phrasings(self) -> dict[str, list[str]]:
        """How people ask for what the documents answer (`asked_as`), by base."""
        return self._store.phrasings()

    def search(self, query: Query) -> Found:
        """The passages that answer a query, in force on its day; never one the asker may not see."""
        if query.bases and not query.bases & set(self.bases(query.visibilities)):
            self._refuse_unknown(set(query.bases), set(query.visibilities))
        return self._search.run(query, self._intake.catalogue)

    def signals(self, query: Query) -> Signals | None:
        """What the confidence of a search goes by, to fit its weights; nothing when nothing was found."""
        return self._search.signals(query, self._intake.catalogue.now)

    def calibrate(self, asked: Sequence[Known], as_of: date, weights: Sequence[float] = WEIGHTS) -> Calibration:
        """How well each weight of keywords against vectors finds the documents of known questions."""
        return weigh(self._search, self._intake.catalogue.now, asked, as_of, weights)

    def submit(
        self,
        data: bytes,
        name: str,
        base: str,
        *,
        visibility: Visibility = "public",
        facts: DocumentFacts | None = None,
        asked_as: Sequence[str] = (),
        job_id: str | None = None,
    ) -> Job:
        """Queue a file, or a zip of files; the job survives a restart. A given `job_id` is queued once."""
        source = Source(data, name, base, visibility, facts or DocumentFacts(), tuple(asked_as))
        check(source)
        if not is_archive(name):
            self._loader(name)
        if job_id is not None and (known := self._jobs.get(job_id)):
            return known
        job = Job(job_id or f"j_{secrets.token_hex(8)}", "queued", name, base, now(), None, None, None)
        try:
            self._jobs.add(job, source)
        except IntegrityError:  # the same request arrived twice at once
            return self.job(job.id)
        self._worker.wake()
        return job

    def job(self, job_id: str) -> Job:
        """The state of a job."""
        job = self._jobs.get(job_id)
        if job is None:
            raise UnknownDocument("没有找到这个入库任务。请核对编号。")
        return job

    def reembed(self, name: str, *, probe: bool = True) -> Job:
        """Embed all passages anew in the background, by an embedding's name as `open_embeddings` takes it.

        Search answers from the old vectors until the new ones are complete. Raises `EmbeddingUnavailable` at once
        when the embedding gives no vector.
        """
        return self._reembedding.ask(name, probe=probe)

    @property
    def embedding(self) -> Embedding:
        """Which embedding search uses, and the job that is putting another in its place."""
        return Embedding(self._vectors.source or self._vectors.shape, self._reembedding.under_way())

    def rebuild(self) -> None:
        """Rebuild both indexes from SQL."""
        self._intake.rebuild()

    def verify(self) -> Agreement:
        """Compare SQL with both indexes, passage by passage. Slow on a large library."""
        return self._intake.verify()

    def status(self) -> dict[str, int]:
        """Counts of documents, passages, and what each index holds."""
        return {
            "documents": len(self._intake.catalogue.now.entries),
            "passages": self._store.count(),
            "keyword": self._keyword.count(),
            "vectors": self._vectors.count(),
        }

    def close(self) -> None:
        """Finish the running jobs and let go of the folder."""
        self._reembedding.stop()
        self._worker.stop()
        self._held.close()

    def _load(self, source: Source) -> LoadedText:
        return self._loader(source.name).load(source.data, source.name)

    def _loader(self, name: str) -> Loader:
        suffix = PurePath(name).suffix.lower()
        if suffix not in self._loaders:
            known = advice(suffix) or f"现在支持：{'、'.join((*self._loaders, SUFFIX))}。"
            raise UnreadableDocument(f"还不能读 {suffix or '没有后缀'} 的文件。{known}")
        return self._loaders[suffix]

    def _entry(self, document_id: str, visibilities: Iterable[Visibility] | None) -> Entry:
        entry = self._intake.catalogue.now.entries.get(document_id)
        if entry is None or (visibilities is not None and entry.visibility not in set(visibilities)):
            raise UnknownDocument("没有找到这份文件。它可能已被删除或替换。")
        return entry

    def _refuse_unknown(self, bases: set[str], seen: set[Visibility] | None) -> None:
        known = self.bases(seen)
        unknown = sorted(bases - set(known))
        if unknown:
            raise UnknownBase(f"没有名为 {'、'.join(unknown)} 的知识库。现有：{'、'.join(known) or '（空）'}。")


def _all_or(visibilities: Iterable[Visibility] | None) -> set[Visibility]:
    return {"public", "staff"} if visibilities is None else set(visibilities)


def open_library(
    folder: Path,
    *,
    url: str | None = None,
    embeddings: Embeddings | None = None,
    keyword_weight: float = 0.75,
    loaders: Iterable[Loader] = (),
    open_by_name: OpenEmbeddings = open_embeddings,
    judge: Judge | None = None,
) -> Library:
    """Open the library in a folder. `LibraryBusy` when another process holds it.

    Vectors made by another embedding stay in use, if `open_by_name` can open it, until all passages have new ones. A
    `judge` orders the best hits of every search anew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "library.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusy(f"另一个进程正在使用知识库目录 {folder}。请先停掉它，或通过它的接口操作。") from None
    held = ExitStack()
    held.callback(lock.release)
    try:
        store = open_store(url or f"sqlite:///{folder / 'knowledge.db'}")
        held.callback(store.close)
        keyword = KeywordIndex(folder / "keyword")
        held.callback(keyword.close)
        wanted = VectorIndex(folder / "vectors", embeddings or HashingEmbeddings())
        held.callback(wanted.close)
        former = _former(store, wanted, open_by_name)
        current = CurrentVectors(former or wanted)
        library = Library(folder, store, keyword, current, keyword_weight, loaders, open_by_name, judge, held)
        if former:
            library.reembed(wanted.source, probe=False)
        return library
    except BaseException:
        held.close()
        raise


def _former(store: Store, wanted: VectorIndex, open_by_name: OpenEmbeddings) -> VectorIndex | None:
    """The vectors that were in use, when they were made by another embedding and can serve on for a while."""
    shape, name = store.mark("vectors"), store.mark("embedding")
    if not shape or not name or shape == wanted.shape or not wanted.source:
        return None
    try:
        index = wanted.beside(open_by_name(name))
    except KnowledgeError as problem:
        _log.warning("the former embedding %s cannot be opened: %s", name, problem)
        return None
    return index if index.shape == shape and index.count() == store.count() else None
