"""Bodies the native interface accepts."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class PhotoBody(BaseModel):
    """A picture."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["near", "far", "reference", "before", "after"] = "near"
    url: str = Field(min_length=1, max_length=2000)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    taken_at: str | None = Field(None, max_length=40)


class CaseBody(BaseModel):
    """A report; `casualties` counts people hurt or killed, where there are any."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    description: str = Field(min_length=2, max_length=4000)
    address: str = Field(min_length=2, max_length=300)
    category_code: str = Field(min_length=2, max_length=10)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    crs: Literal["WGS84", "CGCS2000"] = "WGS84"
    contact_phone: str | None = Field(None, max_length=40)
    photos: list[PhotoBody] = Field(default_factory=list, max_length=20)
    self_handled: bool = False
    casualties: int | None = Field(default=None, ge=0, le=10_000)

    @model_validator(mode="after")
    def _both_or_neither(self) -> CaseBody:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon 和 lat 要同时给出")
        return self


class TransitionBody(BaseModel):
    """A step in the life of a case.

    `basis` says by which duty a unit sends a case back, or why it goes to the same unit again. `forced` lets the
    supervisor go on without the result of a visit. `version` is the `updated_at` the person saw: a case that changed
    since is refused.
    """

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    to: str = Field(min_length=2, max_length=20)
    reason: str | None = Field(default=None, max_length=1000)
    basis: str | None = Field(default=None, max_length=1000)
    forced: bool = False
    version: str | None = Field(default=None, max_length=40)
    department: str | None = Field(default=None, max_length=100)
    photos: list[PhotoBody] = Field(default_factory=list, max_length=20)


class VisitBody(BaseModel):
    """What was found on the spot."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    result: Literal["exist", "not_exist", "unable", "pass", "not_pass"]
    note: str | None = Field(None, max_length=1000)
    photos: list[PhotoBody] = Field(default_factory=list, max_length=20)


class ApprovalBody(BaseModel):
    """A request for more time, to let a case rest, or against what was found; `value` in the case's own unit."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Literal["extend", "suspend", "appeal"]
    reason: str = Field(min_length=2, max_length=1000)
    value: float | None = Field(None, gt=0, le=90)


class DecisionBody(BaseModel):
    """Yes or no to a request."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    approve: bool
    note: str | None = Field(None, max_length=1000)


class SuperviseBody(BaseModel):
    """Cases that are watched from now on."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    numbers: list[str] = Field(min_length=1, max_length=50)
    reason: str = Field(min_length=2, max_length=1000)


class MergeBody(BaseModel):
    """Cases that are one and the same."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    numbers: list[str] = Field(min_length=2, max_length=20)
    reason: str | None = Field(default=None, max_length=1000)


class DraftBody(BaseModel):
    """A report somebody will look over; it is kept, not published."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    title: str = Field(min_length=2, max_length=200)
    body: str = Field(min_length=2, max_length=20_000)


class WebhookBody(BaseModel):
    """Where an application wants its events."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    url: str = Field(min_length=8, max_length=2000, pattern=r"^https?://")


class FaultBody(BaseModel):
    """A fault to play: which requests (`METHOD /path`, `*` allowed), what happens, how often.

    `nth` hits only the n-th such request, `every` each n-th; `args` only requests with these query parameters or
    fields of the body.
    """

    model_config = ConfigDict(extra="forbid")
    match: str
    kind: Literal[
        "latency",
        "http_500",
        "error_body",
        "timeout_after_commit",
        "rate_limit",
        "drip",
        "malformed",
        "empty",
        "stale",
        "duplicate_ack",
        "duplicate_delivery",
        "dropped_callback",
    ]
    seconds: float = Field(1.0, ge=0, le=600)
    times: int = Field(1, ge=1, le=10_000)
    nth: int | None = Field(None, ge=1)
    every: int | None = Field(None, ge=1)
    args: dict[str, Any] = Field(default_factory=dict)
