"""A cross-encoder orders the best passages anew; without one that can be opened, search goes on as it was."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from knowledge import FolderJudge, Library, Query, RerankerUnavailable, Source, open_library

DAY = date(2026, 6, 1)
LINES = [
    f"第{n}条 共享单车停放区{'〇一二三四五六七八九'[n % 10] * (n % 7 + 1)}号不得占用盲道，违者清理。" for n in range(40)
]


class ByLength:
    """Prefers long texts, and remembers what it read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        self.read += texts
        return [len(text) / 1000 for text in texts]


def filled(folder: Path, judge: ByLength | FolderJudge | None) -> Library:
    library = open_library(folder, judge=judge)
    library.add_many([Source(line.encode(), f"{n}.txt", "operations") for n, line in enumerate(LINES)])
    return library


def test_the_best_twenty_are_ordered_by_the_judge_and_the_others_come_below(tmp_path: Path) -> None:
    judge = ByLength()
    library = filled(tmp_path, judge)
    hits = library.search(Query("共享单车停放占用盲道", DAY, k=30)).hits
    assert len(judge.read) == 20
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    lengths = [len(hit.passage.text) for hit in hits]
    assert lengths[:20] == sorted(lengths[:20], reverse=True)
    assert len({hit.passage.id for hit in hits}) == 30
    assert all(0 <= each <= 1 for each in scores)
    library.close()


def test_few_are_asked_for_but_twenty_are_judged(tmp_path: Path) -> None:
    library, plain = filled(tmp_path / "a", ByLength()), filled(tmp_path / "b", None)
    query = Query("共享单车停放占用盲道", DAY, k=3)
    judged, before = library.search(query), plain.search(query)
    assert len(judged.hits) == len(before.hits) == 3
    longest = max(len(hit.passage.text) for hit in plain.search(Query(query.text, DAY, k=20)).hits)
    assert len(judged.hits[0].passage.text) == longest
    assert judged.coverage == pytest.approx(before.coverage, abs=0.2)
    library.close()
    plain.close()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny cross-encoder with random weights."""
    import torch
    from sentence_transformers import CrossEncoder
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder = tmp_path_factory.mktemp("model")
    letters = sorted(set("".join(LINES)) | set("共享单车停放占用盲道"))
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=256,
        num_labels=1,
        initializer_range=1.0,
    )
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    CrossEncoder(str(folder), device="cpu", local_files_only=True).save_pretrained(str(folder / "saved"))
    return folder / "saved"


def test_a_model_folder_judges_as_the_model_itself_does(tmp_path: Path, model: Path) -> None:
    library = filled(tmp_path, FolderJudge(str(model)))
    question = "共享单车停放占用盲道"
    hits = library.search(Query(question, DAY, k=20)).hits
    judged = FolderJudge(str(model)).scores(
        question, [f"{h.document.title} {' '.join(h.passage.heading_path)}\n{h.passage.text}" for h in hits]
    )
    assert [hit.score for hit in hits] == pytest.approx(judged, abs=1e-5)
    assert judged == sorted(judged, reverse=True)
    assert max(judged) - min(judged) > 0.001
    library.close()


def test_a_model_that_is_not_there_is_named_and_search_goes_on(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable, match="检查设置 reranker"):
        FolderJudge(str(tmp_path / "none")).scores("试", ["试"])
    library, plain = filled(tmp_path / "a", FolderJudge(str(tmp_path / "none"))), filled(tmp_path / "b", None)
    query = Query("共享单车停放占用盲道", DAY)
    found, before = library.search(query), plain.search(query)
    assert [hit.passage.text for hit in found.hits] == [hit.passage.text for hit in before.hits]
    library.close()
    plain.close()
