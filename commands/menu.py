"""The list of commands in sections, help and errors in Chinese, and rooms that bring commands of their own.

Those rooms are loaded when one of their commands is called.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import typer
from typer.core import TyperCommand, TyperGroup


class Chinese:
    """What a command's help says around its own words."""

    def format_usage(self: Any, ctx: Any, formatter: Any) -> None:
        """Write the line that shows how the command is called."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="用法：")

    def format_options(self: Any, ctx: Any, formatter: Any) -> None:
        """Write arguments and options, then the commands of a group."""
        for kind, title in (("argument", "参数"), ("option", "选项")):
            rows = [each.get_help_record(ctx) for each in self.get_params(ctx) if each.param_type_name == kind]
            if shown := [(name, _in_chinese(words)) for name, words in filter(None, rows)]:
                with formatter.section(title):
                    formatter.write_dl(shown)
        if isinstance(self, TyperGroup):
            self.format_commands(ctx, formatter)


class App(typer.Typer):
    """An application, or a group of commands in one, as all of them are set up."""

    def __init__(self, words: str, cls: type[TyperGroup] | None = None) -> None:
        super().__init__(
            cls=cls or Menu,
            help=words,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            pretty_exceptions_enable=False,
            options_metavar="[选项]",
            subcommand_metavar="命令 [参数]...",
        )

    def add(self, *functions: Callable[..., None], name: str | None = None) -> None:
        """Make functions commands, under their own names or this one."""
        for each in functions:
            self.command(name, cls=Page, options_metavar="[选项]")(each)


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


class Page(Chinese, TyperCommand):
    """The help of one command."""


class Menu(Chinese, TyperGroup):
    """The commands in sections; rooms that bring their own are named in the help without being loaded."""

    sections: ClassVar[dict[str, tuple[str, ...]]] = {}
    rooms: ClassVar[dict[str, RoomCommands]] = {}

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        *,
        standalone_mode: bool = True,
        **more: Any,
    ) -> Any:
        """Run a command; a wrong one is explained in Chinese, with exit code 2."""
        if not standalone_mode:
            return super().main(args, prog_name, standalone_mode=False, **more)
        try:
            code = super().main(args, prog_name, standalone_mode=False, **more)
        except typer.Abort:
            print("已中断。", file=sys.stderr)
            sys.exit(1)
        except Exception as problem:
            if not hasattr(problem, "format_message"):
                raise
            explain(problem)
            sys.exit(problem.exit_code)  # type: ignore[attr-defined]
        return sys.exit(code if isinstance(code, int) else 0)

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
        if not self.sections:
            with formatter.section("命令"):
                formatter.write_dl([(name, self._words(ctx, name)) for name in left])
            return
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


def explain(problem: Any) -> None:
    """Say on stderr what is wrong with a command line, and where its help is."""
    kind, ctx = type(problem).__name__, getattr(problem, "ctx", None)
    if kind == "NoArgsIsHelpError":
        problem.show()
        return
    param = getattr(problem, "param", None)
    named = " / ".join(param.opts) if param else ""
    told = {
        "NoSuchOption": f"没有选项 {getattr(problem, 'option_name', '')}。",
        "MissingParameter": f"缺少 {named}。",
        "BadParameter": f"{named} 的值不对：{problem.message}",
    }
    words = told.get(kind) or _in_chinese(problem.format_message())
    path = ctx.command_path if ctx else "hanzhi"
    print(f"命令写法不对：{words}\n请看 {path} --help。", file=sys.stderr)


_SAID = {
    "Show this message and exit.": "显示这段说明。",
    "[required]": "（必填）",
    "[default: ": "[默认 ",
    "No such command ": "没有命令 ",
    ". Did you mean ": "。是不是想用 ",
    "Missing command.": "缺少命令。",
}


def _in_chinese(words: str) -> str:
    for said, chinese in _SAID.items():
        words = words.replace(said, chinese)
    return words
