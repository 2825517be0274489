"""Search is exact in its filters, honest about what is out of force, and fused by weight."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge import DocumentFacts, Entry, Hit, Library, Query, Source, UnknownBase, open_library
from knowledge.catalogue import in_region
from knowledge.search import scaled

DAY = date(2026, 6, 1)
BASES, REGIONS = ("government", "insurance", "内部"), (None, "CN", "42", "4201", "420102", "420106", "31")
WORDS = ["单车", "停放", "医保", "报销", "材料", "期限", "窗口", "补贴", "井盖", "路灯"]


def corpus(seed: int, count: int) -> list[Source]:
    """Documents with every mix of visibility, validity, region and base; one passage each."""
    pick = random.Random(seed)
    sources = []
    for number in range(count):
        start = pick.choice((None, DAY - timedelta(days=pick.randrange(1, 900)), DAY + timedelta(days=30)))
        end = pick.choice((None, None, DAY - timedelta(days=1), DAY, DAY + timedelta(days=90)))
        if start and end and end < start:
            end = None
        facts = DocumentFacts(
            title=f"文件{number}",
            region=pick.choice(REGIONS),
            effective_from=start,
            effective_to=end,
            superseded_by=pick.choice((None, None, None, "新文件")),
            draft=pick.random() < 0.1,
        )
        text = f"第{number}号说明：{''.join(pick.choices(WORDS, k=6))}，请照办。"
        visibility = pick.choice(("public", "staff"))
        sources.append(Source(text.encode(), f"{number}.txt", pick.choice(BASES), visibility, facts))
    return sources


@pytest.fixture(scope="module", params=[0.0, 0.75, 1.0], ids=lambda weight: f"weight {weight}")
def library(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    opened = open_library(tmp_path_factory.mktemp("library"), keyword_weight=request.param)
    opened.add_many(corpus(7, 400))
    yield opened
    opened.close()


def allowed(entry: Entry, query: Query) -> bool:
    """The filter, written again as plainly as can be."""
    return (
        entry.visibility in query.visibilities
        and (query.bases is None or entry.base in query.bases)
        and (query.region is None or entry.region in (None, "CN") or query.region.startswith(entry.region))
    )


def queries(seed: int, count: int) -> Iterator[Query]:
    pick = random.Random(seed)
    for _ in range(count):
        yield Query(
            "".join(pick.choices(WORDS, k=2)),
            DAY + timedelta(days=pick.choice((-400, 0, 60, 400))),
            k=pick.choice((1, 5, 1000)),
            bases=pick.choice((None, frozenset({"government"}), frozenset({"insurance", "内部"}))),
            visibilities=pick.choice((frozenset({"public"}), frozenset({"staff"}), frozenset({"public", "staff"}))),
            region=pick.choice((None, "420102", "4201", "31", "11")),
            include_expired=pick.random() < 0.5,
        )


def holds(hit: Hit, query: Query) -> bool:
    return any(word in hit.passage.text for word in query.text)


def test_filters_are_exact_against_an_enumeration(library: Library) -> None:
    entries = library.documents()
    everything = {each.id: library.document(each.id).text for each in entries}
    for query in queries(11, 60):
        found = library.search(query)
        fitting = [each for each in entries if allowed(each, query)]
        current = {each.id for each in fitting if each.status(query.as_of) == "in_force"}
        past = {each.id for each in fitting if each.status(query.as_of) in ("expired", "superseded")}
        got = [hit.document.id for hit in found.hits]
        assert set(got) <= current
        assert len(got) == len(set(got)) == min(query.k, len(current)) or query.k == 1000
        if query.k == 1000:  # everything that fits and shares a letter with the question
            assert set(got) >= {each for each in current if set(query.text) & set(everything[each])}
        shown = {hit.document.id for hit in found.expired}
        assert shown <= past
        assert bool(shown) == bool(past and (query.include_expired or not got))


def test_a_hit_does_not_depend_on_what_the_asker_may_not_see(library: Library) -> None:
    query = Query("单车停放", DAY, k=5, region="420102")
    first = library.search(query)
    both = library.search(Query("单车停放", DAY, k=1000, region="420102", visibilities=frozenset({"public", "staff"})))
    public = [hit.document.id for hit in both.hits if hit.document.visibility == "public"]
    words = {hit.document.id: hit.keyword_score for hit in both.hits}
    assert {hit.document.id for hit in first.hits} <= set(public)
    ranked = [words[hit.document.id] for hit in first.hits]
    assert len(ranked) == 5


def test_the_weight_decides_which_side_ranks(library: Library) -> None:
    hits = library.search(Query("井盖路灯", DAY, k=20)).hits
    weight = library._search._weight
    for hit in hits:
        assert hit.score == pytest.approx(weight * hit.keyword_score + (1 - weight) * hit.vector_score)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize("text", ["", "？？？", "。。", "   "])
def test_a_question_without_words_finds_nothing(library: Library, text: str) -> None:
    found = library.search(Query(text, DAY))
    assert (found.hits, found.expired, found.coverage) == ((), (), 0.0)


def test_bases_one_may_not_see_do_not_exist_and_are_not_named(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.add("内部安排说明。".encode(), "a.txt", "secret", visibility="staff")
    library.add("公开安排说明。".encode(), "b.txt", "government")
    with pytest.raises(UnknownBase) as refused:
        library.search(Query("安排", DAY, bases=frozenset({"secret"})))
    assert "现有：government。" in str(refused.value)
    with pytest.raises(UnknownBase):
        library.documents("secret", ("public",))
    library.close()


def test_expired_hits_say_since_when_and_by_what(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.add(
        "# 旧办法\n停车费两元。".encode(), "old.md", "government", facts=DocumentFacts(effective_to=date(2025, 12, 31))
    )
    old = "环境噪声污染防治法\n第一条 夜间施工应当公告。\n第二条 本法自1997年3月1日起施行。"
    new = (
        "噪声污染防治法\n第一条 夜间作业应当公示。\n"
        "第二条 本法自2022年6月5日起施行。《中华人民共和国环境噪声污染防治法》同时废止。"
    )
    library.add(old.encode(), "a.txt", "government")
    library.add(new.encode(), "b.txt", "government")
    fee = library.search(Query("停车费", DAY, k=1, include_expired=True)).expired[0]
    assert (fee.status, fee.since, fee.by) == ("expired", date(2026, 1, 1), None)
    hit = library.search(Query("夜间施工", DAY, include_expired=True)).expired[0]
    assert (hit.status, hit.since, hit.by) == ("superseded", date(2022, 6, 5), "噪声污染防治法")
    before = library.search(Query("夜间施工公告", date(2020, 1, 1))).hits
    assert before[0].document.title == "环境噪声污染防治法"
    assert "噪声污染防治法" not in {each.document.title for each in before}
    library.close()


@pytest.mark.parametrize("first", ["old", "new"])
def test_a_repeal_holds_whichever_document_comes_first(tmp_path: Path, first: str) -> None:
    texts = {
        "old": "停车管理办法\n第一条 停车收费。\n第二条 本办法自2015年1月1日起施行。",
        "new": "停车服务规定\n第一条 停车免费。\n第二条 本规定自2025年1月1日起施行。《停车管理办法》同时废止。",
    }
    library = open_library(tmp_path)
    for name in (first, "new" if first == "old" else "old"):
        library.add(texts[name].encode(), f"{name}.txt", "government")
    statuses = {each.title: (each.status(DAY), each.status(date(2020, 1, 1))) for each in library.documents()}
    library.close()
    assert statuses == {"停车管理办法": ("superseded", "in_force"), "停车服务规定": ("in_force", "not_yet")}


def test_everyday_words_find_official_names(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    library.add("社会保障卡丢失后可以到银行网点补领。".encode(), "a.txt", "government")
    library.add("公共汽车票价两元。".encode(), "b.txt", "government")
    assert "社会保障卡" in library.search(Query("社保卡补领", DAY)).hits[0].passage.text
    library.close()


def test_what_is_out_of_force_is_searched_when_what_is_in_force_hardly_matches(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    past = DocumentFacts(effective_to=date(2025, 12, 31))
    library.add("夜间施工要有证明并公告居民。".encode(), "old.txt", "government", facts=past)
    library.add("公园里唱歌要控制音量。".encode(), "new.txt", "government")
    found = library.search(Query("夜间施工要公告吗", DAY))
    assert not found.expired
    low = library.search(Query("夜间施工要公告吗", DAY, expired_below=found.coverage + 0.01))
    assert [hit.document.source_name for hit in low.expired] == ["old.txt"]
    assert not library.search(Query("夜间施工要公告吗", DAY, expired_below=found.coverage)).expired
    library.close()


def test_titles_headings_and_phrasings_are_searched(tmp_path: Path) -> None:
    library = open_library(tmp_path, keyword_weight=1.0)
    library.add("# 居住证\n## 办理期限\n十五日内。".encode(), "a.md", "government", asked_as=["暂住本本多久下来"])
    library.add("# 身份证\n## 领取方式\n三十日内。".encode(), "b.md", "government")
    for question in ("居住证", "办理期限", "暂住本本多久下来"):
        assert library.search(Query(question, DAY)).hits[0].passage.text.endswith("十五日内。")
    library.close()


@pytest.mark.parametrize(
    ("region", "wanted", "fits"),
    [(None, "4201", True), ("CN", "4201", True), ("42", "4201", True), ("4201", "42", False), ("31", "4201", False)],
)
def test_a_region_holds_within_itself(region: str | None, wanted: str, fits: bool) -> None:
    assert in_region(region, wanted) is fits


def test_scores_are_stretched_over_the_list() -> None:
    assert scaled([("a", 3.0), ("b", 2.0), ("c", 1.0)]) == {"a": 1.0, "b": 0.5, "c": 0.0}
    assert scaled([("a", 3.0)]) == {"a": 1.0}
    assert scaled([]) == {}
