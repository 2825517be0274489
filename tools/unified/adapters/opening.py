"""Opens the way to a city whose platform speaks another interface."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from ..client import LIMITS
from .georeport import GeoReport
from .ledger import Ledger
from .open311 import Open311Transport
from .vendor import Access, VendorStatistics

USER_AGENT = "hanzhi"
# The client counts the total time of a call; these only end what hangs for good.
HANGS_S = 120.0


@dataclass(frozen=True)
class App:
    """What the client signs with; for an adapter nothing of it leaves the process but what its city asks for."""

    key: str
    secret: str


@dataclass(frozen=True)
class City:
    """An Open311 endpoint: its address, the key it gave us, and its jurisdiction where it asks for one."""

    url: str
    api_key: str
    jurisdiction: str = ""


def open_city(city: City, app: App, folder: Path, clock: Callable[[], datetime]) -> Open311Transport:
    """The way to a GeoReport v2 endpoint; what must be remembered is kept in `open311.db` in the folder."""
    geo = GeoReport(_client(city.url), city.api_key, city.jurisdiction)
    return Open311Transport(geo, Ledger(folder / "open311.db"), app_key=app.key, secret=app.secret, clock=clock)


def open_statistics(
    url: str, app: App, inner: httpx.AsyncBaseTransport | None, clock: Callable[[], datetime]
) -> VendorStatistics:
    """Figures from a statistics interface, everything else from `inner` (None: over the network)."""
    rest = inner or httpx.AsyncHTTPTransport(limits=LIMITS)
    return VendorStatistics(rest, Access(_client(url), app.key, app.secret), clock)


def _client(url: str) -> httpx.AsyncClient:
    headers = {"User-Agent": USER_AGENT}
    return httpx.AsyncClient(base_url=url.rstrip("/"), timeout=HANGS_S, trust_env=False, limits=LIMITS, headers=headers)
