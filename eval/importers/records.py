"""What an import gives: samples (`sample/v1`, one YAML file) or component records (`component/v1`, JSON lines)."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..errors import BadSamples, EvalError, Finding

SCHEMA = "component/v1"
GZIP = b"\x1f\x8b"
SUITES = ("tool_call", "slots", "spans", "retrieval")
Plain = Mapping[str, Any]


@dataclass(frozen=True)
class Component:
    """One question for one part of the product, with its gold answer."""

    suite: str
    id: str
    given: Plain
    gold: Plain

    def to_json(self) -> dict[str, Any]:
        """A JSON object for one line."""
        return {"schema": SCHEMA, "suite": self.suite, "id": self.id, "given": self.given, "gold": self.gold}


@dataclass(frozen=True)
class Imported:
    """What was read: plain samples of one family, or component records; and what the set has that cannot be used."""

    samples: tuple[dict[str, Any], ...] = ()
    components: tuple[Component, ...] = ()
    left_out: tuple[str, ...] = ()


def bad_line(path: Path, line: int, message: str, fix: str) -> BadSamples:
    """What to raise for a line that is not as its format says."""
    return BadSamples([Finding(path.name, line, "", message, fix)])


def text_of(path: Path) -> str:
    """The text of a file, packed with gzip or not."""
    try:
        data = path.read_bytes()
        return (gzip.decompress(data) if data[:2] == GZIP else data).decode("utf-8-sig")
    except (UnicodeDecodeError, OSError, EOFError, zlib.error) as problem:
        raise bad_line(path, 1, f"读不出文字：{problem}", "请给出 UTF-8 的文件，可以用 gzip 压缩。") from problem


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The JSON objects of a file, one a line, with their line numbers."""
    for number, line in enumerate(text_of(path).splitlines(), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except ValueError as problem:
            raise bad_line(path, number, f"不是 JSON：{problem}", "每行写一个 JSON 对象。") from problem
        if not isinstance(value, dict):
            raise bad_line(path, number, "不是 JSON 对象。", "每行写一个 JSON 对象。")
        yield number, value


def json_whole(path: Path) -> Any:
    """The JSON value of a file."""
    try:
        return json.loads(text_of(path))
    except ValueError as problem:
        raise bad_line(path, 1, f"不是 JSON：{problem}", "请给出这个数据集原来的 JSON 文件。") from problem


def field(path: Path, line: int, value: Plain, name: str) -> Any:
    """A field that must be there."""
    if name not in value:
        raise bad_line(path, line, f"缺少“{name}”。", "请核对文件是不是这个格式。")
    return value[name]


def write_imported(found: Imported, out: Path) -> int:
    """Write samples as YAML or records as JSON lines, by what there is; returns how many."""
    out.parent.mkdir(parents=True, exist_ok=True)
    if found.samples:
        text = yaml.safe_dump(list(found.samples), allow_unicode=True, sort_keys=False, width=1000)
    else:
        text = "".join(json.dumps(each.to_json(), ensure_ascii=False) + "\n" for each in found.components)
    out.write_text(text, encoding="utf-8")
    return len(found.samples) or len(found.components)


def read_components(path: Path) -> list[Component]:
    """The component records of a file. Raises `EvalError` for another schema."""
    found = []
    for number, line in json_lines(path):
        if line.get("schema") != SCHEMA or line.get("suite") not in SUITES:
            raise EvalError(f"{path}:{number} 不是 {SCHEMA} 记录。请用 hanzhi eval import 生成。")
        found.append(Component(line["suite"], str(line["id"]), line["given"], line["gold"]))
    return found
