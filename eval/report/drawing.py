"""Figures: dot and whisker, bars, heat map, curves, points. Colours and sizes are in the style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from ..intervals import Interval
from .parts import both, percent

WIDE, HIGH, LEFT, BOTTOM = 360, 220, 40, 28


@dataclass(frozen=True)
class Dot:
    """One row of a dot-and-whisker figure; `mark` is a second value to hold it against."""

    label: str
    found: Interval | None
    mark: float | None = None
    title: str = ""
    english: str = ""


@dataclass(frozen=True)
class Axis:
    """From where to where a figure goes, and how its ends are written."""

    low: float = 0.0
    high: float = 1.0

    def place(self, value: float) -> float:
        """Where a value stands, from 0 to 100."""
        span = self.high - self.low or 1.0
        return max(0.0, min(100.0, (value - self.low) / span * 100))


SHARE = Axis()


def dots(rows: Sequence[Dot], axis: Axis = SHARE, zero: bool = False) -> str:
    """A dot for each value, a whisker for its interval, a tick for what it is held against."""
    drawn = "".join(_dot_row(row, axis, zero) for row in rows)
    ends = f'<div class="track"><span>{percent(axis.low, 0)}</span><span>{percent(axis.high, 0)}</span></div>'
    return f'<div class="dots">{drawn}<div class="row ends"><span></span>{ends}<span></span></div></div>'


def bars(rows: Sequence[tuple[str, float, str]], top: float = 0.0) -> str:
    """A bar for each amount, with a note; the longest goes to the end unless `top` says how much that is."""
    most = top or max((value for _, value, _ in rows), default=0.0) or 1.0
    drawn = "".join(
        f'<div class="row"><span class="label">{label}</span><div class="track">'
        f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="bar" width="{value / most * 100:.2f}" height="10"/></svg></div>'
        f'<span class="value">{note}</span></div>'
        for label, value, note in rows
    )
    return f'<div class="dots bars">{drawn}</div>'


def heat(rows: Mapping[str, Mapping[str, float | None]], titles: Mapping[str, str]) -> str:
    """Family by scorer; a cell is the share that passed, empty where nothing was judged."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    head = "".join(f"<th scope=col>{escape(titles.get(name, name))}</th>" for name in names)
    body = "".join(
        f"<tr><th scope=row>{escape(family)}</th>" + "".join(_cell(row.get(name)) for name in names) + "</tr>"
        for family, row in rows.items()
    )
    whole = f"<thead><tr><th></th>{head}</tr></thead><tbody>{body}</tbody>"
    return f'<div class="scroll"><table class="heat">{whole}</table></div>'


def curve(points: Mapping[float, float], words: tuple[str, str], top: float = 1.0, steps: bool = False) -> str:
    """A line through points; `words` name the axes."""
    if not points:
        return ""
    xs = sorted(points)
    low, span = (0.0 if steps else xs[0]), (xs[-1] - (0.0 if steps else xs[0])) or 1.0
    places = [(_x((x - low) / span), _y(points[x] / top)) for x in xs]
    path = f"M{places[0][0]:.1f},{places[0][1]:.1f}" + "".join(
        (f"H{x:.1f}V{y:.1f}" if steps else f"L{x:.1f},{y:.1f}") for x, y in places[1:]
    )
    marks = "" if len(places) > 30 else "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in places)
    ticks = "".join(
        f'<text x="{_x((x - low) / span):.1f}" y="{HIGH - 10}" text-anchor="middle">{x:g}</text>' for x in _few(xs)
    )
    return _frame(f'<path class="line" d="{path}"/>{marks}{ticks}', words, top)


def scatter(points: Sequence[tuple[float, float, str]], words: tuple[str, str], box: str = "") -> str:
    """Points in the unit square, each with a title; `box` is drawn beneath."""
    drawn = "".join(
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="5">'
        f"<title>{escape(title)} {percent(x)} / {percent(y)}</title></circle>"
        for x, y, title in points
    )
    ends = "".join(
        f'<text x="{_x(x):.1f}" y="{HIGH - 10}" text-anchor="middle">{percent(x, 0)}</text>' for x in (0, 0.5, 1)
    )
    return _frame(box + drawn + ends, words, 1.0)


def region(left: float, right: float, low: float, high: float) -> str:
    """A shaded part of the unit square."""
    x, y, w, h = _x(left), _y(high), _x(right) - _x(left), _y(low) - _y(high)
    return f'<rect class="region" x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}"/>'


def _dot_row(row: Dot, axis: Axis, zero: bool) -> str:
    named = both(row.label, row.english) if row.english else escape(row.label)
    label = f'<span class="label" title="{escape(row.title)}">{named}</span>'
    if row.found is None:
        return f'<div class="row">{label}<div class="track"></div><span class="value">—</span></div>'
    low, high, at = axis.place(row.found.low), axis.place(row.found.high), axis.place(row.found.point)
    mark = "" if row.mark is None else f'<i class="mark" style="left:{axis.place(row.mark):.2f}%"></i>'
    middle = f'<i class="zero" style="left:{axis.place(0.0):.2f}%"></i>' if zero else ""
    whisker = (
        f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<line class="whisker" x1="{low:.2f}" x2="{high:.2f}" y1="5" y2="5"/></svg>'
    )
    value = f"{row.found.point:+.1%}" if zero else percent(row.found.point)
    low_end, high_end = row.found.low, row.found.high
    spread = f"{low_end:+.0%} … {high_end:+.0%}" if zero else f"{percent(low_end, 0)}–{percent(high_end, 0)}"
    return (
        f'<div class="row">{label}<div class="track">{middle}{whisker}{mark}'
        f'<i class="dot" style="left:{at:.2f}%"></i></div>'
        f'<span class="value">{value} <small>{spread}</small></span></div>'
    )


def _cell(value: float | None) -> str:
    if value is None:
        return "<td></td>"
    return f'<td style="--v:{value * 100:.0f}%">{value * 100:.0f}</td>'


def _frame(inside: str, words: tuple[str, str], top: float) -> str:
    lines = "".join(
        f'<line class="grid" x1="{LEFT}" x2="{WIDE - 8}" y1="{_y(part):.1f}" y2="{_y(part):.1f}"/>'
        f'<text x="{LEFT - 5}" y="{_y(part) + 4:.1f}" text-anchor="end">{percent(part * top, 0)}</text>'
        for part in (0.0, 0.25, 0.5, 0.75, 1.0)
    )
    across, up = words
    return (
        f'<div class="plot"><p class="axis">↑ {up}</p><svg viewBox="0 0 {WIDE} {HIGH}" role="img">{lines}{inside}</svg>'
        f'<p class="axis right">→ {across}</p></div>'
    )


def _x(part: float) -> float:
    return LEFT + part * (WIDE - LEFT - 16)


def _y(part: float) -> float:
    return HIGH - BOTTOM - part * (HIGH - BOTTOM - 10)


def _few(values: Sequence[float]) -> list[float]:
    return list(values) if len(values) <= 8 else [values[0], values[len(values) // 2], values[-1]]
