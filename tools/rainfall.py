"""Synthetic rain and standing water for the sandbox: pure functions of a place and a moment, marked as demo."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "sensing.json"
STEP = timedelta(minutes=5)
MEMORY = timedelta(hours=8)
DEEPEST_CM = 90.0
# Share of days (of 100) that are light, heavy and storm days.
_SHARES = {"summer": (20, 17, 8), "warm": (25, 9, 2), "cold": (25, 5, 0)}
_PEAKS = {"light": (1.0, 4.0), "heavy": (8.0, 20.0), "storm": (34.0, 56.0)}


@dataclass(frozen=True)
class WaterPoint:
    """A place where water gathers, with a depth sensor. `basis` says where its name is from."""

    code: str
    name: str
    district: str
    lon: float
    lat: float
    basis: str
    drain_mm_h: float
    gain: float
    ebb_cm_h: float


@dataclass(frozen=True)
class Level:
    """How deep and how long water stands at a moment."""

    at: datetime
    depth_cm: float
    length_m: float


@dataclass(frozen=True)
class Day:
    """What kind of rain a day brings: its peak in mm/h, when, and how many hours it lasts on either side."""

    kind: str
    peak_mm_h: float
    peak_hour: float
    spread_h: float


def water_points() -> tuple[WaterPoint, ...]:
    """All points of the demonstration network."""
    return tuple(WaterPoint(**row) for row in sensing_data()["points"])


def rain_day(day: date) -> Day:
    """The rain of a day, the same every time it is asked."""
    shares = _SHARES["summer" if 6 <= day.month <= 8 else "warm" if day.month in (4, 5, 9) else "cold"]
    drawn, kind = share(f"kind:{day}") * 100, "dry"
    for name, days in zip(("storm", "heavy", "light"), reversed(shares), strict=True):
        if drawn < days:
            kind = name
            break
        drawn -= days
    if kind == "dry":
        return Day(kind, 0.0, 12.0, 1.0)
    low, high = _PEAKS[kind]
    peak = low + (high - low) * share(f"peak:{day}")
    return Day(kind, round(peak, 1), 5 + 14 * share(f"hour:{day}"), 1 + share(f"spread:{day}"))


def rain_mm_h(district: str, at: datetime) -> float:
    """How hard it rains in a district, in mm per hour."""
    day = rain_day(at.date())
    hour = at.hour + at.minute / 60
    away = abs(hour - day.peak_hour) / (2 * day.spread_h)
    local = 0.6 + 0.6 * share(f"{district}:{at.date()}")
    found = day.peak_mm_h * local * max(0.0, 1 - away)
    return round(found, 1) if found >= 0.2 else 0.0


def rain_mm(district: str, since: datetime, until: datetime) -> float:
    """What falls between two moments, in mm."""
    steps = list(_moments(since, until))
    return round(sum(rain_mm_h(district, each) for each in steps) * STEP.total_seconds() / 3600, 1)


def levels(point: WaterPoint, until: datetime, since: datetime | None = None) -> list[Level]:
    """Depth every five minutes up to a moment: what rains beyond the drains gathers, and ebbs away."""
    return list(_levels(point, _floor(since or until - timedelta(hours=1)), _floor(until)))


@lru_cache(maxsize=4096)
def _levels(point: WaterPoint, since: datetime, until: datetime) -> tuple[Level, ...]:
    depth, found = 0.0, []
    hours = STEP.total_seconds() / 3600
    for at in _moments(since - MEMORY, until + STEP):
        excess = max(0.0, rain_mm_h(point.district, at) - point.drain_mm_h)
        ebb = point.ebb_cm_h * (1.0 if excess == 0 else 0.3)
        depth = min(DEEPEST_CM, max(0.0, depth + (excess * point.gain - ebb) * hours))
        if at >= since:
            found.append(Level(at, round(depth, 1), length_of(depth)))
    return tuple(found)


def length_of(depth_cm: float) -> float:
    """How long the water is for its depth, in this model."""
    return round(depth_cm * 2.2, 0) if depth_cm > 0 else 0.0


@cache
def sensing_data() -> Mapping[str, Any]:
    """The data file of the demonstration network."""
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def _moments(since: datetime, until: datetime) -> Iterator[datetime]:
    at = since
    while at < until:
        yield at
        at += STEP


def _floor(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)


def share(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return (zlib.crc32(f"hanzhi:{text}".encode()) * 2654435761 % 2**32) / 2**32
