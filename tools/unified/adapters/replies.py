"""Answers and refusals in the shape of the native interface."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from .georeport import GeoProblem


class Refused(Exception):
    """A refusal as the native interface words it; the first three digits of the code are the HTTP status."""

    def __init__(self, code: str, message: str, retry_after: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.retry_after = code, message, retry_after


def respond(
    code: str, message: str, data: Any = None, page: Mapping[str, int] | None = None, retry_after: str | None = None
) -> httpx.Response:
    """One answer."""
    body = {"code": code, "message": message, "data": data, "request_id": "adapter"}
    if page is not None:
        body["page"] = dict(page)
    status = 200 if code == "0" else int(code[:3])
    return httpx.Response(status, json=body, headers={"Retry-After": retry_after} if retry_after else None)


def refusal(problem: GeoProblem, missing: str) -> httpx.Response:
    """The city's refusal; its own words are quoted as data."""
    words = f"本市平台没有接受：{problem.description}" if problem.description else "本市平台没有接受这个请求。"
    match problem.status:
        case 400 | 422:
            return respond("40001", words)
        case 401 | 403:
            return respond("40101", "接入凭证有误。")
        case 404 | 410:
            return respond("40401", missing)
        case 429:
            return respond("42901", "请求过于频繁。", retry_after=problem.retry_after)
    return respond("50001", "本市平台内部错误。")
