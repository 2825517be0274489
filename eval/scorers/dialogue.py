"""§3.6 Slots and dialogue: what was understood, what was asked, and what each turn had to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..expectations import Outcome, TurnCheck
from ..matchers import MISSING, matches, says, shown
from ..sample import Sample
from ..trajectory import Score, Trajectory, Turn
from .calls import calls_made, unconfirmed_writes
from .lines import Lines, Trial
from .state import relevant_changes

VERSION = 2


def score(trial: Trial) -> list[Score]:
    """`slots` and `turns` where expected, and the figures about questions."""
    lines = Lines(trial, VERSION)
    asked = asks_of(trial.trajectory)
    found = [lines.amount("slots.questions", float(len(asked))), _efficiency(lines, trial), _nothing_lost(lines, trial)]
    if trial.sample.expect.slots is not None:
        found += _slots(lines, trial, asked)
    if trial.sample.expect.turns:
        problems = [each for check in trial.sample.expect.turns for each in turn_problems(check, trial)]
        found.append(lines.verdict("turns", not problems, problems))
    return found


def asks_of(trajectory: Trajectory) -> list[tuple[int, str]]:
    """Every slot that was asked for, with its turn."""
    return [(turn.n, str(ask.get("slot"))) for turn in trajectory.turns for ask in turn.reply.get("asks") or ()]


def filled_slots(trajectory: Trajectory) -> dict[str, Any]:
    """The slots as the desk has them in the end: the arguments of its calls, writes over reads, later over earlier."""
    made = sorted(calls_made(trajectory), key=lambda call: call.effect == "write")
    return {name: each for call in made if call.tool != "kb.search" for name, each in call.arguments.items()}


def turn_problems(check: TurnCheck, trial: Trial) -> list[str]:
    """What is not as a turn's check wants it."""
    turns = _checked(check, trial)
    if check.n is not None and not turns:
        return [f"没有第 {check.n} 轮"]
    problems = []
    if check.must_not_call_writes:
        problems += [f"第 {turn.n} 轮执行了写操作" for turn in turns if _wrote(turn, trial.trajectory)]
    if check.confirm_before:
        problems += [each for each in unconfirmed_writes(trial.trajectory) if check.confirm_before in each]
    asked = [str(ask.get("slot")) for turn in turns for ask in turn.reply.get("asks") or ()]
    if check.asks and not set(check.asks) & set(asked):
        problems.append(f"没有问 {'、'.join(check.asks)}，问了 {'、'.join(asked) or '（无）'}")
    for turn in turns if check.outcome else ():
        outcome = turn.reply.get("outcome") or {}
        wanted = check.outcome
        if wanted and not _fits(wanted, outcome):
            problems.append(f"第 {turn.n} 轮的结果是 {outcome.get('is')} {outcome.get('reason') or ''}".strip())
    texts = [str(turn.reply.get("text") or "") for turn in turns]
    problems += [f"没有说：{shown(each)}" for each in check.say if not any(says(each, t, trial.known) for t in texts)]
    return problems


def _fits(wanted: Outcome, outcome: Mapping[str, Any]) -> bool:
    """As for the whole talk: a reason is asked of a refusal only."""
    kind = outcome.get("is")
    right_kind = not wanted.kinds or kind in wanted.kinds
    return right_kind and not (kind == "refused" and wanted.reasons and outcome.get("reason") not in wanted.reasons)


def _checked(check: TurnCheck, trial: Trial) -> list[Turn]:
    turns = trial.trajectory.turns
    if check.n is not None:
        return [each for each in turns if each.n == check.n]
    if check.until == "confirmed":
        ends = next((each.n for each in turns if each.user.kind == "confirm"), len(turns) + 1)
        return [each for each in turns if each.n < ends]
    if check.until == "slots_complete":
        ends = next((each.n for each in turns if each.reply.get("actions")), len(turns) + 1)
        return [each for each in turns if each.n <= ends]
    return list(turns)


def _wrote(turn: Turn, trajectory: Trajectory) -> bool:
    return any(
        each.turn == turn.n and each.effect == "write" and each.status in ("ok", "executed")
        for each in trajectory.calls
    )


def _slots(lines: Lines, trial: Trial, asked: list[tuple[int, str]]) -> list[Score]:
    expected = trial.sample.expect.slots
    if expected is None:
        return []
    final = _final(trial)
    right = [name for name, each in expected.final.items() if matches(each, final.get(name, MISSING), trial.known)]
    wrong = [
        f"{name}：是 {final.get(name, '（没有）')}，应为 {shown(expected.final[name])}"
        for name in expected.final
        if name not in right
    ]
    problems = list(wrong)
    names = [slot for _, slot in asked]
    problems += [f"不该问 {slot}" for slot in names if slot in expected.never_ask]
    if expected.max_questions is not None and len(asked) > expected.max_questions:
        problems.append(f"问了 {len(asked)} 次，最多 {expected.max_questions} 次")
    repeated = _repeated(asked, trial.sample, trial.trajectory)
    needed = [
        slot
        for slot in names
        if slot in expected.ask_allowed or slot in trial.sample.user.knows or slot in trial.sample.user.unknown
    ]
    corrected = [each.slot for each in trial.sample.user.will_correct if each.slot in expected.final]
    given = [name for name in final if name in expected.final]
    return [
        lines.verdict("slots", not problems, problems),
        lines.verdict("slots.joint_goal", not wrong if expected.final else None, wrong),
        lines.share("slots.precision", len(right), len(given)),
        lines.share("slots.recall", len(right), len(expected.final)),
        lines.share(
            "slots.ask_precision", max(0, len(needed) - len(repeated)), len(names), sorted(set(names) - set(needed))
        ),
        lines.share("slots.repeat_ask", len(repeated), len(names), repeated),
        lines.verdict("slots.correction", all(each in right for each in corrected) if corrected else None, corrected),
    ]


def _final(trial: Trial) -> Mapping[str, Any]:
    """Arguments first; what only the platform filled in (a grid, a class) from the rows it wrote."""
    rows: dict[str, Any] = {}
    for change in relevant_changes(trial.sample, trial.trajectory):
        rows |= change.values
    return {**rows, **filled_slots(trial.trajectory)}


def _repeated(asked: list[tuple[int, str]], sample: Sample, trajectory: Trajectory) -> list[str]:
    """Slots asked for again although the user had just given them."""
    seen: set[str] = set()
    again = []
    last = max((turn.n for turn in trajectory.turns), default=0)
    for n, slot in asked:
        if slot in seen and slot in sample.user.knows:
            again.append(slot)
        if n < last:
            seen.add(slot)
    return again


def _efficiency(lines: Lines, trial: Trial) -> Score:
    """The oracle's turns by ours, at most 1; undefined without an oracle run."""
    best = trial.known.fixtures.get("oracle_turns", {}).get(trial.sample.id)
    turns = len(trial.trajectory.turns)
    return lines.share("slots.turn_efficiency", min(best, turns) if best else 0, turns if best else 0)


def _nothing_lost(lines: Lines, trial: Trial) -> Score:
    """Of several wishes, those that were served, asked about or handed off."""
    parts = [part for turn in trial.trajectory.turns for part in turn.reply.get("parts") or ()]
    lost = [str(part.get("text"))[:60] for part in parts if (part.get("outcome") or {}).get("reason") == "out_of_scope"]
    return lines.share("slots.nothing_lost", len(parts) - len(lost), len(parts), lost)
