"""OFD (GB/T 33190), the format of Chinese government files: zipped XML in which all text is placed on pages."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import UnreadableDocument
from ..records import LoadedText
from .flow import flow
from .layout import Glyph, Page, arrange
from .limits import MAX_PAGES
from .package import Package, locked
from .rulings import MAX_RULINGS, Ruling
from .sniff import expect
from .text import TextBuilder

_MAX_GLYPHS = 200_000  # of one page


class OfdLoader:
    """`.ofd`; seals and annotations are not read."""

    suffixes = (".ofd",)

    def load(self, data: bytes, name: str) -> LoadedText:
        """Read `data`."""
        expect(data, name, "ofd")
        package = Package(data, name)
        if package.has("Encryptions.xml") or package.has("CryptoInfo.xml"):
            raise locked(name)
        root = package.xml("OFD.xml")
        pages = [page for part in _texts(root, "DocRoot") for page in _document(package, _joined("", part))]
        text = TextBuilder(name)
        flow(pages, text)
        loaded = text.loaded()
        if len(loaded.text.strip()) < 2:
            raise UnreadableDocument(f"文件 {name} 里没有文字，多半是扫描件。请先做文字识别（OCR）再上传。")
        return loaded


def _document(package: Package, part: str) -> Iterator[Page]:
    root, folder = package.xml(part), posixpath.dirname(part)
    area = next((_numbers(each.text) for each in _all(root, "PhysicalBox")), [0.0, 0.0, 210.0, 297.0])
    templates = {each.get("ID"): _joined(folder, each.get("BaseLoc") or "") for each in _all(root, "TemplatePage")}
    listed = [each for pages in _all(root, "Pages") for each in _all(pages, "Page")]
    if len(listed) > MAX_PAGES:
        raise UnreadableDocument(f"文件 {package.name} 有 {len(listed)} 页，超过 {MAX_PAGES} 页。请拆分后再上传。")
    held: dict[str, _Placed] = {}
    for each in listed:
        page = package.xml(_joined(folder, each.get("BaseLoc") or ""))
        own = next((_numbers(box.text) for box in _all(page, "PhysicalBox")), area)
        found = _placed(page)
        for used in _all(page, "Template"):
            place = templates.get(used.get("TemplateID"))
            if place and package.has(place):
                held.setdefault(place, _placed(package.xml(place)))
                found = _Placed([*held[place].glyphs, *found.glyphs], [*held[place].rulings, *found.rulings])
        yield arrange(found.glyphs, found.rulings, own[3] if len(own) == 4 else 297.0)


@dataclass(frozen=True)
class _Placed:
    glyphs: list[Glyph]
    rulings: list[Ruling]


def _placed(page: Any) -> _Placed:
    glyphs: list[Glyph] = []
    rulings: list[Ruling] = []
    for each in _all(page, "TextObject"):
        glyphs += _glyphs(each)
        if len(glyphs) > _MAX_GLYPHS:
            break
    for each in _all(page, "PathObject"):
        rulings += _rulings(each)
        if len(rulings) > MAX_RULINGS:
            break
    return _Placed(glyphs, rulings)


@dataclass(frozen=True)
class _Frame:
    """From an object's own coordinates to those of the page."""

    x: float
    y: float
    matrix: Sequence[float]

    def point(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.matrix
        return self.x + a * x + c * y + e, self.y + b * x + d * y + f


def _frame(element: Any) -> _Frame:
    boundary, matrix = _numbers(element.get("Boundary")), _numbers(element.get("CTM"))
    return _Frame(
        boundary[0] if len(boundary) == 4 else 0.0,
        boundary[1] if len(boundary) == 4 else 0.0,
        matrix if len(matrix) == 6 else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    )


def _glyphs(element: Any) -> Iterator[Glyph]:
    frame = _frame(element)
    size = (_numbers(element.get("Size")) or [4.0])[0]
    height = size * (abs(frame.matrix[3]) or 1.0)
    x = y = 0.0
    for code in _all(element, "TextCode"):
        x = (_numbers(code.get("X")) or [x])[0]
        y = (_numbers(code.get("Y")) or [y])[0]
        text = (code.text or "").strip("\n\r")
        across, down = _steps(code.get("DeltaX"), len(text)), _steps(code.get("DeltaY"), len(text))
        own_x, own_y = x, y
        for place, letter in enumerate(text):
            # A blank is a character of its own: what follows close by belongs together, however wide it is set.
            left, base = frame.point(own_x, own_y)
            wide = size * (0.5 if letter.isascii() else 1.0)
            step = across[place] if place < len(across) else wide if not down else 0.0
            right, _ = frame.point(own_x + (step if 0 < step < 1.6 * size else wide), own_y)
            if not letter.isspace():
                yield Glyph(letter, min(left, right), max(left, right), base - 0.88 * height, base + 0.12 * height)
            own_x += step
            own_y += down[place] if place < len(down) else 0.0


def _steps(text: str | None, most: int) -> list[float]:
    """`DeltaX`: distances, where `g 5 4.2` stands for five times 4.2."""
    steps: list[float] = []
    parts = (text or "").split()
    while parts and len(steps) < most:
        if parts[0] == "g" and len(parts) >= 3:
            count = int(parts[1]) if parts[1].isdigit() else 0
            steps += (_numbers(parts[2]) or [0.0]) * min(count, most)
            parts = parts[3:]
        else:
            steps += _numbers(parts[0]) or [0.0]
            parts = parts[1:]
    return steps[:most]


def _rulings(element: Any) -> Iterator[Ruling]:
    frame = _frame(element)
    at: tuple[float, float] | None = None
    first = at
    for data in _texts(element, "AbbreviatedData"):
        parts = data.split()[:2_000]
        while parts:
            mark, parts = parts[0], parts[1:]
            if mark in ("M", "S", "L") and len(parts) >= 2:
                to = frame.point(*(_numbers(" ".join(parts[:2])) or [0.0, 0.0])[:2])
                if mark == "L" and at is not None:
                    yield from _straight(at, to)
                at, first, parts = to, to if mark != "L" else first, parts[2:]
            elif mark == "C" and at is not None and first is not None:
                yield from _straight(at, first)
                at = first


def _straight(a: tuple[float, float], b: tuple[float, float]) -> Iterator[Ruling]:
    if abs(a[0] - b[0]) < 0.2 or abs(a[1] - b[1]) < 0.2:
        yield Ruling(min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1]))


def _all(element: Any, name: str) -> Iterator[Any]:
    """Elements by local name: producers differ in their namespaces."""
    yield from element.iter(f"{{*}}{name}")


def _texts(element: Any, name: str) -> Iterator[str]:
    return (each.text.strip() for each in _all(element, name) if each.text and each.text.strip())


def _numbers(text: str | None) -> list[float]:
    try:
        return [float(part) for part in (text or "").split()]
    except ValueError:
        return []


def _joined(folder: str, part: str) -> str:
    return posixpath.normpath(part if part.startswith("/") else posixpath.join(folder, part)).lstrip("/")
