"""YAML read strictly, by the rules of YAML 1.2, with the line of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from .errors import BadSamples, Finding

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_ZEROS = re.compile(r"[-+]?0[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@dataclass(frozen=True)
class Node:
    """A value with its line; `value` is a scalar, a dictionary of nodes, or a list of nodes."""

    value: Any
    line: int

    def plain(self) -> Any:
        """The value without lines."""
        if isinstance(self.value, dict):
            return {key: each.plain() for key, each in self.value.items()}
        if isinstance(self.value, list):
            return [each.plain() for each in self.value]
        return self.value

    def line_of(self, path: tuple[Any, ...]) -> int:
        """The line of the value at a path, or of the nearest one above it."""
        node = self
        for step in path:
            try:
                node = node.value[step]
            except (KeyError, IndexError, TypeError):
                break
        return node.line


def read_yaml(path: Path, shown: str = "") -> Node:
    """The one document of a file. Raises `BadSamples` with file, line and what to write instead."""
    name = shown or str(path)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadSamples([Finding(name, 1, "", "文件不是 UTF-8 编码。", "另存为 UTF-8。")]) from None
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Node:
    """The one document of a text."""
    try:
        composed = yaml.compose(text, Loader=_LOADER)
    except yaml.MarkedYAMLError as problem:
        line = problem.problem_mark.line + 1 if problem.problem_mark else 1
        message = f"YAML 写法有误（{problem.problem}）。"
        fix = "检查这一行的缩进、冒号后的空格和引号；中文冒号不是 YAML 的冒号。"
        raise BadSamples([Finding(name, line, "", message, fix)]) from None
    except yaml.YAMLError as problem:
        raise BadSamples([Finding(name, 1, "", f"YAML 读不懂：{problem}", "只用可见字符和 UTF-8。")]) from None
    if composed is None:
        raise BadSamples([Finding(name, 1, "", "文件是空的。", "写一个样本，或删掉这个文件。")])
    reader = _Reader(name)
    node = reader.read(composed, ())
    if reader.findings:
        raise BadSamples(reader.findings)
    return node


class _Reader:
    """Turns composed nodes into ours."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.findings: list[Finding] = []

    def read(self, node: Any, path: tuple[Any, ...]) -> Node:
        line = node.start_mark.line + 1
        if node.tag.startswith("!") or "python/" in node.tag:
            self._refuse(line, path, f"不支持标签 {node.tag}。", "去掉标签，直接写值。")
        if isinstance(node, yaml.MappingNode):
            return Node(dict(self._pairs(node, path)), line)
        if isinstance(node, yaml.SequenceNode):
            return Node([self.read(each, (*path, index)) for index, each in enumerate(node.value)], line)
        return Node(self._scalar(node, line, path), line)

    def _pairs(self, node: Any, path: tuple[Any, ...]) -> Iterator[tuple[str, Node]]:
        seen: set[str] = set()
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                self._refuse(line, path, "键只能是一个词。", "把键写成一个词，例如 title。")
                continue
            if key.value in seen:
                self._refuse(line, (*path, key.value), f"键 {key.value} 写了两次。", "只留一个。")
            seen.add(key.value)
            yield key.value, self.read(value, (*path, key.value))

    def _scalar(self, node: Any, line: int, path: tuple[Any, ...]) -> Any:
        text = str(node.value)
        if node.style:  # quoted, or a block; libyaml says "" for plain where PyYAML says None
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INT.fullmatch(text):
            return int(text)
        if _ZEROS.fullmatch(text):
            self._refuse(line, path, f"{text} 以 0 开头，看不出是数还是编码。", f'编码写成 "{text}"，数去掉开头的 0。')
            return text
        return float(text) if _FLOAT.fullmatch(text) else text

    def _refuse(self, line: int, path: tuple[Any, ...], message: str, fix: str) -> None:
        self.findings.append(Finding(self._name, line, shown_path(path), message, fix))


def shown_path(path: tuple[Any, ...]) -> str:
    """A key path as people read it: `expect.calls.required[0].tool`."""
    words = ""
    for step in path:
        words += f"[{step}]" if isinstance(step, int) else f".{step}" if words else str(step)
    return words
