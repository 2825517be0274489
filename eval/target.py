"""The server under test: one of our own that can be set to any world, or any deployment by its address."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Protocol

import httpx

from .errors import ServerProblem
from .sample import Actor, Sample
from .serving import OwnServer, knowledge_hash, own_server

WAIT_S = 60.0
PATIENCE, LONGEST_PAUSE_S = 20, 10.0
OPERATOR = Actor("operator", "operator-1")


class Target(Protocol):
    """What a trial needs of a server."""

    own: bool
    model: str
    knowledge: str
    effects: Mapping[str, str]
    tools: Mapping[str, Any]
    examples: tuple[str, ...]
    versions: Mapping[str, Any]

    def tell_oracle(self, plan: Mapping[str, Any]) -> None:
        """Tell an oracle model what the next sample expects."""

    def set_world(self, sample: Sample, body: Mapping[str, Any]) -> None:
        """Go to the sample's world."""

    def person(self, actor: Actor) -> httpx.Client:
        """The API as this person meets it."""

    def changes(self) -> list[dict[str, Any]]:
        """What changed on the platform."""

    def cpu_s(self, *, quiet: bool = False) -> float:
        """Processor time the server has used; 0 where it cannot be known."""

    def log_lines(self) -> tuple[str, ...]:
        """What the server logged since this was asked last."""


