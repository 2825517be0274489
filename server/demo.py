"""Demo identities: they exist only on loopback and without an issuer, so that everything can be tried at once."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass

import jwt

from agents import Principal

from . import wording
from .problems import Problem, unauthenticated

LASTS_S = 12 * 3600
_ISSUER = "hanzhi-demo"
_JIANGHAN = ("420103011450000", "420103011449000")
_WUCHANG = ("420106011449000", "420106011450000")


def _person(name: str, role: str, title: str, **more: object) -> Principal:
    verified = role == "citizen"
    return Principal(name, frozenset((role,)), name=title, verified=verified, **more)  # type: ignore[arg-type]


IDENTITIES: Mapping[str, Principal] = {
    person.id: person
    for person in (
        _person("citizen-1", "citizen", "演示市民甲", represents="91420100MA4XA00013"),
        _person("citizen-2", "citizen", "演示市民乙"),
        _person("grid-1", "grid", "演示网格员", grids=_JIANGHAN + _WUCHANG, districts=("420103", "420106")),
        _person("acceptor-1", "acceptor", "演示受理员"),
        _person("dispatcher-1", "dispatcher", "演示派遣员"),
        _person("supervisor-1", "supervisor", "演示值班长"),
        _person("department-1", "department", "演示处置单位", department="江汉区市政维修所", districts=("420103",)),
        _person("developer-1", "developer", "演示开发者"),
        _person("operator-1", "operator", "演示运维人员"),
    )
}


@dataclass(frozen=True)
class DemoToken:
    """A token for a demo identity."""

    token: str
    principal: Principal
    expires_at: int


class DemoTokens:
    """Makes and checks the tokens of demo identities, with a key of their own."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(b"hanzhi-demo:" + secret.encode()).hexdigest()

    def issue(self, identity: str) -> DemoToken:
        """A token for a demo identity; raises a 404 `Problem` for an unknown one."""
        person = IDENTITIES.get(identity)
        if person is None:
            names = "、".join(IDENTITIES)
            raise Problem(404, wording.NO_DEMO.format(identity=identity, names=names), "identity")
        until = int(time.time()) + LASTS_S
        token = jwt.encode({"iss": _ISSUER, "sub": person.id, "exp": until}, self._key, algorithm="HS256")
        return DemoToken(token, person, until)

    def principal(self, token: str) -> Principal:
        """The demo identity of a token; raises a 401 `Problem`."""
        try:
            claims = jwt.decode(
                token, self._key, algorithms=["HS256"], issuer=_ISSUER, options={"require": ["exp", "sub", "iss"]}
            )
        except jwt.ExpiredSignatureError:
            raise unauthenticated(wording.LOGIN_OLD) from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            raise unauthenticated(wording.LOGIN_BAD) from None
        person = IDENTITIES.get(claims["sub"])
        if person is None:
            raise unauthenticated(wording.LOGIN_BAD)
        return person
