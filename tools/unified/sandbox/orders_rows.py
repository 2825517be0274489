"""Orders as rows of the store: found, searched, added, changed. Every change is logged; a new state is an event."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ...principal import Principal
from ..finding import CITY_ZONE, read_moment
from ..lifecycle import SEES_ALL
from ..order_states import NATURES, ORDER_FINAL, ORDER_MOVES, ORDER_STATES, in_charge_of
from .domain import Ground
from .orders_bodies import OrderQuery
from .outbox import announce
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, NOT_FOUND, Problem
from .store import Change, Row, log_change, next_serial

MISSING = "没有找到这张工单，请核对工单编号。"
KINDS: Mapping[str, str] = {"demand": "诉求工单", "handoff": "转人工"}
HANDLED = "status = 'dispatched'"
_FLAGS = ("urgent", "anonymous", "demo")
_MAYBE = ("contacted", "solved")
_PRIVATE = ("caller_name", "contact_phone", "conversation", "packet")
_ONE = "SELECT * FROM orders WHERE number = ?"


def fetch(connection: sqlite3.Connection, who: Principal, number: str) -> Row:
    """An order this person may see; the same "not found" for a missing and for somebody else's."""
    row = connection.execute(_ONE, (number.upper(),)).fetchone()
    if row is None or not (row["caller"] == who.id or in_charge_of(who, row)):
        raise Problem(NOT_FOUND, MISSING)
    return dict(row)


def insert_order(connection: sqlite3.Connection, row: Mapping[str, Any]) -> Row:
    """Add an order under the day's next number."""
    day = datetime.fromisoformat(row["received_at"]).strftime("%Y%m%d")
    full = {**row, "number": f"GD{day}{next_serial(connection, f'order:{day}'):06d}"}
    add_row(connection, "orders", full)
    shown = {name: value for name, value in full.items() if name not in ("packet", "contact_phone", "caller_name")}
    log_change(connection, Change(row["received_at"], row["caller"], "received", "order", full["number"], shown))
    _announce(connection, full, None, full["status"], row["received_at"])
    return _read(connection, full["number"])


def change_order(
    connection: sqlite3.Connection, row: Row, values: Mapping[str, Any], who: Principal, action: str
) -> Row:
    """Change some fields; log them, and announce a new state."""
    names = ", ".join(f"{name} = ?" for name in values)
    query = f"UPDATE orders SET {names} WHERE number = ?"  # noqa: S608 - the names are this room's
    connection.execute(query, (*values.values(), row["number"]))
    log_change(connection, Change(values["updated_at"], who.id, action, "order", row["number"], values))
    after = values.get("status", row["status"])
    if after != row["status"]:
        _announce(connection, row, row["status"], after, values["updated_at"])
    return _read(connection, row["number"])


def check_move(who: Principal, row: Row, to: str) -> None:
    """Refuse a step that the state or the post forbids."""
    allowed = ORDER_MOVES.get((row["status"], to))
    if allowed is None:
        names = ORDER_STATES[row["status"]], ORDER_STATES[to]
        raise Problem(BAD_STATE, f"工单 {row['number']} 不能从“{names[0]}”变为“{names[1]}”。")
    if not who.roles & allowed:
        raise Problem(FORBIDDEN, "您的岗位不能办理这一步。")


def add_row(connection: sqlite3.Connection, table: str, row: Mapping[str, Any]) -> int:
    """Add one row and give its number; the names are those of this room's tables."""
    marks = ", ".join("?" * len(row))
    query = f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})"  # noqa: S608
    return int(connection.execute(query, tuple(row.values())).lastrowid or 0)


def view(connection: sqlite3.Connection, row: Row, who: Principal, now: str) -> Row:
    """An order as one person may read it, with its way through the units and its conversation."""
    shown = brief(row, who, now)
    sent = "SELECT unit, at, basis, note, returned_at, return_reason, return_basis FROM order_dispatches"
    rows = connection.execute(f"{sent} WHERE order_number = ? ORDER BY id", (row["number"],))
    shown["dispatches"] = [dict(each) for each in rows] if in_charge_of(who, row) else []
    said = "SELECT id, at, author, text FROM order_messages WHERE order_number = ? ORDER BY id"
    shown["messages"] = [dict(each) for each in connection.execute(said, (row["number"],))]
    return shown


