"""Applications: handed in once, followed by their owner, corrected only as asked, moved on by the office."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langchain_core.tools import BaseTool

from tools import (
    ApplicationDraft,
    Applications,
    ApplicationStep,
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    Principal,
    ToolError,
    application_tools,
    outlet_tools,
    run_tool,
    spec_of,
)
from tools.unified.sandbox import enterprises
from tools.unified.sandbox.applications import remaining

from .test_tools_world import ANYBODY, CITIZEN, OTHER, START, World, open_world

COMPANY = "91420100MA4XA00013"
UNVERIFIED = Principal("citizen-9", frozenset(("citizen",)))
AGENT = Principal("agent-1", frozenset(("citizen",)), verified=True, represents=COMPANY)
COLLEAGUE = Principal("agent-2", frozenset(("citizen",)), verified=True, represents=COMPANY)
POLICE = Principal("clerk-1", frozenset(("department",)), department="公安派出所")
TAXES = Principal("clerk-2", frozenset(("department",)), department="不动产登记机构")
SUPERVISOR = Principal("chief-1", frozenset(("supervisor",)))
PERMIT = "residence-permit"


@pytest.fixture(name="town", params=["in process", "network"])
def give_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world with its demo people, businesses and applications."""
    with open_world(tmp_path / "sandbox", network=request.param == "network") as opened:
        settle(opened)
        yield opened


@pytest.fixture(name="place")
def give_place(tmp_path: Path) -> Iterator[World]:
    """The same, in process only."""
    with open_world(tmp_path / "sandbox") as opened:
        settle(opened)
        yield opened


def settle(world: World) -> None:
    with world.sandbox.store.write() as connection:
        enterprises.seed(connection, START)


def named(world: World, name: str) -> BaseTool:
    found = application_tools(world.platform) + outlet_tools(world.platform)
    return {each.name: each for each in found}[name]


async def use(world: World, name: str, who: Principal = CITIZEN, **arguments: Any) -> Any:
    return await run_tool(named(world, name), arguments, world.call(who))


async def prepare(world: World, name: str, who: Principal = CITIZEN, **arguments: Any) -> dict[str, Any]:
    ready = spec_of(named(world, name)).prepare
    assert ready is not None
    return await ready(arguments, world.call(who))


async def submitted(world: World, who: Principal = CITIZEN, item: str = "id-card") -> str:
    made = await Applications(world.platform).submit(ApplicationDraft(item), who, world.key())
    return made.number


def test_an_application_is_prepared_handed_in_and_followed(town: World) -> None:
    async def body() -> None:
        ready = await prepare(town, "apply.submit", item="居民身份证换领", materials="我有居民户口簿")
        assert ready["item"] == "居民身份证申领、换领与补领"
        assert ready["materials"] == "居民户口簿"
        assert ready["missing"] == "居民身份证申领登记表"
        assert await prepare(town, "apply.submit", **ready) == ready
        made = await use(town, "apply.submit", **ready)
        assert made.data["number"] == "BJ20260901000001"
        assert made.data["provided"] == ("居民户口簿",)
        assert "还没有交的材料：居民身份证申领登记表" in made.said
        shown = await use(town, "progress.get", application=f"查 {made.data['number'].lower()}")
        assert "已提交，待受理" in shown.said
        by_name = await use(town, "progress.get", application="我的居民身份证办得怎样")
        assert [each["number"] for each in by_name.data["applications"]] == [made.data["number"]]

    town.run(body)


def test_nothing_is_written_while_preparing(place: World) -> None:
    async def body() -> None:
        before = place.sandbox.store.state()["counts"]
        await prepare(place, "apply.submit", item="居民身份证申领、换领与补领")
        await prepare(place, "form.prefill", item="公证办理")
        await prepare(place, "supplement.submit", materials="健康证明")
        await prepare(place, "card.report_loss")
        assert place.sandbox.store.state()["counts"] == before

    place.run(body)


def test_an_application_happens_once_per_key_and_once_while_open(town: World) -> None:
    async def body() -> None:
        owned, draft, key = Applications(town.platform), ApplicationDraft("passport", ("居民身份证",)), town.key()
        first = await owned.submit(draft, CITIZEN, key)
        assert await owned.submit(draft, CITIZEN, key) == first
        with pytest.raises(Conflict, match="幂等键"):
            await owned.submit(ApplicationDraft("notary"), CITIZEN, key)
        with pytest.raises(Conflict, match=first.number):
            await owned.submit(draft, CITIZEN, town.key())
        with pytest.raises(Conflict, match=first.number):
            await prepare(town, "apply.submit", item="普通护照")
        rows = [row for row in town.rows("applications") if not row["demo"]]
        assert len(rows) == 1
        changes = [row for row in town.rows("changes") if row["kind"] == "application"]
        assert [(row["actor"], row["action"], row["object_id"]) for row in changes] == [
            (CITIZEN.id, "submitted", first.number)
        ]

    town.run(body)


