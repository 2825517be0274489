"""The list of commands in sections, and rooms that bring commands of their own, loaded when called."""

from __future__ import annotations

import importlib
import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperGroup


def new_app(words: str, cls: type[TyperGroup] | None = None) -> typer.Typer:
    """An application, or a group of commands in one, as all of them are set up."""
    return typer.Typer(
        cls=cls,
        help=words,
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )


@dataclass(frozen=True)
class RoomCommands:
    """A room whose module `commands` holds a Typer application named `app`; there is none when the room is not."""

    room: str
    words: str

    @property
    def here(self) -> bool:
        """Whether this installation has the room and its commands; looks for the file, imports nothing."""
        spec = importlib.util.find_spec(self.room)
        return any(Path(place, "commands.py").is_file() for place in (spec and spec.submodule_search_locations) or ())

    def load(self) -> Any:
        """The room's commands."""
        return typer.main.get_command(importlib.import_module(f"{self.room}.commands").app)


class Menu(TyperGroup):
    """The commands in sections; rooms that bring their own are named in the help without being loaded."""

    sections: ClassVar[dict[str, tuple[str, ...]]] = {}
    rooms: ClassVar[dict[str, RoomCommands]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of all commands, the rooms' included."""
        return [*super().list_commands(ctx), *(name for name, room in self.rooms.items() if room.here)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command by its name; a room's is loaded now."""
        room = self.rooms.get(cmd_name)
        return room.load() if room and room.here else super().get_command(ctx, cmd_name)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands section by section; what no section names comes last."""
        left = dict.fromkeys(self.list_commands(ctx))
        sections = {
            **self.sections,
            "其他": tuple(set(left) - {each for part in self.sections.values() for each in part}),
        }
        for title, names in sections.items():
            rows = [(name, self._words(ctx, name)) for name in names if name in left]
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)

    def _words(self, ctx: Any, name: str) -> str:
        if room := self.rooms.get(name):
            return room.words
        return str(self.commands[name].get_short_help_str(limit=200))
