"""Rain, warnings, water on the road, permits and alerts on the platform."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..principal import Principal
from ..roadworks import Permit
from .client import Platform, path_part


@dataclass(frozen=True)
class AlertDraft:
    """What is pushed to whom; recipients by code."""

    kind: str
    text: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class PermitQuery:
    """Which permits: of a kind, on a road, in a district, in force on any day of a span."""

    kind: str | None = None
    road: str | None = None
    district: str | None = None
    since: str | None = None
    until: str | None = None

    def query(self) -> tuple[tuple[str, str], ...]:
        """As the platform reads it."""
        given = {"kind": self.kind, "road": self.road, "district": self.district, "from": self.since, "to": self.until}
        return tuple((name, value) for name, value in given.items() if value)


@dataclass(frozen=True)
class PermitList:
    """Permits, and whether they are invented because no office feeds any."""

    permits: tuple[Permit, ...]
    demo: bool


class Sensing:
    """Look at the weather, the water and the works; push an alert."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def weather(self) -> Mapping[str, Any]:
        """Warnings in force and the rain by district, with the moment."""
        found: Mapping[str, Any] = (await self._platform.read("/weather")).data
        return found

    async def water(self) -> Mapping[str, Any]:
        """Every point with its level and outlook, the definitions and the moment."""
        found: Mapping[str, Any] = (await self._platform.read("/waterlog")).data
        return found

    async def sensor(self, code: str) -> Mapping[str, Any]:
        """One depth sensor with the hour before."""
        found: Mapping[str, Any] = (await self._platform.read(f"/sensors/{path_part(code)}")).data
        return found

    async def permits(self, query: PermitQuery) -> PermitList:
        """Permits for works in the road."""
        data = (await self._platform.read("/permits", query.query())).data
        return PermitList(tuple(Permit(**each) for each in data["permits"]), bool(data.get("demo")))

    async def push(self, draft: AlertDraft, who: Principal, key: str) -> Mapping[str, Any]:
        """Push an alert, exactly once per key."""
        return await self._platform.write("POST", "/alerts", asdict(draft), who, key)
