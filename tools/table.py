"""Which tool is for whom, from the code: `python -m tools.table` prints it as Markdown."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import get_args

from langchain_core.tools import BaseTool

from .define import spec_of
from .principal import Role
from .unified import Platform


def all_tools(platform: Platform) -> list[BaseTool]:
    """The tools of every maker the room exports, by name."""
    door = vars(sys.modules[__package__ or "tools"])
    makers = [each for name, each in door.items() if name.endswith("_tools") and inspect.isfunction(each)]
    found = {tool.name: tool for make in makers for tool in make(platform)}
    return [found[name] for name in sorted(found)]


def role_table(tools: Iterable[BaseTool]) -> str:
    """Tools × roles: W for a write that waits for a yes, R for a read."""
    roles = get_args(Role)
    lines = ["| tool | | " + " | ".join(roles) + " |", "| --- | --- |" + " --- |" * len(roles)]
    for tool in tools:
        spec = spec_of(tool)
        mark = "W" if spec.effect == "write" else "R"
        cells = [mark if role in spec.roles else "" for role in roles]
        lines.append(f"| `{spec.name}` | {spec.title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(role_table(all_tools(Platform(base_url="http://unused", app_key="", secret=""))) + "\n")
