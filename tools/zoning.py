"""School zones of the sandbox: an invented, dated table by subdistrict. It predicts no admission."""

from __future__ import annotations

from dataclasses import dataclass

from .gazetteer import Gazetteer

YEAR = 2026
PUBLISHED = "2026-06-01"
DISTRICTS = ("420102", "420103", "420106")


@dataclass(frozen=True)
class Zone:
    """Which invented school an address belonged to in one year's invented table."""

    school: str
    district_name: str
    subdistrict_name: str
    year: int = YEAR
    published: str = PUBLISHED
    demo: bool = True


def zone_of(gazetteer: Gazetteer, lon: float, lat: float) -> Zone | None:
    """The row for a point; None where the table has none."""
    grid = gazetteer.locate(lon, lat)
    if grid is None or grid.district not in DISTRICTS:
        return None
    place = grid.subdistrict_name.removesuffix("街道").removesuffix("街")
    return Zone(f"演示{place}小学", grid.district_name, grid.subdistrict_name)
