"""Names of Wuhan and where they are, approximately: finds them in text and turns addresses into points."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from .grids import LON_M, Grid, distance_m, duty_grid_of, grid_code

DATA = Path(__file__).parent / "data" / "gazetteer.json"
Point = tuple[float, float]
Kind = Literal["district", "subdistrict", "area", "zone", "road", "bridge", "tunnel", "place", "lake", "river"]
# What a bare name means first when several things bear it: 中南路 is a road before it is a subdistrict.
RANK: Mapping[str, int] = {"place": 0, "bridge": 0, "tunnel": 0, "road": 1, "lake": 2, "river": 2, "subdistrict": 3}

# 唐家墩路 is a road of its own; 唐家墩路灯, 关山路边 and 水果湖街道 are not.
_ROAD_AFTER = re.compile(
    r"(?:[一二三四五六七八九十]{1,2}|[东南西北中新后前横正])?"
    r"(?:大道|支路|大街|路(?![灯面口边牌基障况过人径由程标沿费子桩缘肩网])|街(?![道头坊面边口区角心办上])|巷(?![子口道]))"
)
_NO_NAME_OF_A_ROAD = re.compile(r"[区街道镇乡路巷站口桥门场院校社局]$")
NAMES_ROADS = frozenset(("subdistrict", "place", "lake", "zone"))
ROAD_M = 1000.0


@dataclass(frozen=True)
class Entry:
    """One named thing. `line` is a road's coarse course; `point` a position on or near it."""

    kind: Kind
    name: str
    districts: tuple[str, ...]
    point: Point | None = None
    code: str | None = None
    line: tuple[Point, ...] = ()


@dataclass(frozen=True)
class Mention:
    """A name found in a text, with everything it may stand for."""

    text: str
    start: int
    end: int
    entries: tuple[Entry, ...]

    @property
    def kind(self) -> Kind:
        """The kind of what it most likely stands for."""
        return self.entries[0].kind

    @property
    def ambiguous(self) -> bool:
        """Whether the name alone does not say which thing is meant."""
        return len(self.entries) > 1


class Gazetteer:
    """Pure lookups over the city's names. `find` is the tokenizer, `locate` the grid of a point."""

    def __init__(self, entries: Mapping[str, tuple[Entry, ...]], box: tuple[float, float, float, float]) -> None:
        self._names = entries
        self._lengths = _lengths(entries)
        self._box = box
        unique = {entry.code: entry for found in entries.values() for entry in found if entry.code}
        self._subdistricts = tuple(entry for entry in unique.values() if entry.kind == "subdistrict" and entry.point)
        self._districts = {code: entry for code, entry in unique.items() if entry.kind == "district"}
        self._by_code = unique

    def find(self, text: str) -> list[Mention]:
        """All names in the text, left to right, the longest at each position."""
        mentions, at = [], 0
        while at < len(text):
            mention = self._longest_at(text, at)
            mention = _road_of(mention, text) or mention if mention else None
            if mention is None:
                at += 1
            else:
                mentions.append(mention)
                at = mention.end
        return mentions

    def names(self) -> Iterable[str]:
        """All names and other forms of names."""
        return self._names.keys()

    def entries(self, name: str) -> tuple[Entry, ...]:
        """What a name stands for."""
        return self._names.get(name, ())

    def by_code(self, code: str) -> Entry | None:
        """The district, subdistrict or area with this code."""
        return self._by_code.get(code)

    def district_name(self, code: str) -> str:
        """A district's name; the code itself when it is unknown."""
        return self._districts[code].name if code in self._districts else code

    def districts(self) -> Mapping[str, str]:
        """District names by code."""
        return {code: entry.name for code, entry in self._districts.items()}

    def subdistricts(self) -> tuple[Entry, ...]:
        """The subdistricts that have a position."""
        return self._subdistricts

    def inside(self, lon: float, lat: float) -> bool:
        """Whether the point lies in the city's bounding box."""
        west, south, east, north = self._box
        return west <= lon <= east and south <= lat <= north

    def nearest(self, point: Point, districts: Iterable[str] = ()) -> Entry:
        """The subdistrict whose centre is nearest, of these districts when any are named."""
        wanted = frozenset(districts)
        among = [each for each in self._subdistricts if not wanted or each.districts[0] in wanted]
        return min(among or self._subdistricts, key=lambda each: distance_m(each.point or point, point))

    def locate(self, lon: float, lat: float) -> Grid | None:
        """The unit grid of a WGS84 point; None outside Wuhan."""
        if not self.inside(lon, lat):
            return None
        near = self.nearest((lon, lat))
        code = grid_code(near.code or "", near.point or (lon, lat), (lon, lat))
        if code is None:
            return None
        district = near.districts[0]
        return Grid(code, district, self.district_name(district), near.code or "", near.name, duty_grid_of(code))

    def _longest_at(self, text: str, at: int) -> Mention | None:
        for size in self._lengths.get(text[at], ()):
            entries = self._names.get(text[at : at + size])
            if entries and at + size <= len(text):
                return Mention(text[at : at + size], at, at + size, entries)
        return None


