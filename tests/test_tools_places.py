"""The gazetteer, addresses, grids and classes: pure lookups."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

import tools
from tools import bundled_categories, bundled_gazetteer, geocode

GAZETTEER, CLASSES = bundled_gazetteer(), bundled_categories()
DATA = Path(tools.__file__).parent / "data"


def test_every_row_of_the_division_codes_is_there() -> None:
    data = json.loads((DATA / "gazetteer.json").read_text(encoding="utf-8"))
    assert (len(data["districts"]), len(data["subdistricts"]), len(data["areas"])) == (13, 162, 31)
    codes = [row["code"] for row in data["subdistricts"] + data["areas"]]
    assert max(Counter(codes).values()) == 1
    assert all(len(row["code"]) == 9 and row["code"].startswith(row["district"]) for row in data["subdistricts"])
    assert "SYNTHETIC" in data["header"]


def test_every_point_lies_in_the_city_and_in_a_grid() -> None:
    data = json.loads((DATA / "gazetteer.json").read_text(encoding="utf-8"))
    for row in data["subdistricts"] + data["places"]:
        grid = GAZETTEER.locate(row["lon"], row["lat"])
        assert grid is not None, row
        if "code" in row:
            assert grid.subdistrict == row["code"]
    for road in data["roads"]:
        assert all(GAZETTEER.inside(*point) for point in road["line"]), road["name"]


def test_a_place_lies_in_a_district_it_is_said_to_be_in() -> None:
    for name in ("司门口", "司门口黄鹤楼", "螃蟹岬", "循礼门", "十里铺", "崇仁路", "金银潭", "堤角", "杨家湾"):
        (entry,) = GAZETTEER.entries(name)
        assert entry.point is not None
        grid = GAZETTEER.locate(*entry.point)
        assert grid is not None
        assert grid.district in entry.districts, name


def names(text: str) -> list[tuple[str, str]]:
    return [(mention.text, mention.kind) for mention in GAZETTEER.find(text)]


def test_the_longest_name_is_found() -> None:
    assert names("汉口火车站到江汉路步行街") == [("汉口火车站", "place"), ("江汉路步行街", "road")]
    assert names("洪山区珞喻路光谷步行街") == [("洪山区", "district"), ("珞喻路", "road"), ("光谷步行街", "place")]
    mention = GAZETTEER.find("我在鹦鹉大道上")[0]
    assert (mention.start, mention.end) == (2, 6)


@pytest.mark.parametrize("text", ["新村里的劳动者", "车站旁边", "上山坡", "伸出六指"])
def test_ordinary_words_are_not_subdistricts(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize("joint", ["和{}路口", "与{}交叉口", "跟{}的交口", "、{}", "{}交汇处", "靠近{}"])
def test_crossings_are_read_however_they_are_said(joint: str) -> None:
    found = geocode(GAZETTEER, "雄楚大道" + joint.format("珞狮路")).candidates
    assert [(each.level, each.district_name) for each in found] == [("crossing", "洪山区")]
    assert found[0].address == "武汉市洪山区雄楚大道与珞狮路交叉口"
    assert found[0].crs == "WGS84"
    assert found[0].synthetic


def test_roads_that_never_meet_give_nothing() -> None:
    assert geocode(GAZETTEER, "关山大道与古田二路路口").candidates == ()


@pytest.mark.parametrize(
    ("text", "level", "address"),
    [
        ("光谷广场B口", "place", "武汉市洪山区光谷广场B口"),
        ("归元寺对面", "place", "武汉市汉阳区归元寺对面"),
        ("汉阳大道 120 号", "number", "武汉市汉阳区汉阳大道120 号"),
        ("水果湖街道", "subdistrict", "武汉市武昌区水果湖街道"),
        ("解放大道", "road", "武汉市江汉区解放大道"),
        ("青山区", "district", "武汉市青山区"),
        ("江夏区藏龙大道某小区3栋", "text", "武汉市江夏区藏龙大道某小区3栋"),
    ],
)
def test_levels_of_addresses(text: str, level: str, address: str) -> None:
    found = geocode(GAZETTEER, text).candidates
    assert [(each.level, each.address.replace(" ", "")) for each in found] == [(level, address.replace(" ", ""))]


@pytest.mark.parametrize(
    ("text", "count"), [("李集街道", 2), ("黄陂区李集街道", 1), ("南湖", 2), ("东湖", 3), ("常青", 3), ("新洲李集", 1)]
)
def test_shared_names_give_all_their_meanings(text: str, count: int) -> None:
    assert len(geocode(GAZETTEER, text).candidates) == count


@pytest.mark.parametrize("text", ["", "火星路八号", "我也不知道", "1234", "。"])
def test_what_is_unknown_gives_nothing(text: str) -> None:
    assert geocode(GAZETTEER, text).candidates == ()


@pytest.mark.parametrize("text", ["香港路和建设大道路口", "王家湾", "友谊大道88号", "洪山区某某路5号小区"])
def test_the_canonical_address_means_itself(text: str) -> None:
    first = geocode(GAZETTEER, text).candidates[0]
    assert geocode(GAZETTEER, first.address).candidates[0] == first


def test_grids_are_stable_and_apart() -> None:
    here, near, far = (GAZETTEER.locate(114.275 + step, 30.5905) for step in (0, 0.0002, 0.002))
    assert here is not None
    assert near is not None
    assert far is not None
    assert len(here.code) == 15
    assert here.code[:9] == here.subdistrict
    assert here == GAZETTEER.locate(114.275, 30.5905)
    assert far.code != here.code
    assert here.duty_grid == here.code[:12] + "000"
    assert GAZETTEER.locate(116.4, 39.9) is None


def test_classes_are_complete() -> None:
    kinds = Counter(each.kind for each in CLASSES)
    assert kinds == {"event": 54, "component": 83}
    category = CLASSES.get("e0406")
    assert category is not None
    assert category.name == "道路积水"
    assert CLASSES.get("E9999") is None
    samples = [each.sample_deadline for each in CLASSES if each.sample_deadline]
    assert samples
    assert all("其他城市" in each.source for each in samples)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("路灯不亮", "C0118"),
        ("下水道堵住了往外冒污水", "E0404"),
        ("有人占道摆摊", "E0501"),
        ("门口的井盖松了", "C0114"),
        ("雨水井盖裂开", "C0103"),
        ("红绿灯坏了", "C0210"),
        ("半夜施工吵得很", "E0301"),
        ("垃圾没人收，臭死了", "E0102"),
        ("电线垂下来了", "E0408"),
        ("湖边的护栏松了", "C0507"),
    ],
)
def test_everyday_words_find_their_class(text: str, code: str) -> None:
    assert CLASSES.search(text)[0].category.code == code


def test_a_plain_cover_offers_the_other_kinds() -> None:
    category = CLASSES.search("井盖坏了")[0].category
    assert {CLASSES.get(code).family for code in category.alternatives} == {"井盖"}  # type: ignore[union-attr]
    assert len(category.alternatives) >= 12


def test_small_talk_fits_no_class() -> None:
    assert CLASSES.search("你好") == []


def test_a_name_that_begins_like_a_subdistrict_is_kept_whole() -> None:
    assert geocode(GAZETTEER, "水果湖中学门口").candidates[0].address == "武汉市武昌区水果湖中学门口"
    assert geocode(GAZETTEER, "水果湖街道中学门口").candidates[0].address == "武汉市武昌区水果湖街道中学门口"


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("唐家墩路88号", "武汉市江汉区唐家墩路88号"),
        ("水果湖路12号楼下", "武汉市武昌区水果湖路12号楼下"),
        ("关山一路30号旁边", "武汉市洪山区关山一路30号旁边"),
        ("我说的是唐家墩路5号", "武汉市江汉区唐家墩路5号"),
    ],
)
def test_a_road_named_after_a_subdistrict_stays_a_road(text: str, address: str) -> None:
    (found,) = geocode(GAZETTEER, text).candidates
    assert (found.address, found.level) == (address, "number")
    assert found.lon is not None


@pytest.mark.parametrize("text", ["唐家墩路灯不亮", "关山路边有垃圾", "水果湖街道办", "洪山路面坏了"])
def test_a_lamp_or_a_roadside_makes_no_road(text: str) -> None:
    assert all(kind != "road" for _, kind in names(text))


def test_a_park_and_the_road_named_after_it_are_two_places() -> None:
    assert names("解放公园路积水") == [("解放公园路", "road")]
    assert names("解放公园里面积水") == [("解放公园", "place")]


@pytest.mark.parametrize("beside", ["门口", "楼下", "旁边", "对面", "门前"])
def test_words_beside_a_house_number_do_not_hinder_locating(beside: str) -> None:
    plain, worded = (geocode(GAZETTEER, f"中南路12号{each}").candidates[0] for each in ("", beside))
    assert (plain.lon, plain.lat) == (worded.lon, worded.lat)


def test_the_university_keeps_its_name() -> None:
    assert geocode(GAZETTEER, "洪山区武汉理工大学西院").candidates[0].address == "武汉市洪山区武汉理工大学西院"
