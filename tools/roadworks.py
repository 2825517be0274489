"""Permits for works in the road: an invented, deterministic set along the known roads, marked as demo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from .gazetteer import Entry, Gazetteer, bundled_gazetteer
from .rainfall import sensing_data, share

LONGEST = timedelta(days=60)


@dataclass(frozen=True)
class Permit:
    """One permit: what is built, where, by whom, from and to which day."""

    number: str
    kind: str
    kind_name: str
    road: str
    section: str
    district: str
    district_name: str
    lon: float
    lat: float
    unit: str
    first_day: str
    last_day: str
    hours: str
    demo: bool = True


def permits_between(first: date, last: date) -> list[Permit]:
    """The permits in force on any day of a span, in the order of their numbers."""
    months = dict.fromkeys(day.replace(day=1) for day in _days(first - LONGEST, last))
    found = [permit for month in months for permit in _of_month(month)]
    return [each for each in found if each.first_day <= last.isoformat() and each.last_day >= first.isoformat()]


@lru_cache(maxsize=64)
def _of_month(month: date) -> tuple[Permit, ...]:
    gazetteer = bundled_gazetteer()
    roads = {entry.name: entry for name in gazetteer.names() for entry in gazetteer.entries(name)}
    rows = sorted(
        (entry for entry in roads.values() if entry.kind == "road" and entry.line), key=lambda each: each.name
    )
    kinds = list(enumerate(sensing_data()["works"], start=1))
    made = (_permit(gazetteer, road, row, at, month) for at, road in enumerate(rows, start=1) for row in kinds)
    return tuple(each for each in made if each is not None)


def _permit(gazetteer: Gazetteer, road: Entry, numbered: tuple[int, list[str]], at: int, month: date) -> Permit | None:
    """The permit of a road for one kind of work begun in a month; most months have none."""
    place, (kind, kind_name, unit, *_) = numbered
    key = f"{road.name}:{kind}:{month}"
    if share(key) >= 0.08:
        return None
    lon, lat = road.line[int(share(f"{key}:where") * len(road.line))]
    grid = gazetteer.locate(lon, lat)
    if grid is None:
        return None
    first = month + timedelta(days=int(share(f"{key}:day") * 27))
    last = first + timedelta(days=6 + int(share(f"{key}:long") * 50))
    hours = "22:00至次日06:00" if share(f"{key}:hours") < 0.5 else "08:00至20:00"
    number = f"ZJ{month:%Y%m}{at:03d}{place}"
    return Permit(
        number, kind, kind_name, road.name, f"{road.name}{grid.subdistrict_name}段", grid.district, grid.district_name,
        lon, lat, unit, first.isoformat(), last.isoformat(), hours,
    )  # fmt: skip


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += timedelta(days=1)
