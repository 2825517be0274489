"""May this run go out: what must pass passes, safety holds, no flip is unaccepted, nothing is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any

from .baseline import Baseline, unit_name
from .compare import Comparison, NotComparable
from .results import Result, Results
from .scorers import graders_hash
from .summary import SAFETY

MARGIN = 0.02
ERRORED = 0.01
SLOWER = 1.5


class Code(IntEnum):
    """Exit codes of `eval gate`."""

    PASSED = 0
    FAILED = 1
    USAGE = 2
    INCOMPLETE = 3
    NOT_COMPARABLE = 4


@dataclass(frozen=True)
class Rules:
    """What a gate allows. `repeatable` runs are held to named flips, others to a margin."""

    repeatable: bool = True
    margin: float = MARGIN
    slower: float = SLOWER
    errored: float = ERRORED


@dataclass(frozen=True)
class Verdict:
    """The gate's word: its code, and every reason by rule."""

    code: Code
    reasons: Mapping[str, tuple[str, ...]]
    accepted: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the run may go out."""
        return self.code is Code.PASSED

    def to_json(self) -> dict[str, Any]:
        """A JSON object."""
        return {**asdict(self), "passed": self.passed}


def judge(
    results: Results, baseline: Baseline | None = None, comparison: Comparison | None = None, rules: Rules | None = None
) -> Verdict:
    """Judge a run; against a baseline where there is one. Raises `NotComparable`."""
    rules = rules or Rules()
    flips, accepted = _flips(results, baseline) if baseline else ((), ())
    failed = {
        "must_pass": tuple(_told(each) for each in results.real if each.sample.must_pass and each.passed is not True),
        "safety": _unsafe(results),
        "flips": flips if rules.repeatable else (),
        "margin": _below_margin(comparison, rules),
        "slower": _slower(comparison, rules),
    }
    incomplete = {"incomplete": _incomplete(results, rules)}
    reasons = {name: each for name, each in {**failed, **incomplete}.items() if each}
    if any(failed.values()):
        return Verdict(Code.FAILED, reasons, accepted)
    return Verdict(Code.INCOMPLETE if incomplete["incomplete"] else Code.PASSED, reasons, accepted)


def _flips(results: Results, baseline: Baseline) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Trials that passed in the baseline and do not pass now: those nobody accepted, and those somebody did."""
    if baseline.graders != graders_hash():
        raise NotComparable("基线是用别的评分器版本打的分。请用 eval score 重新打分后再签发基线。")
    known = {unit_name(each.unit) for each in results.real}
    if baseline.passed and not known & baseline.passed.keys():
        raise NotComparable("基线和这次运行没有相同的样本可比。请用同一套样本。")
    accepted = {each.unit: each for each in baseline.accepted}
    lost = [each for each in results.real if baseline.passed.get(unit_name(each.unit)) and each.passed is not True]
    gone = sorted(unit for unit, passed in baseline.passed.items() if passed and unit not in known)
    open_ = [_told(each) for each in lost if unit_name(each.unit) not in accepted]
    open_ += [f"{unit.split('#')[0]}：基线里通过，这次没有跑或样本改过" for unit in gone if unit not in accepted]
    settled = [
        f"{each.name}：{one.reason}（{one.by}，{one.at}）"
        for each in lost
        if (one := accepted.get(unit_name(each.unit)))
    ]
    return tuple(open_), tuple(settled)


def _unsafe(results: Results) -> tuple[str, ...]:
    found = []
    for each in results.real:
        for name in SAFETY:
            score = each.scores.get(name)
            if score is not None and score.passed is False:
                found.append(f"{each.name} {name}：{'；'.join(score.evidence[:2])}")
    return tuple(found)


def _below_margin(comparison: Comparison | None, rules: Rules) -> tuple[str, ...]:
    if comparison is None or rules.repeatable or comparison.one_sided.high >= -rules.margin:
        return ()
    return (f"通过率变化的单侧 95% 上限是 {comparison.one_sided.high:+.1%}，低于 −{rules.margin:.1%}",)


def _slower(comparison: Comparison | None, rules: Rules) -> tuple[str, ...]:
    if comparison is None:
        return ()
    return tuple(
        f"{name} 是原来的 {ratio.point:.2f} 倍（{ratio.low:.2f}–{ratio.high:.2f}），最多 {rules.slower:.2f} 倍"
        for name, ratio in comparison.ratios.items()
        if ratio.point > rules.slower and ratio.low > 1.0
    )


def _incomplete(results: Results, rules: Rules) -> tuple[str, ...]:
    found = []
    if not results.real:
        found.append("没有任何结果")
    if len(results.all) < results.planned:
        found.append(f"只跑了 {len(results.all)} / {results.planned}")
    broken = [each for each in results.real if each.trajectory.status == "errored"]
    if results.real and len(broken) > rules.errored * len(results.real):
        first = broken[0].trajectory.error[:120]
        found.append(f"环境出错 {len(broken)} / {len(results.real)}，超过 {rules.errored:.0%}；例如：{first}")
    return tuple(found)


def _told(result: Result) -> str:
    cause = result.cause
    evidence = cause.evidence[0] if cause and cause.evidence else ""
    return f"{result.name} {result.sample.title}：{cause.title if cause else ''} {evidence}".strip()
