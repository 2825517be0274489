"""File → clean text, by suffix. More loaders are handed in by plugins."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, get_args

import yaml

from .child import ChildLoader
from .clean import clean
from .encoding import decode
from .errors import KnowledgeError, UnreadableDocument
from .records import DocumentFacts, Kind, LoadedText, Loader

# What is read in this process; everything else goes to a child process that imports the module named here.
_PLAIN_BYTES = 6_000_000
_IN_CHILD = {
    "pdf": (".pdf",),
    "docx": (".docx", ".docm"),
    "xlsx": (".xlsx", ".xlsm"),
    "delimited": (".csv", ".tsv"),
    "pptx": (".pptx", ".pptm"),
    "ofd": (".ofd",),
    "mhtml": (".html", ".htm", ".mht", ".mhtml"),
}
_MAX_FRONT = 16_000
_FIELDS = {"sources": "source"}  # where the word in the file is another
_FRONT = re.compile(r"\A---\n(.*?)\n---(?:\n|\Z)", re.DOTALL)
_DATES = ("published", "effective_from", "effective_to", "retrieved")


class TextLoader:
    """Plain text, a saved web page's text among it."""

    suffixes: tuple[str, ...] = (".txt",)

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        cleaned = clean(_plain(data, name))
        return LoadedText(cleaned.text, notes=cleaned.notes, dated=cleaned.dated)


class MarkdownLoader:
    """Markdown with optional YAML front matter."""

    suffixes: tuple[str, ...] = (".md", ".markdown")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`; front matter becomes facts."""
        text = _plain(data, name).replace("\r\n", "\n")
        front = _FRONT.match(text)
        if front is None:
            cleaned = clean(text)
            return LoadedText(cleaned.text, notes=cleaned.notes, dated=cleaned.dated)
        stated = _front_matter(front.group(1), name)
        asked = _listed(stated.pop("asked_as", None), "asked_as", name)
        stated["sources"] = stated.pop("source", None)
        facts = DocumentFacts(
            **{
                field: _value(field, value, name)
                for field, value in stated.items()
                if field in DocumentFacts.__dataclass_fields__ and value is not None
            }
        )
        cleaned = clean(text[front.end() :])
        return LoadedText(cleaned.text, title=facts.title, facts=facts, asked_as=asked, notes=cleaned.notes)


def _plain(data: bytes, name: str) -> str:
    if len(data) > _PLAIN_BYTES:
        raise UnreadableDocument(f"文件 {name} 超过 {_PLAIN_BYTES // 1_000_000} MB。请拆分后再上传。")
    return decode(data, name)


def _front_matter(source: str, name: str) -> dict[str, Any]:
    if len(source) > _MAX_FRONT:
        raise UnreadableDocument(f"文件 {name} 开头的说明（YAML）太长。请把正文放在第二个 --- 之后。")
    try:
        stated = yaml.safe_load(source)
    except (yaml.YAMLError, ValueError) as problem:
        raise UnreadableDocument(f"文件 {name} 开头的说明（YAML）有语法错误：{problem}") from None
    if not isinstance(stated, dict):
        raise UnreadableDocument(f"文件 {name} 开头的说明要写成“名称: 值”的形式。")
    return stated


def _listed(value: Any, field: str, name: str) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value or []
    if not isinstance(listed, list) or not all(isinstance(each, str | int | float) for each in listed):
        raise UnreadableDocument(
            f"文件 {name} 的 {_FIELDS.get(field, field)} 要写成一列，例如 [居住证怎么办, 暂住证在哪里办]。"
        )
    return tuple(str(each) for each in listed)


def _value(field: str, value: Any, name: str) -> Any:
    if field in _DATES:
        return _day(field, value, name)
    if field == "draft" and isinstance(value, bool):
        return value
    if field in ("repeals", "sources"):
        return _listed(value, field, name)
    if field == "kind" and value not in get_args(Kind):
        raise UnreadableDocument(f"文件 {name} 的 kind: {value} 不认识。可以写：{'、'.join(get_args(Kind))}。")
    if field == "draft" or not isinstance(value, str | int | float | date):
        raise UnreadableDocument(f"文件 {name} 开头说明中的 {field} 写法不对：{str(value)[:40]}。请改成一个简单的值。")
    return str(value)


def _day(field: str, value: Any, name: str) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:40].strip())
    except ValueError:
        raise UnreadableDocument(
            f"文件 {name} 的 {field} 要写成 2026-01-31 的形式，现在是：{str(value)[:40]}。"
        ) from None


def loaders_by_suffix(extra: Iterable[Loader] = ()) -> Mapping[str, Loader]:
    """Loader per suffix; two for one suffix is an error."""
    found: dict[str, Loader] = {}
    built_in: list[Loader] = [TextLoader(), MarkdownLoader(), *(ChildLoader(*each) for each in _IN_CHILD.items())]
    for loader in (*built_in, *extra):
        for suffix in loader.suffixes:
            if suffix in found:
                raise KnowledgeError(f"有两个读取器都声明了 {suffix}。请只保留一个。")
            found[suffix] = loader
    return found


# What can be given to the library as it comes; a zip is taken apart.
SUFFIXES = (*loaders_by_suffix(), ".zip")
