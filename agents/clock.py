"""The city clock decides dates, deadlines, validity and action expiry; it can be frozen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


class SettableClock:
    """A city clock that can be frozen, set and let go while it is in use: for evaluation."""

    def __init__(self, frozen: datetime | None = None) -> None:
        self.set(frozen)

    def __call__(self) -> datetime:
        """The city's time."""
        return self._now()

    def set(self, frozen: datetime | None) -> None:
        """Freeze it at a moment, or let it go."""
        self._now = city_clock(frozen)


def city_clock(frozen: datetime | None = None) -> Clock:
    """A clock in the city's zone; with `frozen` it always answers that moment."""
    if frozen is not None:
        moment = frozen.astimezone(CITY_ZONE)
        return lambda: moment
    return lambda: datetime.now(CITY_ZONE)
