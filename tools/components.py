"""City components and who is responsible: 16-digit codes, an invented set that agrees with the grids, a duty list."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from .categories import Categories, Category
from .gazetteer import Gazetteer

DATA = Path(__file__).parent / "data" / "duties.json"
PER_CLASS = 3
_ENTRY = re.compile(r"DUTY-([EC]\d{2,4})-(\d{6})(?!\d)")


class BadCode(ValueError):
    """A component code that cannot be; the message says why, in Chinese."""


@dataclass(frozen=True)
class Component:
    """One invented component, its owner and its grid."""

    code: str
    category: str
    name: str
    owner: str
    district_name: str
    grid: str
    lon: float
    lat: float
    demo: bool = True


@dataclass(frozen=True)
class Duty:
    """Who leads for a class in a district, by which entry of the list."""

    basis: str
    category: str
    name: str
    district_name: str
    unit: str
    demo: bool = True


def read_code(said: str, gazetteer: Gazetteer, categories: Categories) -> tuple[str, Category, int]:
    """District, class and serial of a code; `BadCode` with the reason when it is none."""
    code = re.sub(r"\s", "", said)
    if not code.isascii() or not code.isdecimal():
        raise BadCode("部件编码只能是数字，请核对。")
    if len(code) != 16:
        raise BadCode(f"部件编码应为16位数字，现在是{len(code)}位，请核对。")
    if code[:6] not in gazetteer.districts():
        raise BadCode(f"编码前6位 {code[:6]} 不是武汉的区划代码，请核对。")
    category = categories.get(f"C{code[6:10]}")
    if category is None:
        raise BadCode(f"编码第7到10位 {code[6:10]} 不是已有的部件类别，请核对。")
    if int(code[10:]) == 0:
        raise BadCode("编码后6位流水号不能全是0，请核对。")
    return code[:6], category, int(code[10:])


def component_of(said: str, gazetteer: Gazetteer, categories: Categories) -> Component | None:
    """The invented component of a code; None where the set has none."""
    district, category, serial = read_code(said, gazetteer, categories)
    streets = [each for each in gazetteer.subdistricts() if each.point and each.districts[0] == district]
    if serial > PER_CLASS or not streets:
        return None
    centre = streets[(int(category.code[1:]) + serial) % len(streets)].point
    if centre is None:
        return None
    lon, lat = round(centre[0] + 0.0001 * serial, 6), round(centre[1] + 0.0001 * serial, 6)
    grid = gazetteer.locate(lon, lat)
    if grid is None or grid.district != district:
        return None
    code = f"{district}{category.code[1:]}{serial:06d}"
    owner = _fitting(_data()["owners"], category.code)
    return Component(code, category.code, category.name, owner, grid.district_name, grid.code, lon, lat)


def duty_of(category: Category, district: str, gazetteer: Gazetteer) -> Duty:
    """Who leads for a class in a district, by the longest fitting entry of the invented list."""
    units = _data()["units"]
    key = _key(units, category.code)
    name = gazetteer.district_name(district)
    return Duty(f"DUTY-{key}-{district}", category.code, category.name, name, f"演示{name}{units[key]}")


def entry_of(said: str, gazetteer: Gazetteer) -> Duty | None:
    """The entry of the list that some words name by its id (DUTY-E0105-420103); None when there is none."""
    found = _ENTRY.search(said.upper())
    units = _data()["units"]
    if found is None or found[1] not in units or found[2] not in gazetteer.districts():
        return None
    name = gazetteer.district_name(found[2])
    return Duty(found[0], found[1], found[1], name, f"演示{name}{units[found[1]]}")


def lead_units(district_name: str) -> dict[str, str]:
    """The lead units the list knows in a district: by the short name (水务部门) the full one."""
    return {unit: f"演示{district_name}{unit}" for unit in dict.fromkeys(_data()["units"].values())}


def owners() -> tuple[str, ...]:
    """The owners of components that the list knows."""
    return tuple(dict.fromkeys(_data()["owners"].values()))


def _fitting(rows: Mapping[str, str], code: str) -> str:
    return rows[_key(rows, code)]


def _key(rows: Mapping[str, str], code: str) -> str:
    """The longest key the code begins with; every class must have one."""
    return max((key for key in rows if code.startswith(key)), key=len)


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return found
