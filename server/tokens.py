"""Access tokens of the configured OIDC issuer: RS256 or ES256, checked against its published keys."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

import httpx
import jwt

from agents import LOOPBACK, Misconfigured, Principal, Role, Settings

from . import wording
from .problems import Problem, unauthenticated

_log = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 30
FRESH_S = 600.0
PAUSE_S = 10.0
STALE_S = 86_400.0
_ROLES = frozenset(get_args(Role))
_SMALLEST_RSA = 2048


def open_issuer(settings: Settings) -> Issuer:
    """The issuer of the settings; raises `Misconfigured` when its keys cannot be read at all."""
    place = settings.jwks
    if "://" in place:
        parts = urlsplit(place)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
            raise Misconfigured(f"设置 jwks（环境变量 HANZHI_JWKS）的值 {place!r} 不可用：地址要以 https:// 开头。")
        return Issuer(settings.issuer, settings.audience, Keys(lambda: _download(place)))
    path = Path(place)
    try:
        usable = read_keys(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise Misconfigured(
            f"设置 jwks（环境变量 HANZHI_JWKS）指向的公钥文件 {path} 读不了：{problem}。请检查路径和内容。"
        ) from None
    if not usable:
        raise Misconfigured(f"公钥文件 {path} 里没有可用的公钥。需要 RS256（至少 2048 位）或 ES256 的签名公钥。")
    return Issuer(settings.issuer, settings.audience, Keys(lambda: asyncio.to_thread(path.read_bytes)))


class Keys:
    """The issuer's public keys, cached; asked for again when they are old or a token names an unknown one."""

    def __init__(self, fetch: Callable[[], Awaitable[bytes]], pause_s: float = PAUSE_S) -> None:
        self._fetch, self._pause_s = fetch, pause_s
        self._keys: tuple[jwt.PyJWK, ...] = ()
        self._read_at = self._tried_at = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        """The key of that name; without a name, the only one for the algorithm."""
        if time.monotonic() - self._read_at > FRESH_S:
            await self._refresh()
        found = self._pick(kid, algorithm)
        if found is None and time.monotonic() - self._tried_at > self._pause_s:
            await self._refresh()
            found = self._pick(kid, algorithm)
        return found

    def _pick(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        fitting = [key for key in self._keys if key.algorithm_name == algorithm and kid in (None, key.key_id)]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self) -> None:
        async with self._lock:
            if time.monotonic() - self._tried_at < self._pause_s:
                return self._require_keys()
            self._tried_at = time.monotonic()
            try:
                self._keys = read_keys(await self._fetch())
                self._read_at = self._tried_at
            except (OSError, ValueError, httpx.HTTPError) as problem:
                # The keys we have go on for a day; without any, nobody gets in.
                _log.warning("the issuer's keys could not be read: %s", type(problem).__name__)
            return self._require_keys()

    def _require_keys(self) -> None:
        if not self._keys or time.monotonic() - self._read_at > STALE_S:
            raise Problem(503, wording.NO_KEYS, Retry_After="10")


class Issuer:
    """Checks tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, keys: Keys) -> None:
        self._issuer, self._audience, self._keys = issuer, audience, keys

    async def principal(self, token: str) -> Principal:
        """The person a token speaks of; raises a 401 `Problem`."""
        try:
            header = jwt.get_unverified_header(token)
        except _MALFORMED:
            raise unauthenticated(wording.LOGIN_BAD) from None
        algorithm, kid = header.get("alg"), header.get("kid")
        if algorithm not in ALGORITHMS or not isinstance(kid, str | None):
            raise unauthenticated(wording.LOGIN_BAD)
        key = await self._keys.find(kid, algorithm)
        if key is None:
            raise unauthenticated(wording.LOGIN_BAD)
        return principal_of(self._claims(token, key, algorithm))

    def _claims(self, token: str, key: jwt.PyJWK, algorithm: str) -> Mapping[str, Any]:
        try:
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.ExpiredSignatureError:
            raise unauthenticated(wording.LOGIN_OLD) from None
        except jwt.ImmatureSignatureError:
            raise unauthenticated(wording.LOGIN_EARLY) from None
        except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
            raise unauthenticated(wording.LOGIN_FOREIGN) from None
        except _MALFORMED:
            raise unauthenticated(wording.LOGIN_BAD) from None
        return claims


_MALFORMED = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)


def principal_of(claims: Mapping[str, Any]) -> Principal:
    """The principal of checked claims; roles we do not know are left out."""
    who = _text(claims, "sub")
    if who is None or who.startswith("anon-"):
        raise unauthenticated(wording.LOGIN_POOR.format(claim="sub"))
    verified = claims.get("verified", False)
    if not isinstance(verified, bool):
        raise unauthenticated(wording.LOGIN_POOR.format(claim="verified"))
    return Principal(
        id=who,
        roles=frozenset(_list(claims, "roles")) & _ROLES or frozenset(("anonymous",)),
        name=_text(claims, "name"),
        verified=verified,
        grids=_list(claims, "grids"),
        districts=_list(claims, "districts"),
        department=_text(claims, "department"),
        represents=_text(claims, "represents"),
    )


def _text(claims: Mapping[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise unauthenticated(wording.LOGIN_POOR.format(claim=name))
    return value


def _list(claims: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = claims.get(name, [])
    if not isinstance(value, list) or len(value) > 1000 or not all(isinstance(each, str) for each in value):
        raise unauthenticated(wording.LOGIN_POOR.format(claim=name))
    return tuple(value)


def read_keys(data: bytes) -> tuple[jwt.PyJWK, ...]:
    """The keys of a JWKS that may check signatures here; raises `ValueError` when it is no JWKS."""
    published = json.loads(data)
    if not isinstance(published, dict) or not isinstance(published.get("keys"), list):
        raise ValueError("不是 JWKS（缺少 keys）")
    usable = []
    for each in published["keys"]:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK.from_dict(each)
        except jwt.PyJWTError:
            continue  # a kind of key this version does not know
        strong = key.key_type != "RSA" or key.key.key_size >= _SMALLEST_RSA
        if key.algorithm_name in ALGORITHMS and strong:
            usable.append(key)
    return tuple(usable)


async def _download(url: str) -> bytes:
    async with httpx.AsyncClient(timeout=5, trust_env=False, follow_redirects=False) as client:
        answer = await client.get(url)
        answer.raise_for_status()
        return answer.content
