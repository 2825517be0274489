"""Near-duplicates under other names become versions or are shown as alike; documents of one template are left alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from knowledge import DocumentFacts, Library, Query, Source, Visibility, open_library
from knowledge.likeness import share, shingles, work

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 6, 1)
ARTICLES = (
    "为了加强共享单车停放管理，维护城市道路通行秩序，根据有关法律法规，结合本市实际，制定本办法。",
    "本办法适用于本市行政区域内共享单车的停放及其监督管理活动。",
    "城市管理部门负责停放区域的规划和监督，公安机关交通管理部门负责道路通行秩序的维护。",
    "共享单车应当停放在白线框内，每处停放区最多停放四十辆，不得占用盲道和消防通道。",
    "运营企业应当按照投放数量配备维护人员，每两百辆车不少于一人，及时清理乱停乱放的车辆。",
    "对不按规定停放的车辆，运营企业应当在接到通知后一小时内清理完毕。",
    "违反本办法规定的，由城市管理部门责令改正；拒不改正的，予以通报并核减投放数量。",
)
GUIDE = """# {name}办理指南

## 受理条件

申请人应当在本市办理{name}，并且{condition}。申请人对提交材料的真实性负责，委托他人办理的应当出具授权委托书。

## 申请材料

1. 居民身份证原件及复印件。
2. {material}。
3. 委托他人办理的，还应提交受托人的居民身份证和授权委托书。

## 办理流程

申请人可以通过政务服务网或者政务服务大厅窗口提出申请，工作人员当场核对材料，材料齐全的予以受理。

## 办理时限和收费

