"""Excel workbooks: every shown sheet as tables, with the values that formulas had when the file was saved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from ..errors import UnreadableDocument
from ..records import LoadedText
from .limits import MAX_CELLS, MAX_COLUMNS, MAX_SHEETS
from .number_format import Formats, S, read_formats
from .office import OfficePackage, office_package
from .package import Package, relations
from .sheets import Merge, Sheet, write_sheet
from .text import TextBuilder

_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True)
class _Listed:
    name: str
    part: str
    hidden: bool


class XlsxLoader:
    """`.xlsx` and `.xlsm`; macros are not looked at."""

    suffixes = (".xlsx", ".xlsm")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        package = office_package(data, name, "xlsx")
        book = package.xml(package.main)
        shown, text = _shown(book, package), TextBuilder(name)
        hidden = [each.name for each in shown if each.hidden]
        if hidden:
            text.note(f"隐藏的工作表没有读取：{'、'.join(hidden)}。")
        reader = _reader(package, book)
        for sheet in shown:
            if not sheet.hidden and package.has(sheet.part):
                write_sheet(reader.sheet(sheet), text)
        if reader.unsaved:
            text.note(f"有 {reader.unsaved} 个公式没有保存结果，对应的单元格留空。请用 Excel 或 WPS 打开并保存一次。")
        text.title = text.title or PurePath(name).stem
        if text.empty():
            more = f"（隐藏的工作表不读取：{'、'.join(hidden)}）" if hidden else ""
            raise UnreadableDocument(f"表格 {name} 里没有内容{more}。请检查文件后重新上传。")
        return text.loaded()


def _shown(book: Any, package: OfficePackage) -> list[_Listed]:
    parts = relations(package, package.main)
    listed = [
        _Listed(
            each.get("name") or "",
            parts.get(each.get(f"{_REL}id") or "", ""),
            each.get("state") in ("hidden", "veryHidden"),
        )
        for each in book.iterfind(f"{S}sheets/{S}sheet")
    ]
    if len(listed) > MAX_SHEETS:
        raise UnreadableDocument(f"表格 {package.name} 的工作表超过 {MAX_SHEETS} 个。请拆成几个文件后再上传。")
    return listed


def _reader(package: OfficePackage, book: Any) -> _Reader:
    parts = {part.rsplit("/", 1)[-1].lower(): part for part in relations(package, package.main).values()}
    strings: list[str] = []
    if (part := parts.get("sharedstrings.xml")) and package.has(part):
        for each in package.elements(part, f"{S}si"):
            strings.append(_text(each))
    properties = book.find(f"{S}workbookPr")
    since_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    styles = parts.get("styles.xml")
    root = package.xml(styles) if styles and package.has(styles) else None
    return _Reader(package, strings, read_formats(root, since_1904=since_1904))


class _Reader:
    """Reads sheets; cells are counted over the whole workbook."""

    def __init__(self, package: Package, strings: list[str], formats: Formats) -> None:
        self._package, self._strings, self._formats = package, strings, formats
        self._cells = 0
        self.unsaved = 0

    def sheet(self, listed: _Listed) -> Sheet:
        """A sheet's cells that hold something, and its merges."""
        rows: dict[int, dict[int, str]] = {}
        merges: list[Merge] = []
        number = 0
        for element in self._package.elements(listed.part, f"{S}row", f"{S}mergeCell"):
            if element.tag == f"{S}mergeCell":
                merges += _merge(element.get("ref") or "")
                continue
            number = int(element.get("r") or number + 1)
            if element.get("hidden") not in ("1", "true") and (held := dict(self._row(element))):
                rows[number] = held
        return Sheet(listed.name, rows, tuple(merges))

    def _row(self, row: Any) -> Iterator[tuple[int, str]]:
        column = 0
        for cell in row:
            if cell.tag != f"{S}c":
                continue
            found = _PLACE.fullmatch(cell.get("r") or "")
            column = _column(found.group(1)) if found else column + 1
            value = self._value(cell)
            if value.strip() and column <= MAX_COLUMNS:
                self._cells += 1
                if self._cells > MAX_CELLS:
                    raise UnreadableDocument(
                        f"表格 {self._package.name} 有内容的格子超过 {MAX_CELLS // 10_000} 万个。请拆成几个文件再上传。"
                    )
                yield column, value

    def _value(self, cell: Any) -> str:
        kind, held = cell.get("t"), cell.find(f"{S}v")
        if kind == "inlineStr":
            inline = cell.find(f"{S}is")
            return _text(inline) if inline is not None else ""
        value = held.text or "" if held is not None else ""
        if not value and cell.find(f"{S}f") is not None:
            self.unsaved += 1
        if kind == "s":
            return self._strings[int(value)] if value.isdigit() and int(value) < len(self._strings) else ""
        if kind == "b":
            return "是" if value == "1" else "否"
        if kind in ("str", "e", "d"):
            return "" if kind == "e" else value
        style = cell.get("s") or "0"
        return self._formats.shown(value, int(style) if style.isdigit() else 0) if value else ""


def _text(element: Any) -> str:
    """A rich string without its reading aids (phonetic runs)."""
    parts = []
    for child in element:
        if child.tag == f"{S}t":
            parts.append(child.text or "")
        elif child.tag == f"{S}r":
            parts.append("".join(each.text or "" for each in child.iterfind(f"{S}t")))
    return "".join(parts)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _merge(place: str) -> list[Merge]:
    corners = [_PLACE.fullmatch(each) for each in place.split(":")]
    if len(corners) != 2 or corners[0] is None or corners[1] is None:
        return []
    (first, top), (last, bottom) = corners[0].groups(), corners[1].groups()
    return [Merge(int(top), _column(first), int(bottom), _column(last))]
