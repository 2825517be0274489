"""Runs against a real deployment: a folder that survives being killed, one writer, scores made again; lint; oracle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from eval.building import build_sample
from eval.commands import main
from eval.errors import BadRun, EvalError
from eval.lint import Product, likeness, lint, shingles
from eval.models.nulls import NULLS
from eval.models.oracle import NO_VALUE, _Moment, concrete, required_calls
from eval.planning import Choice, How, chosen, plan_run
from eval.reading import Reading, load_samples
from eval.results import trajectory_hash
from eval.runner import Effort, load_results, resume_run, score_run, start_run
from eval.sample import NULL_AGENTS
from eval.store import open_run
from eval.target import why_not_remote
from eval.telling import told_summary
from eval.tracing import Seen
from eval.workers import Where

from .conftest import Site

SAMPLES = """
- schema: sample/v1
  id: R.n1
  family: R
  vertical: government
  kind: normal
  title: 居住证多少天
  why: 人要白跑
  tags: [quick]
  actor: {role: citizen, identity: citizen-1}
  user: {mode: script, turns: [申请居住证要多少天才能拿到]}
  expect: {outcome: {is: answered}, reply: {say: ["15"], max_chars: 2000}, access: {allowed: [{op: GET /me}],
    denied: [{op: GET /audit}]}}
  variants: [{id: v1, turns: [居住证几天能办好]}]
- schema: sample/v1
  id: R.n2
  family: R
  vertical: government
  kind: trap
  title: 匿名的人
  why: 人要白跑
  user: {mode: reactive, opening: 居住证的签注是什么}
  expect: {outcome: {is: [answered, refused, clarify]}}
- schema: sample/v1
  id: R.n3
  family: R
  vertical: operations
  kind: normal
  title: 要设定环境
  why: 人要白跑
  world: {fixtures: [empty]}
  user: {mode: reactive, opening: 井盖破了}
  expect: {state: {changes: []}}
