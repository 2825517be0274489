"""What a model wrote as a tool's arguments, held against the schema it was shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from langchain_core.tools import BaseTool
from pydantic import BaseModel, ValidationError

from tools import ToolSpec, spec_of

from . import wording

# The one key of arguments that were no JSON object; its value is what the model wrote instead.
UNREADABLE, SHOWN_CHARS = "unreadable_json", 300
_EMPTY: tuple[Any, ...] = (None, "", [], {})
_MOST = 5


class WrongArguments(Exception):
    """Arguments that do not fit; the message is for the model to read."""


def checked(tool: BaseTool, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments in their declared types, empty ones left out; what is missing is not looked at here.

    Raises `WrongArguments` for unreadable JSON, unknown names, wrong types and values that are no choice.
    """
    if UNREADABLE in arguments:
        raise WrongArguments(wording.BROKEN_JSON)
    given = {name: value for name, value in arguments.items() if value not in _EMPTY}
    spec, schema = spec_of(tool), tool.args_schema
    typed = schema if isinstance(schema, type) and issubclass(schema, BaseModel) else None
    _known_only(given, _names(tool, typed))
    # What has no question to the user in it can only be mended by the model.
    if lacking := [name for name in spec.required if name not in spec.slots and name not in given]:
        raise WrongArguments(wording.LACKING_ARGUMENT.format(names="、".join(lacking)))
    if typed is not None:
        return _typed(typed, given, spec)
    if isinstance(schema, dict):
        _fits(schema, given)
    return given


def _names(tool: BaseTool, typed: type[BaseModel] | None) -> list[str] | None:
    """The names a tool takes; None when it takes any."""
    if typed is not None:
        return None if typed.model_config.get("extra") == "allow" else sorted(typed.model_fields)
    schema = tool.args_schema
    if isinstance(schema, dict):
        return None if schema.get("additionalProperties") else sorted(schema.get("properties", {}))
    return sorted(tool.args)


def _known_only(given: Mapping[str, Any], known: list[str] | None) -> None:
    if known is not None and (unknown := sorted(set(given) - set(known))):
        raise WrongArguments(wording.UNKNOWN_ARGUMENT.format(names="、".join(unknown), known="、".join(known) or "无"))


def _typed(schema: type[BaseModel], given: dict[str, Any], spec: ToolSpec) -> dict[str, Any]:
    """As the tool's model reads them, back as JSON values."""
    try:
        read = schema.model_validate(given)
    except ValidationError as problem:
        wrong = [each for each in problem.errors(include_url=False) if each["type"] != "missing"]
        if wrong:
            raise WrongArguments(_told([(_place(each["loc"]), each["msg"]) for each in wrong], spec)) from None
        return given
    return {name: value for name, value in read.model_dump(mode="json").items() if name in given}


def _fits(schema: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """A schema that is no pydantic model: an MCP tool's, say."""
    loose = {name: value for name, value in schema.items() if name != "required"}
    wrong = [(_place(each.absolute_path), each.message) for each in Draft202012Validator(loose).iter_errors(given)]
    if wrong:
        raise WrongArguments(_told(wrong, None))


def _place(path: Any) -> str:
    return ".".join(str(part) for part in path)


def _told(wrong: list[tuple[str, str]], spec: ToolSpec | None) -> str:
    slots = spec.slots if spec else {}
    lines = []
    for place, problem in wrong[:_MOST]:
        choices = slots[place].choices if place in slots else ()
        named = f"（{'、'.join(row[0] for row in choices)}）" if choices else ""
        lines.append(f"{place}{named}: {problem}")
    return wording.WRONG_ARGUMENT.format(problems="；".join(lines))
