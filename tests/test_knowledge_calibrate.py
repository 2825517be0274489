"""Calibration measures every weight over questions whose documents are known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from langchain_core.embeddings import Embeddings

from knowledge import KnowledgeError, Known, Library, open_library

DAY = date(2026, 6, 1)
TEXTS = {"a.txt": "停车费两元。", "b.txt": "垃圾分类投放。", "c.txt": "公园开放时间。"}


class Contrary(Embeddings):
    """Vectors that put every question next to the next document but one."""

    name = "contrary"

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [[float("停车" in each), float("垃圾" in each), float("公园" in each), 0.01] for each in texts]

    def embed_query(self, text: str) -> list[float]:
        return [float("公园" in text), float("停车" in text), float("垃圾" in text), 0.01]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path, embeddings=Contrary())
    for name, text in TEXTS.items():
        opened.add(text.encode(), name, "government")
    yield opened
    opened.close()


def test_each_weight_is_measured_and_the_best_one_named(library: Library) -> None:
    asked = [Known("停车费", ("a.txt",)), Known("垃圾分类", ("government/b.txt",)), Known("公园开放", ("c.txt",))]
    found = library.calibrate(asked, DAY, (0.0, 0.5, 1.0))
    assert found.questions == 3
    assert [each.weight for each in found.measured] == [0.0, 0.5, 1.0]
    assert found.measured[2].mrr_at_10 == 1.0
    assert found.measured[0].mrr_at_10 < 1.0
    assert found.best == found.measured[2]


def test_what_is_measured_is_what_search_finds(library: Library) -> None:
    nearest = library.calibrate([Known("停车费", ("b.txt",))], DAY, (0.0,)).best
    assert (nearest.recall_at_5, nearest.mrr_at_10) == (1.0, 1.0)


def test_a_document_nobody_knows_is_named(library: Library) -> None:
    with pytest.raises(KnowledgeError, match=r"z\.txt"):
        library.calibrate([Known("停车费", ("z.txt",))], DAY)


@pytest.mark.parametrize("asked", [[], [Known(" ", ("a.txt",))], [Known("停车费", ())]])
def test_nothing_to_measure_is_refused(library: Library, asked: list[Known]) -> None:
    with pytest.raises(KnowledgeError):
        library.calibrate(asked, DAY)
