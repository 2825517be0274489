"""A server process of one's own: it starts, takes our tokens, runs null agents, says why it cannot, and ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.building import build_sample
from eval.errors import ServerProblem
from eval.serving import started
from eval.talk import Task, run_trial
from eval.target import OwnTarget

BARE = {"HANZHI_BUNDLED_KNOWLEDGE": "0", "HANZHI_CACHE_DIR": "cache"}
PLAIN: dict[str, Any] = {
    "schema": "sample/v1", "id": "S.n1", "family": "S", "vertical": "operations", "kind": "normal", "title": "t",
    "why": "w", "world": {"clock": "2026-09-01T08:40:00+08:00", "fixtures": ["empty"]},
    "actor": {"role": "citizen", "identity": "citizen-1"},
    "user": {"mode": "script", "turns": ["井盖破了"]}, "expect": {"outcome": {"is": "answered"}},
}  # fmt: skip


def test_a_process_serves_a_trial_with_a_null_agent_and_is_gone_afterwards(tmp_path: Path) -> None:
    with started(tmp_path, "eval-ask_forever", BARE) as server:
        target = OwnTarget(server, "eval-ask_forever")
        found = run_trial(Task("key", build_sample(PLAIN, "x.yaml", 1)), target)
        target.close()
        assert server.process.poll() is None
    assert server.process.poll() is not None
    assert (found.status, found.agent) == ("ok", "eval-ask_forever")
    assert found.last_reply["outcome"] == {"is": "clarify", "reason": None}
    assert found.cpu_s > 0
    assert any('"event":"request"' in line for line in found.log_lines)
    assert {"case.create", "kb.search"} <= set(target.tools)
    assert target.examples


def test_a_process_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(ServerProblem, match="HANZHI_CLOCK"), started(tmp_path, "offline", {"HANZHI_CLOCK": "noon"}):
        pass
