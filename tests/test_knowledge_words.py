"""Words for searching: characters and pairs, Latin and digits whole; synonyms are data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import knowledge
from knowledge.words import expansions, normal, renamings, synonyms, tokens

DATA = Path(knowledge.__file__).parent / "data"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("社保卡", ["社", "保", "卡", "社保", "保卡"]),
        ("5G基站", ["5", "g", "基", "站", "基站"]),
        ("ＡＢＣ１２", ["abc", "12"]),
        ("增长10.5%", ["增", "长", "增长", "10.5"]),
        ("12345热线", ["12345", "热", "线", "热线"]),
        ("", []),
        ("，。！", []),
        ("㈠", ["一"]),
    ],
)
def test_tokens(text: str, words: list[str]) -> None:
    assert tokens(text) == words


def test_an_endless_run_becomes_words_an_index_can_take() -> None:
    assert max(map(len, tokens("x" * 100_000 + "7" * 100_000))) <= 64
    assert "".join(tokens("x" * 200)) == "x" * 200


def test_other_names_are_found_with_the_name_they_stand_for() -> None:
    assert ("社保卡", "社会保障卡") in renamings("社保卡丢了")
    assert expansions("社保卡和社会保障卡") == []
    assert expansions("今天天气") == []


def test_the_synonym_groups_are_sound() -> None:
    groups = json.loads((DATA / "synonyms.json").read_text(encoding="utf-8"))
    assert all(len(group) > 1 and len(set(map(normal, group))) == len(group) for group in groups)
    names = [name for group in synonyms() for name in group]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_normal_folds_width_and_case() -> None:
    assert normal("Ａb①") == "ab1"
