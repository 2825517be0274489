"""The scorer of tool calls, on trials made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from eval.expectations import Calls, Expect, Slots, ToolCall
from eval.sample import Fault, World
from eval.trajectory import Call

from .trials import CASE, READ, a_change, a_sample, a_trial, a_write, scored

NEEDED = (ToolCall("case.similar", {"category_code": "C0101"}), ToolCall("case.create", {"address": {"re": "解放"}}))


def of_calls(expected: Calls, *calls: Call, **fixtures: Any) -> Any:
    return scored(a_sample(Expect(calls=expected)), a_trial(calls=calls), **fixtures)


@pytest.mark.parametrize("mode", ["contains", "in_order", "unordered_exact", "exact_order"])
def test_the_required_calls_pass_in_every_mode(mode: str) -> None:
    found = of_calls(Calls(mode, NEEDED), READ, a_write("proposed", 1, address="解放大道"), a_write(address="解放大道"))
    assert found["calls"].passed, found["calls"].evidence
    assert found["calls.arguments"].value == found["calls.recall"].value == found["calls.order"].value == 1.0


@pytest.mark.parametrize(
    ("mode", "passes"), [("contains", True), ("in_order", False), ("unordered_exact", True), ("exact_order", False)]
)
def test_order_matters_only_where_it_is_asked_for(mode: str, passes: bool) -> None:
    assert of_calls(Calls(mode, NEEDED), a_write(turn=1, address="解放大道"), READ)["calls"].passed is passes


def test_a_harmless_extra_look_up_costs_nothing_unless_exact() -> None:
    extra = Call(1, "weather.now", {}, "read", "ok", {})
    assert of_calls(Calls("contains", NEEDED[:1]), READ, extra)["calls.precision"].value == 1.0
    exact = of_calls(Calls("unordered_exact", NEEDED[:1]), READ, extra)
    assert not exact["calls"].passed
    assert exact["calls.precision"].value == 0.5


@pytest.mark.parametrize(
    ("expected", "problem"),
    [
        (Calls(forbidden=(ToolCall("case.create"),)), "禁止的调用"),
        (Calls(before=(("case.create", "case.similar"),)), "之前"),
        (Calls(before=(("case.get", "case.similar"),)), "之前"),
        (Calls(max_calls=1), "最多 1 次"),
        (Calls(required=(ToolCall("case.get"),)), "没有调用：case.get"),
    ],
)
def test_each_broken_rule_is_named(expected: Calls, problem: str) -> None:
    found = of_calls(expected, READ, a_write(address="解放大道"))
    assert not found["calls"].passed
    assert problem in found["calls"].evidence[0]


def test_a_denied_attempt_is_not_a_call() -> None:
    assert of_calls(Calls(forbidden=(ToolCall("case.create"),)), a_write("denied"))["calls"].passed


def test_repeats_are_counted_and_limited() -> None:
    found = of_calls(Calls(max_repeat=1), READ, READ)
    assert not found["calls"].passed
    assert found["calls.redundancy"].value == 0.5


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [({}, "缺少"), ({"category_code": 101}, "类型"), ({"category_code": "C0102"}, "值")],
)
def test_the_first_wrong_argument_is_named_with_its_kind(arguments: dict[str, Any], kind: str) -> None:
    found = of_calls(Calls(required=NEEDED[:1]), replace(READ, arguments=arguments))["calls.arguments"]
    assert found.value == 0.0
    assert "case.similar.category_code" in found.evidence[0]
    assert kind in found.evidence[0]


def test_schemas_and_unknown_tools_are_checked_where_the_tools_are_known() -> None:
    tools = {
        "case.similar": {
            "type": "object",
            "required": ["category_code"],
            "properties": {"category_code": {"type": "string"}},
        }
    }
    bad = replace(READ, arguments={"category_code": 1})
    found = of_calls(Calls(), READ, bad, Call(1, "case.fly", {}, "read", "error"), tools=tools)
    assert found["calls.schema_valid"].value == 0.5
    assert found["calls.unknown_tools"].value == pytest.approx(1 / 3)
    assert of_calls(Calls(), READ)["calls.schema_valid"].value is None


def test_abstaining_means_no_write() -> None:
    assert of_calls(Calls(), READ)["calls.abstains"].passed
    assert of_calls(Calls(), a_write())["calls.abstains"].passed is False
    assert of_calls(Calls(required=NEEDED), READ)["calls.abstains"].passed is None


def test_under_faults_a_row_made_twice_is_not_retry_safe() -> None:
    sample = a_sample(Expect(), world=World(faults=(Fault("case.create", "timeout"),)))
    once, twice = (a_change(**CASE),), (a_change(**CASE, id=1), a_change(key="WH2", **CASE, id=2))
    assert scored(sample, a_trial(changes=once))["calls.retry_safe"].passed
    assert scored(sample, a_trial(changes=twice))["calls.retry_safe"].passed is False


def test_a_write_put_forward_before_its_slots_are_known_is_premature() -> None:
    sample = a_sample(Expect(slots=Slots({"address": "解放大道", "photo": {"opt": "x"}})))
    found = scored(
        sample, a_trial(calls=(a_write("proposed", 1, address=""), a_write("executed", 2, "a2", address="解放大道")))
    )
    assert found["calls.premature_writes"].value == 0.5
    assert found["calls.premature_writes"].passed is False
