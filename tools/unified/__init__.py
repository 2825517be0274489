"""一网统管: the client, its records, and the bundled sandbox platform."""

from .client import Platform, open_platform
from .finding import CaseQuery
from .lifecycle import FINAL, STATES, TRANSITIONS
from .records import Case, CaseDraft, Page, Photo
from .sandbox import Faults, Sandbox, SandboxBusy, open311_key, open_sandbox

__all__ = [
    "FINAL",
    "STATES",
    "TRANSITIONS",
    "Case",
    "CaseDraft",
    "CaseQuery",
    "Faults",
    "Page",
    "Photo",
    "Platform",
    "Sandbox",
    "SandboxBusy",
    "open311_key",
    "open_platform",
    "open_sandbox",
]
