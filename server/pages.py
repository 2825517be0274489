"""The web page: `/` and the files under `/static`, with the right types, revalidated by ETag."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path, PurePath

from fastapi import FastAPI, HTTPException, Request, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
# Some systems' tables call JavaScript by older names, which browsers refuse for modules under `nosniff`.
_TYPES: Mapping[str, str] = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
}


class Files(StaticFiles):
    """Static files with types of our own and revalidation at every use."""

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, or 304 when the browser has it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        if kind := _TYPES.get(PurePath(full_path).suffix.lower()):
            response.headers["content-type"] = kind
        response.headers["cache-control"] = "no-cache"
        return response


def add_pages(app: FastAPI, folder: Path = STATIC) -> None:
    """Serve the page at `/` and its files under `/static`."""
    files = Files(directory=folder, check_dir=False)

    async def index(request: Request) -> Response:
        if request.scope["path"] != "/":
            raise HTTPException(404)
        return await files.get_response("index.html", request.scope)

    app.add_route("/", index, methods=["GET", "HEAD"], include_in_schema=False)
    app.mount("/static", files, name="static")
