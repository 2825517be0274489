"""A city's Open311 services as classes of problems."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from ...categories import Categories, Category, bundled_categories
from .georeport import GeoReport, GeoService

FRESH_S = 600.0


@dataclass(frozen=True)
class Known:
    """The classes, their codes as the city spells them, and those that ask for more than a description."""

    categories: Categories
    codes: Mapping[str, str]
    detailed: frozenset[str]


class Services:
    """Asks for the services and keeps them for ten minutes."""

    def __init__(self, geo: GeoReport) -> None:
        self._geo = geo
        self._kept: tuple[float, Known] | None = None

    async def known(self) -> Known:
        """The services now."""
        now = asyncio.get_running_loop().time()
        if self._kept is None or now - self._kept[0] > FRESH_S:
            services = await self._geo.services()
            codes = {each.code.upper(): each.code for each in services}
            detailed = frozenset(each.code.upper() for each in services if each.metadata)
            self._kept = (now, Known(Categories(map(_class, services)), codes, detailed))
        return self._kept[1]


def _class(service: GeoService) -> Category:
    """Our own class where the city uses the same code for the same thing (it knows more everyday words)."""
    code = service.code.upper()
    ours = bundled_categories().get(code)
    if ours is not None and ours.name == service.name:
        return ours
    return Category(code, service.name, "event", service.group or "本市事项", service.keywords)
