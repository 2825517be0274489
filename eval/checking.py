"""Checks a complete sample against the shipped JSON Schema; says in Chinese what is wrong and how to mend it."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import jsonschema

from .errors import Finding
from .yaml_lines import Node, shown_path

SCHEMA_FILE = Path(__file__).parent / "schema" / "sample-v1.json"
_TYPES = {
    "string": "文字",
    "number": "数",
    "integer": "整数",
    "boolean": "true 或 false",
    "array": "列表",
    "object": "一组“键: 值”",
    "null": "null",
}


@lru_cache(maxsize=1)
def sample_schema() -> Mapping[str, Any]:
    """The JSON Schema of `sample/v1`."""
    schema: Mapping[str, Any] = json.loads(SCHEMA_FILE.read_text(encoding="utf-8"))
    return schema


@lru_cache(maxsize=1)
def _validator() -> Any:
    return jsonschema.Draft202012Validator(sample_schema())


def schema_findings(node: Node, file: str) -> list[Finding]:
    """What is wrong with one complete sample."""
    plain = node.plain()
    name = str(plain.get("id", "")) if isinstance(plain, dict) else ""
    found: dict[tuple[str, str], Finding] = {}
    for error in _validator().iter_errors(plain):
        for deep in _deepest(error):
            path = tuple(deep.absolute_path)
            message, fix = _explain(deep, path)
            line = node.line_of((*path, _extra(deep)[0]) if _extra(deep) else path)
            found.setdefault((shown_path(path), message), Finding(file, line, shown_path(path), message, fix, name))
    return sorted(found.values(), key=lambda each: each.line)


def _deepest(error: Any) -> Iterator[Any]:
    """Of several alternatives, the complaint about the one that was most likely meant."""
    if error.validator in ("oneOf", "anyOf") and error.context:
        branches: dict[int, list[Any]] = {}
        for each in error.context:
            branches.setdefault(each.schema_path[0], []).append(each)
        if _required_only(error):
            yield error
            return
        meant = min(branches.values(), key=lambda errors: _distance(error, errors))
        if _distance(error, meant)[0] == 2:
            yield error
            return
        for each in meant:
            yield from _deepest(each)
    else:
        yield error


def _required_only(error: Any) -> bool:
    return all(set(each) == {"required"} for each in error.validator_value if isinstance(each, dict))


def _distance(error: Any, errors: Sequence[Any]) -> tuple[int, int, int]:
    """A branch of another type is furthest, then one with another value; then by required keys, then by count."""
    here = [each for each in errors if len(each.absolute_path) == len(error.absolute_path)]
    wrong_type = any(each.validator == "type" or (each.validator == "const" and _type_differs(each)) for each in here)
    wrong_value = any(each.validator in ("const", "enum") for each in here)
    missing = sum(each.validator in ("required", "not") for each in here)
    return 2 * wrong_type or int(wrong_value), missing, len(errors)


def _type_differs(error: Any) -> bool:
    return type(error.instance) is not type(error.validator_value)


def _extra(error: Any) -> list[str]:
    if error.validator != "additionalProperties" or not isinstance(error.instance, dict):
        return []
    return [key for key in error.instance if key not in error.schema.get("properties", {})]


def _explain(error: Any, path: tuple[Any, ...]) -> tuple[str, str]:
    value, wanted = error.instance, error.validator_value
    match error.validator:
        case "additionalProperties":
            return _unknown(error)
        case "required":
            missing = [key for key in wanted if key not in value]
            return (
                f"缺少 {'、'.join(missing)}。",
                f"在 {shown_path(path) or '样本'} 下补上：{_meaning(error, missing[0])}",
            )
        case "enum":
            return f"{_short(value)} 不在允许的值里。", _nearest(value, wanted)
        case "const":
            return f"{_short(value)} 不对。", f"写成 {_short(wanted)}。"
        case "type":
            names = [wanted] if isinstance(wanted, str) else wanted
            return f"{_short(value)} 的类型不对。", f"这里要写{'或'.join(_TYPES[name] for name in names)}。"
        case "pattern":
            return f"{_short(value)} 的写法不对。", f"{error.schema.get('description', '')} 要符合 {wanted}".strip()
        case "oneOf" | "anyOf":
            return _alternatives(error)
        case "minItems" | "minLength" | "minProperties":
            return "这里不能是空的。", "写上内容，或去掉这个键。"
        case "minimum" | "maximum" | "exclusiveMinimum" | "maxItems":
            return f"{_short(value)} 超出范围。", f"{error.validator} 是 {wanted}。"
        case _:
            return f"{_short(value)} 不合要求。", str(error.schema.get("description", error.message))


def _unknown(error: Any) -> tuple[str, str]:
    known = list(error.schema.get("properties", {}))
    names = _extra(error)
    near = difflib.get_close_matches(names[0], known, 1, 0.6) if names else []
    fix = f"是不是想写 {near[0]}？" if near else f"这里可用的键：{'、'.join(known)}。"
    return f"不认识的键 {'、'.join(names)}。", fix


def _nearest(value: Any, wanted: Sequence[Any]) -> str:
    near = difflib.get_close_matches(str(value), [str(each) for each in wanted], 1, 0.6)
    return f"是不是想写 {near[0]}？" if near else f"可用的值：{'、'.join(str(each) for each in wanted)}。"


def _alternatives(error: Any) -> tuple[str, str]:
    keys = [
        "、".join(each["required"]) for each in error.validator_value if isinstance(each, dict) and "required" in each
    ]
    if _required_only(error):
        there = [key for key in keys if isinstance(error.instance, dict) and key in error.instance]
        if len(there) > 1:
            return f"{'、'.join(there)} 只能写一个。", "留下一个。"
        return f"{'、'.join(keys)} 里要写一个。", "补上其中一个。"
    about = str(error.schema.get("description", "")) or "见 eval/schema/sample-v1.json。"
    return f"{_short(error.instance)} 不是这里能写的形式。", about


def _meaning(error: Any, key: str) -> str:
    described = error.schema.get("properties", {}).get(key, {})
    return f"{key}（{described.get('description', '').rstrip('.') or '见 eval/schema/sample-v1.json'}）。"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}…"
