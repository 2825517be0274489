"""Hotline orders under /api/v1."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from .auth import CheckedCaller
from .domain import ground_of, request_id
from .orders import OrderDesk
from .orders_after import OrderFollowUp
from .orders_bodies import (
    AcceptBody,
    DispatchBody,
    ExtendBody,
    MessageBody,
    OrderBody,
    OrderQuery,
    ReasonBody,
    ReplyBody,
    ReturnBody,
    VisitedBody,
)
from .orders_rows import brief, find_orders
from .problems import envelope

router = APIRouter(prefix="/api/v1")


@router.post("/orders")
def create_order(body: OrderBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Receive a demand (by the desk), or a conversation handed to a person (by anybody, of their own)."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderDesk(ground).receive(caller.who, body, write), request_id(request))


@router.get("/orders")
def list_orders(query: Annotated[OrderQuery, Query()], request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Find orders this person may see, newest first; the most pressing first when asked by deadline."""
    ground = ground_of(request)
    rows, total = find_orders(ground, caller.who, query)
    page = {"index": query.page, "size": query.size, "total": total}
    return envelope([brief(row, caller.who, ground.now()) for row in rows], request_id(request), page=page)


@router.get("/orders/{number}")
def get_order(number: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """One order by number."""
    return envelope(OrderDesk(ground_of(request)).see(caller.who, number), request_id(request))


@router.get("/orders/{number}/suggestion")
def suggest_unit(number: str, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Which unit the responsibility list gives."""
    return envelope(OrderDesk(ground_of(request)).suggestion(caller.who, number), request_id(request))


@router.post("/orders/{number}/accept")
def accept_order(number: str, body: AcceptBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Take an order in."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderDesk(ground).accept(caller.who, number, body, write), request_id(request))


@router.post("/orders/{number}/refuse")
def refuse_order(number: str, body: ReasonBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Turn an order down, with the reason."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderDesk(ground).refuse(caller.who, number, body.reason, write), request_id(request))


@router.post("/orders/{number}/dispatch")
def dispatch_order(number: str, body: DispatchBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Send an order to a unit, or to the people who judge by hand."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderDesk(ground).dispatch(caller.who, number, body, write), request_id(request))


@router.post("/orders/{number}/return")
def return_order(number: str, body: ReturnBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """A unit sends an order back."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).give_back(caller.who, number, body, write), request_id(request))


@router.post("/orders/{number}/reply")
def reply_order(number: str, body: ReplyBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Answer an order."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).reply(caller.who, number, body.reply, write), request_id(request))


@router.post("/orders/{number}/extend")
def extend_order(number: str, body: ExtendBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """More time, once."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).extend(caller.who, number, body, write), request_id(request))


@router.post("/orders/{number}/visit")
def visit_order(number: str, body: VisitedBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """What the caller said of the answer."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).visit(caller.who, number, body, write), request_id(request))


@router.post("/orders/{number}/reopen")
def reopen_order(number: str, body: ReasonBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Handle a closed order again."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).reopen(caller.who, number, body.reason, write), request_id(request))


@router.post("/orders/{number}/messages")
def say_in_order(number: str, body: MessageBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Add a message to a hand-off."""
    ground = ground_of(request)
    write = caller.write(request, body.model_dump(), ground.now())
    return envelope(OrderFollowUp(ground).say(caller.who, number, body.text, write), request_id(request))
