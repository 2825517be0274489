"""The OpenAPI document is true: what it lists is served, what is served is listed, answers are as described."""

from __future__ import annotations

import json
import time
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from jsonschema import Draft202012Validator

from agents import EVENTS_PATH
from server.application import ROUTERS
from server.reading import CounterRoute
from tools.unified.signing import Signed, sign_headers

from .conftest import Site, Visit, opened, say

PROBLEM = "application/problem+json"
OPEN = {"/healthz", "/readyz", "/metrics", "/api/v1/platform/events"}  # the platform signs instead


@pytest.fixture(name="document", scope="module")
def give_document(site: Site) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{site.url}/api/v1/openapi.json", trust_env=False).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, methods in document["paths"].items() for method, each in methods.items()]


def check(document: dict[str, Any], answer: httpx.Response, path: str) -> None:
    """The answer is one the document describes for that operation, status, media type and schema."""
    method = answer.request.method.lower()
    responses = document["paths"][path][method]["responses"]
    assert str(answer.status_code) in responses, (method, path, answer.status_code, answer.text)
    content = responses[str(answer.status_code)].get("content", {})
    kind = answer.headers.get("content-type", "").split(";")[0]
    if not content:
        assert answer.content == b""
        return
    assert kind in content, (method, path, kind)
    if kind.endswith("json"):
        schema = {**content[kind]["schema"], "components": document["components"]}
        Draft202012Validator(schema).validate(answer.json())


def test_the_document_lists_exactly_what_is_served(document: dict[str, Any]) -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    served = {(route.path, method.lower()) for route in routes for method in route.methods or ()}
    assert {(path, method) for path, method, _ in operations(document)} == served


def test_every_route_but_the_health_checks_asks_who_is_there() -> None:
    routes = [route for router in ROUTERS for route in router.routes]
    assert {route.path for route in routes if not isinstance(route, CounterRoute)} == OPEN  # type: ignore[attr-defined]


