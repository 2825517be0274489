"""The city clock decides dates, deadlines, validity and action expiry; it can be frozen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

CITY_ZONE = ZoneInfo("Asia/Shanghai")
Clock = Callable[[], datetime]


def city_clock(frozen: datetime | None = None) -> Clock:
    """A clock in the city's zone; with `frozen` it always answers that moment."""
    if frozen is not None:
        moment = frozen.astimezone(CITY_ZONE)
        return lambda: moment
    return lambda: datetime.now(CITY_ZONE)
