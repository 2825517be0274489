"""What a part of the sandbox is made of: its tables, its routes, its rows; and what its rules stand on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request

from ...categories import Categories
from ...gazetteer import Gazetteer
from ..finding import CITY_ZONE
from .store import Store

Clock = Callable[[], datetime]
Fill = Callable[[sqlite3.Connection, datetime], None]


@dataclass(frozen=True)
class Domain:
    """One noun of the platform.

    `schema` only creates what is missing. `seed` writes demo rows up to a moment of the city clock, once per
    file and only when the sandbox is opened with demo rows. `reference` writes what the rules need (a directory,
    a rule table); it runs at every opening and must be repeatable (`INSERT OR REPLACE`).
    """

    name: str
    schema: str = ""
    router: APIRouter | None = None
    seed: Fill | None = None
    reference: Fill | None = None


@dataclass(frozen=True)
class Ground:
    """What every domain's rules stand on; `clock` is the city's."""

    store: Store
    clock: Clock
    gazetteer: Gazetteer
    categories: Categories

    def now(self) -> str:
        """The city's time as it is stored."""
        return self.clock().astimezone(CITY_ZONE).isoformat(timespec="seconds")


def ground_of(request: Request) -> Ground:
    """The ground of the sandbox that got this request."""
    found: Ground = request.app.state.ground
    return found


def request_id(request: Request) -> str:
    """The id that goes into the envelope."""
    return str(request.state.request_id)
