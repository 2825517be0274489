"""The parts of the sandbox. A new part is one line here."""

from __future__ import annotations

from . import (
    alerts,
    cases_routes,
    components_routes,
    events_routes,
    insurance,
    insurance_routes,
    metrics_routes,
    orders_routes,
    permits,
    places_routes,
    requests_routes,
    sensing,
    sensing_routes,
    vendor_routes,
)
from .cases_schema import SCHEMA as CASES
from .cases_seed import seed_cases
from .domain import Domain
from .orders_schema import SCHEMA as ORDERS
from .orders_seed import seed_orders
from .services import SERVICES

DOMAINS: tuple[Domain, ...] = (
    Domain("requests", router=requests_routes.router),
    Domain("places", router=places_routes.router),
    Domain("cases", CASES, cases_routes.router, seed_cases),
    Domain("events", router=events_routes.router),
    Domain("orders", ORDERS, orders_routes.router, seed_orders),
    Domain("metrics", router=metrics_routes.router),
    *SERVICES,
    Domain("components", router=components_routes.router),
    Domain("insurance", insurance.SCHEMA, insurance_routes.router, insurance.seed),
    Domain("sensing", sensing.SCHEMA + alerts.SCHEMA + permits.SCHEMA, sensing_routes.router),
    Domain("vendor", router=vendor_routes.router),
)
