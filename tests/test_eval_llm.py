"""A language model as user and as judge: it never gates, its words stay with the run, personal values never leave."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from eval.commands import main
from eval.endpoint import Endpoint, json_in, open_endpoint
from eval.errors import BadRun, EvalError, ServerProblem
from eval.gate import judge as gate_of
from eval.judge import Judgement, calibration, kappa, preferred
from eval.masking import Mask
from eval.planning import Choice, How, plan_run
from eval.reading import Reading, load_samples
from eval.runner import Effort, load_results, resume_run, score_run, start_run
from eval.store import open_run
from eval.summary import summarise
from eval.telling import told_summary
from eval.workers import Where

from .chat_server import ChatServer, chatting
from .conftest import Site
from .test_eval_report import a_folder

PHONE, RESIDENT_ID = "13912345678", "42010219900307891X"
SAMPLES = f"""
- schema: sample/v1
  id: L.n1
  family: L
  vertical: government
  kind: normal
  title: 居住证多少天
  why: 人要白跑
  must_pass: true
  actor: {{role: citizen, identity: citizen-1}}
  user:
    mode: llm
    goal: 问清楚居住证多少天能办好
    knows: {{phone: ["{PHONE}"], name: [欧阳示例], resident_id: ["{RESIDENT_ID}"]}}
    patience: 4
  expect: {{outcome: {{is: answered}}, reply: {{say: ["15"]}}}}
- schema: sample/v1
  id: L.n2
  family: L
  vertical: government
  kind: normal
  title: 照着念的用户
  why: 人要白跑
  actor: {{role: citizen, identity: citizen-1}}
  user: {{mode: script, turns: [居住证多少天能办好]}}
  expect: {{outcome: {{is: answered}}}}
