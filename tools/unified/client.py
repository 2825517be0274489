"""The client of the 一网统管 platform. In process or over the network is the transport's business."""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

import httpx

from ..categories import Category, CategoryHit, SampleDeadline
from ..errors import Conflict, NotAllowed, NotFound, ToolError, Unavailable
from ..geocode import GeoCandidate, GeocodeResult
from ..grids import Grid
from ..principal import Principal
from .assertion import HEADER, assert_principal
from .breaker import Breaker
from .signing import Signed, Signer, sign_headers

API = "/api/v1"
Query = Iterable[tuple[str, str]]
LIMITS = httpx.Limits(max_connections=64, max_keepalive_connections=32, keepalive_expiry=30.0)
TRIES = 3
FIRST_SHARE = 0.6
LATER = "一网统管平台暂时没有响应，请稍后再试。"
BUSY = "一网统管平台现在请求太多，请过 {seconds} 秒再试。"
REFUSED = "一网统管平台拒绝了本系统的请求（接入凭证或系统时间有误），请联系管理员。"


class _Unsure(Exception):
    """No usable answer came: a write may or may not have happened."""


class _Busy(Exception):
    """The platform asks to wait; nothing was done."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(BUSY)
        self.wait_s = wait_s


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
    who: Principal | None = None
    key: str | None = None
    until: float = math.inf


@dataclass(frozen=True)
class Answer:
    """What a read returned; `page` (index, size, total) only for lists."""

    data: Any
    page: Mapping[str, int] | None = None


class Platform:
    """The way to the platform: signed, within a total time, reads tried again, writes never sent twice.

    `transport` is `httpx.ASGITransport(app)` in process and None over the network; `timeout_s` is the
    total time of one call, retries and look-ups included. Raises the errors of `tools.errors`.
    """

    def __init__(
        self,
        *,
        base_url: str,
        app_key: str,
        secret: str,
        transport: httpx.AsyncBaseTransport | None = None,
        timeout_s: float = 8.0,
        signer: Signer | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._app_key = app_key
        self._secret = secret
        self._timeout_s = timeout_s
        self._signer = signer
        self._breaker = breaker or Breaker()
        self._http = httpx.AsyncClient(
            base_url=base_url.rstrip("/"), transport=transport, timeout=None, trust_env=False, limits=LIMITS  # noqa: S113
        )  # fmt: skip

    async def close(self) -> None:
        """Close connections."""
        await self._http.aclose()

    def forget_failures(self) -> None:
        """Call the platform again at once, whatever went wrong before."""
        self._breaker.succeeded()

    async def find_request(self, key: str) -> bool:
        """Whether the platform carried out a write with this key."""
        try:
            await self.read(f"/requests/{path_part(key)}")
        except NotFound:
            return False
        return True

    async def listen(self, url: str) -> None:
        """Have the platform's events sent to an address from now on."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._tried(_Request("PUT", "/webhook", body={"url": url}))
        except TimeoutError:
            self._breaker.failed()
            raise Unavailable(LATER) from None

    async def geocode(self, address: str) -> GeocodeResult:
        """Read an address."""
        data = (await self.read("/geocode", (("address", address[:300]),))).data
        return GeocodeResult(data["query"], tuple(GeoCandidate(**each) for each in data["candidates"]))

    async def locate(self, lon: float, lat: float) -> Grid | None:
        """The grid of a WGS84 point; None outside the city."""
        pairs = (("lon", repr(lon)), ("lat", repr(lat)))
        try:
            return Grid(**(await self.read("/grids/locate", pairs)).data)
        except NotFound:
            return None

    async def search_categories(self, text: str, k: int = 5) -> list[CategoryHit]:
        """The classes that fit some words, best first."""
        if not text.strip():
            return []
        data = (await self.read("/categories", (("q", text[:4000]), ("k", str(k))))).data
        return [CategoryHit(_category(each), each["score"]) for each in data]

    async def category(self, code: str) -> Category | None:
        """The class of a code."""
        try:
            return _category((await self.read(f"/categories/{path_part(code)}")).data)
        except NotFound:
            return None

    async def read(self, path: str, query: Query = (), who: Principal | None = None) -> Answer:
        """A read below the interface's prefix: tried again a little later, within the total time."""
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._tried(_Request("GET", path, tuple(query), who=who, until=self._deadline()))
                return Answer(answer["data"], answer.get("page"))
        except TimeoutError:
            self._breaker.failed()
            raise Unavailable(LATER) from None

    async def _tried(self, request: _Request) -> Mapping[str, Any]:
        for attempt in range(TRIES):
            try:
                return await self._paced(request)
            except _Unsure:
                if attempt < TRIES - 1:
                    await asyncio.sleep(0.05 * 2**attempt * (1 + random.random()))  # noqa: S311
        raise Unavailable(LATER)

    async def write(self, method: str, path: str, body: Any, who: Principal, key: str) -> Mapping[str, Any]:
        """A write: sent once; when no answer came, the key is looked up before it is sent a second time."""
        request = _Request(method, path, body=body, who=who, key=key, until=self._deadline())
        try:
            async with asyncio.timeout(self._timeout_s):
                try:
                    return _data(await self._first(request))
                except (TimeoutError, _Unsure) as problem:
                    if isinstance(problem, TimeoutError):
                        self._breaker.failed()
                    return await self._settle(request)
        except TimeoutError:
            self._breaker.failed()
            raise Unavailable(LATER) from None

    async def _first(self, request: _Request) -> Mapping[str, Any]:
        """The first sending of a write, which may take a share of its time; waiting when asked to is not sending."""
        while True:
            try:
                async with asyncio.timeout(self._timeout_s * FIRST_SHARE):
                    return await self._send(request)
            except _Busy as busy:
                await _rest(busy.wait_s, request.until)

    async def _paced(self, request: _Request) -> Mapping[str, Any]:
        """Send; when the platform asks to wait, wait and send again while there is time."""
        while True:
            try:
                return await self._send(request)
            except _Busy as busy:
                await _rest(busy.wait_s, request.until)

    async def _settle(self, request: _Request) -> Mapping[str, Any]:
        """Find out what became of a write, and send it once more only if the platform does not know it."""
        path = f"/requests/{path_part(request.key or '')}"
        look = _Request("GET", path, who=request.who, until=request.until)
        try:
            known = _data(await self._tried(look))
        except NotFound:
            known = {}
        if "response" in known:
            found: Mapping[str, Any] = known["response"]
            return found
        try:
            return _data(await self._paced(request))
        except _Unsure:
            raise Unavailable(LATER) from None

    async def _send(self, request: _Request) -> Mapping[str, Any]:
        """Send once, unless the platform rests; an answer of any kind means that it is there."""
        if not self._breaker.allows():
            raise Unavailable(LATER)
        try:
            answer = await self._answer(request)
        except _Unsure:
            self._breaker.failed()
            raise
        except (ToolError, _Busy):
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return answer

    async def _answer(self, request: _Request) -> Mapping[str, Any]:
        """The answer to one request; its business code decides, whatever the HTTP status says."""
        path = f"{API}{request.path}"
        body = b"" if request.body is None else json.dumps(request.body, ensure_ascii=False, sort_keys=True).encode()
        try:
            response = await self._http.request(
                request.method, path, params=list(request.query), content=body, headers=self._headers(request, body)
            )
            answer = response.json()
        except (httpx.TransportError, ValueError):
            raise _Unsure from None
        if not isinstance(answer, dict) or "code" not in answer:
            raise _Unsure
        if answer["code"] != "0":
            _raise(str(answer["code"]), str(answer.get("message", "")), response.headers.get("Retry-After"))
        if answer.get("data") is None or response.status_code >= 400:
            raise _Unsure
        return answer

    def _deadline(self) -> float:
        return asyncio.get_running_loop().time() + self._timeout_s

    def _headers(self, request: _Request, body: bytes) -> dict[str, str]:
        signed = Signed(request.method, f"{API}{request.path}", request.query, body)
        headers = sign_headers(signed, self._app_key, self._secret, signer=self._signer)
        if body:
            headers["Content-Type"] = "application/json"
        if request.who is not None:
            headers[HEADER] = assert_principal(request.who, self._app_key, self._secret)
        if request.key is not None:
            headers["Idempotency-Key"] = request.key
        return headers


