"""Figures and draft reports: told with definition, period, area and numbers that were measured."""

from __future__ import annotations

import pytest

from tools import (
    ToolError,
    run_tool,
)

from .test_sandbox_cases import at_state
from .test_tools_cases_staff import all_tools, prepare, read
from .test_tools_platform import SUPERVISOR, UNIT
from .test_tools_world import World, give_near, give_world  # noqa: F401


def test_figures_are_told_with_everything_that_belongs_to_them(near: World) -> None:
    async def body() -> None:
        await at_state(near, "closed")
        found = await read(
            near,
            "metric.query",
            SUPERVISOR,
            metric="上报数",
            since="2026-09-01",
            until="2026-09-01",
            compare="环比",
            group="各区",
        )
        for words in (
            "全市，2026年9月1日，上报数：1 件",
            "环比：没有可比的数据",
            "按区：江汉区 1 件",
            "口径：",
            "统计时刻",
        ):
            assert words in found.said
        rate = await read(near, "metric.query", SUPERVISOR, metric="立案率", district="江汉", category="井盖")
        assert "100.00%（1÷1）" in rate.said
        assert "2026年8月3日至2026年9月1日" in rate.said
        own = await read(near, "metric.query", UNIT, metric="report")
        assert UNIT.department in own.said
        for wrong in (
            {"metric": "幸福指数"},
            {"metric": "report", "group": "心情"},
            {"metric": "report", "since": "昨儿"},
        ):
            with pytest.raises(ToolError):
                await read(near, "metric.query", SUPERVISOR, **wrong)

    near.run(body)


def test_a_draft_report_holds_measured_figures_only(near: World) -> None:
    async def body() -> None:
        await at_state(near, "closed")
        ready = await prepare(
            near, "report.draft", SUPERVISOR, since="2026-09-01", until="2026-09-01", district="江汉区"
        )
        assert ready["heading"] == "江汉区城市运行情况（2026年9月1日）"
        assert near.rows("drafts") == []
        done = await run_tool(all_tools(near)["report.draft"], ready, near.call(SUPERVISOR))
        assert "草稿没有发布" in done.said
        assert near.rows("drafts")[0]["body"] == ready["body"]
        assert "上报数：1 件" in ready["body"]
        assert "口径" in ready["body"]

    near.run(body)
