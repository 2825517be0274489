"""The hotline's way in: an order is received, read, taken in, and sent to a unit by the responsibility list."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from ...components import duty_of, entry_of
from ...geocode import geocode
from ...orders_rules import bundled_order_rules, is_basis
from ...principal import Principal
from ...standards import bundled_standards
from ...worktime import due_at
from ..finding import CITY_ZONE
from ..order_states import DESK, SENDERS
from ..orders import Choice, Suggestion
from .domain import Ground
from .orders_bodies import AcceptBody, DispatchBody, OrderBody
from .orders_rows import add_row, change_order, check_move, fetch, insert_order, view
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once

STAFF_ONLY = "您的身份不能登记他人来电的工单。"
CHANGED = "工单在您核对之后有了变化，请重新查看后再办理。"


@dataclass(frozen=True)
class OrderDesk:
    """Receive, take in, send on."""

    ground: Ground

    def receive(self, who: Principal, body: OrderBody, write: Write) -> Row:
        """A new order; a demand gets its class and district from its words where nobody gave them."""
        if body.kind == "demand" and not who.roles & DESK:
            raise Problem(FORBIDDEN, STAFF_ONLY)
        now = self.ground.now()
        given = body.model_dump(exclude={"packet", "category_code"})
        packet = json.dumps(body.packet, ensure_ascii=False)
        row = {
            **given, "status": "received", "caller": who.id, "packet": packet, "received_at": now, "updated_at": now,
            "urgent": int(body.urgent), "anonymous": int(body.anonymous),
            **self._read(body.demand, body.address, body.category_code),
        }  # fmt: skip

        def work() -> Row:
            row["repeat_of"] = _repeated(connection, row)
            return view(connection, insert_order(connection, row), who, now)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def see(self, who: Principal, number: str) -> Row:
        """One order this person may see."""
        with self.ground.store.write() as connection:
            return view(connection, fetch(connection, who, number), who, self.ground.now())

    def accept(self, who: Principal, number: str, body: AcceptBody, write: Write) -> Row:
        """Take an order in, for a unit to handle; class, place and nature may be put right."""

        def work() -> Row:
            row = fetch(connection, who, number)
            check_move(who, row, "accepted")
            address = body.address or row["address"]
            read = self._read(row["demand"], address, body.category_code or row["category_code"])
            values = {"status": "accepted", "accepted_at": self.ground.now(), "address": address, **read}
            return self._done(connection, row, {**values, "nature": body.nature or row["nature"]}, who, "accepted")

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def refuse(self, who: Principal, number: str, reason: str, write: Write) -> Row:
        """Not a matter of the hotline; the reason is told."""

        def work() -> Row:
            row = fetch(connection, who, number)
            check_move(who, row, "refused")
            values = {"status": "refused", "reason": reason, "closed_at": self.ground.now()}
            return self._done(connection, row, values, who, "refused")

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def suggestion(self, who: Principal, number: str) -> Row:
        """Which unit the list gives; for those who send orders on."""
        with self.ground.store.write() as connection:
            row = fetch(connection, who, number)
            if not who.roles & (SENDERS | DESK):
                raise Problem(FORBIDDEN, "您的岗位不能派单。")
            return asdict(self._suggest(connection, row))

    def dispatch(self, who: Principal, number: str, body: DispatchBody, write: Write) -> Row:
        """Send an order to a unit. Without a unit the list decides, and where it is not sure, a person must."""

        def work() -> Row:
            row = fetch(connection, who, number)
            if body.version is not None and body.version != row["updated_at"]:
                raise Problem(BAD_STATE, CHANGED)
            found = self._suggest(connection, row)
            if body.unit is None and not found.sure:
                check_move(who, row, "manual")
                return self._done(connection, row, {"status": "manual", "reason": found.why}, who, "manual")
            check_move(who, row, "dispatched")
            sent = self._sending(connection, row, body, found)
            add_row(connection, "order_dispatches", {
                "order_number": row["number"], "unit": sent["lead_unit"], "by": who.id, "at": self.ground.now(),
                "basis": sent["dispatch_basis"] or sent["dispatch_note"], "note": sent["dispatch_note"],
            })  # fmt: skip
            return self._done(connection, row, {"status": "dispatched", **sent, **self._limit(row)}, who, "dispatched")

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def _sending(self, connection: sqlite3.Connection, row: Row, body: DispatchBody, found: Suggestion) -> Row:
        """The unit and its basis: an entry of the list, or the dispatcher's own words."""
        listed = entry_of(body.basis or "", self.ground.gazetteer)
        if body.unit is None:
            return _sent(found.choices[0].unit, found.choices[0].basis, body.basis)
        _refuse_again(connection, row, body.unit, body.basis)
        entry = next((each.basis for each in found.choices if each.unit == body.unit), None)
        if listed is not None:
            if listed.unit != body.unit:
                raise Problem(BAD_PARAMETER, f"责任清单条目 {listed.basis} 的牵头单位是{listed.unit}。")
            entry = listed.basis
        if body.basis and not is_basis(body.basis):
            raise Problem(BAD_PARAMETER, "派单依据要写明责任清单条目、文件、会议决定，或者权属和管理范围。")
        if entry is None and not body.basis:
            raise Problem(BAD_PARAMETER, f"责任清单没有把这类诉求列给{body.unit}。请写明派给它的依据。")
        return _sent(body.unit, entry, None if listed else body.basis)

    def _suggest(self, connection: sqlite3.Connection, row: Row) -> Suggestion:
        """Units by the list, best class first; the ones that sent the order back are left out."""
        query = "SELECT unit, return_basis FROM order_dispatches WHERE order_number = ? AND returned_at IS NOT NULL"
        back = [dict(each) for each in connection.execute(f"{query} ORDER BY id DESC", (row["number"],))]
        excluded = tuple(dict.fromkeys(each["unit"] for each in back))
        listed = [each for each in self._choices(row) if each.unit not in excluded]
        named = [entry_of(each["return_basis"], self.ground.gazetteer) for each in back[:1]]
        if named and named[0] is not None and named[0].unit not in excluded:
            entry = named[0]
            choice = Choice(entry.unit, entry.basis, row["category_name"] or "", 1.0)
            others = [each for each in listed if each.unit != entry.unit]
            return Suggestion(row["number"], True, "按退回时写明的责任清单条目改派。", (choice, *others), excluded)
        if row["district"] is None:
            return Suggestion(row["number"], False, "地点定不到哪个区，要人工研判。", (), excluded)
        if not listed:
            why = "责任清单里没有其他单位可派，要人工研判。" if excluded else "诉求不属于清单里的类别，要人工研判。"
            return Suggestion(row["number"], False, why, (), excluded)
        rules = bundled_order_rules()
        close = {each.unit for each in listed if each.score >= listed[0].score * rules.near}
        if listed[0].score < rules.sure or len(close) > 1 or excluded:
            return Suggestion(row["number"], False, "把握不足，要人工研判。", tuple(listed), excluded)
        return Suggestion(row["number"], True, "按责任清单派给牵头单位。", tuple(listed), excluded)

    def _choices(self, row: Row) -> list[Choice]:
        """The lead units of the classes the demand may belong to; a class that was decided stands alone."""
        if row["district"] is None:
            return []
        known = self.ground.categories.get(row["category_code"]) if row["category_code"] else None
        if known is not None and row["confidence"] == 1.0:
            hits = [(known, 1.0)]
        else:
            hits = [(hit.category, min(hit.score, 1.0)) for hit in self.ground.categories.search(row["demand"], 3)]
            near = [hit for hit in hits if hit[1] >= hits[0][1] * bundled_order_rules().near]
            # 工地夜里施工: the component is where it happens, the event is what happens.
            if len({hit[0].kind for hit in near}) > 1:
                hits = [hit for hit in hits if hit[0].code.startswith("E")]
        found: dict[str, Choice] = {}
        for category, score in hits:
            duty = duty_of(category, row["district"], self.ground.gazetteer)
            found.setdefault(duty.unit, Choice(duty.unit, duty.basis, category.name, round(score, 2)))
        return list(found.values())

    def _read(self, demand: str, address: str | None, code: str | None) -> Row:
        """Class and district as the platform reads them; a class that is given is certain."""
        category = self.ground.categories.get(code) if code else None
        if code and category is None:
            raise Problem(BAD_PARAMETER, f"没有编码为 {code} 的类别。")
        hits = self.ground.categories.search(demand, 1) if category is None else []
        found = category or (hits[0].category if hits else None)
        places = geocode(self.ground.gazetteer, address).candidates if address else ()
        districts = {(each.district, each.district_name) for each in places if each.district}
        district = districts.pop() if len(districts) == 1 else (None, None)
        return {
            "category_code": found.code if found else None,
            "category_name": found.name if found else None,
            "confidence": 1.0 if category else min(round(hits[0].score, 2), 0.99) if hits else 0.0,
            "district": district[0],
            "district_name": district[1],
        }

    def _limit(self, row: Row) -> Mapping[str, Any]:
        limit = bundled_order_rules().limit(row["nature"], urgent=bool(row["urgent"]))
        now = self.ground.clock().astimezone(CITY_ZONE)
        end = due_at(now, limit, bundled_standards().hours).isoformat(timespec="seconds")
        at = self.ground.now()
        return {"dispatched_at": at, "due_at": end, "limit_kind": limit.kind, "limit_value": limit.value}

    def _done(
        self, connection: sqlite3.Connection, row: Row, values: Mapping[str, Any], who: Principal, action: str
    ) -> Row:
        now = self.ground.now()
        return view(connection, change_order(connection, row, {**values, "updated_at": now}, who, action), who, now)


