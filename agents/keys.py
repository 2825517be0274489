"""API keys: made and revoked by operators, shown once, stored as a hash, each with roles and duties of its own."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from tools import Principal

from .database import Database
from .errors import Conflict, Forbidden, Invalid, Unknown
from .rows import moment, new_id, record, stamp
from .tables import api_keys

PREFIX = "hz_"
OWNER = "key:"
ROLES = frozenset(
    ("citizen", "grid", "acceptor", "dispatcher", "supervisor", "department", "developer", "operator")
)  # fmt: skip


@dataclass(frozen=True)
class KeyDraft:
    """What a key shall be allowed: roles, and the grids, districts or department they are bound to."""

    name: str
    roles: frozenset[str]
    grids: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    department: str | None = None
    days: int | None = None


@dataclass(frozen=True)
class ApiKey:
    """A key as operators see it; the secret itself is nowhere."""

    id: str
    name: str
    roles: tuple[str, ...]
    grids: tuple[str, ...]
    districts: tuple[str, ...]
    department: str | None
    created_by: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class NewKey:
    """A key that was just made, with its secret, this once."""

    key: ApiKey
    secret: str


class ApiKeys:
    """Makes, lists, revokes and recognises keys."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, who: Principal, draft: KeyDraft, *, idempotency_key: str | None = None) -> NewKey:
        """Make a key; the same idempotency key again is a conflict, since a secret is shown once."""
        _operators_only(who)
        _check(draft)
        secret = PREFIX + secrets.token_urlsafe(32)
        row = {
            "id": new_id("k"), "hash": _hash(secret), "name": draft.name, "roles": json.dumps(sorted(draft.roles)),
            "duties": json.dumps({"grids": draft.grids, "districts": draft.districts, "department": draft.department}),
            "created_by": who.id, "created_at": stamp(), "expires_at": _ends(draft.days), "revoked_at": None,
            "idempotency_key": idempotency_key,
        }  # fmt: skip
        await self._database.write(lambda connection: _insert(connection, who, row))
        return NewKey(_shown(row), secret)

    async def all(self, who: Principal) -> list[ApiKey]:
        """Every key, newest first, revoked ones too."""
        _operators_only(who)
        query = select(api_keys).order_by(api_keys.c.created_at.desc(), api_keys.c.id)
        rows = await self._database.read(lambda connection: connection.execute(query).mappings().all())
        return [_shown(dict(row)) for row in rows]

    async def revoke(self, who: Principal, key_id: str) -> None:
        """End a key at once, for every replica; raises `Unknown`. Revoked twice is revoked."""
        _operators_only(who)
        await self._database.write(lambda connection: _revoke(connection, who, key_id))

    async def find(self, secret: str) -> Principal | None:
        """Whom a secret stands for; None when there is no such key, or it has ended."""
        query = select(api_keys).where(api_keys.c.hash == _hash(secret))
        row = await self._database.read(lambda connection: connection.execute(query).mappings().first())
        if row is None or row["revoked_at"] is not None:
            return None
        if row["expires_at"] is not None and moment(row["expires_at"]) <= datetime.now(UTC):
            return None
        return _principal(dict(row))


def _insert(connection: Connection, who: Principal, row: Mapping[str, Any]) -> None:
    if row["idempotency_key"] is not None:
        query = select(api_keys.c.id).where(
            api_keys.c.created_by == who.id, api_keys.c.idempotency_key == row["idempotency_key"]
        )
        known = connection.execute(query).scalar()
        if known is not None:
            raise Conflict(f"这个请求已经建好密钥 {known}。密钥只显示一次，没有记下就请吊销它，再用新的幂等键重建。")
    connection.execute(api_keys.insert().values(**row))
    record(connection, who.id, "key_created", row["id"], {"name": row["name"], "roles": json.loads(row["roles"])})


def _revoke(connection: Connection, who: Principal, key_id: str) -> None:
    found = connection.execute(select(api_keys.c.revoked_at).where(api_keys.c.id == key_id)).first()
    if found is None:
        raise Unknown("没有这个密钥。请核对编号，编号见密钥列表。")
    if found.revoked_at is None:
        connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(revoked_at=stamp()))
        record(connection, who.id, "key_revoked", key_id, {})


def _operators_only(who: Principal) -> None:
    """A key makes no keys: what leaks must not multiply."""
    if "operator" not in who.roles or who.id.startswith(OWNER):
        raise Forbidden("接口密钥只由运维人员本人管理。请用有 operator 角色的个人身份登录。")


def _check(draft: KeyDraft) -> None:
    unknown = sorted(draft.roles - ROLES)
    if unknown or not draft.roles:
        raise Invalid(f"roles 要给出至少一个角色，只能是 {'、'.join(sorted(ROLES))}。", "roles")
    if "department" in draft.roles and not draft.department:
        raise Invalid("角色 department 要写明 department（部门名称）。", "department")
    if "grid" in draft.roles and not draft.grids:
        raise Invalid("角色 grid 要写明 grids（责任网格编码）。", "grids")


def _ends(days: int | None) -> str | None:
    return stamp(datetime.now(UTC) + timedelta(days=days)) if days else None


def _principal(row: Mapping[str, Any]) -> Principal:
    """A machine is nobody's verified identity, whatever its roles."""
    duties = json.loads(row["duties"])
    return Principal(
        id=f"{OWNER}{row['id']}",
        roles=frozenset(json.loads(row["roles"])),
        name=row["name"],
        verified=False,
        grids=tuple(duties["grids"]),
        districts=tuple(duties["districts"]),
        department=duties["department"],
    )


def _shown(row: Mapping[str, Any]) -> ApiKey:
    duties = json.loads(row["duties"])
    return ApiKey(
        row["id"], row["name"], tuple(json.loads(row["roles"])), tuple(duties["grids"]), tuple(duties["districts"]),
        duties["department"], row["created_by"], moment(row["created_at"]),
        moment(row["expires_at"]) if row["expires_at"] else None,
        moment(row["revoked_at"]) if row["revoked_at"] else None,
    )  # fmt: skip


def _hash(secret: str) -> str:
    """256 random bits need no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()
