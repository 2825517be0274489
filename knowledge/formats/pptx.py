"""Presentations: slide by slide, the title first, then the rest from top to bottom; tables stay tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..errors import UnreadableDocument
from ..records import LoadedText
from .limits import MAX_SLIDES
from .office import office_package
from .package import relations
from .tables import Cell, row_groups
from .text import TextBuilder

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_FURNITURE = frozenset(("dt", "ftr", "sldNum", "hdr"))
_TITLES = frozenset(("title", "ctrTitle"))


class PptxLoader:
    """`.pptx` and `.pptm`; macros are not looked at."""

    suffixes = (".pptx", ".pptm")

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        package = office_package(data, name, "pptx")
        parts, text = relations(package, package.main), TextBuilder(name)
        listed = list(package.xml(package.main).iterfind(f"{P}sldIdLst/{P}sldId"))
        if len(listed) > MAX_SLIDES:
            raise UnreadableDocument(f"演示文稿 {name} 超过 {MAX_SLIDES} 页。请拆成几个文件后再上传。")
        for number, each in enumerate(listed, start=1):
            part = parts.get(each.get(f"{_REL}id") or "", "")
            slide = package.xml(part)
            if slide.get("show") in ("0", "false"):
                text.note(f"隐藏的第 {number} 页没有读取。")
                continue
            text.gap()
            text.at(page=number)
            _write(slide, text)
            for notes in (found for found in relations(package, part).values() if "/notesSlides/" in f"/{found}"):
                _write_notes(package.xml(notes), text)
        if text.empty():
            raise UnreadableDocument(f"演示文稿 {name} 里没有文字。如果内容是图片，请先做文字识别（OCR）再上传。")
        return text.loaded()


def _write(slide: Any, text: TextBuilder) -> None:
    shapes = [shape for shape in _shapes(slide) if _role(shape) not in _FURNITURE]
    shapes.sort(key=lambda shape: (_role(shape) not in _TITLES, *_place(shape)))
    for shape in shapes:
        table = shape.find(f".//{A}tbl")
        if table is not None:
            text.table(row_groups(_rows(table)))
        elif _role(shape) in _TITLES:
            title = " ".join(_paragraphs(shape))
            text.title = text.title or title or None
            text.heading(title, 2)
        else:
            for line in _paragraphs(shape):
                text.paragraph(line)


def _write_notes(notes: Any, text: TextBuilder) -> None:
    body = [shape for shape in _shapes(notes) if _role(shape) == "body"]
    lines = [line for shape in body for line in _paragraphs(shape)]
    if lines:
        text.paragraph("备注：" + "\n".join(lines))


def _shapes(root: Any) -> Iterator[Any]:
    """Shapes and table frames, groups looked through."""
    yield from root.iter(f"{P}sp", f"{P}graphicFrame")


def _role(shape: Any) -> str:
    place = shape.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    return (place.get("type") or "body") if place is not None else ""


def _place(shape: Any) -> tuple[int, int]:
    """Top, in steps of a centimetre, then left; what takes its place from the layout comes first."""
    offset = shape.find(f".//{A}off")
    if offset is None:
        offset = shape.find(f"{P}xfrm/{A}off")
    return (_whole(offset.get("y")) // 360_000, _whole(offset.get("x"))) if offset is not None else (0, 0)


def _whole(text: str | None) -> int:
    return int(text) if text and text.lstrip("-").isdigit() and len(text) < 16 else 0


def _paragraphs(element: Any) -> list[str]:
    lines = []
    for paragraph in element.iter(f"{A}p"):
        line = "".join(
            "\n" if piece.tag == f"{A}br" else piece.text or "" for piece in paragraph.iter(f"{A}t", f"{A}br")
        )
        lines += [part for part in line.split("\n") if part.strip()]
    return lines


def _rows(table: Any) -> list[list[Cell]]:
    return [
        [
            Cell("\n".join(_paragraphs(cell)), _span(cell, "gridSpan"), _span(cell, "rowSpan"))
            for cell in row.iterfind(f"{A}tc")
            if cell.get("hMerge") not in ("1", "true") and cell.get("vMerge") not in ("1", "true")
        ]
        for row in table.iterfind(f"{A}tr")
    ]


def _span(cell: Any, name: str) -> int:
    return max(1, min(_whole(cell.get(name)) or 1, 200))
