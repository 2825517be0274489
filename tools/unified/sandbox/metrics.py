"""Figures about cases, each with numerator, denominator, period, area and definition. For who may measure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ...principal import Principal
from ..finding import read_moment
from ..lifecycle import MAY_MEASURE
from ..periods import COMPARED, Span, compared_kinds, earlier
from .domain import Ground
from .measures import Measure, Period, Value, measure, measures
from .problems import BAD_PARAMETER, FORBIDDEN, Problem
from .store import Row

LONGEST = timedelta(days=400)
GROUPS = ("district", "department", "class", "major", "day", "source", "subdistrict")
NEEDED = """id, number, status, category_code, category_name, district, district_name, subdistrict, subdistrict_name,
  department, source, reported_at, accepted_at, filed_at, dispatched_at, finished_at, closed_at, file_due_at,
  dispatch_due_at, deadline_at, supervised_at, urge_count, rework_count, return_count, self_handled,
  merged_into, demo"""


class MetricQuery(BaseModel):
    """What is asked; `compare` adds the period before of equal length (hb) or the same period last year (tb)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    names: str = Field(min_length=2, max_length=400)
    since: str = Field(alias="from")
    until: str = Field(alias="to")
    district: str | None = None
    department: str | None = None
    category: str | None = Field(None, alias="class")
    group: Literal["district", "department", "class", "major", "day", "source", "subdistrict"] | None = None
    top: int = Field(20, ge=1, le=500)
    compare: Literal["hb", "tb", "both"] | None = None


