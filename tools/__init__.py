"""What the desk can do: the tool contract, the 一网统管 client and sandbox, the built-in tools."""

from .cases import case_tools
from .categories import Categories, Category, CategoryHit, bundled_categories
from .define import Arguments, Call, CallArgument, Effect, Slot, SlotKind, ToolSpec, spec_of, tool
from .errors import Conflict, NeedsAnswer, NotAllowed, NotFound, ToolError, Unavailable
from .execute import ToolResult, run_tool
from .gazetteer import Entry, Gazetteer, Mention, bundled_gazetteer
from .geocode import GeoCandidate, GeocodeResult, geocode
from .grids import Grid
from .places import place_tools
from .principal import EVERYONE, STAFF, Principal, Role
from .unified import (
    STATES,
    TRANSITIONS,
    Case,
    CaseDraft,
    CaseQuery,
    Faults,
    Page,
    Photo,
    Platform,
    Sandbox,
    SandboxBusy,
    open311_key,
    open_platform,
    open_sandbox,
)

__all__ = [
    "EVERYONE",
    "STAFF",
    "STATES",
    "TRANSITIONS",
    "Arguments",
    "Call",
    "CallArgument",
    "Case",
    "CaseDraft",
    "CaseQuery",
    "Categories",
    "Category",
    "CategoryHit",
    "Conflict",
    "Effect",
    "Entry",
    "Faults",
    "Gazetteer",
    "GeoCandidate",
    "GeocodeResult",
    "Grid",
    "Mention",
    "NeedsAnswer",
    "NotAllowed",
    "NotFound",
    "Page",
    "Photo",
    "Platform",
    "Principal",
    "Role",
    "Sandbox",
    "SandboxBusy",
    "Slot",
    "SlotKind",
    "ToolError",
    "ToolResult",
    "ToolSpec",
    "Unavailable",
    "bundled_categories",
    "bundled_gazetteer",
    "case_tools",
    "geocode",
    "open311_key",
    "open_platform",
    "open_sandbox",
    "place_tools",
    "run_tool",
    "spec_of",
    "tool",
]
