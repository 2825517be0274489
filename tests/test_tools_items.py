"""Service items, bundles, material checks, outlets and zones: true to the guides, found by name, told honestly."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from langchain_core.tools import BaseTool

from tools import Items, NeedsAnswer, NotFound, Principal, ToolError, item_tools, outlet_tools, run_tool, spec_of
from tools.circle import MINUTES, bundled_outlets, minutes_on_foot, walks
from tools.directory import bundled_directory, merged_materials
from tools.gazetteer import bundled_gazetteer
from tools.precheck import Facts, precheck, told
from tools.telling_items import OUTSIDE

from .test_tools_world import ANYBODY, CITIZEN, World, give_near, give_world  # noqa: F401

ROOT = Path(__file__).resolve().parent.parent
GUIDES = ROOT / "knowledge" / "bundled" / "government"
DIRECTORY = bundled_directory()
LISTS = ("conditions", "steps", "limits", "fees", "places")


def guide(name: str) -> tuple[dict[str, Any], str]:
    """Front matter and text of a bundled guide."""
    _, head, body = (GUIDES / f"{name}.md").read_text(encoding="utf-8").split("---\n", 2)
    return yaml.safe_load(head), body


def named(world: World, name: str) -> BaseTool:
    found = item_tools(world.platform) + outlet_tools(world.platform)
    return {each.name: each for each in found}[name]


async def use(world: World, name: str, who: Principal = ANYBODY, **arguments: Any) -> Any:
    return await run_tool(named(world, name), arguments, world.call(who))


def test_the_directory_is_large_enough_and_ids_are_unique() -> None:
    assert len(DIRECTORY.all()) >= 40
    assert len({item.title for item in DIRECTORY.all()}) == len(DIRECTORY.all())


@pytest.mark.parametrize("item", DIRECTORY.all(), ids=lambda item: item.id)
def test_an_item_says_only_what_its_guide_says(item: Any) -> None:
    head, body = guide(item.id)
    assert item.title == head["title"]
    assert item.evidence == head["evidence"]
    started = head.get("effective_from")
    assert item.effective_from == (started.isoformat() if started else None)
    for name in LISTS:
        assert not [line for line in getattr(item, name) if line not in body]
    plain = body.replace("《", "").replace("》", "")
    assert not [material.name for material in item.materials if material.name not in plain]
    assert item.department is None or item.department in body
    if item.limit is not None:
        assert item.limit.basis in body
        unit = {"work_day": "个工作日", "natural_day": "日"}[item.limit.unit]
        assert re.search(rf"(?<!\d){item.limit.days}{unit}", item.limit.basis)


@pytest.mark.parametrize("bundle", DIRECTORY.bundles(), ids=lambda bundle: bundle.id)
def test_a_bundle_says_only_what_its_guide_says(bundle: Any) -> None:
    head, body = guide(bundle.id)
    assert bundle.title == head["title"]
    assert not [line for line in bundle.said if line not in body]
    assert all(DIRECTORY.get(each) for each in bundle.items)


def test_merged_materials_hold_each_name_once_and_keep_what_is_needed() -> None:
    items = [item for item in DIRECTORY.all() if item.id in ("self-employed", "business-setup", "driving-licence")]
    merged = merged_materials(items)
    assert len({material.name for material in merged}) == len(merged)
    assert {material.name for material in merged} == {m.name for item in items for m in item.materials}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("调出居住证申领的记录", "residence-permit"),
        ("公积金提取那一项", "fund-withdraw"),
        ("给伢上户口，出生登记", "household-birth"),
        ("烟草证", "tobacco"),
        ("劳动仲裁", "labour-dispute"),
    ],
)
def test_an_item_is_found_by_everyday_words(words: str, expected: str) -> None:
    assert DIRECTORY.search(words)[0].item.id == expected


def test_words_about_nothing_find_nothing() -> None:
    assert DIRECTORY.search("今天天气真好啊") == []


def test_items_are_looked_up_and_told(world: World) -> None:
    async def body() -> None:
        found = await use(world, "item.search", words="公积金")
        assert {each["id"] for each in found.data["items"]} >= {"fund-loan", "fund-withdraw"}
        shown = await use(world, "item.get", item="居住证申领")
        for said in (
            "居住证申领指南",
            "15日内",
            "住址证明（必要，申请人自备）",
            "承诺办结天数未核实",
            "首次申领居住证不收工本费",
        ):
            assert said in shown.said
        fees = await use(world, "item.get", item="烟草专卖零售许可证", part="conditions")
        assert "收费" not in fees.said

    world.run(body)


def test_what_no_source_says_is_told_as_not_verified(near: World) -> None:
    shown = near.run(lambda: use(near, "item.get", item="企业年报"))
    assert "收费：未核实" in shown.said
    assert "清单未核实" in shown.said


def test_a_vague_item_is_asked_for_with_choices(near: World) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer) as asked:
            await use(near, "item.get", item="公积金")
        assert asked.value.slot == "item"
        assert len(asked.value.choices) >= 2
        with pytest.raises(NeedsAnswer, match="哪个政务服务事项"):
            await use(near, "item.get", item="那个啥")

    near.run(body)


def test_another_city_is_answered_only_for_what_is_known_to_cross(near: World) -> None:
    async def body() -> None:
        crosses = await use(near, "item.search", words="公积金提取", city="黄石")
        for said in ("一圈通办", "住房公积金", "多地联办", "黄石市", "演示数据"):
            assert said in crosses.said
        stays = await use(near, "item.search", words="结婚登记", city="鄂州")
        assert "不在" in stays.said
        assert "演示" not in stays.said
        unnamed = await use(near, "item.search", words="公积金提取", city="另一座城市")
        for said in ("一圈通办", "多地联办", "演示数据", "哪座城市"):
            assert said in unnamed.said
        with pytest.raises(NeedsAnswer) as asked:
            await use(near, "item.search", words="那个跨城的", city="另一座城市")
        assert asked.value.slot == "words"
        assert "公积金提取" in asked.value.choices

    near.run(body)


@pytest.mark.parametrize(
    ("words", "bundle"),
    [
        ("伢昨天生的，落户、医保、社保卡、打针本、补贴按么顺序一起办", "newborn"),
        ("接种证、社保卡、育儿补贴一次办", "newborn"),
        ("营业执照和食品证、排水许可一起办", "restaurant"),
    ],
)
def test_a_bundle_is_found_by_its_parts(near: World, words: str, bundle: str) -> None:
    found = near.run(lambda: use(near, "onething.get", bundle=words))
    assert found.data["bundle"]["id"] == bundle


def test_a_bundle_lists_its_items_in_order_and_each_material_once(world: World) -> None:
    async def body() -> None:
        found = await use(world, "onething.get", bundle="想开奶茶店")
        assert [part["id"] for part in found.data["parts"]] == [
            "business-setup",
            "food-permit",
            "fire-check",
            "drainage",
        ]
        names = [each["name"] for each in found.data["materials"]]
        assert len(set(names)) == len(names)
        assert "1. 企业开办" in found.said
        assert "食品经营许可、消防安全检查、排水许可的材料清单未核实" in found.said
        with pytest.raises(NeedsAnswer) as asked:
            await use(world, "onething.get", bundle="那个套餐")
        assert len(asked.value.choices) == 4

    world.run(body)


@pytest.mark.parametrize(
    ("words", "facts", "kinds"),
    [
        ("共5页，只扫了4页", Facts(), ["missing_page"]),
        ("户口簿少一页", Facts(), ["missing_page"]),
        ("材料齐", Facts(pages=3, total_pages=3), []),
        ("材料", Facts(pages=4, total_pages=3), ["extra_page"]),
        ("材料", Facts(valid_to=date(2026, 8, 31)), ["expired"]),
        ("材料", Facts(valid_to=date(2026, 9, 1)), []),
        ("材料", Facts(holder="张 三", applicant="张三"), []),
        ("材料", Facts(holder="张三", applicant="李四"), ["name_mismatch"]),
        ("名字和身份证对不上", Facts(), ["name_mismatch"]),
        ("还没签字", Facts(), ["unsigned"]),
        ("共2页手上1页，忘了盖章", Facts(valid_to=date(2020, 1, 1)), ["missing_page", "expired", "unsigned"]),
        ("委托书三页全都有，盖了章", Facts(), []),
        ("委托书三页齐全", Facts(pages=2), ["missing_page"]),
        ("一共五页，手里三页", Facts(), ["missing_page"]),
        ("证明上面写的是陈一，申请人叫陈二", Facts(), ["name_mismatch"]),
        ("证明上面写的是陈一，申请人叫陈一，没签名", Facts(), ["unsigned"]),
        ("委托书写的陈一二，我叫陈一三", Facts(), ["name_mismatch"]),
        ("姓名陈一二，申请人陈一二", Facts(), []),
        ("户口簿上是陈一二，申请人陈一三，盖章了", Facts(), ["name_mismatch"]),
        ("姓名：陈一二，申请人：陈一三", Facts(), ["name_mismatch"]),
        ("证明上面有章，申请人是我爱人", Facts(), []),
        ("租约写的是五年，申请人陈一二", Facts(), []),
        ("看一下", Facts(), []),
    ],
)
def test_defects_are_found_from_what_is_known(words: str, facts: Facts, kinds: list[str]) -> None:
    found = precheck(told(words, facts), date(2026, 9, 1))
    assert [each.kind for each in found.defects] == kinds


def test_a_short_name_inside_a_longer_one_is_not_meant() -> None:
    names = [hit.item.id for hit in bundled_directory().search("爷爷领养老金的申请到哪了")]
    assert names[0] == "retirement"
    assert "adoption" not in names
    assert bundled_directory().search("想领养一个孩子")[0].item.id == "adoption"


def test_a_material_check_never_says_it_is_accepted(near: World) -> None:
    async def body() -> None:
        bad = await use(near, "doc.check", material="健康证明", valid_to="2026-08-01")
        assert "过期" in bad.said
        assert "不等于受理" in bad.said
        asks = await use(near, "doc.check", material="看看租赁合同")
        assert "租赁合同" in asks.said
        assert "没有发现问题" not in asks.said
        with pytest.raises(NeedsAnswer, match="什么材料"):
            await use(near, "doc.check", material="帮我瞄一眼能不能用")
        with pytest.raises(ToolError, match="看不懂日期"):
            await use(near, "doc.check", material="合同", valid_to="后来")

    near.run(body)


def test_walking_time_follows_the_formula() -> None:
    assert minutes_on_foot(700) == pytest.approx(13.0)
    assert minutes_on_foot(808) > MINUTES > minutes_on_foot(807)


def test_outlets_are_the_same_every_time_and_all_marked() -> None:
    outlets = bundled_outlets()
    assert len({each.id for each in outlets}) == len(outlets)
    assert all(each.demo and "（演示）" in each.name and each.verified_at == "2026-09-01" for each in outlets)
    assert outlets == bundled_outlets.__wrapped__()


def test_only_outlets_that_offer_the_service_are_found() -> None:
    point = bundled_gazetteer().entries("光谷广场")[0].point
    assert point is not None
    found = walks(bundled_outlets(), point, "card", "instant")
    assert found
    assert all("instant" in each.outlet.services for each in found)
    assert [each.metres for each in found] == sorted(each.metres for each in found)
    assert len(found) < len(walks(bundled_outlets(), point, "card", None))


def test_card_outlets_are_told_with_distance_hours_and_date(world: World) -> None:
    async def body() -> None:
        found = await use(world, "card.outlet.search", address="光谷广场", service="replace")
        assert all("replace" in each["outlet"]["services"] for each in found.data["walks"])
        for said in ("补换卡", "步行约", "米", "9:00", "演示", "2026-09-01"):
            assert said in found.said
        far = await use(world, "outlet.search", service="办居住证申领", address="武汉站")
        assert "15 分钟内没有" in far.said
        with pytest.raises(NeedsAnswer) as asked:
            await use(world, "card.outlet.search", address="李集街道")
        assert len(asked.value.choices) == 2
        with pytest.raises(NeedsAnswer):
            await use(world, "outlet.search", service="居住证", address="火星路")

    world.run(body)


def test_a_school_zone_is_dated_invented_and_promises_nothing(world: World) -> None:
    async def body() -> None:
        known = await use(world, "school.zone", address="武汉关码头", residence="other")
        for said in ("2026 年划片表", "演示数据", "不能预测", "外地户口"):
            assert said in known.said
        outside = await use(world, "school.zone", address="光谷广场", residence="local")
        assert "没有这个地址" in outside.said

    world.run(body)


def test_an_unknown_item_or_bundle_is_not_found(near: World) -> None:
    async def body() -> None:
        items = Items(near.platform)
        for work in (items.get("no-such"), items.bundle("no-such")):
            with pytest.raises(NotFound):
                await work

    near.run(body)


def test_citizens_tools_learn_from_enough_different_words(near: World) -> None:
    for each in item_tools(near.platform) + outlet_tools(near.platform):
        spec = spec_of(each)
        assert len(set(spec.examples)) >= 30, each.name
        assert spec.say is not None
        assert all(spec.slots[name].ask for name in spec.required), each.name


def test_examples_of_two_tools_never_coincide() -> None:
    data = json.loads((ROOT / "tools" / "data" / "utterances.json").read_text(encoding="utf-8"))
    lines = [line for name, found in data.items() if name != "header" for line in found]
    assert len(set(lines)) == len(lines)


def test_a_date_without_a_paper_is_no_material(near: World) -> None:
    async def body() -> None:
        for words in ("我爸是1963年11月的", "那她呢，1970年"):
            with pytest.raises(NeedsAnswer, match="什么材料"):
                await use(near, "doc.check", material=words, valid_to="1970-12-31")

    near.run(body)


def test_several_materials_are_looked_at_each_by_its_own_words(near: World) -> None:
    async def body() -> None:
        said = "身份证2025年3月1日到期，申请书一共4页只拍了3页，户口本都在"
        found = await use(near, "doc.check", material=said, valid_to="2025-03-01")
        assert {each["material"]: len(each["defects"]) for each in found.data["papers"]} == {
            "身份证": 1, "申请书": 1, "户口簿": 0,
        }  # fmt: skip
        assert "还没法预审户口簿" in found.said

    near.run(body)


def test_another_item_than_the_one_named_is_never_told_across_cities(near: World) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer, match="公司登记"):
            await use(near, "item.search", words="身份证在武汉能补吗，户口在孝感", city="孝感")
        there = await use(near, "item.search", words="异地就医备案在咸宁的窗口能办吗", city="咸宁")
        assert "异地就医备案" in there.said
        beyond = await use(near, "item.search", words="公积金能在武汉取吗", city=OUTSIDE)
        assert "不在武汉都市圈" in beyond.said

    near.run(body)
