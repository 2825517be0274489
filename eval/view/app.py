"""The viewer's routes. Reading only; nothing leaves this machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from .divergence import first_divergence
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
    runs = [RunIndex(folder) for folder in folders]
    rooms = _Rooms(runs)
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

    def __init__(self, runs: Sequence[RunIndex]) -> None:
        self._runs = runs
        self._units = [each.by_unit() for each in runs]

    async def runs(self, request: Request) -> Response:
        return JSONResponse([{"name": each.folder.name, "trials": len(each.entries)} for each in self._runs])

    async def trials(self, request: Request) -> Response:
        run = self._run(request)
        if run is None:
            return _unknown()
        rows = run.listed()
        others = self._units[1 - request.path_params["run"]] if len(self._runs) == 2 else {}
        for row in rows:
            other = others.get(row["unit"])
            row["other"] = other.key if other else None
            row["changed"] = other is not None and (other.passed is True) != (row["passed"] is True)
        return JSONResponse(rows)

    async def trial(self, request: Request) -> Response:
        run = self._run(request)
        found = run.open(request.path_params["key"]) if run else None
        if run is None or found is None:
            return _unknown()
        body = {
            "name": run.entries[found.trajectory.key].name,
            "sample": asdict(found.sample),
            "trajectory": found.trajectory.to_json(),
            "scores": [each.to_json() for each in found.scores.values()],
            "divergence": None,
        }
        other_key = request.query_params.get("against")
        if other_key and len(self._runs) == 2:
            other = self._runs[1 - request.path_params["run"]].open(other_key)
            apart = first_divergence(found.trajectory, other.trajectory) if other else None
            body["divergence"] = asdict(apart) if apart else None
        return JSONResponse(body)

    async def sample(self, request: Request) -> Response:
        run = self._run(request)
        found = run.open(request.path_params["key"]) if run else None
        if found is None:
            return _unknown()
        return PlainTextResponse(draft_sample(found.plain, found.trajectory))

    def _run(self, request: Request) -> RunIndex | None:
        number = request.path_params["run"]
        return self._runs[number] if 0 <= number < len(self._runs) else None


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
