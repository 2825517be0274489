"""Synthetic cases for demonstrations: the same day always gives the same cases. All of them are marked `demo`."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ...categories import bundled_categories
from ...gazetteer import Gazetteer, bundled_gazetteer
from ...grids import LAT_M, LON_M, Grid
from ...standards import Standard, bundled_standards
from ...worktime import add_work_time, due_at
from ..finding import CITY_ZONE
from .store import Change, log_change, next_serial

DATA = Path(__file__).parents[2] / "data" / "demo_cases.json"
SCATTER_M = 450.0
APART = timedelta(days=8)


@dataclass(frozen=True)
class Spot:
    """A made-up point where problems occur."""

    name: str
    lon: float
    lat: float
    grid: Grid


@dataclass
class Life:
    """One case as it goes on: its fields, and its visits, up to now."""

    row: dict[str, Any]
    tasks: list[dict[str, Any]] = field(default_factory=list)


def seed_cases(connection: sqlite3.Connection, now: datetime) -> None:
    """Write some thousand cases over the days before `now`."""
    now = now.astimezone(CITY_ZONE)
    chance = random.Random(f"cases of {now.date().isoformat()}")  # noqa: S311
    maker = _Maker(chance, now)
    lives = [maker.live(at) for at in _moments(chance, now)]
    for life in lives:
        day = life.row["reported_at"][:10].replace("-", "")
        life.row["number"] = f"WH{day}{next_serial(connection, day):06d}"
    _insert(connection, "cases", [life.row for life in lives])
    _insert(connection, "reports", [_report(life.row) for life in lives])
    _insert(connection, "tasks", [task for life in lives for task in life.tasks])
    change = Change(now.isoformat(timespec="seconds"), "sandbox", "seeded", "case", "*", {"cases": len(lives)})
    log_change(connection, change)


class _Maker:
    """Invents one case after another."""

    def __init__(self, chance: random.Random, now: datetime) -> None:
        self._chance, self._now, self._data = chance, now, _data()
        self._spots = list(_spots(chance, bundled_gazetteer()))
        self._classes, self._standards = bundled_categories(), bundled_standards()
        self._last: dict[tuple[str, str], datetime] = {}
        self._count = 0

    def live(self, at: datetime) -> Life:
        """A case reported at a moment, and what became of it until now."""
        kind, spot = self._what(at)
        category = self._classes.get(kind["code"])
        assert category is not None
        staff = self._chance.random() < 0.58
        self._count += 1
        grid = spot.grid
        life = Life({
            "id": f"DEMO{self._count:022d}", "number": "", "status": "reported",
            "category_code": category.code, "category_name": category.name, "category_kind": category.kind,
            "description": f"{self._chance.choice(kind['words'])}（{self._data['note']}）",
            "address": f"武汉市{grid.district_name}{grid.subdistrict_name}{spot.name}",
            "lon": spot.lon, "lat": spot.lat, "crs": "WGS84",
            "district": grid.district, "district_name": grid.district_name, "subdistrict": grid.subdistrict,
            "subdistrict_name": grid.subdistrict_name, "grid": grid.code, "duty_grid": grid.duty_grid,
            "department": None, "source": "staff" if staff else "public",
            "reporter": f"demo-{'grid' if staff else 'citizen'}-{self._chance.randrange(400):03d}", "photos": "[]",
            "file_due_at": _text(due_at(at, self._standards.stages["file"], self._standards.hours)),
            "reported_at": _text(at), "updated_at": _text(at), "demo": 1,
            **dict.fromkeys(_BLANK), **dict.fromkeys(_ZERO, 0),
        })  # fmt: skip
        for moment, values in self._story(life, at, f"{grid.district_name}{kind['unit']}", staff=staff):
            if moment > self._now:
                break
            life.row.update(values, updated_at=_text(moment))
        self._end(life)
        return life

    def _what(self, at: datetime) -> tuple[Mapping[str, Any], Spot]:
        """A class and a spot where it was not reported lately: else it would have been linked."""
        while True:
            kind = self._chance.choices(self._data["classes"], [each["weight"] for each in self._data["classes"]])[0]
            spot = self._chance.choices(self._spots, _loads(len(self._spots)))[0]
            group = self._classes.get(kind["code"])
            key = (group.group if group else "", spot.name)
            if key not in self._last or at - self._last[key] >= APART:
                self._last[key] = at
                return kind, spot

    def _story(self, life: Life, at: datetime, unit: str, *, staff: bool) -> Iterator[tuple[datetime, dict[str, Any]]]:
        """What happens to a case, moment by moment."""
        luck = self._chance.random()
        if staff and luck < 0.14:
            yield at, {"status": "closed", "self_handled": 1, "finished_at": _text(at), "closed_at": _text(at)}
            return
        moment = self._later(at, 5, 70)
        if not staff and luck < 0.25:
            yield moment, {"status": "verifying"}
            moment = self._visit(life, "verify", moment, "not_exist" if luck < 0.06 else "exist")
            found = life.tasks[-1]["result"]
            yield moment, {"verify_result": found, "verified_at": _text(moment)}
        if luck > 0.975 or (not staff and luck < 0.06):
            yield moment, {"status": "void", "reason": "现场没有发现问题" if luck < 0.06 else "不属于城市管理事项"}
            return
        yield moment, {"status": "accepted", "accepted_at": _text(moment)}
        moment = self._later(moment, 5, 60)
        standard = self._standards.get(life.row["category_code"], moment.date())
        assert standard is not None
        due = due_at(moment, self._standards.stages["dispatch"], self._standards.hours)
        yield moment, {"status": "filed", "filed_at": _text(moment), "dispatch_due_at": _text(due), **_limits(standard)}
        yield from self._handling(life, moment, unit, standard)

    def _handling(
        self, life: Life, moment: datetime, unit: str, standard: Standard
    ) -> Iterator[tuple[datetime, dict[str, Any]]]:
        moment = self._later(moment, 3, 62)
        if self._chance.random() < 0.03:
            first = {"status": "dispatched", "department": unit, "dispatched_at": _text(moment)}
            yield moment, {**first, "deadline_at": _text(due_at(moment, standard.limit, self._standards.hours))}
            moment = self._later(moment, 30, 120)
            yield (
                moment,
                {"status": "returned", "return_count": 1, "reason": "权属不明", "return_basis": "现场没有本单位标识"},
            )
            moment = self._later(moment, 20, 90)
        deadline = due_at(moment, standard.limit, self._standards.hours)
        sent = {"status": "dispatched", "department": unit, "dispatched_at": _text(moment)}
        yield moment, {**sent, "deadline_at": _text(deadline)}
        span = deadline - moment
        received = moment + span * self._chance.uniform(0.02, 0.1)
        yield received, {"status": "processing", "received_at": _text(received)}
        if self._chance.random() < 0.008:
            yield (
                received + span / 2,
                {"status": "suspended", "suspended_at": _text(received + span / 2), "reason": "需要列入专项改造"},
            )
            return
        in_time = self._chance.random() < 0.87
        finished = moment + span * (self._chance.uniform(0.15, 0.97) if in_time else self._chance.uniform(1.05, 2.2))
        yield finished, {"status": "feedback", "finished_at": _text(finished)}
        if self._chance.random() < 0.05:
            checked = self._visit(life, "check", finished, "not_pass")
            yield (
                checked,
                {"status": "rework", "rework_count": 1, "reason": "现场复核没有处理到位", "checked_at": _text(checked)},
            )
            finished = self._later(checked, 60, 400)
            yield finished, {"status": "feedback", "finished_at": _text(finished)}
        checked = self._visit(life, "check", finished, "pass")
        yield checked, {"check_result": "pass", "checked_at": _text(checked)}
        closed = self._later(checked, 5, 60)
        yield closed, {"status": "closed", "closed_at": _text(closed)}

    def _visit(self, life: Life, kind: str, asked: datetime, result: str) -> datetime:
        """Somebody goes and looks; the moment it is done."""
        done = self._later(asked, 25, 130 if kind == "verify" else 260)
        if asked <= self._now:
            seen = done <= self._now
            life.tasks.append({
                "case_id": life.row["id"], "kind": kind, "status": "done" if seen else "open",
                "duty_grid": life.row["duty_grid"], "created_at": _text(asked),
                "due_at": _text(due_at(asked, self._standards.stages[kind], self._standards.hours)),
                "done_at": _text(done) if seen else None, "done_by": "demo-grid-000" if seen else None,
                "result": result if seen else None,
            })  # fmt: skip
        else:
            life.tasks.append({"result": result, "created_at": None})
        return done

    def _later(self, moment: datetime, least: int, most: int) -> datetime:
        """Some office minutes later."""
        span = timedelta(minutes=self._chance.randint(least, most))
        return add_work_time(moment, span, self._standards.hours)

    def _end(self, life: Life) -> None:
        """Drop visits that lie in the future; a few cases were urged or are supervised."""
        life.tasks = [task for task in life.tasks if task["created_at"] is not None]
        overdue = life.row["deadline_at"] is not None and life.row["deadline_at"] < _text(self._now)
        if life.row["closed_at"] is None and overdue and self._chance.random() < 0.2:
            life.row.update(supervised=1, supervised_at=_text(self._now), supervise_reason="超期未处置")
        if life.row["source"] == "public" and self._chance.random() < 0.08:
            life.row.update(urge_count=1, urged_at=life.row["updated_at"])


_BLANK = (
    "contact_phone", "standard_id", "limit_kind", "limit_value", "limit_source", "dispatch_due_at", "deadline_at",
    "verified_at", "accepted_at", "filed_at", "dispatched_at", "received_at", "finished_at", "checked_at",
    "suspended_at", "closed_at", "verify_result", "check_result", "reason", "return_basis", "urged_at",
    "supervised_at", "supervise_reason",
)  # fmt: skip
_ZERO = ("urge_count", "rework_count", "return_count", "supervised", "urgent", "self_handled")


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found


def _moments(chance: random.Random, now: datetime) -> list[datetime]:
    """When cases are reported: busier on work days and in the morning, never today."""
    data, found = _data(), []
    days = [now.date() - timedelta(days=back) for back in range(1, data["days"] + 1)]
    weights = [data["weekdays"][day.weekday()] for day in days]
    for day in chance.choices(days, weights, k=data["cases"]):
        hour = chance.choices(range(24), data["hours"])[0]
        clock = time(hour, chance.randrange(60), chance.randrange(60))
        found.append(datetime.combine(day, clock, CITY_ZONE))
    return sorted(found)


def _spots(chance: random.Random, gazetteer: Gazetteer) -> Iterator[Spot]:
    """Made-up points around the centres of subdistricts, more of them where the district weighs more."""
    data = _data()
    centres: dict[str, list[tuple[float, float]]] = {code: [] for code in data["districts"]}
    for entry in gazetteer.subdistricts():
        if entry.point is not None:
            centres[entry.districts[0]].append(entry.point)
    made = 0
    while made < data["spots"]:
        code = chance.choices(list(data["districts"]), list(data["districts"].values()))[0]
        lon, lat = chance.choice(centres[code])
        lon += chance.uniform(-SCATTER_M, SCATTER_M) / LON_M
        lat += chance.uniform(-SCATTER_M, SCATTER_M) / LAT_M
        grid = gazetteer.locate(round(lon, 6), round(lat, 6))
        if grid is not None and grid.district == code:
            made += 1
            yield Spot(f"演示点位{made:03d}号", round(lon, 6), round(lat, 6), grid)


@cache
def _loads(count: int) -> tuple[float, ...]:
    """A few spots are much busier than the rest."""
    return tuple(1 / (1 + index / 40) for index in range(count))


def _limits(standard: Standard) -> dict[str, Any]:
    return {
        "standard_id": standard.id,
        "limit_kind": standard.limit.kind,
        "limit_value": standard.limit.value,
        "limit_source": standard.source,
        "urgent": int(standard.limit.kind == "urgent_hour"),
    }


def _report(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("reporter", "source", "description", "address", "photos")
    return {"case_id": row["id"], "at": row["reported_at"], **{name: row[name] for name in names}}


def _insert(connection: sqlite3.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = tuple(rows[0])
    query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"  # noqa: S608
    connection.executemany(query, [tuple(row[name] for name in names) for row in rows])


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
