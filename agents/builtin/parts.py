"""The built-in tools and chat models, as a plugin. No loaders: the knowledge room brings its own."""

from __future__ import annotations

from collections.abc import Mapping

from langchain_core.language_models import BaseChatModel
from langchain_core.tools import BaseTool

from tools import (
    Platform,
    alert_tools,
    application_tools,
    case_approval_tools,
    case_centre_tools,
    case_feedback_tools,
    case_resume_tools,
    case_rule_tools,
    case_tools,
    case_visit_tools,
    component_tools,
    enterprise_tools,
    family_tools,
    handoff_tools,
    heat_tools,
    insurance_tools,
    item_tools,
    metric_tools,
    order_tools,
    outlet_tools,
    permit_tools,
    place_tools,
    staff_case_tools,
    staff_order_tools,
    visit_tools,
    waterlog_tools,
    weather_tools,
)

from ..hooks import ModelMaker, hookimpl
from ..models import Limits, OfflineModel, open_endpoint, open_script
from ..settings import Settings

_TOOLS = (
    case_tools,
    case_resume_tools,
    case_rule_tools,
    staff_case_tools,
    case_visit_tools,
    case_approval_tools,
    case_centre_tools,
    metric_tools,
    place_tools,
    item_tools,
    application_tools,
    outlet_tools,
    visit_tools,
    enterprise_tools,
    insurance_tools,
    family_tools,
    component_tools,
    heat_tools,
    weather_tools,
    waterlog_tools,
    permit_tools,
    alert_tools,
    order_tools,
    staff_order_tools,
    handoff_tools,
    case_feedback_tools,
)


@hookimpl
def register_tools(platform: Platform) -> list[BaseTool]:
    """The tools of the 一网统管 platform."""
    return [each for make in _TOOLS for each in make(platform)]


@hookimpl
def register_models() -> Mapping[str, ModelMaker]:
    """`offline`, `endpoint` and `scripted`."""
    return {"offline": _offline, "endpoint": _endpoint, "scripted": _scripted}


def _offline(settings: Settings) -> BaseChatModel:
    return OfflineModel(cache_dir=settings.cache)


def _endpoint(settings: Settings) -> BaseChatModel:
    limits = Limits(
        timeout_s=settings.model_timeout_s,
        silence_s=settings.model_silence_s,
        context_tokens=settings.model_context_tokens,
        tools=settings.model_tools,
    )
    key = settings.model_key.get_secret_value()
    return open_endpoint(settings.model_url, settings.model_name, key, limits, settings.model_body)


def _scripted(settings: Settings) -> BaseChatModel:
    return open_script(settings.data_dir / "script.json")
