"""What Word's styles say of a paragraph: heading level, list, table of contents."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from .numbering import W

_HEADING = re.compile(r"^(?:heading|标题)\s*([1-9])$", re.IGNORECASE)
_CONTENTS = re.compile(r"^(?:toc\b|目录)", re.IGNORECASE)
_DEEPEST = 20  # of styles based on styles


@dataclass(frozen=True)
class Shape:
    """What a paragraph is: `level` of a heading (0 is the title), its list, whether it is in the table of contents."""

    level: int | None = None
    list_id: str | None = None
    depth: int = 0
    contents: bool = False
    joined: bool = False


@dataclass(frozen=True)
class _Style:
    name: str
    based_on: str | None
    outline: int | None
    list_id: str | None
    depth: int | None


class Styles:
    """The styles of a document by id."""

    def __init__(self, known: dict[str, _Style], default: str | None) -> None:
        self._known, self._default = known, default

    def shape(self, properties: Any | None) -> Shape:
        """What a paragraph with these properties is; its own settings win over its style's."""
        style_id = _text(properties, "pStyle") or self._default
        chain = self._chain(style_id)
        outline = _number(properties, "outlineLvl")
        if outline is None:
            outline = next((each.outline for each in chain if each.outline is not None), None)
        list_id, depth = _list(properties)
        if list_id is None:
            list_id = next((each.list_id for each in chain if each.list_id is not None), None)
            depth = next((each.depth for each in chain if each.depth is not None), depth)
        mark = properties.find(f"{W}rPr/{W}del") if properties is not None else None
        return Shape(
            _level(outline, chain),
            None if list_id == "0" else list_id,
            depth or 0,
            any(_CONTENTS.match(each.name) for each in chain[:1]),
            mark is not None,
        )

    def _chain(self, style_id: str | None) -> list[_Style]:
        chain: list[_Style] = []
        while style_id in self._known and len(chain) < _DEEPEST:
            chain.append(self._known[style_id])
            style_id = chain[-1].based_on
        return chain


def read_styles(root: Any | None) -> Styles:
    """The paragraph styles that styles.xml defines."""
    known: dict[str, _Style] = {}
    default = None
    for each in root.iterfind(f"{W}style") if root is not None else ():
        if each.get(f"{W}type") != "paragraph":
            continue
        style_id = each.get(f"{W}styleId") or ""
        properties = each.find(f"{W}pPr")
        list_id, depth = _list(properties)
        known[style_id] = _Style(
            _text(each, "name") or "", _text(each, "basedOn"), _number(properties, "outlineLvl"), list_id, depth
        )
        if each.get(f"{W}default") in ("1", "true"):
            default = style_id
    return Styles(known, default)


def _level(outline: int | None, chain: list[_Style]) -> int | None:
    if outline is not None and 0 <= outline <= 8:
        return outline + 1
    for style in chain[:1] if outline is not None else chain:
        if found := _HEADING.match(style.name):
            return int(found.group(1))
        if style.name.lower() in ("title", "标题"):
            return 0
    return None


def _list(properties: Any | None) -> tuple[str | None, int | None]:
    found = properties.find(f"{W}numPr") if properties is not None else None
    return (_text(found, "numId"), _number(found, "ilvl")) if found is not None else (None, None)


def _text(element: Any | None, tag: str) -> str | None:
    found = element.find(f"{W}{tag}") if element is not None else None
    return found.get(f"{W}val") if found is not None else None


def _number(element: Any | None, tag: str) -> int | None:
    text = _text(element, tag)
    return int(text) if text is not None and text.isdigit() and len(text) < 4 else None