@pytest.mark.parametrize("who", [ANYBODY, UNVERIFIED, POLICE, SUPERVISOR], ids=lambda who: who.id)
def test_only_verified_people_apply_and_fill_in(place: World, who: Principal) -> None:
    async def body() -> None:
        owned = Applications(place.platform)
        with pytest.raises(NotAllowed):
            await owned.submit(ApplicationDraft("notary"), who, place.key())
        with pytest.raises(NotAllowed):
            await owned.prefill("notary", who, place.key())
        with pytest.raises(NotAllowed):
            await owned.report_card_loss(who, place.key())
        for name in ("apply.submit", "form.prefill"):
            with pytest.raises(NotAllowed):
                await use(place, name, who, item="公证办理")

    place.run(body)


def test_a_business_item_needs_somebody_who_represents_a_business(place: World) -> None:
    async def body() -> None:
        with pytest.raises(NotAllowed, match="代表"):
            await prepare(place, "apply.submit", item="企业信息变更")
        with pytest.raises(NotAllowed, match="代表"):
            await submitted(place, CITIZEN, "company-change")
        number = await submitted(place, AGENT, "company-change")
        owned = Applications(place.platform)
        assert (await owned.get(number, COLLEAGUE)).number == number
        assert [each.number for each in await owned.mine(COLLEAGUE)] == [number]
        with pytest.raises(NotFound):
            await owned.get(number, CITIZEN)

    place.run(body)


def test_a_private_application_is_not_shared_with_the_business_one_represents(place: World) -> None:
    async def body() -> None:
        number = await submitted(place, AGENT, "passport")
        with pytest.raises(NotFound):
            await Applications(place.platform).get(number, COLLEAGUE)

    place.run(body)


@pytest.mark.parametrize("who", [OTHER, ANYBODY, SUPERVISOR, TAXES], ids=lambda who: who.id)
def test_somebody_elses_application_looks_like_none(town: World, who: Principal) -> None:
    async def body() -> None:
        owned, number = Applications(town.platform), await submitted(town)
        for work in (
            owned.get(number, who),
            owned.supplement(number, ["居民户口簿"], who, town.key()),
            owned.advance(number, ApplicationStep("accepted"), who, town.key()),
        ):
            with pytest.raises(NotFound, match="核对办件编号"):
                await work
        assert number not in [each.number for each in await owned.mine(who)]

    town.run(body)


def test_the_office_asks_accepts_and_decides_and_the_limit_runs_from_acceptance(town: World) -> None:
    async def body() -> None:
        owned = Applications(town.platform)
        number = await submitted(town, OTHER, PERMIT)

        async def step(to: str, **more: Any) -> Any:
            return await owned.advance(number, ApplicationStep(to, **more), POLICE, town.key())

        with pytest.raises(ToolError, match="写明补什么"):
            await step("correcting")
        await step("correcting", wanted=("住址证明", "本人相片"))
        with pytest.raises(ToolError, match="没有要求补交"):
            await owned.supplement(number, ["居民身份证"], OTHER, town.key())
        half = await use(town, "supplement.submit", OTHER, materials="补交住址证明")
        assert "还差：本人相片" in half.said
        full = await use(town, "supplement.submit", OTHER, materials="本人相片也交了", number=number)
        assert "已经交齐" in full.said
        with pytest.raises(Conflict, match="不需要补正"):
            await owned.supplement(number, ["住址证明"], OTHER, town.key())
        assert (await owned.get(number, OTHER)).remaining_days is None
        accepted = await step("accepted")
        assert (accepted.due_on, accepted.remaining_days) == ("2026-09-16", 15)
        town.wait(days=20)
        late = await use(town, "progress.get", OTHER, application=number)
        assert "已经超过 5 天" in late.said
        await step("reviewing")
        with pytest.raises(ToolError, match="理由"):
            await step("refused")
        done = await step("done")
        assert done.remaining_days is None
        with pytest.raises(Conflict, match="已办结"):
            await step("accepted")

    town.run(body)


def test_only_the_office_moves_an_application_on(place: World) -> None:
    async def body() -> None:
        owned, number = Applications(place.platform), await submitted(place, OTHER, PERMIT)
        with pytest.raises(NotAllowed):
            await owned.advance(number, ApplicationStep("accepted"), OTHER, place.key())
        await owned.advance(number, ApplicationStep("correcting", ("住址证明",)), POLICE, place.key())
        with pytest.raises(NotAllowed):
            await owned.supplement(number, ["住址证明"], POLICE, place.key())

    place.run(body)


