"""Who is asking, as verified by the server; never taken from what anybody wrote."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal[
    "anonymous",
    "citizen",
    "grid",
    "acceptor",
    "dispatcher",
    "supervisor",
    "department",
    "developer",
    "operator",
]

EVERYONE: frozenset[str] = frozenset(
    ("anonymous", "citizen", "grid", "acceptor", "dispatcher", "supervisor", "department", "developer", "operator")
)
STAFF: frozenset[str] = frozenset(("grid", "acceptor", "dispatcher", "supervisor", "department"))


@dataclass(frozen=True)
class Principal:
    """The person (or anonymous session) behind a request.

    `id` is stable per person or session; `grids` are 15-digit duty-grid codes, `districts`
    6-digit codes, `department` the one a department member is bound to.
    """

    id: str
    roles: frozenset[str]
    name: str | None = None
    verified: bool = False
    grids: tuple[str, ...] = ()
    districts: tuple[str, ...] = ()
    department: str | None = None
    represents: str | None = None

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the city."""
        return bool(self.roles & STAFF) or "operator" in self.roles
