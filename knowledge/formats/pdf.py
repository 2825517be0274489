"""PDF by pdfium: characters with their places, drawn lines for tables; layout is told by `layout` and `flow`."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator
from typing import Any

import pypdfium2
from pypdfium2 import raw

from ..errors import UnreadableDocument
from ..records import LoadedText
from .flow import flow
from .layout import Glyph, Page, arrange
from .limits import MAX_CHARACTERS, MAX_PAGES
from .package import broken, locked
from .rulings import MAX_RULINGS, Ruling
from .sniff import expect
from .text import TextBuilder

_MAX_OBJECTS = 20_000  # of one page that are looked at for lines
_MAX_SEGMENTS = 200  # of one path


class PdfLoader:
    """`.pdf` with a text layer; one without is told to need recognition first."""

    suffixes = (".pdf",)

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        expect(data, name, "pdf")
        document = _open(data, name)
        count = len(document)
        if count > MAX_PAGES:
            raise UnreadableDocument(f"文件 {name} 有 {count} 页，超过 {MAX_PAGES} 页。请拆成几个文件后再上传。")
        pages, characters, unreadable = [], 0, 0
        for number in range(count):
            page = _page(document, number)
            unreadable += page is None
            pages.append(page or Page((), 1.0))
            characters += sum(len(getattr(block, "text", "")) for block in pages[-1].blocks)
            if characters > MAX_CHARACTERS:
                break  # the text builder says so
        text = TextBuilder(name)
        flow(pages, text)
        if unreadable:
            text.note(f"有 {unreadable} 页损坏，没有读取。")
        loaded = text.loaded()
        _refuse_scan(loaded.text, count, name)
        return loaded


def _refuse_scan(text: str, pages: int, name: str) -> None:
    # A stamp or a page number may be text even on a scan.
    if len(text.strip()) < 2 or (len(text) < 8 * pages and len(text) < 200):
        raise UnreadableDocument(
            f"文件 {name} 没有文字层，多半是扫描件或图片。请先做文字识别（OCR），存成带文字的 PDF 再上传。"
        )


def _open(data: bytes, name: str) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as problem:
        if raw.FPDF_GetLastError() == raw.FPDF_ERR_PASSWORD or "password" in str(problem).lower():
            raise locked(name) from None
        raise broken(name) from None


def _page(document: pypdfium2.PdfDocument, number: int) -> Page | None:
    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return None
    try:
        left, bottom, right, top = page.get_bbox()
        glyphs = list(_glyphs(page.get_textpage(), left, top))
        return arrange(glyphs, list(_rulings(page, left, top, right - left)), top - bottom)
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()


def _glyphs(text: Any, left: float, top: float) -> Iterator[Glyph]:
    box = raw.FS_RECTF()
    for index in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, index)
        if code <= 32 or code in (0xA0, 0x3000, 0xFFFE, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if raw.FPDFText_GetLooseCharBox(text, index, ctypes.byref(box)):
            yield Glyph(chr(code), box.left - left, box.right - left, top - box.top, top - box.bottom)
    text.close()


def _rulings(page: Any, left: float, top: float, width: float) -> Iterator[Ruling]:
    found = 0
    for count, item in enumerate(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3)):
        if count > _MAX_OBJECTS or found > MAX_RULINGS:
            return
        for ruling in _of_path(item, left, top, width):
            found += 1
            yield ruling


def _of_path(item: Any, left: float, top: float, width: float) -> Iterator[Ruling]:
    """The level and upright lines of a path; a thin filled box is a line too."""
    x0, y0, x1, y1 = item.get_bounds()
    box = Ruling(x0 - left, top - y1, x1 - left, top - y0)
    if min(x1 - x0, y1 - y0) < 2.5:
        if max(x1 - x0, y1 - y0) > 4:
            yield box
        return
    count = raw.FPDFPath_CountSegments(item)
    if not 3 <= count <= _MAX_SEGMENTS or x1 - x0 > width * 0.98:
        return
    points = _points(item, count)
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        if abs(ax - bx) < 0.5 or abs(ay - by) < 0.5:
            yield Ruling(min(ax, bx) - left, top - max(ay, by), max(ax, bx) - left, top - min(ay, by))


def _points(item: Any, count: int) -> list[tuple[float, float]]:
    matrix = raw.FS_MATRIX()
    raw.FPDFPageObj_GetMatrix(item, ctypes.byref(matrix))
    points = []
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        if raw.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
            points.append(
                (
                    matrix.a * x.value + matrix.c * y.value + matrix.e,
                    matrix.b * x.value + matrix.d * y.value + matrix.f,
                )
            )
        if raw.FPDFPathSegment_GetClose(segment) and points:
            points.append(points[0])
    return points
