"""The switches of an evaluation on a real server: they set everything, take it back, and exist nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from agents import DocumentFacts
from agents.world import BUNDLED
from eval.building import build_sample
from eval.serving import AUDIENCE, ISSUER, OwnServer, Tokens
from eval.talk import Task, run_trial
from eval.target import OwnTarget

from .conftest import Site, serving, settings_in

NOISE = BUNDLED / "government" / "noise.md"
ASK = "夜里工地施工太吵，几点以后算扰民"
CASE = {"number": "WH20260830000001", "category_code": "C0103", "address": "江汉区解放大道与新华路路口"}


@pytest.fixture(name="target", scope="module")
def give_target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnTarget]:
    """A server that can be set to worlds, with two bundled documents."""
    folder, tokens = tmp_path_factory.mktemp("world"), Tokens()
    keys, log = folder / "jwks.json", folder / "server.log"
    keys.write_text(tokens.jwks(), encoding="ascii")
    log.touch()
    eval_settings = {"eval": True, "issuer": ISSUER, "audience": AUDIENCE, "jwks": str(keys)}
    with serving(
        folder / "data", **eval_settings, bundled_knowledge=False, rate_person_per_minute=0, platform_timeout_s=1
    ) as site:
        for name in ("noise.md", "residence-permit.md"):
            data = (BUNDLED / "government" / name).read_bytes()
            site.house.library.add(data, f"bundled/government/{name}", "government", facts=DocumentFacts())
        target = OwnTarget(OwnServer(site.url, tokens, folder, None, log), "offline")  # type: ignore[arg-type]
        yield target
        target.close()


def sample(**changes: Any) -> Any:
    plain = {
        "schema": "sample/v1", "id": "T.n1", "family": "T", "vertical": "operations", "kind": "normal", "title": "t",
        "why": "w", "actor": {"role": "citizen", "identity": "citizen-1"},
        "user": {"mode": "script", "turns": [ASK]}, "expect": {"outcome": {"is": "answered"}}, **changes,
    }  # fmt: skip
    plain["world"] = {"clock": "2026-09-01T08:40:00+08:00", "fixtures": ["empty"], **changes.get("world", {})}
    return build_sample(plain, "t.yaml", 1)


def run(target: OwnTarget, **changes: Any) -> Any:
    found = run_trial(Task("key", sample(**changes)), target)
    assert found.status != "errored", found.error
    return found


def test_a_talk_is_kept_with_its_calls_passages_and_what_changed_on_the_platform(target: OwnTarget) -> None:
    words = "解放大道和新华路路口的雨水井盖破了，我要上报"
    found = run(target, user={"mode": "reactive", "opening": words})
    assert [turn.user.kind for turn in found.turns] == ["text", "confirm"]
    assert [(call.tool, call.status, call.effect) for call in found.calls] == [
        ("case.create", "proposed", "write"),
        ("case.create", "executed", "write"),
    ]
    assert found.retrievals[0].query
    (change,) = found.changes
    assert (change.table, change.op, change.action, change.actor) == ("case", "insert", "created", "citizen-1")
    assert change.values["category_code"] == "C0103"
    assert change.values["reported_at"] == "2026-09-01T08:40:00+08:00"
    assert change.before == {}


def test_each_world_starts_afresh_with_the_rows_it_asks_for(target: OwnTarget) -> None:
    patch = {"cases": {"upsert": [{**CASE, "reporter": "citizen-1", "status": "processing"}]}}
    asked = {"mode": "script", "turns": [f"{CASE['number']} 处理得怎么样了"]}
    first = run(target, world={"patch": patch}, user=asked)
    assert [call.status for call in first.calls] == ["ok"]
    assert first.calls[0].result["status"] == "processing"
    second = run(target, user=asked)
    assert [call.status for call in second.calls] == ["error"]
    assert (first.changes, second.changes) == ((), ())


def test_a_change_tells_the_row_as_it_was(target: OwnTarget) -> None:
    patch = {"cases": {"upsert": [{**CASE, "reporter": "citizen-1", "status": "processing"}]}}
    asked = {"mode": "reactive", "opening": f"催一下 {CASE['number']}"}
    (change,) = run(target, world={"patch": patch}, user=asked).changes
    assert (change.op, change.action, change.values["urge_count"]) == ("update", "urged", 1)
    assert (change.before["urge_count"], change.before["number"]) == (0, CASE["number"])


@pytest.mark.parametrize("kind", ["http_5xx", "http_200_error_body", "malformed", "timeout"])
def test_a_fault_of_the_platform_is_met_and_gone_in_the_next_world(target: OwnTarget, kind: str) -> None:
    asked = {"mode": "script", "turns": ["青年路在哪个网格"]}
    faults = [{"tool": "geocode", "kind": kind, "seconds": 1.5}]
    broken = run(target, user=asked, world={"faults": [*faults, {"tool": "GET /api/v1/*", "kind": kind}]})
    assert broken.last_reply["outcome"] == {"is": "refused", "reason": "unavailable"}
    assert run(target, user=asked).last_reply["outcome"]["reason"] != "unavailable"


def test_a_fault_hits_the_call_it_names(target: OwnTarget) -> None:
    words = "解放大道和新华路路口的雨水井盖破了，我要上报"
    faults = [{"tool": "case.create", "kind": "duplicate_ack", "when": {"nth": 1}}]
    found = run(target, user={"mode": "reactive", "opening": words}, world={"faults": faults})
    assert found.last_reply["outcome"]["is"] == "done"
    assert len(found.changes) == 1


def test_documents_come_and_go_with_their_world(target: OwnTarget) -> None:
    def titles(**kb: Any) -> list[str]:
        found = run(target, world={"kb": kb})
        return [hit.document for hit in found.retrievals[0].hits]

    before = titles()
    assert before[0] == "噪声扰民怎么处理（噪声污染防治法）"
    assert before[0] not in titles(remove=[before[0]])
    added = {
        "id": "new",
        "base": "government",
        "title": "夜间施工扰民新规",
        "text": "夜里工地施工扰民，几点以后算扰民。",
    }
    assert "夜间施工扰民新规" in titles(add=[added])
    assert titles() == before


def test_operations_are_probed_with_the_actors_own_rights(target: OwnTarget) -> None:
    patch = {"cases": {"upsert": [{**CASE, "reporter": "citizen-2"}]}}
    access = {
        "denied": [
            {"op": "case.get", "args": {"number": CASE["number"]}},
            {"op": "case.close", "args": {"number": CASE["number"]}},
            {"op": "GET /audit"},
        ],
        "allowed": [{"op": "case.search", "args": {"mine": True}}, {"op": "GET /me"}],
    }
    found = run(target, world={"patch": patch}, expect={"access": access})
    assert [(probe.op, probe.allowed) for probe in found.probes] == [
        ("case.get", False), ("case.close", False), ("GET /audit", False), ("case.search", True), ("GET /me", True),
    ]  # fmt: skip


def test_a_world_that_cannot_be_is_refused_with_what_is_there(target: OwnTarget) -> None:
    found = run_trial(Task("key", sample(world={"patch": {"cases": {"upsert": [{"nummer": 1}]}}})), target)
    assert found.status == "errored"
    assert "nummer" in found.error
    assert "category_code" in found.error


def test_only_operators_may_set_a_world(target: OwnTarget) -> None:
    citizen = target.person(sample().actor)
    for method, path in (("PUT", "/eval/world"), ("GET", "/eval/world"), ("GET", "/eval/changes")):
        answer = citizen.request(method, path, json={} if method == "PUT" else None)
        assert answer.status_code == 403, path


def test_without_the_setting_there_are_no_switches(site: Site) -> None:
    with httpx.Client(base_url=site.url, trust_env=False) as http:
        token = http.post("/api/v1/demo/login", json={"identity": "operator-1"}).json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        for method, path in (("PUT", "/eval/world"), ("GET", "/eval/changes"), ("POST", "/eval/probes")):
            assert http.request(method, path, json={}).status_code in (404, 405), path
        assert http.get("/sandbox/sandbox/state").status_code == 404


def test_the_setting_is_refused_beyond_loopback(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="仅监听本机"):
        settings_in(tmp_path, eval=True, host="0.0.0.0", issuer=ISSUER, jwks="x")
