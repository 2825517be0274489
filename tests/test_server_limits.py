"""Too many requests: a person's and an address's pace, told in Chinese with Retry-After; health is never refused."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from server.limits import WITH_ISSUER, Limits
from server.problems import Problem

from .conftest import Visit, opened, refused, say, serving, settings_in

QUIET = {"bundled_knowledge": False}


def test_a_person_is_refused_alone_and_told_when_to_come_back(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path, rate_person_per_minute=6, **QUIET) as site:
        one, other = visit(site, "citizen-1"), visit(site, "citizen-2")
        answers = [one.get("/me") for _ in range(8)]
        problem = refused(answers[-1], 429)
        assert problem["type"] == "urn:hanzhi:problem:too-often"
        assert "请过" in problem["detail"]
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert other.get("/me").status_code == 200
        for path in ("/healthz", "/readyz", "/metrics"):
            assert httpx.get(f"{site.url}{path}", trust_env=False).status_code == 200


def test_an_address_is_refused_whoever_asks_and_before_a_token_is_read(tmp_path: Path) -> None:
    with serving(tmp_path, rate_address_per_minute=6, **QUIET) as site, httpx.Client(trust_env=False) as http:
        bad = {"Authorization": "Bearer guess"}
        answers = [http.get(f"{site.url}/api/v1/me", headers=bad) for _ in range(8)]
        assert [each.status_code for each in answers[:5]] == [401] * 5
        refused(answers[-1], 429)
        assert answers[-1].headers["x-trace-id"]
        assert http.get(f"{site.url}/").status_code == 200
        assert http.get(f"{site.url}/healthz").status_code == 200


def test_a_refused_message_is_not_taken(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path, rate_person_per_minute=1, **QUIET) as site:
        api = visit(site, "citizen-1")
        conversation = opened(api)
        answers = [say(api, conversation, "你好") for _ in range(6)]
        assert {each.status_code for each in answers} == {200, 429}
        kept = sum(each.status_code == 200 for each in answers)
        assert kept == 4


@pytest.mark.parametrize(
    ("changes", "limit"),
    [({}, None), ({"rate_person_per_minute": 0}, None), ({"issuer": "https://id.example", "jwks": "x"}, WITH_ISSUER)],
)
def test_real_people_have_a_limit_unless_it_is_set_otherwise(
    tmp_path: Path, changes: dict[str, object], limit: int | None
) -> None:
    limits = Limits(settings_in(tmp_path, **changes))
    for _ in range(limit // 3 if limit else 1000):
        limits.person("somebody")
    if limit:
        with pytest.raises(Problem):
            limits.person("somebody")


def test_figures_count_routes_turns_and_refusals_and_name_nobody(tmp_path: Path, visit: Visit) -> None:
    with serving(tmp_path, **QUIET) as site:
        api = visit(site, "citizen-1")
        conversation = opened(api)
        say(api, conversation, "我叫张三，电话13912345678，光谷广场井盖坏了")
        with api.stream(
            "POST",
            f"/conversations/{conversation}/turns",
            json={"text": "你好"},
            headers={"Accept": "text/event-stream"},
        ) as answer:
            answer.read()
        assert api.get("/nothing").status_code == 404
        answer = httpx.get(f"{site.url}/metrics", trust_env=False)
    assert answer.headers["content-type"].startswith("text/plain")
    text = answer.text
    route = "/api/v1/conversations/{conversation_id}/turns"
    assert f'hanzhi_requests_total{{method="POST",route="{route}",status="200"}} 2.0' in text
    assert 'hanzhi_requests_total{method="GET",route="-",status="404"} 1.0' in text
    turns = [line for line in text.splitlines() if line.startswith("hanzhi_turns_total{")]
    assert sum(float(line.split()[-1]) for line in turns) == 2
    assert "hanzhi_turns_running 0.0" in text
    assert "process_cpu_seconds_total" in text
    for personal in ("张三", "13912345678", "citizen-1", conversation, "井盖"):
        assert personal not in text
