"""The keyword index: tantivy's BM25 over pre-cut tokens; titles, headings and phrasings weigh more."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import tantivy

from .store import Indexed
from .words import expansions, joined, tokens

_BODY, _WEIGHTS = "body", {"body": 1.0, "heading": 1.5, "title": 0.6, "asked_as": 1.2}
_EXPANSION = 0.4


class KeywordIndex:
    """BM25 over passages, partitioned by base × visibility. One writer; rebuildable from SQL."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        build = tantivy.SchemaBuilder()
        for name in ("id", "document", "partition"):
            build.add_text_field(name, stored=True, tokenizer_name="raw")
        for name in _WEIGHTS:
            build.add_text_field(name, tokenizer_name="whitespace", index_option="freq")
        self._index = tantivy.Index(build.build(), path=str(self._folder))
        self._writer = self._index.writer(heap_size=15_000_000, num_threads=1)

    def add(self, pieces: Iterable[Indexed]) -> None:
        """Add passages and make them searchable."""
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

    def remove(self, document_id: str) -> None:
        """Remove a document's passages."""
        self._writer.delete_documents("document", document_id)
        self._commit()

    def search(self, text: str, partitions: Sequence[str], limit: int) -> Mapping[str, float]:
        """BM25 scores by passage id, at most `limit`, best first."""
        query = self._query(text, partitions)
        if query is None:
            return {}
        searcher = self._index.searcher()
        found = searcher.search(query, limit)
        return {searcher.doc(address)["id"][0]: score for score, address in found.hits}

    def count(self) -> int:
        """How many passages are indexed."""
        return int(self._index.searcher().num_docs)

    def clear(self) -> None:
        """Drop everything."""
        self._writer.delete_all_documents()
        self._commit()

    def close(self) -> None:
        """Let go of the folder."""
        self._writer.wait_merging_threads()

    def wipe(self) -> None:
        """Remove the folder itself (an index of an older shape) and start anew."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._open()

    def _commit(self) -> None:
        self._writer.commit()
        self._index.reload()

    def _query(self, text: str, partitions: Sequence[str]) -> tantivy.Query | None:
        schema, must, should = self._index.schema, tantivy.Occur.Must, tantivy.Occur.Should
        own = dict.fromkeys(tokens(text), 1.0)
        others = {word: _EXPANSION for name in expansions(text) for word in tokens(name) if word not in own}
        parts = []
        for word, weight in {**others, **own}.items():
            for field, boost in _WEIGHTS.items():
                term = tantivy.Query.term_query(schema, field, word)
                parts.append((should, tantivy.Query.boost_query(term, boost * weight)))
        if not parts or not partitions:
            return None
        where = [(should, tantivy.Query.term_query(schema, "partition", each)) for each in partitions]
        scope = tantivy.Query.boost_query(tantivy.Query.boolean_query(where), 0.0)
        return tantivy.Query.boolean_query([(must, tantivy.Query.boolean_query(parts)), (must, scope)])
