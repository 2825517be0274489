"""The keyword index alone: its fields, its filters, its counts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from knowledge import Passage
from knowledge.keyword import KeywordIndex
from knowledge.store import Indexed


def piece(
    document: str, text: str, *, heading: str = "", title: str = "", asked_as: str = "", where: str = "b/public"
) -> Indexed:
    return Indexed(Passage(f"{document}-0", document, 0, (heading,), text, 0, len(text)), where, title, asked_as)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[KeywordIndex]:
    opened = KeywordIndex(tmp_path)
    opened.add([piece("a", "停车收费标准"), piece("b", "停车"), piece("c", "充电", where="b/staff")])
    yield opened
    opened.close()


def found(index: KeywordIndex, text: str, **options: object) -> list[str]:
    scope = ["b/public", "b/staff"]
    return [each for each, _ in index.search(text, options.pop("partitions", scope), 10, **options)]  # type: ignore[arg-type]


def test_only_the_given_partitions_and_documents_are_searched(index: KeywordIndex) -> None:
    assert found(index, "停车充电") == ["c-0", "b-0", "a-0"]
    assert found(index, "停车充电", partitions=["b/public"]) == ["b-0", "a-0"]
    assert found(index, "停车", documents=["a", "c"]) == ["a-0"]
    assert found(index, "停车", partitions=[]) == []
    assert found(index, "停车", documents=[]) == []


def test_scores_do_not_depend_on_the_partition_filter(index: KeywordIndex) -> None:
    assert dict(index.search("停车", ["b/public"], 9)) == dict(index.search("停车", ["b/public", "b/staff"], 9))


def test_removed_documents_are_gone_and_added_ones_are_there_at_once(index: KeywordIndex) -> None:
    index.remove(["a", "unknown"])
    assert index.ids() == {"b-0", "c-0"}
    index.add([piece("d", "停车难")])
    assert set(found(index, "停车")) == {"b-0", "d-0"}
    assert index.count() == 3


def test_every_field_is_searched(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path)
    index.add(
        [
            piece("a", "甲", heading="居住证"),
            piece("b", "甲", title="身份证"),
            piece("c", "甲", asked_as="暂住本"),
            piece("d", "户口本"),
        ]
    )
    assert [found(index, text)[0] for text in ("居住", "身份", "暂住", "户口")] == ["a-0", "b-0", "c-0", "d-0"]
    index.close()


def test_it_counts_who_holds_a_word(index: KeywordIndex) -> None:
    assert (index.holding("停车"), index.holding("充电"), index.holding("没有")) == (2, 1, 0)


def test_what_was_added_is_there_after_opening_again(tmp_path: Path) -> None:
    index = KeywordIndex(tmp_path)
    index.add([piece("a", "停车")])
    index.close()
    again = KeywordIndex(tmp_path)
    assert again.ids() == {"a-0"}
    again.clear()
    assert again.count() == 0
    again.close()


def test_an_index_of_another_shape_is_made_anew(tmp_path: Path) -> None:
    import tantivy

    build = tantivy.SchemaBuilder()
    build.add_text_field("other", stored=True)
    tantivy.Index(build.build(), path=str(tmp_path))
    index = KeywordIndex(tmp_path)
    assert index.count() == 0
    index.close()
