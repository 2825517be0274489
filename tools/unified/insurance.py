"""Insurance on the platform: own enrolments, off-site filings, family bindings, providers, the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ..principal import Principal
from .applications import shaped
from .client import Platform, path_part


@dataclass(frozen=True)
class Enrolment:
    """One person's enrolment; `waiting` holds the months of a residents' scheme, worked out by the dated rule."""

    id: str
    name: str
    relation: str
    scheme: str
    state: str
    place: str
    paid_until: str
    as_of: str
    waiting: Mapping[str, int] | None = None
    demo: bool = False


@dataclass(frozen=True)
class Filing:
    """A filing for care outside the city."""

    number: str
    person: str
    family: str
    reason: str
    place: str
    starts_on: str
    demo: bool = False


@dataclass(frozen=True)
class Binding:
    """A bound member; `waiting` until an adult confirms."""

    number: str
    kind: str
    person: str
    relation: str
    status: str
    demo: bool = False
    created_at: str = ""
    asked: bool = True
    """Whether this person asked for it; else this person is asked."""


@dataclass(frozen=True)
class FilingDraft:
    """What is sent to file care outside the city."""

    insured: str
    reason: str
    place: str
    starts_on: str


@dataclass(frozen=True)
class BindingDraft:
    """What is sent to bind a member of the family."""

    kind: str
    relation: str
    name: str
    resident_id: str


class Insurance:
    """Look up, file, bind; own things always for one person."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def enrolments(self, who: Principal) -> list[Enrolment]:
        """Own enrolment and those of people one looks after."""
        return [shaped(Enrolment, each) for each in (await self._platform.read("/enrolments", who=who)).data]

    async def file(self, draft: FilingDraft, who: Principal, key: str) -> Filing:
        """File care outside the city, exactly once per key."""
        return shaped(Filing, await self._platform.write("POST", "/offsite-filings", asdict(draft), who, key))

    async def bind(self, draft: BindingDraft, who: Principal, key: str) -> Binding:
        """Bind a member of the family, exactly once per key."""
        return shaped(Binding, await self._platform.write("POST", "/family-bindings", asdict(draft), who, key))

    async def bindings(self, who: Principal) -> list[Binding]:
        """Bindings one asked for or is asked about, newest first."""
        return [shaped(Binding, each) for each in (await self._platform.read("/family-bindings", who=who)).data]

    async def decide(self, number: str, agree: bool, who: Principal, key: str) -> Binding:
        """Agree to be bound, or refuse; exactly once per key."""
        path = f"/family-bindings/{path_part(number)}/decision"
        return shaped(Binding, await self._platform.write("POST", path, {"agree": agree}, who, key))

    async def providers(self, kind: str, point: tuple[float, float]) -> Mapping[str, Any]:
        """Providers nearest first, with the day of the table."""
        pairs = (("kind", kind), ("lon", repr(point[0])), ("lat", repr(point[1])))
        found: Mapping[str, Any] = (await self._platform.read("/providers", pairs)).data
        return found

    async def entries(self, words: str) -> Mapping[str, Any]:
        """Catalogue entries some words name, with the day of the table."""
        found: Mapping[str, Any] = (await self._platform.read("/insurance-catalogue", (("q", words[:300]),))).data
        return found