def brief(row: Row, who: Principal, now: str) -> Row:
    """The row without what belongs to others; the caller's name and number only for those in charge."""
    shown = {name: value for name, value in row.items() if name != "caller"}
    shown["status_name"], shown["nature_name"] = ORDER_STATES[row["status"]], NATURES[row["nature"]]
    shown["kind_name"] = KINDS[row["kind"]]
    shown["packet"] = json.loads(row["packet"])
    shown["overdue"] = row["status"] == "dispatched" and row["due_at"] is not None and row["due_at"] < now
    shown |= {name: bool(row[name]) for name in _FLAGS}
    shown |= {name: None if row[name] is None else bool(row[name]) for name in _MAYBE}
    if row["caller"] != who.id and not in_charge_of(who, row):
        shown |= dict.fromkeys(_PRIVATE)
    if row["anonymous"] and row["caller"] != who.id:
        shown["caller_name"] = None
    return shown


def find_orders(ground: Ground, who: Principal, query: OrderQuery) -> tuple[list[Row], int]:
    """One page of the orders a person may see, newest first, and the number of all."""
    conditions = [_scope(who), *_filters(query, who, ground.clock().astimezone(CITY_ZONE))]
    where = " AND ".join(f"({text})" for text, _ in conditions)
    values = [value for _, given in conditions for value in given]
    total = int(ground.store.rows(f"SELECT count(*) AS n FROM orders WHERE {where}", values)[0]["n"])  # noqa: S608
    order = "due_at, number" if query.due else "received_at DESC, number DESC"
    paged = f"SELECT * FROM orders WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
    rows = ground.store.rows(paged, [*values, query.size, (query.page - 1) * query.size])
    return rows, total


def _scope(who: Principal) -> tuple[str, list[Any]]:
    if who.roles & SEES_ALL:
        return "1", []
    if "department" in who.roles and who.department is not None:
        return "caller = ? OR lead_unit = ?", [who.id, who.department]
    return "caller = ?", [who.id]


def _filters(query: OrderQuery, who: Principal, now: datetime) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    if query.status:
        states = _states(query.status)
        found.append((f"status IN ({', '.join('?' * len(states))})", [*states]))
    plain = {"kind": query.kind, "nature": query.nature, "lead_unit": query.unit}
    found += [(f"{name} = ?", [value]) for name, value in plain.items() if value]
    if query.district:
        found.append(("district = ? OR district_name = ?", [query.district, query.district]))
    if query.mine:
        found.append(("caller = ?", [who.id]))
    if query.due:
        moment, day = (each.isoformat(timespec="seconds") for each in (now, now + timedelta(days=1)))
        span = ("due_at < ?", [moment]) if query.due == "overdue" else ("due_at >= ? AND due_at <= ?", [moment, day])
        found += [(HANDLED, []), span]
    try:
        if query.since:
            found.append(("received_at >= ?", [read_moment(query.since, end=False)]))
        if query.until:
            found.append(("received_at < ?", [read_moment(query.until, end=True)]))
    except ValueError as problem:
        raise Problem(BAD_PARAMETER, str(problem)) from None
    if query.text:
        like = "%" + query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        fields = ("number", "demand", "address", "category_name")
        found.append((" OR ".join(f"{name} LIKE ? ESCAPE '\\'" for name in fields), [like] * len(fields)))
    return found


def _states(text: str) -> list[str]:
    if text == "open":
        return [state for state in ORDER_STATES if state not in ORDER_FINAL]
    states = text.split(",")
    if unknown := [state for state in states if state not in ORDER_STATES]:
        known = "、".join(ORDER_STATES)
        raise Problem(BAD_PARAMETER, f"没有“{'、'.join(unknown)}”这个状态。可以用：{known} 或 open。")
    return states


def _read(connection: sqlite3.Connection, number: str) -> Row:
    return dict(connection.execute(_ONE, (number,)).fetchone())


def _announce(connection: sqlite3.Connection, row: Mapping[str, Any], before: str | None, after: str, at: str) -> None:
    payload = {
        "number": row["number"],
        "kind": row["kind"],
        "from": before,
        "to": after,
        "to_name": ORDER_STATES[after],
        "at": at,
    }
    announce(connection, "order.state_changed", at, payload)
