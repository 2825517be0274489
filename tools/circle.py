"""The 15-minute circle: invented outlets of the sandbox, and how long it takes to walk to them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .directory import bundled_directory
from .gazetteer import Entry, Gazetteer, Point, bundled_gazetteer
from .grids import LAT_M, LON_M, distance_m

DATA = Path(__file__).parent / "data" / "outlet_services.json"
DETOUR, METRES_A_MINUTE, MINUTES = 1.3, 70.0, 15.0
Kind = Literal["service", "card"]


@dataclass(frozen=True)
class Outlet:
    """A place where something can be done; `services` are item ids, or kinds of card business."""

    id: str
    name: str
    kind: Kind
    district: str
    lon: float
    lat: float
    services: tuple[str, ...]
    hours: str
    accessible: bool
    verified_at: str
    demo: bool = True


@dataclass(frozen=True)
class Walk:
    """An outlet, how far it is in a straight line, and how many minutes that takes on foot."""

    outlet: Outlet
    metres: int
    minutes: float

    @property
    def near(self) -> bool:
        """Whether it lies within 15 minutes."""
        return self.minutes <= MINUTES


def minutes_on_foot(metres: float) -> float:
    """Straight line × 1.3 for the detour, at 70 metres a minute."""
    return metres * DETOUR / METRES_A_MINUTE


def walks(outlets: Iterable[Outlet], point: Point, kind: Kind, service: str | None) -> list[Walk]:
    """The outlets of a kind that really offer the service, nearest first."""
    found = []
    for outlet in outlets:
        if outlet.kind == kind and (service is None or service in outlet.services):
            metres = distance_m((outlet.lon, outlet.lat), point)
            found.append(Walk(outlet, round(metres), round(minutes_on_foot(metres), 1)))
    return sorted(found, key=lambda each: (each.metres, each.outlet.id))


@cache
def outlet_facts() -> dict[str, Any]:
    """What outlets of the sandbox offer, and since when that is said to be so."""
    facts: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return facts


def card_services() -> tuple[tuple[str, ...], ...]:
    """Kinds of card business: value, name, other words."""
    return tuple(tuple(row) for row in outlet_facts()["card_services"])


def counter_services() -> tuple[tuple[str, ...], ...]:
    """What a service centre may offer: value, name, other words."""
    items = tuple((item.id, item.name, *item.aliases[1:]) for item in bundled_directory().all())
    return items + tuple(tuple(row) for row in outlet_facts()["extra_services"])


@cache
def bundled_outlets() -> tuple[Outlet, ...]:
    """The invented outlets, the same every time: a centre for each subdistrict, banks near its middle and at places."""
    return tuple(_outlets(bundled_gazetteer()))


def _outlets(gazetteer: Gazetteer) -> Iterator[Outlet]:
    offered = [row[0] for row in counter_services()]
    for number, entry in enumerate(_spots(gazetteer)):
        if entry.kind == "subdistrict":
            services = tuple(each for each in offered if _draw(entry.name, each) % 4)
            yield _outlet(f"F{number:04d}", f"{entry.name}便民服务中心（演示）", "service", entry, services)
        for count in range(2):
            bank = outlet_facts()["banks"][(_draw(entry.name, "bank") + 3 * count) % 10]
            services = tuple(row[0] for row in card_services() if _draw(entry.name, bank, row[0]) % 3)
            yield _outlet(f"B{number:04d}{count}", f"{bank}{entry.name}网点（演示）", "card", entry, services)


def _spots(gazetteer: Gazetteer) -> list[Entry]:
    """Subdistricts and places that have a position, each once."""
    found = {(each.kind, each.name, each.point): each for name in gazetteer.names() for each in gazetteer.entries(name)}
    kinds = ("subdistrict", "place")
    return sorted(
        (each for each in found.values() if each.kind in kinds and each.point and each.districts),
        key=lambda each: (each.kind, each.code or "", each.name),
    )


def _outlet(id: str, name: str, kind: Kind, entry: Entry, services: tuple[str, ...]) -> Outlet:
    east, north = (_draw(id, way) % 700 - 350 for way in ("east", "north"))
    lon, lat = entry.point or (0.0, 0.0)
    facts = outlet_facts()
    return Outlet(
        id=id,
        name=name,
        kind=kind,
        district=entry.districts[0],
        lon=round(lon + east / LON_M, 6),
        lat=round(lat + north / LAT_M, 6),
        services=services,
        hours=facts["bank_hours" if kind == "card" else "service_hours"],
        accessible=bool(_draw(id, "accessible") % 2),
        verified_at=facts["verified_at"],
    )


def _draw(*words: str) -> int:
    """The same number for the same words, everywhere and always."""
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:4], "big")