"""


@pytest.fixture(name="reading")
def give_reading(tmp_path: Path) -> Reading:
    path = tmp_path / "samples.yaml"
    path.write_text(SAMPLES, encoding="utf-8")
    return load_samples([path])


def asks_then_ends(messages: list[dict[str, str]]) -> str:
    """Says its question with the tag of its telephone number, then ends; wrapped in chatter as models do."""
    if sum(each["role"] == "user" for each in messages) > 1:
        return '{"do": "end"}'
    tag = re.search(r"⟦手机号\d+⟧", messages[0]["content"])
    assert tag is not None
    return f'好的，我来说：\n{{"do": "say", "say": "居住证多少天能拿到？我电话 {tag.group()}"}}'


def begin(reading: Reading, site: Site, folder: Path, helper: Endpoint | None) -> None:
    how = How(model="remote", remote=True, user_model=helper.name if helper else "")
    start_run(reading, Choice(), how, Where(url=site.url, helper=helper), folder, Effort(0, "plain"))


def test_a_model_plays_the_user_and_its_talk_is_reported_but_never_counted(
    reading: Reading, site: Site, tmp_path: Path
) -> None:
    server, folder = ChatServer(asks_then_ends, key="secret-key"), tmp_path / "run"
    with chatting(server) as url:
        begin(reading, site, folder, Endpoint(url, "user-model", "secret-key"))
    results = load_results(folder)
    assert [each.name for each in results.real] == ["L.n2"]
    played = results.llm[0]
    assert played.trajectory.status == "ok"
    assert PHONE in played.trajectory.turns[0].user.text
    assert played.trajectory.versions["user"] == "user-model"
    assert not any(each.gating for each in played.scores.values())
    assert "task" not in played.scores
    summary = summarise(results)
    assert summary.task is not None
    assert summary.task.n == 1
    assert summary.llm_user is not None
    assert (summary.llm_user.n, summary.llm_user.user) == (1, "user-model")
    assert "user-model" in told_summary(summary)
    assert gate_of(results).passed, "a sample that must pass does not gate when a model plays its user"


def test_no_personal_value_and_no_name_of_a_demo_person_is_sent(reading: Reading, site: Site, tmp_path: Path) -> None:
    server = ChatServer(asks_then_ends)
    with chatting(server) as url:
        begin(reading, site, tmp_path / "run", Endpoint(url, "user-model"))
    assert server.requests
    for value in (PHONE, RESIDENT_ID, "欧阳示例", "测试市民"):
        assert value not in server.sent
    assert server.requests[0]["temperature"] == 0


def test_scoring_a_talk_again_asks_no_model_and_the_key_is_not_kept(
    reading: Reading, site: Site, tmp_path: Path
) -> None:
    server, folder = ChatServer(asks_then_ends, key="secret-key"), tmp_path / "run"
    with chatting(server) as url:
        begin(reading, site, folder, Endpoint(url, "user-model", "secret-key"))
    asked, before = len(server.requests), open_run(folder).scores()
    (folder / "scores.jsonl").write_text("", encoding="utf-8")
    score_run(folder)
    assert open_run(folder).scores() == before
    assert len(server.requests) == asked
    assert not [path for path in folder.iterdir() if b"secret-key" in path.read_bytes()]
    with pytest.raises(BadRun, match="--helper-name user-model"):
        resume_run(folder, Effort(0, "plain"))


def test_without_an_endpoint_such_a_sample_is_left_out_with_its_reason(
    reading: Reading, site: Site, tmp_path: Path
) -> None:
    begin(reading, site, tmp_path / "run", None)
    summary = summarise(load_results(tmp_path / "run"))
    assert summary.left_out == {"L.n1": "用户要由大模型扮演，没有给出大模型接口"}
    assert "大模型扮演" in told_summary(summary)
    keys = {order.key for order in plan_run(reading, Choice(), How(user_model="one")).orders}
    other = {order.key for order in plan_run(reading, Choice(), How(user_model="two")).orders}
    assert len(keys & other) == 1, "only the talk with the model is another trial with another model"


@pytest.mark.parametrize(
    ("script", "status", "end"),
    [
        (lambda _messages: "我不会输出格式", "user_stuck", "user_stuck"),
        (lambda _messages: '{"do": "say", "say": "居住证多少天"}', "ok", "patience"),
    ],
)
def test_a_model_that_keeps_no_rule_leaves_the_user_stuck_and_one_that_never_ends_runs_out(
    script: Callable[[list[dict[str, str]]], str], status: str, end: str, reading: Reading, site: Site, tmp_path: Path
) -> None:
    with chatting(ChatServer(script)) as url:
        begin(reading, site, tmp_path / "run", Endpoint(url, "user-model"))
    found = load_results(tmp_path / "run").llm[0].trajectory
    assert (found.status, found.user_end) == (status, end)


def test_an_endpoint_waits_when_told_to_and_says_what_is_wrong() -> None:
    with chatting(ChatServer(lambda _messages: "好", key="k", busy=2)) as url:
        message = [{"role": "user", "content": "在吗"}]
        assert Endpoint(url, "m", "k").ask(message) == "好"
        with pytest.raises(ServerProblem, match="401"):
            Endpoint(url, "m", "wrong").ask(message)
        with pytest.raises(ServerProblem, match="404"):
            Endpoint(f"{url}/v2", "m", "k").ask(message)
    with pytest.raises(ServerProblem, match="连不上"):
        Endpoint("http://127.0.0.1:9/v1", "m").ask([])
    for url, name, words in (("http://x/v1", "", "--helper-name"), ("x", "m", "不是网址")):
        with pytest.raises(EvalError, match=words):
            open_endpoint(url, name, "")
    assert open_endpoint("", "", "") is None


def test_the_first_object_in_a_models_words_is_taken() -> None:
    assert json_in('```json\n{"do": "say", "say": "{好}"}\n```') == {"do": "say", "say": "{好}"}
    assert json_in("没有 { 对象") is None


def test_a_mask_hides_each_value_behind_one_tag_and_puts_it_back() -> None:
    mask = Mask()
    mask.know("姓名", ["欧阳示例"])
    text = f"欧阳示例，电话 {PHONE}，139 1234 5678，身份证{RESIDENT_ID}，我叫张三丰，我是李四，"
    text += "邮箱 a.b@c.cn，幺三九一二三四五六七八"
    hidden = mask.hide(text)
    for value in ("欧阳示例", PHONE, "1234 5678", RESIDENT_ID, "张三丰", "李四", "a.b@c.cn", "幺三九"):
        assert value not in hidden
    assert mask.hide(text) == hidden
    assert mask.restore(hidden) == text
    assert mask.restore("⟦卡号9⟧") == "⟦卡号9⟧"
    plain = "我是街道的，申请居住证15个工作日，拨打12345，编号WH20261118900051，《条例》第十二条，收费30元。"
    assert mask.hide(plain) == plain


def verdict(messages: list[dict[str, str]]) -> str:
    good = "n0" in messages[-1]["content"] or "答复：好" in messages[-1]["content"]
    return json.dumps({"answers": "yes" if good else "unsure", "supported": "unsure", "why": "看过"})


def test_a_judges_words_stay_with_the_run_and_are_only_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_folder(tmp_path / "run", "yny")
    before = [each.passed for each in load_results(folder).all]
    server = ChatServer(verdict, key="k")
    (tmp_path / "key").write_text("k\n", encoding="utf-8")
    with chatting(server) as url:
        words = [
            "judge",
            str(folder),
            "--helper-url",
            url,
            "--helper-name",
            "judge-model",
            "--helper-key",
            str(tmp_path / "key"),
        ]
        assert main(words) == 0
        assert "只作参考" in capsys.readouterr().out
        assert main(words) == 0
    assert len(server.requests) == 3, "what this model has judged is not asked again"
    results = load_results(folder)
    assert [each.passed for each in results.all] == before
    assert all(each.scores["judge.supported"].passed is None for each in results.all)
    assert not any(each.scores["judge.answers"].gating for each in results.all)
    assert main(["judge", str(folder)]) == 2
    assert "--helper-url" in capsys.readouterr().err


def test_two_replies_are_judged_in_both_orders_and_a_judge_that_is_swayed_decides_nothing(tmp_path: Path) -> None:
    a, b = (load_results(a_folder(tmp_path / name, marks)) for name, marks in (("a", "yyn"), ("b", "yny")))
    texts = {each.name: each.trajectory.last_reply["text"] for each in b.all}
    good = texts["F.n2"]

    def steady(messages: list[dict[str, str]]) -> str:
        first = messages[-1]["content"].split("乙：")[0]
        return json.dumps({"better": "甲" if good in first else "乙"}, ensure_ascii=False)

    with chatting(ChatServer(steady)) as url:
        found = list(preferred(a, b, Endpoint(url, "judge-model")))
    assert {each.name: each.better for each in found} == {"F.n1": "a", "F.n2": "b"}
    with chatting(ChatServer(lambda _messages: '{"better": "甲"}')) as url:
        assert {each.better for each in preferred(a, b, Endpoint(url, "judge-model"))} == {"tie"}


def test_a_judge_is_held_against_people() -> None:
    both = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10 + [(False, False)] * 15
    assert kappa(both) == pytest.approx(0.4)
    said = {str(n): Judgement(str(n), "j", 1, "yes" if one else "no", "unsure", "") for n, (one, _) in enumerate(both)}
    labels = [{"key": str(n), "answers": "yes" if two else "no"} for n, (_, two) in enumerate(both)]
    found = calibration(said, labels)
    assert found.kappa.point == pytest.approx(0.4)
    assert found.kappa.low < 0.4 < found.kappa.high
    assert not found.suffices
    with pytest.raises(EvalError, match="yes 或 no"):
        calibration(said, [{"key": "0", "answers": "maybe"}])
    with pytest.raises(EvalError, match="没有一条标注"):
        calibration(said, [{"key": "none", "answers": "yes"}])
