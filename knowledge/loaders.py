"""File → clean text, by suffix. More loaders are handed in by plugins."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import yaml
from bs4 import BeautifulSoup, Tag

from .clean import clean
from .errors import KnowledgeError, UnreadableDocument
from .records import DocumentFacts, LoadedText, Loader

MAX_BYTES = 20_000_000
_BLOCKS = ("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "div", "section", "article", "br", "table", "dt", "dd")
_FURNITURE = ("script", "style", "nav", "header", "footer", "aside", "form", "noscript", "iframe", "button", "svg")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)


def decode(data: bytes, name: str) -> str:
    """Bytes as text; anything that is not text is refused with what to do."""
    if not data.strip():
        raise UnreadableDocument(f"文件 {name} 是空的。请检查文件后重新上传。")
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(f"文件 {name} 超过 {MAX_BYTES // 1_000_000} MB。请拆分后再上传。")
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return _strict(data, encoding, name)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(data, "gb18030", name)
    return _refuse_binary(text, name)


def _strict(data: bytes, encoding: str, name: str) -> str:
    try:
        return _refuse_binary(data.decode(encoding), name)
    except UnicodeDecodeError:
        raise UnreadableDocument(f"文件 {name} 不是可识别的文本编码。请另存为 UTF-8 文本后再上传。") from None


def _refuse_binary(text: str, name: str) -> str:
    odd = sum(ord(letter) < 32 and letter not in "\n\r\t\f" for letter in text[:10_000])
    if "\0" in text or odd > 20:
        raise UnreadableDocument(f"文件 {name} 是二进制文件，读不出文字。请上传文本、Markdown 或网页文件。")
    return text


class TextLoader:
    """Plain text, a saved web page's text among it."""

    suffixes = (".txt",)

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        return LoadedText(clean(decode(data, name)))


class MarkdownLoader:
    """Markdown with optional YAML front matter."""

    suffixes = (".md", ".markdown")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`; front matter becomes facts."""
        text = decode(data, name).replace("\r\n", "\n")
        front = _FRONT.match(text)
        if front is None:
            return LoadedText(clean(text))
        stated = _front_matter(front.group(1), name)
        asked = tuple(str(each) for each in stated.pop("asked_as", None) or ())
        known = {field: value for field, value in stated.items() if field in DocumentFacts.__dataclass_fields__}
        facts = replace(DocumentFacts(), **{k: _text(k, v) for k, v in known.items()})
        return LoadedText(clean(text[front.end() :]), title=facts.title, facts=facts, asked_as=asked)


def _text(field: str, value: Any) -> Any:
    return value if field in ("published", "effective_from", "effective_to", "draft") else str(value)


def _front_matter(source: str, name: str) -> dict[str, Any]:
    try:
        stated = yaml.safe_load(source)
    except yaml.YAMLError as problem:
        raise UnreadableDocument(f"文件 {name} 开头的说明（YAML）有语法错误：{problem}") from None
    if not isinstance(stated, dict):
        raise UnreadableDocument(f"文件 {name} 开头的说明要写成“名称: 值”的形式。")
    return stated


class HtmlLoader:
    """Web pages: headings, paragraphs, lists and table rows become lines; furniture goes."""

    suffixes = (".html", ".htm")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        page = BeautifulSoup(data if b"charset" in data[:2048].lower() else decode(data, name), "lxml")
        title = page.title.get_text(strip=True) if page.title else None
        for tag in page.find_all(_FURNITURE):
            tag.decompose()
        for power in page.find_all("sup"):
            power.insert(0, "^")
        body = page.find("article") or page.find("main") or page.body or page
        text = clean(_lines(body)) if isinstance(body, Tag) else ""
        if not text:
            raise UnreadableDocument(f"网页 {name} 里没有正文。请确认保存的是完整网页。")
        return LoadedText(text, title=title)


def _lines(body: Tag) -> str:
    for cell in body.find_all(("td", "th")):
        cell.append(" ")
    for level in range(1, 5):
        for heading in body.find_all(f"h{level}"):
            heading.insert(0, "#" * level + " ")
    for block in body.find_all(_BLOCKS):
        block.insert_before("\n")
        block.insert_after("\n")
    return re.sub(r"[ \t]+", " ", body.get_text())


def loaders_by_suffix(extra: Iterable[Loader] = ()) -> Mapping[str, Loader]:
    """Loader per suffix; two for one suffix is an error."""
    found: dict[str, Loader] = {}
    built_in: list[Loader] = [TextLoader(), MarkdownLoader(), HtmlLoader()]
    for loader in (*built_in, *extra):
        for suffix in loader.suffixes:
            if suffix in found:
                raise KnowledgeError(f"有两个读取器都声明了 {suffix}。请只保留一个。")
            found[suffix] = loader
    return found
