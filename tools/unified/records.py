"""What the platform knows, as records: cases, pages, and what is sent to make one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Photo:
    """A picture of a case; `type` is near, far, reference, before or after."""

    type: str
    url: str


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
    deadline_at: str | None = None
    filed_at: str | None = None
    dispatched_at: str | None = None
    received_at: str | None = None
    finished_at: str | None = None
    checked_at: str | None = None
    closed_at: str | None = None
    urged_at: str | None = None
    urge_count: int = 0
    reason: str | None = None
    photos: tuple[Photo, ...] = ()
    contact_phone: str | None = None
    reporter: str | None = None

    def view(self) -> dict[str, Any]:
        """As a JSON mapping without what is unknown, and without who reported it."""
        known = {name: value for name, value in asdict(self).items() if value not in (None, (), [])}
        return {name: value for name, value in known.items() if name != "reporter"}


@dataclass(frozen=True)
class Page:
    """Some of the cases found, newest first, and how many there are in all."""

    cases: tuple[Case, ...]
    index: int
    size: int
    total: int


def read_case(data: Mapping[str, Any]) -> Case:
    """A case from the platform's JSON; fields we do not know are left out."""
    known = {each.name for each in fields(Case)}
    values = {name: value for name, value in data.items() if name in known}
    photos = tuple(Photo(str(each["type"]), str(each["url"])) for each in values.pop("photos", None) or ())
    return Case(**values, photos=photos)
