"""The parts of the sandbox that serve residents and businesses, in one list."""

from __future__ import annotations

from . import applications, applications_routes, bookings, enterprises, items_routes
from .domain import Domain

SERVICES: tuple[Domain, ...] = (
    Domain("items", router=items_routes.router),
    Domain("applications", applications.SCHEMA, applications_routes.router),
    Domain("bookings", bookings.SCHEMA),
    Domain("enterprises", enterprises.SCHEMA, seed=enterprises.seed),
)
