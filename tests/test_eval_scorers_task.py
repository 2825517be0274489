"""The scorer of cost, and the verdict over all that gates, on trials made by hand."""

from __future__ import annotations

from eval.expectations import Expect, Outcome, State
from eval.sample import Budget, Gating
from eval.scorers import GRADERS, graders_hash

from .trials import PROPOSED, READ, a_reply, a_sample, a_trial, a_turn, scored


def test_budgets_are_soft_limits_of_one_trial() -> None:
    trial = a_trial([PROPOSED], calls=(READ,), cpu_s=0.2)
    assert scored(a_sample(Expect(), budget=Budget(turns=1, tool_calls=1)), trial)["budget"].passed
    assert scored(a_sample(Expect(), budget=Budget(tool_calls=0)), trial)["budget"].passed is False
    assert scored(a_sample(Expect()), trial)["cost.cpu_s"].value == 0.2
    assert scored(a_sample(Expect()), trial)["cost.tokens"].value is None


def test_the_task_passes_when_all_that_gates_passes_and_never_unseen() -> None:
    expect = Expect(state=State(), outcome=Outcome(("answered",)))
    answered = a_trial([a_turn("问", a_reply("好"))])
    assert scored(a_sample(expect), answered)["task"].passed
    assert scored(a_sample(expect, score=Gating(gate=("state", "grounding"))), answered)["task"].evidence == (
        "grounding",
    )
    assert scored(a_sample(Expect()), answered)["task"].passed is None
    broken = scored(a_sample(expect), a_trial(status="errored", error="server died"))
    assert list(broken) == ["task"]
    assert broken["task"].passed is None


def test_the_versions_of_the_scorers_have_one_hash() -> None:
    assert len(graders_hash()) == 16
    assert GRADERS["state"] >= 1
