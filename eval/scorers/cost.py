"""§3.9 Time and cost of a trial, and whether it kept within its soft limits."""

from __future__ import annotations

from typing import Any

from ..trajectory import Score, Trajectory
from .lines import Lines, Trial

VERSION = 1


def score(trial: Trial) -> list[Score]:
    """`budget` where limits are set, and always turns, calls, seconds, tokens and yuan."""
    lines = Lines(trial, VERSION)
    used = amounts(trial.trajectory, trial.known.fixtures.get("prices", {}))
    found = [lines.amount(f"cost.{name}", value) for name, value in used.items()]
    budget = trial.sample.budget
    limits = {
        "turns": budget.turns,
        "model_calls": budget.model_calls,
        "tool_calls": budget.tool_calls,
        "tokens": budget.tokens,
        "wall_ms": budget.ms,
        "cny": budget.cny,
    }
    over = [
        f"{name}：{used[name]:g}，最多 {limit:g}"
        for name, limit in limits.items()
        if limit is not None and used.get(name) is not None and (used[name] or 0.0) > limit
    ]
    if any(limit is not None for limit in limits.values()):
        found.append(lines.verdict("budget", not over, over))
    return found


def amounts(trajectory: Trajectory, prices: dict[str, Any]) -> dict[str, float | None]:
    """What a trial took. Tokens and yuan are unknown where the server tells no usage."""
    steps = [step for turn in trajectory.turns for step in turn.trace]
    said = [step for step in steps if step.get("kind") == "message" and (step.get("details") or {}).get("type") == "ai"]
    usage = [each for step in said if (each := (step.get("details") or {}).get("usage"))]
    tokens = sum(float(each.get("input_tokens", 0)) + float(each.get("output_tokens", 0)) for each in usage)
    price = prices.get(trajectory.agent)
    return {
        "turns": float(len(trajectory.turns)),
        "model_calls": float(len(said)) if steps else None,
        "tool_calls": float(len(trajectory.calls)),
        "wall_ms": sum(turn.wall_ms for turn in trajectory.turns),
        "cpu_s": trajectory.cpu_s,
        "tokens": tokens if usage else None,
        "cny": tokens / 1_000_000 * float(price) if usage and price is not None else None,
    }
