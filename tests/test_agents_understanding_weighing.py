"""What speaks for a label beside the words: who asks, what is named, what a tool could do with it."""

from __future__ import annotations

from datetime import datetime

import pytest

from agents.clock import CITY_ZONE
from agents.understanding import Weighing, fit_intents
from agents.understanding.weighing import EVIDENCE, shipped_weights
from tools import Slot, ToolSpec

NOW = datetime(2026, 9, 16, 10, 0, tzinfo=CITY_ZONE)
NUMBER = Slot("case_no", "案件编号", ask="请告诉我案件编号。")
SPECS = {
    "lamp.new": ToolSpec(
        "lamp.new", title="报修", effect="write", required=("words",), roles=frozenset(("citizen", "grid")),
        slots={"words": Slot("text", "问题")},
        examples=("路灯不亮", "灯坏了来修", "灯一直闪", "灯泡碎了", "这盏灯换一下", "灯杆歪了"),
    ),
    "lamp.done": ToolSpec(
        "lamp.done", title="修好", effect="write", required=("number",), roles=frozenset(("grid",)),
        slots={"number": NUMBER},
        examples=("这盏灯修好了", "灯已经换了，办结", "单子可以结了", "灯亮了，结掉"),
    ),
    "lamp.cost": ToolSpec(
        "lamp.cost", title="测算", effect="read", required=("total",), roles=frozenset(("citizen", "grid")),
        slots={"total": Slot("money", "总价"), "on": Slot("date", "日期")},
        examples=("换灯要花多少", "算一下换灯的钱", "修灯大概多少钱"),
    ),
}  # fmt: skip
RULES = ("路灯归谁管", "路灯几点开", "灯坏了几天内要修好", "修路灯谁出钱")


@pytest.fixture(scope="module")
def weighing() -> Weighing:
    examples = {f"tool:{name}": spec.examples for name, spec in SPECS.items()} | {"know:lamps": RULES}
    return Weighing(fit_intents(examples), SPECS)


def test_scores_are_shares_of_one(weighing: Weighing) -> None:
    scores = weighing.score("路灯不亮", {"citizen"}, NOW)
    assert set(scores) == {"tool:lamp.new", "tool:lamp.done", "tool:lamp.cost", "know:lamps"}
    assert 0.0 < sum(scores.values()) <= 1.0 + 1e-9
    assert max(scores, key=lambda label: scores[label]) == "tool:lamp.new"


def test_a_named_case_speaks_for_what_takes_one(weighing: Weighing) -> None:
    bare = weighing.score("灯换了", {"grid"}, NOW)
    named = weighing.score("WH20260901000123灯换了", {"grid"}, NOW)
    assert named["tool:lamp.done"] / named["tool:lamp.new"] > bare["tool:lamp.done"] / bare["tool:lamp.new"]


def test_what_is_closed_to_a_person_is_less_likely_meant(weighing: Weighing) -> None:
    anybody, grid, citizen = (weighing.score("灯修好了", roles, NOW) for roles in (None, {"grid"}, {"citizen"}))
    assert citizen["tool:lamp.done"] < grid["tool:lamp.done"] == anybody["tool:lamp.done"]


def test_details_speak_for_the_tool_that_has_a_place_for_them(weighing: Weighing) -> None:
    columns = dict(zip(weighing.labels, weighing.evidence("灯，昨天，花了300元", None, NOW).T, strict=True))
    details = EVIDENCE.index("details")
    assert columns["tool:lamp.cost"][details] == 2.0
    assert columns["tool:lamp.new"][details] == columns["know:lamps"][details] == columns[""][details] == 0.0


def test_the_shipped_weights_are_of_exactly_this_evidence() -> None:
    assert set(shipped_weights()) == set(EVIDENCE)
