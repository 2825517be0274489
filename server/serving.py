"""Runs the server: opens the house, listens, and closes everything in order when it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn

from agents import House, Misconfigured, Settings, open_house, read_settings

from .application import create_app
from .events import Feed
from .identity import refuse_unprotected
from .logs import write_logs

DRAIN_S = 20


def serve(settings: Settings | None = None, plugins: Sequence[object] = ()) -> None:
    """Serve until SIGTERM or Ctrl-C, by default as the environment says; `plugins` come beside the installed ones.

    Raises `Misconfigured` with what to change.
    """
    settings = settings or read_settings()
    refuse_unprotected(settings)
    with _listening(settings) as listener:
        write_logs(settings.log_level)
        house = open_house(settings, plugins=plugins)
        app = create_app(house.desk, settings, house.sandbox, house.world)
        config = uvicorn.Config(
            app,
            loop="uvloop" if sys.platform != "win32" else "asyncio",
            http="httptools",
            ws="none",
            lifespan="off",
            log_config=None,
            log_level=settings.log_level,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=DRAIN_S,
        )
        with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
            runner.run(_run(house, Announcing(config), listener))


class Announcing(uvicorn.Server):
    """A server that says where it is once it can be reached, and ends endless streams before it drains."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening; who waits for news comes back by themselves."""
        feed: Feed = self.config.app.state.feed  # type: ignore[union-attr]
        feed.close()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then print the address."""
        await super().startup(sockets)
        for each in sockets or ():
            sys.stdout.write(f"汉治通已启动：{address_of(each)}（按 Ctrl-C 停止）\n")
            sys.stdout.flush()


def address_of(listener: socket.socket) -> str:
    """The address of a listening socket, as one types it into a browser."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


async def _run(house: House, server: uvicorn.Server, listener: socket.socket) -> None:
    with _stop_signals_only_stop_the_server():
        async with house:
            await server.serve(sockets=[listener])


@contextmanager
def _stop_signals_only_stop_the_server() -> Iterator[None]:
    """After draining, uvicorn raises the signal again; by default that would end us before the house is closed."""

    def heard(_number: int, _frame: Any) -> None:
        return None

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _listening(settings: Settings) -> Iterator[socket.socket]:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as problem:
        raise Misconfigured(f"监听地址 {settings.host} 不可用：{problem}。请检查 HANZHI_HOST。") from None
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(address)
        except OSError as problem:
            raise Misconfigured(
                f"不能监听 {settings.host} 的端口 {settings.port}：{problem.strerror}。"
                "它可能已被占用，请换一个端口：HANZHI_PORT。"
            ) from None
        yield listener
