"""Who sent a request (the signing application) and for whom (the person it vouches for)."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request

from ...pacing import Pacing
from ...principal import Principal
from ..assertion import HEADER, read_assertion
from ..signing import WINDOW_S, Signed, matches
from .problems import BAD_PARAMETER, BAD_SIGNATURE, FORBIDDEN, RATE_LIMIT, REPLAY, STALE, Problem
from .store import Store, Write


@dataclass(frozen=True)
class Caller:
    """A checked request: its application, its person where there is one, and its idempotency key."""

    app: str
    person: Principal | None
    key: str | None

    @property
    def who(self) -> Principal:
        """The person; a request without one may not touch cases."""
        if self.person is None:
            raise Problem(FORBIDDEN, "请求没有说明代表哪一位用户，不能访问。")
        return self.person

    def write(self, request: Request, body: Mapping[str, Any], at: str) -> Write:
        """This write as it is remembered under its key."""
        text = json.dumps(
            [request.method, relative_path(request), body, self.who.id], ensure_ascii=False, sort_keys=True
        )
        return Write(self.app, self.write_key, self.who.id, hashlib.sha256(text.encode()).hexdigest(), at)

    @property
    def write_key(self) -> str:
        """The idempotency key every write must carry."""
        if not self.key or len(self.key) > 200:
            raise Problem(BAD_PARAMETER, "写操作必须带 Idempotency-Key（1 到 200 个字符）。")
        return self.key


def relative_path(request: Request) -> str:
    """The path below the platform's base, wherever the sandbox is mounted."""
    path = str(request.scope["path"])
    return path.removeprefix(str(request.scope.get("root_path", ""))) or "/"


async def check_caller(request: Request) -> Caller:
    """Refuse bad signatures, old timestamps and replays, in that order."""
    apps: Mapping[str, str] = request.app.state.apps
    store: Store = request.app.state.store
    headers = request.headers
    app_key = headers.get("X-App-Key", "")
    timestamp, nonce = headers.get("X-Timestamp", ""), headers.get("X-Nonce", "")
    signed = Signed(
        request.method, relative_path(request), tuple(request.query_params.multi_items()), await request.body()
    )
    method, signature = headers.get("X-Signature-Method", "HMAC-SHA256"), headers.get("X-Signature", "")
    secret = apps.get(app_key)
    if secret is None or not matches(signed, secret, timestamp, nonce, method, signature):
        raise Problem(BAD_SIGNATURE, "签名不正确。")
    _pace(request.app.state.pacing, app_key)
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp) / 1000) > WINDOW_S:
        raise Problem(STALE, "时间戳超出允许范围（前后 5 分钟）。")
    if not nonce or not store.first_use(f"{app_key}:{nonce}", time.time()):
        raise Problem(REPLAY, "请求被重复发送（随机数已用过）。")
    return Caller(app_key, _person(headers.get(HEADER), app_key, secret), headers.get("Idempotency-Key"))


def _pace(pacing: Pacing | None, app_key: str) -> None:
    """Refuse an application that calls too often; nothing of its request is done."""
    wait_s = pacing.wait_s(app_key) if pacing else 0.0
    if wait_s:
        raise Problem(RATE_LIMIT, "请求过于频繁，请稍后再试。", math.ceil(wait_s))


def _person(token: str | None, app_key: str, secret: str) -> Principal | None:
    if token is None:
        return None
    who = read_assertion(token, app_key, secret)
    if who is None:
        raise Problem(BAD_SIGNATURE, "用户身份凭证无效或已过期。")
    return who


CheckedCaller = Annotated[Caller, Depends(check_caller)]
