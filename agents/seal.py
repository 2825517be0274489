"""Signing and sealing with the desk's secret: claims kept for recovery, personal data at rest."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import jwt
from cryptography.fernet import Fernet

from tools import Principal


class Seal:
    """Keeps what must not be read (vaults) or forged (claims) in the database."""

    def __init__(self, secret: str) -> None:
        key = hashlib.sha256(b"hanzhi-vault:" + secret.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))
        self._claims_key = hashlib.sha256(b"hanzhi-claims:" + secret.encode()).hexdigest()

    def close(self, values: Mapping[str, Any]) -> str:
        """Encrypt a JSON-like mapping."""
        return self._fernet.encrypt(json.dumps(values, ensure_ascii=False).encode()).decode()

    def open(self, sealed: str) -> dict[str, Any]:
        """Decrypt what `close` made."""
        opened: dict[str, Any] = json.loads(self._fernet.decrypt(sealed.encode()))
        return opened

    def sign_claims(self, principal: Principal, arguments_hash: str, until: datetime) -> str:
        """The principal's claims, bound to one set of arguments, valid until a wall-clock moment."""
        claims = {
            "sub": principal.id,
            "roles": sorted(principal.roles),
            "verified": principal.verified,
            "grids": list(principal.grids),
            "districts": list(principal.districts),
            "department": principal.department,
            "represents": principal.represents,
            "arguments": arguments_hash,
            "exp": int(until.timestamp()),
        }
        return jwt.encode(claims, self._claims_key, algorithm="HS256")

    def read_claims(self, token: str, arguments_hash: str, *, expired: bool = False) -> Principal | None:
        """The principal of signed claims; None when they are forged, for other arguments, or too old.

        `expired` accepts old ones: for an action the platform already holds, only its result is fetched.
        """
        try:
            claims = jwt.decode(
                token,
                self._claims_key,
                algorithms=["HS256"],
                options={"require": ["exp", "sub"], "verify_exp": not expired},
            )
        except jwt.InvalidTokenError:
            return None
        if claims["arguments"] != arguments_hash:
            return None
        return Principal(
            id=claims["sub"],
            roles=frozenset(claims["roles"]),
            verified=claims["verified"],
            grids=tuple(claims["grids"]),
            districts=tuple(claims["districts"]),
            department=claims["department"],
            represents=claims["represents"],
        )


def hash_arguments(tool: str, arguments: Mapping[str, Any]) -> str:
    """SHA-256 over the tool's name and its canonical JSON arguments."""
    canonical = json.dumps([tool, arguments], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