"""


@pytest.fixture(name="reading")
def give_reading(tmp_path: Path) -> Reading:
    path = tmp_path / "samples.yaml"
    path.write_text(SAMPLES, encoding="utf-8")
    return load_samples([path])


def begin(reading: Reading, site: Site, folder: Path, jobs: int = 0, **choice: Any) -> Any:
    how = How(model="remote", remote=True)
    return start_run(reading, Choice(**choice), how, Where(url=site.url), folder, Effort(jobs, "json"))


def test_a_deployment_that_cannot_be_set_runs_what_needs_no_setting_and_says_what_was_left_out(
    reading: Reading, site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ended = begin(reading, site, tmp_path / "run", jobs=2)
    assert ended.summary.left_out == {"R.n3": "要装入数据集"}
    assert "R.n3" in told_summary(ended.summary)
    assert ended.complete
    results = load_results(tmp_path / "run")
    assert sorted((each.name, each.passed) for each in results.all) == [
        ("R.n1", True),
        ("R.n1@v1", True),
        ("R.n2", True),
    ]
    first = next(each for each in results.all if each.name == "R.n1")
    probes = [(each.op, each.allowed) for each in first.trajectory.probes]
    assert probes == [("GET /audit", False), ("GET /me", True)]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert lines[-1]["done"] == lines[-1]["total"] == 3


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"world": {"fixtures": ["empty"]}}, "要装入数据集"),
        ({"world": {"patch": {"cases": {"delete": [{"number": "WH1"}]}}}}, "要改平台数据"),
        ({"world": {"faults": [{"tool": "geocode", "kind": "slow"}]}}, "要制造故障"),
        ({"world": {"kb": {"remove": ["某文件"]}}}, "要增删知识库文件"),
        ({"expect": {"state": {"changes": [{"table": "case", "op": "insert"}]}}}, "要核对平台改动，而那里读不到"),
        ({"actor": {"role": "citizen", "identity": "citizen-1", "claims": {"verified": False}}}, "声明与演示身份不同"),
        ({"expect": {"access": {"denied": [{"op": "case.close"}]}}}, "直接探测工具权限"),
    ],
)
def test_each_reason_why_a_deployment_cannot_run_a_sample_is_named(
    reading: Reading, change: dict[str, Any], reason: str
) -> None:
    sample = build_sample({**reading.plain["R.n2"], **change}, "x.yaml", 1)
    assert len(why_not_remote(sample)) == 1
    assert reason in why_not_remote(sample)[0]
    assert why_not_remote(build_sample(reading.plain["R.n2"], "x.yaml", 1)) == ()


def test_what_cannot_be_seen_from_outside_is_told_beside_the_score(
    reading: Reading, site: Site, tmp_path: Path
) -> None:
    plain = {key: {**each} for key, each in reading.plain.items()}
    plain["R.n2"]["expect"] = {**plain["R.n2"]["expect"], "state": {"changes": []}, "secrets": {"values": ["x1"]}}
    samples = tuple(build_sample(each, "x.yaml", 1) for each in plain.values())
    ended = begin(replace(reading, plain=plain, samples=samples), site, tmp_path / "run", expression="R.n2")
    assert ended.summary.unchecked == {"R.n2": "平台应当没有改动；日志里没有私密内容"}
    assert "看不到的 1 个版本" in told_summary(ended.summary)


def test_a_run_that_was_killed_goes_on_where_it_stopped(reading: Reading, site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    begin(reading, site, folder)
    before = [trajectory_hash(each) for each in open_run(folder).trajectories()]
    events = folder / "events.jsonl"
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(lines[0] + lines[1][: len(lines[1]) // 2])
    assert len(open_run(folder).done()) == 1
    ended = resume_run(folder, Effort(0, "plain"))
    assert ended.complete
    assert events.read_bytes().splitlines(keepends=True)[0] == lines[0]
    assert [trajectory_hash(each) for each in open_run(folder).trajectories()] == before


def test_a_run_killed_with_all_its_force_is_finished_by_another(reading: Reading, site: Site, tmp_path: Path) -> None:
    folder, file = tmp_path / "run", tmp_path / "samples.yaml"
    words = [sys.executable, "-m", "eval", "run", str(file), "-k", "R.n2", "--trials", "20", "-j", "1"]
    root = Path(__file__).resolve().parent.parent
    with subprocess.Popen([*words, "--url", site.url, "-o", str(folder), "--progress", "json"], cwd=root) as running:
        while not (folder / "events.jsonl").exists():
            assert running.poll() is None
            time.sleep(0.02)
        running.kill()
    before = (folder / "events.jsonl").read_bytes()
    ended = resume_run(folder, Effort(0, "json"))
    keys = [json.loads(line)["key"] for line in (folder / "events.jsonl").read_bytes().splitlines()]
    assert ended.complete
    assert (len(keys), len(set(keys))) == (20, 20)
    whole = before[: before.rfind(b"\n") + 1]
    assert (folder / "events.jsonl").read_bytes().startswith(whole)


def test_failed_trials_are_run_again_only_when_asked(reading: Reading, site: Site, tmp_path: Path) -> None:
    plain = {key: {**each} for key, each in reading.plain.items()}
    plain["R.n2"]["expect"] = {"outcome": {"is": "emergency"}}
    begin(replace(reading, plain=plain), site, tmp_path / "run", expression="R.n2")
    assert [each.passed for each in load_results(tmp_path / "run").all] == [False]
    for retry, attempts in (("", 1), ("errored", 1), ("failed", 2)):
        resume_run(tmp_path / "run", Effort(0, "plain"), retry)
        assert len((tmp_path / "run" / "events.jsonl").read_text(encoding="utf-8").splitlines()) == attempts
    with pytest.raises(EvalError, match="--retry"):
        resume_run(tmp_path / "run", Effort(), "everything")


def test_one_process_writes_and_a_run_is_not_overwritten(reading: Reading, site: Site, tmp_path: Path) -> None:
    begin(reading, site, tmp_path / "run", expression="R.n2")
    with open_run(tmp_path / "run"), pytest.raises(BadRun, match="另一个进程正在写"):
        resume_run(tmp_path / "run", Effort(0))
    with pytest.raises(BadRun, match="--resume"):
        begin(reading, site, tmp_path / "run", expression="R.n2")
    with pytest.raises(BadRun, match="不是运行目录"):
        open_run(tmp_path)


def test_scores_are_made_again_without_running(reading: Reading, site: Site, tmp_path: Path) -> None:
    begin(reading, site, tmp_path / "run", variants="none")
    scores = tmp_path / "run" / "scores.jsonl"
    first = open_run(tmp_path / "run").scores()
    scores.write_text("", encoding="utf-8")
    summary = score_run(tmp_path / "run")
    assert open_run(tmp_path / "run").scores() == first
    assert summary.task is not None
    assert summary.task.point == 1.0


def test_a_server_that_is_not_there_makes_trials_errored_not_failed(reading: Reading, tmp_path: Path) -> None:
    where = Where(url="http://127.0.0.1:9")
    how = How(model="remote", remote=True)
    ended = start_run(reading, Choice(expression="R.n2"), how, where, tmp_path / "run", Effort(0, "plain"))
    assert (ended.summary.errored, ended.complete) == (1, True)
    assert "ConnectError" in load_results(tmp_path / "run").all[0].trajectory.error


@pytest.mark.parametrize(
    ("choice", "names"),
    [
        ({"expression": "居住证 or 匿名"}, ["R.n1", "R.n2"]),
        ({"expression": "R.* and not 环境"}, ["R.n1", "R.n2"]),
        ({"tags": ("quick",)}, ["R.n1"]),
        ({"kinds": ("trap",), "verticals": ("government",)}, ["R.n2"]),
        ({"limit": 1}, ["R.n1"]),
    ],
)
def test_samples_are_chosen_by_words_tags_and_kinds(reading: Reading, choice: Any, names: list[str]) -> None:
    assert [each.id for each in chosen(reading, Choice(**choice)).samples] == names


def test_a_key_names_all_that_a_trial_depends_on(reading: Reading) -> None:
    def keys(**how: Any) -> set[str]:
        return {order.key for order in plan_run(reading, Choice(), How(**how)).orders}

    first = keys()
    assert len(first) == 4
    assert keys() == first
    for change in ({"model": "endpoint"}, {"knowledge": "other"}, {"seed": 1}):
        assert not keys(**change) & first
    assert len(keys(trials=2)) == 8
    with pytest.raises(EvalError, match="没有符合条件的样本"):
        plan_run(reading, Choice(expression="没有"), How())


def complaints(reading: Reading, product: Product | None = None) -> str:
    return "\n".join(map(str, lint(reading, product)))


def test_lint_finds_what_makes_a_sample_worthless(reading: Reading, tmp_path: Path) -> None:
    text = SAMPLES.replace(
        "expect: {outcome: {is: answered}, reply", "expect: {retrieval: {gold: [{doc: 没有的文件}]}, reply"
    )
    text = text.replace("turns: [居住证几天能办好]", "turns: [申请居住证要多少天才能拿到]")
    text = text.replace("{is: [answered, refused, clarify]}", "{is: refused}").replace("[empty]", "[nowhere]")
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    told = complaints(load_samples([path]), Product({}, ("井盖破了",)))
    for words in (
        "知识库里没有《没有的文件》",
        "变体 v1 和原样本一样",
        "没有写 twin",
        "没有名为 nowhere 的数据集",
        "例句“井盖破了”",
    ):
        assert words in told, words
    assert "没有名为 nowhere" not in complaints(reading)


def test_lint_knows_expired_documents_tools_and_their_arguments(tmp_path: Path) -> None:
    calls = "calls: {required: [{tool: case.gett}, {tool: case.get, args: {no: x}}]}"
    gold = f"retrieval: {{gold: [{{doc: 环境噪声污染防治法（已废止）}}]}}, {calls}"
    path = tmp_path / "wrong.yaml"
    text = SAMPLES.replace("state: {changes: []}", gold).replace(
        "world: {", "world: {clock: 2026-09-01T08:40:00+08:00, "
    )
    path.write_text(text, encoding="utf-8")
    schema = {"properties": {"number": {}}, "additionalProperties": False}
    told = complaints(load_samples([path]), Product({"case.get": schema}))
    assert "《环境噪声污染防治法（已废止）》在 2026-09-01 不是现行有效的" in told
    assert "没有名为 case.gett 的工具" in told
    assert "case.get 没有参数 no" in told


def test_near_duplicates_are_seen_through_punctuation() -> None:
    one, other = shingles("居住证，多少天能办好？"), shingles("居住证多少天能办好")
    assert likeness(one, other) == 1.0
    assert likeness(one, shingles("医保断缴了怎么办")) < 0.1


def test_there_is_a_model_for_every_null_agent() -> None:
    assert set(NULLS) == set(NULL_AGENTS)
    for name, maker in NULLS.items():
        answer = maker(None).invoke([HumanMessage("居住证怎么办")])
        assert isinstance(answer, AIMessage), name
        assert bool(answer.tool_calls) == (name in ("refuse_all", "ask_forever"))


@pytest.mark.parametrize(
    ("matcher", "value"),
    [
        ({"any": [{"near": 3, "tol": 1}, 5]}, 3),
        ({"norm": "address", "any": ["甲路"]}, "甲路"),
        ({"a": {"opt": 1}}, {"a": 1}),
        ({"re": "x+"}, NO_VALUE),
        ("字", "字"),
    ],
)
def test_the_oracle_makes_values_that_matchers_accept(matcher: Any, value: Any) -> None:
    assert concrete(matcher) == value


def test_the_oracle_says_what_the_user_would_where_the_sample_takes_it() -> None:
    calls = {"required": [{"tool": "data.request.submit", "args": {"purpose": {"contains": "内涝"}}}]}
    plain = {
        "schema": "sample/v1", "id": "X.n1", "family": "X", "vertical": "development", "kind": "normal",
        "title": "x", "why": "x", "expect": {"calls": calls},
        "user": {"mode": "reactive", "opening": "申请数据", "knows": {"purpose": ["研究内涝模型"]}},
    }  # fmt: skip
    moment = _Moment(build_sample(plain, "x.yaml", 1), [HumanMessage("申请数据")], [])
    assert moment._value("purpose", {"contains": "内涝"}) == "研究内涝模型"
    assert moment._value("purpose", {"contains": "交通"}) == "交通"
    assert moment._value("purpose", {"ref": "made"}) is NO_VALUE


def test_the_oracle_knows_which_write_brings_a_change_about(reading: Reading) -> None:
    found = {
        call.tool
        for sample in load_samples().samples
        for call in required_calls(sample)
        if sample.expect.state and sample.expect.state.changes
    }
    assert {"case.create", "case.supervise", "apply.submit", "offsite.file"} <= found


def test_a_trace_is_read_into_calls_and_lookups() -> None:
    def message(kind: str, **details: Any) -> dict[str, Any]:
        return {"kind": "message", "details": {"type": kind, **details}}

    def called(name: str, call_id: str, **args: Any) -> dict[str, Any]:
        return message("ai", tool_calls=[{"name": name, "args": args, "id": call_id}])

    def answered(number: str, **content: Any) -> dict[str, Any]:
        return message("tool", tool_call_id=number, content=json.dumps(content))

    passage = {"title": "指南", "heading": "指南 > 时限", "text": "15日", "status": "in_force", "score": 0.9}
    steps = [
        called("kb.search", "lookup-0", query="多久"),
        answered("lookup-0", passages=[passage], expired=[]),
        called("case.get", "c1", number="WH1"),
        answered("c1", error="没有权限", kind="not_allowed"),
        called("case.create", "c2", address="x"),
        answered("c2", status="awaiting_confirmation", action="a1"),
        called("refuse", "c3", reason="privacy"),
        answered("c3", status="done"),
    ]
    reply = {
        "actions": [{"id": "a1", "tool": "case.create", "arguments": {"address": "某路"}}],
        "citations": [
            {"kind": "passage", "title": "指南", "heading_path": ["指南", "时限"], "passage_id": "d-1", "tool": None}
        ],
    }
    seen = Seen({"case.create": "write"})
    seen.read(1, reply, steps)
    assert [(call.tool, call.status, dict(call.arguments)) for call in seen.calls] == [
        ("case.get", "denied", {"number": "WH1"}),
        ("case.create", "proposed", {"address": "某路"}),
    ]
    assert (seen.lookups[0].query, seen.lookups[0].hits[0].passage_id) == ("多久", "d-1")
    receipt = {"receipts": [{"action_id": "a1"}], "citations": [], "outcome": {"is": "done", "reason": None}}
    seen.decided(2, "a1", receipt)
    assert (seen.calls[-1].status, seen.calls[-1].turn) == ("executed", 2)


def test_commands_say_what_is_wrong_and_leave_with_their_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "samples.yaml"
    path.write_text(SAMPLES.replace("kind: trap", "kind: trapp"), encoding="utf-8")
    assert main(["lint", "--quick", str(path)]) == 2
    assert "是不是想写 trap？" in capsys.readouterr().out
    assert main(["list", str(tmp_path / "nowhere")]) == 2
    assert "请检查路径" in capsys.readouterr().err
    assert main(["score", str(tmp_path)]) == 2
    path.write_text(SAMPLES, encoding="utf-8")
    assert main(["list", str(path), "-k", "居住证"]) == 0
    assert "R.n1" in capsys.readouterr().out
