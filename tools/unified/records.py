"""What the platform knows, as records: cases, pages, and what is sent to make one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar


@dataclass(frozen=True)
class Photo:
    """A picture of a case; `type` is near, far, reference, before or after."""

    type: str
    url: str
    lon: float | None = None
    lat: float | None = None
    taken_at: str | None = None


@dataclass(frozen=True)
class CaseDraft:
    """What is sent to report a case. Times and the reporter are the platform's business."""

    description: str
    address: str
    category_code: str
    lon: float | None = None
    lat: float | None = None
    crs: str = "WGS84"
    contact_phone: str | None = None
    photos: tuple[Photo, ...] = ()
    self_handled: bool = False
    casualties: int | None = None

    def body(self) -> dict[str, Any]:
        """As the platform reads it."""
        return asdict(self)


@dataclass(frozen=True)
class Case:
    """A case as this person may see it; reporter fields are filled only for who may know them."""

    id: str
    number: str
    status: str
    status_name: str
    category_code: str
    category_name: str
    category_kind: str
    description: str
    address: str
    reported_at: str
    updated_at: str
    lon: float | None = None
    lat: float | None = None
    crs: str = "WGS84"
    district: str | None = None
    district_name: str | None = None
    subdistrict: str | None = None
    subdistrict_name: str | None = None
    grid: str | None = None
    duty_grid: str | None = None
    department: str | None = None
    source: str | None = None
    standard_id: str | None = None
    limit_kind: str | None = None
    limit_value: float | None = None
    limit_source: str | None = None
    deadline_at: str | None = None
    overdue: bool = False
    verified_at: str | None = None
    accepted_at: str | None = None
    filed_at: str | None = None
    dispatched_at: str | None = None
    received_at: str | None = None
    finished_at: str | None = None
    checked_at: str | None = None
    suspended_at: str | None = None
    closed_at: str | None = None
    verify_result: str | None = None
    check_result: str | None = None
    reason: str | None = None
    return_basis: str | None = None
    urged_at: str | None = None
    urge_count: int = 0
    report_count: int = 1
    rework_count: int = 0
    return_count: int = 0
    extension_count: int = 0
    supervised: bool = False
    supervised_at: str | None = None
    supervise_reason: str | None = None
    urgent: bool = False
    self_handled: bool = False
    forced_close: bool = False
    casualties: int | None = None
    satisfaction: str | None = None
    rated_at: str | None = None
    rate_note: str | None = None
    appeal_status: str | None = None
    appeal_reason: str | None = None
    appealed_at: str | None = None
    merged_into: str | None = None
    linked: bool = False
    demo: bool = False
    photos: tuple[Photo, ...] = ()
    contact_phone: str | None = None
    reporter: str | None = None

    def view(self) -> dict[str, Any]:
        """As a JSON mapping without what is unknown, and without who reported it."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, (), [], False)}
        return {name: value for name, value in known.items() if name != "reporter"}


@dataclass(frozen=True)
class Page:
    """Some of the cases found, newest first, and how many there are in all."""

    cases: tuple[Case, ...]
    index: int
    size: int
    total: int


@dataclass(frozen=True)
class Near:
    """A case close to a place, as anybody may know it, and how far away it is."""

    number: str
    status: str
    status_name: str
    category_name: str
    address: str
    reported_at: str
    distance_m: int
    report_count: int
    demo: bool = False


@dataclass(frozen=True)
class Approval:
    """A request of a department that waits for, or got, a decision."""

    id: int
    case_number: str
    kind: str
    status: str
    reason: str
    asked_by: str
    asked_at: str
    value: float | None = None
    decided_at: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Task:
    """A visit to the place: `verify` whether a problem is there, `check` whether it is solved."""

    id: int
    case_number: str
    kind: str
    status: str
    category_name: str
    address: str
    created_at: str
    due_at: str
    result: str | None = None


@dataclass(frozen=True)
class Notice:
    """What the platform tells one person about a case."""

    id: int
    at: str
    case_number: str
    kind: str
    text: str


@dataclass(frozen=True)
class Merged:
    """Cases found to be one: the earliest leads, the others point to it."""

    master: Case
    merged: tuple[str, ...]


T = TypeVar("T")


def read(kind: type[T], data: Mapping[str, Any]) -> T:
    """A record from the platform's JSON; fields we do not know are left out."""
    known = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in data.items() if name in known})


def read_case(data: Mapping[str, Any]) -> Case:
    """A case from the platform's JSON."""
    return read(Case, {**data, "photos": tuple(read(Photo, each) for each in data.get("photos") or ())})
