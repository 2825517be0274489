"""A whole house over a city's Open311 endpoint and a vendor's statistics, chosen by settings alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from agents import Ask, Misconfigured, Principal, read_settings
from tools import open311_key

from .conftest import CITIZEN, open_for_test, run
from .test_tools_world import APP, SECRET, START, open_world

CHIEF = Principal("supervisor-1", frozenset(("supervisor",)))
QUIET = {"bundled_knowledge": False, "clock": START}


def test_a_problem_is_reported_and_read_back_over_open311(tmp_path: Path) -> None:
    with open_world(tmp_path / "city", network=True) as world:
        city = {
            "platform_adapter": "open311",
            "platform_url": f"{world.url}/open311/v2",
            "platform_secret": open311_key(APP, SECRET),
            "platform_jurisdiction": "wuhan.hubei.cn",
        }

        async def body() -> None:
            async with open_for_test(tmp_path / "house", **city, **QUIET) as house:
                opened = await house.desk.open_conversation(CITIZEN)
                asked = await house.desk.ask(Ask(opened.id, "光谷广场的路面积水很深"), CITIZEN)
                assert asked.outcome.kind == "confirm", asked.text
                done = await house.desk.ask(Ask(opened.id, "确认"), CITIZEN)
                number = done.receipts[0].object_id
                assert [row["number"] for row in world.rows()] == [number]
                told = await house.desk.ask(Ask(opened.id, f"{number} 现在怎么样了"), CITIZEN)
                assert "待受理" in told.text
                urged = await house.desk.ask(Ask(opened.id, f"催办 {number}"), CITIZEN)
                assert urged.outcome.kind == "confirm"
                refused = await house.desk.ask(Ask(opened.id, "确认"), CITIZEN)
                assert "只开放了上报和查询" in refused.text

        run(body)


def test_figures_come_from_the_vendors_interface(tmp_path: Path) -> None:
    with open_world(tmp_path / "city", network=True) as world:
        city = {
            "platform_url": world.url,
            "platform_key": APP,
            "platform_secret": SECRET,
            "statistics_url": world.url,
        }

        async def body() -> None:
            await world.report()
            await world.platform.close()
            async with open_for_test(tmp_path / "house", **city, **QUIET) as house:
                opened = await house.desk.open_conversation(CHIEF)
                told = await house.desk.ask(Ask(opened.id, "最近30天的上报数是多少"), CHIEF)
                assert "上报数：1 件" in told.text
                assert "由统计平台按“上报数”计算" in told.text

        run(body)


def test_open311_without_an_address_stops_the_start() -> None:
    with pytest.raises(Misconfigured, match="HANZHI_PLATFORM_URL"):
        read_settings(platform_adapter="open311")
    with pytest.raises(Misconfigured, match="statistics_url"):
        read_settings(statistics_url="ftp://x")
