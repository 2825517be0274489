"""Stored talks told again, run again and compared; and talks in which a person takes the user's seat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from .building import build_sample
from .errors import EvalError
from .making import find_trial
from .reading import Reading
from .results import Result, trajectory_hash
from .runner import load_results
from .sample import Say
from .scorers import score_trial
from .store import open_run
from .talk import Task, run_trial
from .target import own_target
from .trajectory import Trajectory, Turn
from .users import End
from .workers import Where
from .world import lookups

YES = ("确认", "是")
NO = ("取消", "否")
OVER = ("结束", "退出")


def replay_trial(run: Path, name: str, *, again: bool) -> tuple[Result, list[list[str]]]:
    """A stored trial and its turns in words; `again` runs it anew and tells the first difference."""
    found = find_trial(load_results(run), name)
    told = [_turn(turn) for turn in found.trajectory.turns]
    told.append(_verdict(found))
    if again:
        told.append(_difference(found.trajectory, _run_again(run, found)))
    return found, told


def play_sample(reading: Reading, name: str, model: str, ask: Callable[[], str]) -> Iterator[str]:
    """A person talks in a sample's world; the score at the end is that of the person's talk."""
    plain = reading.plain.get(name)
    if plain is None:
        raise EvalError(f"没有编号为 {name} 的样本。请用 hanzhi eval list 看有哪些。")
    sample = build_sample(plain, name, 0)
    yield f"{sample.title}。{sample.why}"
    yield f"身份 {sample.actor.role} {sample.actor.identity}，时间 {sample.world.clock}。"
    yield f"输入“{YES[0]}”“{NO[0]}”决定待确认的事，“{OVER[0]}”结束。"
    yield f"样本里的用户会说：{sample.user.opening or sample.user.goal or sample.user.turns[0].text}"
    with own_target(model) as target:
        trial = run_trial(Task("play", sample), target, user=_Person(ask))
        fixtures = {"tools": target.tools, **lookups(sample)}
    for turn in trial.turns:
        yield from _turn(turn)
    for score in score_trial(sample, trial, fixtures):
        if score.scorer == "task" or score.gating:
            yield f"{'✓' if score.passed else '✗'} {score.scorer} {'；'.join(score.evidence)}"


class _Person:
    """Somebody at the keyboard, as a user."""

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask

    def next(self, reply: object) -> Say | End:
        """What the person says to a reply."""
        if isinstance(reply, dict):
            print(reply["text"])  # noqa: T201 - this is a talk on a terminal
        words = self._ask().strip()
        if words in ("", *OVER):
            return End("done")
        waiting = isinstance(reply, dict) and bool(reply["actions"])
        if waiting and words in (*YES, *NO):
            return Say("confirm" if words in YES else "cancel")
        return Say(text=words)


def _run_again(run: Path, found: Result) -> Trajectory:
    manifest = open_run(run).manifest
    where = Where(manifest["where"]["model"], manifest["where"]["url"])
    task = Task("again", found.sample, found.trajectory.trial, found.trajectory.seed)
    with where.open() as target:
        return replace(run_trial(task, target), key=found.trajectory.key)


def _difference(before: Trajectory, after: Trajectory) -> list[str]:
    if trajectory_hash(before) == trajectory_hash(after):
        return ["重跑一遍，完全相同。"]
    for one, other in zip(before.turns, after.turns, strict=False):
        if (one.user.text, one.reply.get("text")) != (other.user.text, other.reply.get("text")):
            return [f"第 {one.n} 轮开始不同。原来：", *_turn(one), "现在：", *_turn(other)]
    return [f"对话相同，调用或改动不同：{len(before.calls)} → {len(after.calls)} 次调用。"]


def _turn(turn: Turn) -> list[str]:
    user = turn.user.text or {"confirm": "（确认）", "cancel": "（取消）", "edit": "（修改）"}[turn.user.kind]
    outcome = turn.reply.get("outcome") or {}
    end = f"{outcome.get('is', '')} {outcome.get('reason') or ''}".strip()
    return [f"{turn.n} 用户：{user}", f"  回复（{end}）：{turn.reply.get('text', '')}"]


def _verdict(found: Result) -> list[str]:
    state = "通过" if found.passed else f"未通过（{found.cause.title if found.cause else found.trajectory.status}）"
    failed = [each for each in found.scores.values() if each.gating and each.passed is False]
    return [f"{found.name} {state}", *(f"  ✗ {each.scorer} {'；'.join(each.evidence)}" for each in failed)]


__all__ = ["play_sample", "replay_trial"]