def open_platform(base_url: str, *, app_key: str, secret: str, timeout_s: float = 8.0) -> Platform:
    """A client over the network; for in process hand `Platform` an `httpx.ASGITransport`."""
    return Platform(base_url=base_url, app_key=app_key, secret=secret, timeout_s=timeout_s)


def _raise(code: str, message: str, retry_after: str | None) -> NoReturn:
    kind: dict[str, type[ToolError]] = {"400": ToolError, "403": NotAllowed, "404": NotFound, "409": Conflict}
    if code[:3] in kind:
        raise kind[code[:3]](message)
    if code.startswith("401"):
        raise Unavailable(REFUSED)
    if code.startswith("429"):
        raise _Busy(_seconds(retry_after))
    raise _Unsure


def _seconds(retry_after: str | None) -> float:
    """What a Retry-After header asks for: seconds, or a moment; a second where it says nothing we can read."""
    said = (retry_after or "").strip()
    if said.isascii() and said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return 1.0


async def _rest(wait_s: float, until: float) -> None:
    """Wait as asked, but never past the end of the call: then say when to come back."""
    if asyncio.get_running_loop().time() + wait_s >= until:
        raise Unavailable(BUSY.format(seconds=math.ceil(wait_s)))
    await asyncio.sleep(max(wait_s, 0.05))


def _data(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    data: Mapping[str, Any] = answer["data"]
    return data


def path_part(value: str) -> str:
    """One path segment: an id, a number, a key; anything else cannot exist."""
    cleaned = value.strip()
    if not cleaned or not all(each.isascii() and (each.isalnum() or each in "-_.:") for each in cleaned):
        raise NotFound("没有找到，请核对编号。")
    return cleaned


def _category(data: Mapping[str, Any]) -> Category:
    values = {name: value for name, value in data.items() if name != "score"}
    deadline = values.pop("sample_deadline", None)
    values["synonyms"], values["alternatives"] = tuple(data["synonyms"]), tuple(data["alternatives"])
    return Category(**values, sample_deadline=SampleDeadline(**deadline) if deadline else None)
