"""The HTTP API called in plain words: the running server's, or the same application opened in this process."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .errors import Stop

if TYPE_CHECKING:
    import httpx

    from agents import House, Settings

Url = Annotated[str, typer.Option("--url", help="正在运行的服务地址；不写则按设置去找，找不到就在本进程内打开。")]
Who = Annotated[str, typer.Option("--as", help="演示身份，例如 citizen-1；空为匿名。")]
Token = Annotated[Path | None, typer.Option("--token-file", exists=True, help="存有访问令牌的文件，代替演示身份。")]


@dataclass(frozen=True)
class Counter:
    """The HTTP API, called in plain words; a refusal becomes `Stop` with the server's explanation."""

    client: httpx.AsyncClient
    runner: asyncio.Runner
    remote: bool

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """What lies at a path."""
        return _answer(self.runner.run(self.client.get(f"/api/v1{path}", params=query)))

    def post(self, path: str, **parts: Any) -> dict[str, Any]:
        """The answer to something sent."""
        return _answer(self.runner.run(self.client.post(f"/api/v1{path}", **parts)))


@contextmanager
def open_counter(url: str, who: str, token: Path | None) -> Iterator[Counter]:
    """The counter of the running server; without one, of the same application opened in this process."""
    import httpx

    house: House | None = None
    with asyncio.Runner() as runner:
        settings = None if url else read_settings_here()  # with an address given, the rooms stay unloaded
        if settings and reached(f"{address(settings)}/healthz") != 200:
            house, client = _in_process(settings, runner)
        else:
            client = httpx.AsyncClient(base_url=url or address(read_settings_here()), timeout=120, trust_env=False)
        counter = Counter(client, runner, remote=house is None)
        try:
            _log_in(counter, who, token)
            yield counter
        except httpx.TransportError as problem:
            raise Stop(f"{client.base_url} 没有应答（{problem}）。请检查地址，或先启动服务：hanzhi serve。") from None
        finally:
            runner.run(client.aclose())
            if house is not None:
                runner.run(house.close())


def _in_process(settings: Settings, runner: asyncio.Runner) -> tuple[House, httpx.AsyncClient]:
    import httpx

    from agents import open_house
    from server import create_app

    with unsearched():
        house = open_house(settings)
    runner.run(house.desk.start())
    transport = httpx.ASGITransport(app=create_app(house.desk, settings, house.sandbox))
    return house, httpx.AsyncClient(base_url="http://127.0.0.1", transport=transport, timeout=120)


def address(settings: Settings) -> str:
    """Where the server of these settings is called."""
    # A wildcard address is listened on, not called.
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)  # noqa: S104
    return f"http://{host}:{settings.port}"


def _log_in(counter: Counter, who: str, token: Path | None) -> None:
    bearer = token.read_text(encoding="utf-8").strip() if token else ""
    if who and not token:
        bearer = counter.post("/demo/login", json={"identity": who})["token"]
    if bearer:
        counter.client.headers["Authorization"] = f"Bearer {bearer}"


def _answer(response: httpx.Response) -> dict[str, Any]:
    body: Any = response.json() if "json" in response.headers.get("content-type", "") else {}
    if response.is_success and body:
        return dict(body)
    raise Stop(body.get("detail") or f"{response.url} 答复了 {response.status_code}。请确认地址指向汉治通服务。")


def read_settings_here(**changes: Any) -> Settings:
    """The settings of this folder and environment."""
    with unsearched():
        from agents import read_settings

    return read_settings(**changes)


@contextmanager
def unsearched() -> Iterator[None]:
    """No search for garbage while rooms are loaded and opened: nothing of it is, and the search takes its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def reached(url: str, headers: dict[str, str] | None = None) -> int | str:
    """The status an address answers with, or in words why it does not."""
    import httpx

    try:
        return httpx.get(url, headers=headers, timeout=5, trust_env=False).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        return f"{type(problem).__name__} {problem}"