自受理之日起{days}个工作日内办结，{fee}。
"""


def policy(title: str, start: str, *, changed: str = "", issuer: str = "武汉市城市管理执法委员会") -> str:
    lines = [f"第{n}条 {text}" for n, text in enumerate(ARTICLES, start=1)]
    lines[3] = lines[3].replace("四十", changed) if changed else lines[3]
    lines[5] = lines[5].replace("一小时", "半小时") if changed else lines[5]
    return "\n\n".join([f"# {title}", f"发布机构：{issuer}", *lines, f"第八条 本办法自{start}起施行。"])


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path)
    yield opened
    opened.close()


def add(library: Library, text: str, name: str, visibility: Visibility = "public") -> str:
    return library.add(text.encode(), name, "operations", visibility=visibility).id


OLD = policy("共享单车停放管理办法", "2019年5月1日")
NEW = policy("共享单车停放管理办法（2024年修订）", "2024年3月1日", changed="六十")


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["older first", "newer first"])
def test_of_two_edited_editions_the_older_is_superseded_from_the_newer_ones_start(
    library: Library, order: tuple[int, int]
) -> None:
    ids = ["", ""]
    for place in order:
        ids[place] = add(library, (OLD, NEW)[place], ("停放办法.md", "2024-停放-终稿.md")[place])
    old, new = library.document(ids[0]), library.document(ids[1])
    assert (old.superseded_by, old.effective_to, new.superseded_by) == (new.id, date(2024, 2, 29), None)
    for day, words in ((DAY, "六十辆"), (date(2022, 1, 1), "四十辆")):
        found = library.search(Query("每处停放区最多停放多少辆", day)).hits
        assert words in found[0].passage.text
        assert len({hit.document.id for hit in found}) == 1
    pair = library.alike(old.id)[0]
    assert (pair.document.id, pair.other.id) == (old.id, new.id)
    assert 0.5 < pair.share < 1


def test_when_the_newer_edition_goes_the_older_stands_again(library: Library) -> None:
    old, new = add(library, OLD, "a.md"), add(library, NEW, "b.md")
    library.remove(new)
    document = library.document(old)
    assert (document.superseded_by, document.effective_to, document.status(DAY)) == (None, None, "in_force")
    assert library.alike() == []


def test_editions_without_dates_are_only_shown_as_alike(library: Library) -> None:
    first = add(library, OLD.replace("第八条 本办法自2019年5月1日起施行。", ""), "a.md")
    second = add(library, NEW, "b.md")
    assert [each.superseded_by for each in library.documents()] == [None, None]
    assert [(each.document.id, each.other.id) for each in library.alike(second)] == [(second, first)]


def test_a_copy_under_another_name_is_shown_as_alike(library: Library) -> None:
    first, second = add(library, OLD, "a.md"), add(library, OLD, "复件 a(1).md")
    assert [(each.other.id, each.share) for each in library.alike(second)] == [(first, 1.0)]
    assert [each.superseded_by for each in library.documents()] == [None, None]


def test_the_same_title_of_two_bodies_is_two_documents(library: Library) -> None:
    add(library, OLD, "a.md")
    add(library, policy("共享单车停放管理办法", "2024年3月1日", changed="九十", issuer="黄石市城市管理委员会"), "b.md")
    assert [each.superseded_by for each in library.documents()] == [None, None]


def test_guides_of_one_template_are_not_linked(library: Library) -> None:
    guides = [
        ("居住证", "已办理暂住登记满半年", "居住地址证明或者就业证明", "十五", "首次申领不收费"),
        ("身份证", "年满十六周岁或者由监护人代为申请", "居民户口簿", "二十", "首次申领工本费二十元"),
        ("食品经营许可证", "具有与经营的食品相适应的场所", "经营场所平面布置图", "十", "不收费"),
        ("犬只准养证", "犬只已经免疫", "犬只免疫证明和照片", "五", "每年收费一百元"),
    ]
    for name, condition, material, days, fee in guides:
        text = GUIDE.format(name=name, condition=condition, material=material, days=days, fee=fee)
        add(library, text, f"{name}.md")
    texts = [library.document(each.id).text for each in library.documents()]
    assert max(share(shingles(texts[0]), shingles(each)) for each in texts[1:]) > 0.5  # they do look alike
    assert library.alike() == []
    assert {each.superseded_by for each in library.documents()} == {None}


def test_an_edition_for_staff_never_replaces_the_public_one(library: Library) -> None:
    public = add(library, OLD, "a.md")
    add(library, NEW, "b.md", "staff")
    assert library.document(public).superseded_by is None
    assert library.alike() == []


def test_who_may_not_see_a_document_does_not_see_that_it_is_alike(library: Library) -> None:
    add(library, OLD, "a.md", "staff")
    second = add(library, OLD, "b.md", "staff")
    assert len(library.alike(second, ("public", "staff"))) == 1
    assert library.alike(second, ("public",)) == []


def test_the_bundled_documents_are_all_different(tmp_path: Path) -> None:
    paths = sorted((ROOT / "knowledge" / "bundled").glob("*/*.md"))
    library = open_library(tmp_path)
    library.add_many([Source(each.read_bytes(), each.name, each.parent.name) for each in paths])
    assert len(paths) >= 163
    assert library.alike() == []
    library.close()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("停车管理办法", "停车管理暂行办法", True),
        ("停车管理办法（2024年修订）", "停车管理办法", True),
        ("停车管理办法（征求意见稿）", "停车管理办法", True),
        ("居住证办理指南", "身份证办理指南", False),
        ("2024年重点工作计划", "2025年重点工作计划", False),
        ("江岸区停车管理办法", "江汉区停车管理办法", False),
    ],
)
def test_editions_of_a_title(one: str, other: str, same: bool) -> None:
    assert (work(one) == work(other)) is same


# What a document wrongly abolished


REPEALED = "停车管理办法\n第一条 停车收费标准为每小时五元。\n第二条 本办法自2015年1月1日起施行，有效期二十年。"
REPEALING = "停车规定\n第一条 停车免费。《停车管理办法》同时废止。\n第二条 本规定自2020年1月1日起施行。"


def test_deleting_what_abolished_a_document_lets_it_stand_again(library: Library) -> None:
    old = add(library, REPEALED.replace("，有效期二十年", ""), "a.txt")
    new = add(library, REPEALING, "b.txt")
    assert library.document(old).status(DAY) == "superseded"
    library.remove(new)
    document = library.document(old)
    assert (document.superseded_by, document.effective_to, document.status(DAY)) == (None, None, "in_force")
    assert "五元" in library.search(Query("停车收费", DAY)).hits[0].passage.text


def test_a_corrected_version_that_no_longer_abolishes_it_lets_it_stand_again(library: Library) -> None:
    facts = DocumentFacts(effective_to=date(2034, 12, 31))
    old = library.add(REPEALED.encode(), "a.txt", "operations", facts=facts).id
    add(library, REPEALING, "b.txt")
    assert library.document(old).effective_to == date(2019, 12, 31)
    corrected = add(library, REPEALING.replace("《停车管理办法》同时废止。", ""), "b.txt")
    document = library.document(old)
    assert (document.superseded_by, document.effective_to) == (None, date(2034, 12, 31))
    again = add(library, REPEALING.replace("免费", "全部免费"), "b.txt")
    assert corrected != again
    document = library.document(old)
    assert (document.superseded_by, document.effective_to) == (again, date(2019, 12, 31))
    assert library.verify().agree


def test_one_that_two_documents_abolish_stays_abolished_when_one_goes(library: Library) -> None:
    old = add(library, REPEALED, "a.txt")
    first = add(library, REPEALING, "b.txt")
    second = add(library, "道路规定\n第一条 《停车管理办法》废止。\n第二条 本规定自2021年1月1日起施行。", "c.txt")
    library.remove(first)
    document = library.document(old)
    assert (document.superseded_by, document.effective_to) == (second, date(2020, 12, 31))


def test_what_stands_again_stands_so_after_a_restart(tmp_path: Path) -> None:
    library = open_library(tmp_path)
    old, new = add(library, REPEALED, "a.txt"), add(library, REPEALING, "b.txt")
    library.remove(new)
    before = library.documents()
    library.close()
    library = open_library(tmp_path)
    assert library.documents() == before
    assert library.document(old).superseded_by is None
    library.close()


def test_front_matter_names_what_a_document_rests_on_and_when_that_was_looked_up(library: Library) -> None:
    head = "title: 收养登记\nsource:\n  - 民法典 第一千零九十三条\n  - 登记办法\nretrieved: 2026-11-24"
    text = f"---\n{head}\n---\n年满三十周岁。"
    document = library.add(text.encode(), "a.md", "government")
    assert (document.sources, document.retrieved) == (("民法典 第一千零九十三条", "登记办法"), date(2026, 11, 24))
    single = library.add("---\nsource: 采访报道\n---\n正文在此。".encode(), "b.md", "government")
    assert (single.sources, single.retrieved) == (("采访报道",), None)
