"""API keys: made by operators, shown once, hashed at rest, held to their roles, ended at once."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from agents import ApiKeys, KeyDraft
from agents.database import open_database
from agents.keys import OWNER

from .conftest import CITIZEN, OPERATOR, Site, Visit, opened, refused, run, say, serving

DRAFT = {"name": "指标导出", "roles": ["supervisor"]}


def made(api: httpx.Client, **changes: Any) -> dict[str, Any]:
    answer = api.post("/keys", json={**DRAFT, **changes})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def holding(site: Site, secret: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.Client(base_url=f"{site.url}/api/v1", timeout=30, trust_env=False, headers=headers)


def test_a_key_works_as_the_roles_it_was_given_until_it_is_revoked(site: Site, visit: Visit) -> None:
    operator = visit(site, "operator-1")
    body = made(operator, roles=["department"], department="江汉区市政维修所", districts=["420103"])
    with holding(site, body["secret"]) as machine:
        me = machine.get("/me").json()
        assert (me["id"], me["roles"], me["department"]) == (f"{OWNER}{body['id']}", ["department"], "江汉区市政维修所")
        assert (me["verified"], me["anonymous"]) == (False, False)
        assert say(machine, opened(machine), "你好").status_code == 200
        refused(machine.get("/audit"), 403)
        assert operator.delete(f"/keys/{body['id']}").status_code == 204
        assert operator.delete(f"/keys/{body['id']}").status_code == 204
        problem = refused(machine.get("/me"), 401)
        assert "吊销" in problem["detail"]
    events = [(row["event"], row["object"]) for row in operator.get("/audit").json()["rows"]]
    assert events.count(("key_created", body["id"])) == 1
    assert events.count(("key_revoked", body["id"])) == 1


def test_the_secret_is_shown_once_and_nowhere_at_rest(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path, bundled_knowledge=False) as site:
        operator = visit(site, "operator-1")
        body = made(operator)
        listed = operator.get("/keys").json()["keys"]
        assert [each["id"] for each in listed] == [body["id"]]
        assert body["secret"] not in operator.get("/keys").text + operator.get("/audit").text
    with sqlite3.connect(tmp_path / "records.db") as connection:
        dump = "\n".join(connection.iterdump())
    assert body["id"] in dump
    assert body["secret"] not in dump
    assert body["secret"].removeprefix("hz_") not in dump


def test_the_same_request_again_makes_no_second_key(site: Site, visit: Visit) -> None:
    operator = visit(site, "operator-1")
    headers = {"Idempotency-Key": "only-once"}
    first = operator.post("/keys", json={**DRAFT, "name": "只建一次"}, headers=headers)
    assert first.status_code == 201
    again = refused(operator.post("/keys", json={**DRAFT, "name": "只建一次"}, headers=headers), 409)
    assert first.json()["id"] in again["detail"]
    names = [each["name"] for each in operator.get("/keys").json()["keys"]]
    assert names.count("只建一次") == 1


@pytest.mark.parametrize("identity", ["", "citizen-1", "supervisor-1", "developer-1", "department-1"])
def test_nobody_but_operators_manages_keys(site: Site, visit: Visit, identity: str) -> None:
    api = visit(site, identity)
    refused(api.get("/keys"), 403)
    refused(api.post("/keys", json=DRAFT), 403)
    refused(api.delete("/keys/k_0"), 403)


def test_a_key_makes_no_keys_whatever_its_roles(site: Site, visit: Visit) -> None:
    body = made(visit(site, "operator-1"), roles=["operator"])
    with holding(site, body["secret"]) as machine:
        assert machine.get("/audit").status_code == 200
        refused(machine.post("/keys", json=DRAFT), 403)
        refused(machine.get("/keys"), 403)
        refused(machine.delete(f"/keys/{body['id']}"), 403)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"roles": []}, "roles"),
        ({"roles": ["anonymous"]}, "roles.0"),
        ({"roles": ["mayor"]}, "roles.0"),
        ({"roles": ["department"]}, "department"),
        ({"roles": ["grid"]}, "grids"),
        ({"name": " "}, "name"),
        ({"name": "长" * 81}, "name"),
        ({"days": 0}, "days"),
        ({"districts": ["江汉区"]}, "districts.0"),
        ({"verified": True}, "verified"),
    ],
)
def test_a_wrong_draft_is_refused_with_its_field(site: Site, visit: Visit, changes: dict[str, Any], field: str) -> None:
    problem = refused(visit(site, "operator-1").post("/keys", json={**DRAFT, **changes}), 422)
    assert problem["field"] == field
    assert problem["detail"].endswith("。")


@pytest.mark.parametrize("secret", ["hz_", "hz_guess", f"hz_{'A' * 43}", "hz_' OR 1=1 --"])
def test_a_guessed_key_is_refused(site: Site, secret: str) -> None:
    with holding(site, secret) as machine:
        assert "接口密钥无效" in refused(machine.get("/me"), 401)["detail"]


def test_an_unknown_key_cannot_be_revoked(site: Site, visit: Visit) -> None:
    assert "没有这个密钥" in refused(visit(site, "operator-1").delete("/keys/k_0"), 404)["detail"]


def test_a_key_ends_by_itself(tmp_path: Path) -> None:
    async def body() -> None:
        database = open_database(f"sqlite:///{tmp_path / 'r.db'}")
        keys = ApiKeys(database)
        new = await keys.create(OPERATOR, KeyDraft("短期", frozenset(("developer",)), days=1))
        assert new.key.expires_at is not None
        assert timedelta(hours=23) < new.key.expires_at - datetime.now(UTC) <= timedelta(days=1)
        assert (await keys.find(new.secret)) is not None
        past = (datetime.now(UTC) - timedelta(seconds=1)).isoformat(timespec="microseconds")
        await database.write(
            lambda connection: connection.exec_driver_sql("UPDATE api_keys SET expires_at = ?", (past,))
        )
        assert await keys.find(new.secret) is None
        with pytest.raises(Exception, match="运维人员"):
            await keys.all(CITIZEN)
        database.close()

    run(body)
