"""Confidence: a library knows what it has an answer to, whatever the question words are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge import Library, Query, open_embeddings, open_library
from knowledge.recent import Recent

DAY = date(2026, 6, 1)
GUIDES = {
    "permit.md": (
        "# 居住证申领指南\n## 居住证的收费标准\n首次申领居住证不收工本费。",
        ["办居住证要钱吗", "居住证多少钱"],
    ),
    "passport.md": (
        "# 普通护照办理指南\n## 护照的办理时限\n收到申请后15日内签发护照。",
        ["护照几天能拿到", "护照多久办好"],
    ),
    "noise.md": ("# 噪声扰民怎么处理\n## 夜间施工\n居民区禁止夜间施工。", ["半夜打桩管不管", "工地吵怎么办"]),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(tmp_path_factory.mktemp("library"), embeddings=open_embeddings("static"))
    for name, (text, ways) in GUIDES.items():
        opened.add(text.encode(), name, "government", asked_as=ways)
    yield opened
    opened.close()


def sure(library: Library, question: str, k: int = 5) -> float:
    return library.search(Query(question, DAY, k=k)).coverage


@pytest.mark.parametrize(
    ("here", "elsewhere"),
    [
        ("居住证收不收费", "彩票中奖怎么领"),
        ("护照要等几天才能拿", "高铁票怎么改签"),
        ("晚上工地太吵了怎么处理", "股票开户需要什么"),
    ],
)
def test_what_is_written_down_is_told_from_what_is_not(library: Library, here: str, elsewhere: str) -> None:
    assert sure(library, here) > sure(library, elsewhere) + 0.2


def test_how_many_hits_are_asked_for_changes_nothing(library: Library) -> None:
    assert sure(library, "办居住证要多少钱", k=1) == sure(library, "办居住证要多少钱", k=12)


def test_a_way_of_asking_makes_the_library_surer(tmp_path: Path) -> None:
    text = "# 不动产登记\n## 共同申请\n买卖房屋由双方共同申请。".encode()
    found = []
    for ways in ((), ("房子过户两个人都要去吗", "卖房一个人去行不行")):
        library = open_library(tmp_path / str(len(ways)), embeddings=open_embeddings("static"))
        library.add(text, "a.md", "government", asked_as=ways)
        library.add("公园里唱歌要控制音量。".encode(), "b.md", "government")
        found.append(sure(library, "房子过户只去一个人可以吗"))
        library.close()
    assert found[1] > found[0]


def test_where_nothing_is_found_nothing_is_sure(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    assert library.search(Query("居住证", DAY)).coverage == 0.0
    assert library.signals(Query("居住证", DAY)) is None
    library.close()


def test_what_was_read_lately_is_read_once() -> None:
    read: list[str] = []

    def reading(keys: list[str]) -> dict[str, int]:
        read.extend(keys)
        return {key: len(key) for key in keys if key != "none"}

    recent: Recent[str, int] = Recent(2)
    assert recent.get(["a", "bb"], reading) == {"a": 1, "bb": 2}
    assert recent.get(["bb", "none"], reading) == {"bb": 2}
    assert recent.get(["ccc", "bb"], reading) == {"ccc": 3, "bb": 2}
    assert recent.get(["a"], reading) == {"a": 1}
    assert read == ["a", "bb", "none", "ccc", "a"]
