"""The bundled 一网统管 platform: a FastAPI application over its own store. It runs no lifespan."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from ...categories import bundled_categories
from ...gazetteer import bundled_gazetteer
from ...pacing import Pacing
from .casework import Casework
from .deliveries import Deliveries
from .domain import Clock, Ground
from .domains import DOMAINS
from .faults import FaultPlayer, Faults
from .open311 import create_open311
from .problems import BAD_PARAMETER, Problem, envelope
from .store import Store
from .testing_routes import add_test_routes


@dataclass(frozen=True)
class Sandbox:
    """An open sandbox: hand `app` to a transport, a mount or a server; `close` lets go of its folder."""

    app: FastAPI
    store: Store
    deliveries: Deliveries

    def limit(self, per_s: float) -> None:
        """Let each caller call so many times a second from now on (0: as often as they like); beyond that, 429."""
        self.app.state.pacing = Pacing(per_s, max(1.0, per_s)) if per_s else None

    def close(self) -> None:
        """Close the store."""
        self.store.close()


def open_sandbox(
    folder: Path,
    *,
    clock: Clock,
    apps: Mapping[str, str],
    faults: Faults | None = None,
    test_routes: bool = False,
    demo: bool = False,
) -> Sandbox:
    """Open the sandbox kept in a folder; `apps` maps application keys to their secrets.

    `demo` fills a new file with demo rows; `test_routes` adds `/sandbox/…` (faults, state, reset, snapshots).
    Raises `SandboxBusy` when another process has the folder open.
    """
    store = Store(folder, [domain.schema for domain in DOMAINS])
    ground = Ground(store, clock, bundled_gazetteer(), bundled_categories())
    fill(ground, demo=demo)
    deliveries = Deliveries(ground, apps, faults or Faults())
    app = create_sandbox(ground, apps=apps, faults=deliveries.faults)
    if test_routes:
        add_test_routes(app, ground, deliveries, fill)
    return Sandbox(app, store, deliveries)


def fill(ground: Ground, *, demo: bool) -> None:
    """Write every domain's reference rows, and its demo rows where the file has never had them."""
    now = ground.clock()
    with ground.store.write() as connection:
        done = {row["name"] for row in connection.execute("SELECT name FROM seeded").fetchall()}
        for domain in DOMAINS:
            if domain.reference is not None:
                domain.reference(connection, now)
            if demo and domain.seed is not None and domain.name not in done:
                domain.seed(connection, now)
                connection.execute("INSERT INTO seeded VALUES (?, ?)", (domain.name, ground.now()))


def create_sandbox(ground: Ground, *, apps: Mapping[str, str], faults: Faults) -> FastAPI:
    """The application over an open store."""
    app = FastAPI(title="一网统管沙盒平台", version="1", docs_url="/docs", redoc_url=None)
    app.state.ground, app.state.store, app.state.apps = ground, ground.store, dict(apps)
    app.state.pacing = None
    app.add_middleware(FaultPlayer, faults=faults)
    app.add_middleware(_RequestIds)
    for domain in DOMAINS:
        if domain.router is not None:
            app.include_router(domain.router)
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _bad_parameter)
    app.add_exception_handler(HTTPException, _no_route)
    app.mount("/open311/v2", create_open311(Casework(ground), apps, lambda: app.state.pacing))
    return app


class _RequestIds:
    """Gives every request an id, its own or a new one."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
            scope.setdefault("state", {})["request_id"] = given[:64] or secrets.token_hex(8)
        await self._app(scope, receive, send)


def _respond(request: Request, status: int, code: str, message: str, retry_after_s: int | None = None) -> JSONResponse:
    headers = {"Retry-After": str(retry_after_s)} if retry_after_s is not None else None
    return JSONResponse(envelope(None, str(request.state.request_id), code=code, message=message), status, headers)


async def _refused(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return _respond(request, problem.http_status, problem.code, problem.message, problem.retry_after_s)


async def _bad_parameter(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, RequestValidationError)
    names = [".".join(str(part) for part in error["loc"][1:]) or "请求体" for error in problem.errors()]
    return _respond(request, 400, BAD_PARAMETER, f"参数不合要求：{'、'.join(dict.fromkeys(names))}。")


async def _no_route(request: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, HTTPException)
    return _respond(request, problem.status_code, f"{problem.status_code}01", "没有这个接口。")
