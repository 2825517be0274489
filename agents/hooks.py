"""The four hooks by which everything comes in: built-in parts use them like a stranger's plugin.

A hook implementation may take any subset of the arguments, by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pluggy
from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from knowledge import Library, Loader
from tools import Platform

from .records import Agent

if TYPE_CHECKING:
    from .settings import Settings

hookspec = pluggy.HookspecMarker("hanzhi")
hookimpl = pluggy.HookimplMarker("hanzhi")

ModelMaker = Callable[["Settings"], BaseChatModel]


@hookspec
def register_agents() -> list[Agent]:
    """Agents this plugin brings."""
    raise NotImplementedError


@hookspec
def register_tools(platform: Platform, library: Library) -> list[BaseTool]:
    """Tools this plugin brings; `platform` is the 一网统管 client, `library` the knowledge base."""
    raise NotImplementedError


@hookspec
def register_loaders() -> list[Loader]:
    """Loaders for more kinds of files."""
    raise NotImplementedError


@hookspec
def register_models() -> Mapping[str, ModelMaker]:
    """Chat models by name: functions from the settings to a LangChain `BaseChatModel`."""
    raise NotImplementedError
