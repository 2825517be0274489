"""The viewer's routes. Reading only; nothing leaves this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .bodies import Bodies
from .drafts import draft_sample
from .index import RunIndex

HERE = Path(__file__).parent
FILES = {
    "": ("view.html", "text/html"),
    "view.css": ("view.css", "text/css"),
    "view.js": ("view.js", "text/javascript"),
}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; frame-ancestors 'none'"
)
LOCAL = ("127.0.0.1", "localhost", "[::1]")


def view_app(folders: Sequence[Path]) -> Starlette:
    """The viewer over one run, or over two that are held against each other."""
    rooms = _Rooms(Bodies([RunIndex(folder) for folder in folders]))
    return Starlette(
        routes=[
            Route("/", _guarded(_file)),
            Route("/{name:str}", _guarded(_file)),
            Route("/api/runs", _guarded(rooms.runs)),
            Route("/api/runs/{run:int}/trials", _guarded(rooms.trials)),
            Route("/api/runs/{run:int}/trials/{key:str}", _guarded(rooms.trial)),
            Route("/api/runs/{run:int}/trials/{key:str}/sample", _guarded(rooms.sample)),
        ]
    )


class _Rooms:
    """What the page asks for."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies

    async def runs(self, request: Request) -> Response:
        return JSONResponse(self._bodies.run_list())

    async def trials(self, request: Request) -> Response:
        run = self._run(request)
        return _unknown() if run is None else JSONResponse(self._bodies.trial_list(run))

    async def trial(self, request: Request) -> Response:
        run, against = self._run(request), request.query_params.get("against", "")
        body = None if run is None else self._bodies.trial(run, request.path_params["key"], against)
        return _unknown() if body is None else JSONResponse(body)

    async def sample(self, request: Request) -> Response:
        run = self._run(request)
        found = None if run is None else self._bodies.runs[run].open(request.path_params["key"])
        return _unknown() if found is None else PlainTextResponse(draft_sample(found.plain, found.trajectory))

    def _run(self, request: Request) -> int | None:
        number: int = request.path_params["run"]
        return number if 0 <= number < len(self._bodies.runs) else None


async def _file(request: Request) -> Response:
    found = FILES.get(request.path_params.get("name", ""))
    if found is None:
        return _unknown()
    return Response((HERE / found[0]).read_bytes(), media_type=found[1])


def _guarded(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Only this machine by its own name (a page elsewhere could point its name here), and a strict policy."""

    async def guarded(request: Request) -> Response:
        host = request.headers.get("host", "").rsplit(":", 1)[0]
        reply = await answer(request) if host in LOCAL else PlainTextResponse("只能在本机打开。", 421)
        reply.headers["Content-Security-Policy"] = POLICY
        reply.headers["X-Content-Type-Options"] = "nosniff"
        reply.headers["Referrer-Policy"] = "no-referrer"
        reply.headers["Cache-Control"] = "no-store"
        return reply

    return guarded


def _unknown() -> Response:
    return JSONResponse({"detail": "没有这一项。"}, 404)
