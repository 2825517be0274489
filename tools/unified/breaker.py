"""Stops calling a platform that keeps failing, and tries it again with one call after a rest."""

from __future__ import annotations

import time
from collections.abc import Callable


class Breaker:
    """Closed while calls succeed; open after `limit` failures in a row, for `rest_s`; then one call may try."""

    def __init__(self, limit: int = 8, rest_s: float = 5.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._rest_s, self._clock = limit, rest_s, clock
        self._failures = 0
        self._until = 0.0

    @property
    def is_open(self) -> bool:
        """Whether calls are refused right now."""
        return self._failures >= self._limit and self._clock() < self._until

    def allows(self) -> bool:
        """Whether a call may be sent; the first one after a rest keeps the others waiting for its result."""
        if self._failures < self._limit:
            return True
        if self._clock() < self._until:
            return False
        self._until = self._clock() + self._rest_s
        return True

    def succeeded(self) -> None:
        """An answer came."""
        self._failures = 0

    def failed(self) -> None:
        """None came."""
        self._failures += 1
        if self._failures >= self._limit:
            self._until = self._clock() + self._rest_s
