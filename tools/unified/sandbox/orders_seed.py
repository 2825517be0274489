"""Synthetic hotline orders for demonstrations: the same day always gives the same orders, all marked `demo`."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ...categories import bundled_categories
from ...components import duty_of
from ...gazetteer import bundled_gazetteer
from ...orders_rules import bundled_order_rules
from ...standards import bundled_standards
from ...worktime import add_work_time, due_at
from ..finding import CITY_ZONE
from .orders_rows import add_row
from .store import Change, log_change, next_serial

FOLDER = Path(__file__).parents[2] / "data"
Story = Iterator[tuple[datetime, dict[str, Any]]]


def seed_orders(connection: sqlite3.Connection, now: datetime) -> None:
    """Write some hundred orders over the days before `now`."""
    now = now.astimezone(CITY_ZONE)
    chance = random.Random(f"orders of {now.date().isoformat()}")  # noqa: S311
    maker = _Maker(chance, now)
    moments = _moments(chance, now)
    for at in moments:
        row, sent = maker.live(at)
        day = row["received_at"][:10].replace("-", "")
        row["number"] = f"GD{day}{next_serial(connection, f'order:{day}'):06d}"
        add_row(connection, "orders", row)
        for each in sent:
            add_row(connection, "order_dispatches", {"order_number": row["number"], **each})
    log_change(connection, Change(_text(now), "sandbox", "seeded", "order", "*", {"orders": len(moments)}))


class _Maker:
    """Invents one order after another."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self._chance, self._now, self._data = chance, now, _data("demo_orders.json")
        self._classes = _data("demo_cases.json")["classes"]
        self._hours = bundled_standards().hours
        centres = [each for each in bundled_gazetteer().subdistricts() if each.point is not None]
        self._streets = [each for each in centres if each.districts]

    def live(self, at: datetime) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """An order received at a moment, and what became of it until now."""
        row, sent = self._start(at), list[dict[str, Any]]()
        asked = row["nature"] == "question"
        for moment, values in self._answered(at) if asked else self._story(row, at, sent):
            if moment > self._now:
                break
            row.update(values, updated_at=_text(moment))
        return row, [each for each in sent if each["at"] <= _text(self._now)]

    def _start(self, at: datetime) -> dict[str, Any]:
        """What somebody said, where, and how it came in."""
        draw, data = self._chance, self._data
        street = draw.choice(self._streets)
        code = street.districts[0]
        name = bundled_gazetteer().district_name(code)
        kind = draw.choices(self._classes, [each["weight"] for each in self._classes])[0]
        asks, listed = draw.random() < data["questions"]["share"], draw.random() < data["listed"]
        words = data["questions"]["words"] if asks else kind["words"] if listed else data["other"]
        category = bundled_categories().get(kind["code"]) if listed and not asks else None
        nature = draw.choices(list(data["natures"]), list(data["natures"].values()))[0]
        anonymous = draw.random() < 0.1
        return {
            "kind": "demand", "nature": "question" if asks else nature, "status": "received", "demo": 1,
            "channel": draw.choices(list(data["channels"]), list(data["channels"].values()))[0],
            "demand": f"{draw.choice(words)}（{data['note']}）", "address": f"武汉市{name}{street.name}",
            "district": code, "district_name": name, "category_code": category.code if category else None,
            "category_name": category.name if category else None, "confidence": 1.0 if category else 0.0,
            "urgent": int(draw.random() < 0.06), "anonymous": int(anonymous), "caller_name": None,
            "caller": f"demo-citizen-{draw.randrange(400):03d}", "received_at": _text(at), "updated_at": _text(at),
        }  # fmt: skip

    def _answered(self, at: datetime) -> Story:
        """A question is answered at once, and its caller asked a day later."""
        moment = at + timedelta(minutes=self._chance.randint(3, 25))
        reply = self._chance.choice(self._data["questions"]["replies"])
        yield moment, {"status": "replied", "reply": reply, "replied_at": _text(moment), "accepted_at": _text(at)}
        yield self._visited(moment)

    def _story(self, row: dict[str, Any], at: datetime, sent: list[dict[str, Any]]) -> Story:
        moment = self._later(at, 10, 110)
        if self._chance.random() < 0.03:
            yield moment, {"status": "refused", "reason": "属于诉讼已受理的事项", "closed_at": _text(moment)}
            return
        yield moment, {"status": "accepted", "accepted_at": _text(moment)}
        moment = self._later(moment, 5, 60)
        if row["category_code"] is None:
            yield moment, {"status": "manual", "reason": "诉求不属于清单里的类别，要人工研判。"}
            moment = self._later(moment, 30, 240)
        for going in self._units(row, moment, sent):
            moment = going[0]
            yield going
        yield from self._handled(row, moment)
        if row["status"] == "reopened":
            moment = self._later(datetime.fromisoformat(row["visited_at"]), 60, 900)
            again = self._limit(row, moment)
            sent.append({**sent[-1], "at": _text(moment), "returned_at": None})
            yield moment, {"status": "dispatched", **again}
            yield from self._handled(row, moment)

    def _handled(self, row: Mapping[str, Any], moment: datetime) -> Story:
        """The unit answers, mostly in time, and the caller is asked."""
        due = datetime.fromisoformat(row["due_at"]) if row.get("due_at") else moment + timedelta(days=5)
        late = self._chance.random() < 0.1
        done = moment + (due - moment) * (self._chance.uniform(1.05, 1.8) if late else self._chance.uniform(0.2, 0.95))
        yield (
            done,
            {"status": "replied", "reply": self._chance.choice(self._data["replies"]), "replied_at": _text(done)},
        )
        yield self._visited(done)

    def _limit(self, row: Mapping[str, Any], moment: datetime) -> dict[str, Any]:
        limit = bundled_order_rules().limit(row["nature"], urgent=bool(row["urgent"]))
        end = _text(due_at(moment, limit, self._hours))
        return {"dispatched_at": _text(moment), "due_at": end, "limit_kind": limit.kind, "limit_value": limit.value}

    def _units(self, row: dict[str, Any], moment: datetime, sent: list[dict[str, Any]]) -> Story:
        """To the unit of the list; now and then it comes back once and goes to the city-management unit by hand."""
        back = self._data["return"]
        category = bundled_categories().get(row["category_code"] or "E01")
        duty = duty_of(category, row["district"], bundled_gazetteer()) if category else None
        unit, basis = (duty.unit, duty.basis) if duty and row["category_code"] else (self._by_hand(row), None)
        note = None if basis else "诉求不在清单类别里，按属地派给街道（演示）"
        if basis and self._chance.random() < self._data["deputed"]:
            below = next(each["unit"] for each in self._classes if each["code"] == row["category_code"])
            unit, note = f"{row['district_name']}{below}", "由牵头单位指定的承办单位办理（演示）"
        returned = self._chance.random() < self._data["returned"]
        for last in (False, True) if returned else (True,):
            at = _text(moment)
            sent.append({"unit": unit, "basis": basis or note, "note": note, "by": "demo-dispatcher", "at": at})
            yield moment, {
                "status": "dispatched", "lead_unit": unit, "dispatch_basis": basis, "dispatch_note": note,
                "reason": None, **self._limit(row, moment),
            }  # fmt: skip
            if last:
                return
            moment = self._later(moment, 60, 300)
            told = {"return_reason": back["reason"], "return_basis": back["basis"]}
            if moment <= self._now:
                sent[-1].update(told, returned_at=_text(moment))
            yield moment, {"status": "returned", "return_count": 1, **told}
            moment = self._later(moment, 20, 120)
            unit, basis, note = self._by_hand(row), None, "原单位退回，按属地派给街道（演示）"

    def _by_hand(self, row: Mapping[str, Any]) -> str:
        return f"演示{row['address'].removeprefix('武汉市')}办事处"

    def _visited(self, replied: datetime) -> tuple[datetime, dict[str, Any]]:
        """The caller is asked; a dissatisfied one gets the matter handled again."""
        moment = self._later(replied, 200, 700)
        visits = self._data["visits"]
        found = self._chance.choices(list(visits), list(visits.values()))[0]
        values = {"visited_at": _text(moment), "contacted": 1, "satisfaction": found}
        if found == "dissatisfied":
            return moment, {
                **values,
                "solved": 0,
                "status": "reopened",
                "reopen_count": 1,
                "reopen_reason": "回访不满意",
            }
        return moment, {**values, "solved": 1, "status": "closed", "closed_at": _text(moment)}

    def _later(self, moment: datetime, least: int, most: int) -> datetime:
        """Some office minutes later."""
        return add_work_time(moment, timedelta(minutes=self._chance.randint(least, most)), self._hours)


def _moments(chance: random.Random, now: datetime) -> list[datetime]:
    """When people call: by the same weekdays and hours as cases, never today."""
    skew, count = _data("demo_cases.json"), _data("demo_orders.json")
    days = [now.date() - timedelta(days=back) for back in range(1, count["days"] + 1)]
    weights = [skew["weekdays"][day.weekday()] for day in days]
    found = []
    for day in chance.choices(days, weights, k=count["orders"]):
        hour = chance.choices(range(24), skew["hours"])[0]
        found.append(datetime.combine(day, time(hour, chance.randrange(60), chance.randrange(60)), CITY_ZONE))
    return sorted(found)


@cache
def _data(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
