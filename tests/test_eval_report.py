"""The report, the exports and the commands over a run folder as the runner leaves it."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from eval.baseline import write_key
from eval.building import build_sample
from eval.commands import app
from eval.compare import compare
from eval.export import as_csv, as_jsonl, junit
from eval.gate import judge
from eval.report import report_html
from eval.results import Results
from eval.sample import Quarantine
from eval.scorers import score_trial
from eval.store import create_run
from eval.summary import summarise

from .test_eval_judgement import EXPECT, a_result, a_run, judged
from .trials import a_reply, a_sample, a_trial, a_turn

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


class Page(HTMLParser):
    """What a browser would load, run or nest wrongly."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attributes if name in ("src", "href", "srcset", "action")]


def whole_run() -> Results:
    """Passes, failures, a null agent, variants, a quarantined sample and a broken one."""
    extra = (
        a_result("F00.n0", False, agent="refuse_all"),
        a_result("F00.n0", False, variant="typo"),
        a_result("F08.n8", False, status="quarantined", quarantine=Quarantine("题目有争议", "2026-11-01")),
        a_result("F09.n9", True, trial_changes={"status": "errored", "error": "端口占用"}),
    )
    run = a_run("yyyn")
    return replace(run, all=(*run.all, *extra), planned=8)


def test_the_report_is_one_file_that_loads_nothing_and_has_every_section() -> None:
    run = whole_run()
    comparison = compare(a_run("yyyy", "old"), run)
    page = report_html(run, summarise(run), judge(run), comparison)
    found = Page(page)
    assert all(each.startswith("#") for each in found.links)
    assert "http" not in re.sub(r"http-equiv", "", page)
    assert "default-src 'none'" in page
    for name in (
        "verdict",
        "shares",
        "reliability",
        "calls",
        "retrieval",
        "grounding",
        "safety",
        "dialogue",
        "times",
        "failures",
        "compare",
        "method",
    ):
        assert f'<section id="{name}">' in page
        assert f"#{name}" in found.links
    assert "题目有争议" in page
    assert "refuse_all" in page
    assert "F01.n3" in page
    assert page.count('lang="zh"') > 50


def test_what_was_said_in_a_talk_cannot_run_in_the_report() -> None:
    bad = judged(a_sample(EXPECT, title=HOSTILE), a_trial([a_turn(HOSTILE, a_reply(HOSTILE))]))
    page = report_html(Results({"run": HOSTILE}, (bad,), 1), summarise(Results({"run": HOSTILE}, (bad,), 1)))
    assert "<script>alert" not in page
    assert "<img" not in page
    assert Page(page).tags.count("script") == 1


def test_an_empty_run_still_has_a_report() -> None:
    empty = Results({"run": "x"}, (), 0)
    assert "没有该拒绝的样本" in report_html(empty, summarise(empty))


def test_junit_tells_failures_errors_and_skips_apart_and_folds_trials() -> None:
    run = whole_run()
    again = a_result("F00.n0", False, trial=2)
    root = ElementTree.fromstring(junit(replace(run, all=(*run.all, again))))
    suite = root.find("testsuite")
    assert suite is not None
    assert {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "7", "failures": "3", "errors": "1", "skipped": "1",
    }  # fmt: skip
    names = [each.get("name") for each in suite]
    assert names.count("F00.n0") == 1
    assert "F00.n0@typo" in names
    failure = suite.find("testcase[@name='F01.n3']/failure")
    assert failure is not None
    assert failure.get("type")
    assert "reply" in str(failure.get("message"))


def test_junit_survives_what_xml_may_not_hold() -> None:
    bad = a_result("F00.n0", False, trial_changes={"status": "errored", "error": "坏\x00的\x1b[31m<&>"})
    assert ElementTree.fromstring(junit(Results({}, (bad,), 1))).find(".//error") is not None


def test_csv_has_a_row_a_trial_and_no_formulas() -> None:
    run = a_run("yn")
    rows = list(csv.DictReader(io.StringIO(as_csv(run).removeprefix("\ufeff"))))
    assert [each["passed"] for each in rows] == ["True", "False"]
    assert rows[1]["cause"]
    assert rows[0]["state"] == "1.0"
    hostile = a_run("n", trial_changes={"agent": "=HYPERLINK(1)"})
    cells = [value for row in csv.reader(io.StringIO(as_csv(hostile))) for value in row]
    assert "'=HYPERLINK(1)" in cells


