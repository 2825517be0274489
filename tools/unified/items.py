"""Service items, bundles, outlets, school zones, datasets and plan targets on the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..catalogue import Dataset, Target
from ..circle import Outlet, Walk
from ..directory import Bundle, Item, ItemHit, Material, read_bundle, read_item
from ..errors import NotFound
from ..zoning import Zone
from .client import Platform, path_part


@dataclass(frozen=True)
class BundlePart:
    """One item of a bundle; `listed` says whether its materials are known, `certificate` what paper it is done for."""

    id: str
    title: str
    name: str
    department: str | None
    listed: bool
    certificate: str | None = None


@dataclass(frozen=True)
class BundlePlan:
    """A bundle with its items in order and each material once."""

    bundle: Bundle
    parts: tuple[BundlePart, ...]
    materials: tuple[Material, ...]


class Items:
    """Look up what anybody may know."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def search(self, words: str, k: int = 5) -> list[ItemHit]:
        """The items some words fit, best first."""
        if not words.strip():
            return []
        data = (await self._platform.read("/items", (("q", words[:300]), ("k", str(k))))).data
        return [ItemHit(read_item(each["item"]), each["score"]) for each in data]

    async def get(self, item: str) -> Item:
        """One item; `NotFound` when there is none."""
        return read_item((await self._platform.read(f"/items/{path_part(item)}")).data)

    async def find_bundles(self, words: str) -> list[Bundle]:
        """The bundles some words fit, best first."""
        if not words.strip():
            return []
        return [read_bundle(each) for each in (await self._platform.read("/bundles", (("q", words[:300]),))).data]

    async def bundle(self, bundle: str) -> BundlePlan:
        """A bundle with its items and materials."""
        data = (await self._platform.read(f"/bundles/{path_part(bundle)}")).data
        parts = tuple(BundlePart(**each) for each in data["parts"])
        return BundlePlan(read_bundle(data), parts, tuple(Material(**each) for each in data["materials"]))

    async def outlets(self, kind: str, point: tuple[float, float], service: str | None = None) -> list[Walk]:
        """Outlets that really offer a service, nearest first."""
        pairs = [("kind", kind), ("lon", repr(point[0])), ("lat", repr(point[1]))]
        pairs += [("service", service)] if service else []
        return [_walk(each) for each in (await self._platform.read("/outlets", pairs)).data]

    async def zone(self, point: tuple[float, float]) -> Zone | None:
        """The school zone of a point; None where the dated table has no row."""
        pairs = (("lon", repr(point[0])), ("lat", repr(point[1])))
        try:
            return Zone(**(await self._platform.read("/school-zones", pairs)).data)
        except NotFound:
            return None

    async def datasets(self, words: str) -> list[Dataset]:
        """The datasets some words fit, best first."""
        if not words.strip():
            return []
        return [_dataset(each) for each in (await self._platform.read("/datasets", (("q", words[:300]),))).data]

    async def targets(self, words: str) -> list[Target]:
        """The targets of the plan some words fit."""
        if not words.strip():
            return []
        return [Target(**each) for each in (await self._platform.read("/plan-targets", (("q", words[:300]),))).data]


def walk_view(walk: Walk) -> dict[str, Any]:
    """A walk as a JSON mapping."""
    return asdict(walk) | {"near": walk.near}


def _walk(data: Mapping[str, Any]) -> Walk:
    outlet = Outlet(**{**data["outlet"], "services": tuple(data["outlet"]["services"])})
    return Walk(outlet, data["metres"], data["minutes"])


def _dataset(data: Mapping[str, Any]) -> Dataset:
    values = {name: value for name, value in data.items() if name != "sharing_name"}
    return Dataset(**{**values, "keywords": tuple(values["keywords"])})
