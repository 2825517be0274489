"""The scorer of the platform's state, on trials made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.expectations import Change, Expect, ReplyCheck, State

from .trials import CASE, a_change, a_reply, a_sample, a_trial, a_turn, scored

REPORTED = Change("case", "insert", set={"category_code": "C0101", "state": {"any": ["reported"]}}, capture="new_case")


def of_state(state: State, *changes: Any) -> Any:
    return scored(a_sample(Expect(state=state)), a_trial(changes=changes))


def test_the_expected_change_and_nothing_else_passes() -> None:
    found = of_state(State((REPORTED,)), a_change(**CASE))
    assert found["state"].passed
    assert found["state.f1"].value == 1.0
    assert found["state"].gating


@pytest.mark.parametrize(
    ("changes", "f1", "side"),
    [
        ((), 0.0, 0.0),
        ((a_change(**{**CASE, "category_code": "C0102"}),), 0.0, 1.0),
        ((a_change(**CASE), a_change(key="WH2", **CASE)), 2 / 3, 0.5),
        ((a_change(**CASE), a_change("delete", "WH9")), 2 / 3, 0.5),
        ((a_change("update", **CASE),), 0.0, 1.0),
    ],
)
def test_a_missing_wrong_second_or_other_change_fails(changes: Any, f1: float, side: float) -> None:
    found = of_state(State((REPORTED,)), *changes)
    assert found["state"].passed is False
    assert found["state"].evidence
    assert found["state.f1"].value == pytest.approx(f1)
    assert found["state.side_effects"].value == side


def test_nothing_expected_and_nothing_done_has_no_partial_score() -> None:
    found = of_state(State())
    assert found["state"].passed
    assert found["state.f1"].value is None
    assert found["state.side_effects"].value is None


def test_allowed_extra_ignored_fields_counts_and_alternatives() -> None:
    log = replace(a_change(text="x"), table="audit")
    assert of_state(State((REPORTED,), ignore=("audit.*",)), a_change(**CASE), log)["state"].passed
    assert of_state(State((REPORTED,), allowed_extra=(Change("audit", "insert"),)), a_change(**CASE), log)[
        "state"
    ].passed
    assert of_state(State(ignore=("case.seen_at",)), a_change("update", seen_at="now"))["state"].passed
    assert of_state(State((replace(REPORTED, count=2),)), a_change(**CASE), a_change(key="WH2", **CASE))["state"].passed
    assert not of_state(State((replace(REPORTED, count=2),)), a_change(**CASE))["state"].passed
    assert of_state(State((REPORTED,), alternatives=((),)))["state"].passed


def test_two_expectations_that_fit_one_change_need_two_changes() -> None:
    loose, strict = Change("case", "insert"), REPORTED
    assert not of_state(State((loose, strict)), a_change(**CASE))["state"].passed
    assert of_state(State((loose, strict)), a_change(**CASE), a_change(key="WH2", category_code="C9"))["state"].passed


def test_replayed_gold_passes_and_each_mutation_of_it_fails() -> None:
    gold = State(tuple(Change("case", "insert", key=f"WH{n}", set={"n": n, "kind": "井盖"}) for n in range(4)))
    rows = [a_change(key=f"WH{n}", n=n, kind="井盖") for n in range(4)]
    assert of_state(gold, *reversed(rows))["state"].passed
    for place, row in enumerate(rows):
        others = rows[:place] + rows[place + 1 :]
        for bent in ((), (replace(row, key="X"),), (replace(row, values={**row.values, "n": 9}),), (row, row)):
            assert not of_state(gold, *others, *bent)["state"].passed


def test_a_captured_id_is_known_to_the_other_scorers() -> None:
    expect = Expect(state=State((REPORTED,)), reply=ReplyCheck(say=({"ref": "new_case"},)))
    right, wrong = (a_turn("报", a_reply(f"已上报，编号 {key}", "done")) for key in ("WH1", "WH2"))
    assert scored(a_sample(expect), a_trial([right], changes=(a_change(**CASE),)))["task"].passed
    assert not scored(a_sample(expect), a_trial([wrong], changes=(a_change(**CASE),)))["reply"].passed