def test_json_lines_carry_every_score() -> None:
    lines = [json.loads(each) for each in as_jsonl(a_run("yn")).splitlines()]
    assert len(lines) == 2
    assert {"task", "state"} <= {score["scorer"] for score in lines[0]["scores"]}


PLAIN = {
    "schema": "sample/v1", "family": "F", "vertical": "government", "kind": "normal", "title": "养犬", "why": "会白跑",
    "user": {"mode": "script", "turns": ["养狗登记多少钱"]},
    "expect": {"state": {"changes": []}, "reply": {"say": ["30元"]}},
}  # fmt: skip


def a_folder(folder: Path, passes: str, **changes: Any) -> Path:
    """A run folder written through the store."""
    run = create_run(folder, {"run": folder.name, "planned": len(passes)})
    lines = []
    with run:
        for n, letter in enumerate(passes):
            plain = {**PLAIN, "id": f"F.n{n}"}
            sample = build_sample(plain, "f.yaml", n + 1)
            frozen = {"id": sample.id, "variant": "", "hash": sample.hash, "plain": plain}
            lines.append({**frozen, "file": "f.yaml", "line": n + 1})
            trial = a_result(
                sample.id, letter == "y", trial_changes={"sample_hash": sample.hash, "key": f"k{n}", **changes}
            ).trajectory
            run.add(trial, score_trial(sample, trial, {}))
        run.add_samples(lines)
    return folder


def command(*words: Any) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(each) for each in words])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_two_run_folders_are_compared_gated_reported_and_exported(tmp_path: Path) -> None:
    old, new = a_folder(tmp_path / "old", "yyn"), a_folder(tmp_path / "new", "yny")
    code, text = command("compare", old, new, "-o", tmp_path / "c.json")
    assert code == 0
    assert "变差 F.n1" in text
    assert json.loads((tmp_path / "c.json").read_text())["lost"][0]["name"] == "F.n1"
    assert command("gate", old)[0] == 0
    code, text = command("gate", new, "--baseline", old)
    assert code == 1
    assert "F.n1" in text
    code, _ = command("report", new, "--against", old, "--baseline", old)
    assert code == 0
    assert "F.n1" in (new / "report.html").read_text()
    files = [tmp_path / f"out.{form}" for form in ("junit", "csv", "jsonl")]
    assert command("export", new, "--junit", files[0], "--csv", files[1], "--jsonl", files[2])[0] == 0
    assert all(each.stat().st_size for each in files)
    assert command("export", new)[0] == 2
    assert "1 个不稳定" not in command("flaky", old)[1]
    assert "F.n1  1/2" in command("flaky", old, new)[1]


def test_a_signed_baseline_is_made_and_a_flip_accepted(tmp_path: Path) -> None:
    old, new = a_folder(tmp_path / "old", "yy"), a_folder(tmp_path / "new", "yn")
    key, file = tmp_path / "k.pem", tmp_path / "baseline.json"
    code, text = command("baseline", "key", key)
    name = text.split()[1].split("；")[0]
    assert code == 0
    assert command("baseline", "key", key)[0] == 2
    sign = ("--baseline", file, "--key", key, "--by", "王某", "--reason", "首次")
    assert command("baseline", "accept", old, *sign)[0] == 0
    assert command("gate", new, "--baseline", file, "--trusted", name)[0] == 1
    assert command("gate", new, "--baseline", file, "--trusted", "other")[0] == 2
    assert command("baseline", "accept", new, *sign, "--case", "F.n1")[0] == 0
    code, text = command("gate", new, "--baseline", file, "--trusted", name)
    assert code == 0
    assert "已接受" in text


def test_the_incomparable_and_the_incomplete_have_exit_codes_of_their_own(tmp_path: Path) -> None:
    one, two = a_folder(tmp_path / "one", "y"), a_folder(tmp_path / "two", "y", world_hash="other")
    code, text = command("compare", one, two)
    assert code == 4
    assert "环境不同" in text
    assert command("gate", two, "--baseline", one)[0] == 4
    broken = a_folder(tmp_path / "broken", "y", status="errored", error="端口占用")
    assert command("gate", broken)[0] == 3
    assert command("gate", tmp_path)[0] == 2


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    write_key(tmp_path / "k.pem")
    before = (tmp_path / "k.pem").read_bytes()
    with pytest.raises(FileExistsError):
        write_key(tmp_path / "k.pem")
    assert (tmp_path / "k.pem").read_bytes() == before
