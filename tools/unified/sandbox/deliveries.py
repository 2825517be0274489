"""The outbox: what happened is sent to every application that registered an address, until it answers 2xx."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from ..signing import Signed, sign_headers
from .domain import Ground
from .faults import Faults
from .store import Row

TRIES, FIRST_WAIT_S, ANSWER_S, BATCH = 8, 2.0, 5.0, 50


@dataclass(frozen=True)
class Deliveries:
    """Sends what is due; a failed delivery waits twice as long each time, and is given up after eight."""

    ground: Ground
    apps: Mapping[str, str]
    faults: Faults

    def listen(self, app: str, url: str) -> None:
        """Have events sent to an application in this process, at this address from now on."""
        if not self.ground.store.rows("SELECT 1 FROM webhooks WHERE app = ? AND url = ?", (app, url)):
            query = "INSERT INTO webhooks VALUES (?, ?, ?) ON CONFLICT (app) DO UPDATE SET url = excluded.url"
            with self.ground.store.write() as connection:
                connection.execute(query, (app, url, self.ground.now()))

    async def send_due(self, http: httpx.AsyncClient, now: float | None = None) -> int:
        """One round; how many deliveries were tried."""
        moment = time.time() if now is None else now
        query = """SELECT deliveries.*, events.id, events.type, events.at, events.payload, webhooks.url
          FROM deliveries JOIN events ON events.sequence = deliveries.event
          JOIN webhooks ON webhooks.app = deliveries.app
          WHERE delivered = 0 AND attempts < ? AND next_at <= ? ORDER BY event LIMIT ?"""
        rows = self.ground.store.rows(query, (TRIES, moment, BATCH))
        for row in rows:
            problem = await self._deliver(http, row)
            self._note(row, problem, moment)
        return len(rows)

    async def _deliver(self, http: httpx.AsyncClient, row: Row) -> str | None:
        """None when it arrived (or a fault lets it get lost unnoticed), else what went wrong."""
        fault = self.faults.take(f"CALLBACK {row['type']}", callback=True)
        if fault is not None and fault.kind == "dropped_callback":
            return None
        problem = await self._post(http, row)
        if fault is not None and problem is None:
            problem = await self._post(http, row)
        return problem

    async def _post(self, http: httpx.AsyncClient, row: Row) -> str | None:
        body = json.dumps(event_of({**row, "sequence": row["event"]}), ensure_ascii=False).encode()
        signed = Signed("POST", urlsplit(row["url"]).path or "/", (), body)
        headers = sign_headers(signed, row["app"], self.apps[row["app"]])
        try:
            answer = await http.post(
                row["url"], content=body, headers={**headers, "Content-Type": "application/json"}, timeout=ANSWER_S
            )
        except httpx.HTTPError as problem:
            return type(problem).__name__
        return None if answer.is_success else f"HTTP {answer.status_code}"

    def _note(self, row: Row, problem: str | None, now: float) -> None:
        attempts = row["attempts"] + 1
        query = """UPDATE deliveries SET attempts = ?, delivered = ?, next_at = ?, last_error = ?
          WHERE event = ? AND app = ?"""
        wait = now + FIRST_WAIT_S * 2 ** (attempts - 1)
        with self.ground.store.write() as connection:
            connection.execute(query, (attempts, int(problem is None), wait, problem, row["event"], row["app"]))


def event_of(row: Row) -> dict[str, Any]:
    """An event as the interface lists it."""
    return {
        "id": row["id"],
        "sequence": row["sequence"],
        "type": row["type"],
        "at": row["at"],
        "data": json.loads(row["payload"]),
    }
