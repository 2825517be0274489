"""People's and businesses' own records: read by their owner, filled into drafts, matched with policies."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ...directory import bundled_directory
from ...matching import FIELDS, bundled_policies, ended, match
from ...principal import Principal
from ..finding import CITY_ZONE
from .applications import due, found_item, insert
from .domain import Ground
from .problems import FORBIDDEN, NOT_FOUND, Problem
from .store import Change, Row, Write, log_change, new_ulid, once

SCHEMA = """
CREATE TABLE IF NOT EXISTS profiles (
  owner TEXT PRIMARY KEY, name TEXT NOT NULL, resident_id TEXT NOT NULL, phone TEXT NOT NULL, address TEXT NOT NULL,
  card_tail TEXT NOT NULL, consented TEXT NOT NULL, demo INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE IF NOT EXISTS enterprises (
  credit_code TEXT PRIMARY KEY, name TEXT NOT NULL, legal_person TEXT NOT NULL, address TEXT NOT NULL,
  industry TEXT, scale TEXT, above_size TEXT, needs TEXT, data_assets TEXT, demo INTEGER NOT NULL DEFAULT 1
);
"""
DATA = Path(__file__).resolve().parents[2] / "data" / "enterprises.json"
PERSONAL: Mapping[str, str] = {
    "name": "申请人姓名",
    "resident_id": "证件号码",
    "phone": "联系电话",
    "address": "联系地址",
}
BUSINESS: Mapping[str, str] = {
    "enterprise": "企业名称",
    "credit_code": "统一社会信用代码",
    "legal_person": "法定代表人",
    "business_address": "住所",
}


class PrefillBody(BaseModel):
    """A form to be filled in with what the person agreed to."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    item: str = Field(min_length=2, max_length=60)


class PolicyQuery(BaseModel):
    """What was said of a business."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    industry: str | None = Field(None, max_length=60)
    scale: str | None = Field(None, max_length=60)
    above_size: str | None = Field(None, max_length=60)
    needs: str | None = Field(None, max_length=60)
    data_assets: str | None = Field(None, max_length=60)


@dataclass(frozen=True)
class Registry:
    """The rules over the store."""

    ground: Ground

    def profile(self, who: Principal) -> Row:
        """Own data, masked, and which of it may be filled into forms."""
        row = self._profile(who)
        if row is None:
            raise Problem(NOT_FOUND, "平台上没有您授权使用的个人资料。")
        fields = {name: mask(name, row[name]) for name in PERSONAL}
        return {**fields, "consented": json.loads(row["consented"]), "demo": bool(row["demo"])}

    def enterprise(self, who: Principal) -> Row:
        """The business this person represents."""
        row = self._enterprise(who)
        if row is None:
            raise Problem(FORBIDDEN, "您的登录身份没有代表任何企业，不能查看企业信息。")
        return {**row, "legal_person": mask("name", row["legal_person"]), "demo": bool(row["demo"])}

    def policies(self, who: Principal, said: Mapping[str, str | None]) -> Row:
        """Policies for what is known of the business; what was just said counts before the record."""
        row = self._enterprise(who) or {}
        known = {name: said.get(name) or row.get(name) for name in FIELDS}
        today = self.ground.clock().astimezone(CITY_ZONE).date()
        hits = [asdict(each) for each in match(bundled_policies(), known, today)]
        over = [asdict(each) for each in ended(bundled_policies(), known, today)]
        used = {FIELDS[name]: value for name, value in known.items() if value}
        return {"hits": hits, "ended": over, "known": used, "on": today.isoformat(), "demo": bool(row.get("demo"))}

    def prefill(self, who: Principal, item_id: str, write: Write) -> Row:
        """Keep a draft of a form, filled only with what was agreed to. Nothing is handed in."""
        item = found_item(item_id)
        if "citizen" not in who.roles or not who.verified:
            raise Problem(FORBIDDEN, "填表要先实名登录。")

        def work() -> Row:
            form = self._form(who, business=item.audience == "企业")
            row: dict[str, Any] = {
                "id": new_ulid(),
                "item": item.id,
                "owner": who.id,
                "represents": who.represents,
                "form": json.dumps(form, ensure_ascii=False),
                "created_at": self.ground.now(),
            }
            insert(connection, "application_drafts", row)
            shown = {"item": item.id, "filled": [name for name, value in form.items() if value]}
            log_change(
                connection, Change(row["created_at"], who.id, "prefilled", "application_draft", row["id"], shown)
            )
            return draft_view(row)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def drafts(self, who: Principal, item: str) -> list[Row]:
        """Own drafts for an item, newest first."""
        query = "SELECT * FROM application_drafts WHERE owner = ? AND item = ? ORDER BY id DESC LIMIT 10"
        return [draft_view(row) for row in self.ground.store.rows(query, (who.id, item))]

    def card_tail(self, who: Principal) -> str | None:
        """The last digits of the person's social-security card."""
        row = self._profile(who)
        return str(row["card_tail"]) if row else None

    def _form(self, who: Principal, *, business: bool) -> dict[str, str | None]:
        row = self._profile(who)
        consented = json.loads(row["consented"]) if row else []
        form: dict[str, str | None] = {name: row[name] if row and name in consented else None for name in PERSONAL}
        if business:
            record = self._enterprise(who) or {}
            form |= {
                "enterprise": record.get("name"),
                "credit_code": record.get("credit_code"),
                "legal_person": record.get("legal_person"),
                "business_address": record.get("address"),
            }
        return form

    def _profile(self, who: Principal) -> Row | None:
        rows = self.ground.store.rows("SELECT * FROM profiles WHERE owner = ?", (who.id,))
        return rows[0] if rows else None

    def _enterprise(self, who: Principal) -> Row | None:
        if not who.represents:
            return None
        rows = self.ground.store.rows("SELECT * FROM enterprises WHERE credit_code = ?", (who.represents,))
        return rows[0] if rows else None


def draft_view(row: Mapping[str, Any]) -> Row:
    """A draft with its personal values masked: the form itself stays on the platform."""
    form = json.loads(row["form"])
    labels = {**PERSONAL, **BUSINESS}
    filled = {labels[name]: mask(name, value) for name, value in form.items() if value}
    blank = [labels[name] for name, value in form.items() if not value]
    item = bundled_directory().get(row["item"])
    return {
        "id": row["id"],
        "item": row["item"],
        "title": item.title if item else row["item"],
        "filled": filled,
        "blank": blank,
        "created_at": row["created_at"],
        "submitted": False,
    }


def mask(name: str, value: str) -> str:
    """A personal value of which only a piece is shown; what is public of a business stays."""
    if name in ("name", "legal_person"):
        return value[:1] + "*" * (len(value) - 1)
    if name == "resident_id":
        return f"{value[:3]}{'*' * 11}{value[-4:]}"
    if name == "phone":
        return f"{value[:3]}****{value[-4:]}"
    return f"{value[:6]}****" if name == "address" else value


@cache
def demo_rows() -> dict[str, Any]:
    """The invented people, businesses and applications."""
    rows: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return rows


def seed(connection: sqlite3.Connection, now: datetime) -> None:
    """Invented people, businesses and applications, all marked as demo."""
    for row in demo_rows()["profiles"]:
        insert(connection, "profiles", {**row, "consented": json.dumps(row["consented"])})
    for row in demo_rows()["enterprises"]:
        insert(connection, "enterprises", row)
    for row in demo_rows()["applications"]:
        insert(connection, "applications", _application(row, now))


def _application(row: Mapping[str, Any], now: datetime) -> Row:
    item = found_item(row["item"])
    start = now.astimezone(CITY_ZONE) - timedelta(days=row["days_ago"])
    begun = start.isoformat(timespec="seconds")
    running = row["status"] in ("accepted", "reviewing", "done")
    return {
        "number": row["number"],
        "item": item.id,
        "title": item.title,
        "owner": row["owner"],
        "department": item.department,
        "status": row["status"],
        "provided": json.dumps([each.name for each in item.materials], ensure_ascii=False),
        "wanted": json.dumps(row["wanted"], ensure_ascii=False),
        "note": row["note"],
        "submitted_at": begun,
        "accepted_at": begun if running else None,
        **(due(item, start.date()) if running else {}),
        "finished_at": now.astimezone(CITY_ZONE).isoformat(timespec="seconds") if row["status"] == "done" else None,
        "updated_at": begun,
        "demo": 1,
    }
