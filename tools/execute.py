"""Runs one tool: arguments checked, the caller handed in, a total time limit, Chinese errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool
from pydantic import BaseModel, ValidationError

from .define import Call, ToolSpec, arguments_model, spec_of
from .errors import NotAllowed, ToolError, Unavailable


@dataclass(frozen=True)
class ToolResult:
    """What a tool returned, and the Chinese sentences that tell it."""

    data: Mapping[str, Any]
    said: str


async def run_tool(tool: BaseTool, arguments: Mapping[str, Any], call: Call) -> ToolResult:
    """Run a tool for a person.

    Raises `ToolError` (wrong arguments, not allowed, whatever the tool reports), `Unavailable`
    when it takes longer than its limit; every other exception is a bug and travels up.
    """
    spec = spec_of(tool)
    if not call.principal.roles & spec.roles:
        raise NotAllowed(f"您当前的身份不能使用“{spec.title}”。")
    limit = asyncio.timeout(spec.timeout_s)
    try:
        async with limit:
            data = await _run(tool, spec, arguments, call)
    except TimeoutError:
        if not limit.expired():
            raise
        raise Unavailable(f"“{spec.title}”没有在规定时间内完成，请稍后再试。") from None
    return ToolResult(data, spec.say(data) if spec.say else "")


async def _run(tool: BaseTool, spec: ToolSpec, arguments: Mapping[str, Any], call: Call) -> Mapping[str, Any]:
    """Our own tools are called directly; any other LangChain tool through its own way in."""
    ours = "spec" in (tool.metadata or {}) and isinstance(tool, StructuredTool)
    if not ours or not isinstance(tool, StructuredTool) or tool.coroutine is None:
        try:
            return _mapping(await tool.ainvoke(dict(arguments)))
        except ValidationError as problem:
            raise ToolError(_explain(problem, spec)) from None
    values = check_arguments(tool, arguments)
    if spec.takes_call:
        values["call"] = call
    return _mapping(await tool.coroutine(**values))


def check_arguments(tool: StructuredTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments converted to their declared types; an empty optional one counts as not given."""
    spec = spec_of(tool)
    given = {
        name: value for name, value in arguments.items() if name in spec.required or value not in (None, "", [], ())
    }
    if tool.coroutine is None:
        raise TypeError(f"tool {tool.name} has no coroutine")
    try:
        model = _model(tool.coroutine).model_validate(given)
    except ValidationError as problem:
        raise ToolError(_explain(problem, spec)) from None
    return {name: getattr(model, name) for name in type(model).model_fields}


@lru_cache(maxsize=4096)
def _model(function: Callable[..., Any]) -> type[BaseModel]:
    return arguments_model(function)


def _mapping(result: Any) -> Mapping[str, Any]:
    return result if isinstance(result, Mapping) else {"result": result}


def _explain(problem: ValidationError, spec: ToolSpec) -> str:
    parts = []
    for error in problem.errors(include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        slot = spec.slots.get(name)
        label = slot.label if slot else name
        if error["type"] == "missing":
            parts.append(f"缺少“{label}”。")
        elif error["type"] == "extra_forbidden":
            parts.append(f"没有名为“{name}”的参数。")
        else:
            parts.append(f"“{label}”的内容不合要求，请改一改再试。")
    return "".join(dict.fromkeys(parts))
