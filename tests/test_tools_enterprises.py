"""Own records, policies, public data and the plan's targets: whose they are, what is known, what is not promised."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool

from tools import (
    Applications,
    Conflict,
    DataRequestDraft,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    Principal,
    ToolError,
    enterprise_tools,
    run_tool,
    spec_of,
)
from tools.catalogue import bundled_datasets, bundled_targets, near_targets, search_datasets, search_targets
from tools.matching import bundled_policies, match

from .test_tools_applications import AGENT, give_place, give_town  # noqa: F401
from .test_tools_world import ANYBODY, CITIZEN, OTHER, World

ROOT = Path(__file__).resolve().parent.parent
TARGETS = ROOT / "knowledge" / "bundled" / "development" / "targets.md"
DEVELOPER = Principal("dev-1", frozenset(("developer",)))
CLERK = Principal("clerk-1", frozenset(("department",)), department="演示单位")
TODAY = date(2026, 9, 1)
FIELDS = (("Id", "id"), ("任务", "task"), ("指标", "name"), ("值", "value"), ("单位", "unit"), ("类型", "type"))


def named(world: World, name: str) -> BaseTool:
    return {each.name: each for each in enterprise_tools(world.platform)}[name]


async def use(world: World, name: str, who: Principal = CITIZEN, **arguments: Any) -> Any:
    return await run_tool(named(world, name), arguments, world.call(who))


async def prepare(world: World, who: Principal, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(named(world, "data.request.submit")).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


def test_the_targets_are_row_for_row_those_of_the_knowledge_base() -> None:
    parts = re.split(r"^## ", TARGETS.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    rows = [dict(re.findall(r"^- ([^：]+)：(.*)$", part, re.MULTILINE)) for part in parts]
    assert len(rows) == len(bundled_targets()) == 43
    for row, target, part in zip(rows, bundled_targets(), parts, strict=True):
        assert [row[name] for name, _ in FIELDS] == [getattr(target, name) for _, name in FIELDS]
        assert row["是否写明2027年"] == target.stated_2027
        assert target.said in part
        assert ("到2027年" in target.said) == (target.stated_2027 == "是")


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("K22", ["K22"]),
        ("k 5", ["K05"]),
        ("任务17的指标", ["K31", "K32", "K33", "K34", "K35"]),
        ("医保码激活率到多少了", ["K39"]),
        ("标杆智能工厂", ["K27"]),
        ("方案定了多少家企业", ["K08", "K09", "K28", "K14"]),
        ("27年企业数量定到几多", ["K08", "K09", "K28", "K14"]),
        ("K99", []),
        ("月亮上的指标", []),
    ],
)
def test_targets_are_found_by_id_task_and_name(words: str, ids: list[str]) -> None:
    assert [each.id for each in search_targets(words)] == ids


@pytest.mark.parametrize("words", ["数据产业规模2027年多少亿", "文旅产业规模", "低空经济的指标", "人工智能企业收入"])
def test_a_target_that_the_plan_does_not_have_gets_no_other_ones_figure(words: str) -> None:
    assert search_targets(words) == []


def test_several_codes_are_several_targets_and_near_ones_are_only_named() -> None:
    assert [each.id for each in search_targets("K07和K03的目标分别多少")] == ["K07", "K03"]
    near = [each.id for each in near_targets("数据要素那块目标多少")]
    assert near[0] == "K06"


def test_a_target_says_its_year_only_where_the_plan_does_and_no_current_value(town: World) -> None:
    async def body() -> None:
        stated = await use(town, "kpi.plan.get", ANYBODY, words="K22")
        for said in ("任务13", "目标 60", "到2027年", "现状值：没有数据"):
            assert said in stated.said
        silent = await use(town, "kpi.plan.get", ANYBODY, words="K27")
        assert "原文没有给这个数写明完成年份" in silent.said
        yearly = await use(town, "kpi.plan.get", ANYBODY, words="K32")
        assert "原文没有写明到2027年完成" in yearly.said
        for words, why in (
            ("不存在的东西啊", "没有找到对应“.*”的指标"),
            ("2030年智能体应用要多少个", "没有给出2030年的目标值"),
            ("杭州的智能体目标是多少个", "没有杭州的"),
        ):
            with pytest.raises(NotFound, match=why):
                await use(town, "kpi.plan.get", ANYBODY, words=words)
        with pytest.raises(NeedsAnswer) as asked:
            await use(town, "kpi.plan.get", ANYBODY, words="想看看规划定的目标值")
        assert (asked.value.slot, asked.value.choices[3]) == ("words", "网络零售额")
        whole = await use(town, "kpi.plan.get", ANYBODY, words="全部指标给我列一下")
        assert [each["id"] for each in whole.data["targets"]] == ["K01", "K02", "K03", "K04", "K05"]
        assert "共43项" in whole.said

    town.run(body)


def test_policies_say_what_matched_and_what_is_unknown_and_leave_out_what_has_ended() -> None:
    hits = match(bundled_policies(), {"industry": "制造业", "scale": "小型"}, TODAY)
    by_id = {hit.id: hit for hit in hits}
    assert by_id["P04"].matched == ("属于中小企业", "属于制造业")
    assert "所在行业是不是8个试点行业之一" in by_id["P04"].unknown
    assert by_id["P05"].unknown[0] == "属于规模以上企业"
    assert "D01" not in by_id
    assert "D01" in {hit.id for hit in match(bundled_policies(), {"scale": "小型"}, date(2025, 6, 1))}
    assert "P05" not in {hit.id for hit in match(bundled_policies(), {"industry": "制造业", "above_size": "否"}, TODAY)}
    assert match(bundled_policies(), {}, TODAY) == []
    assert not {hit.id for hit in match(bundled_policies(), {"industry": "数据标注"}, date(2028, 1, 1))} & {
        "P02",
        "P07",
    }


def test_policies_are_matched_with_the_represented_business_or_what_was_said(town: World) -> None:
    async def body() -> None:
        own = await use(town, "policy.match", AGENT)
        assert {"P02", "P03", "P07"} <= {each["id"] for each in own.data["hits"]}
        for said in ("数据标注产业三年行动计划", "还不清楚", "补贴标准", "不能承诺", "演示数据"):
            assert said in own.said
        told = await use(town, "policy.match", ANYBODY, industry="人工智能")
        assert [each["id"] for each in told.data["hits"]] == ["P01"]
        with pytest.raises(NeedsAnswer) as asked:
            await use(town, "policy.match", CITIZEN)
        assert asked.value.slot == "industry"
        over = await use(town, "policy.match", ANYBODY, scale="小型", needs="软件采购")
        assert "2025年12月31日到期" in over.said
        assert "D01" not in {each["id"] for each in over.data["hits"]}
        nothing = await use(town, "policy.match", ANYBODY, industry="养花")
        assert "没有匹配到" in nothing.said

    town.run(body)


def test_a_business_is_shown_only_to_who_represents_it(town: World) -> None:
    async def body() -> None:
        shown = await use(town, "enterprise.get", AGENT)
        for said in ("武汉演示数据标注有限公司", "演示数据", "示**", "小型"):
            assert said in shown.said
        with pytest.raises(NotAllowed, match="只能查看"):
            await use(town, "enterprise.get", AGENT, credit_code="91420100MA4XA00026")
        for who in (CITIZEN, Principal("x", frozenset(("citizen",)), represents="91420100MA4XA0004C")):
            with pytest.raises(NotAllowed):
                await use(town, "enterprise.get", who)
        with pytest.raises(NotAllowed):
            await use(town, "enterprise.get", CLERK)
        with pytest.raises(NotAllowed):
            await Applications(town.platform).enterprise(CITIZEN)

    town.run(body)


def test_people_see_their_own_data_masked(town: World) -> None:
    async def body() -> None:
        mine = await use(town, "profile.get")
        assert "420***********1236" in mine.said
        assert "授权填表使用的是：姓名、证件号码、联系地址" in mine.said
        theirs = await use(town, "profile.get", OTHER)
        assert "授权填表使用的是：姓名。" in theirs.said
        with pytest.raises(NotFound):
            await use(town, "profile.get", AGENT)
        with pytest.raises(NotAllowed):
            await use(town, "profile.get", ANYBODY)

    town.run(body)


def test_the_catalogue_tells_of_data_and_marks_itself_as_demo(town: World) -> None:
    async def body() -> None:
        found = await use(town, "data.catalog.search", ANYBODY, words="停车泊位")
        for said in ("DS0013", "市公安交管局", "有条件共享", "更新周期：实时", "演示数据"):
            assert said in found.said
        assert "没有找到" in (await use(town, "data.catalog.search", ANYBODY, words="天上的星星")).said
        with pytest.raises(NeedsAnswer, match="什么数据"):
            await use(town, "data.catalog.search", ANYBODY, words="公共数据目录里有哪些数据")

    town.run(body)


def test_every_sharing_class_is_in_the_catalogue_and_ids_find_their_row() -> None:
    assert {each.sharing for each in bundled_datasets()} == {"open", "conditional", "denied"}
    assert [each.id for each in search_datasets("我要ds0003")] == ["DS0003"]


@pytest.mark.parametrize("who", [DEVELOPER, CLERK], ids=lambda who: who.id)
def test_data_is_asked_for_with_purpose_and_time(town: World, who: Principal) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer, match="用来做什么"):
            await prepare(town, who, dataset="企业登记")
        with pytest.raises(NeedsAnswer, match="多少天"):
            await prepare(town, who, dataset="企业登记", purpose="做信用分析")
        ready = await prepare(town, who, dataset="企业登记", purpose="做 信用分析", retention_days=90)
        assert (ready["dataset"], ready["sharing"]) == ("DS0003", "有条件共享")
        made = await use(town, "data.request.submit", who, **ready)
        for said in (made.data["number"], "保存 90 天", "等待提供部门审核"):
            assert said in made.said
        free = await use(town, "data.request.submit", who, dataset="DS0004", purpose="做公交查询", retention_days=30)
        assert free.data["status"] == "approved"
        logged = [each for each in town.rows("changes") if each["object_id"] == made.data["number"]]
        told = {"dataset": "DS0003", "purpose": "做 信用分析", "retention_days": 90, "status": "reviewing"}
        assert [json.loads(each["field_values"]) for each in logged] == [{"number": made.data["number"], **told}]

    town.run(body)


def test_data_that_may_not_be_shared_is_refused_before_and_by_the_platform(place: World) -> None:
    async def body() -> None:
        owned = Applications(place.platform)
        with pytest.raises(Conflict, match="不予共享"):
            await prepare(place, CLERK, dataset="DS0009", purpose="做统计分析", retention_days=5)
        with pytest.raises(Conflict, match="不予共享"):
            await owned.request_data(DataRequestDraft("DS0009", "做统计分析", 5), CLERK, place.key())
        for who in (CITIZEN, ANYBODY, AGENT):
            with pytest.raises(NotAllowed):
                await use(place, "data.request.submit", who, dataset="DS0003", purpose="做统计分析", retention_days=5)
            with pytest.raises(NotAllowed):
                await owned.request_data(DataRequestDraft("DS0003", "做统计分析", 5), who, place.key())
        for bad in (DataRequestDraft("DS0003", "玩", 5), DataRequestDraft("DS0003", "做统计分析", 0)):
            with pytest.raises(ToolError):
                await owned.request_data(bad, CLERK, place.key())
        with pytest.raises(NotFound):
            await owned.request_data(DataRequestDraft("DS9999", "做统计分析", 5), CLERK, place.key())
        for words in ("", "替我交一份用数申请，拿来画地图"):
            with pytest.raises(NeedsAnswer, match="哪个数据集"):
                await prepare(place, CLERK, dataset=words)
        with pytest.raises(NotFound, match="没有这个编号"):
            await prepare(place, CLERK, dataset="DS9999")
        with pytest.raises(Conflict, match="不予共享"):
            await prepare(place, CLERK, dataset="想要不动产登记明细，看房屋空置，留10天")
        known = {"purpose": "做统计分析", "retention_days": 5}
        ready = await prepare(place, CLERK, dataset="拿企业登记的数据看信用", **known)
        assert ready["dataset"] == "DS0003"
        assert place.rows("data_requests") == []

    place.run(body)


def test_tools_learn_from_enough_different_words(place: World) -> None:
    for each in enterprise_tools(place.platform):
        spec = spec_of(each)
        staff = spec.roles <= frozenset(("department", "developer", "supervisor")) or spec.name.startswith("data.")
        assert len(set(spec.examples)) >= (15 if staff else 30), each.name
        assert spec.say is not None


def test_writes_wait_for_a_yes_and_name_what_they_made(place: World) -> None:
    spec = spec_of(named(place, "data.request.submit"))
    assert (spec.effect, spec.confirm, spec.object_id) == ("write", True, "number")