class HeatQuery(BaseModel):
    """Where cases lie."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    since: str = Field(alias="from")
    until: str = Field(alias="to")
    district: str | None = None
    category: str | None = Field(None, alias="class")
    top: int = Field(200, ge=1, le=2000)


@dataclass(frozen=True)
class Metrics:
    """Measuring over the store."""

    ground: Ground

    def query(self, who: Principal, query: MetricQuery) -> list[dict[str, Any]]:
        """One answer for each measure asked."""
        unit = _own_unit(who, query.department)
        period = self._period(query.since, query.until)
        rows = self._rows(query.district, unit, query.category)
        return [self._answer(each, rows, period, query, unit) for each in _measures(query.names)]

    def heat(self, who: Principal, query: HeatQuery) -> dict[str, Any]:
        """Counts per unit grid (about 100 m), the most loaded first."""
        unit, period = _own_unit(who, None), self._period(query.since, query.until)
        conditions, values = _area(query.district, unit, query.category)
        sql = f"""SELECT grid, district_name, subdistrict_name, round(avg(lon), 5) AS lon, round(avg(lat), 5) AS lat,
          count(*) AS value, max(demo) AS demo FROM cases WHERE {conditions} AND grid IS NOT NULL
          AND merged_into IS NULL AND reported_at >= ? AND reported_at < ? GROUP BY grid
          ORDER BY value DESC, grid LIMIT ?"""  # noqa: S608
        points = self.ground.store.rows(sql, [*values, period.start, period.end, query.top])
        return {
            "points": [{**each, "demo": bool(each["demo"])} for each in points],
            "crs": "WGS84",
            "definition": "时段内上报的案件按单元网格（约 100 米）计数，并案的只算一件；坐标为格内案件的平均位置",
            "period": _shown(period),
            "area": self._area_name(query.district, unit),
        }

    def _answer(
        self, what: Measure, rows: list[Row], period: Period, query: MetricQuery, unit: str | None
    ) -> dict[str, Any]:
        found = measure(what, rows, period)
        return {
            "metric": what.key,
            "name": what.name,
            "kind": what.kind,
            **asdict(found),
            "definition": what.definition,
            "period": _shown(period),
            "as_of": period.now,
            "area": self._area_name(query.district, unit),
            "class": self._class_name(query.category),
            "group_by": query.group,
            "groups": self._groups(what, rows, period, query) if query.group else [],
            "compare": [self._compared(what, rows, period, kind, found) for kind in compared_kinds(query.compare)],
            "demo": any(row["demo"] for row in rows),
            "records_from": self._first(),
            "snapshot": what.rule.snapshot,
        }

    def _compared(self, what: Measure, rows: list[Row], period: Period, kind: str, found: Value) -> dict[str, Any]:
        """The same measure over the earlier period, seen at that period's end."""
        before = earlier(Span(period.start, period.end), kind)
        value = measure(what, rows, Period(before.start, before.end, period.now))
        known = any(row["reported_at"] < before.end for row in rows)
        if not known or what.rule.snapshot:
            value = Value(None, 0, 0)
        both = value.value is not None and found.value is not None
        return {
            "kind": kind,
            "name": COMPARED[kind],
            "period": before.shown(),
            **asdict(value),
            "change": round((found.value or 0) - (value.value or 0), 4) if both else None,
            "rate": round((found.value or 0) / value.value - 1, 4) if both and value.value else None,
        }

    def _groups(self, what: Measure, rows: list[Row], period: Period, query: MetricQuery) -> list[dict[str, Any]]:
        name_of = self._grouping(query.group or "")
        parts: dict[str, list[Row]] = {}
        for row in rows:
            parts.setdefault(name_of(row) or "（未知）", []).append(row)
        found = [{"name": name, **asdict(measure(what, part, period))} for name, part in parts.items()]
        counted = [each for each in found if each["denominator"]]
        if query.group == "day":
            return sorted(counted, key=lambda each: str(each["name"]))[-query.top :]
        return sorted(counted, key=lambda each: (-(each["value"] or 0), -each["denominator"], each["name"]))[
            : query.top
        ]

    def _grouping(self, group: str) -> Callable[[Row], str | None]:
        known = self.ground.categories

        def major(row: Row) -> str | None:
            found = known.get(row["category_code"])
            return found.major if found else None

        return {
            "district": lambda row: row["district_name"],
            "subdistrict": lambda row: row["subdistrict_name"],
            "department": lambda row: row["department"],
            "class": lambda row: row["category_name"],
            "major": major,
            "day": lambda row: str(row["reported_at"])[:10],
            "source": lambda row: {"staff": "巡查上报", "public": "公众上报"}.get(row["source"], row["source"]),
        }[group]

    def _first(self) -> str | None:
        """When the first case that is recorded was reported: of what was before nothing is known."""
        found = self.ground.store.rows("SELECT min(reported_at) AS at FROM cases", [])
        return found[0]["at"] if found else None

    def _rows(self, district: str | None, unit: str | None, category: str | None) -> list[Row]:
        conditions, values = _area(district, unit, category)
        return self.ground.store.rows(f"SELECT {NEEDED} FROM cases WHERE {conditions}", values)  # noqa: S608

    def _period(self, since: str, until: str) -> Period:
        try:
            start, end = read_moment(since, end=False), read_moment(until, end=True)
        except ValueError as problem:
            raise Problem(BAD_PARAMETER, str(problem)) from None
        span = datetime.fromisoformat(end) - datetime.fromisoformat(start)
        if span <= timedelta(0):
            raise Problem(BAD_PARAMETER, "统计时段的结束要晚于开始。")
        if span > LONGEST:
            raise Problem(BAD_PARAMETER, "一次最多统计 400 天，请缩短时段。")
        return Period(start, end, self.ground.now())

    def _area_name(self, district: str | None, unit: str | None) -> str:
        if unit and not district:
            return unit
        name = self.ground.gazetteer.district_name(district) if district and district.isdecimal() else district
        return "".join(each for each in (name or "全市", f"（{unit}）" if unit else "") if each)

    def _class_name(self, category: str | None) -> str | None:
        if not category:
            return None
        found = [self.ground.categories.get(code) for code in category.split(",")]
        return "、".join(each.name for each in found if each) or category


def _own_unit(who: Principal, asked: str | None) -> str | None:
    """The department the figures are limited to: a department member sees their own only."""
    if not who.roles & MAY_MEASURE:
        raise Problem(FORBIDDEN, "只有值班长（分析、领导）和处置部门可以看统计。")
    if "supervisor" in who.roles:
        return asked
    if who.department is None or asked not in (None, who.department):
        raise Problem(FORBIDDEN, "处置部门只能看本部门的统计。")
    return who.department


def _measures(names: str) -> list[Measure]:
    keys = [each.strip() for each in names.split(",") if each.strip()]
    unknown = [key for key in keys if key not in measures()]
    if unknown or not keys:
        raise Problem(BAD_PARAMETER, f"没有“{'、'.join(unknown)}”这个指标。可以用：{'、'.join(measures())}。")
    return [measures()[key] for key in dict.fromkeys(keys)]


def _area(district: str | None, unit: str | None, category: str | None) -> tuple[str, list[Any]]:
    parts, values = ["1"], list[Any]()
    if district:
        parts.append("(district = ? OR district_name = ?)")
        values += [district, district]
    if unit:
        parts.append("department = ?")
        values.append(unit)
    if category:
        codes = category.upper().split(",")
        parts.append(f"category_code IN ({', '.join('?' * len(codes))})")
        values += codes
    return " AND ".join(parts), values


def _shown(period: Period) -> dict[str, str]:
    return {"from": period.start, "to": period.end}
