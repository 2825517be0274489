"""The vectors alone: nearness is the cosine, partitions are apart, and what HNSW finds is what is nearest."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from knowledge import HashingEmbeddings, Passage
from knowledge.store import Indexed
from knowledge.vectors import VectorIndex

EMBEDDINGS = HashingEmbeddings()
WORDS = ["单车", "停放", "医保", "报销", "材料", "期限", "窗口", "补贴", "井盖", "路灯", "噪声", "燃气", "供水", "学校"]


def pieces(count: int, where: str = "b/public", start: int = 0) -> list[Indexed]:
    pick = random.Random(start)
    return [
        Indexed(Passage(f"d{n}-0", f"d{n}", 0, (), "".join(pick.choices(WORDS, k=8)), 0, 16), where, "", "")
        for n in range(start, start + count)
    ]


def filled(folder: Path, held: list[Indexed]) -> VectorIndex:
    index = VectorIndex(folder, EMBEDDINGS)
    index.add(held, index.embed(held))
    return index


def brute(text: str, held: list[Indexed]) -> list[tuple[str, float]]:
    mine = np.array(EMBEDDINGS.embed_query(text))
    scores = [(each.passage.id, float(np.dot(mine, EMBEDDINGS.embed_query(f" {each.passage.text}")))) for each in held]
    return sorted(scores, key=lambda each: -each[1])


def test_it_finds_what_brute_force_finds_with_the_same_scores(tmp_path: Path) -> None:
    held = pieces(1500)
    index = filled(tmp_path, held)
    shared = 0
    for text in ("医保报销材料", "井盖路灯", "噪声扰民", "学校补贴期限"):
        exact = dict(brute(text, held)[:10])
        found = index.search(text, ["b/public"], 10)
        shared += len(exact.keys() & {each for each, _ in found})
        assert all(abs(score - exact[each]) < 1e-4 for each, score in found if each in exact)
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)
    assert shared >= 38


def test_given_passages_are_compared_exactly(tmp_path: Path) -> None:
    held = pieces(50)
    index = filled(tmp_path, held)
    some = held[10:20]
    found = index.compare("医保报销", [("b/public", each.passage.id) for each in some])
    wanted = dict(brute("医保报销", some))
    assert {each for each, _ in found} == set(wanted)
    assert all(abs(score - wanted[each]) < 1e-4 for each, score in found)
    assert index.compare("医保", []) == []


def test_partitions_are_apart_and_may_have_chinese_names(tmp_path: Path) -> None:
    index = filled(tmp_path, [*pieces(5), *pieces(5, "城管/staff", 100)])
    assert {each for each, _ in index.search("医保", ["城管/staff"], 99)} == {f"d{n}-0" for n in range(100, 105)}
    assert len(index.search("医保", ["城管/staff", "b/public"], 99)) == 10
    assert index.search("医保", [], 9) == []


def test_removed_passages_are_gone_and_adding_again_replaces(tmp_path: Path) -> None:
    held = pieces(5)
    index = filled(tmp_path, held)
    index.remove("b/public", ["d1-0", "unknown"])
    index.add(held[2:3], index.embed(held[2:3]))
    assert index.ids() == {"d0-0", "d2-0", "d3-0", "d4-0"}
    assert index.count() == 4
    index.clear()
    assert index.count() == 0


def test_nothing_is_embedded_for_nothing(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path, EMBEDDINGS)
    assert index.embed([]) == []
    index.add([], [])
    index.remove("b/public", [])
    assert index.count() == 0
