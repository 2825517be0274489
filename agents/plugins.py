"""One plugin manager per house: the built-in plugins first, then installed ones (entry-point group `hanzhi`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pluggy
from langchain_core.tools import BaseTool

from knowledge import Library, Loader
from tools import Platform

from . import hooks
from .errors import Misconfigured
from .records import Agent

GROUP = "hanzhi"


@dataclass(frozen=True)
class Plugins:
    """What the plugins bring, asked hook by hook; two things with one name is an error."""

    manager: pluggy.PluginManager

    def agents(self) -> tuple[Agent, ...]:
        """Every agent, in order of registration."""
        found = tuple(agent for brought in self._ask("register_agents") for agent in brought)
        _refuse_doubles("智能体", [agent.name for agent in found])
        return found

    def tools(self, platform: Platform, library: Library) -> tuple[BaseTool, ...]:
        """Every tool."""
        found = tuple(
            each for brought in self._ask("register_tools", platform=platform, library=library) for each in brought
        )
        _refuse_doubles("工具", [each.name for each in found])
        return found

    def loaders(self) -> tuple[Loader, ...]:
        """Every extra loader."""
        return tuple(loader for brought in self._ask("register_loaders") for loader in brought)

    def models(self) -> Mapping[str, hooks.ModelMaker]:
        """Every chat model by name."""
        brought: list[Mapping[str, hooks.ModelMaker]] = self._ask("register_models")
        _refuse_doubles("模型", [name for each in brought for name in each])
        return {name: maker for each in brought for name, maker in each.items()}

    def _ask(self, hook: str, **arguments: object) -> list:  # type: ignore[type-arg]
        # pluggy answers last-registered first; built-ins come first in the house.
        answers: list = getattr(self.manager.hook, hook)(**arguments)  # type: ignore[type-arg]
        return answers[::-1]


def open_plugins(built_in: Iterable[object], *, installed: bool = True, extra: Sequence[object] = ()) -> Plugins:
    """Collect plugins; an unknown hook name or wrong argument stops with the plugin's name."""
    manager = pluggy.PluginManager("hanzhi")
    manager.add_hookspecs(hooks)
    try:
        for plugin in (*built_in, *extra):
            manager.register(plugin)
        if installed:
            manager.load_setuptools_entrypoints(GROUP)
        manager.check_pending()
    except pluggy.PluginValidationError as problem:
        raise Misconfigured(f"插件有误：{problem}。请检查钩子的名字和参数（见 docs/plugins.md）。") from problem
    return Plugins(manager)


def _refuse_doubles(what: str, names: Sequence[str]) -> None:
    doubles = sorted({name for name in names if names.count(name) > 1})
    if doubles:
        raise Misconfigured(f"有两个{what}都叫 {'、'.join(doubles)}。请给其中一个改名。")
