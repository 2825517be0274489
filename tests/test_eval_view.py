"""The viewer over run folders: lists, one trial, the first difference, a draft sample, and only on this machine."""

from __future__ import annotations

import base64
import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from eval.errors import EvalError
from eval.expectations import Expect, Slots
from eval.reading import read_samples
from eval.trajectory import Call, Turn, UserMove
from eval.view import view_app, view_page
from eval.view.divergence import first_divergence
from eval.view.drafts import draft_sample
from eval.view.slots import slot_rows

from .test_eval_judgement import a_result
from .test_eval_report import a_folder
from .trials import a_change, a_reply, a_sample, a_trial, a_turn, a_write


@pytest.fixture
def pages(tmp_path: Path) -> TestClient:
    folders = [a_folder(tmp_path / "old", "yyn"), a_folder(tmp_path / "new", "yny")]
    return TestClient(view_app(folders), base_url="http://127.0.0.1:8000")


def test_the_page_and_its_files_come_with_a_strict_policy(pages: TestClient) -> None:
    for path in ("/", "/view.css", "/view.js"):
        answer = pages.get(path)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "http" not in pages.get("/").text.replace("http-equiv", "")
    assert "innerHTML" not in pages.get("/view.js").text


@pytest.mark.parametrize(
    "path",
    ["/view.html", "/../store.py", "/api/runs/2/trials", "/api/runs/0/trials/no", "/api/runs/0/trials/no/sample"],
)
def test_what_is_not_there_is_not_served(pages: TestClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_another_name_for_this_machine_is_refused(pages: TestClient) -> None:
    assert pages.get("/api/runs", headers={"host": "evil.example:8000"}).status_code == 421


def test_trials_are_listed_with_verdict_cause_and_change(pages: TestClient) -> None:
    assert [each["name"] for each in pages.get("/api/runs").json()] == ["old", "new"]
    rows = pages.get("/api/runs/1/trials").json()
    assert [(each["name"], each["passed"], each["changed"]) for each in rows] == [
        ("F.n0", True, False), ("F.n1", False, True), ("F.n2", True, True),
    ]  # fmt: skip
    assert rows[1]["cause_title"]
    assert "offset" not in rows[0]


def test_one_trial_is_read_with_its_first_difference(pages: TestClient) -> None:
    row = pages.get("/api/runs/1/trials").json()[1]
    found = pages.get(f"/api/runs/1/trials/{row['key']}", params={"against": row["other"]}).json()
    assert found["trajectory"]["sample_id"] == "F.n1"
    assert found["divergence"]["kind"] == "reply"
    assert found["divergence"]["turn"] == 1
    assert {"task", "reply"} <= {each["scorer"] for each in found["scores"]}
    same = pages.get("/api/runs/1/trials").json()[0]
    assert (
        pages.get(f"/api/runs/1/trials/{same['key']}", params={"against": same["other"]}).json()["divergence"] is None
    )


def test_talks_part_at_the_first_thing_that_differs() -> None:
    one = a_result("F.n0", True).trajectory
    call = Call(1, "case.get", {"case_no": "1"}, "read", "ok")
    found = first_divergence(replace(one, calls=(call,)), one)
    assert found is not None
    assert found.kind == "call"
    longer = replace(one, turns=(*one.turns, Turn(2, UserMove("text", "还有呢"), a_reply("没有了"))))
    found = first_divergence(one, longer)
    assert found is not None
    assert (found.turn, found.kind, found.a) == (2, "user", None)
    assert first_divergence(one, replace(one, cpu_s=9.0, key="x")) is None


def test_a_draft_made_from_a_talk_is_a_valid_sample(tmp_path: Path) -> None:
    moves = (
        Turn(1, UserMove("text", "解放大道井盖破了"), a_reply("请核对", "confirm")),
        Turn(2, UserMove("edit", arguments={"address": "新华路"}), a_reply("请核对", "confirm")),
        Turn(3, UserMove("confirm", action_id="a1"), a_reply("已上报", "done")),
    )
    changed = a_change(category_code="C0101", number="WH1", reported_at="2026", nothing=None)
    folder = a_folder(tmp_path / "run", "y", calls=(a_write(turn=3),), changes=(changed,))
    index = view_app([folder])
    pages = TestClient(index, base_url="http://localhost")
    key = pages.get("/api/runs/0/trials").json()[0]["key"]
    file = tmp_path / "draft.yaml"
    file.write_text(pages.get(f"/api/runs/0/trials/{key}/sample").text, encoding="utf-8")
    reading = read_samples([file])
    assert reading.findings == ()
    sample = reading.samples[0]
    assert sample.expect.calls is not None
    assert sample.expect.calls.required[0].tool == "case.create"
    assert sample.expect.state is not None
    assert dict(sample.expect.state.changes[0].set) == {"category_code": "C0101"}
    plain = {"family": "F", "vertical": "government", "kind": "normal", "title": "x"}
    file.write_text(draft_sample(plain, replace(a_result("F.n0", True).trajectory, turns=moves)), encoding="utf-8")
    again = read_samples([file])
    assert again.findings == ()
    assert [each.kind for each in again.samples[0].user.turns] == ["text", "edit", "confirm"]


def test_a_talk_has_a_row_for_each_slot_and_a_cell_for_each_turn() -> None:
    ask = [{"slot": "address", "question": "在哪里？"}]
    card = [{"id": "a1", "tool": "case.create", "arguments": {"address": "新华路", "category": "井盖"}}]
    turns = (
        a_turn("井盖破了", a_reply("在哪里？", "clarify", asks=ask)),
        a_turn("解放大道", a_reply("请核对", "confirm"), 2),
        a_turn("是新华路", a_reply("请核对", "confirm", actions=card), 3),
    )
    first = Call(2, "case.create", {"address": "解放大道"}, "write", "proposed")
    sample = a_sample(Expect(slots=Slots({"address": "新华路", "photo": {"absent": True}})))
    rows = {each.name: each for each in slot_rows(sample, a_trial(turns, calls=(first,)))}
    assert [(each.value, each.asked, each.changed) for each in rows["address"].cells] == [
        (None, True, False), ("解放大道", False, True), ("新华路", False, True),
    ]  # fmt: skip
    assert [each.value for each in rows["category"].cells] == [None, None, "井盖"]
    assert [each.value for each in rows["photo"].cells] == [None, None, None]
    assert rows["address"].expected == "新华路"


def test_a_run_is_packed_into_one_file_that_loads_nothing_and_hides_personal_numbers(tmp_path: Path) -> None:
    told = Call(1, "profile.get", {"words": "电话13912345678"}, "read", "ok")
    folder = a_folder(tmp_path / "run", "yn", calls=(told,), log_lines=("GET /secret-path",))
    page = view_page([folder])
    assert "default-src 'none'" in page
    assert 'src="view.js"' not in page
    assert 'href="view.css"' not in page
    data = unpacked(page)
    everything = "".join(data.values())
    assert "13912345678" not in everything
    assert "⟦手机号1⟧" in everything
    assert "secret-path" not in everything
    rows = json.loads(data["api/runs/0/trials"])
    assert [each["sample"] for each in rows] == ["F.n0", "F.n1"]
    assert json.loads(data[f"api/runs/0/trials/{rows[0]['key']}"])["trajectory"]["sample_id"] == "F.n0"
    one = unpacked(view_page([folder], "F.n1"))
    assert [each["sample"] for each in json.loads(one["api/runs/0/trials"])] == ["F.n1"]
    with pytest.raises(EvalError, match=r"没有 F\.n9"):
        view_page([folder], "F.n9")


def test_two_runs_are_packed_with_their_differences(tmp_path: Path) -> None:
    data = unpacked(view_page([a_folder(tmp_path / "old", "yy"), a_folder(tmp_path / "new", "yn")]))
    row = json.loads(data["api/runs/1/trials"])[1]
    assert json.loads(data[f"api/runs/1/trials/{row['key']}?against={row['other']}"])["divergence"]["kind"] == "reply"
    assert f"api/runs/0/trials/{row['other']}" in data


def unpacked(page: str) -> dict[str, str]:
    found = re.search(r'<script type="application/json" id="packed">(.*?)</script>', page)
    assert found is not None
    return {path: gzip.decompress(base64.b64decode(each)).decode() for path, each in json.loads(found[1]).items()}
