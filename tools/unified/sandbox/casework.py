"""What people do with cases: report, look at, urge, ask what is known nearby."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ...geocode import geocode
from ...grids import LAT_M, LON_M, distance_m
from ...principal import Principal
from ...standards import bundled_standards
from ...worktime import due_at
from ..finding import CITY_ZONE
from ..lifecycle import FINAL, SEES_ALL, STATES
from .bodies import CaseBody
from .case_rows import add_report, case_row, change_case, fetch, insert_case, tell
from .case_view import public_view, view
from .domain import Ground
from .problems import BAD_PARAMETER, BAD_STATE, FORBIDDEN, Problem
from .store import Row, Write, once

URGE_EVERY = timedelta(hours=24)
SAME_M, SAME_FOR = 50.0, timedelta(days=7)
MAY_SELF_HANDLE = frozenset(("grid", "supervisor"))
Rows = Callable[[str, list[Any]], list[Row]]


@dataclass(frozen=True)
class Nearby:
    """Cases of a class around a point, since a moment."""

    category: str
    lon: float
    lat: float
    within_m: float
    since: str
    only_open: bool = True


@dataclass(frozen=True)
class Casework:
    """The platform's rules over its store."""

    ground: Ground

    def report(self, who: Principal, body: CaseBody, write: Write) -> Row:
        """Make a case, or add the report to the open case it repeats."""
        row = {**self.draft_row(body), "source": _source(who), "reporter": who.id}
        if body.self_handled:
            _check_self_handled(who, body)
        with self.ground.store.write() as connection:
            return once(connection, write, lambda: self.receive(connection, row, who, handled=body.self_handled))

    def receive(self, connection: sqlite3.Connection, row: Row, who: Principal, *, handled: bool = False) -> Row:
        """A report inside a transaction: linked to the open case of the same class within 50 m and 7 days."""
        now = self.ground.now()
        known = None if handled else self._repeated(connection, row)
        if known is not None:
            return self._link(connection, known, row, who)
        stages = bundled_standards().stages
        due = due_at(self._clock(), stages["file"], bundled_standards().hours)
        full = {**row, "reported_at": now, "updated_at": now, "file_due_at": due.isoformat(timespec="seconds")}
        made = insert_case(connection, full, who)
        if handled:
            values = {"status": "closed", "self_handled": 1, "closed_at": now, "finished_at": now, "updated_at": now}
            made = change_case(connection, made, values, who, "self_handled")
        return view(made, who, now)

    def draft_row(self, body: CaseBody) -> Row:
        """The stored fields of a report: class, place and grid checked and filled in by the platform."""
        category = self.ground.categories.get(body.category_code)
        if category is None:
            raise Problem(BAD_PARAMETER, f"没有编码为 {body.category_code} 的类别。")
        return {
            "status": "reported",
            "category_code": category.code,
            "category_name": category.name,
            "category_kind": category.kind,
            "description": body.description,
            "address": body.address,
            "lon": body.lon,
            "lat": body.lat,
            "crs": body.crs,
            **self._place(body),
            "contact_phone": body.contact_phone,
            "photos": photos_text(body.photos),
            "casualties": body.casualties,
            "urgent": int(bool(body.casualties)),
        }

    def see(self, who: Principal, id_or_number: str) -> Row:
        """A case this person may see."""
        return view(case_row(self.ground.store, who, id_or_number), who, self.ground.now())

    def urge(self, who: Principal, id_or_number: str, write: Write) -> Row:
        """Ask for speed, once in 24 hours."""

        def work() -> Row:
            now, row = self.ground.clock(), fetch(connection, who, id_or_number)
            if row["own"] is None and not who.roles & SEES_ALL:
                raise Problem(FORBIDDEN, "只有上报人可以催办这个案件。")
            if row["status"] in FINAL:
                raise Problem(BAD_STATE, f"案件已是“{STATES[row['status']]}”状态，不能催办。")
            if row["urged_at"] and now - datetime.fromisoformat(row["urged_at"]) < URGE_EVERY:
                raise Problem(BAD_STATE, "24 小时内已经催办过一次，请稍后再催。")
            at = self.ground.now()
            values = {"urged_at": at, "updated_at": at, "urge_count": row["urge_count"] + 1}
            return view(change_case(connection, row, values, who, "urged"), who, at)

        with self.ground.store.write() as connection:
            return once(connection, write, work)

    def similar(self, near: Nearby, k: int = 10) -> list[dict[str, Any]]:
        """Cases of the same kind close by, nearest first, as anybody may know them."""
        found = self._near(self.ground.store.rows, near)
        return [{**public_view(row), "distance_m": round(metres)} for metres, row in found[:k]]

    def _repeated(self, connection: sqlite3.Connection, row: Row) -> Row | None:
        if row["lon"] is None:
            return None

        def rows(query: str, values: list[Any]) -> list[Row]:
            return [dict(each) for each in connection.execute(query, values).fetchall()]

        since = (self._clock() - SAME_FOR).isoformat(timespec="seconds")
        found = self._near(rows, Nearby(row["category_code"], row["lon"], row["lat"], SAME_M, since))
        return found[0][1] if found else None

    def _near(self, rows: Rows, near: Nearby) -> list[tuple[float, Row]]:
        codes = self._same_kind(near.category)
        across, up = near.within_m / LON_M, near.within_m / LAT_M
        query = f"""SELECT *, NULL AS own FROM cases WHERE category_code IN ({", ".join("?" * len(codes))})
          AND reported_at >= ? AND lon BETWEEN ? AND ? AND lat BETWEEN ? AND ?"""  # noqa: S608
        box = [near.lon - across, near.lon + across, near.lat - up, near.lat + up]
        found = [
            (distance_m((near.lon, near.lat), (row["lon"], row["lat"])), row)
            for row in rows(query, [*codes, near.since, *box])
            if not near.only_open or row["status"] not in FINAL
        ]
        return sorted(
            (each for each in found if each[0] <= near.within_m), key=lambda each: (each[0], each[1]["number"])
        )

    def _same_kind(self, code: str) -> list[str]:
        """All classes of the same group (every manhole cover is one kind)."""
        known = self.ground.categories.get(code)
        if known is None:
            raise Problem(BAD_PARAMETER, f"没有编码为 {code} 的类别。")
        return [each.code for each in self.ground.categories if each.group == known.group]

    def _link(self, connection: sqlite3.Connection, known: Row, row: Row, who: Principal) -> Row:
        now = self.ground.now()
        add_report(connection, known["id"], {**row, "at": now})
        values = {"report_count": known["report_count"] + 1, "updated_at": now}
        linked = change_case(connection, known, values, who, "linked")
        tell(connection, row["reporter"], linked, "linked", f"您的上报已并入案件 {known['number']}。")
        return {**view(linked, who, now), "linked": True}

    def _clock(self) -> datetime:
        return self.ground.clock().astimezone(CITY_ZONE)

    def _place(self, body: CaseBody) -> Row:
        """District and grid from the point; from the words of the address alone when there is none."""
        if body.lon is not None and body.lat is not None:
            grid = self.ground.gazetteer.locate(body.lon, body.lat)
            if grid is None:
                raise Problem(BAD_PARAMETER, "坐标不在武汉市范围内。")
            return {
                "district": grid.district,
                "district_name": grid.district_name,
                "subdistrict": grid.subdistrict,
                "subdistrict_name": grid.subdistrict_name,
                "grid": grid.code,
                "duty_grid": grid.duty_grid,
            }
        candidates = geocode(self.ground.gazetteer, body.address).candidates
        if len(candidates) != 1:
            return {}
        found = candidates[0]
        return {
            "district": found.district,
            "district_name": found.district_name,
            "subdistrict": found.subdistrict,
            "subdistrict_name": found.subdistrict_name,
        }


def photos_text(photos: list[Any]) -> str:
    """Pictures as they are stored."""
    return json.dumps([each.model_dump(exclude_none=True) for each in photos], ensure_ascii=False)


def with_photos(row: Mapping[str, Any], photos: list[Any]) -> dict[str, str]:
    """The changed field when pictures are added; nothing when there are none."""
    if not photos:
        return {}
    return {"photos": json.dumps([*json.loads(row["photos"]), *json.loads(photos_text(photos))], ensure_ascii=False)}


def _check_self_handled(who: Principal, body: CaseBody) -> None:
    if not who.roles & MAY_SELF_HANDLE:
        raise Problem(FORBIDDEN, "只有网格员和值班长可以上报自行处理的问题。")
    if not {"before", "after"} <= {each.type for each in body.photos}:
        raise Problem(BAD_PARAMETER, "自行处理要有处理前和处理后的照片。")


def _source(who: Principal) -> str:
    return "staff" if who.is_staff else "public"
