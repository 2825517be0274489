"""BFCL and ACEBench: a question, functions, and the calls that are right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .records import Component, Imported, bad_line, field, json_lines, json_whole


def bfcl(path: Path, answers: Path | None) -> Imported:
    """BFCL: questions in one file, `possible_answer` in another; without answers any call is wrong (irrelevance)."""
    gold = (
        {str(line["id"]): field(answers, n, line, "ground_truth") for n, line in json_lines(answers)} if answers else {}
    )
    found = []
    for number, line in json_lines(path):
        name = str(field(path, number, line, "id"))
        if answers and name not in gold:
            raise bad_line(path, number, f"答案文件里没有 {name}。", "请给出同一类别的 possible_answer 文件。")
        required = [_call(each) for each in gold.get(name, ())]
        turns = [message["content"] for turn in field(path, number, line, "question") for message in _messages(turn)]
        given = {"turns": turns, "tools": [_tool(each) for each in line.get("function", ())]}
        found.append(Component("tool_call", name, given, {"calls": required, "strict_abstain": not required}))
    return Imported(components=tuple(found))


def acebench(path: Path, answers: Path | None) -> Imported:
    """ACEBench: as BFCL, with one value for each argument and the question as one text."""
    gold = {str(line["id"]): line["ground_truth"] for _, line in _lines(answers)} if answers else {}
    found = []
    for number, line in _lines(path):
        name = str(field(path, number, line, "id"))
        truth = gold.get(name, {})
        if not isinstance(truth, dict | list):
            continue  # the “special” part is judged by phrases that its own prompt dictates
        calls = truth if isinstance(truth, list) else [{tool: each} for tool, each in truth.items()]
        required = [{"tool": tool, "args": dict(each)} for call in calls for tool, each in call.items()]
        given = {
            "turns": [str(field(path, number, line, "question"))],
            "tools": [_tool(each) for each in line["function"]],
        }
        found.append(Component("tool_call", name, given, {"calls": required, "strict_abstain": not required}))
    return Imported(components=tuple(found))


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    if path.suffix == ".json" and path.read_text("utf-8-sig").lstrip().startswith("["):
        return list(enumerate(json_whole(path), 1))
    return list(json_lines(path))


def _messages(turn: Any) -> list[Mapping[str, Any]]:
    return [each for each in (turn if isinstance(turn, list) else [turn]) if each.get("role") == "user"]


def _tool(function: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": function["name"],
        "description": function.get("description", ""),
        "parameters": _schema(function.get("parameters") or function.get("arguments") or {}),
    }


def _schema(value: Any) -> Any:
    """BFCL writes `dict`, `float` and `tuple` where JSON Schema has other names."""
    names = {"dict": "object", "float": "number", "tuple": "array", "any": "string"}
    if isinstance(value, dict):
        return {
            name: names.get(each, each) if name == "type" and isinstance(each, str) else _schema(each)
            for name, each in value.items()
        }
    return [_schema(each) for each in value] if isinstance(value, list) else value


def _call(call: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """One gold call: each argument has a list of allowed values, `""` among them means it may be missing."""
    (tool, arguments), *_ = call.items()
    return {"tool": tool, "args": {name: _allowed(values) for name, values in arguments.items()}}


def _allowed(values: Any) -> Any:
    listed = values if isinstance(values, list) else [values]
    kept = [_nested(each) for each in listed if each != ""]
    matcher = {"any": kept} if kept else {"absent": True}
    return {"opt": matcher} if "" in listed and kept else matcher


def _nested(value: Any) -> Any:
    """Inside an object every field has its own list of allowed values."""
    if isinstance(value, dict):
        return {name: _allowed(each) for name, each in value.items()}
    return [_nested(each) for each in value] if isinstance(value, list) else value
