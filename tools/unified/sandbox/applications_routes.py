"""What belongs to somebody: applications, drafts, visits, lost cards, own records, requests for data."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from .applications import ApplicationBody, Applications, StepBody, SupplementBody
from .auth import CheckedCaller
from .bookings import Bookings, DataRequestBody, VisitBody
from .domain import ground_of, request_id
from .enterprises import PolicyQuery, PrefillBody, Registry
from .problems import envelope

router = APIRouter(prefix="/api/v1")
Said = Annotated[str | None, Query(max_length=60)]


@router.post("/applications")
def submit(body: ApplicationBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Hand an application in."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Applications(ground).submit(caller.who, body, write), request_id(request))


@router.get("/applications")
def list_applications(request: Request, caller: CheckedCaller, item: Said = None) -> dict[str, Any]:
    """Own applications, newest first."""
    return envelope(Applications(ground_of(request)).mine(caller.who, item), request_id(request))


@router.get("/applications/{number}")
def get_application(number: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One application."""
    return envelope(Applications(ground_of(request)).see(caller.who, number), request_id(request))


@router.post("/applications/{number}/supplements")
def supplement(number: str, body: SupplementBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Hand in what was asked for."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    found = Applications(ground).supplement(caller.who, number, body.materials, write)
    return envelope(found, request_id(request))


@router.post("/applications/{number}/transitions")
def advance(number: str, body: StepBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The deciding office's next step."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Applications(ground).advance(caller.who, number, body, write), request_id(request))


@router.post("/application-drafts")
def prefill(body: PrefillBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Fill a form in and keep it as a draft."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Registry(ground).prefill(caller.who, body.item, write), request_id(request))


@router.get("/application-drafts")
def list_drafts(item: Annotated[str, Query(max_length=60)], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Own drafts for an item, newest first."""
    return envelope(Registry(ground_of(request)).drafts(caller.who, item), request_id(request))


@router.get("/profile")
def profile(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Own data, masked."""
    return envelope(Registry(ground_of(request)).profile(caller.who), request_id(request))


@router.get("/enterprise")
def enterprise(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """The business this person represents."""
    return envelope(Registry(ground_of(request)).enterprise(caller.who), request_id(request))


@router.get("/policies/matches")
def policies(query: Annotated[PolicyQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Policies in force that may fit, each with what matched and what is unknown."""
    return envelope(Registry(ground_of(request)).policies(caller.who, query.model_dump()), request_id(request))


@router.post("/visits")
def book_visit(body: VisitBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Book a visit."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(mode="json"), ground.now())
    return envelope(Bookings(ground).book(caller.who, body, write), request_id(request))


@router.get("/visits")
def list_visits(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Own visits, the latest day first."""
    return envelope(Bookings(ground_of(request)).visits(caller.who), request_id(request))


@router.post("/card-losses")
def report_card_loss(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Report one's own card as lost."""
    ground = ground_of(request)
    write = caller.write(request, {}, ground.now())
    return envelope(Bookings(ground).report_loss(caller.who, write), request_id(request))


@router.post("/data-requests")
def request_data(body: DataRequestBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Ask to use a dataset."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(Bookings(ground).request_data(caller.who, body, write), request_id(request))
