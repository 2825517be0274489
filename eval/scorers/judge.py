"""§4.6 What a language model said of a talk, as it is stored with the run. Reported, never gating."""

from __future__ import annotations

from ..trajectory import Score
from .lines import Lines, Trial

VERSION = 1
_VERDICTS = {"yes": True, "no": False}


def score(trial: Trial) -> list[Score]:
    """`judge.answers` and `judge.supported` where a judge was asked; undefined where it abstained."""
    said = trial.known.fixtures.get("judgements", {}).get(trial.trajectory.key)
    if said is None:
        return []
    lines, why = Lines(trial, VERSION), [f"{said.judge}：{said.why}"]
    return [
        lines.verdict(f"judge.{name}", _VERDICTS.get(getattr(said, name)), why) for name in ("answers", "supported")
    ]
