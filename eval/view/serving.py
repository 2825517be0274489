"""Runs the viewer on the loopback address until it is stopped."""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from .app import view_app


def serve_view(folders: Sequence[Path], port: int, tell: Callable[[str], None]) -> None:
    """Listen on 127.0.0.1; port 0 takes a free one. Says where before it begins."""
    app = view_app(folders)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        tell(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
        server.run(sockets=[listening])
