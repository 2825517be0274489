"""SQL and both indexes stay in agreement: on change, on removal, on failure, and after a kill."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from knowledge import (
    DocumentFacts,
    HashingEmbeddings,
    Library,
    LibraryBusy,
    Query,
    Source,
    UnknownDocument,
    open_library,
)
from knowledge.keyword import KeywordIndex
from knowledge.vectors import VectorIndex

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 6, 1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path / "library")
    yield opened
    opened.close()


def numbered(number: int, words: str = "停放") -> bytes:
    return "\n".join(f"{n}.第{number}号{words}要求{n}。内容{n}。" for n in range(1, 6)).encode()


def test_the_same_content_again_changes_nothing(library: Library) -> None:
    first = library.add(numbered(1), "a.txt", "operations")
    again = library.add(numbered(1), "a.txt", "operations")
    assert (again.id, again.version) == (first.id, 1)
    assert library.status() == {"documents": 1, "passages": 5, "keyword": 5, "vectors": 5}


@pytest.mark.parametrize(
    "change", [{"visibility": "staff"}, {"facts": DocumentFacts(issuer="市局")}, {"asked_as": ["怎么停"]}]
)
def test_other_facts_with_the_same_text_are_a_new_version(library: Library, change: dict[str, Any]) -> None:
    library.add(numbered(1), "a.txt", "operations")
    assert library.add(numbered(1), "a.txt", "operations", **change).version == 2
    assert library.status()["passages"] == library.status()["keyword"] == library.status()["vectors"] == 5


def test_a_corrected_version_replaces_the_old_passages_everywhere(library: Library) -> None:
    old = library.add(numbered(1, "停放"), "a.txt", "operations")
    new = library.add(numbered(1, "充电"), "a.txt", "operations")
    found = library.search(Query("停放要求", DAY, k=50, include_expired=True))
    assert {hit.document.id for hit in (*found.hits, *found.expired)} == {new.id}
    assert library.verify().agree
    assert [each.id for each in library.documents()] == [new.id]
    assert "停放" in library.document(old.id).text  # an old citation still opens


def test_a_successor_with_a_later_start_leaves_the_older_in_force_until_then(library: Library) -> None:
    old = b"\xe5\x81\x9c\xe8\xbd\xa6\xe8\xb4\xb9\xe4\xb8\xa4\xe5\x85\x83\xe3\x80\x82"
    library.add(old, "fee.txt", "operations", facts=DocumentFacts(effective_from=date(2020, 1, 1)))
    later = DocumentFacts(effective_from=date(2027, 1, 1))
    library.add("停车费三元。".encode(), "fee.txt", "operations", facts=later)
    for day, price in ((DAY, "两元"), (date(2027, 1, 1), "三元")):
        assert [price in hit.passage.text for hit in library.search(Query("停车费", day)).hits] == [True]


def test_a_removed_document_is_gone_everywhere_with_its_corrected_versions(library: Library) -> None:
    old = library.add(numbered(1, "停放"), "a.txt", "operations")
    new = library.add(numbered(1, "充电"), "a.txt", "operations")
    other = library.add(numbered(2), "b.txt", "operations")
    library.remove(new.id)
    for gone in (old.id, new.id):
        with pytest.raises(UnknownDocument):
            library.document(gone)
    assert [each.id for each in library.documents()] == [other.id]
    assert library.verify().agree
    with pytest.raises(UnknownDocument):
        library.remove(new.id)


def test_many_are_taken_in_together_even_two_of_one_source(library: Library) -> None:
    sources = [Source(numbered(n // 2, "甲" if n % 2 else "乙"), f"{n // 2}.txt", "operations") for n in range(8)]
    ids = library.add_many(sources)
    assert len(set(ids)) == 8
    assert {each.version for each in library.documents()} == {2}
    assert library.verify().agree
    assert len(library.search(Query("甲要求", DAY, k=50)).hits) == 20


class FailingEmbeddings(HashingEmbeddings):
    """Gives vectors of a wrong size when told to: the vector index then refuses them."""

    broken = False

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [each[:7] if self.broken else each for each in super().embed_documents(texts)]


def test_a_failing_second_index_leaves_nothing_behind_and_the_old_version_in_place(tmp_path: Path) -> None:
    embeddings = FailingEmbeddings()
    library = open_library(tmp_path, embeddings=embeddings)
    old = library.add(numbered(1, "停放"), "a.txt", "operations")
    embeddings.broken = True
    with pytest.raises(Exception, match="dimension"):
        library.add(numbered(1, "充电"), "a.txt", "operations")
    embeddings.broken = False
    assert library.verify().agree
    assert [each.id for each in library.documents()] == [old.id]
    assert len(library.search(Query("停放要求", DAY, k=50)).hits) == 5
    assert library.add(numbered(1, "充电"), "a.txt", "operations").version == 2
    assert library.verify().agree
    library.close()


def test_only_one_process_opens_a_folder(library: Library, tmp_path: Path) -> None:
    with pytest.raises(LibraryBusy):
        open_library(tmp_path / "library")


@pytest.mark.parametrize("lost", ["keyword", "vectors"])
def test_a_lost_or_damaged_index_is_rebuilt_from_sql(tmp_path: Path, lost: str) -> None:
    library = open_library(tmp_path)
    library.add(numbered(1), "a.txt", "operations")
    library.close()
    if lost == "keyword":
        (tmp_path / "keyword" / "meta.json").write_text("{}")
    else:
        shutil.rmtree(tmp_path / "vectors")
    library = open_library(tmp_path)
    assert library.verify().agree
    assert len(library.search(Query("停放要求", DAY, k=50)).hits) == 5
    library.close()


def test_another_embedding_gets_vectors_of_its_own(tmp_path: Path) -> None:
    class Other(HashingEmbeddings):
        name = "other-1"

    for embeddings in (HashingEmbeddings(), Other()):
        library = open_library(tmp_path, embeddings=embeddings)
        library.add(numbered(1), "a.txt", "operations")
        assert library.verify().agree
        library.close()


def test_disagreement_is_found_and_rebuilding_mends_it(library: Library, tmp_path: Path) -> None:
    document = library.add(numbered(1), "a.txt", "operations")
    other = library.add(numbered(2), "b.txt", "operations")
    keyword: KeywordIndex = library._keyword
    vectors: VectorIndex = library._vectors
    keyword.remove([document.id])
    vectors.remove("operations/public", [f"{other.id}-0"])
    with create_engine(f"sqlite:///{tmp_path / 'library' / 'knowledge.db'}").begin() as connection:
        connection.execute(text('UPDATE passages SET "start" = "start" + 1 WHERE id = :id'), {"id": f"{other.id}-1"})
    found = library.verify()
    assert not found.agree
    assert set(found.missing_keyword) == {f"{document.id}-{n}" for n in range(5)}
    assert found.missing_vectors == (f"{other.id}-0",)
    assert found.bad_offsets == (f"{other.id}-1",)
    library.rebuild()
    mended = library.verify()
    assert (mended.missing_keyword, mended.missing_vectors, mended.bad_offsets) == ((), (), found.bad_offsets)


def test_readers_never_see_half_of_a_replacement(library: Library) -> None:
    library.add(numbered(1, "版本0"), "a.txt", "operations")
    wrong: list[set[str]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            hits = library.search(Query("要求内容", DAY, k=50)).hits
            versions = {hit.passage.text.split("版本")[1][0] for hit in hits}
            if len(versions) != 1 or len(hits) != 5:
                wrong.append(versions)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for version in range(1, 10):
        library.add(numbered(1, f"版本{version}"), "a.txt", "operations")
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []


KILLED = """
import sys
from pathlib import Path
from knowledge import open_library
library = open_library(Path(sys.argv[1]))
print("open", flush=True)
for n in range(10_000):
    words = f"第{n}轮"
    body = "\\n".join(f"{i}.{words}要求{i}。" for i in range(1, 30)).encode()
    document = library.add(body, f"{n % 7}.txt", "operations")
    print(document.id, flush=True)
    if n % 5 == 4:
        library.remove(document.id)
        print("-" + document.id, flush=True)
