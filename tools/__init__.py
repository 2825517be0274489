"""What the desk can do: the tool contract, the 一网统管 client and sandbox, the built-in tools."""

from .alerts import alert_tools
from .applications import application_tools
from .case_approvals import case_approval_tools
from .case_centre import case_centre_tools
from .case_feedback import case_feedback_tools
from .case_resume import case_resume_tools
from .case_rules import case_rule_tools
from .case_visits import case_visit_tools
from .cases import case_tools
from .categories import Categories, Category, CategoryHit, bundled_categories
from .component_records import component_tools
from .define import Arguments, Call, CallArgument, Effect, Row, Slot, SlotKind, ToolSpec, spec_of, tool
from .elsewhere import other_places
from .enterprises import enterprise_tools
from .errors import Conflict, NeedsAnswer, NotAllowed, NotFound, ToolError, Unavailable
from .execute import ToolResult, run_tool
from .family import family_tools
from .gazetteer import Entry, Gazetteer, Mention, bundled_gazetteer
from .geocode import GeoCandidate, GeocodeResult, geocode
from .grids import Grid
from .handoff import HANDOFF_TOOL, handoff_tools
from .heat import heat_tools
from .insurance import insurance_tools
from .items import item_tools
from .metrics import metric_tools
from .orders import order_tools
from .orders_staff import staff_order_tools
from .outlets import outlet_tools
from .pacing import Pacing
from .permits import permit_tools
from .places import place_tools
from .principal import EVERYONE, STAFF, Principal, Role
from .staff_cases import staff_case_tools
from .standards import Standard, Standards, bundled_standards
from .unified import (
    ORDER_FINAL,
    ORDER_STATES,
    STATES,
    TALKERS,
    TRANSITIONS,
    Answer,
    App,
    Application,
    ApplicationDraft,
    Applications,
    ApplicationStep,
    Approval,
    BookingDraft,
    Breaker,
    Case,
    CaseDraft,
    CaseQuery,
    Cases,
    City,
    DataRequestDraft,
    Faults,
    Items,
    Merged,
    MetricDraft,
    Metrics,
    Near,
    Notice,
    Order,
    OrderDraft,
    OrderPage,
    Orders,
    OrderVisit,
    Page,
    Photo,
    Platform,
    PlatformEvent,
    Said,
    Sandbox,
    SandboxBusy,
    Step,
    Task,
    Visit,
    open311_key,
    open_city,
    open_platform,
    open_sandbox,
    open_statistics,
    path_part,
    read_event,
)
from .unit_names import units_in
from .visits import visit_tools
from .waterlog import waterlog_tools
from .weather import weather_tools

__all__ = [
    "EVERYONE",
    "HANDOFF_TOOL",
    "ORDER_FINAL",
    "ORDER_STATES",
    "STAFF",
    "STATES",
    "TALKERS",
    "TRANSITIONS",
    "Answer",
    "App",
    "Application",
    "ApplicationDraft",
    "ApplicationStep",
    "Applications",
    "Approval",
    "Arguments",
    "BookingDraft",
    "Breaker",
    "Call",
    "CallArgument",
    "Case",
    "CaseDraft",
    "CaseQuery",
    "Cases",
    "Categories",
    "Category",
    "CategoryHit",
    "City",
    "Conflict",
    "DataRequestDraft",
    "Effect",
    "Entry",
    "Faults",
    "Gazetteer",
    "GeoCandidate",
    "GeocodeResult",
    "Grid",
    "Items",
    "Mention",
    "Merged",
    "MetricDraft",
    "Metrics",
    "Near",
    "NeedsAnswer",
    "NotAllowed",
    "NotFound",
    "Notice",
    "Order",
    "OrderDraft",
    "OrderPage",
    "OrderVisit",
    "Orders",
    "Pacing",
    "Page",
    "Photo",
    "Platform",
    "PlatformEvent",
    "Principal",
    "Role",
    "Row",
    "Said",
    "Sandbox",
    "SandboxBusy",
    "Slot",
    "SlotKind",
    "Standard",
    "Standards",
    "Step",
    "Task",
    "ToolError",
    "ToolResult",
    "ToolSpec",
    "Unavailable",
    "Visit",
    "alert_tools",
    "application_tools",
    "bundled_categories",
    "bundled_gazetteer",
    "bundled_standards",
    "case_approval_tools",
    "case_centre_tools",
    "case_feedback_tools",
    "case_resume_tools",
    "case_rule_tools",
    "case_tools",
    "case_visit_tools",
    "component_tools",
    "enterprise_tools",
    "family_tools",
    "geocode",
    "handoff_tools",
    "heat_tools",
    "insurance_tools",
    "item_tools",
    "metric_tools",
    "open311_key",
    "open_city",
    "open_platform",
    "open_sandbox",
    "open_statistics",
    "order_tools",
    "other_places",
    "outlet_tools",
    "path_part",
    "permit_tools",
    "place_tools",
    "read_event",
    "run_tool",
    "spec_of",
    "staff_case_tools",
    "staff_order_tools",
    "tool",
    "units_in",
    "visit_tools",
    "waterlog_tools",
    "weather_tools",
]
