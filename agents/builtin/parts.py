"""The built-in tools and chat models, as a plugin. No loaders: the knowledge room brings its own."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from tools import Platform, case_tools, place_tools

from ..hooks import ModelMaker, hookimpl
from ..models import OfflineModel, open_endpoint, open_script
from ..settings import Settings


@hookimpl
def register_tools(platform: Platform) -> list[BaseTool]:
    """Case and place tools of the 一网统管 platform."""
    return [*case_tools(platform), *place_tools(platform)]


@hookimpl
def register_models() -> Mapping[str, ModelMaker]:
    """`offline`, `endpoint` and `scripted`."""
    return {"offline": _offline, "endpoint": _endpoint, "scripted": _scripted}


def _offline(settings: Settings) -> BaseChatModel:
    return OfflineModel(cache_dir=settings.data_dir / "cache")


def _endpoint(settings: Settings) -> BaseChatModel:
    key = settings.model_key.get_secret_value()
    return open_endpoint(settings.model_url, settings.model_name, key, settings.model_timeout_s)


def _scripted(settings: Settings) -> BaseChatModel:
    return open_script(settings.data_dir / "script.json")
