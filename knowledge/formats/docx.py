"""Word documents: headings by style, numbers rendered, tables, text boxes, footnotes; only accepted text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import UnreadableDocument
from ..records import LoadedText
from .docx_styles import Styles, read_styles
from .numbering import Numbering, W, read_numbering
from .office import office_package
from .package import Package, relations
from .tables import Cell, row_groups
from .text import TextBuilder

_COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_MATH_TEXT = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
# What was deleted or moved away, the second copy of a text box for old versions of Word, and field codes.
_SKIPPED = frozenset(
    (f"{W}del", f"{W}moveFrom", f"{_COMPATIBILITY}Fallback", f"{W}instrText", f"{W}rPr", f"{W}pPr", f"{W}delText")
)
_BOX = f"{W}txbxContent"


@dataclass
class _Words:
    """What the runs of a paragraph say: its text, text boxes anchored in it, page turns, notes it refers to."""

    text: str = ""
    boxes: list[Any] = field(default_factory=list)
    turns: int = 0
    notes: list[str] = field(default_factory=list)


class DocxLoader:
    """`.docx` and `.docm`; macros are not looked at."""

    suffixes = (".docx", ".docm")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        package = office_package(data, name, "docx")
        main = package.main
        parts = relations(package, main)
        reader = _Reader(TextBuilder(name), *_definitions(package, parts), _footnotes(package, parts))
        for element in package.elements(main, f"{W}p", f"{W}tbl"):
            reader.take(element)
        if reader.text.empty():
            raise UnreadableDocument(f"文件 {name} 里没有文字。如果内容是图片或扫描件，请先做文字识别（OCR）再上传。")
        return reader.text.loaded()


def _definitions(package: Package, parts: dict[str, str]) -> tuple[Styles, Numbering]:
    found = {part.rsplit("/", 1)[-1]: part for part in parts.values() if package.has(part)}
    styles = package.xml(found["styles.xml"]) if "styles.xml" in found else None
    lists = package.xml(found["numbering.xml"]) if "numbering.xml" in found else None
    return read_styles(styles), read_numbering(lists)


def _footnotes(package: Package, parts: dict[str, str]) -> dict[str, str]:
    notes: dict[str, str] = {}
    for kind in ("footnote", "endnote"):
        part = next((each for each in parts.values() if each.endswith(f"{kind}s.xml")), None)
        if part is None or not package.has(part):
            continue
        for note in package.elements(part, f"{W}{kind}"):
            text = " ".join(words for p in note.iter(f"{W}p") if (words := _read(p).text.strip()))
            if note.get(f"{W}type") in (None, "normal") and text:
                notes[f"{kind} {note.get(f'{W}id')}"] = text
    return notes


class _Reader:
    """Takes the blocks of the body one after the other."""

    def __init__(self, text: TextBuilder, styles: Styles, numbering: Numbering, notes: dict[str, str]) -> None:
        self.text = text
        self._styles, self._numbering, self._notes = styles, numbering, notes
        self._page = 1
        self._carried = ""

    def take(self, element: Any) -> None:
        """Add a paragraph or a table."""
        if element.tag == f"{W}p":
            self._paragraph(element)
            return
        turns = sum(1 for _ in element.iter(f"{W}lastRenderedPageBreak"))
        rows, header = _table(element)
        self.text.table(row_groups(rows, header))
        self._turn(turns)

    def _paragraph(self, element: Any) -> None:
        shape = self._styles.shape(element.find(f"{W}pPr"))
        words = _read(element)
        if shape.contents:
            return
        if words.turns and not words.text.strip():
            self._turn(words.turns)
        line = self._carried + words.text
        self._carried = ""
        if shape.joined:  # the deletion of this paragraph's end was accepted: the next one goes on here
            self._carried = line
            return
        if line.strip():
            self._write(line, shape.level, self._number(shape.list_id, shape.depth), words.notes)
        if words.text.strip():
            self._turn(words.turns)
        for box in words.boxes:
            for inner in _outermost(box):
                self.take(inner)

    def _write(self, line: str, level: int | None, number: str, notes: list[str]) -> None:
        line = f"{number}{line.strip()}"
        if level is not None:
            # Under a title of its own style, headings stand one level deeper.
            self.text.heading(line, level + 1 if self.text.title else max(level, 1))
            self.text.title = self.text.title or (line.strip() if level == 0 else None)
        else:
            self.text.paragraph(line)
        for note in notes:
            if note in self._notes:
                self.text.extend(f"（注：{self._notes[note]}）")

    def _number(self, list_id: str | None, depth: int) -> str:
        if list_id is None:
            return ""
        number = self._numbering.next(list_id, depth)
        return f"{number} " if number[-1:].isalnum() and number[-1:].isascii() else number

    def _turn(self, pages: int) -> None:
        if pages:
            if self._page == 1:
                self.text.from_the_start(page=1)
            self._page += pages
            self.text.at(page=self._page)


def _outermost(element: Any) -> Iterator[Any]:
    """The paragraphs and tables of a container, content controls looked through."""
    for child in element:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag not in _SKIPPED:
            yield from _outermost(child)


def _read(element: Any) -> _Words:
    words = _Words()
    _collect(element, words)
    return words


def _collect(element: Any, words: _Words) -> None:
    for child in element:
        tag = child.tag
        if tag in _SKIPPED:
            continue
        if tag == _BOX:
            words.boxes.append(child)
        elif tag == f"{W}t" or tag == _MATH_TEXT:
            words.text += child.text or ""
        elif tag in (f"{W}tab", f"{W}ptab"):
            words.text += " "
        elif tag in (f"{W}br", f"{W}cr"):
            words.text += "\n" if child.get(f"{W}type") in (None, "textWrapping") else ""
        elif tag == f"{W}noBreakHyphen":
            words.text += "-"
        elif tag == f"{W}lastRenderedPageBreak":
            words.turns += 1
        elif tag in (f"{W}footnoteReference", f"{W}endnoteReference"):
            words.notes.append(f"{tag.removeprefix(W).removesuffix('Reference')} {child.get(f'{W}id')}")
        elif tag == f"{W}r":
            _run(child, words)
        else:
            _collect(child, words)


def _run(run: Any, words: _Words) -> None:
    shape = run.find(f"{W}rPr")
    if shape is not None and _on(shape.find(f"{W}vanish")):
        return
    before = len(words.text)
    _collect(run, words)
    raised = shape.find(f"{W}vertAlign") if shape is not None else None
    added = words.text[before:]
    if raised is not None and raised.get(f"{W}val") == "superscript" and added.strip().isdigit():
        words.text = words.text[:before] + _raise(words.text[:before], added.strip())


def _raise(before: str, digits: str) -> str:
    if digits in ("2", "3") and before[-1:] in "m米":
        return "²" if digits == "2" else "³"
    return f"^{digits}" if before.endswith("10") else f"[{digits}]"


def _on(switch: Any | None) -> bool:
    return switch is not None and switch.get(f"{W}val") not in ("0", "false")


def _table(table: Any) -> tuple[list[list[Cell]], int | None]:
    """The cells of a table, vertical merges as spans, and how many rows are marked as its header."""
    rows: list[list[Cell]] = []
    open_merges: dict[int, tuple[int, int]] = {}
    header = 0
    for row in _inside(table, f"{W}tr"):
        shape = row.find(f"{W}trPr")
        if shape is not None and shape.find(f"{W}del") is not None:
            continue
        if shape is not None and _on(shape.find(f"{W}tblHeader")) and header == len(rows):
            header += 1
        column = _skipped_columns(shape)
        cells = [Cell("", column)] if column else []
        for cell in _inside(row, f"{W}tc"):
            span, merge = _spans(cell)
            if merge == "continue" and column in open_merges:
                r, c = open_merges[column]
                rows[r][c] = Cell(rows[r][c].text, rows[r][c].columns, len(rows) - r + 1)
            else:
                open_merges.pop(column, None)
                if merge == "restart":
                    open_merges[column] = (len(rows), len(cells))
                cells.append(Cell(_cell_text(cell), span))
            column += span
        rows.append(cells)
    return rows, header or None


def _skipped_columns(shape: Any | None) -> int:
    before = shape.find(f"{W}gridBefore") if shape is not None else None
    return min(int(before.get(f"{W}val") or 0), 60) if before is not None else 0


def _spans(cell: Any) -> tuple[int, str | None]:
    shape = cell.find(f"{W}tcPr")
    wide = shape.find(f"{W}gridSpan") if shape is not None else None
    merge = shape.find(f"{W}vMerge") if shape is not None else None
    span = int(wide.get(f"{W}val") or 1) if wide is not None else 1
    return max(1, min(span, 60)), None if merge is None else merge.get(f"{W}val") or "continue"


def _inside(element: Any, tag: str) -> Iterator[Any]:
    """Direct children of a kind, content controls looked through."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo"):
            yield from _inside(child, tag)


def _cell_text(cell: Any) -> str:
    lines = []
    for block in _outermost(cell):
        if block.tag == f"{W}tbl":  # a table in a cell: its rows become lines
            lines += [" ".join(each.text.replace("\n", " ") for each in row) for row in _table(block)[0]]
        else:
            words = _read(block)
            lines += [words.text, *(_cell_text(box) for box in words.boxes)]
    return "\n".join(line for line in lines if line.strip())
