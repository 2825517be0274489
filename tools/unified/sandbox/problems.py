"""The platform's error codes and its envelope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BAD_PARAMETER, BAD_SIGNATURE, STALE, REPLAY = "40001", "40101", "40102", "40103"
FORBIDDEN, NOT_FOUND, KEY_CONFLICT, BAD_STATE = "40301", "40401", "40901", "40902"
RATE_LIMIT, UPSTREAM = "42901", "50001"


class Problem(Exception):
    """A refusal; the first three digits of the code are the HTTP status."""

    def __init__(self, code: str, message: str, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retry_after_s = retry_after_s

    @property
    def http_status(self) -> int:
        """The HTTP status that agrees with the code."""
        return int(self.code[:3])


def envelope(
    data: Any, request_id: str, *, code: str = "0", message: str = "成功", page: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """The shape of every native answer."""
    body = {"code": code, "message": message, "data": data, "request_id": request_id}
    return {**body, "page": dict(page)} if page is not None else body