@pytest.mark.parametrize(
    ("due", "unit", "today", "left"),
    [
        ("2026-10-12", "work_day", date(2026, 9, 30), 4),
        ("2026-09-16", "natural_day", date(2026, 9, 1), 15),
        ("2026-09-01", "natural_day", date(2026, 9, 1), 0),
        ("2026-08-28", "work_day", date(2026, 9, 1), -2),
        (None, None, date(2026, 9, 1), None),
    ],
)
def test_days_left_are_counted_in_their_own_unit(due: str | None, unit: str | None, today: date, left: Any) -> None:
    assert remaining(due, unit, today) == left


def test_an_unknown_limit_is_said_to_be_unknown(place: World) -> None:
    async def body() -> None:
        owned = Applications(place.platform)
        number = await submitted(place, CITIZEN, "marriage")
        clerk = Principal("clerk-3", frozenset(("department",)), department="婚姻登记机关")
        await owned.advance(number, ApplicationStep("accepted"), clerk, place.key())
        shown = await use(place, "progress.get", application=number)
        assert "办结时限未核实" in shown.said
        assert "还剩 " not in shown.said

    place.run(body)


def test_correction_is_asked_for_what_was_wanted_only(place: World) -> None:
    async def body() -> None:
        with pytest.raises(NeedsAnswer) as asked:
            await prepare(place, "supplement.submit", materials="我来补材料")
        assert asked.value.choices == ("经营场所布局图", "健康证明")
        ready = await prepare(place, "supplement.submit", materials="补交健康证明")
        assert ready["number"] == "BJ20260820900001"
        for both in ("布局图跟健康证明现在补上", "两样全部交"):
            ready = await prepare(place, "supplement.submit", materials=both)
            assert ready["materials"] == "经营场所布局图、健康证明"
        with pytest.raises(NeedsAnswer):
            await prepare(place, "supplement.submit", materials="还没都补好")
        with pytest.raises(NotFound, match="没有等待补正"):
            await prepare(place, "supplement.submit", OTHER, materials="补交健康证明")
        told = await use(place, "progress.get", application="要我补什么")
        assert "需要补正：经营场所布局图、健康证明" in told.said
        assert "演示数据" in told.said

    place.run(body)


def test_a_draft_holds_only_what_was_agreed_to_and_is_not_handed_in(town: World) -> None:
    async def body() -> None:
        ready = await prepare(town, "form.prefill", OTHER, item="公证办理")
        assert ready["source"] == "姓名"
        made = await use(town, "form.prefill", OTHER, **ready)
        assert made.data["filled"] == {"申请人姓名": "示**"}
        assert set(made.data["blank"]) == {"证件号码", "联系电话", "联系地址"}
        assert "没有提交" in made.said
        assert not [row for row in town.rows("applications") if row["item"] == "notary"]
        first = await prepare(town, "apply.submit", OTHER, item="公证办理")
        assert first["draft"] == made.data["id"]
        with pytest.raises(NotFound, match="草稿"):
            await Applications(town.platform).submit(
                ApplicationDraft("notary", draft=made.data["id"]), CITIZEN, town.key()
            )

    town.run(body)


def test_no_personal_value_leaves_the_platform_unmasked_or_enters_the_change_log(place: World) -> None:
    async def body() -> None:
        made = await use(place, "form.prefill", **await prepare(place, "form.prefill", item="公证办理"))
        log = str(place.rows("changes"))
        for secret in ("420102199001011236", "13900000001", "演示小区1栋"):
            assert secret not in made.said + str(made.data)
            assert secret not in log

    place.run(body)


def test_a_stranger_to_the_platform_gets_an_empty_draft(place: World) -> None:
    async def body() -> None:
        new = Principal("citizen-7", frozenset(("citizen",)), verified=True)
        ready = await prepare(place, "form.prefill", new, item="公证办理")
        assert "没有授权资料" in ready["source"]
        assert "表里还是空的" in (await use(place, "form.prefill", new, **ready)).said

    place.run(body)


@pytest.mark.parametrize(
    "body",
    [
        {"item": "no-such", "materials": []},
        {"item": "notary", "materials": ["黄金"]},
        {"item": "", "materials": []},
        {"item": "notary", "materials": "证明材料"},
        {"item": "notary", "materials": [], "status": "done"},
        {"item": "notary", "materials": ["x"] * 41},
        {},
    ],
)
def test_a_bad_application_is_refused_in_chinese(place: World, body: dict[str, Any]) -> None:
    with pytest.raises(ToolError) as refused:
        place.run(lambda: place.platform.write("POST", "/applications", body, CITIZEN, place.key()))
    assert any("一" <= each <= "龥" for each in str(refused.value))
    assert not [row for row in place.rows("applications") if not row["demo"]]