def _sent(unit: str, basis: str | None, note: str | None) -> Row:
    return {"lead_unit": unit, "dispatch_basis": basis, "dispatch_note": note, "reason": None}


def _refuse_again(connection: sqlite3.Connection, row: Row, unit: str, basis: str | None) -> None:
    """A unit that sent the order back gets it again only on a basis that was not used for it before."""
    query = "SELECT basis, returned_at FROM order_dispatches WHERE order_number = ? AND unit = ?"
    before = connection.execute(query, (row["number"], unit)).fetchall()
    if not any(each["returned_at"] for each in before):
        return
    if basis is None or basis in {each["basis"] for each in before}:
        raise Problem(BAD_PARAMETER, f"{unit}已经退回过这张工单。再派给它要写明新的依据，或者改派其他单位。")


def _repeated(connection: sqlite3.Connection, row: Mapping[str, Any]) -> str | None:
    """The caller's own open order with the same words."""
    query = """SELECT number FROM orders WHERE caller = ? AND demand = ? AND kind = 'demand'
      AND status NOT IN ('closed', 'refused') ORDER BY received_at LIMIT 1"""
    known = connection.execute(query, (row["caller"], row["demand"])).fetchone()
    return None if known is None or row["kind"] != "demand" else str(known["number"])


def moment(text: str) -> datetime:
    """A stored moment."""
    return datetime.fromisoformat(text)
