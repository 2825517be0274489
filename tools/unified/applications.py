"""What belongs to a person on the platform: applications, drafts, visits, a lost card, records, data requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeVar

from ..matching import PolicyHit
from ..principal import Principal
from .client import Platform, path_part

T = TypeVar("T")


@dataclass(frozen=True)
class Application:
    """An application and how far it is; `remaining_days` counts in `due_unit`, None where no limit is known."""

    number: str
    item: str
    title: str
    status: str
    status_name: str
    submitted_at: str
    updated_at: str
    provided: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    department: str | None = None
    note: str | None = None
    accepted_at: str | None = None
    due_on: str | None = None
    due_unit: str | None = None
    finished_at: str | None = None
    remaining_days: int | None = None
    demo: bool = False


@dataclass(frozen=True)
class FormDraft:
    """A form filled in with what was agreed to; it was not handed in. Values are masked."""

    id: str
    item: str
    title: str
    filled: Mapping[str, str]
    blank: tuple[str, ...]
    created_at: str
    submitted: bool = False


@dataclass(frozen=True)
class Booking:
    """A visit to an outlet."""

    number: str
    outlet: str
    outlet_name: str
    service: str
    day: str
    period: str
    period_name: str
    hours: str
    demo: bool = False
    service_name: str = ""


@dataclass(frozen=True)
class CardLoss:
    """A card reported as lost."""

    number: str
    reported_at: str
    card_tail: str | None = None
    demo: bool = False


@dataclass(frozen=True)
class Profile:
    """Own data, masked, and which of it may be filled into forms."""

    name: str
    resident_id: str
    phone: str
    address: str
    consented: tuple[str, ...]
    demo: bool = False


@dataclass(frozen=True)
class Enterprise:
    """The business a person represents."""

    credit_code: str
    name: str
    legal_person: str
    address: str
    industry: str | None = None
    scale: str | None = None
    above_size: str | None = None
    needs: str | None = None
    data_assets: str | None = None
    demo: bool = False


@dataclass(frozen=True)
class PolicyMatches:
    """Policies in force that may fit, by what is known of the business on a day; those for its need that are over."""

    hits: tuple[PolicyHit, ...]
    known: Mapping[str, str]
    on: str
    demo: bool = False
    ended: tuple[PolicyHit, ...] = ()


@dataclass(frozen=True)
class DataRequest:
    """A request to use a dataset."""

    number: str
    dataset: str
    title: str
    provider: str
    sharing_name: str
    purpose: str
    retention_days: int
    status: str
    created_at: str
    demo: bool = False


@dataclass(frozen=True)
class ApplicationDraft:
    """What is sent to apply: the item, the names of the materials at hand, the form draft."""

    item: str
    materials: tuple[str, ...] = ()
    draft: str | None = None
    contact_phone: str | None = None


@dataclass(frozen=True)
class ApplicationStep:
    """The deciding office's next step; `wanted` goes with a request for corrections."""

    to: str
    wanted: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True)
class BookingDraft:
    """What is sent to book a visit; `period` is am or pm."""

    outlet: str
    service: str
    day: str
    period: str


@dataclass(frozen=True)
class DataRequestDraft:
    """What is sent to ask for data: what for, and for how many days it is kept."""

    dataset: str
    purpose: str
    retention_days: int


class Applications:
    """Hand in, follow, correct, fill in, book, report, ask; always for one person."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def submit(self, draft: ApplicationDraft, who: Principal, key: str) -> Application:
        """Hand an application in, exactly once per key."""
        return shaped(Application, await self._platform.write("POST", "/applications", asdict(draft), who, key))

    async def mine(self, who: Principal, item: str | None = None) -> list[Application]:
        """Own applications, newest first."""
        pairs = (("item", item),) if item else ()
        return [shaped(Application, each) for each in (await self._platform.read("/applications", pairs, who)).data]

    async def get(self, number: str, who: Principal) -> Application:
        """One application; `NotFound` for somebody else's."""
        return shaped(Application, (await self._platform.read(f"/applications/{path_part(number)}", who=who)).data)

    async def supplement(self, number: str, materials: Sequence[str], who: Principal, key: str) -> Application:
        """Hand in what was asked for."""
        path = f"/applications/{path_part(number)}/supplements"
        body = {"materials": list(materials)}
        return shaped(Application, await self._platform.write("POST", path, body, who, key))

    async def advance(self, number: str, step: ApplicationStep, who: Principal, key: str) -> Application:
        """The deciding office's next step."""
        path = f"/applications/{path_part(number)}/transitions"
        return shaped(Application, await self._platform.write("POST", path, asdict(step), who, key))

    async def prefill(self, item: str, who: Principal, key: str) -> FormDraft:
        """Fill a form in and keep it as a draft."""
        return shaped(FormDraft, await self._platform.write("POST", "/application-drafts", {"item": item}, who, key))

    async def drafts(self, item: str, who: Principal) -> list[FormDraft]:
        """Own drafts for an item, newest first."""
        answer = await self._platform.read("/application-drafts", (("item", item),), who)
        return [shaped(FormDraft, each) for each in answer.data]

    async def book(self, draft: BookingDraft, who: Principal, key: str) -> Booking:
        """Book a visit."""
        return shaped(Booking, await self._platform.write("POST", "/visits", asdict(draft), who, key))

    async def visits(self, who: Principal) -> list[Booking]:
        """Own visits, the latest day first."""
        return [shaped(Booking, each) for each in (await self._platform.read("/visits", who=who)).data]

    async def report_card_loss(self, who: Principal, key: str) -> CardLoss:
        """Report one's own card as lost."""
        return shaped(CardLoss, await self._platform.write("POST", "/card-losses", None, who, key))

    async def profile(self, who: Principal) -> Profile:
        """Own data, masked."""
        return shaped(Profile, (await self._platform.read("/profile", who=who)).data)

    async def enterprise(self, who: Principal) -> Enterprise:
        """The business this person represents."""
        return shaped(Enterprise, (await self._platform.read("/enterprise", who=who)).data)

    async def policies(self, said: Mapping[str, str | None], who: Principal) -> PolicyMatches:
        """Policies in force that may fit."""
        pairs = tuple((name, value) for name, value in said.items() if value)
        data = (await self._platform.read("/policies/matches", pairs, who)).data
        hits = tuple(shaped(PolicyHit, each) for each in data["hits"])
        over = tuple(shaped(PolicyHit, each) for each in data.get("ended", ()))
        return PolicyMatches(hits, data["known"], data["on"], data["demo"], over)

    async def request_data(self, draft: DataRequestDraft, who: Principal, key: str) -> DataRequest:
        """Ask to use a dataset."""
        return shaped(DataRequest, await self._platform.write("POST", "/data-requests", asdict(draft), who, key))


def shaped(kind: type[T], data: Mapping[str, Any]) -> T:
    """A record from JSON: lists become tuples, fields we do not know are left out."""
    names = {each.name for each in fields(kind)}  # type: ignore[arg-type]
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in data.items() if name in names}
    return kind(**values)
