"""Starting the server, and bringing its databases up to date."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from .counter import read_settings_here

Host = Annotated[str | None, typer.Option(help="监听地址；不写用设置 host。")]
Port = Annotated[int | None, typer.Option(help="监听端口；不写用设置 port。")]


def serve(host: Host = None, port: Port = None) -> None:
    """启动服务。"""
    given = {"host": host, "port": port}
    settings = read_settings_here(**{name: each for name, each in given.items() if each is not None})
    import server

    server.serve(settings)


def migrate() -> None:
    """把数据库升级到当前版本；服务启动时也会自动升级。"""
    settings = read_settings_here(bundled_knowledge=False)
    import agents

    asyncio.run(agents.open_house(settings).close())
    print("数据库已是当前版本。")
