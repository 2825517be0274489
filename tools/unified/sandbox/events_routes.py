"""Events for applications: where to send them, and what has happened since."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from .auth import CheckedCaller
from .bodies import WebhookBody
from .deliveries import event_of
from .domain import ground_of, request_id
from .problems import envelope

router = APIRouter(prefix="/api/v1")


@router.put("/webhook")
def set_webhook(body: WebhookBody, request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """Where this application wants its events from now on; signed like its own requests."""
    ground = ground_of(request)
    query = "INSERT INTO webhooks VALUES (?, ?, ?) ON CONFLICT (app) DO UPDATE SET url = excluded.url"
    with ground.store.write() as connection:
        connection.execute(query, (caller.app, body.url, ground.now()))
    return envelope({"url": body.url}, request_id(request))


@router.delete("/webhook")
def remove_webhook(request: Request, caller: CheckedCaller) -> dict[str, Any]:
    """No more events."""
    with ground_of(request).store.write() as connection:
        connection.execute("DELETE FROM deliveries WHERE app = ?", (caller.app,))
        connection.execute("DELETE FROM webhooks WHERE app = ?", (caller.app,))
    return envelope({"url": None}, request_id(request))


@router.get("/events")
def list_events(
    request: Request,
    caller: CheckedCaller,
    after: Annotated[int, Query(ge=0)] = 0,
    size: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, Any]:
    """Events after a sequence number, oldest first: what a lost delivery left out."""
    query = "SELECT * FROM events WHERE sequence > ? ORDER BY sequence LIMIT ?"
    rows = ground_of(request).store.rows(query, (after, size))
    return envelope([event_of(row) for row in rows], request_id(request))
