"""The front of the room: who may see what, and what is said when something is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from knowledge import (
    DocumentFacts,
    KnowledgeError,
    Library,
    LoadedText,
    Query,
    Source,
    UnknownBase,
    UnknownDocument,
    UnreadableDocument,
    open_library,
)

DAY = date(2026, 6, 1)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path)
    yield opened
    opened.close()


def test_an_empty_library_answers_with_nothing(library: Library) -> None:
    assert library.search(Query("停放", DAY)).hits == ()
    assert (library.bases(), library.documents()) == ((), [])
    assert library.verify().agree
    with pytest.raises(UnknownBase, match="（空）"):
        library.documents("government")


def test_staff_documents_do_not_exist_for_others(library: Library) -> None:
    hidden = library.add("内部值班安排。".encode(), "a.txt", "operations", visibility="staff")
    assert library.search(Query("值班安排", DAY)).hits == ()
    assert library.documents(visibilities=("public",)) == []
    assert library.bases(("public",)) == ()
    with pytest.raises(UnknownDocument):
        library.document(hidden.id, ("public",))
    assert library.document(hidden.id, ("public", "staff")).id == hidden.id


def test_a_document_withdrawn_to_staff_is_withdrawn_in_its_old_version_too(library: Library) -> None:
    old = library.add("不该公开的名单。".encode(), "a.txt", "operations")
    library.add("不该公开的名单。".encode(), "a.txt", "operations", visibility="staff")
    with pytest.raises(UnknownDocument):
        library.document(old.id, ("public",))
    assert library.search(Query("名单", DAY)).hits == ()
    assert library.verify().agree


def test_listings_carry_no_texts(library: Library) -> None:
    library.add("停放在线内。".encode(), "a.txt", "operations")
    assert not hasattr(library.documents()[0], "text")
    assert not hasattr(library.search(Query("停放", DAY)).hits[0].document, "text")


def test_many_are_taken_in_whole_or_not_at_all(library: Library) -> None:
    good = Source("停放在线内。".encode(), "a.txt", "operations")
    with pytest.raises(UnreadableDocument, match="空的"):
        library.add_many([good, Source(b"", "b.txt", "operations")])
    assert library.status() == {"documents": 0, "passages": 0, "keyword": 0, "vectors": 0}
    assert library.add_many([]) == []


def test_a_validity_that_ends_before_it_begins_is_refused(library: Library) -> None:
    facts = DocumentFacts(effective_from=date(2026, 1, 1), effective_to=date(2025, 1, 1))
    with pytest.raises(UnreadableDocument, match="早于生效日期"):
        library.add("停放在线内。".encode(), "a.txt", "operations", facts=facts)


@pytest.mark.parametrize("base", ["", "a b", "a/b", "x" * 65, "换\n行"])
def test_a_base_name_that_cannot_be_used_is_refused(library: Library, base: str) -> None:
    with pytest.raises(KnowledgeError, match="知识库名"):
        library.add(b"text text", "a.txt", base)


def test_a_chinese_base_name_can_be_used(library: Library) -> None:
    library.add("停放在线内。".encode(), "a.txt", "城管")
    assert library.search(Query("停放", DAY, bases=frozenset({"城管"}))).hits[0].document.base == "城管"


def test_unknown_ids_are_said_to_be_unknown(library: Library) -> None:
    for look in (library.document, library.remove, library.passages, library.job):
        with pytest.raises(UnknownDocument, match="没有找到"):
            look("x")


def test_a_document_not_yet_in_force_is_found_from_its_first_day(library: Library) -> None:
    text = "停放管理办法\n第一条 停放在线内。\n第二条 本办法自2026年7月1日起施行。"
    document = library.add(text.encode(), "a.txt", "operations")
    assert document.status(DAY) == "not_yet"
    for day, count in ((date(2026, 6, 30), 0), (date(2026, 7, 1), 1)):
        assert len(library.search(Query("停放", day, k=1)).hits) == count
    assert library.search(Query("停放", DAY, include_expired=True)).expired == ()


def test_a_closed_library_holds_no_file_of_its_folder(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.add("停放在线内。".encode(), "a.txt", "operations")
    library.search(Query("停放", DAY))
    library.close()
    assert [each.path for each in psutil.Process().open_files() if each.path.startswith(str(tmp_path))] == []


def test_a_library_that_fails_to_open_holds_nothing(tmp_path: Path) -> None:
    class Unusable:
        suffixes: tuple[str, ...] = (".txt",)

        def load(self, data: bytes, name: str) -> LoadedText:
            return LoadedText("")

    with pytest.raises(KnowledgeError, match="两个读取器"):
        open_library(tmp_path, loaders=[Unusable()])
    assert [each.path for each in psutil.Process().open_files() if each.path.startswith(str(tmp_path))] == []
    open_library(tmp_path).close()
