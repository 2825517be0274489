"""一网统管: the client, its records, and the bundled sandbox platform."""

from .adapters import App, City, open_city, open_statistics
from .applications import (
    Application,
    ApplicationDraft,
    Applications,
    ApplicationStep,
    BookingDraft,
    DataRequestDraft,
    Enterprise,
    FormDraft,
    Profile,
)
from .breaker import Breaker
from .cases import Cases, Step, Visit
from .client import Answer, Platform, open_platform, path_part
from .finding import CaseQuery
from .items import BundlePlan, Items, walk_view
from .lifecycle import FINAL, STATES, TO_HANDLE, TRANSITIONS
from .metrics import MetricDraft, Metrics, SavedDraft
from .order_states import ORDER_FINAL, ORDER_STATES, TALKERS
from .orders import Choice, Order, OrderDraft, OrderPage, Orders, OrderVisit, Said, Sent, Suggestion
from .records import Approval, Case, CaseDraft, Merged, Near, Notice, Page, Photo, Task
from .sandbox import Faults, Sandbox, SandboxBusy, open311_key, open_sandbox
from .webhook import Event as PlatformEvent
from .webhook import read_event

__all__ = [
    "FINAL",
    "ORDER_FINAL",
    "ORDER_STATES",
    "STATES",
    "TALKERS",
    "TO_HANDLE",
    "TRANSITIONS",
    "Answer",
    "App",
    "Application",
    "ApplicationDraft",
    "ApplicationStep",
    "Applications",
    "Approval",
    "BookingDraft",
    "Breaker",
    "BundlePlan",
    "Case",
    "CaseDraft",
    "CaseQuery",
    "Cases",
    "Choice",
    "City",
    "DataRequestDraft",
    "Enterprise",
    "Faults",
    "FormDraft",
    "Items",
    "Merged",
    "MetricDraft",
    "Metrics",
    "Near",
    "Notice",
    "Order",
    "OrderDraft",
    "OrderPage",
    "OrderVisit",
    "Orders",
    "Page",
    "Photo",
    "Platform",
    "PlatformEvent",
    "Profile",
    "Said",
    "Sandbox",
    "SandboxBusy",
    "SavedDraft",
    "Sent",
    "Step",
    "Suggestion",
    "Task",
    "Visit",
    "open311_key",
    "open_city",
    "open_platform",
    "open_sandbox",
    "open_statistics",
    "path_part",
    "read_event",
    "walk_view",
]
