"""New samples: a folder to start from, and a draft made of a talk that was run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from .errors import EvalError
from .results import Result, Results
from .sample import SCHEMA

_FAMILY = """# 一个场景家族：同一类事的几种情形。写法见 docs/eval.md，每个键的意思见 eval/schema/sample-v1.json。
family:
  id: {family}
  vertical: {vertical}
  title: 居住证办理时限
  proves: 问得到的时限有出处，问法不同也答得一样
templates:
  ask:
    abilities: [retrieval, grounding]
    source: {{author: 填您的名字, date: 2026-01, origin: internal, licence: project}}
    world: {{clock: "2026-11-25T09:30:00+08:00"}}
    actor: {{role: citizen, identity: citizen-1}}
samples:
  - id: {family}.n1
    extends: ask
    kind: normal
    title: 居住证多少天能拿到
    why: 时限说错，人会白跑一趟
    user: {{mode: reactive, opening: 申请居住证以后多少天能拿到证}}
    expect:
      outcome: {{is: answered}}
      state: {{changes: []}}
      reply: {{say: [{{re: '15\\s*[日天]'}}]}}
      grounding: {{citations: required, numbers: all_supported, in_force: true}}
    variants:
      - {{id: v1, opening: 居住证几天能办下来}}
      - {{id: typo, transform: typo, rate: 0.05, seed: 1}}
"""


def family_text(family: str, vertical: str) -> str:
    """A family file that runs as it is."""
    return _FAMILY.format(family=family, vertical=vertical)


def folder_with(folder: Path, family: str, text: str) -> Path:
    """A new folder with one family file. Raises `EvalError` when the file is there already."""
    path = folder / f"{family}.yaml"
    if path.exists():
        raise EvalError(f"{path} 已经有了。请换一个目录或编号。")
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def find_trial(results: Results, name: str) -> Result:
    """The trial of a sample (`ID` or `ID@variant`). Raises `EvalError`."""
    found = [each for each in results.all if each.name == name]
    if not found:
        example = results.all[0].name if results.all else "（空）"
        raise EvalError(f"这次运行里没有 {name}。有 {len(results.all)} 段，例如 {example}。")
    return found[-1]


def sample_from(results: Results, name: str, new_id: str) -> str:
    """A draft: the user says the same again, and what happened is what is expected."""
    found = find_trial(results, name)
    trial, sample = found.trajectory, found.sample
    plain: dict[str, Any] = {
        "schema": SCHEMA,
        "id": new_id,
        "family": new_id.split(".")[0],
        "vertical": sample.vertical,
        "kind": "normal",
        "title": f"来自 {name} 的对话",
        "why": "（写明：不对会给人带来什么）",
        "world": {"clock": trial.clock} if trial.clock else {},
        "actor": {"role": sample.actor.role, "identity": sample.actor.identity},
        "user": {"mode": "script", "turns": [_move(turn.user.kind, turn.user) for turn in trial.turns]},
        "expect": _happened(found),
    }
    if not plain["actor"]["identity"]:
        del plain["actor"]["identity"]
    return yaml.safe_dump(plain, allow_unicode=True, sort_keys=False, width=120)


def _move(kind: str, user: Any) -> Any:
    if kind == "text":
        return user.text
    return {"edit": dict(user.arguments)} if kind == "edit" else {kind: True}


def _happened(found: Result) -> dict[str, Any]:
    trial = found.trajectory
    outcome = trial.last_reply.get("outcome") or {}
    expect: dict[str, Any] = {
        "outcome": {name: value for name, value in outcome.items() if value},
        "state": {"changes": [{"table": each.table, "op": each.op, "action": each.action} for each in trial.changes]},
    }
    calls = [{"tool": each.tool} for each in trial.calls if each.status in ("ok", "executed")]
    if calls:
        expect["calls"] = {"required": calls}
    return expect
