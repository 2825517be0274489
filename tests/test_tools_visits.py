"""Visits to an outlet and lost cards: booked where and when it is possible, reported once by the owner."""

from __future__ import annotations

import pytest

from tools import (
    Applications,
    BookingDraft,
    Conflict,
    NeedsAnswer,
    NotAllowed,
    NotFound,
    Principal,
    ToolError,
)

from .test_tools_applications import UNVERIFIED, give_place, give_town, prepare, use  # noqa: F401
from .test_tools_world import ANYBODY, CITIZEN, World


def test_a_visit_is_booked_where_the_service_is_offered_and_only_on_a_work_day(town: World) -> None:
    async def body() -> None:
        given = {"service": "居住证申领", "address": "光谷广场", "period": "下午"}
        for day, why in (("2026-09-05", "不是工作日"), ("2026-09-01", "明天以后"), ("哪天", "哪一天")):
            with pytest.raises(NeedsAnswer, match=why):
                await prepare(town, "visit.book", **given, day=day)
        ready = await prepare(town, "visit.book", **given, day="2026-09-03")
        assert "本人" in ready["holder"]
        assert ready["period"] == "pm"
        made = await use(town, "visit.book", **ready)
        for said in ("2026年9月3日下午", "居住证申领", "（演示）", made.data["number"]):
            assert said in made.said
        with pytest.raises(Conflict, match="已经有预约"):
            await use(town, "visit.book", **ready)

    town.run(body)


def test_a_period_that_is_full_takes_nobody(place: World) -> None:
    async def body() -> None:
        owned, draft = Applications(place.platform), await _draft(place)
        for number in range(20):
            person = Principal(f"citizen-{100 + number}", frozenset(("citizen",)), verified=True)
            await owned.book(draft, person, place.key())
        with pytest.raises(Conflict, match="约满"):
            await owned.book(draft, CITIZEN, place.key())

    place.run(body)


async def _draft(world: World) -> BookingDraft:
    given = {"service": "居住证申领", "address": "光谷广场", "period": "am", "day": "2026-09-03"}
    ready = await prepare(world, "visit.book", **given)
    return BookingDraft(ready["outlet"], ready["service_id"], ready["day"], ready["period"])


def test_the_platform_checks_a_visit_itself(place: World) -> None:
    async def body() -> None:
        owned, good = Applications(place.platform), await _draft(place)
        bad = (
            (BookingDraft("F9999", good.service, good.day, "am"), NotFound),
            (BookingDraft(good.outlet, "card-magic", good.day, "am"), ToolError),
            (BookingDraft(good.outlet, good.service, "2026-09-05", "am"), ToolError),
            (BookingDraft(good.outlet, good.service, "2026-08-31", "am"), ToolError),
            (BookingDraft(good.outlet, good.service, "2027-01-04", "am"), ToolError),
            (BookingDraft(good.outlet, good.service, good.day, "night"), ToolError),
        )
        for draft, kind in bad:
            with pytest.raises(kind):
                await owned.book(draft, CITIZEN, place.key())
        with pytest.raises(NotAllowed):
            await owned.book(good, ANYBODY, place.key())
        assert place.rows("visits") == []

    place.run(body)


def test_a_lost_card_is_reported_once_by_its_verified_owner(town: World) -> None:
    async def body() -> None:
        ready = await prepare(town, "card.report_loss")
        made = await use(town, "card.report_loss", **ready)
        assert "尾号 0013" in made.said
        with pytest.raises(Conflict, match="已经挂失过"):
            await use(town, "card.report_loss")
        with pytest.raises(NotAllowed, match="实名"):
            await prepare(town, "card.report_loss", UNVERIFIED)
        assert len(town.rows("card_losses")) == 1

    town.run(body)
