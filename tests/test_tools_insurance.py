"""Insurance: the waiting period and the estimate by arithmetic; records, filings and bindings only for their people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool
from stdnum.cn import ric

from tools import Conflict, NeedsAnswer, NotAllowed, NotFound, Principal, ToolError, insurance_tools, run_tool, spec_of
from tools.benefit import Bill, bundled_rules, estimate
from tools.insurance import _medicine_in
from tools.unified.insurance import BindingDraft, FilingDraft, Insurance
from tools.unified.sandbox import insurance
from tools.waiting import waiting_period

from .test_tools_world import ANYBODY, CITIZEN, OTHER, START, World, open_world

UNVERIFIED = Principal("citizen-1", frozenset(("citizen",)))
CLERK = Principal("clerk-1", frozenset(("department",)), verified=True, department="医保局")
CHILD_ID, ELDER_ID = "42010220160501231X", "420103195803034518"
CHILD = BindingDraft("sharing", "child", "示例小甲", CHILD_ID)
ELDER = BindingDraft("code", "parent", "示例老丁", ELDER_ID)
TRIP = FilingDraft("I1", "referral", "上海市", "2026-09-02")
FULL = {
    "total": 20000,
    "scheme": "employee",
    "status": "working",
    "care": "inpatient",
    "level": "third",
    "filing": "home",
    "self_paid": 1000,
    "own_share": 500,
    "over_limit": 0,
    "deductible_used": 0,
    "cap_used": 0,
}


@pytest.fixture(name="town", params=["in process", "network"])
def give_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world with its invented insured people."""
    with open_world(tmp_path / "sandbox", network=request.param == "network") as opened:
        with opened.sandbox.store.write() as connection:
            insurance.seed(connection, START)
        yield opened


@pytest.fixture(name="place")
def give_place(tmp_path: Path) -> Iterator[World]:
    """The same, in process only."""
    with open_world(tmp_path / "sandbox") as opened:
        with opened.sandbox.store.write() as connection:
            insurance.seed(connection, START)
        yield opened


def named(world: World, name: str, /) -> BaseTool:
    return {each.name: each for each in insurance_tools(world.platform)}[name]


async def use(world: World, name: str, who: Principal = CITIZEN, /, **arguments: Any) -> Any:
    return await run_tool(named(world, name), arguments, world.call(who))