def test_every_operation_is_described_with_its_problems(document: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(document["components"]["schemas"]["ReplyBody"])
    for path, method, operation in operations(document):
        assert operation["description"], (method, path)
        if path in OPEN:
            continue
        assert operation["security"] == [{}, {"token": []}, {"session": []}]
        statuses = {int(status) for status in operation["responses"]}
        assert {400, 401, 403, 421, 422, 429, 500} <= statuses
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert response["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemBody"}
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_creating_operations_take_an_idempotency_key(document: dict[str, Any]) -> None:
    creating = [
        "/api/v1/conversations",
        "/api/v1/conversations/{conversation_id}/turns",
        "/api/v1/conversations/{conversation_id}/actions/{action_id}",
        "/api/v1/knowledge/documents",
        "/api/v1/keys",
        "/api/v1/conversations/{conversation_id}/handoff",
        "/api/v1/conversations/{conversation_id}/replies",
        "/v1/chat/completions",
    ]
    for path in creating:
        names = {each["name"] for each in document["paths"][path]["post"]["parameters"]}
        assert "Idempotency-Key" in names, path


def test_every_operation_answers_as_described(document: dict[str, Any], site: Site, visit: Visit) -> None:
    """Every operation once with success, and once refused."""
    told = _successes(visit(site, "operator-1"), site)
    assert {(path, answer.request.method.lower()) for path, answer in told} == {
        (path, method) for path, method, _ in operations(document)
    }
    for path, answer in told:
        assert answer.status_code < 300, (path, answer.text)
        check(document, answer, path)
    stranger = visit(site)
    for path, method, _ in operations(document):
        if path not in OPEN:
            url = site.url + path.format(**dict.fromkeys(_NAMES, "x_0"))
            check(document, stranger.request(method, url), path)
            check(document, stranger.request(method, url, headers={"Authorization": "Bearer x"}), path)


TALK = {"model": "hanzhi", "messages": [{"role": "user", "content": "居住证怎么办？"}]}
_NAMES = ("conversation_id", "turn_id", "action_id", "document_id", "job_id", "key_id")


def _successes(api: httpx.Client, site: Site) -> list[tuple[str, httpx.Response]]:
    one, turn = "/api/v1/conversations/{conversation_id}", "/api/v1/conversations/{conversation_id}/turns/{turn_id}"
    conversation = opened(api)
    said = say(api, conversation, "居住证怎么办？")
    place = f"/conversations/{conversation}/turns/{said.json()['turn_id']}"
    decided = _decided(api)
    return [
        ("/healthz", api.get(f"{site.url}/healthz")),
        ("/readyz", api.get(f"{site.url}/readyz")),
        ("/metrics", api.get(f"{site.url}/metrics")),
        ("/api/v1/me", api.get("/me")),
        ("/api/v1/agents", api.get("/agents")),
        ("/api/v1/audit", api.get("/audit")),
        *_keys(api),
        *_handed(api, site),
        ("/api/v1/demo/login", api.post("/demo/login", json={"identity": "citizen-1"})),
        ("/api/v1/conversations", api.post("/conversations", json={})),
        ("/api/v1/conversations", api.get("/conversations")),
        (f"{one}/turns", said),
        (f"{one}/actions/{{action_id}}", decided),
        (f"{turn}/trace", api.get(f"{place}/trace")),
        (f"{turn}/feedback", api.post(f"{place}/feedback", json={"rating": "up"})),
        (one, api.get(f"/conversations/{conversation}")),
        (one, api.delete(f"/conversations/{conversation}")),
        ("/v1/models", api.get(f"{site.url}/v1/models")),
        ("/v1/chat/completions", api.post(f"{site.url}/v1/chat/completions", json=TALK)),
        *_documents(api),
        *_upkept(api),
    ]


def _upkept(api: httpx.Client) -> list[tuple[str, httpx.Response]]:
    """The knowledge base looked after; nothing of it is another afterwards."""
    known = api.get("/knowledge/documents", params={"base": "government"}).json()["documents"][0]["id"]
    asked = json.dumps({"question": "居住证怎么办", "documents": [known]}).encode()
    kept = {"embedding": api.get("/knowledge/status").json()["embedding"]}
    return [
        ("/api/v1/knowledge/status", api.get("/knowledge/status")),
        ("/api/v1/knowledge/alike", api.get("/knowledge/alike")),
        ("/api/v1/knowledge/verify", api.post("/knowledge/verify")),
        ("/api/v1/knowledge/rebuild", api.post("/knowledge/rebuild")),
        ("/api/v1/knowledge/reembed", api.post("/knowledge/reembed", json=kept)),
        ("/api/v1/knowledge/calibration", api.post("/knowledge/calibration", files={"file": ("q.jsonl", asked)})),
    ]


def _keys(api: httpx.Client) -> list[tuple[str, httpx.Response]]:
    made = api.post("/keys", json={"name": "真", "roles": ["developer"]})
    ended = api.delete(f"/keys/{made.json()['id']}")
    return [("/api/v1/keys", made), ("/api/v1/keys", api.get("/keys")), ("/api/v1/keys/{key_id}", ended)]


def _handed(api: httpx.Client, site: Site) -> list[tuple[str, httpx.Response]]:
    """Handed to a person, answered, listened to, taken back; and an event of the platform."""
    one, conversation = "/api/v1/conversations/{conversation_id}", opened(api)
    token = api.post("/demo/login", json={"identity": "acceptor-1"}).json()["token"]
    as_staff = {"Authorization": f"Bearer {token}"}
    made = api.post(f"/conversations/{conversation}/handoff")
    said = api.post(f"/conversations/{conversation}/replies", json={"text": "您好"}, headers=as_staff)
    data = {"number": "WH20260901000001", "from": "reported", "to": "accepted"}
    event = {"id": "E1", "sequence": 1, "type": "case.state_changed", "at": "2026-09-01T09:00:00+08:00", "data": data}
    body = json.dumps(event).encode()
    signed = sign_headers(
        Signed("POST", EVENTS_PATH, (), body), "desk", f"sandbox:{site.house.settings.signing_secret()}"
    )
    return [
        (f"{one}/handoff", made),
        (f"{one}/replies", said),
        (f"{one}/events", api.get(f"/conversations/{conversation}/events")),
        (f"{one}/handoff", api.delete(f"/conversations/{conversation}/handoff")),
        (EVENTS_PATH, api.post(f"{site.url}{EVENTS_PATH}", content=body, headers=signed)),
    ]


def _decided(api: httpx.Client) -> httpx.Response:
    reply = say(api, opened(api), "江汉区解放大道与新华路交叉口的井盖碎了，请派人来修").json()
    assert reply["actions"], reply
    path = f"/conversations/{reply['conversation_id']}/actions/{reply['actions'][0]['id']}"
    return api.post(path, json={"decision": "cancel"})


def _documents(api: httpx.Client) -> list[tuple[str, httpx.Response]]:
    form = {
        "data": {"base": "truth"},
        "files": {"file": ("真.md", "# 通知\n\n## 一、安排\n\n按原计划进行。\n".encode())},
    }
    added = api.post("/knowledge/documents", **form)
    job = api.get(f"/jobs/{added.json()['id']}")
    while job.json()["state"] not in ("done", "failed"):
        time.sleep(0.02)
        job = api.get(f"/jobs/{added.json()['id']}")
    document = f"/knowledge/documents/{job.json()['document_id']}"
    return [
        ("/api/v1/knowledge/documents", added),
        ("/api/v1/jobs/{job_id}", job),
        ("/api/v1/knowledge/search", api.get("/knowledge/search", params={"q": "原计划"})),
        ("/api/v1/knowledge/documents", api.get("/knowledge/documents")),
        ("/api/v1/knowledge/documents/{document_id}", api.get(document)),
        ("/api/v1/knowledge/documents/{document_id}", api.delete(document)),
    ]
