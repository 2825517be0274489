"""BFCL and ACEBench: a question, functions, and the calls that are right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .records import Component, Imported, bad_line, field, json_lines, json_whole, text_of


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
        if not all(isinstance(each, dict) for each in gold.get(name, ())):
            raise bad_line(
                path, number, f"{name} 的答案不是调用。", "多轮、记忆和联网几类要运行环境，不能转；请换别的类别。"
            )
        required = [_call(each) for each in gold.get(name, ())]
        turns = [message["content"] for turn in field(path, number, line, "question") for message in _messages(turn)]
        given = {"turns": turns, "tools": [_tool(each) for each in _functions(line)]}
        found.append(Component("tool_call", name, given, {"calls": required, "strict_abstain": not required}))
    return Imported(components=tuple(found))


def acebench(path: Path, answers: Path | None) -> Imported:
    """ACEBench: as BFCL, with one value for each argument and the question as one text."""
    gold = {str(line["id"]): line["ground_truth"] for _, line in _lines(answers)} if answers else {}
    found, left_out = [], []
    for number, line in _lines(path):
        name = str(field(path, number, line, "id"))
        if answers and name not in gold:
            raise bad_line(path, number, f"答案文件里没有 {name}。", "请给出同一类别的 possible_answer 文件。")
        truth = gold.get(name, {})
        known = {str(each["name"]) for each in _functions(line)}
        required = _gold_calls(truth, known)
        if required is None:
            left_out.append(f"{name}：答案不是调用，要按这个数据集自己的办法评")
            continue
        given = {
            "turns": [str(field(path, number, line, "question"))],
            "tools": [_tool(each) for each in _functions(line)],
        }
        found.append(Component("tool_call", name, given, {"calls": required, "strict_abstain": not required}))
    return Imported(components=tuple(found), left_out=tuple(left_out))


def _functions(line: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The functions of a question; older files give a single one without a list."""
    given = line.get("function") or []
    return given if isinstance(given, list) else [given]


def _gold_calls(truth: Any, known: set[str]) -> list[dict[str, Any]] | None:
    """ACEBench: calls by name, numbered (`tool_1`, `tool_2`) where one tool is called twice; None where it has none."""
    if not isinstance(truth, dict | list):
        return None
    pairs = [pair for call in (truth if isinstance(truth, list) else [truth]) for pair in call.items()]
    if not all(isinstance(each, dict) for _, each in pairs):
        return None
    return [{"tool": _unnumbered(tool, known), "args": dict(each)} for tool, each in pairs]


def _unnumbered(tool: str, known: set[str]) -> str:
    plain = re.sub(r"_\d+$", "", tool)
    return plain if tool not in known and plain in known else tool


def _lines(path: Path) -> list[tuple[int, dict[str, Any]]]:
    if path.suffix == ".json" and text_of(path).lstrip().startswith("["):
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
