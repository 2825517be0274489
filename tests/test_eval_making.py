"""New samples, drafts of stored talks, the page of families, and what the documentation lists."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from eval.commands import main
from eval.errors import EvalError
from eval.expectations import Calls, Expect, Outcome
from eval.lint import lint
from eval.making import family_text, find_trial, folder_with, sample_from
from eval.models.nulls import NULLS
from eval.playing import replay_trial
from eval.reading import load_samples
from eval.results import Results, results_of
from eval.sample import GATES
from eval.scenarios import read_standing, scenarios_page, standing_of
from eval.scorers import score_trial
from eval.store import create_run, new_manifest
from eval.variants import TRANSFORMS
from eval.world import KINDS, operations
from tools import open_sandbox
from tools.unified.sandbox.domains import DOMAINS

from .trials import a_change, a_reply, a_sample, a_trial, a_turn, a_write

DOCS = Path(__file__).resolve().parent.parent / "docs"


def judged(name: str = "F.n1") -> Results:
    sample = a_sample(Expect(outcome=Outcome(("done",)), calls=Calls()), id=name, family="F")
    trial = a_trial(
        [a_turn("井盖破了", a_reply("已上报。", outcome={"is": "done", "reason": None}))],
        key="k",
        sample_id=name,
        family="F",
        calls=(a_write("case.create"),),
        changes=(a_change(),),
        clock="2026-09-01T08:40:00+08:00",
    )
    return results_of({"run": "r", "agent": "offline"}, [sample], [trial], score_trial(sample, trial, {}))


def test_a_new_folder_holds_a_family_that_is_right(tmp_path: Path) -> None:
    path = folder_with(tmp_path / "mine", "MY-01", family_text("MY-01", "government"))
    reading = load_samples([path])
    assert [each.id for each in reading.samples] == ["MY-01.n1"]
    assert not lint(reading)
    with pytest.raises(EvalError, match="已经有了"):
        folder_with(tmp_path / "mine", "MY-01", "")


def test_a_stored_talk_becomes_a_draft_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text(sample_from(judged(), "F.n1", "MY-01.n2"), encoding="utf-8")
    (draft,) = load_samples([path]).samples
    assert (draft.id, draft.family, draft.user.turns[0].text) == ("MY-01.n2", "MY-01", "井盖破了")
    assert draft.expect.outcome is not None
    assert draft.expect.outcome.kinds == ("done",)
    assert draft.expect.state is not None
    assert len(draft.expect.state.changes) == 1
    with pytest.raises(EvalError, match=r"没有 F\.n9"):
        find_trial(judged(), "F.n9")


def test_a_stored_talk_is_told_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = judged()
    plain = {
        "schema": "sample/v1", "id": "F.n1", "family": "F", "vertical": "operations", "kind": "normal", "title": "t",
        "why": "w", "user": {"mode": "script", "turns": ["井盖破了"]}, "expect": {"outcome": {"is": "done"}},
    }  # fmt: skip
    line = {"id": "F.n1", "variant": "", "hash": "h", "file": "f", "line": 1, "plain": plain}
    with create_run(tmp_path / "run", new_manifest(run="r", agent="offline", planned=1)) as run:
        run.add_samples([line])
        run.add(results.all[0].trajectory, results.all[0].scores.values())
    found, told = replay_trial(tmp_path / "run", "F.n1", again=False)
    assert found.trajectory == results.all[0].trajectory
    assert told[0] == ["1 用户：井盖破了", "  回复（done）：已上报。"]
    assert main(["replay", str(tmp_path / "run"), "F.n1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["key"] == "k"


def test_the_page_of_families_is_fresh() -> None:
    page = (DOCS / "scenarios.md").read_text(encoding="utf-8")
    assert page == scenarios_page(load_samples(), read_standing()), "run: hanzhi eval scenarios"


def test_the_page_keeps_what_each_family_scored() -> None:
    kept = standing_of(judged())
    assert kept["families"] == {"F": [int(judged().all[0].passed is True), 1]}
    assert kept["model"] == "offline"


@pytest.mark.parametrize("names", [TRANSFORMS, KINDS, NULLS, GATES], ids=["transforms", "faults", "nulls", "gates"])
def test_what_samples_may_use_is_documented(names: Any) -> None:
    page = (DOCS / "eval.md").read_text(encoding="utf-8")
    assert not [name for name in names if f"`{name}`" not in page]


def test_the_sample_in_the_documentation_is_right(tmp_path: Path) -> None:
    page = (DOCS / "eval.md").read_text(encoding="utf-8")
    path = tmp_path / "MY-01.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert not lint(load_samples([path]))


def test_faults_are_armed_on_requests_the_platform_serves(tmp_path: Path) -> None:
    sandbox = open_sandbox(tmp_path, clock=lambda: datetime.now(UTC), apps={})
    served = {
        f"{method} {re.sub('{[^}]+}', 'x', route.path)}"
        for router in (domain.router for domain in DOMAINS if domain.router)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    }
    sandbox.close()
    unknown = {tool: asked for tool, asked in operations().items() if not any(fnmatchcase(e, asked) for e in served)}
    assert not unknown
