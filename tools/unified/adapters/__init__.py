"""Cities whose platform speaks another interface: each adapter is a transport for `Platform`."""

from .georeport import GeoReport
from .ledger import Ledger
from .open311 import Open311Transport
from .opening import App, City, open_city, open_statistics
from .vendor import Access, VendorStatistics

__all__ = [
    "Access",
    "App",
    "City",
    "GeoReport",
    "Ledger",
    "Open311Transport",
    "VendorStatistics",
    "open_city",
    "open_statistics",
]
