"""Pieces of HTML: two languages side by side, numbers, tables, figures with their data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..intervals import Interval


def both(chinese: str, english: str) -> str:
    """A text in both languages; the page shows one."""
    return f'<span lang="zh">{escape(chinese)}</span><span lang="en">{escape(english)}</span>'


def percent(value: float | None, digits: int = 1) -> str:
    """A share; what is undefined is a dash."""
    return "—" if value is None else f"{value * 100:.{digits}f}%"


def with_interval(found: Interval | None) -> str:
    """A share with its interval."""
    if found is None:
        return "—"
    return f"{percent(found.point)} <small>{percent(found.low)}–{percent(found.high)}</small>"


def number(value: float | None, digits: int = 3) -> str:
    """A figure with few digits."""
    return "—" if value is None else f"{value:.{digits}f}".rstrip("0").rstrip(".")


def chance(p: float | None) -> str:
    """A p-value; a very small one is not written as zero."""
    return "p —" if p is None else "p < 0.001" if p < 0.001 else f"p = {number(p)}"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], style: str = "") -> str:
    """A table of ready pieces."""
    cells = "".join(f"<th scope=col>{each}</th>" for each in head)
    body = "".join("<tr>" + "".join(f"<td>{each}</td>" for each in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table class="{style}"><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def figure(caption: str, drawing: str, data: str = "", note: str = "") -> str:
    """A figure with its caption, a note, and the table behind it."""
    shown = f"<details class=data><summary>{both('看数据', 'Show data')}</summary>{data}</details>" if data else ""
    told = f"<p class=note>{note}</p>" if note else ""
    return f"<figure><figcaption>{caption}</figcaption>{drawing}{told}{shown}</figure>"


def section(name: str, title: str, *pieces: str) -> str:
    """A numbered section."""
    return f'<section id="{name}"><h2>{title}</h2>{"".join(pieces)}</section>'


def nothing(chinese: str, english: str) -> str:
    """What is said where there is nothing to show."""
    return f"<p class=nothing>{both(chinese, english)}</p>"


def bullets(lines: Iterable[str]) -> str:
    """A list of plain texts."""
    return "<ul>" + "".join(f"<li>{escape(each)}</li>" for each in lines) + "</ul>"
