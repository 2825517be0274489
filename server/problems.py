"""Every refusal as RFC 9457 problem details, with a Chinese `detail` that says what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException as AnyHTTPException

from agents import (
    Conflict,
    DeskError,
    Forbidden,
    Gone,
    Invalid,
    KnowledgeError,
    LibraryBusy,
    Receipt,
    ToolError,
    Unknown,
    UnknownBase,
    UnknownDocument,
)

from . import wording
from .bodies import ReceiptBody

MEDIA_TYPE = "application/problem+json"
HINT = "urn:hanzhi:input"
_KINDS: Mapping[int, str] = {
    400: "malformed",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    409: "conflict",
    410: "expired",
    413: "too-large",
    415: "unsupported-format",
    421: "wrong-host",
    422: "invalid",
    429: "too-often",
    500: "internal",
    503: "unavailable",
}
_TOOL_STATUS: Mapping[str, int] = {
    "invalid": 422,
    "not_allowed": 403,
    "not_found": 404,
    "conflict": 409,
    "unavailable": 503,
}


class ProblemBody(BaseModel):
    """Why a request was refused (RFC 9457)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "type": "urn:hanzhi:problem:invalid",
                "title": "内容不合要求",
                "status": 422,
                "detail": "消息是空的。请写下要咨询或办理的事。",
                "field": "text",
                "trace_id": "5f0c6e0f6a1b2c3d",
            }
        },
    )
    type: str = Field(description="The kind of problem, `urn:hanzhi:problem:…`.")
    title: str
    status: int
    detail: str = Field(description="What happened and what to do next, in Chinese.")
    field: str | None = Field(None, description="The field the problem is about.")
    receipt: ReceiptBody | None = Field(None, description="Set when the action had been executed before.")
    trace_id: str = Field(description="Names this request in the server's log.")


class Problem(HTTPException):
    """A refusal; keyword arguments are headers."""

    def __init__(
        self, status: int, detail: str, field: str | None = None, receipt: Receipt | None = None, **headers: str
    ) -> None:
        super().__init__(status, detail, headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.field, self.receipt = field, receipt


def unauthenticated(detail: str) -> Problem:
    """A 401 that says what to do."""
    return Problem(401, detail, WWW_Authenticate='Bearer error="invalid_token"')


def problem_response(request: Request, problem: Problem) -> Response:
    """A problem as a response."""
    status = problem.status_code
    body = ProblemBody(
        type=f"urn:hanzhi:problem:{_KINDS.get(status, 'other')}",
        title=wording.TITLES.get(status, wording.TITLES[400 if status < 500 else 500]),
        status=status,
        detail=problem.detail,
        field=problem.field,
        receipt=ReceiptBody.model_validate(problem.receipt) if problem.receipt else None,
        trace_id=request.state.trace_id,
    )
    return Response(body.model_dump_json(exclude_none=True), status, problem.headers, MEDIA_TYPE)


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer with, for its documentation; some every route may."""
    always = (400, 401, 403, 421, 422, 429, 500)
    return {status: {"model": ProblemBody, "description": _KINDS[status]} for status in sorted({*always, *statuses})}


def add_problem_handlers(app: FastAPI) -> None:
    """Have every known error answered as a problem; the unknown ones are the gate's."""
    app.add_exception_handler(AnyHTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _wrong_input)
    for family in (DeskError, KnowledgeError, ToolError):
        app.add_exception_handler(family, _from_the_rooms)


def status_of(problem: Exception) -> int:
    """The HTTP status of an error of the rooms behind the counter."""
    if isinstance(problem, ToolError):
        return _TOOL_STATUS.get(problem.kind, 422)
    for kinds, status in _STATUS:
        if isinstance(problem, kinds):
            return status
    return 422


_STATUS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], int], ...] = (
    ((Unknown, UnknownDocument, UnknownBase), 404),
    (Forbidden, 403),
    (Conflict, 409),
    (Gone, 410),
    (LibraryBusy, 503),
)


async def _from_the_rooms(request: Request, problem: Exception) -> Response:
    field = problem.field if isinstance(problem, Invalid) else None
    receipt = problem.receipt if isinstance(problem, Conflict) else None
    status = status_of(problem)
    headers = {"Retry_After": "5"} if status == 503 else {}
    return problem_response(request, Problem(status, str(problem), field, receipt, **headers))


async def _refused(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, AnyHTTPException)
    if isinstance(problem, Problem):
        return problem_response(request, problem)
    status = problem.status_code
    detail = wording.DETAILS.get(status, wording.DETAILS[400 if status < 500 else 500])
    return problem_response(request, Problem(status, detail, None, None, **(problem.headers or {})))


async def _wrong_input(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, RequestValidationError)
    error = problem.errors()[0]
    where = tuple(error["loc"])
    if where and where[0] == "path":
        return problem_response(request, Problem(404, _NOT_THAT_ID))
    field = ".".join(str(part) for part in where[1:])[:_FIELD]
    explained = _explain(error, field or wording.WHOLE_BODY)
    return problem_response(request, Problem(422, explained, field or None))


_NOT_THAT_ID = "没有找到这个编号。请核对后重试。"
_FIELD = 80  # a field name may be the client's own invention


def _explain(error: Mapping[str, Any], field: str) -> str:
    """One sentence about one error; what was sent is never repeated."""
    kind, context = str(error["type"]), dict(error.get("ctx") or {})
    if kind == HINT:
        return str(error["msg"])
    if kind == "literal_error":
        context["expected"] = re.sub(r"'([^']*)'", r"\1", str(context["expected"])).replace(" or ", "、")
        context["expected"] = context["expected"].replace(", ", "、")
    template = wording.INPUT.get(kind, wording.ANY_INPUT)
    return template.format(field=field, **context)
