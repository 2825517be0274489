"""Components and duties on the platform."""

from __future__ import annotations

from ..components import Component, Duty
from .client import Platform, path_part


class Components:
    """Look up whose a component is and who leads for a class of problems."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def get(self, code: str) -> Component:
        """One component; `NotFound` when there is none, `ToolError` with the reason when the code cannot be."""
        return Component(**(await self._platform.read(f"/components/{path_part(code)}")).data)

    async def duty(self, category: str, district: str) -> Duty:
        """Who leads for a class in a district."""
        return Duty(**(await self._platform.read("/duties", (("category", category), ("district", district)))).data)
