"""A sample from a talk: what was said becomes the script, what happened becomes the expectation to be checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from ..trajectory import Trajectory, Turn

HEAD = "# 由一次对话生成的草稿。请核对每一项期望：现在写的是当时发生的，不一定是应当发生的。\n"
KEPT = 8


def draft_sample(plain: Mapping[str, Any], trial: Trajectory) -> str:
    """A YAML sample that replays this talk in the world of the one it was held for (`plain`)."""
    outcome = trial.last_reply.get("outcome") or {}
    expect: dict[str, Any] = {"state": {"changes": [_change(each) for each in trial.changes]}}
    if outcome.get("is"):
        reason = {"reason": outcome["reason"]} if outcome.get("reason") else {}
        expect["outcome"] = {"is": outcome["is"], **reason}
    tools = dict.fromkeys(call.tool for call in trial.calls if call.status in ("ok", "executed", "proposed"))
    if tools:
        expect["calls"] = {"mode": "contains", "required": [{"tool": each} for each in tools]}
    draft = {
        "schema": "sample/v1",
        "id": f"{plain['family']}.draft1",
        "family": plain["family"],
        "vertical": plain["vertical"],
        "kind": plain["kind"],
        "title": f"请改写：{plain['title']}",
        "why": "请写：错了对市民意味着什么",
        "source": {"author": "", "origin": f"talk {trial.key}"},
        **{name: plain[name] for name in ("world", "actor") if name in plain},
        "user": {"mode": "script", "turns": [_move(turn) for turn in trial.turns]},
        "expect": expect,
    }
    return HEAD + yaml.safe_dump(draft, allow_unicode=True, sort_keys=False, width=1000)


def _move(turn: Turn) -> Any:
    if turn.user.kind == "text":
        return turn.user.text
    if turn.user.kind == "edit":
        return {"edit": dict(turn.user.arguments)}
    return {turn.user.kind: True}


def _change(change: Any) -> dict[str, Any]:
    told = [(name, each) for name, each in change.values.items() if isinstance(each, str | int | bool) and each != ""]
    kept = {name: each for name, each in told if not name.endswith(("id", "_at", "number"))}
    return {"table": change.table, "op": change.op, "set": dict(list(kept.items())[:KEPT])}