def _lengths(names: Iterable[str]) -> dict[str, tuple[int, ...]]:
    """How long the names that begin with a character are, the longest first."""
    found: dict[str, set[int]] = defaultdict(set)
    for name in filter(None, names):
        found[name[0]].add(len(name))
    return {first: tuple(sorted(sizes, reverse=True)) for first, sizes in found.items()}


def _road_of(mention: Mention, text: str) -> Mention | None:
    """The road that bears the name of what is known: it lies there, as far as anybody here knows."""
    after = _ROAD_AFTER.match(text, mention.end)
    known = mention.entries[0]
    if not after or mention.kind not in NAMES_ROADS or known.point is None or _NO_NAME_OF_A_ROAD.search(mention.text):
        return None
    name = text[mention.start : after.end()]
    (lon, lat), half = known.point, ROAD_M / 2 / LON_M
    road = Entry("road", name, known.districts, known.point, None, ((lon - half, lat), (lon + half, lat)))
    return Mention(name, mention.start, after.end(), (road,))


@cache
def bundled_gazetteer() -> Gazetteer:
    """The names that come with the house; positions are synthetic and approximate."""
    data = json.loads(DATA.read_text(encoding="utf-8"))
    west, south, east, north = data["box"]
    return Gazetteer(_index(data), (west, south, east, north))


def _index(data: Mapping[str, Any]) -> dict[str, tuple[Entry, ...]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    keyed: dict[str, Entry] = {}
    for entry, forms in _rows(data):
        keyed[f"{entry.kind}:{entry.code or entry.name}"] = entry
        for form in dict.fromkeys((entry.name, *forms)):
            found[form].append(entry)
    names = {form: _by_rank(entries) for form, entries in found.items()}
    for name, references in data["ambiguous"].items():
        names[name] = tuple(keyed[reference.replace("sub:", "subdistrict:")] for reference in references)
    return names


def _by_rank(entries: list[Entry]) -> tuple[Entry, ...]:
    """Things of the best rank only: two of the same rank are truly ambiguous."""
    best = min(RANK.get(entry.kind, 1) for entry in entries)
    return tuple(entry for entry in entries if RANK.get(entry.kind, 1) == best)


def _rows(data: Mapping[str, Any]) -> Iterable[tuple[Entry, tuple[str, ...]]]:
    for row in data["districts"]:
        forms = [row["name"][:-1]] + ([f"武汉市{row['name']}"] if row["name"] else [])
        yield Entry("district", row["name"], (row["code"],), (row["lon"], row["lat"]), row["code"]), tuple(forms)
    for row in data["subdistricts"]:
        point = (row["lon"], row["lat"])
        yield Entry("subdistrict", row["name"], (row["district"],), point, row["code"]), tuple(row["forms"])
    for row in data["areas"]:
        if len(row["name"]) > 3:
            yield Entry("area", row["name"], (row["district"],), None, row["code"]), ()
    for row in data["zones"]:
        districts = tuple(sorted({code[:6] for code in row["runs"]}))
        yield Entry("zone", row["name"], districts, (row["lon"], row["lat"])), tuple(row["forms"])
    for row in data["roads"]:
        line = tuple((lon, lat) for lon, lat in row["line"])
        entry = Entry("road", row["name"], tuple(row["districts"]), line[len(line) // 2], None, line)
        yield entry, tuple(row.get("forms", ()))
    for row in data["places"]:
        entry = Entry(row["kind"], row["name"], tuple(row["districts"]), (row["lon"], row["lat"]))
        yield entry, tuple(row.get("forms", ()))
