"""One command, `hanzhi`: start the house, ask it, fill it, look after it.

It speaks HTTP to the running server, or to the same application in this process when none runs:
the embedded vector store belongs to exactly one process. The rooms are imported only when needed.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import ClassVar

from commands import (
    App,
    Menu,
    RoomCommands,
    Stop,
    ask,
    chat,
    doctor,
    ingest,
    knowledge,
    migrate,
    search,
    serve,
)

HERE = Path(__file__).resolve().parent
ROOMS = ("agents", "commands", "eval", "knowledge", "server", "tools")


class Hanzhi(Menu):
    """The sections of `hanzhi --help`, and the rooms that bring commands of their own."""

    sections: ClassVar = {
        "使用": ("serve", "ask", "chat", "search"),
        "知识库": ("ingest", "knowledge"),
        "维护": ("doctor", "migrate"),
        "评测": ("eval",),
    }
    rooms: ClassVar = {"eval": RoomCommands("eval", "评测：运行场景、打分、出报告。")}


app = App("汉治通：城市治理智能体。", Hanzhi)
app.add(serve, ask, chat, search, ingest, doctor, migrate)
app.add_typer(knowledge, name="knowledge")


def main() -> None:
    """Run the command line; what the user can mend is one message on stderr, a bug keeps its traceback."""
    if problem := shadowed(HERE):
        sys.exit(problem)
    try:
        app()
    except Stop as problem:
        sys.exit(str(problem))
    except Exception as problem:
        from agents import DeskError
        from knowledge import KnowledgeError
        from tools import SandboxBusy

        if isinstance(problem, DeskError | KnowledgeError | SandboxBusy):
            sys.exit(str(problem))
        raise


def shadowed(house: Path) -> str:
    """What to say when a room would be imported from somewhere else than beside this file; else empty."""
    for room in ROOMS:
        spec = importlib.util.find_spec(room)
        places = [*(spec.submodule_search_locations or ()), spec.origin or ""] if spec else []
        if places and Path(places[0]).resolve() != house / room:
            return (
                f"{room} 应来自 {house / room}，实际来自 {places[0]}。\n"
                "另一个安装包占用了这个名字。请为汉治通单独建一个虚拟环境（make install），或卸载那个包。"
            )
    return ""


if __name__ == "__main__":
    main()
