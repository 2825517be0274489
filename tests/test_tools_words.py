"""What people call a thing reaches the argument that means it: groups, comparisons, measures, limits, results."""

from __future__ import annotations

from datetime import datetime

import pytest

from agents.understanding import fill
from tools import Platform, spec_of
from tools.table import all_tools

NOW = datetime.fromisoformat("2026-09-01T10:00:00+08:00")
SPECS = {tool.name: spec_of(tool) for tool in all_tools(Platform(base_url="http://unused", app_key="", secret=""))}


@pytest.mark.parametrize(
    ("tool", "said", "name", "value"),
    [
        ("metric.query", "上个月每个区的处置率", "group", "district"),
        ("metric.query", "分街道看看占道经营的立案数", "group", "subdistrict"),
        ("metric.query", "每个部门的返工率", "group", "department"),
        ("metric.query", "立案数比上个月怎么样", "compare", "month"),
        ("metric.query", "立案数比上一期怎么样", "compare", "hb"),
        ("metric.query", "结案数和去年同期放一起", "compare", "tb"),
        ("metric.query", "按期办结的案子占比，也就是按时办结率", "metric", "inTimeArchiveRate"),
        ("metric.query", "前天收了多少件", "metric", "report"),
        ("metric.query", "哪条街道的案子最多", "metric", "report"),
        ("metric.query", "看看汉阳区这个月的统计", "metric", None),
        ("case.search", "超过时限还没弄的案件", "due", "overdue"),
        ("case.search", "当天到期的案件", "due", "today"),
        ("case.search", "马上到期的有哪些", "due", "day"),
        ("case.search", "还没派遣的案件", "due", None),
        ("case.check", "到现场复查，地上清干净了", "result", "pass"),
        ("case.check", "复查了，井盖还坏着", "result", "not_pass"),
        ("case.check", "垃圾不干净，不能过", "result", "not_pass"),
        ("calendar", "三个工作日是哪天", "unit", "work_day"),
        ("calendar", "6个工作时以后", "unit", "work_hour"),
        ("calendar", "后天是工作日吗", "unit", None),
        ("calendar", "下一个工作日是哪天", "unit", None),
    ],
)
def test_words_people_use_reach_the_argument(tool: str, said: str, name: str, value: str | None) -> None:
    spec = SPECS[tool]
    assert fill(spec.slots, said, NOW, spec.required).get(name) == value
