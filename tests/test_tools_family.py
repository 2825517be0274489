"""Family bindings: the bound adult alone agrees or refuses, once, by their own login."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tools import Conflict, NeedsAnswer, NotAllowed, NotFound, Principal, family_tools, run_tool, spec_of
from tools.unified.insurance import BindingDraft, Insurance
from tools.unified.sandbox import insurance

from .test_tools_world import CITIZEN, OTHER, START, World, open_world

ELDER = Principal("citizen-3", frozenset(("citizen",)), verified=True)
SPOUSE = BindingDraft("code", "spouse", "示例丙", "420106198505052219")
SHARED = BindingDraft("sharing", "parent", "示例老丁", "420103195803034518")


@pytest.fixture(name="town", params=["in process", "network"])
def give_town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world with its invented insured people."""
    with open_world(tmp_path / "sandbox", network=request.param == "network") as opened:
        with opened.sandbox.store.write() as connection:
            insurance.seed(connection, START)
        yield opened


async def use(world: World, name: str, who: Principal, /, **arguments: Any) -> Any:
    tools = {each.name: each for each in family_tools(world.platform)}
    return await run_tool(tools[name], arguments, world.call(who))


async def ready(world: World, who: Principal, /, **arguments: Any) -> dict[str, Any]:
    prepare = spec_of(family_tools(world.platform)[1]).prepare
    assert prepare is not None
    return await prepare(arguments, world.call(who))


def test_the_bound_adult_is_asked_and_agrees_once(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        made = await owned.bind(SPOUSE, CITIZEN, town.key())
        assert made.status == "waiting"
        with pytest.raises(NeedsAnswer, match="您同意还是不同意"):
            await ready(town, OTHER)
        shown = await ready(town, OTHER, decision="agree")
        assert (shown["number"], shown["decision"]) == (made.number, "agree")
        assert "示例甲" not in shown["about"]
        done = await use(town, "family.confirm", OTHER, **shown)
        assert "已同意" in done.said
        assert [row["status"] for row in town.rows("family_bindings")] == ["bound"]
        with pytest.raises(NotFound, match="没有等您确认"):
            await ready(town, OTHER, decision="refuse")
        with pytest.raises(Conflict, match="已经处理过"):
            await owned.decide(made.number, False, OTHER, town.key())

    town.run(body)


def test_nobody_else_can_agree_not_even_who_asked(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        made = await owned.bind(SPOUSE, CITIZEN, town.key())
        for who in (CITIZEN, ELDER):
            with pytest.raises(NotFound):
                await owned.decide(made.number, True, who, town.key())
        unverified = Principal(OTHER.id, OTHER.roles)
        with pytest.raises(NotAllowed):
            await owned.decide(made.number, True, unverified, town.key())
        with pytest.raises(NotAllowed):
            await use(town, "family.confirm", unverified, decision="agree")
        with pytest.raises(NotAllowed):
            await owned.bindings(Principal("clerk", frozenset(("department",)), verified=True))
        assert await owned.bindings(ELDER) == []
        assert [row["status"] for row in town.rows("family_bindings")] == ["waiting"]

    town.run(body)


def test_a_refused_binding_may_be_asked_for_again_and_a_waiting_one_may_not(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        first = await owned.bind(SPOUSE, CITIZEN, town.key())
        with pytest.raises(Conflict, match="正在等家人确认"):
            await owned.bind(SPOUSE, CITIZEN, town.key())
        refused = await use(town, "family.confirm", OTHER, decision="refuse")
        assert "没有生效" in refused.said
        again = await owned.bind(SPOUSE, CITIZEN, town.key())
        assert (again.status, again.number == first.number) == ("waiting", False)
        assert [row["action"] for row in town.rows("changes")] == ["bound", "refused", "bound"]

    town.run(body)


def test_the_same_yes_sent_twice_is_answered_alike(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        made = await owned.bind(SPOUSE, CITIZEN, town.key())
        answers = [await owned.decide(made.number, True, OTHER, "the same key") for _ in range(2)]
        assert answers[0] == answers[1]
        assert answers[0].status == "bound"

    town.run(body)


def test_sharing_is_checked_again_when_it_is_agreed_to(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        made = await owned.bind(SHARED, CITIZEN, town.key())
        with town.sandbox.store.write() as connection:
            connection.execute("UPDATE insured SET state = 'interrupted' WHERE owner = ?", (CITIZEN.id,))
        with pytest.raises(Conflict, match="职工医保"):
            await owned.decide(made.number, True, ELDER, town.key())
        assert (await owned.decide(made.number, False, ELDER, town.key())).status == "refused"

    town.run(body)


def test_both_sides_see_the_binding_with_the_other_name_masked(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        await owned.bind(SPOUSE, CITIZEN, town.key())
        asked, asking = await use(town, "family.list", OTHER), await use(town, "family.list", CITIZEN)
        assert "要绑定您的是" in asked.said
        assert "您绑定" in asking.said
        for said in (asked.said, asking.said):
            assert "等本人确认" in said
            assert "示例丙" not in said
            assert "示例甲" not in said
        assert "没有查到" in (await use(town, "family.list", ELDER)).said

    town.run(body)


def test_several_that_wait_are_asked_about(town: World) -> None:
    async def body() -> None:
        owned = Insurance(town.platform)
        await owned.bind(SHARED, CITIZEN, town.key())
        second = await owned.bind(replace(SHARED, kind="code"), CITIZEN, town.key())
        with pytest.raises(NeedsAnswer) as asked:
            await ready(town, ELDER, decision="agree")
        assert asked.value.slot == "number"
        assert second.number in asked.value.choices
        shown = await ready(town, ELDER, decision="agree", number=second.number)
        assert shown["number"] == second.number
        with pytest.raises(NotFound):
            await ready(town, ELDER, decision="agree", number="QS20990101000001")

    town.run(body)


def test_both_tools_have_thirty_different_examples(town: World) -> None:
    for each in family_tools(town.platform):
        assert len(set(spec_of(each).examples)) >= 30, each.name
