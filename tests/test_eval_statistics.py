"""The statistics against tables made by hand, and against their definitions counted out in full."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from eval.intervals import by_family, percentile, wilson, zero_failure_bound
from eval.paired import detectable, discovery_rates, holm, mcnemar, sign_flip
from eval.reliability import (
    Curves,
    Tally,
    flaky,
    generous_pass,
    pass_at,
    pass_hat,
    passed_in_all,
    trial_curves,
    variant_curves,
)


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        (30, 30, 0.886, 1.000),
        (29, 30, 0.833, 0.994),
        (27, 30, 0.744, 0.965),
        (24, 30, 0.627, 0.905),
        (285, 300, 0.919, 0.969),
    ],
)
def test_wilson_agrees_with_the_table(passed: int, n: int, low: float, high: float) -> None:
    found = wilson(passed, n)
    assert found is not None
    assert (round(found.low, 3), round(found.high, 3)) == (low, high)
    z, p = 1.959963985, passed / n
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    assert found.low == pytest.approx((p + z * z / (2 * n)) / (1 + z * z / n) - half, abs=1e-9)


def test_no_observation_has_no_interval() -> None:
    assert wilson(0, 0) is None
    assert by_family({}) is None
    assert by_family({"A": []}) is None
    assert percentile([], 0.5) is None


@pytest.mark.parametrize(("n", "bound"), [(30, 0.095), (100, 0.030), (300, 0.010)])
def test_zero_failures_still_allow_some(n: int, bound: float) -> None:
    assert round(zero_failure_bound(n), 3) == bound


def test_no_probe_bounds_nothing() -> None:
    assert zero_failure_bound(0) == 1.0


def test_the_mean_by_family_weighs_every_sample_and_the_design_effect_sees_families_that_move_together() -> None:
    together = {f"F{n}": [float(n % 2)] * 8 for n in range(20)}
    apart = {f"F{n}": [float((n + m) % 2) for m in range(7)] for n in range(20)}
    one, two = by_family(together), by_family(apart)
    assert one is not None
    assert two is not None
    assert one.point == 0.5
    assert one.clusters == 20
    assert one.n == 160
    assert one.design_effect == pytest.approx(8, rel=0.1)
    assert two.design_effect is not None
    assert two.design_effect < 0.3
    assert one.high - one.low > 3 * (two.high - two.low)


def test_few_families_use_percentiles_and_many_use_bca() -> None:
    few, many = ({f"F{n}": [float(n % 3 == 0)] * 2 for n in range(size)} for size in (19, 20))
    assert by_family(few).method.endswith("percentile")  # type: ignore[union-attr]
    assert by_family(many).method.endswith("bca")  # type: ignore[union-attr]


def test_the_percentile_bootstrap_agrees_with_every_possible_resample() -> None:
    families = {"A": [1.0, 1.0], "B": [0.0], "C": [1.0, 0.0, 0.0], "D": [1.0, 1.0, 1.0, 0.0], "E": [1.0, 0.0]}
    drawn = itertools.product(families.values(), repeat=5)
    every = [sum(map(sum, each)) / sum(map(len, each)) for each in drawn]
    found = by_family(families)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(every, [0.025, 0.975])), abs=0.02)


def test_families_that_all_pass_are_not_called_certain() -> None:
    found = by_family({f"F{n}": [1.0] * 8 for n in range(30)})
    assert found is not None
    assert found.point == found.high == 1.0
    assert round(found.low, 3) == 0.886


def test_one_family_alone_has_the_interval_of_its_samples() -> None:
    found = by_family({"F": [1.0] * 27 + [0.0] * 3})
    assert found is not None
    assert (round(found.low, 3), round(found.high, 3)) == (0.744, 0.965)


def test_the_same_seed_gives_the_same_interval() -> None:
    values = {f"F{n}": [float(n % 3 == 0), 1.0] for n in range(9)}
    assert by_family(values) == by_family(values)


def test_percentiles_are_nearest_rank_and_the_last_hundredth_needs_a_hundred_values() -> None:
    values = [float(n) for n in range(1, 11)]
    assert percentile(values, 0.5).point == 5.0  # type: ignore[union-attr]
    assert percentile(values, 0.95).point == 10.0  # type: ignore[union-attr]
    assert percentile(values, 0.99) is None
    assert percentile([float(n) for n in range(1, 101)], 0.99).point == 99.0  # type: ignore[union-attr]


def test_pass_hat_agrees_with_the_table() -> None:
    six_of_eight = [Tally(6, 8)]
    assert [round(pass_hat(k, six_of_eight) or 0, 3) for k in (1, 2, 4)] == [0.75, 0.536, 0.214]
    assert pass_at(2, six_of_eight) == pytest.approx(1 - 1 / 28)


def test_pass_at_and_pass_hat_count_every_draw() -> None:
    for passed, k in itertools.product(range(6), range(1, 6)):
        draws = list(itertools.combinations([True] * passed + [False] * (5 - passed), k))
        assert pass_hat(k, [Tally(passed, 5)]) == pytest.approx(sum(map(all, draws)) / len(draws))
        assert pass_at(k, [Tally(passed, 5)]) == pytest.approx(sum(map(any, draws)) / len(draws))
        needed = math.ceil(0.5 * k)
        assert generous_pass(k, 0.5, [Tally(passed, 5)]) == pytest.approx(
            sum(sum(d) >= needed for d in draws) / len(draws)
        )


def test_k_stops_at_the_smallest_number_of_attempts() -> None:
    assert pass_hat(3, [Tally(2, 2), Tally(3, 3)]) is None
    assert pass_hat(1, []) is None
    assert list(variant_curves([Tally(2, 4), Tally(3, 3)]).every) == [1, 2, 3]


def test_equal_trajectories_give_no_reliability() -> None:
    assert trial_curves([Tally(4, 4, distinct=1)]) == Curves()
    found = trial_curves([Tally(6, 8, distinct=5)])
    assert found.every[2] == pytest.approx(15 / 28)
    assert found.any[2] == pytest.approx(1 - 1 / 28)
    assert found.most[4] == pytest.approx(1.0), "of four out of six and two, two always pass"


def test_flaky_samples_are_named() -> None:
    tallies = {"b": Tally(1, 3), "a": Tally(2, 3), "always": Tally(3, 3), "never": Tally(0, 3)}
    assert flaky(tallies) == ["a", "b"]
    assert passed_in_all(list(tallies.values())) == 0.25


@pytest.mark.parametrize(
    ("lost", "won", "p"), [(6, 0, 0.03125), (5, 0, 0.0625), (0, 0, 1.0), (3, 3, 1.0), (8, 2, 0.109375)]
)
def test_mcnemar_agrees_with_the_table(lost: int, won: int, p: float) -> None:
    assert mcnemar(lost, won).p == pytest.approx(p)
    assert mcnemar(won, lost).p == pytest.approx(p)


def test_mid_p_counts_half_of_what_is_as_extreme() -> None:
    assert mcnemar(6, 0).mid_p == pytest.approx(1 / 64)
    assert mcnemar(8, 2).mid_p == pytest.approx((2 * (1 + 10) + 45) / 1024)
    assert mcnemar(3, 3).mid_p == pytest.approx(1 - 20 / 64 / 2)


def test_sign_flips_agree_with_every_choice_of_signs() -> None:
    values = [0.3, -0.1, 0.2, 0.25, 0.0, 0.4]
    seen = abs(sum(values))
    every = [
        abs(sum(s * v for s, v in zip(signs, values, strict=True))) >= seen - 1e-12
        for signs in itertools.product((1, -1), repeat=6)
    ]
    assert sign_flip(values) == pytest.approx(sum(every) / len(every))
    assert sign_flip([1.0] * 6) == pytest.approx(2 / 64)
    assert sign_flip([0.0] * 4) == 1.0
    assert sign_flip([]) is None


def test_sign_flips_of_many_families_are_drawn_and_close_to_exact() -> None:
    values = [1.0] * 14 + [-1.0] * 7
    exact = 2 * sum(math.comb(21, k) for k in range(8)) / 2**21
    assert sign_flip(values) == pytest.approx(exact, abs=0.01)


def test_holm_and_the_discovery_rate_agree_with_the_table() -> None:
    p = {"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005}
    assert holm(p) == pytest.approx({"d": 0.02, "a": 0.03, "c": 0.06, "b": 0.06})
    assert discovery_rates(p) == pytest.approx({"a": 0.02, "b": 0.04, "c": 0.04, "d": 0.02})
    assert discovery_rates({}) == {}


def test_the_power_line_solves_its_equation_and_respects_the_exact_test() -> None:
    delta = detectable(2000, 400)
    assert delta is not None
    right = 1.959964 * math.sqrt(0.2) + 0.841621 * math.sqrt(0.2 - delta**2)
    assert delta * math.sqrt(2000) == pytest.approx(right, rel=1e-4)
    assert detectable(30, 0) == pytest.approx(0.2)
    assert detectable(0, 0) is None
    wider = detectable(2000, 400, design_effect=4)
    assert wider is not None
    assert wider > 1.9 * delta
