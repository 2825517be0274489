"""Vectors held in memory: exact, and read again after a change."""

from __future__ import annotations

import numpy as np

from knowledge.near import Held, HeldParts


def random_rows(count: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.random.default_rng(3).normal(size=(count, 8)).astype(np.float32)


def test_the_nearest_are_those_of_an_enumeration() -> None:
    rows, ids = random_rows(50), [f"p{place}" for place in range(50)]
    question = rows[7] / np.linalg.norm(rows[7])
    held = Held(ids, rows)
    cosines = {each: float(row @ question / np.linalg.norm(row)) for each, row in zip(ids, rows, strict=True)}
    expected = sorted(cosines, key=lambda each: -cosines[each])[:5]
    found = sorted(held.nearest(question, 5), key=lambda each: -each[1])
    assert [each for each, _ in found] == expected
    assert found[0][0] == "p7"
    assert abs(found[0][1] - 1) < 1e-5
    assert len(held.nearest(question, 100)) == 50


def test_given_passages_are_compared_and_unknown_ones_left_out() -> None:
    rows = random_rows(3)
    held = Held(["a", "b", "c"], rows)
    question = rows[1] / np.linalg.norm(rows[1])
    assert [each for each, _ in held.of(question, ["c", "none", "b"])] == ["c", "b"]
    assert held.of(question, ["none"]) == []


def test_nothing_held_finds_nothing() -> None:
    empty = Held([], np.zeros((0, 8), dtype=np.float32))
    assert empty.nearest(np.ones(8, dtype=np.float32), 5) == []


def test_a_part_is_read_once_and_again_after_a_change() -> None:
    read: list[str] = []

    def reading(part: str) -> Held | None:
        read.append(part)
        return None if part == "large" else Held([part], np.ones((1, 2), dtype=np.float32))

    parts = HeldParts(reading)
    assert parts.get("a") is parts.get("a")
    assert parts.get("large") is None
    assert parts.get("large") is None
    parts.changed()
    parts.get("a")
    assert read == ["a", "large", "a"]


def test_what_was_read_while_something_changed_is_not_kept() -> None:
    read: list[str] = []

    def reading(part: str) -> Held | None:
        read.append(part)
        if len(read) == 1:
            parts.changed()
        return Held([part], np.ones((1, 2), dtype=np.float32))

    parts = HeldParts(reading)
    parts.get("a")
    parts.get("a")
    parts.get("a")
    assert read == ["a", "a"]
