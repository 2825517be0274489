"""Who is who: sessions of anonymous people, demo identities, tokens of an issuer, pages of other sites."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from agents import Misconfigured
from server import create_app
from server.problems import Problem
from server.tokens import Keys, read_keys

from .conftest import Site, Visit, opened, refused, run, serving, settings_in

ISSUER = "https://id.example.gov.cn/realms/city"
COOKIE = "hanzhi_session"


@dataclass
class Provider:
    """An identity provider of the tests: two keys, and the JWKS that publishes them."""

    rsa: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))
    ec: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def jwks(self) -> str:
        keys = [
            {**RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True), "kid": "r1", "use": "sig", "alg": "RS256"},
            {**ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True), "kid": "e1", "use": "sig"},
            {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA", "kid": "h1", "alg": "HS256"},
        ]
        return json.dumps({"keys": keys})

    def token(self, *, key: Any = None, alg: str = "RS256", kid: str | None = "r1", **changes: Any) -> str:
        claims = {"iss": ISSUER, "aud": "hanzhi", "sub": "u-1001", "exp": int(time.time()) + 300, "roles": ["citizen"]}
        claims = {name: value for name, value in {**claims, **changes}.items() if value is not None}
        headers = {"kid": kid} if kid else {}
        return jwt.encode(claims, key or self.rsa, algorithm=alg, headers=headers)


PROVIDER = Provider()


@pytest.fixture(scope="module", name="city")
def give_city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A server with an issuer."""
    folder = tmp_path_factory.mktemp("city")
    (folder / "jwks.json").write_text(PROVIDER.jwks(), encoding="utf-8")
    with serving(folder, issuer=ISSUER, jwks=str(folder / "jwks.json"), bundled_knowledge=False) as running:
        yield running


