"""What happened, for every application that listens: written in the transaction that makes it happen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from .store import new_ulid


def announce(connection: sqlite3.Connection, kind: str, at: str, payload: Mapping[str, Any]) -> None:
    """Put an event into the outbox, for everybody who listens now; who asks later finds it in the list."""
    query = "INSERT INTO events (id, type, at, payload) VALUES (?, ?, ?, ?)"
    added = connection.execute(query, (new_ulid(), kind, at, json.dumps(dict(payload), ensure_ascii=False)))
    waiting = "INSERT INTO deliveries (event, app, next_at) SELECT ?, app, 0 FROM webhooks"
    connection.execute(waiting, (added.lastrowid,))
