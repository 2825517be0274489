"""On whose behalf a request is made: a short-lived token the application signs and the platform trusts."""

from __future__ import annotations

import hashlib
import time

import jwt

from ..principal import Principal

HEADER = "X-On-Behalf-Of"
LASTS_S = 120


def assert_principal(who: Principal, app_key: str, secret: str) -> str:
    """A compact HS256 token of what the platform may know of the person."""
    now = int(time.time())
    claims = {
        "iss": app_key,
        "sub": who.id,
        "roles": sorted(who.roles),
        "grids": list(who.grids),
        "districts": list(who.districts),
        "department": who.department,
        "verified": who.verified,
        "represents": who.represents,
        "iat": now,
        "exp": now + LASTS_S,
    }
    return jwt.encode(claims, _key(secret), algorithm="HS256")


def read_assertion(token: str, app_key: str, secret: str) -> Principal | None:
    """The person of a token; None when it is forged, foreign or too old."""
    try:
        claims = jwt.decode(
            token,
            _key(secret),
            algorithms=["HS256"],
            issuer=app_key,
            options={"require": ["sub", "exp", "roles"]},
            leeway=5,
        )
    except jwt.InvalidTokenError:
        return None
    return Principal(
        id=str(claims["sub"]),
        roles=frozenset(claims["roles"]),
        verified=bool(claims.get("verified")),
        grids=tuple(claims.get("grids") or ()),
        districts=tuple(claims.get("districts") or ()),
        department=claims.get("department"),
        represents=claims.get("represents"),
    )


def _key(secret: str) -> bytes:
    return hashlib.sha256(f"on-behalf-of:{secret}".encode()).digest()
