"""The knowledge base over HTTP: uploads and their jobs, search, documents, and who may see and change what."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from .conftest import Site, Visit, refused, serving

NOTICE = """# 关于共享单车停放的通知

## 一、停放区域

共享单车应当停放在白线框内，每处停放区最多停放四十辆。

## 二、监督电话

发现乱停乱放的，可以向所在街道反映。
"""
STAFF_ONLY = "# 内部值守安排\n\n夜间值守由第三组负责，钥匙放在绿色柜子。\n"
PATH = "/knowledge/documents"


@pytest.fixture(scope="module", name="library")
def give_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server whose library holds nothing yet."""
    with serving(tmp_path_factory.mktemp("library"), bundled_knowledge=False) as running:
        yield running


def upload(api: httpx.Client, name: str, text: str | bytes, **fields: Any) -> httpx.Response:
    headers = fields.pop("headers", {})
    data = text.encode() if isinstance(text, str) else text
    return api.post(PATH, data={"base": "operations", **fields}, files={"file": (name, data)}, headers=headers)


def finished(api: httpx.Client, answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job: dict[str, Any] = answer.json()
    assert answer.headers["location"].endswith(f"/jobs/{job['id']}")
    for _ in range(600):
        if job["state"] in ("done", "failed"):
            break
        time.sleep(0.02)
        job = api.get(f"/jobs/{job['id']}").json()
    return job


def test_an_uploaded_document_is_found_and_opens_on_the_exact_words(library: Site, visit: Visit) -> None:
    operator, anybody = visit(library, "operator-1"), visit(library)
    job = finished(operator, upload(operator, "单车.md", NOTICE, number="武城管〔2026〕7号", kind="policy"))
    assert (job["state"], job["problem"]) == ("done", None)
    found = anybody.get("/knowledge/search", params={"q": "共享单车停放在哪里", "k": 3}).json()
    passage = found["hits"][0]["passage"]
    document = anybody.get(f"{PATH}/{job['document_id']}").json()
    assert "白线框" in passage["text"]
    assert document["text"][passage["start"] : passage["end"]] == passage["text"]
    assert document["number"] == "武城管〔2026〕7号"
    assert passage["id"] in [each["id"] for each in document["passages"]]
    listed = anybody.get(PATH, params={"base": "operations"}).json()
    assert job["document_id"] in [each["id"] for each in listed["documents"]]
    assert "text" not in listed["documents"][0]


def test_what_is_for_staff_does_not_exist_for_others(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    job = finished(operator, upload(operator, "值守.md", STAFF_ONLY, base="staffroom", visibility="staff"))
    for identity in ("", "citizen-1", "developer-1"):
        api = visit(library, identity)
        refused(api.get(f"{PATH}/{job['document_id']}"), 404)
        hits = api.get("/knowledge/search", params={"q": "绿色柜子的钥匙 值守"})
        assert "绿色柜子" not in hits.text
        assert "值守" not in api.get(PATH).text
    assert "绿色柜子" in visit(library, "grid-1").get(f"{PATH}/{job['document_id']}").json()["text"]


def test_a_base_that_holds_only_staff_documents_is_not_even_named(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    finished(operator, upload(operator, "值守.md", STAFF_ONLY, base="backoffice", visibility="staff"))
    problem = refused(visit(library).get("/knowledge/search", params={"q": "值守", "base": "nowhere"}), 404)
    assert "backoffice" not in problem["detail"]


@pytest.mark.parametrize("identity", ["", "citizen-1", "grid-1", "supervisor-1", "developer-1"])
def test_only_operators_change_the_knowledge_base(library: Site, visit: Visit, identity: str) -> None:
    operator, other = visit(library, "operator-1"), visit(library, identity)
    job = finished(operator, upload(operator, "公开.md", NOTICE))
    refused(upload(other, "偷.md", NOTICE), 403)
    refused(other.delete(f"{PATH}/{job['document_id']}"), 403)
    refused(other.get(f"/jobs/{job['id']}"), 403)
    assert operator.get(f"{PATH}/{job['document_id']}").status_code == 200


def test_who_may_not_upload_is_told_before_the_file_is_read(library: Site, visit: Visit) -> None:
    body = b"--x\r\nthis is no form"
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    refused(visit(library, "citizen-1").post(PATH, content=body, headers=headers), 403)
    refused(visit(library, "operator-1").post(PATH, content=body, headers=headers), 400)


def test_the_same_upload_with_the_same_key_is_one_job(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    key = {"Idempotency-Key": "upload-1"}
    first = upload(operator, "重复.md", NOTICE, headers=key).json()["id"]
    assert upload(operator, "重复.md", NOTICE, headers=key).json()["id"] == first
    assert upload(operator, "重复.md", NOTICE + "新的一段。\n", headers=key).json()["id"] != first
    assert upload(operator, "重复.md", NOTICE).json()["id"] != first


def test_a_removed_document_is_gone(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    job = finished(operator, upload(operator, "删.md", "# 临时通知\n\n紫色气球节临时停车安排如下。\n", base="gone"))
    assert operator.delete(f"{PATH}/{job['document_id']}").status_code == 204
    refused(operator.get(f"{PATH}/{job['document_id']}"), 404)
    assert "紫色气球" not in operator.get("/knowledge/search", params={"q": "紫色气球节"}).text


@pytest.mark.parametrize(
    ("name", "data", "fields", "status", "field"),
    [
        ("空.md", b"", {}, 422, "file"),
        ("图.exe", b"MZ", {}, 422, None),
        ("无.md", b"x", {"base": "../etc"}, 422, "base"),
        ("无.md", b"x", {"base": ""}, 422, "base"),
        ("无.md", b"x", {"visibility": "secret"}, 422, "visibility"),
        ("无.md", b"x", {"published": "昨天"}, 422, "published"),
        ("无.md", b"x", {"kind": "law"}, 422, "kind"),
        ("无.md", b"x", {"source_url": "javascript:alert(1)"}, 422, "source_url"),
        ("无.md", b"x", {"title": "a\0b"}, 422, "title"),
        ("无.md", b"x", {"owner": "me"}, 422, "owner"),
        ("x" * 300 + ".md", b"x", {}, 422, "file"),
    ],
)  # fmt: skip
def test_a_bad_upload_is_refused_with_the_field(
    library: Site, visit: Visit, name: str, data: bytes, fields: dict[str, str], status: int, field: str | None
) -> None:
    problem = refused(upload(visit(library, "operator-1"), name, data, **fields), status)
    assert problem.get("field") == field
    assert problem["detail"].endswith("。")


def test_a_file_that_is_no_text_fails_its_job_with_the_reason(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    job = finished(operator, upload(operator, "二进制.txt", bytes(range(256)) * 40))
    assert job["state"] == "failed"
    assert job["problem"].endswith("。")
    assert job["document_id"] is None


def test_a_path_in_a_file_name_is_dropped(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    for name in ("../../etc/路径.md", "C:\\temp\\路径.md"):
        assert upload(operator, name, NOTICE).json()["source_name"] == "路径.md"


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ({}, 422, "q"),
        ({"q": ""}, 422, "q"),
        ({"q": " \n "}, 422, "q"),
        ({"q": "x" * 1001}, 422, "q"),
        ({"q": "车", "k": "0"}, 422, "k"),
        ({"q": "车", "k": "51"}, 422, "k"),
        ({"q": "车", "k": "1" * 5000}, 422, "k"),
        ({"q": "车", "k": "NaN"}, 422, "k"),
        ({"q": "车", "base": "'; DROP TABLE documents; --"}, 422, "base"),
        ({"q": "车", "base": "nowhere"}, 404, None),
        ({"q": "车", "as_of": "2026-13-01"}, 422, "as_of"),
        ({"q": "车\0"}, 400, None),
    ],
)
def test_a_bad_search_is_refused(
    library: Site, visit: Visit, query: dict[str, Any], status: int, field: str | None
) -> None:
    problem = refused(visit(library).get("/knowledge/search", params=query), status)
    assert problem.get("field") == field


def test_the_list_comes_in_pages(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    for number in range(3):
        finished(operator, upload(operator, f"第{number}.md", f"{NOTICE}\n第{number}份。\n", base="pages"))
    whole = operator.get(PATH, params={"base": "pages"}).json()
    page = operator.get(PATH, params={"base": "pages", "limit": 2, "offset": 1}).json()
    assert whole["total"] == page["total"] == 3
    assert page["documents"] == whole["documents"][1:3]


def test_a_near_duplicate_is_shown_with_the_document_and_in_the_list(library: Site, visit: Visit) -> None:
    operator = visit(library, "operator-1")
    rules = "".join(
        f"第{n}条 夜市摊位应当在划定区域内经营，距离路口不少于{n}0米，收摊后清扫干净。\n\n" for n in range(1, 9)
    )
    first = finished(operator, upload(operator, "夜市.md", f"# 夜市管理规定\n\n{rules}"))["document_id"]
    second = finished(operator, upload(operator, "夜市(1).md", f"# 夜市管理规定\n\n{rules}第九条 另行通知。\n"))[
        "document_id"
    ]
    shown = operator.get(f"{PATH}/{second}").json()["alike"]
    assert [(each["id"], each["title"]) for each in shown] == [(first, "夜市管理规定")]
    assert 0.85 < shown[0]["share"] < 1
    pairs = operator.get("/knowledge/alike").json()["pairs"]
    assert {first, second} in [{each["document"]["id"], each["other"]["id"]} for each in pairs]


@pytest.mark.parametrize("route", ["status", "alike"])
def test_looking_after_the_knowledge_base_is_for_operators(library: Site, visit: Visit, route: str) -> None:
    for identity in ("", "citizen-1", "developer-1"):
        refused(visit(library, identity).get(f"/knowledge/{route}"), 403)
    assert visit(library, "operator-1").get(f"/knowledge/{route}").status_code == 200


def test_changing_indexes_and_embedding_is_for_operators(library: Site, visit: Visit) -> None:
    operator, citizen = visit(library, "operator-1"), visit(library, "citizen-1")
    for route in ("verify", "rebuild"):
        refused(citizen.post(f"/knowledge/{route}"), 403)
        assert operator.post(f"/knowledge/{route}").json()["agree"] is True
    refused(citizen.post("/knowledge/reembed", json={"embedding": "hashing"}), 403)
    problem = refused(operator.post("/knowledge/reembed", json={"embedding": "没有"}), 422)
    assert "没有名为" in problem["detail"]
    job = finished(operator, operator.post("/knowledge/reembed", json={"embedding": "hashing"}))
    assert (job["state"], job["kind"], job["done"]) == ("done", "reembed", job["total"])
    assert operator.get("/knowledge/status").json()["embedding"] == "hashing"
    refused(operator.post("/knowledge/calibration", files={"file": ("q.jsonl", b"\xff\xfe")}), 422)
    refused(citizen.post("/knowledge/calibration", files={"file": ("q.jsonl", b"{}")}), 403)
