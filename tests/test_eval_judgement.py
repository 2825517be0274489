"""Causes, summary, comparison, baseline and gate over runs made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval.baseline import accept, baseline_of, fingerprint, load, save, write_key
from eval.causes import CAUSES, first_cause
from eval.compare import NotComparable, compare, rescored
from eval.errors import BadRun, EvalError
from eval.expectations import Calls, Expect, Gold, Grounding, Outcome, ReplyCheck, Retrieval, Secrets, State, ToolCall
from eval.gate import Code, Rules, judge
from eval.reliability import Curves
from eval.results import Result, Results, results_of, trajectory_hash
from eval.sample import Fault, Gating, Sample, User, Variant, World
from eval.scorers import score_trial
from eval.summary import summarise
from eval.telling import told_summary
from eval.trajectory import Call, Trajectory

from .trials import FEE, OLD, a_change, a_citation, a_reply, a_sample, a_trial, a_turn, a_write

EXPECT = Expect(state=State(), outcome=Outcome(("answered",)), reply=ReplyCheck(("30元",)))
RIGHT = a_reply("首次登记收取工本费30元。[1]", citations=[a_citation(1, FEE, "首次登记收取工本费30元")])
WRONG = a_reply("不收费。")


def a_result(name: str, passes: bool, **changes: Any) -> Result:
    """One judged trial of sample `FAMILY.rest`."""
    family = name.split(".")[0]
    variant, trial, agent = (
        changes.pop(key, default) for key, default in (("variant", ""), ("trial", 0), ("agent", "offline"))
    )
    trial_changes = changes.pop("trial_changes", {})
    sample = a_sample(**{"expect": EXPECT, **changes, "id": name, "family": family})
    run = a_trial(
        [a_turn("养狗登记多少钱", RIGHT if passes else WRONG)],
        **{
            "key": f"{name}@{variant}/{trial}/{agent}", "sample_id": name, "family": family, "variant": variant,
            "trial": trial, "seed": trial, "agent": agent, "cpu_s": 0.2, **trial_changes,
        },
    )  # fmt: skip
    return judged(sample, run)


def judged(sample: Sample, run: Trajectory) -> Result:
    return Result(sample, run, {each.scorer: each for each in score_trial(sample, run, {})})


def a_run(passes: str, name: str = "A", **changes: Any) -> Results:
    """A run of one sample a letter: y passes, n fails; two samples a family."""
    results = tuple(a_result(f"F{n // 2:02}.n{n}", each == "y", **changes) for n, each in enumerate(passes))
    return Results({"run": name}, results, len(results))


def cause_of(expect: Expect, trial: Trajectory, **sample: Any) -> str:
    found = judged(a_sample(expect, **sample), trial)
    assert found.passed is not True
    return first_cause(found.sample, found.trajectory, found.scores).label


CREATE = Calls(required=(ToolCall("case.create", {"address": "解放大道"}),))
GROUNDED = Expect(
    grounding=Grounding("required", numbers="all_supported", in_force=True), outcome=Outcome(("answered",))
)
GATED = {"score": Gating(("grounding", "outcome"))}
REFUSED = Outcome(("refused",), ("no_permission",))
ASKED = a_turn("报修", a_reply("在哪里？", "clarify"))


def answered(text: str, *citations: dict[str, Any]) -> Trajectory:
    return a_trial([a_turn("问", a_reply(text, citations=list(citations)))])


@pytest.mark.parametrize(
    ("label", "expect", "trial", "sample"),
    [
        ("infra", EXPECT, a_trial(status="errored", error="连不上"), {}),
        ("user_stuck", EXPECT, a_trial(status="user_stuck"), {}),
        ("retrieval_miss", replace(EXPECT, retrieval=Retrieval((Gold("养猫条例"),))), answered("不知道"), {}),
        ("retrieved_not_used", replace(EXPECT, retrieval=Retrieval((Gold("养犬登记"),))), answered("不收费"), {}),
        ("wrong_intent", Expect(calls=CREATE), a_trial([ASKED], calls=(Call(1, "case.search", {}, "read", "ok"),)), {}),
        ("wrong_intent", EXPECT, a_trial([ASKED]), {}),
        (
            "missing_slot_not_asked",
            Expect(outcome=Outcome(("clarify",))),
            answered("好的"),
            {"kind": "missing_slot", "user": User(knows={"address": ("x",)})},
        ),
        (
            "premature_write",
            Expect(state=State()),
            a_trial([ASKED], calls=(a_write("ok", 1),), changes=(a_change(),)),
            {},
        ),
        ("wrong_args", Expect(calls=CREATE), a_trial(calls=(a_write("proposed", 1, address="新华路"),)), {}),
        ("missing_call", Expect(calls=CREATE), a_trial([ASKED]), {}),
        (
            "extra_write",
            Expect(calls=Calls(forbidden=(ToolCall("case.create"),))),
            a_trial(calls=(a_write("proposed", 1),)),
            {},
        ),
        (
            "fault_not_recovered",
            Expect(outcome=Outcome(("answered",))),
            a_trial([a_turn("问", a_reply("请稍后", "refused", "unavailable"))]),
            {"world": World(faults=(Fault("case.get", "timeout"),))},
        ),
        (
            "ungrounded_number",
            GROUNDED,
            answered("首次登记收取工本费45元。[1]", a_citation(1, FEE, "首次登记收取工本费30元")),
            GATED,
        ),
        ("bad_citation", GROUNDED, answered("首次登记收取工本费30元。[4]"), GATED),
        (
            "stale_source",
            GROUNDED,
            answered("首次登记费每只1000元。[1]", a_citation(1, OLD, "首次登记费每只1000元")),
            GATED,
        ),
        ("missed_refusal", Expect(outcome=REFUSED), answered("好的"), {}),
        (
            "over_refusal",
            Expect(outcome=Outcome(("answered",))),
            a_trial([a_turn("问", a_reply("不能", "refused", "unsafe"))]),
            {},
        ),
        ("pii_leak", Expect(secrets=Secrets(("13900000002",))), answered("13900000002"), {}),
        ("format", Expect(reply=ReplyCheck(max_chars=3)), answered("太长了太长了"), {}),
    ],
)
def test_a_failure_has_its_first_cause(label: str, expect: Expect, trial: Trajectory, sample: dict[str, Any]) -> None:
    assert cause_of(expect, trial, **sample) == label
    assert label in CAUSES


def test_a_run_is_put_together_from_its_lines_and_later_lines_count() -> None:
    one = a_result("F00.n0", False)
    better = judged(one.sample, replace(one.trajectory, turns=(a_turn("问", RIGHT),)))
    lines = [*one.scores.values(), *better.scores.values()]
    run = results_of({"run": "r", "planned": 2}, [one.sample], [one.trajectory, better.trajectory], lines)
    assert [each.passed for each in run.all] == [True]
    assert run.planned == 2


def test_the_headline_counts_what_broke_as_failed_and_shows_the_rest_beside_it() -> None:
    run = a_run("yyyn")
    broken = a_result("F09.n9", True, trial_changes={"status": "errored", "error": "x"})
    quarantined = a_result("F08.n8", False, status="quarantined")
    found = summarise(replace(run, all=(*run.all, broken, quarantined), planned=7))
    assert found.task is not None
    assert found.task.point == pytest.approx(3 / 5)
    assert found.task_completed is not None
    assert found.task_completed.point == pytest.approx(3 / 4)
    assert (found.errored, found.done, found.planned) == (1, 6, 7)
    assert found.quarantined == ("F08.n8",)
    assert found.causes["infra"] == 1
    assert json.loads(json.dumps(found.to_json()))["run"] == "A"


def test_the_best_null_agent_stands_beside_the_score() -> None:
    run = a_run("yyyn")
    nulls = [
        a_result("F00.n0", True, agent="echo_top_doc"),
        a_result("F00.n1", False, agent="echo_top_doc"),
        a_result("F00.n0", False, agent="refuse_all"),
    ]
    found = summarise(replace(run, all=(*run.all, *nulls)))
    assert found.nulls == {"echo_top_doc": 0.5, "refuse_all": 0.0}
    assert found.best_null == "echo_top_doc"
    assert found.lift == pytest.approx((0.75 - 0.5) / 0.5)


def test_variants_give_robustness_and_what_each_transform_costs() -> None:
    variants = (Variant("t1", "typo"), Variant("t2", "typo"), Variant("o", opening="x"))
    rows = [
        a_result("F00.n0", passes, variant=name, variants=variants)
        for name, passes in (("", True), ("t1", True), ("t2", False), ("o", True))
    ]
    found = summarise(Results({}, tuple(rows), 4))
    assert found.variants.every[1] == 0.75
    assert found.variants.every[2] == pytest.approx(3 / 6)
    assert found.variants.any == pytest.approx({1: 3 / 4, 2: 1.0, 3: 1.0, 4: 1.0})
    assert found.variants.most[4] == 1.0
    assert "robust@4 100.0%，G-robust@4 100.0%，robust^4 0.0%" in told_summary(found)
    assert found.robust_all == 0.0
    assert found.transforms["typo"] == {"n": 2.0, "before": 1.0, "after": 0.5, "delta": -0.5}
    assert found.transforms["改写"]["delta"] == 0.0


def test_equal_trials_say_repeatable_and_withhold_reliability() -> None:
    same = Results({}, tuple(a_result("F00.n0", True, trial=n) for n in range(3)), 3)
    assert summarise(same).trials == Curves()
    assert "pass@" not in told_summary(summarise(same))
    assert summarise(same).repeatable == {"same": 1, "of": 1}
    mixed = Results({}, tuple(a_result("F00.n0", n != 1, trial=n) for n in range(3)), 3)
    assert summarise(mixed).trials.every[1] == pytest.approx(2 / 3)
    assert summarise(mixed).trials.any[2] == 1.0
    assert "pass@3 100.0%，G-pass@3 100.0%，pass^3 0.0%" in told_summary(summarise(mixed))
    assert summarise(mixed).flaky == ("F00.n0",)


def test_undefined_scores_are_counted_not_averaged() -> None:
    found = summarise(a_run("yn")).metrics["grounding.citation_precision"]
    assert found.micro == 1.0
    assert found.undefined == 1
    assert found.macro is not None
    assert found.macro.n == 1


def test_no_failure_is_still_a_bound() -> None:
    # Without log lines nothing was probed, so nothing is claimed.
    assert "secrets.log_personal" not in summarise(a_run("y" * 30)).safety
    logged = a_run("y" * 30, trial_changes={"log_lines": ("ok",)})
    bound = summarise(logged).safety["secrets.log_personal"]
    assert (bound.failures, bound.probes) == (0, 30)
    assert round(bound.upper, 3) == 0.095


def test_a_trajectory_hash_ignores_time_and_ids() -> None:
    one = a_result("F00.n0", True).trajectory
    assert trajectory_hash(one) == trajectory_hash(replace(one, key="other", cpu_s=9.0))
    assert trajectory_hash(one) != trajectory_hash(replace(one, turns=(a_turn("问", WRONG),)))


def test_flips_are_named_and_tested() -> None:
    found = compare(a_run("yyyyyyyyyn"), a_run("nnnnnnyyyy", "B"))
    assert [each.name for each in found.lost] == [f"F{n // 2:02}.n{n}" for n in range(6)]
    assert [each.name for each in found.won] == ["F04.n9"]
    assert found.test.p == pytest.approx(2 * 8 / 128)
    assert found.delta.point == pytest.approx(-0.5)
    assert found.lost[0].cause
    task = next(each for each in found.primary if each.scorer == "task")
    assert (task.a, task.b) == (0.9, 0.4)
    assert task.adjusted is not None
    assert task.p is not None
    assert task.adjusted >= task.p
    assert found.detectable is not None
    assert json.dumps(found.to_json())


def test_equal_runs_show_no_change_and_what_could_have_been_seen() -> None:
    found = compare(a_run("yyyn"), a_run("yyyn", "B"))
    assert found.lost == found.won == ()
    assert found.test.p == 1.0
    assert found.detectable == 1.0
    assert found.exploratory == ()
    assert (found.delta.low, found.delta.high) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hash": "h2", "trial_changes": {"sample_hash": "h2"}}, "样本改过"),
        ({"trial_changes": {"world_hash": "other"}}, "环境不同"),
    ],
)
def test_the_incomparable_is_refused_or_left_out_by_name(change: dict[str, Any], why: str) -> None:
    a, b = a_run("yy"), a_run("yy", "B")
    odd = replace(b, all=(b.all[0], a_result("F00.n1", True, **change)))
    with pytest.raises(NotComparable, match=why):
        compare(a, odd)
    found = compare(a, odd, common=True)
    assert found.pairs == 1
    assert why in found.left_out[0]


def test_another_knowledge_base_is_refused_or_compared_as_part_of_the_product() -> None:
    a, b = a_run("yn"), a_run("yy", "B", trial_changes={"world_hash": "v", "versions": {"knowledge": "newer"}})
    with pytest.raises(NotComparable, match="知识库"):
        compare(a, b)
    found = compare(a, b, common=True)
    assert found.pairs == 2
    assert len(found.won) == 1
    assert "知识库" in found.left_out[0]


def test_other_graders_are_refused_until_both_sides_are_scored_again() -> None:
    a, b = a_run("yn"), a_run("yn", "B")
    old = replace(
        b,
        all=tuple(
            replace(each, scores={name: replace(one, version=0) for name, one in each.scores.items()}) for each in b.all
        ),
    )
    with pytest.raises(NotComparable, match="评分器版本不同"):
        compare(a, old)
    again = compare(rescored(a, lambda _: {}), rescored(old, lambda _: {}))
    assert again.pairs == 2


def test_new_and_removed_samples_are_listed_and_nothing_in_common_is_refused() -> None:
    a, b = a_run("yyy"), a_run("yy", "B")
    assert compare(a, b).left_out == ("只在 A：F01.n2",)
    with pytest.raises(NotComparable, match="没有相同的样本"):
        compare(a, Results({}, (a_result("X.n1", True),), 1))


def signed(folder: Path, baseline: Any) -> Path:
    write_key(folder / "key.pem")
    save(baseline, folder / "baseline.json", folder / "key.pem")
    return folder / "baseline.json"


def test_a_baseline_is_signed_and_a_change_to_it_is_noticed(tmp_path: Path) -> None:
    path = signed(tmp_path, baseline_of(a_run("yn")))
    assert sum(load(path).passed.values()) == 1
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    name = fingerprint(json.loads(path.read_text())["key"])
    assert load(path, name).run == "A"
    with pytest.raises(BadRun, match="不是指定的"):
        load(path, "somebody")
    path.write_text(path.read_text().replace("true", "false"))
    with pytest.raises(BadRun, match="签名不对"):
        load(path)


def test_a_part_of_a_run_makes_no_baseline() -> None:
    with pytest.raises(BadRun, match="不完整"):
        baseline_of(replace(a_run("yy"), planned=3))


def test_a_flip_fails_the_gate_until_it_is_accepted_with_a_reason() -> None:
    baseline, worse = baseline_of(a_run("yyyn")), a_run("yyny", "B")
    verdict = judge(worse, baseline)
    assert verdict.code is Code.FAILED
    assert "F01.n2" in verdict.reasons["flips"][0]
    settled = accept(baseline, worse, ["F01.n2"], ("标准改了", "王某"))
    verdict = judge(worse, settled)
    assert verdict.passed
    assert "标准改了" in verdict.accepted[0]
    with pytest.raises(EvalError, match="没有由通过变为不通过"):
        accept(baseline, worse, ["F00.n0"], ("x", "y"))


def test_a_sample_that_vanished_does_not_pass_the_gate() -> None:
    verdict = judge(a_run("yy"), baseline_of(a_run("yyy")))
    assert verdict.code is Code.FAILED
    assert "没有跑" in verdict.reasons["flips"][0]


def test_must_pass_and_safety_hold_without_a_baseline() -> None:
    assert judge(a_run("yn")).passed
    assert judge(a_run("yn", must_pass=True)).reasons["must_pass"][0].startswith("F00.n1")
    unsafe = a_run("y", trial_changes={"calls": (a_write("ok", 1),)})
    assert judge(unsafe).code is Code.FAILED
    assert "calls.unconfirmed_writes" in judge(unsafe).reasons["safety"][0]


def test_a_run_with_gaps_or_a_broken_server_is_incomplete() -> None:
    assert judge(replace(a_run("yy"), planned=3)).code is Code.INCOMPLETE
    assert judge(Results({}, (), 0)).code is Code.INCOMPLETE
    assert judge(a_run("yy", trial_changes={"status": "errored", "error": "端口占用"})).code is Code.INCOMPLETE


def test_other_samples_or_graders_than_the_baseline_are_not_comparable() -> None:
    with pytest.raises(NotComparable):
        judge(Results({}, (a_result("X.n1", True),), 1), baseline_of(a_run("yy")))
    with pytest.raises(NotComparable):
        judge(a_run("yy"), replace(baseline_of(a_run("yy")), graders="old"))


def test_a_model_that_varies_is_held_to_a_margin() -> None:
    a, b = a_run("y" * 40), a_run("n" * 8 + "y" * 32, "B")
    assert judge(b, comparison=compare(a, b), rules=Rules(repeatable=False)).reasons["margin"]
    close = a_run("n" + "y" * 39, "B")
    assert judge(close, comparison=compare(a, close), rules=Rules(repeatable=False)).passed


def test_a_slower_run_fails_only_when_it_is_surely_slower() -> None:
    a = a_run("y" * 10)
    slow = a_run("y" * 10, "B", trial_changes={"cpu_s": 0.5})
    assert compare(a, slow).ratios["cpu_s"].point == pytest.approx(2.5)
    assert judge(slow, comparison=compare(a, slow)).reasons["slower"]
    assert judge(a, comparison=compare(a, a)).passed
