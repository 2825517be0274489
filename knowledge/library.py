"""The library: the front of the room. SQL is the truth, the two indexes are rebuilt from it."""

from __future__ import annotations

import hashlib
import json
import secrets
import threading
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path, PurePath
from typing import Any

from filelock import FileLock, Timeout
from langchain_core.embeddings import Embeddings

from .coverage import Rarity
from .cut import cut
from .embed import HashingEmbeddings
from .errors import KnowledgeError, LibraryBusy, UnknownBase, UnknownDocument, UnreadableDocument
from .facts import read_facts
from .keyword import KeywordIndex
from .loaders import loaders_by_suffix
from .records import Document, DocumentFacts, Found, Job, Loader, Passage, Query, Visibility
from .search import Search
from .store import Indexed, Store, job_record, now, open_store
from .vectors import VectorIndex


class Library:
    """Reads, keeps, finds and cites what the city has written down. Safe to use from many threads."""

    def __init__(
        self,
        folder: Path,
        store: Store,
        keyword: KeywordIndex,
        vectors: VectorIndex,
        weight: float,
        loaders: Iterable[Loader],
        lock: FileLock,
    ) -> None:
        self._folder, self._store, self._lock = folder, store, lock
        self._keyword, self._vectors = keyword, vectors
        self._loaders = loaders_by_suffix(loaders)
        self._changing = threading.RLock()
        self._documents = {each.id: each for each in store.all_documents()}
        self._rarity = Rarity()
        self._search = Search(keyword, vectors, weight, self._rarity)
        self._heal()
        self._wake = threading.Event()
        self._stopping = False
        self._worker = threading.Thread(target=self._work, name="library-worker", daemon=True)
        self._worker.start()
        self._wake.set()

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
        loaded = self._loader(name).load(data, name)
        if len(loaded.text) < 2:
            raise UnreadableDocument(f"文件 {name} 里没有文字。请检查文件后重新上传。")
        stated = _over(facts or DocumentFacts(), loaded.facts)
        found = read_facts(loaded.text, replace(stated, title=stated.title or loaded.title), PurePath(name).stem)
        phrasings = "\n".join((*asked_as, *loaded.asked_as))
        hashed = hashlib.sha256(json.dumps([loaded.text, asdict(found), phrasings, visibility], default=str).encode())
        with self._changing:
            old = self._store.latest(base, name)
            if old and old.content_hash == hashed.hexdigest():
                return old
            document = _document(found, base, visibility, name, hashed.hexdigest(), loaded.text, old)
            pieces = _passages(document)
            self._store.save(document, pieces, phrasings, old.id if old else None)
            if old:
                self._documents[old.id] = replace(old, superseded_by=document.id)
            self._documents[document.id] = document
            self._index(document, pieces, phrasings)
        return document

    def remove(self, document_id: str) -> None:
        """Remove a document from SQL and from both indexes."""
        with self._changing:
            document = self._known(document_id, None)
            for piece in self._store.pieces(document_id):
                self._rarity.remove(_whole(document, piece))
            self._store.delete(document_id)
            self._keyword.remove(document_id)
            self._vectors.remove(document_id)
            del self._documents[document.id]

    def document(self, document_id: str, visibilities: Iterable[Visibility] | None = None) -> Document:
        """One document; one that the asker may not see does not exist."""
        return self._known(document_id, visibilities)

    def documents(self, base: str | None = None, visibilities: Iterable[Visibility] | None = None) -> list[Document]:
        """The documents of a base (or of all) that the asker may see."""
        seen = set(visibilities) if visibilities is not None else None
        if base is not None and base not in self.bases():
            raise UnknownBase(f"没有名为 {base} 的知识库。现有：{'、'.join(self.bases()) or '（空）'}。")
        return [
            each
            for each in self._documents.values()
            if (base is None or each.base == base) and (seen is None or each.visibility in seen)
        ]

    def passages(self, document_id: str) -> list[Passage]:
        """A document's passages in order."""
        return self._store.pieces(self._known(document_id, None).id)

    def bases(self) -> tuple[str, ...]:
        """The names of all bases that hold documents."""
        return tuple(sorted({each.base for each in self._documents.values()}))

    def search(self, query: Query) -> Found:
        """The passages that answer a query, in force on its day; never one the asker may not see."""
        if query.bases:
            unknown = query.bases - set(self.bases())
            if unknown == query.bases:
                raise UnknownBase(f"没有名为 {'、'.join(sorted(unknown))} 的知识库。现有：{'、'.join(self.bases())}。")
        return self._search.run(query, self._documents, self._store)

    def submit(
        self,
        data: bytes,
        name: str,
        base: str,
        *,
        visibility: Visibility = "public",
        facts: DocumentFacts | None = None,
    ) -> Job:
        """Queue a file for ingestion; the job survives a restart."""
        self._loader(name)
        job = Job(f"j_{secrets.token_hex(8)}", "queued", name, base, now(), None, None, None)
        self._store.add_job(job, visibility, json.dumps(asdict(facts or DocumentFacts()), default=str), data)
        self._wake.set()
        return job

    def job(self, job_id: str) -> Job:
        """The state of a job."""
        row = self._store.job_row(job_id)
        if row is None:
            raise UnknownDocument("没有找到这个入库任务。请核对编号。")
        return job_record(row)

    def rebuild(self) -> None:
        """Rebuild both indexes from SQL."""
        with self._changing:
            self._keyword.clear()
            self._vectors.clear()
            for document in self._documents.values():
                pieces = self._store.pieces(document.id)
                self._indexes_only(document, pieces, self._store.asked_as(document.id))

    def status(self) -> dict[str, int]:
        """Counts of documents, passages, and what each index holds."""
        total = sum(len(self._store.pieces(each)) for each in self._documents)
        return {
            "documents": len(self._documents),
            "passages": total,
            "keyword": self._keyword.count(),
            "vectors": self._vectors.count(),
        }

    def close(self) -> None:
        """Finish the running job and let go of the folder."""
        self._stopping = True
        self._wake.set()
        self._worker.join()
        self._keyword.close()
        self._store.close()
        self._lock.release()

    def _heal(self) -> None:
        """Count words, and rebuild the indexes when they do not hold what SQL holds (a kill in between)."""
        held = 0
        for document in self._documents.values():
            for piece in self._store.pieces(document.id):
                self._rarity.add(_whole(document, piece))
                held += 1
        if held != self._keyword.count() or held != self._vectors.count():
            self.rebuild()

    def _index(self, document: Document, pieces: Sequence[Passage], asked_as: str) -> None:
        for piece in pieces:
            self._rarity.add(_whole(document, piece))
        self._indexes_only(document, pieces, asked_as)

    def _indexes_only(self, document: Document, pieces: Sequence[Passage], asked_as: str) -> None:
        partition = f"{document.base}/{document.visibility}"
        indexed = [Indexed(piece, partition, document.title, asked_as) for piece in pieces]
        self._keyword.add(indexed)
        self._vectors.add(indexed)

    def _loader(self, name: str) -> Loader:
        suffix = PurePath(name).suffix.lower()
        if suffix not in self._loaders:
            raise UnreadableDocument(f"还不能读 {suffix or '没有后缀'} 的文件。现在支持：{'、'.join(self._loaders)}。")
        return self._loaders[suffix]

    def _known(self, document_id: str, visibilities: Iterable[Visibility] | None) -> Document:
        document = self._documents.get(document_id)
        if document is None or (visibilities is not None and document.visibility not in set(visibilities)):
            raise UnknownDocument("没有找到这份文件。它可能已被删除或替换。")
        return document

    def _work(self) -> None:
        while not self._stopping:
            self._wake.wait()
            self._wake.clear()
            for job_id in self._store.open_jobs():
                if self._stopping:
                    return
                self._run(job_id)

    def _run(self, job_id: str) -> None:
        row = self._store.job_row(job_id)
        if row is None:
            return
        self._store.set_job(job_id, state="running")
        facts = _facts_from(json.loads(row.facts))
        try:
            document = self.add(row.data, row.source_name, row.base, visibility=row.visibility, facts=facts)
        except KnowledgeError as problem:
            ended: dict[str, Any] = {"state": "failed", "problem": str(problem)}
        else:
            ended = {"state": "done", "document_id": document.id}
        self._store.set_job(job_id, **ended, finished_at=now().isoformat(), data=None)


