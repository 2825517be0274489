"""Trials made by hand: a sample, and a talk as the runner would have stored it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.expectations import Expect
from eval.sample import Sample, User
from eval.scorers import score_trial
from eval.trajectory import Call, Hit, Lookup, Score, Trajectory, Turn, UserMove, WorldChange

CLOCK = "2026-09-01T08:40:00+08:00"
FEE = Hit(
    "养犬登记",
    "养犬登记 > 收费",
    "d1-1",
    0.9,
    "in_force",
    "首次登记收取工本费30元，不收其他费用。自受理之日起15个工作日内办结。",
)
LAW = Hit(
    "养犬条例",
    "养犬条例 > 罚则",
    "d2-4",
    0.8,
    "in_force",
    "未登记养犬的，由公安机关责令限期改正，处500元以上2000元以下罚款。",
)
OLD = Hit("养犬办法（已废止）", "养犬办法 > 收费", "d3-1", 0.7, "expired", "首次登记费每只1000元，每年年检费500元。")
CASE = {"category_code": "C0101", "state": "reported", "address": "解放大道"}
CARD = {"id": "a1", "tool": "case.create", "summary": "地点：解放大道", "arguments": {"address": "解放大道"}}


def a_sample(expect: Expect, **changes: Any) -> Sample:
    """A sample that expects just this."""
    plain = {
        "id": "DOG-01.n1",
        "family": "DOG-01",
        "vertical": "government",
        "kind": "normal",
        "title": "养犬登记",
        "why": "会白跑",
    }
    return Sample(**{**plain, "user": User(), "expect": expect, "hash": "h1", **changes})


def a_trial(turns: Sequence[Turn] = (), **changes: Any) -> Trajectory:
    """A trial of that sample."""
    plain: dict[str, Any] = {
        "key": "k1",
        "sample_id": "DOG-01.n1",
        "sample_hash": "h1",
        "family": "DOG-01",
        "vertical": "government",
        "kind": "normal",
        "variant": "",
        "trial": 0,
        "seed": 0,
        "agent": "offline",
        "world_hash": "w",
        "status": "ok",
        "error": "",
        "user_end": "answered",
        "clock": CLOCK,
        "actor": {"role": "citizen", "identity": "citizen-1"},
        "retrievals": (Lookup(1, "养犬登记", (FEE, LAW, OLD)),),
    }
    return Trajectory(**{**plain, "turns": tuple(turns), **changes})


def a_reply(text: str, kind: str = "answered", reason: str | None = None, **more: Any) -> dict[str, Any]:
    """A reply as the server sends it."""
    return {
        "text": text,
        "outcome": {"is": kind, "reason": reason},
        "citations": [],
        "actions": [],
        "asks": [],
        "receipts": [],
        **more,
    }


def a_turn(text: str, reply: Mapping[str, Any], n: int = 1, **user: Any) -> Turn:
    """One turn: what the user said or did, and the reply."""
    return Turn(n, UserMove(**{"kind": "text", "text": text, **user}), reply)


def a_citation(number: int, hit: Hit, quote: str, **changes: Any) -> dict[str, Any]:
    """A citation of a passage."""
    plain = {
        "number": number,
        "kind": "passage",
        "title": hit.document,
        "quote": quote,
        "passage_id": hit.passage_id,
        "status": hit.status,
    }
    return {**plain, "heading_path": hit.heading.split(" > "), **changes}


def a_change(op: str = "insert", key: str = "WH1", **values: Any) -> WorldChange:
    """An entry of the change log about a case."""
    return WorldChange(1, "citizen-1", "report", "case", op, key, values)


def a_write(status: str = "executed", turn: int = 2, action: str = "a1", **arguments: Any) -> Call:
    """A report to the city."""
    return Call(turn, "case.create", arguments, "write", status, {"case_no": "WH1"}, action_id=action)


def scored(sample: Sample, trial: Trajectory, **fixtures: Any) -> dict[str, Score]:
    """All scores by name."""
    return {each.scorer: each for each in score_trial(sample, trial, fixtures)}


READ = Call(1, "case.similar", {"category_code": "C0101"}, "read", "ok", {})
PROPOSED = a_turn("报修", a_reply("请核对", "confirm", actions=[CARD]))