async def prepare(world: World, name: str, who: Principal = CITIZEN, /, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(named(world, name)).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


@pytest.mark.parametrize(
    ("missed", "extra", "variable", "total"),
    [(0, 0, 0, 0), (0, 4, 0, 0), (1, 0, 0, 3), (2, 0, 1, 4), (3, 0, 2, 5), (3, 1, 1, 4), (3, 5, 0, 3), (9, 2, 6, 9)],
)
def test_the_waiting_period_is_three_months_and_a_variable_part_never_below_zero(
    missed: int, extra: int, variable: int, total: int
) -> None:
    found = waiting_period(missed, extra)
    assert (found.variable, found.total) == (variable, total)


@pytest.mark.parametrize("years", [(-1, 0), (0, -1)])
def test_negative_years_are_refused(years: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        waiting_period(*years)


@pytest.mark.parametrize(
    ("bill", "fund", "own"),
    [
        (Bill(5000, 0, 0, 0, 0, 0, True), 2000, 3000),
        (Bill(5000, 0, 0, 0, 1000, 0, True), 2500, 2500),
        (Bill(5000, 0, 0, 0, 0, 0, False), 1000, 4000),
        (Bill(900, 0, 0, 0, 0, 0, True), 0, 900),
        (Bill(50000, 0, 0, 0, 0, 4000, True), 6000, 44000),
        (Bill(10000, 1000, 500, 500, 0, 0, True), 3500, 6500),
    ],
)
def test_the_estimate_follows_the_invented_rules(bill: Bill, fund: float, own: float) -> None:
    found = estimate(bundled_rules(), bill)
    assert (found.fund, found.own) == (fund, own)


@pytest.mark.parametrize("bill", [Bill(-1, 0, 0, 0, 0, 0, True), Bill(100, 80, 30, 0, 0, 0, True)])
def test_a_bill_that_cannot_be_is_refused(bill: Bill) -> None:
    with pytest.raises(ValueError, match=r"金额|超过"):
        estimate(bundled_rules(), bill)


def test_the_estimate_asks_for_one_missing_input_at_a_time(place: World) -> None:
    async def body() -> None:
        said: dict[str, Any] = {"total": FULL["total"]}
        for name in list(FULL)[1:]:
            with pytest.raises(NeedsAnswer) as asked:
                await use(place, "benefit.estimate", ANYBODY, **said)
            assert asked.value.slot == name
            said[name] = FULL[name]
        found = await use(place, "benefit.estimate", ANYBODY, **said)
        assert "演示规则 DEMO-2026.1" in found.said
        assert "估算" in found.said
        assert "基金支付8750元" in found.said
        place.wait(days=200)
        with pytest.raises(Conflict, match="有效期"):
            await use(place, "benefit.estimate", ANYBODY, **said)

    place.run(body)


def test_an_impossible_bill_is_told(place: World) -> None:
    async def body() -> None:
        with pytest.raises(ToolError, match="超过了总费用"):
            await use(place, "benefit.estimate", **{**FULL, "self_paid": 30000})

    place.run(body)


def test_people_see_their_own_enrolment_and_that_of_their_wards(town: World) -> None:
    async def body() -> None:
        mine = await use(town, "enrol.get")
        assert [each["id"] for each in mine.data["enrolments"]] == ["I1", "I2"]
        parents = await use(town, "enrol.get", person="父母")
        assert not parents.data["enrolments"]
        assert "代查的父母" in parents.said
        ward = await use(town, "enrol.get", person="ward")
        assert [each["id"] for each in ward.data["enrolments"]] == ["I2"]
        late = await use(town, "enrol.get", OTHER)
        assert "等待期约4个月：固定3个月，变动1个月（国办发〔2024〕38号）" in late.said
        assert "未核实" in late.said
        assert "演示数据" in late.said
        assert CHILD_ID not in str(mine.data)

    town.run(body)


@pytest.mark.parametrize("who", [ANYBODY, UNVERIFIED, CLERK], ids=["anonymous", "unverified", "clerk"])
def test_only_verified_people_use_what_is_personal(place: World, who: Principal) -> None:
    async def body() -> None:
        owned = Insurance(place.platform)
        for work in (
            owned.enrolments(who),
            owned.file(TRIP, who, place.key()),
            owned.bind(CHILD, who, place.key()),
            use(place, "enrol.get", who),
        ):
            with pytest.raises(NotAllowed):
                await work

    place.run(body)


def test_a_filing_is_prepared_made_once_and_told_without_a_made_up_validity(town: World) -> None:
    async def body() -> None:
        ready = await prepare(town, "offsite.file", place="上海市", reason="referral")
        assert (ready["insured"], ready["starts_on"]) == ("I1", "2026-09-01")
        assert await prepare(town, "offsite.file", **ready) == ready
        made = await use(town, "offsite.file", **ready)
        assert made.data["number"] == "YD20260901000001"
        assert "临时外出就医（转诊）" in made.said
        assert "有效期和报销比例未核实" in made.said
        owned, key = Insurance(town.platform), town.key()
        first = await owned.file(replace(TRIP, place="北京市"), CITIZEN, key)
        assert await owned.file(replace(TRIP, place="北京市"), CITIZEN, key) == first
        with pytest.raises(Conflict, match=made.data["number"]):
            await owned.file(TRIP, CITIZEN, town.key())
        assert len(town.rows("offsite_filings")) == 2
        logged = [row["object_id"] for row in town.rows("changes") if row["kind"] == "offsite_filing"]
        assert logged == [made.data["number"], first.number]

    town.run(body)


@pytest.mark.parametrize(
    ("draft", "who", "error"),
    [
        (replace(TRIP, place="武汉市"), CITIZEN, ToolError),
        (replace(TRIP, starts_on="2026-08-31"), CITIZEN, ToolError),
        (replace(TRIP, reason="holiday"), CITIZEN, ToolError),
        (TRIP, OTHER, NotFound),
        (replace(TRIP, insured="I3"), OTHER, Conflict),
        (replace(TRIP, insured="I4"), CITIZEN, NotFound),
    ],
)
def test_the_platform_refuses_filings_that_may_not_be(
    place: World, draft: FilingDraft, who: Principal, error: type[Exception]
) -> None:
    async def body() -> None:
        with pytest.raises(error):
            await Insurance(place.platform).file(draft, who, place.key())
        assert not place.rows("offsite_filings")

    place.run(body)


def test_preparing_a_filing_refuses_early(place: World) -> None:
    async def body() -> None:
        for arguments, error in (
            ({"place": "武汉市", "reason": "other"}, "不用做异地备案"),
            ({"place": "", "reason": "other"}, "哪座城市"),
            ({"place": "上海市", "reason": "x"}, "哪种情况"),
            ({"place": "上海市", "reason": "other", "starts_on": "2026-08-01"}, "早于今天"),
            ({"place": "上海市", "reason": "other", "starts_on": "下周"}, "看不懂日期"),
        ):
            with pytest.raises(ToolError, match=error):
                await prepare(place, "offsite.file", **arguments)

    place.run(body)


def test_sharing_and_the_family_code_are_told_apart_and_adults_confirm_for_themselves(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        ready = await prepare(town, "family.bind", kind="sharing")
        assert "个人账户里的钱" in ready["difference"]
        arguments = {"kind": "sharing", "relation": "child", "name": "示例小甲", "resident_id": CHILD_ID}
        made = await use(town, "family.bind", **arguments)
        assert made.data["status"] == "bound"
        adult = await owned.bind(ELDER, CITIZEN, town.key())
        assert adult.status == "waiting"
        with pytest.raises(Conflict, match=made.data["number"]):
            await owned.bind(CHILD, CITIZEN, town.key())
        with pytest.raises(Conflict, match="职工医保"):
            await prepare(town, "family.bind", OTHER, kind="sharing")
        with pytest.raises(Conflict, match="职工医保"):
            await owned.bind(replace(ELDER, kind="sharing"), OTHER, town.key())
        assert CHILD_ID not in str(town.rows("changes")) + made.said + str(made.data)

    town.run(body)


def test_a_binding_needs_both_identities_to_agree(place: World) -> None:
    async def body() -> None:
        owned = Insurance(place.platform)
        for wrong in (
            replace(ELDER, name="示例别人"),
            replace(ELDER, resident_id=CHILD_ID),
            BindingDraft("code", "parent", "示例甲", "420102199001011236"),
        ):
            with pytest.raises(NotFound, match="对不上"):
                await owned.bind(wrong, CITIZEN, place.key())
        interrupted = BindingDraft("sharing", "spouse", "示例丙", "420106198505052219")
        with pytest.raises(Conflict, match="没有有效参保"):
            await owned.bind(interrupted, CITIZEN, place.key())
        assert not place.rows("family_bindings")

    place.run(body)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("示例丙", "示例丙"),
        ("给我爱人绑亲情账户，叫示例丙，身份证⟦身份证号·1⟧", "示例丙"),
        ("我妈姓名：示例老丁 证件⟦身份证号·1⟧", "示例老丁"),
        ("她名字是古丽·示例", "古丽·示例"),
    ],
)
def test_a_name_is_taken_out_of_a_sentence_and_else_asked_for(place: World, said: str, name: str) -> None:
    async def body() -> None:
        ready = await prepare(place, "family.bind", kind="code", relation="spouse", name=said, resident_id=CHILD_ID)
        assert ready["name"] == name
        with pytest.raises(NeedsAnswer, match="叫什么名字"):
            await prepare(place, "family.bind", kind="code", name="帮我绑定我爱人的亲情账户", resident_id=CHILD_ID)

    place.run(body)


def test_providers_and_entries_are_told_as_demo_with_their_day(town: World) -> None:
    async def body() -> None:
        near = await use(town, "provider.search", ANYBODY, kind="pharmacy", address="光谷广场地铁站")
        assert near.data["providers"][0]["name"] == "演示光谷步行街药店"
        assert "截至" in near.said
        assert "演示数据" in near.said
        found = await use(town, "catalog.search", ANYBODY, medicine="降糖片")
        assert [each["group"] for each in found.data["entries"]] == ["乙类"]
        with pytest.raises(NeedsAnswer, match="哪种药"):
            await use(town, "catalog.search", ANYBODY, medicine="那盒药属于哪一类")
        named = await use(town, "provider.search", ANYBODY, kind="hospital", address="协和医院")
        assert named.said.startswith("演示数据里没有“协和医院”")
        far = await use(town, "provider.search", ANYBODY, kind="hospital", address="武汉天河国际机场")
        assert not far.data["providers"]
        assert "没有查到" in far.said
        none = await use(town, "catalog.search", ANYBODY, medicine="阿司匹林")
        assert "演示目录里没有" in none.said

    town.run(body)


def test_every_tool_has_thirty_different_examples(place: World) -> None:
    for each in insurance_tools(place.platform):
        assert len(set(spec_of(each).examples)) >= 30, each.name


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("麻烦查下板蓝根在不在医保目录", "板蓝根"),
        ("氨氯地平是乙类吗", "氨氯地平"),
        ("藿香正气水能报销不", "藿香正气水"),
    ],
)
def test_an_unknown_medicine_is_named_without_the_question(asked: str, name: str) -> None:
    assert _medicine_in(asked) == name


def test_the_numbers_of_the_demo_people_carry_their_check_digit_and_agree_between_the_files() -> None:
    folder = Path(__file__).parent.parent / "tools" / "data"
    insured = json.loads((folder / "insurance_demo.json").read_text(encoding="utf-8"))["insured"]
    profiles = json.loads((folder / "enterprises.json").read_text(encoding="utf-8"))["profiles"]
    assert [ric.calc_check_digit(row["resident_id"]) for row in (*insured, *profiles)] == [
        row["resident_id"][-1] for row in (*insured, *profiles)
    ]
    own = {row["owner"]: row["resident_id"] for row in insured if row["owner"]}
    assert {row["owner"]: row["resident_id"] for row in profiles}.items() <= own.items()
