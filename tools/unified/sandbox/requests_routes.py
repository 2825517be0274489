"""What became of a write: asked by its idempotency key."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request

from .auth import CheckedCaller
from .domain import ground_of, request_id
from .problems import NOT_FOUND, Problem, envelope

router = APIRouter(prefix="/api/v1")


@router.get("/requests/{key}")
def get_request(key: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Whether a write with this key was carried out; its result only for the person who asked for it."""
    found = ground_of(request).store.request(caller.app, key)
    if found is None:
        raise Problem(NOT_FOUND, "没有带这个幂等键的请求。")
    data: dict[str, Any] = {"key": key, "status": found["status"], "created_at": found["created_at"]}
    if caller.person is not None and caller.person.id == found["subject"]:
        data["response"] = json.loads(found["response"])
    return envelope(data, request_id(request))
