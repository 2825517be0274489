"""The scorers of slots and single turns, on trials made by hand."""

from __future__ import annotations

import pytest

from eval.expectations import Expect, Outcome, Slots, TurnCheck
from eval.sample import Correction, User

from .trials import PROPOSED, a_reply, a_sample, a_trial, a_turn, a_write, scored

ASK = [{"slot": "address", "question": "在哪里？"}]


def test_slots_questions_and_corrections() -> None:
    user = User(
        "reactive",
        opening="井盖破了",
        knows={"address": ("新华路",)},
        will_correct=(Correction(2, "address", "说错了"),),
    )
    sample = a_sample(
        Expect(slots=Slots({"address": {"contains": "江汉北路"}}, never_ask=("id_card",), max_questions=1)), user=user
    )
    good = a_trial(
        [a_turn("井盖破了", a_reply("在哪里？", "clarify", asks=ASK)), a_turn("新华路", a_reply("好", "done"), 2)],
        calls=(a_write(address="江汉北路"),),
    )
    found = scored(sample, good)
    assert found["slots"].passed, found["slots"].evidence
    assert found["slots.joint_goal"].passed
    assert found["slots.ask_precision"].value == 1.0
    assert found["slots.correction"].passed
    again = [{"slot": "id_card"}, *ASK]
    bad = a_trial(
        [
            a_turn("井盖破了", a_reply("在哪里？", "clarify", asks=ASK)),
            a_turn("新华路", a_reply("在哪里？", "clarify", asks=again), 2),
        ],
        calls=(a_write(address="新华路"),),
    )
    found = scored(sample, bad)
    assert len(found["slots"].evidence) == 3
    assert found["slots.repeat_ask"].value == pytest.approx(1 / 3)
    assert found["slots.ask_precision"].value == pytest.approx(1 / 3)
    assert found["slots.correction"].passed is False


DONE = a_reply("已上报", "done")


def test_checks_of_single_turns() -> None:
    trial = a_trial(
        [PROPOSED, a_turn("", DONE, 2, kind="confirm", action_id="a1")], calls=(a_write("proposed", 1), a_write())
    )

    def problems(check: TurnCheck) -> tuple[str, ...]:
        return scored(a_sample(Expect(turns=(check,))), trial)["turns"].evidence

    assert problems(TurnCheck(until="confirmed", must_not_call_writes=True)) == ()
    assert problems(TurnCheck(n=2, must_not_call_writes=True))
    assert problems(TurnCheck(confirm_before="case.create")) == ()
    assert problems(TurnCheck(n=1, outcome=Outcome(("confirm",)), say=("核对",))) == ()
    assert len(problems(TurnCheck(n=1, outcome=Outcome(("done",)), say=("已上报",), asks=("address",)))) == 3
    assert problems(TurnCheck(n=3, say=("x",))) == ("没有第 3 轮",)


def test_a_turn_that_was_not_refused_needs_no_reason() -> None:
    check = TurnCheck(n=1, outcome=Outcome(("refused", "answered"), ("privacy",)))

    def passed(kind: str, reason: str | None) -> bool | None:
        sample = a_sample(Expect(turns=(check,)))
        return scored(sample, a_trial([a_turn("问", a_reply("好", kind, reason))]))["turns"].passed

    assert passed("answered", None)
    assert passed("refused", "privacy")
    assert not passed("refused", "unsafe")
    assert not passed("clarify", None)


def test_a_turn_asks_efficiency_and_lost_wishes() -> None:
    parts = [
        {"text": "a", "outcome": {"is": "answered"}},
        {"text": "b", "outcome": {"is": "refused", "reason": "out_of_scope"}},
    ]
    found = scored(
        a_sample(Expect()), a_trial([a_turn("问", a_reply("x", parts=parts)), PROPOSED]), oracle_turns={"DOG-01.n1": 1}
    )
    assert found["slots.nothing_lost"].value == 0.5
    assert found["slots.turn_efficiency"].value == 0.5
