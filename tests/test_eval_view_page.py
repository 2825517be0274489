"""The packed viewer in a real browser, from a file: the list, a talk, its slots and every attempt of its sample."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from eval.building import build_sample
from eval.scorers import score_trial
from eval.store import create_run
from eval.trajectory import Call
from eval.view import view_page

from .browsing import browser  # noqa: F401
from .test_eval_judgement import a_result
from .test_eval_report import PLAIN


def a_run_of_two_trials(folder: Path) -> Path:
    """One sample, run twice, the second time without success."""
    run, sample = create_run(folder, {"run": "twice", "planned": 2}), build_sample({**PLAIN, "id": "F.n0"}, "f.yaml", 1)
    asked = Call(1, "case.create", {"address": "新华路"}, "write", "proposed")
    with run:
        for n, passes in enumerate((True, False)):
            changes = {"sample_hash": sample.hash, "key": f"k{n}", "calls": (asked,)}
            trial = a_result("F.n0", passes, trial=n, trial_changes=changes).trajectory
            run.add(trial, score_trial(sample, trial, {}))
        frozen = {"id": sample.id, "variant": "", "hash": sample.hash, "plain": {**PLAIN, "id": "F.n0"}}
        run.add_samples([{**frozen, "file": "f.yaml", "line": 1}])
    return folder


def test_a_packed_run_opens_without_server_or_network(browser: Browser, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "talks.html"
    path.write_text(view_page([a_run_of_two_trials(tmp_path / "run")]), encoding="utf-8")
    page = browser.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda problem: problems.append(str(problem)))
    page.on("request", lambda request: problems.append(request.url) if request.url.startswith("http") else None)
    page.goto(path.as_uri())
    expect(page.locator(".rows button")).to_have_count(2)
    page.locator(".rows button").first.click()
    expect(page.locator(".talk h1")).to_contain_text("F.n0")
    strip = page.get_by_role("group", name="同一样本的各次尝试")
    expect(strip.get_by_role("button")).to_have_count(2)
    expect(strip).to_contain_text("1 / 2")
    page.get_by_role("tab", name="要素").click()
    expect(page.locator(".panel")).to_contain_text("新华路")
    strip.get_by_role("button").last.click()
    expect(page.locator(".talk h1")).to_contain_text("第 2 次")
    assert problems == []
    page.close()
