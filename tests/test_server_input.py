"""Bad input: every kind of it is refused with a clear 4xx in Chinese, loses nothing, and never is a 500."""

from __future__ import annotations

import json
import random
import re
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .conftest import Site, Visit, opened, refused, serving

JSON = {"Content-Type": "application/json"}
DEEP = b'{"text":' + b"[" * 40 + b"]" * 40 + b"}"


@pytest.fixture(scope="module", name="plain")
def give_plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server without bundled knowledge: what is sent to it is refused anyway."""
    with serving(tmp_path_factory.mktemp("plain"), bundled_knowledge=False) as running:
        yield running


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        (b"", 422, None),
        (b"{", 400, None),
        (b"nonsense", 400, None),
        (b'{"text": "a" "b"}', 400, None),
        (b'{"text": NaN}', 400, None),
        (b'{"text": -Infinity}', 400, None),
        (b'{"text": 1e999}', 400, None),
        (b'{"text": "hi", "location": {"lon": 1e999, "lat": 30}}', 400, None),
        (b'{"text": ' + b"9" * 5000 + b"}", 400, None),
        (b'{"text": ' + b"9" * 31 + b"}", 400, None),
        (b'{"text": "\\ud800"}', 400, None),
        (b'{"\\udfff": "x"}', 400, None),
        (b'{"text": "a\\u0000b"}', 400, None),
        (b'{"text": "\xff\xfe"}', 400, None),
        (b'{"text": "a", "text": "b"}', 400, None),
        (DEEP, 400, None),
        (b"[" * 60_000, 400, None),
        (b"\xef\xbb\xbf" + b'{"text": "hi"}', 400, None),
        (b"null", 422, None),
        (b"[]", 422, None),
        (b'"text"', 422, None),
        (b"{}", 422, "text"),
        (b'{"text": null}', 422, "text"),
        (b'{"text": 5}', 422, "text"),
        (b'{"text": ["hi"]}', 422, "text"),
        (b'{"text": true}', 422, "text"),
        (b'{"text": ""}', 422, "text"),
        (b'{"text": " \\n\\t "}', 422, "text"),
        (b'{"text": "\\u0001\\u0002\\u0003\\u0004"}', 422, "text"),
        (b'{"text": "hi", "user_id": "citizen-1"}', 422, "user_id"),
        (b'{"text": "hi", "location": 5}', 422, "location"),
        (b'{"text": "hi", "location": {"lon": 181, "lat": 30}}', 422, "location.lon"),
        (b'{"text": "hi", "location": {"lon": 114}}', 422, "location.lat"),
        (b'{"text": "hi", "location": {"lon": 114, "lat": 30, "crs": "MARS"}}', 422, "location.crs"),
    ],
)
def test_a_bad_turn_is_refused_and_leaves_nothing(
    plain: Site, visit: Visit, body: bytes, status: int, field: str | None
) -> None:
    api = visit(plain)
    conversation = opened(api)
    problem = refused(api.post(f"/conversations/{conversation}/turns", content=body, headers=JSON), status)
    assert problem.get("field") == field
    assert re.search("[\u4e00-\u9fff].*。$", problem["detail"])
    assert api.get(f"/conversations/{conversation}").json()["turns"] == []


def test_a_long_message_is_told_how_long_it_may_be(plain: Site, visit: Visit) -> None:
    api = visit(plain)
    problem = refused(api.post(f"/conversations/{opened(api)}/turns", json={"text": "问" * 4001}), 422)
    assert "4000" in problem["detail"]


def test_what_was_sent_is_not_repeated_in_the_refusal(plain: Site, visit: Visit) -> None:
    api = visit(plain)
    body = {"text": {"secret": "420106199001011234"}, "location": {"lon": "13912345678", "lat": 0}}
    answer = api.post(f"/conversations/{opened(api)}/turns", json=body)
    refused(answer, 422)
    assert "420106199001011234" not in answer.text
    assert "13912345678" not in answer.text


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_a_megabyte_is_refused_whether_or_not_it_says_so(plain: Site, visit: Visit, chunked: bool) -> None:
    api = visit(plain)
    whole = b'{"text": "' + b"x" * 1_000_000 + b'"}'
    content = (whole[at : at + 16_384] for at in range(0, len(whole), 16_384)) if chunked else whole
    problem = refused(api.post(f"/conversations/{opened(api)}/turns", content=content, headers=JSON), 413)
    assert "65536" in problem["detail"]
    refused(visit(plain, "operator-1").post("/conversations", content=whole, headers=JSON), 413)


def test_an_upload_has_its_own_limit(tmp_path: Any, visit: Visit) -> None:
    with serving(tmp_path, bundled_knowledge=False, max_upload_bytes=2000) as small:
        operator = visit(small, "operator-1")
        form = {"data": {"base": "x"}, "files": {"file": ("a.md", b"x" * 100_000)}}
        refused(operator.post("/knowledge/documents", **form), 413)
        form["files"] = {"file": ("a.md", "# 通知\n\n可以。\n".encode())}
        assert operator.post("/knowledge/documents", **form).status_code == 202


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "text/plain"}, b'{"text":"hi"}', 415),
        ({"Content-Type": "application/xml"}, b"<a/>", 415),
        ({"Content-Type": "application/x-www-form-urlencoded"}, b"text=hi", 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, b"\x1f\x8b", 415),
        ({"Content-Type": ""}, b'{"text":"hi"}', 415),
        ({"Content-Type": "application/json; charset=utf-8"}, b'{"text":""}', 422),
    ],
)
def test_only_json_is_taken(plain: Site, visit: Visit, headers: dict[str, str], body: bytes, status: int) -> None:
    api = visit(plain)
    refused(api.post(f"/conversations/{opened(api)}/turns", content=body, headers=headers), status)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("multipart/form-data", b"--x"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nno headers"),
        ("multipart/form-data; boundary=x", b"--y\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--y--"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--x--'),
        ("multipart/form-data; boundary=" + "x" * 5000, b"--x"),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 70_000 + b": b\r\n\r\n"),
        ("application/json", b"{}"),
        ("", b""),
    ],
)  # fmt: skip
def test_a_bad_form_is_refused(plain: Site, visit: Visit, kind: str, body: bytes) -> None:
    operator = visit(plain, "operator-1")
    answer = operator.post("/knowledge/documents", content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 415, 422), answer.text
    refused(answer, answer.status_code)


def test_two_files_or_too_many_fields_are_refused(plain: Site, visit: Visit) -> None:
    operator = visit(plain, "operator-1")
    two = [("file", ("a.md", b"a")), ("file", ("b.md", b"b"))]
    refused(operator.post("/knowledge/documents", data={"base": "x"}, files=two), 400)
    many = {f"f{number}": "1" for number in range(50)}
    refused(operator.post("/knowledge/documents", data=many, files={"file": ("a.md", b"a")}), 400)


@pytest.mark.parametrize(
    "body", [{}, {"decision": "yes"}, {"decision": "edit"}, {"decision": "confirm", "arguments": {}}]
)
def test_a_bad_decision_says_what_is_wrong(plain: Site, visit: Visit, body: dict[str, Any]) -> None:
    api = visit(plain)
    refused(api.post(f"/conversations/{opened(api)}/actions/a_1", json=body), 422)


@pytest.mark.parametrize("key", ["x" * 201, "with space", "é"])
def test_a_bad_idempotency_key_is_refused(plain: Site, visit: Visit, key: str) -> None:
    api = visit(plain)
    answer = api.post("/conversations", json={}, headers={"Idempotency-Key": key.encode("utf-8")})
    assert refused(answer, 422)["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    "path",
    [
        "/conversations/c_0",
        "/conversations/" + "x" * 3000,
        "/conversations/%00",
        "/conversations/%FF",
        "/conversations/..%2f..%2fetc",
        "/conversations/c_0/turns/t_0/trace",
        "/knowledge/documents/d_0",
        "/jobs/j_0",
        "/nothing/here",
        "/conversations/",
        "//conversations",
    ],
)
def test_unknown_ids_and_paths_are_not_found(plain: Site, visit: Visit, path: str) -> None:
    problem = refused(visit(plain, "operator-1").get(path), 404)
    assert problem["type"] == "urn:hanzhi:problem:not-found"


@pytest.mark.parametrize("query", ["q=%FF%FE", "q=%00", "q=a%00b", "%ff=1&q=a"])
def test_a_query_that_is_no_text_is_refused(plain: Site, visit: Visit, query: str) -> None:
    refused(visit(plain).get(f"/knowledge/search?{query}"), 400)


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=-1", "limit=1e3", "limit=" + "9" * 30, "before=now",
                                   "before=2026-01-01", "before=2026-01-01T00:00:00"])  # fmt: skip
def test_a_bad_page_is_refused(plain: Site, visit: Visit, query: str) -> None:
    refused(visit(plain).get(f"/conversations?{query}"), 422)


def test_a_method_that_is_not_served_is_told_so(plain: Site, visit: Visit) -> None:
    api = visit(plain)
    for method, path in (("PUT", "/conversations"), ("PATCH", "/me"), ("TRACE", "/me"), ("POST", "/agents")):
        refused(api.request(method, path), 405)


def test_broken_http_does_not_stop_the_server(plain: Site, visit: Visit) -> None:
    host, port = plain.url.removeprefix("http://").split(":")
    for raw in (b"\x00\x01\x02\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /api/v1/me HTTP/1.1\r\nHost: localhost\r\n"):
        with socket.create_connection((host, int(port))) as connection:
            connection.sendall(raw)
    assert visit(plain).get("/me").status_code == 200


VALUES: list[Any] = [
    None, True, 0, -1, 2**53, 2**62, 1.5, -0.0, "", " ", "\t", "x" * 5000, "é" * 2000, "𝄞", "\u202e反", "\ufeff",
    "\u0007", "<script>alert(1)</script>",
    "'; DROP TABLE turns; --", "{{7*7}}", "${jndi:ldap://x}", "../../etc/passwd", "⟦手机号·0000·1⟧",
    [], {}, [[]], {"a": {"b": [1, None]}}, {"lc": 1, "type": "constructor"}, ["x"] * 1000,
]  # fmt: skip


def test_nothing_sent_to_any_route_is_a_server_error(plain: Site, visit: Visit) -> None:
    chance = random.Random(20260901)
    document = httpx.get(f"{plain.url}/api/v1/openapi.json", trust_env=False).json()
    people = [visit(plain, identity) for identity in ("", "citizen-1", "grid-1", "operator-1")]
    known = opened(people[1])
    seen: set[tuple[str, str]] = set()
    for _ in range(12):
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                api = chance.choice(people)
                answer = api.request(method, plain.url + filled(path, chance, known), **invented(operation, chance))
                seen.add((method, path))
                assert answer.status_code < 500, (method, path, answer.text)
                assert str(answer.status_code) in operation["responses"] or answer.status_code in (404, 405), (
                    method, path, answer.status_code, answer.text,
                )  # fmt: skip
    assert len(seen) == sum(len(operations) for operations in document["paths"].values())
    assert people[1].get(f"/conversations/{known}").status_code in (200, 404)


def filled(path: str, chance: random.Random, known: str) -> str:
    odd = [known, "x", "%00", "%2e%2e", "%F0%9F%98%80", "0" * 200, "a'b", "t_" + "0" * 32]
    return re.sub(r"\{[^}]+\}", lambda _: chance.choice(odd), path)


def invented(operation: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    """Query, headers and body for an operation: its own names, with values of every kind."""
    made: dict[str, Any] = {"params": {}, "headers": {}}
    for parameter in operation.get("parameters", []):
        if chance.random() < 0.6:
            value = chance.choice(VALUES)
            text = value if isinstance(value, str) else json.dumps(value)
            if parameter["in"] == "query":
                made["params"][parameter["name"]] = text
            elif parameter["in"] == "header":
                made["headers"][parameter["name"]] = re.sub(r"[^\x21-\x7e]", "?", text)[:300] or "?"
    kinds = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in kinds:
        names = ["base", "visibility", "title", "published", "draft", "kind", "repeals"]
        made["data"] = {name: str(chance.choice(VALUES)) for name in names if chance.random() < 0.5}
        made["files"] = {"file": (chance.choice(["a.md", "a", "", "a.exe"]), b"\xff\x00" * 5)}
    elif kinds:
        names = [
            "text",
            "decision",
            "arguments",
            "rating",
            "comment",
            "identity",
            "location",
            "model",
            "messages",
            "stream",
        ]
        chosen = {name: chance.choice(VALUES) for name in names if chance.random() < 0.4}
        chosen |= {"text": "你好"} if chance.random() < 0.3 else {}
        made["content"] = json.dumps(chosen if chance.random() < 0.85 else chance.choice(VALUES))
        made["headers"]["Content-Type"] = "application/json"
    return made
