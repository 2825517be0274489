"""What every answer carries, what an unexpected error becomes, what is logged; the page and the sandbox."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from langchain_core.messages import AIMessage

from agents import Event, ScriptedModel, Spoke
from server import create_app
from server.logs import JsonLines
from server.pages import add_pages
from server.streams import with_beats

from .conftest import Site, Visit, open_for_test, opened, refused, run, say, serving

CSP = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data: blob:",
    "connect-src": "'self'",
    "frame-ancestors": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
}


def get(site: Site, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{site.url}{path}", headers=headers, trust_env=False)


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/api/v1/me", "/nothing", "/static/nothing.js", "/sandbox/open311/v2/services.json"]
)
def test_every_answer_carries_the_security_headers(site: Site, path: str) -> None:
    headers = get(site, path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy == CSP
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert len(headers["x-trace-id"]) == 16


def test_what_the_api_says_is_not_kept_by_caches(site: Site) -> None:
    assert get(site, "/api/v1/me").headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in get(site, "/api/v1/me", Origin="https://evil.example").headers


def test_the_house_is_ready_and_alive(site: Site) -> None:
    assert get(site, "/healthz").json() == get(site, "/readyz").json() == {"status": "ok"}


def test_a_house_whose_records_cannot_be_read_is_alive_but_not_ready(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False) as house:
            app = create_app(house.desk, house.settings, house.sandbox)
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                assert (await client.get("/readyz")).status_code == 200
                await asyncio.to_thread(_drop_tables, tmp_path / "records.db")
                refused(await client.get("/readyz"), 503)
                assert (await client.get("/healthz")).status_code == 200

    run(body)


def _drop_tables(path: Path) -> None:
    import sqlite3

    with sqlite3.connect(path) as connection:
        connection.execute("DROP TABLE conversations")
    connection.close()


def test_an_unexpected_error_is_a_500_with_a_number_and_without_details(
    tmp_path: Path, visit: Visit, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_messages: Any) -> AIMessage:
        raise RuntimeError("SELECT * FROM people WHERE phone = '13912345678'")

    with serving(tmp_path, model=ScriptedModel(lines=[broken]), bundled_knowledge=False) as running:
        api = visit(running)
        answer = say(api, opened(api), "你好")
        problem = refused(answer, 500)
        assert problem["trace_id"] == answer.headers["x-trace-id"]
        assert "SELECT" not in answer.text
        assert "RuntimeError" not in answer.text
    failures = [record for record in caplog.records if record.name == "server.failures"]
    line = JsonLines().format(failures[0])
    assert problem["trace_id"] in line
    assert "RuntimeError" in line
    assert "test_server_gate.py" in line
    assert "13912345678" not in line


def test_a_log_line_is_json_without_queries_ids_or_bodies(site: Site, visit: Visit) -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    access = logging.getLogger("server.access")
    before = access.level
    access.addHandler(handler)
    access.setLevel(logging.INFO)
    try:
        api = visit(site, "citizen-1")
        conversation = opened(api)
        say(api, conversation, "我的电话是13912345678")
        api.get("/knowledge/search", params={"q": "身份证420106199001011234"})
        api.get("/没有这个地址13912345678", headers={"User-Agent": "x\tforged"})
        for _ in range(200):  # the line of a request is written after its answer
            if stream.getvalue().count("\n") >= 5:
                break
            time.sleep(0.02)
    finally:
        access.removeHandler(handler)
        access.setLevel(before)
    text = stream.getvalue()
    lines = [json.loads(line) for line in text.splitlines()]
    assert {"/api/v1/conversations/{conversation_id}/turns", "/api/v1/knowledge/search", "-"} <= {
        line["path"] for line in lines
    }
    assert {"method", "status", "ms", "trace_id", "at"} <= set(lines[0])
    for secret in ("13912345678", "420106199001011234", "Bearer", "eyJ", conversation, "forged"):
        assert secret not in text


def test_a_newline_in_a_log_message_cannot_forge_a_line() -> None:
    record = logging.LogRecord("x", logging.INFO, __file__, 1, 'a\n{"level": "error"}', None, None)
    assert "\n" not in JsonLines().format(record)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.mjs", "text/javascript; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("index.html", "text/html; charset=utf-8"),
    ],
)
def test_static_files_have_their_types_and_are_revalidated(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).write_text("/* 内容 */", encoding="utf-8")
    app = FastAPI()
    add_pages(app, tmp_path)

    async def body() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://x") as client:
            answer = await client.get(f"/static/{name}")
            assert answer.headers["content-type"] == kind
            assert answer.headers["cache-control"] == "no-cache"
            again = await client.get(f"/static/{name}", headers={"If-None-Match": answer.headers["etag"]})
            assert again.status_code == 304

    run(body)


def test_the_page_is_served_with_its_files(site: Site) -> None:
    page = get(site, "/")
    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert httpx.head(f"{site.url}/", trust_env=False).status_code == 200


@pytest.mark.parametrize("path", ["/static/../identity.py", "/static/%2e%2e/identity.py", "/static/..%2fidentity.py",
                                  "/static/%00", "/static/", "/static/" + "x" * 400, "/static//etc/hosts"])  # fmt: skip
def test_nothing_outside_the_static_folder_is_served(site: Site, path: str) -> None:
    assert get(site, path).status_code in (404, 405)


def test_the_sandbox_can_be_looked_at_and_keeps_to_its_limits(site: Site) -> None:
    services = get(site, "/sandbox/open311/v2/services.json").json()
    assert {"service_code", "service_name"} <= set(services[0])
    big = httpx.post(f"{site.url}/sandbox/api/v1/cases", content=b"x" * 1_000_000, trust_env=False)
    assert big.status_code == 413
    assert httpx.post(f"{site.url}/sandbox/api/v1/cases", json={}, trust_env=False).status_code in (401, 403)


def test_without_a_sandbox_there_is_none(tmp_path: Path) -> None:
    async def body() -> None:
        async with open_for_test(tmp_path, bundled_knowledge=False) as house:
            app = create_app(house.desk, house.settings, None)
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
                refused(await client.get("/sandbox/open311/v2/services.json"), 404)

    run(body)


def test_a_stream_shows_that_it_lives_while_nothing_happens() -> None:
    async def body() -> None:
        quiet = asyncio.Event()

        async def slowly() -> AsyncIterator[Event]:
            yield Spoke("first")
            await quiet.wait()
            yield Spoke("last")

        seen: list[Event | None] = []
        async for event in with_beats(slowly(), seconds=0.01):
            seen.append(event)
            if seen.count(None) >= 2:
                quiet.set()
        assert [each for each in seen if each] == [Spoke("first"), Spoke("last")]
        assert seen.count(None) >= 2

    run(body)


def test_agents_are_listed_for_who_may_use_them(site: Site, visit: Visit) -> None:
    agents = visit(site).get("/agents").json()["agents"]
    assert {"government", "insurance", "operations", "development"} <= {each["name"] for each in agents}
    assert all(each["title"] and each["description"] for each in agents)


def test_the_audit_is_for_operators(site: Site, visit: Visit) -> None:
    opened(visit(site, "citizen-1"))
    for identity in ("", "citizen-1", "supervisor-1"):
        refused(visit(site, identity).get("/audit"), 403)
    operator = visit(site, "operator-1")
    page = operator.get("/audit", params={"limit": 1}).json()
    further = operator.get("/audit", params={"limit": 1, "before": page["before"]}).json()
    assert page["rows"][0]["id"] > further["rows"][0]["id"]
