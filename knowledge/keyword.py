"""The keyword index: tantivy's BM25 over pre-cut tokens; titles, headings and phrasings weigh more."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import tantivy

from .store import Indexed
from .words import expansions, joined, tokens

_log = logging.getLogger(__name__)
# Change SHAPE with the schema or the tokens: an index of another shape is rebuilt from SQL.
SHAPE = "fields-2"
_WEIGHTS = {"body": 1.0, "heading": 1.5, "title": 0.6, "asked_as": 2.5}
_EXPANSION = 0.4


class KeywordIndex:
    """BM25 over passages, partitioned by base × visibility. One writer; rebuildable from SQL."""

    shape = SHAPE

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writer: Any = None
        self._open()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        build = tantivy.SchemaBuilder()
        build.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
        for name in ("document", "partition"):
            build.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for name in _WEIGHTS:
            build.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        self._schema = build.build()
        try:
            self._index = tantivy.Index(self._schema, path=str(self._folder))
        except ValueError:  # of another shape or damaged: the library fills the new one from SQL
            _log.warning("the keyword index in %s cannot be used and is made anew", self._folder)
            shutil.rmtree(self._folder)
            self._folder.mkdir()
            self._index = tantivy.Index(self._schema, path=str(self._folder))
        self._writer = self._index.writer(heap_size=30_000_000, num_threads=1)
        self._searcher = self._index.searcher()

    def add(self, pieces: Iterable[Indexed]) -> None:
        """Add passages and make them searchable; nothing is added when one of them cannot be."""
        try:
            for each in pieces:
                document = tantivy.Document()
                document.add_text("id", each.passage.id)
                document.add_text("document", each.passage.document_id)
                document.add_text("partition", each.partition)
                document.add_text("body", joined(tokens(each.passage.text)))
                document.add_text("heading", joined(tokens(" ".join(each.passage.heading_path))))
                document.add_text("title", joined(tokens(each.title)))
                document.add_text("asked_as", joined(tokens(each.asked_as)))
                self._writer.add_document(document)
            self._commit()
        except Exception:
            self._writer.rollback()
            raise

    def remove(self, documents: Iterable[str]) -> None:
        """Remove the passages of documents."""
        for document_id in documents:
            self._writer.delete_documents_by_term("document", document_id)
        self._commit()

    def search(
        self, text: str, partitions: Sequence[str], limit: int, documents: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Passage ids with their BM25 scores, best first; of these documents only, when they are given."""
        query = self._query(text, partitions, documents)
        if query is None:
            return []
        searcher = self._searcher
        found = searcher.search(query, limit, count=False)
        return [(searcher.doc(address)["id"][0], score) for score, address in found.hits]

    def holding(self, word: str) -> int:
        """How many passages hold a word, in their text, headings or title, or in a way of asking for them."""
        return max(int(self._searcher.doc_freq(field, word)) for field in _WEIGHTS)

    def ids(self) -> set[str]:
        """The ids of all passages it holds."""
        searcher = self._searcher
        found = searcher.search(tantivy.Query.all_query(), max(1, searcher.num_docs), count=False)
        return {searcher.doc(address)["id"][0] for _, address in found.hits}

    def count(self) -> int:
        """How many passages are indexed."""
        return int(self._searcher.num_docs)

    def clear(self) -> None:
        """Drop everything, the folder itself included (it may be damaged or of an older shape)."""
        self.close()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._open()

    def close(self) -> None:
        """Let go of the folder."""
        if self._writer is not None:
            self._writer.wait_merging_threads()
            self._writer = None

    def _commit(self) -> None:
        self._writer.commit()
        self._index.reload()
        self._searcher = self._index.searcher()

    def _query(self, text: str, partitions: Sequence[str], documents: Sequence[str] | None) -> tantivy.Query | None:
        schema, must, should = self._schema, tantivy.Occur.Must, tantivy.Occur.Should
        own = dict.fromkeys(tokens(text), 1.0)
        others = {word: _EXPANSION for name in expansions(text) for word in tokens(name) if word not in own}
        parts = []
        for word, weight in {**others, **own}.items():
            for field, boost in _WEIGHTS.items():
                if self._searcher.doc_freq(field, word):
                    term = tantivy.Query.term_query(schema, field, word, index_option="freq")
                    parts.append((should, tantivy.Query.boost_query(term, boost * weight)))
        if not parts or not partitions:
            return None
        clauses = [(must, tantivy.Query.boolean_query(parts))]
        for field, values in (("partition", partitions), ("document", documents)):
            if values is not None:
                where = tantivy.Query.term_set_query(schema, field, list(values))
                clauses.append((must, tantivy.Query.boost_query(where, 0.0)))
        return tantivy.Query.boolean_query(clauses)
