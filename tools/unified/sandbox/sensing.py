"""Sensing: rain and warnings, water on the road, sensors. What a feed delivers wins over the synthetic series."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ...rainfall import Level, WaterPoint, length_of, levels, rain_mm, rain_mm_h, sensing_data, water_points
from ..finding import CITY_ZONE
from .domain import Ground
from .problems import BAD_PARAMETER, NOT_FOUND, Problem
from .store import Change, Row, log_change

SCHEMA = """
CREATE TABLE IF NOT EXISTS readings (
  sensor TEXT NOT NULL, at TEXT NOT NULL, depth_cm REAL NOT NULL, length_m REAL NOT NULL, PRIMARY KEY (sensor, at)
);
CREATE TABLE IF NOT EXISTS weather_warnings (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, colour TEXT NOT NULL, districts TEXT NOT NULL, issued_at TEXT NOT NULL,
  until TEXT NOT NULL, text TEXT NOT NULL
);
"""
FRESH = timedelta(minutes=30)
HOUR = timedelta(hours=1)
EARLY = timedelta(hours=2)


class ReadingBody(BaseModel):
    """What one sensor measured."""

    model_config = ConfigDict(extra="forbid")
    sensor: str = Field(min_length=1, max_length=40)
    at: AwareDatetime
    depth_cm: float = Field(ge=0, le=1000)
    length_m: float | None = Field(None, ge=0, le=100_000)


class ReadingsBody(BaseModel):
    """A batch of measurements; the same ones sent again change nothing."""

    model_config = ConfigDict(extra="forbid")
    readings: list[ReadingBody] = Field(min_length=1, max_length=500)


class WarningBody(BaseModel):
    """A warning of the weather service."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)
    kind: str = Field(min_length=1, max_length=20)
    colour: Literal["蓝色", "黄色", "橙色", "红色"]
    districts: list[str] = Field(default_factory=list, max_length=20)
    issued_at: AwareDatetime
    until: AwareDatetime
    text: str = Field(min_length=2, max_length=1000)


