"""Who is asking: a verified token, an API key, or an anonymous session kept in a signed cookie. Nothing else counts."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import Request, Response

from agents import LOOPBACK, ApiKeys, Misconfigured, Principal, Settings

from . import wording
from .demo import DemoTokens
from .problems import Problem, unauthenticated
from .tokens import Issuer, open_issuer

COOKIE = "hanzhi_session"
SESSION_S = 30 * 86_400
MAX_TOKEN = 8192
KEY_PREFIX = "hz_"
_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_SESSION = re.compile(r"(anon-[0-9a-f]{16})\.([0-9]{10})\.([0-9a-f]{64})")


@dataclass(frozen=True)
class Known:
    """A person, and the session cookie to hand out when there is a new one."""

    principal: Principal
    session: str | None = None


class Identities:
    """Turns the credentials of a request into a principal; the only place that does."""

    def __init__(self, settings: Settings, keys: ApiKeys) -> None:
        refuse_unprotected(settings)
        self._keys = keys
        secret = settings.signing_secret()
        self._sessions = Sessions(secret)
        self.demo = DemoTokens(secret) if settings.demo else None
        self._issuer: Issuer | None = open_issuer(settings) if settings.issuer else None

    async def of(self, request: Request) -> Known:
        """Who sent this request; raises `Problem`."""
        header = request.headers.get("authorization")
        if header is not None:
            return Known(await self._of_token(header))
        refuse_foreign_pages(request)
        return self._sessions.known(request.cookies.get(COOKIE))

    async def _of_token(self, header: str) -> Principal:
        scheme, _, token = header.partition(" ")
        token = token.strip()
        if scheme.lower() != "bearer" or not token:
            raise unauthenticated(wording.LOGIN_MISSING)
        if len(token) > MAX_TOKEN or not token.isascii():
            raise unauthenticated(wording.LOGIN_BAD)
        if token.startswith(KEY_PREFIX):
            return await self._of_key(token)
        if self._issuer is not None:
            return await self._issuer.principal(token)
        if self.demo is not None:
            return self.demo.principal(token)
        raise unauthenticated(wording.LOGIN_BAD)

    async def _of_key(self, secret: str) -> Principal:
        who = await self._keys.find(secret)
        if who is None:
            raise unauthenticated(wording.KEY_BAD)
        return who


class Sessions:
    """Anonymous sessions: an id that is not secret, signed so that nobody can take another's."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"hanzhi-session:" + secret.encode()).digest()

    def known(self, cookie: str | None) -> Known:
        """The session of a cookie; a new one when there is none, or none of ours, or it is too old."""
        match = _SESSION.fullmatch(cookie or "")
        if match and hmac.compare_digest(self._mac(match[1], match[2]), match[3]):
            age = time.time() - int(match[2])
            if age < SESSION_S:
                renewed = self._cookie(match[1]) if age > SESSION_S / 2 else None
                return Known(_anonymous(match[1]), renewed)
        made = f"anon-{secrets.token_hex(8)}"
        return Known(_anonymous(made), self._cookie(made))

    def _cookie(self, session: str) -> str:
        since = str(int(time.time()))
        return f"{session}.{since}.{self._mac(session, since)}"

    def _mac(self, session: str, since: str) -> str:
        return hmac.new(self._key, f"{session}.{since}".encode(), hashlib.sha256).hexdigest()


def keep_session(response: Response, session: str, *, secure: bool) -> None:
    """Give the browser its session cookie."""
    response.set_cookie(COOKIE, session, max_age=SESSION_S, path="/", secure=secure, httponly=True, samesite="lax")


def refuse_unprotected(settings: Settings) -> None:
    """Without an issuer anybody could be anybody: then only this machine may be listened on."""
    if not settings.issuer and settings.host not in LOOPBACK:
        raise Misconfigured(
            f"监听 {settings.host} 需要身份提供方，没有启动。请设置 HANZHI_ISSUER 和 HANZHI_JWKS，"
            "或者只监听本机：HANZHI_HOST=127.0.0.1。"
        )


def refuse_foreign_pages(request: Request) -> None:
    """A cookie travels by itself: what changes something must come from our own page, or from no page at all."""
    if request.method in _SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None and site not in ("same-origin", "none"):
        raise Problem(403, wording.CROSS_SITE)
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise Problem(403, wording.CROSS_SITE)


def _anonymous(session: str) -> Principal:
    return Principal(session, frozenset(("anonymous",)))
