"""Hotline orders on the platform, for a person: receive, send to a unit, send back, answer, visit, talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ..principal import Principal
from .client import Platform, path_part
from .records import read


@dataclass(frozen=True)
class OrderDraft:
    """What is sent to receive an order; `packet` is what a hand-off carries: slots, sources, steps done."""

    demand: str
    kind: str = "demand"
    nature: str = "request"
    channel: str = "chat"
    address: str | None = None
    category_code: str | None = None
    caller_name: str | None = None
    contact_phone: str | None = None
    anonymous: bool = False
    urgent: bool = False
    conversation: str | None = None
    packet: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One time an order went to a unit, and whether it came back."""

    unit: str
    at: str
    basis: str
    note: str | None = None
    returned_at: str | None = None
    return_reason: str | None = None
    return_basis: str | None = None


@dataclass(frozen=True)
class Said:
    """One message of a hand-off: by the citizen or by a person of the city."""

    at: str
    author: str
    text: str
    id: int = 0


@dataclass(frozen=True)
class Order:
    """An order as this person may see it; who called is filled only for themselves and those in charge."""

    number: str
    kind: str
    kind_name: str
    nature: str
    nature_name: str
    channel: str
    status: str
    status_name: str
    demand: str
    received_at: str
    updated_at: str
    address: str | None = None
    district: str | None = None
    district_name: str | None = None
    category_code: str | None = None
    category_name: str | None = None
    confidence: float | None = None
    urgent: bool = False
    anonymous: bool = False
    caller_name: str | None = None
    contact_phone: str | None = None
    lead_unit: str | None = None
    dispatch_basis: str | None = None
    dispatch_note: str | None = None
    dispatched_at: str | None = None
    due_at: str | None = None
    limit_kind: str | None = None
    limit_value: float | None = None
    overdue: bool = False
    accepted_at: str | None = None
    extension_count: int = 0
    extension_reason: str | None = None
    return_count: int = 0
    return_reason: str | None = None
    return_basis: str | None = None
    reply: str | None = None
    replied_at: str | None = None
    visited_at: str | None = None
    contacted: bool | None = None
    solved: bool | None = None
    satisfaction: str | None = None
    visit_note: str | None = None
    reopen_count: int = 0
    reopen_reason: str | None = None
    reason: str | None = None
    closed_at: str | None = None
    repeat_of: str | None = None
    conversation: str | None = None
    packet: Mapping[str, Any] = field(default_factory=dict)
    dispatches: tuple[Sent, ...] = ()
    messages: tuple[Said, ...] = ()
    demo: bool = False

    def view(self) -> dict[str, Any]:
        """As a JSON mapping without what is unknown."""
        return {name: value for name, value in asdict(self).items() if value not in (None, (), [], {})}


@dataclass(frozen=True)
class OrderPage:
    """Some of the orders found, newest first, and how many there are in all."""

    orders: tuple[Order, ...]
    index: int
    size: int
    total: int


@dataclass(frozen=True)
class Choice:
    """A unit that may handle an order, by which entry of the responsibility list, for which class."""

    unit: str
    basis: str
    category_name: str
    score: float


@dataclass(frozen=True)
class Suggestion:
    """Who should get an order. `sure` is false where a person must decide; `why` says why."""

    number: str
    sure: bool
    why: str
    choices: tuple[Choice, ...] = ()
    excluded: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderVisit:
    """What the caller said after the answer."""

    contacted: bool
    solved: bool | None = None
    satisfaction: str | None = None
    note: str | None = None


class Orders:
    """The hotline's counter over a platform."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    async def create(self, draft: OrderDraft, who: Principal, key: str) -> Order:
        """Receive an order, exactly once per key."""
        return read_order(await self._platform.write("POST", "/orders", asdict(draft), who, key))

    async def get(self, number: str, who: Principal) -> Order:
        """An order by number; `NotFound` for somebody else's."""
        return read_order((await self._platform.read(f"/orders/{path_part(number)}", who=who)).data)

    async def search(self, query: Mapping[str, str], who: Principal) -> OrderPage:
        """Orders this person may see: status, kind, nature, district, unit, due, from, to, text, mine, page, size."""
        answer = await self._platform.read("/orders", tuple(query.items()), who)
        return OrderPage(tuple(read_order(each) for each in answer.data), **(answer.page or {}))

    async def suggest(self, number: str, who: Principal) -> Suggestion:
        """Which unit the responsibility list gives, without the ones that sent the order back."""
        data = (await self._platform.read(f"/orders/{path_part(number)}/suggestion", who=who)).data
        choices = tuple(read(Choice, each) for each in data["choices"])
        return read(Suggestion, {**data, "choices": choices, "excluded": tuple(data["excluded"])})

    async def step(self, number: str, to: str, body: Mapping[str, Any], who: Principal, key: str) -> Order:
        """Accept, refuse, dispatch (or leave to a person), return, reply, extend, reopen: a route each."""
        path = f"/orders/{path_part(number)}/{to}"
        return read_order(await self._platform.write("POST", path, dict(body), who, key))

    async def visit(self, number: str, found: OrderVisit, who: Principal, key: str) -> Order:
        """Record what the caller said of the answer: it closes the order or opens it again."""
        return await self.step(number, "visit", asdict(found), who, key)

    async def say(self, number: str, text: str, who: Principal, key: str) -> Order:
        """Add a message to a hand-off: by its citizen, or by a person of the city."""
        return await self.step(number, "messages", {"text": text}, who, key)


def read_order(data: Mapping[str, Any]) -> Order:
    """An order from the platform's JSON."""
    lists: Mapping[str, Sequence[Any]] = {
        "dispatches": tuple(read(Sent, each) for each in data.get("dispatches") or ()),
        "messages": tuple(read(Said, each) for each in data.get("messages") or ()),
    }
    return read(Order, {**data, **lists})