@dataclass(frozen=True)
class Sensing:
    """Looking at what is measured."""

    ground: Ground

    def weather(self) -> Row:
        """Warnings in force, the rain of the last hour and what the next two bring, by district."""
        now = self._now()
        until = now + timedelta(hours=self._outlook["hours"])
        rain = [
            {
                "district": code,
                "district_name": name,
                "last_hour_mm": rain_mm(code, now - HOUR, now),
                "now_mm_h": rain_mm_h(code, now),
                "next_mm": rain_mm(code, now, until),
            }
            for code, name in self.ground.gazetteer.districts().items()
        ]
        hours = self._outlook["hours"]
        return {"warnings": self._warnings(now), "rain": rain, "hours": hours, "as_of": _text(now), "demo": True}

    def water(self) -> Row:
        """Every point with its level, its state and its outlook, and by which definitions."""
        data, fed = sensing_data(), self._fed()
        points = [self._point(each, fed.get(each.code)) for each in water_points()]
        return {
            "points": points,
            "definition": data["definition"],
            "outlook": data["outlook"],
            "as_of": self.ground.now(),
        }

    def sensor(self, code: str) -> Row:
        """One depth sensor: its latest level and the hour before."""
        point = next((each for each in water_points() if each.code == code.upper()), None)
        if point is None:
            raise Problem(NOT_FOUND, f"没有编号为 {code} 的监测点。")
        fed = self._fed().get(point.code)
        series = fed if fed is not None else levels(point, self._now())
        shown = [{"at": _text(each.at), "depth_cm": each.depth_cm} for each in series[-13:]]
        return {**self._point(point, fed), "series": shown, "as_of": self.ground.now()}

    def feed(self, body: ReadingsBody) -> int:
        """Keep measurements; how many were new. Unknown sensors and times to come are refused, all or nothing."""
        known, latest = {each.code for each in water_points()}, self._now() + FRESH
        for each in body.readings:
            if each.sensor not in known:
                raise Problem(NOT_FOUND, f"没有编号为 {each.sensor} 的监测点。")
            if each.at > latest:
                raise Problem(BAD_PARAMETER, "测量时间不能晚于现在。")
        with self.ground.store.write() as connection:
            return sum(_keep(connection, each) for each in body.readings)

    def warn(self, warning: str, body: WarningBody, app: str) -> Row:
        """Keep a warning under its id; sent again it is replaced."""
        if body.until <= body.issued_at:
            raise Problem(BAD_PARAMETER, "预警的结束时间要晚于发布时间。")
        unknown = [each for each in body.districts if each not in self.ground.gazetteer.districts()]
        if unknown:
            raise Problem(BAD_PARAMETER, f"没有代码为 {'、'.join(unknown)} 的区。")
        row = {
            "id": warning, "kind": body.kind, "colour": body.colour, "districts": json.dumps(body.districts),
            "issued_at": _text(body.issued_at), "until": _text(body.until), "text": body.text,
        }  # fmt: skip
        with self.ground.store.write() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO weather_warnings VALUES (?, ?, ?, ?, ?, ?, ?)", tuple(row.values())
            )
            log_change(connection, Change(self.ground.now(), app, "warned", "weather_warning", warning, row))
        return {**row, "districts": body.districts}

    def _point(self, point: WaterPoint, fed: list[Level] | None) -> Row:
        """A point as it is shown; one that is fed gets no invented outlook, and without a fresh reading no state."""
        now = self._now()
        series = fed if fed is not None else levels(point, now)
        last = series[-1] if series and now - series[-1].at <= FRESH else None
        expected = None if fed is not None else self._expected(point, now)
        return {
            "code": point.code, "name": point.name, "district": point.district,
            "district_name": self.ground.gazetteer.district_name(point.district),
            "lon": point.lon, "lat": point.lat, "basis": point.basis,
            "at": _text(last.at) if last else None,
            "depth_cm": last.depth_cm if last else None,
            "length_m": last.length_m if last else None,
            "state": _state(series, last), "expected_cm": expected, "risk": self._risk(last, expected),
            "demo": fed is None,
        }  # fmt: skip

    def _expected(self, point: WaterPoint, now: datetime) -> float:
        ahead = levels(point, now + timedelta(hours=self._outlook["hours"]), now)
        return max(each.depth_cm for each in ahead)

    def _risk(self, last: Level | None, expected: float | None) -> str:
        deepest = max(last.depth_cm if last else 0.0, expected or 0.0)
        if deepest > self._outlook["high_cm"]:
            return "high"
        return "medium" if deepest >= self._outlook["medium_cm"] else "low"

    def _fed(self) -> dict[str, list[Level]]:
        """The measurements of the last two hours of every sensor that was ever fed."""
        since = _text(self._now() - 2 * HOUR)
        rows = self.ground.store.rows("SELECT * FROM readings WHERE at >= ? ORDER BY at", (since,))
        found: dict[str, list[Level]] = {
            row["sensor"]: [] for row in self.ground.store.rows("SELECT DISTINCT sensor FROM readings")
        }
        for row in rows:
            level = Level(datetime.fromisoformat(row["at"]), row["depth_cm"], row["length_m"])
            if level.at <= self._now() + FRESH:
                found[row["sensor"]].append(level)
        return found

    def _warnings(self, now: datetime) -> list[Row]:
        """What was fed and is in force; a synthetic warning only where none was ever fed."""
        if not self.ground.store.rows("SELECT 1 FROM weather_warnings LIMIT 1"):
            return self._synthetic(now)
        query = "SELECT * FROM weather_warnings WHERE issued_at <= ? AND until > ? ORDER BY issued_at DESC, id"
        rows = self.ground.store.rows(query, (_text(now), _text(now)))
        names = self.ground.gazetteer.districts()
        return [
            {**row, "districts": [names.get(code, code) for code in json.loads(row["districts"])], "demo": False}
            for row in rows
        ]

    def _synthetic(self, now: datetime) -> list[Row]:
        """One warning for the districts whose rain goes beyond this sandbox's rule within two hours."""
        colours = sensing_data()["rain_rules"]["colours"]
        hardest = {
            code: max(rain_mm_h(code, now + timedelta(minutes=10 * step)) for step in range(-6, 13))
            for code in self.ground.gazetteer.districts()
        }
        colour = next((name for name, least in colours if max(hardest.values()) >= least), None)
        if colour is None:
            return []
        least = dict(colours)[colour]
        names = [self.ground.gazetteer.district_name(code) for code, most in hardest.items() if most >= least]
        issued = (now - EARLY).replace(minute=0, second=0)
        return [
            {
                "id": f"DEMO-{now:%Y%m%d}", "kind": "暴雨", "colour": colour, "districts": names,
                "issued_at": _text(issued), "until": _text(now.replace(minute=0, second=0) + 3 * HOUR),
                "text": f"演示预警：{'、'.join(names)}雨势较强，请注意防范积水。", "demo": True,
            }
        ]  # fmt: skip

    @property
    def _outlook(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = sensing_data()["outlook"]
        return found

    def _now(self) -> datetime:
        return self.ground.clock().astimezone(CITY_ZONE)


def _state(series: list[Level], last: Level | None) -> str:
    """`waterlogged` only by the whole definition: deeper, longer, and for as long as it says."""
    if last is None:
        return "unknown"
    rule = sensing_data()["definition"]
    held_since = last.at
    for each in reversed(series):
        if each.depth_cm <= rule["depth_cm"] or each.length_m <= rule["length_m"]:
            break
        held_since = each.at
    deep = last.depth_cm > rule["depth_cm"] and last.length_m > rule["length_m"]
    if deep and last.at - held_since >= timedelta(minutes=rule["minutes"]):
        return "waterlogged"
    return "standing" if last.depth_cm >= 1 else "dry"


def _keep(connection: sqlite3.Connection, reading: ReadingBody) -> int:
    length = reading.length_m if reading.length_m is not None else length_of(reading.depth_cm)
    row = (reading.sensor, _text(reading.at), reading.depth_cm, length)
    return connection.execute("INSERT OR IGNORE INTO readings VALUES (?, ?, ?, ?)", row).rowcount


def _text(at: datetime) -> str:
    return at.astimezone(CITY_ZONE).isoformat(timespec="seconds")
