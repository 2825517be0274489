"""What the platform sends by itself: read, after the signature was checked. Receivers act once per event id."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from .signing import WINDOW_S, Signed, matches


@dataclass(frozen=True)
class Event:
    """Something that happened on the platform; `id` is the same when it is delivered again."""

    id: str
    sequence: int
    type: str
    at: str
    data: Mapping[str, Any]


def read_event(
    headers: Mapping[str, str], path: str, body: bytes, secret: str, *, now: Callable[[], float] = time.time
) -> Event | None:
    """The event of a delivery; None when the signature is wrong, too old, or the body is no event."""
    given = {name.lower(): value for name, value in headers.items()}
    stamp, nonce = given.get("x-timestamp", ""), given.get("x-nonce", "")
    method, signature = given.get("x-signature-method", ""), given.get("x-signature", "")
    if not stamp.isdecimal() or abs(now() - int(stamp) / 1000) > WINDOW_S:
        return None
    if not matches(Signed("POST", path, (), body), secret, stamp, nonce, method, signature):
        return None
    try:
        return Event(**json.loads(body))
    except (ValueError, TypeError):
        return None