@contextmanager
def publishing(answers: list[str]) -> Iterator[str]:
    """A JWKS address; every request takes the next answer, the last one stays. An empty answer is a failure."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            text = answers.pop(0) if len(answers) > 1 else answers[0]
            self.send_response(200 if text else 503)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_words: Any) -> None:
            return None

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/jwks"
        server.shutdown()
        thread.join()


def me(site: Site, token: str, **headers: str) -> httpx.Response:
    authorization = {"Authorization": f"Bearer {token}", **headers}
    return httpx.get(f"{site.url}/api/v1/me", headers=authorization, trust_env=False)


def test_an_anonymous_person_is_known_by_a_cookie_only_our_server_reads(site: Site, visit: Visit) -> None:
    api = visit(site)
    first = api.get("/me")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    who = first.json()
    assert who["anonymous"]
    assert who["roles"] == ["anonymous"]
    assert len(who["id"]) == len("anon-") + 16
    second = api.get("/me")
    assert second.json()["id"] == who["id"]
    assert "set-cookie" not in second.headers
    assert visit(site).get("/me").json()["id"] != who["id"]


@pytest.mark.parametrize("change", ["id", "mac", "time", "nonsense"])
def test_a_forged_session_is_a_new_person(site: Site, visit: Visit, change: str) -> None:
    victim = visit(site)
    conversation = opened(victim)
    session, since, mac = victim.cookies[COOKIE].split(".")
    forged = {
        "id": f"anon-{'0' * 16}.{since}.{mac}",
        "mac": f"{session}.{since}.{'0' * 64}",
        "time": f"{session}.{int(since) + 1}.{mac}",
        "nonsense": "anon-; DROP",
    }[change]
    thief = visit(site)
    refused(thief.get(f"/conversations/{conversation}", headers={"Cookie": f"{COOKIE}={forged}"}), 404)
    assert thief.get("/me", headers={"Cookie": f"{COOKIE}={forged}"}).json()["id"] != session


def test_an_anonymous_person_sees_only_what_is_theirs(site: Site, visit: Visit) -> None:
    mine, theirs = visit(site), visit(site)
    conversation = opened(mine)
    refused(theirs.get(f"/conversations/{conversation}"), 404)
    assert theirs.get("/conversations").json()["conversations"] == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_another_sites_page_cannot_act_with_the_cookie(site: Site, visit: Visit, headers: dict[str, str]) -> None:
    api = visit(site)
    conversation = opened(api)
    refused(api.post("/conversations", json={}, headers=headers), 403)
    refused(api.post(f"/conversations/{conversation}/turns", json={"text": "你好"}, headers=headers), 403)
    refused(api.delete(f"/conversations/{conversation}", headers=headers), 403)
    assert api.get(f"/conversations/{conversation}").json()["turns"] == []


def test_our_own_page_acts_with_the_cookie_and_a_token_acts_from_anywhere(site: Site, visit: Visit) -> None:
    ours = {"Origin": site.url, "Sec-Fetch-Site": "same-origin"}
    assert visit(site).post("/conversations", json={}, headers=ours).status_code == 201
    foreign = {"Origin": "https://app.example", "Sec-Fetch-Site": "cross-site"}
    assert visit(site, "citizen-1").post("/conversations", json={}, headers=foreign).status_code == 201


def test_a_form_of_another_site_is_no_json(site: Site, visit: Visit) -> None:
    api = visit(site)
    conversation = opened(api)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = api.post(
            f"/conversations/{conversation}/turns", content=b'{"text":"hi"}', headers={"Content-Type": kind}
        )
        refused(answer, 415)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "x/healthz?", ""])
def test_a_name_that_is_not_this_machine_is_not_answered(site: Site, host: str) -> None:
    for path in ("/api/v1/me", "/healthz", "/sandbox/open311/v2/services.json", "/"):
        refused(httpx.get(f"{site.url}{path}", headers={"Host": host}, trust_env=False), 421)


@pytest.mark.parametrize("host", ["localhost", "localhost:9", "127.0.0.1:1", "[::1]:8000"])
def test_the_names_of_this_machine_are_answered(site: Site, host: str) -> None:
    assert httpx.get(f"{site.url}/healthz", headers={"Host": host}, trust_env=False).status_code == 200


def test_demo_identities_are_offered_and_can_be_used(site: Site, visit: Visit) -> None:
    offered = {each["identity"]: each["roles"] for each in visit(site).get("/me").json()["demo_identities"]}
    assert set(offered) == {
        "citizen-1", "citizen-2", "grid-1", "acceptor-1", "dispatcher-1",
        "supervisor-1", "department-1", "developer-1", "operator-1",
    }  # fmt: skip
    for identity, roles in offered.items():
        who = visit(site, identity).get("/me").json()
        assert (who["id"], who["roles"], who["anonymous"]) == (identity, roles, False)


def test_an_unknown_demo_identity_is_told_which_there_are(site: Site, visit: Visit) -> None:
    problem = refused(visit(site).post("/demo/login", json={"identity": "nobody-9"}), 404)
    assert "citizen-1" in problem["detail"]


def test_a_demo_grid_member_sees_the_cases_of_the_sandbox_in_their_grids(site: Site, visit: Visit) -> None:
    grids = visit(site, "grid-1").get("/me").json()["grids"]
    from tools import bundled_gazetteer

    for lon, lat in ((114.275, 30.5905), (114.33202, 30.53606)):
        found = bundled_gazetteer().locate(lon, lat)
        assert found is not None
        assert found.duty_grid in grids


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Basic YTpi", "Bearer x", "Bearer a.b.c", "Bearer " + "x" * 10_000, "Bearer é.ü.ß"],
)
def test_a_credential_that_is_none_is_refused_not_ignored(site: Site, city: Site, header: str) -> None:
    for at in (site, city):
        answer = httpx.get(f"{at.url}/api/v1/me", headers={"Authorization": header.encode("latin-1")}, trust_env=False)
        problem = refused(answer, 401)
        assert "登录" in problem["detail"]
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_an_accepted_token_says_who_it_is(city: Site) -> None:
    token = PROVIDER.token(
        roles=["grid", "wizard"], name="李网格", verified=True, grids=["420103011450000"], districts=["420103"]
    )
    who = me(city, token).json()
    assert who["id"] == "u-1001"
    assert who["roles"] == ["grid"]
    assert who["grids"] == ["420103011450000"]
    assert who["verified"] is True
    assert who["demo_identities"] == []


GOOD_TOKENS: dict[str, Callable[[], str]] = {
    "RS256": lambda: PROVIDER.token(),
    "ES256": lambda: PROVIDER.token(key=PROVIDER.ec, alg="ES256", kid="e1"),
    "one key without a name": lambda: PROVIDER.token(kid=None),
    "one of several audiences": lambda: PROVIDER.token(aud=["other", "hanzhi"]),
    "within the leeway": lambda: PROVIDER.token(exp=int(time.time()) - 5),
}


@pytest.mark.parametrize("make", GOOD_TOKENS.values(), ids=GOOD_TOKENS.keys())
def test_good_tokens_are_accepted(city: Site, make: Callable[[], str]) -> None:
    assert me(city, make()).status_code == 200


def unsigned(**claims: Any) -> str:
    return jwt.encode({"iss": ISSUER, "aud": "hanzhi", "sub": "u", "exp": 9_999_999_999, **claims}, "", "none")


def with_header(**header: Any) -> str:
    _, body, mark = PROVIDER.token().split(".")
    made = jwt.utils.base64url_encode(json.dumps({"alg": "RS256", "kid": "r1", **header}).encode()).decode()
    return f"{made}.{body}.{mark}"


STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
BAD_TOKENS: dict[str, Callable[[], str]] = {
    "expired": lambda: PROVIDER.token(exp=int(time.time()) - 3600),
    "without an expiry": lambda: PROVIDER.token(exp=None),
    "not yet": lambda: PROVIDER.token(nbf=int(time.time()) + 3600),
    "another issuer": lambda: PROVIDER.token(iss="https://id.example.com"),
    "no issuer": lambda: PROVIDER.token(iss=None),
    "another audience": lambda: PROVIDER.token(aud="payments"),
    "no audience": lambda: PROVIDER.token(aud=None),
    "no subject": lambda: PROVIDER.token(sub=None),
    "an anonymous subject": lambda: PROVIDER.token(sub="anon-0123456789abcdef"),
    "an empty subject": lambda: PROVIDER.token(sub=""),
    "a long subject": lambda: PROVIDER.token(sub="x" * 300),
    "another's key": lambda: PROVIDER.token(key=STRANGER),
    "an unknown key": lambda: PROVIDER.token(kid="r9"),
    "another alg than the key's": lambda: PROVIDER.token(kid="e1"),
    "RS512": lambda: PROVIDER.token(alg="RS512"),
    "PS256": lambda: PROVIDER.token(alg="PS256"),
    "HS256 with a published key": lambda: PROVIDER.token(
        key="secret-secret-secret-secret-secret", alg="HS256", kid="h1"
    ),
    "unsigned": lambda: unsigned(),
    "unsigned operator": lambda: unsigned(roles=["operator"]),
    "another header": lambda: with_header(kid="e1"),
    "a numeric key name": lambda: with_header(kid=7),
    "a key brought along": lambda: with_header(jwk={"kty": "oct", "k": "AAAA"}, kid="x"),
    "deep header": lambda: "".join(("WyJ" * 2000, ".", "e30", ".", "AA")),
    "roles as text": lambda: PROVIDER.token(roles="operator"),
    "roles of numbers": lambda: PROVIDER.token(roles=[1]),
    "verified as text": lambda: PROVIDER.token(verified="yes"),
    "a body that is no object": lambda: jwt.api_jws.PyJWS().encode(b"[1]", PROVIDER.rsa, "RS256", {"kid": "r1"}),
    "cut": lambda: PROVIDER.token()[:-10],
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
def test_bad_tokens_are_refused(city: Site, make: Callable[[], str]) -> None:
    problem = refused(me(city, make()), 401)
    assert problem["detail"].endswith("。")


def test_a_token_without_roles_of_ours_has_the_rights_of_anybody(city: Site) -> None:
    assert me(city, PROVIDER.token(roles=["wizard"])).json()["roles"] == ["anonymous"]


def test_with_an_issuer_there_is_no_demo_login_and_no_sandbox(site: Site, city: Site, visit: Visit) -> None:
    refused(visit(city).post("/demo/login", json={"identity": "operator-1"}), 404)
    demo = visit(site).post("/demo/login", json={"identity": "operator-1"}).json()["token"]
    refused(me(city, demo), 401)
    refused(httpx.get(f"{city.url}/sandbox/open311/v2/services.json", trust_env=False), 404)


def test_a_token_of_the_issuer_is_nothing_to_a_demo(site: Site) -> None:
    refused(me(site, PROVIDER.token(roles=["operator"])), 401)


def test_an_anonymous_person_may_come_in_with_an_issuer_too(city: Site, visit: Visit) -> None:
    assert visit(city).get("/me").json()["anonymous"]


def test_keys_are_read_from_an_address(tmp_path: Path) -> None:
    with (
        publishing([PROVIDER.jwks()]) as address,
        serving(tmp_path, issuer=ISSUER, jwks=address, bundled_knowledge=False) as running,
    ):
        assert me(running, PROVIDER.token()).status_code == 200


def keys_from(*answers: str | Exception, pause_s: float = 0.0) -> Keys:
    left = list(answers)

    async def fetch() -> bytes:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer.encode()

    return Keys(fetch, pause_s=pause_s)


def test_an_unknown_key_makes_the_server_ask_again_but_not_all_the_time() -> None:
    async def body() -> None:
        old, new = json.dumps({"keys": []}), PROVIDER.jwks()
        assert await keys_from(new).find("r1", "RS256") is not None
        eager, patient = keys_from(Provider().jwks(), new), keys_from(Provider().jwks(), new, pause_s=60)
        assert await eager.find("e1", "ES256") is not None
        assert await eager.find("r9", "RS256") is None
        assert await patient.find("r1", "RS256") is not None
        assert await patient.find("r9", "RS256") is None
        with pytest.raises(Problem):
            await keys_from(old).find("r1", "RS256")

    run(body)


def test_the_keys_we_have_go_on_when_the_provider_is_down() -> None:
    async def body() -> None:
        keys = keys_from(PROVIDER.jwks(), OSError("down"))
        assert await keys.find("r1", "RS256") is not None
        assert await keys.find("r9", "RS256") is None
        assert await keys.find("r1", "RS256") is not None

    run(body)


def test_weak_and_foreign_kinds_of_keys_are_not_used() -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024).public_key()
    listed = [
        {**RSAAlgorithm.to_jwk(weak, as_dict=True), "kid": "weak"},
        {**RSAAlgorithm.to_jwk(PROVIDER.rsa.public_key(), as_dict=True), "kid": "enc", "use": "enc"},
        {"kty": "new-kind", "kid": "new"},
        "no key",
    ]
    assert read_keys(json.dumps({"keys": listed}).encode()) == ()


def test_without_the_keys_nobody_is_let_in_but_the_server_lives(tmp_path: Path, visit: Visit) -> None:
    with (
        publishing([""]) as address,
        serving(tmp_path, issuer=ISSUER, jwks=address, bundled_knowledge=False) as running,
    ):
        answer = me(running, PROVIDER.token())
        refused(answer, 503)
        assert answer.headers["retry-after"]
        assert visit(running).get("/me").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"host": "0.0.0.0"},
        {"host": "192.0.2.1"},
        {"issuer": ISSUER, "jwks": "/nowhere/jwks.json"},
        {"issuer": ISSUER, "jwks": "http://id.example.gov.cn/jwks"},
        {"issuer": ISSUER, "jwks": __file__},
    ],
    ids=["all addresses", "another address", "no key file", "keys over http", "a file that is no JWKS"],
)
def test_a_server_that_could_not_tell_people_apart_does_not_start(
    site: Site, tmp_path: Path, changes: dict[str, str]
) -> None:
    with pytest.raises(Misconfigured) as problem:
        create_app(site.house.desk, settings_in(tmp_path, **changes), None)
    assert "HANZHI_" in str(problem.value)
