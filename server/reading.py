"""Reading a request: who is asking first, then a body within its limits, in time, as strict JSON."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Callable, Coroutine
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response, params
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope

from . import wording
from .counter import Counter
from .problems import Problem

DEPTH = 32
BODY_S = 15.0
UPLOAD_S = 300.0
FORM_ROOM = 65_536  # what a form needs beside its file


class CounterRoute(APIRoute):
    """A route of the counter: the person is known before a byte of the body is read."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler with everything that must be checked before it."""
        handle = super().get_route_handler()
        form = self.body_field is not None and isinstance(self.body_field.field_info, params.Form)
        has_body = self.body_field is not None

        async def at_the_counter(request: Request) -> Response:
            counter: Counter = request.app.state.counter
            visit = await counter.admit(request)
            request.state.visit = visit
            _check_query(request.scope["query_string"])
            if form and "operator" not in visit.who.roles:
                raise Problem(403, wording.UPLOAD_STAFF)  # the desk refuses too, but only after a long upload
            checked = _checked(request, counter, form) if has_body else request
            response = await handle(checked)
            visit.leave(response)
            return response

        return at_the_counter


class CheckedRequest(Request):
    """A request whose body is bounded and whose JSON is strict."""

    async def json(self) -> Any:
        """The body as strict JSON; raises `Problem`."""
        return read_json(await self.body())

    def form(self, *, max_files: int | float = 1, max_fields: int | float = 24, max_part_size: int = FORM_ROOM) -> Any:
        """The body as a form with one file."""
        return super().form(max_files=max_files, max_fields=max_fields, max_part_size=max_part_size)


def read_json(data: bytes) -> Any:
    """Strict JSON: UTF-8, no NaN or infinity, no name twice, no lone surrogates, not too deep."""
    try:
        value = json.loads(
            data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_bad_number, parse_float=_finite
        )
    except UnicodeDecodeError:
        raise Problem(400, wording.JSON_ENCODING) from None
    except json.JSONDecodeError as problem:
        raise Problem(400, wording.JSON_SYNTAX.format(position=problem.pos + 1)) from None
    except RecursionError:
        raise Problem(400, wording.JSON_DEPTH.format(depth=DEPTH)) from None
    except ValueError:  # an integer of more digits than Python converts
        raise Problem(400, wording.JSON_NUMBER) from None
    _check_value(value, 0)
    return value


def _checked(request: Request, counter: Counter, form: bool) -> CheckedRequest:
    """Refuse what the headers already tell; bound the rest."""
    headers = request.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    limit = counter.settings.max_upload_bytes + FORM_ROOM if form else counter.settings.max_body_bytes
    length = headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise Problem(415, wording.NO_ENCODING)
    if form and kind != "multipart/form-data":
        raise Problem(415, wording.WANT_FORM)
    sends = length not in ("", "0") or "transfer-encoding" in headers
    if not form and sends and kind != "application/json":
        raise Problem(415, wording.WANT_JSON)
    return CheckedRequest(request.scope, _bounded(request.receive, limit, UPLOAD_S if form else BODY_S))


def _bounded(receive: Receive, limit: int, seconds: float) -> Receive:
    seen = 0
    until = asyncio.get_running_loop().time() + seconds

    async def bounded() -> Message:
        nonlocal seen
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise Problem(408, wording.DETAILS[408]) from None
        seen += len(message.get("body", b""))
        if seen > limit:
            raise _too_large(limit)
        return message

    return bounded


def _too_large(limit: int) -> Problem:
    return Problem(413, wording.TOO_LARGE.format(limit=limit))


def _check_query(query: bytes) -> None:
    if not query:
        return
    try:
        unquoted = unquote_to_bytes(query).decode("utf-8")
    except UnicodeDecodeError:
        raise Problem(400, wording.BAD_QUERY) from None
    if "\0" in unquoted:
        raise Problem(400, wording.BAD_QUERY)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise Problem(400, wording.JSON_TWICE)
    return made


def _bad_number(_name: str) -> NoReturn:
    raise Problem(400, wording.JSON_NUMBER)


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise Problem(400, wording.JSON_NUMBER)
    return number


def _check_value(value: Any, depth: int) -> None:
    if depth > DEPTH:
        raise Problem(400, wording.JSON_DEPTH.format(depth=DEPTH))
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check_value(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_value(inner, depth + 1)
    elif isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise Problem(400, wording.JSON_NUMBER)


def _check_text(text: str) -> None:
    if "\0" in text or (not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)):
        raise Problem(400, wording.JSON_TEXT)


def limited(app: Any, limit: int) -> Any:
    """A mounted application whose request bodies are bounded too."""

    async def bounded_app(scope: Scope, receive: Receive, send: Any) -> None:
        await app(scope, _bounded(receive, limit, BODY_S) if scope["type"] == "http" else receive, send)

    return bounded_app
