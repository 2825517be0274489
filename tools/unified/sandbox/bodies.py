"""Bodies the native interface accepts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class PhotoBody(BaseModel):
    """A picture."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["near", "far", "reference", "before", "after"] = "near"
    url: str = Field(min_length=1, max_length=2000)


class CaseBody(BaseModel):
    """A report."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    description: str = Field(min_length=2, max_length=4000)
    address: str = Field(min_length=2, max_length=300)
    category_code: str = Field(min_length=2, max_length=10)
    lon: float | None = Field(None, ge=-180, le=180)
    lat: float | None = Field(None, ge=-90, le=90)
    crs: Literal["WGS84", "CGCS2000"] = "WGS84"
    contact_phone: str | None = Field(None, max_length=40)
    photos: list[PhotoBody] = Field(default_factory=list, max_length=20)

    @model_validator(mode="after")
    def _both_or_neither(self) -> CaseBody:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("lon 和 lat 要同时给出")
        return self


class TransitionBody(BaseModel):
    """A step in the life of a case."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    to: str = Field(min_length=2, max_length=20)
    reason: str | None = Field(None, max_length=1000)
    department: str | None = Field(None, max_length=100)
    photos: list[PhotoBody] = Field(default_factory=list, max_length=20)


class FaultBody(BaseModel):
    """A fault to play: which requests (`METHOD /path`, `*` allowed), what happens, how often."""

    model_config = ConfigDict(extra="forbid")
    match: str
    kind: Literal["latency", "http_500", "error_body", "timeout_after_commit", "rate_limit", "drip", "malformed"]
    seconds: float = Field(1.0, ge=0, le=600)
    times: int = Field(1, ge=1, le=10_000)
