"""Alerts: what the command centre pushes to other units, each exactly once per key. Nothing leaves the sandbox."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...principal import Principal
from ...rainfall import sensing_data
from ..lifecycle import MAY_ALERT
from .applications import insert
from .domain import Ground
from .outbox import announce
from .problems import BAD_PARAMETER, FORBIDDEN, Problem
from .store import Change, Row, Write, log_change, next_serial, once

SCHEMA = """
CREATE TABLE IF NOT EXISTS alerts (
  number TEXT PRIMARY KEY, kind TEXT NOT NULL, text TEXT NOT NULL, recipients TEXT NOT NULL, sender TEXT NOT NULL,
  created_at TEXT NOT NULL
);
"""


class AlertBody(BaseModel):
    """What is pushed to whom."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: Literal["waterlog", "weather", "gas", "other"]
    text: str = Field(min_length=4, max_length=2000)
    recipients: list[str] = Field(min_length=1, max_length=20)


@dataclass(frozen=True)
class Alerts:
    """The rules over the store."""

    ground: Ground

    def push(self, who: Principal, body: AlertBody, write: Write) -> Row:
        """Push an alert; announced to every application that listens."""
        _may(who)
        names = {row[0]: row[1] for row in sensing_data()["units"]}
        codes = list(dict.fromkeys(body.recipients))
        unknown = [each for each in codes if each not in names]
        if unknown:
            raise Problem(
                BAD_PARAMETER, f"没有“{'、'.join(unknown)}”这个接收单位。可以推送给：{'、'.join(names.values())}。"
            )

        def work() -> Row:
            day = self.ground.now()[:10].replace("-", "")
            row: dict[str, Any] = {
                "number": f"YJ{day}{next_serial(connection, f'YJ:{day}'):06d}", "kind": body.kind, "text": body.text,
                "recipients": json.dumps(codes), "sender": who.id, "created_at": self.ground.now(),
            }  # fmt: skip
            insert(connection, "alerts", row)
            log_change(connection, Change(row["created_at"], who.id, "pushed", "alert", row["number"], row))
            payload = {"number": row["number"], "kind": body.kind, "recipients": codes, "text": body.text}
            announce(connection, "alert.pushed", row["created_at"], payload)
            return _view(row)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def sent(self, who: Principal) -> list[Row]:
        """The last hundred alerts, newest first."""
        _may(who)
        rows = self.ground.store.rows("SELECT * FROM alerts ORDER BY number DESC LIMIT 100")
        return [_view(row) for row in rows]


def _may(who: Principal) -> None:
    if not who.roles & MAY_ALERT:
        raise Problem(FORBIDDEN, "只有值班长和派遣员可以推送预警。")


def _view(row: Row) -> Row:
    names = {each[0]: each[1] for each in sensing_data()["units"]}
    codes = json.loads(row["recipients"])
    shown = {name: value for name, value in row.items() if name != "sender"}
    return {**shown, "recipients": codes, "recipient_names": [names[code] for code in codes], "demo": True}
