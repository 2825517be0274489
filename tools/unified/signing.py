"""How requests to the platform are signed: HMAC-SHA256 or HMAC-SM3 behind one interface."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC

WINDOW_S = 300.0
NONCE_KEPT_S = 600.0


class Signer(Protocol):
    """One signature algorithm: how bodies are digested and how the canonical string is signed."""

    name: str

    def digest(self, body: bytes) -> str:
        """Hexadecimal digest of a body."""

    def sign(self, secret: str, text: str) -> str:
        """Hexadecimal signature of the canonical string."""


class HmacSha256:
    """The default: SHA-256 digests, HMAC-SHA256 signatures."""

    name = "HMAC-SHA256"

    def digest(self, body: bytes) -> str:
        """SHA-256 of the body."""
        return hashlib.sha256(body).hexdigest()

    def sign(self, secret: str, text: str) -> str:
        """HMAC-SHA256 of the canonical string."""
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class HmacSm3:
    """The national algorithm (GB/T 32905): SM3 digests, HMAC-SM3 signatures."""

    name = "HMAC-SM3"

    def digest(self, body: bytes) -> str:
        """SM3 of the body."""
        work = hashes.Hash(hashes.SM3())
        work.update(body)
        return work.finalize().hex()

    def sign(self, secret: str, text: str) -> str:
        """HMAC-SM3 of the canonical string."""
        work = HMAC(secret.encode(), hashes.SM3())
        work.update(text.encode())
        return work.finalize().hex()


SIGNERS: dict[str, Signer] = {each.name: each for each in (HmacSha256(), HmacSm3())}


@dataclass(frozen=True)
class Signed:
    """A request as it is signed; `path` is relative to the platform's base."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


def canonical(request: Signed, timestamp: str, nonce: str, digest: Callable[[bytes], str]) -> str:
    """METHOD, PATH, sorted query, digest of the body, timestamp and nonce, one per line."""
    parts = (request.method.upper(), request.path, sorted_query(request.query), digest(request.body), timestamp, nonce)
    return "\n".join(parts)


def sorted_query(pairs: Iterable[tuple[str, str]]) -> str:
    """The query sorted by name and value, percent-encoded."""
    return "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in sorted(pairs))


def sign_headers(
    request: Signed, app_key: str, secret: str, *, signer: Signer | None = None, now: Callable[[], float] = time.time
) -> dict[str, str]:
    """The headers that prove which application sent the request."""
    algorithm = signer or SIGNERS[HmacSha256.name]
    timestamp, nonce = str(int(now() * 1000)), secrets.token_hex(16)
    return {
        "X-App-Key": app_key,
        "X-Timestamp": timestamp,
        "X-Nonce": nonce,
        "X-Signature-Method": algorithm.name,
        "X-Signature": algorithm.sign(secret, canonical(request, timestamp, nonce, algorithm.digest)),
    }


def matches(request: Signed, secret: str, timestamp: str, nonce: str, method: str, signature: str) -> bool:
    """Whether a signature is right, compared in constant time."""
    signer = SIGNERS.get(method)
    if signer is None:
        return False
    expected = signer.sign(secret, canonical(request, timestamp, nonce, signer.digest))
    return hmac.compare_digest(expected.encode(), signature.encode())