def open_library(
    folder: Path,
    *,
    url: str | None = None,
    embeddings: Embeddings | None = None,
    keyword_weight: float = 0.75,
    loaders: Iterable[Loader] = (),
) -> Library:
    """Open the library in a folder. `LibraryBusy` when another process holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "library.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise LibraryBusy(f"另一个进程正在使用知识库目录 {folder}。请先停掉它，或通过它的接口操作。") from None
    store = open_store(url or f"sqlite:///{folder / 'knowledge.db'}")
    keyword = KeywordIndex(folder / "keyword")
    vectors = VectorIndex(folder / "vectors", embeddings or HashingEmbeddings())
    return Library(folder, store, keyword, vectors, keyword_weight, loaders, lock)


def _over(first: DocumentFacts, second: DocumentFacts | None) -> DocumentFacts:
    stated = {name: value for name, value in first.__dict__.items() if value not in (None, False)}
    return replace(second or DocumentFacts(), **stated)


def _facts_from(values: dict[str, Any]) -> DocumentFacts:
    for name in ("published", "effective_from", "effective_to"):
        values[name] = date.fromisoformat(values[name]) if values[name] else None
    return DocumentFacts(**values)


def _document(
    facts: DocumentFacts, base: str, visibility: Visibility, name: str, hashed: str, text: str, old: Document | None
) -> Document:
    stated = dict(facts.__dict__)
    stated["title"] = stated["title"] or name
    return Document(
        id=f"d_{secrets.token_hex(8)}",
        base=base,
        visibility=visibility,
        source_name=name,
        retrieved_at=now(),
        content_hash=hashed,
        version=old.version + 1 if old else 1,
        text=text,
        **stated,
    )


def _passages(document: Document) -> list[Passage]:
    return [
        Passage(
            f"{document.id}-{n}",
            document.id,
            n,
            piece.heading_path,
            document.text[piece.start : piece.end],
            piece.start,
            piece.end,
        )
        for n, piece in enumerate(cut(document.text))
    ]


def _whole(document: Document, piece: Passage) -> str:
    return f"{document.title} {' '.join(piece.heading_path)} {piece.text}"