"""


def test_a_kill_at_any_instant_leaves_sql_and_indexes_in_agreement(tmp_path: Path) -> None:
    pick = random.Random(5)
    for _ in range(4):
        worker = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert worker.stdout is not None
        assert worker.stdout.readline() == "open\n"
        time.sleep(pick.uniform(0.05, 0.6))
        worker.send_signal(signal.SIGKILL)
        told = worker.communicate()[0].split()
        library = open_library(tmp_path)
        assert library.verify().agree
        added = [each for each in told if len(each) == 18]
        removed = {each[1:] for each in told if each.startswith("-")}
        there = {each.id for each in library.documents()}
        assert not removed & there
        # What was acknowledged last is there, unless the very next step was to remove it.
        assert not added or added[-1] in there or len(added) % 5 == 0
        library.close()


def test_an_older_database_is_brought_up_to_date(tmp_path: Path) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(ROOT / "knowledge" / "migrations"))
    engine = create_engine(f"sqlite:///{tmp_path / 'knowledge.db'}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO documents (id, base, visibility, title, draft, source_name, retrieved_at, content_hash,"
                " version, text, asked_as) VALUES ('d_1', 'operations', 'public', '旧', 0, 'a.txt',"
                " '2026-01-01T00:00:00+00:00', 'x', 1, '停放在线内。', '')"
            )
        )
        connection.execute(
            text(
                'INSERT INTO passages (id, document_id, ordinal, heading_path, text, start, "end")'
                " VALUES ('d_1-0', 'd_1', 0, '[]', '停放在线内。', 0, 6)"
            )
        )
    engine.dispose()
    library = open_library(tmp_path)
    assert library.search(Query("停放", DAY)).hits[0].document.title == "旧"
    assert library.verify().agree
    library.close()