class OwnTarget:
    """A server process of our own."""

    own = True

    def __init__(self, server: OwnServer, model: str) -> None:
        self._server, self.model, self.knowledge = server, model, knowledge_hash()
        self._open = ExitStack()
        self._visitor = ExitStack()
        self._operator = self._open.enter_context(self._client({"sub": "operator-1", "roles": ["operator"]}))
        about = _checked(self._operator.get("/eval/world"))
        self._claims = {each["sub"]: each for each in about["identities"]}
        self.effects: Mapping[str, str] = about["tools"]
        self.tools: Mapping[str, Any] = about["schemas"]
        self.examples: tuple[str, ...] = tuple(about["examples"])
        self.versions: Mapping[str, Any] = {"knowledge": self.knowledge}

    def set_world(self, sample: Sample, body: Mapping[str, Any]) -> None:
        """Set clock, platform and knowledge."""
        _checked(self._operator.put("/eval/world", json=body))
        self._server.log_lines()

    def tell_oracle(self, plan: Mapping[str, Any]) -> None:
        """Leave what is expected where the oracle model of this server reads it."""
        self._server.oracle.write_text(json.dumps(plan, ensure_ascii=False), encoding="utf-8")

    def person(self, actor: Actor) -> httpx.Client:
        """A client with a token of this person; anonymous people get a cookie jar of their own."""
        self._visitor.close()
        if actor.role == "anonymous":
            return self._visitor.enter_context(self._client(None))
        claims = self._claims.get(actor.identity)
        if claims is None:
            raise ServerProblem(f"没有名为 {actor.identity} 的身份。可用的：{'、'.join(self._claims)}。")
        return self._visitor.enter_context(self._client({**claims, "roles": [actor.role], **actor.claims}))

    def close(self) -> None:
        """Hang up."""
        self._visitor.close()
        self._open.close()

    def changes(self) -> list[dict[str, Any]]:
        """What changed on the platform since the world was set."""
        found: list[dict[str, Any]] = _checked(self._operator.get("/eval/changes"))["changes"]
        return found

    def cpu_s(self, *, quiet: bool = False) -> float:
        """Processor time the server process has used."""
        try:
            return float(_checked(self._operator.get("/eval/changes"))["cpu_s"])
        except (httpx.HTTPError, ServerProblem):
            if quiet:
                return 0.0
            raise

    def log_lines(self) -> tuple[str, ...]:
        """The server's new log lines."""
        return self._server.log_lines()

    def _client(self, claims: Mapping[str, Any] | None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {self._server.tokens.token(claims)}"} if claims else {}
        return _Api(base_url=self._server.url, headers=headers, timeout=WAIT_S, trust_env=False)


class RemoteTarget:
    """A deployment that cannot be reset: only samples that change nothing around them can be run there."""

    own = False

    def __init__(self, url: str, tokens: Mapping[str, str]) -> None:
        self._url, self._tokens, self._visitor = url.rstrip("/"), tokens, ExitStack()
        self.model, self.knowledge = f"remote:{self._url}", "remote"
        self.effects: Mapping[str, str] = {}
        self.tools: Mapping[str, Any] = {}
        self.examples: tuple[str, ...] = ()
        self.versions: Mapping[str, Any] = {"url": self._url}

    def tell_oracle(self, plan: Mapping[str, Any]) -> None:
        """There is no oracle there."""
        raise ServerProblem(f"{self._url} 上没有评测用的模型。请去掉 --url。")

    def set_world(self, sample: Sample, body: Mapping[str, Any]) -> None:
        """Nothing can be set there."""
        if reasons := why_not_remote(sample):
            raise ServerProblem(f"样本 {sample.id} 不能在 {self._url} 上运行：{'；'.join(reasons)}。")

    def person(self, actor: Actor) -> httpx.Client:
        """A client with the token given for this identity, else a demo identity's."""
        self._visitor.close()
        client = self._visitor.enter_context(_Api(base_url=self._url, timeout=WAIT_S, trust_env=False))
        if actor.role == "anonymous":
            return client
        token = self._tokens.get(actor.identity) or self._demo_token(client, actor.identity)
        client.headers["Authorization"] = f"Bearer {token}"
        return client

    def close(self) -> None:
        """Hang up."""
        self._visitor.close()

    def _demo_token(self, client: httpx.Client, identity: str) -> str:
        answer = client.post("/demo/login", json={"identity": identity})
        if answer.status_code >= 400:
            raise ServerProblem(f"{self._url} 没有演示身份 {identity}。请用 --tokens 给出身份对应的令牌。")
        return str(answer.json()["token"])

    def changes(self) -> list[dict[str, Any]]:
        """They cannot be read there."""
        return []

    def cpu_s(self, *, quiet: bool = False) -> float:
        """It cannot be known."""
        return 0.0

    def log_lines(self) -> tuple[str, ...]:
        """They cannot be read."""
        return ()


class _Api(httpx.Client):
    """Paths are those under `/api/v1`; `/eval/…` is beside it. Told to wait (429), it waits and asks again."""

    def request(self, *args: Any, **rest: Any) -> httpx.Response:
        """Send a request."""
        for _ in range(PATIENCE):
            answer = super().request(*args, **rest)
            if answer.status_code != 429:
                break
            time.sleep(min(LONGEST_PAUSE_S, float(answer.headers.get("Retry-After", "1") or 1)))
        return answer

    def _merge_url(self, url: Any) -> httpx.URL:
        path = str(url)
        return super()._merge_url(path if path.startswith("/eval/") else f"/api/v1{path}")


def why_not_remote(sample: Sample) -> tuple[str, ...]:
    """Why a sample cannot be run where nothing can be set or read; empty when it can."""
    world, expect, kb = sample.world, sample.expect, sample.world.kb
    probed = (*expect.access.denied, *expect.access.allowed) if expect.access else ()
    reasons = {
        "要装入数据集": bool(world.fixtures),
        "要改平台数据": bool(world.patch),
        "要制造故障": bool(world.faults),
        "要增删知识库文件": bool(kb.add or kb.remove or kb.poison),
        "要核对平台改动，而那里读不到": expect.state is not None and bool(expect.state.changes),
        "身份的声明与演示身份不同": bool(sample.actor.claims),
        "要绕过智能体直接探测工具权限": any(" " not in each.op for each in probed),
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def unchecked_remotely(sample: Sample) -> tuple[str, ...]:
    """What a sample expects and a deployment's outside does not show."""
    state, secrets = sample.expect.state, sample.expect.secrets
    silent = state is not None and not state.changes
    logs = secrets is not None and "log" in secrets.where
    return (*(["平台应当没有改动"] if silent else []), *(["日志里没有私密内容"] if logs else []))


@contextmanager
def own_target(model: str = "offline") -> Iterator[OwnTarget]:
    """A server of our own as a target."""
    with own_server(model) as server:
        target = OwnTarget(server, model)
        try:
            yield target
        finally:
            target.close()


def _checked(answer: httpx.Response) -> dict[str, Any]:
    if answer.status_code >= 400:
        told = answer.json().get("detail", "") if "json" in answer.headers.get("content-type", "") else answer.text
        raise ServerProblem(f"{answer.request.url.path} → {answer.status_code}：{told}")
    found: dict[str, Any] = answer.json()
    return found
