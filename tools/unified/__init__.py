"""一网统管: the client, its records, and the bundled sandbox platform."""

from .cases import Cases, Step, Visit
from .client import Answer, Platform, open_platform, path_part
from .finding import CaseQuery
from .lifecycle import FINAL, STATES, TRANSITIONS
from .metrics import MetricDraft, Metrics, SavedDraft
from .records import Approval, Case, CaseDraft, Merged, Near, Notice, Page, Photo, Task
from .sandbox import Faults, Sandbox, SandboxBusy, open311_key, open_sandbox

__all__ = [
    "FINAL",
    "STATES",
    "TRANSITIONS",
    "Answer",
    "Approval",
    "Case",
    "CaseDraft",
    "CaseQuery",
    "Cases",
    "Faults",
    "Merged",
    "MetricDraft",
    "Metrics",
    "Near",
    "Notice",
    "Page",
    "Photo",
    "Platform",
    "Sandbox",
    "SandboxBusy",
    "SavedDraft",
    "Step",
    "Task",
    "Visit",
    "open311_key",
    "open_platform",
    "open_sandbox",
    "path_part",
]
