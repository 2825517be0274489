"""What the platform reports by itself: a citizen's case, order or application moved on, told where it was asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping

import httpx
from sqlalchemy import Connection, select

from tools import ORDER_FINAL, Platform, PlatformEvent, Sandbox, ToolError, read_event

from . import wording
from .arrivals import News, add_arrival, hand_back
from .database import Database
from .replies import SAID, Replies
from .rows import record
from .seal import Seal
from .tables import conversations, receipts

PATH = "/api/v1/platform/events"
IDLE_S, AGAIN_S = 0.5, 30.0
Receive = Callable[[Mapping[str, str], str, bytes], Awaitable[bool]]
_log = logging.getLogger(__name__)
NOUNS: Mapping[str, str] = {
    "case.state_changed": "案件",
    "order.state_changed": "工单",
    "application.state_changed": "办件",
}


class Progress:
    """Takes signed events and tells them in the conversations that hold a receipt of the object."""

    def __init__(
        self, database: Database, seal: Seal, secret: str, followed: Collection[str], replies: Replies
    ) -> None:
        """`followed` are the tools whose receipts make somebody wait for an object's progress."""
        self._replies = replies
        self._db = database
        self._seal = seal
        self._secret = secret
        self._followed = frozenset(followed)

    async def receive(self, headers: Mapping[str, str], path: str, body: bytes) -> bool:
        """Take one delivery; False when its signature is wrong or too old. The same event again changes nothing."""
        event = read_event(headers, path, body, self._secret)
        if event is None:
            return False
        if event.type == SAID:
            await self._replies.hear(event)
        elif event.type in NOUNS and event.data.get("from") is not None:
            await self._db.write(lambda connection: self._tell(connection, event))
        return True

    def _tell(self, connection: Connection, event: PlatformEvent) -> None:
        number, to = str(event.data["number"]), str(event.data["to"])
        if to == "talking":
            return  # the person's first words tell it
        name = str(event.data.get("to_name") or to)
        query = (
            select(receipts.c.conversation_id)
            .join(conversations, conversations.c.id == receipts.c.conversation_id)
            .where(receipts.c.object_id == number, receipts.c.tool.in_(self._followed))
            .distinct()
        )
        text = wording.PROGRESS.format(noun=NOUNS[event.type], number=number, state=name)
        data = {"number": number, "state": to, "state_name": name, "at": event.at}
        for conversation_id in connection.execute(query).scalars().all():
            add_arrival(connection, self._seal, conversation_id, News("progress", text, data, f"event:{event.id}"))
            record(connection, "platform", "progress.told", conversation_id, {"object": number, "state": to})
            if event.data.get("kind") == "handoff" and to in ORDER_FINAL:
                hand_back(connection, self._seal, conversation_id, number, wording.PERSON_DONE)


class IntoDesk(httpx.AsyncBaseTransport):
    """The way of a sandbox in this process to the desk: what it posts is received as over the network."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Receive one delivery; what breaks is answered like a server would, so that it is delivered again."""
        try:
            known = await self._receive(dict(request.headers), request.url.path, await request.aread())
        except Exception:
            _log.exception("an event of the sandbox could not be taken")
            return httpx.Response(500)
        return httpx.Response(204 if known else 401)


async def deliver(sandbox: Sandbox, app: str, receive: Receive) -> None:
    """Send what the sandbox of this process announces to the desk, until cancelled."""
    async with httpx.AsyncClient(transport=IntoDesk(receive)) as http:
        while True:
            sandbox.deliveries.listen(app, f"http://desk{PATH}")
            if not await sandbox.deliveries.send_due(http):
                await asyncio.sleep(IDLE_S)


async def subscribe(platform: Platform, url: str) -> None:
    """Ask a platform in the network to send its events to us; again until it answers."""
    while True:
        try:
            await platform.listen(url.rstrip("/") + PATH)
        except ToolError as problem:
            _log.warning("the platform does not take our address for events yet: %s", problem)
            await asyncio.sleep(AGAIN_S)
        else:
            return
