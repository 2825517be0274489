"""Addresses to points: crossings, places with detail, house numbers; several candidates when a name is shared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from .gazetteer import Entry, Gazetteer, Mention, Point
from .grids import distance_m

Level = Literal["crossing", "place", "number", "text", "road", "water", "subdistrict", "district"]
PRECISE: frozenset[Level] = frozenset(("crossing", "place", "number", "text"))
NEAR_M = 60.0
FAR_M = 800.0
NEVER_M = 3000.0
_NOISE = re.compile(
    r"湖北省|武汉市|这里|那里|这边|那边|旁边|边上|附近|对面|门口|路边|路上|上面|里面|一带|位置|地址|我在|我家|我们|就在|在|的|上|里|有"
    r"|[\s，。、,.；;：:（）()！？!?]"
)
_CUT = re.compile(r"[，。；！？,;!?\n]")
_WHOLE = re.compile(r"(?:街道|街道办|街|乡|镇|办事处)$")
_GOES_ON = re.compile(
    r"(?:第?[一二三四五六七八九十]+)?(?:小学|中学|大学|学校|幼儿园|医院|公园|广场|市场|菜场|花园|小区|社区|地铁站|派出所|酒店|商场|超市)"
)
_NUMBER = re.compile(
    r"(?:[一二三四五六七八九十]+段)?\s*(特?\d{1,4})\s*(?:-\d+)?\s*号(?!线|口|门(?!口|前|外|面|脸)|楼(?!下|上|前|后|旁|对)|桥|公路)"
)
_SPEECH = re.compile(
    r"^(?:(?:我|俺)?(?:说的|讲的|指的|要说的|报的)(?:是|就是)?|(?:我|俺)?(?:刚才|刚刚|刚)?(?:说|讲)(?:错了|的)[，,]?(?:是|就是)?|其实是|应该是|不对[，,]?"
    r"|也?就是说?|就在|位于|靠到|靠着|靠近|挨着|挨到|在|是|嗯|哦|噢|啊|呃|那个|[，,、：:\s])+"
)
_MARK = re.compile(
    r"路|街|巷|号|弄|小区|花园|学校|小学|中学|大学|医院|超市|地铁|门口|广场|大厦|[栋幢]|村|社区|桥|公园|市场|菜场|站|苑|城|里|湾|酒店|银行|公司|工地"
)


@dataclass(frozen=True)
class GeoCandidate:
    """One reading of an address. No coordinates (level `text`): known only as far as its words go."""

    address: str
    level: Level
    confidence: float
    district: str | None = None
    district_name: str | None = None
    subdistrict: str | None = None
    subdistrict_name: str | None = None
    lon: float | None = None
    lat: float | None = None
    crs: str = "WGS84"
    synthetic: bool = True

    @property
    def precise(self) -> bool:
        """Whether somebody could be sent there."""
        return self.level in PRECISE


@dataclass(frozen=True)
class GeocodeResult:
    """All readings of an address, the likeliest first; empty when nothing in it is known."""

    query: str
    candidates: tuple[GeoCandidate, ...]


def geocode(gazetteer: Gazetteer, text: str) -> GeocodeResult:
    """Read an address. Crossings first, then places, house numbers, and coarser things."""
    return GeocodeResult(text, tuple(_Reader(gazetteer, without_speech(text)).read()))


def without_speech(text: str) -> str:
    """An address without the words that only lead to it: 我说的是, 就在, 靠到."""
    return _SPEECH.sub("", text.strip())


class _Reader:
    """One address being read."""

    def __init__(self, gazetteer: Gazetteer, text: str) -> None:
        self._gazetteer = gazetteer
        self._text = text
        self._mentions = gazetteer.find(text)
        self._districts = self._stated_districts()

    def read(self) -> list[GeoCandidate]:
        """The first way of reading that gives anything."""
        roads = self._of("road")
        if len({mention.entries[0].name for mention in roads}) >= 2:
            return self._crossing(roads)
        spots = self._of("place", "bridge", "tunnel")
        if spots:
            return self._spot(spots[-1])
        if roads:
            return self._along(roads[0])
        areas = self._of("lake", "river", "subdistrict", "area", "zone")
        if areas:
            return self._area(areas[0])
        return self._in_district()

    def _of(self, *kinds: str) -> list[Mention]:
        return [mention for mention in self._mentions if mention.kind in kinds]

    def _stated_districts(self) -> frozenset[str]:
        named = [mention.entries[0].districts for mention in self._of("district")]
        single = [mention.entries[0].districts for mention in self._of("subdistrict", "area") if not mention.ambiguous]
        return frozenset(code for codes in (named or single) for code in codes)

    def _crossing(self, roads: list[Mention]) -> list[GeoCandidate]:
        first = roads[0].entries[0]
        second = next(mention.entries[0] for mention in roads if mention.entries[0].name != first.name)
        point, gap = _meeting(first.line, second.line)
        if gap > NEVER_M:
            return []
        if gap > FAR_M:
            # Their courses are coarse: they may well meet, but nobody here knows where.
            return [self._worded(self._narrowed(set(first.districts) & set(second.districts)))]
        common = self._narrowed(set(first.districts) & set(second.districts)) or {*first.districts, *second.districts}
        confidence = 0.95 if gap <= NEAR_M else 0.7
        return [self._at(f"{first.name}与{second.name}交叉口", "crossing", confidence, point, common)]

    def _spot(self, mention: Mention) -> list[GeoCandidate]:
        found = []
        for entry in self._wanted(mention.entries):
            start = next((each.start for each in self._of("road") if each.end <= mention.start), mention.start)
            road = self._text[start : mention.start] if not _CUT.search(self._text[start : mention.start]) else ""
            tail = _CUT.split(self._text[mention.end :])[0].strip()[:24]
            confidence = 0.9 if not mention.ambiguous else 0.5
            name = f"{road}{mention.text}{tail}"
            found.append(self._at(name, "place", confidence, entry.point, self._narrowed(set(entry.districts))))
        return found

    def _along(self, mention: Mention) -> list[GeoCandidate]:
        road = mention.entries[0]
        districts = self._narrowed(set(road.districts)) or set(road.districts)
        number = _NUMBER.search(self._text, mention.end)
        if number:
            share = int(number[1].lstrip("特")) % 2000 / 2000
            point = _along(road.line, share, lambda each: self._gazetteer.nearest(each).districts[0] in districts)
            tail = _CUT.split(self._text[number.start() :])[0].strip()[:24]
            return [self._at(f"{mention.text}{tail}", "number", 0.75, point, districts)]
        if len(self._rest()) >= 2:
            return [self._worded(districts if len(districts) == 1 else set())]
        return [self._at(road.name, "road", 0.35, road.point, districts)]

    def _area(self, mention: Mention) -> list[GeoCandidate]:
        entries = self._wanted(mention.entries)
        detailed = len(entries) == 1 and len(self._rest()) >= 2
        if detailed and entries[0].kind == "subdistrict":
            named = None if self._begins_a_name(mention) else entries[0]
            return [self._worded(set(entries[0].districts), named)]
        if detailed and (len(entries[0].districts) == 1 or self._districts):
            return [self._worded(self._narrowed(set(entries[0].districts)))]
        return [self._area_candidate(entry) for entry in entries]

    def _begins_a_name(self, mention: Mention) -> bool:
        """Whether the words are only the beginning of a name: 水果湖中学 is not a place in 水果湖 called 中学."""
        return not _WHOLE.search(mention.text) and bool(_GOES_ON.match(self._text[mention.end :]))

    def _area_candidate(self, entry: Entry) -> GeoCandidate:
        level: Level = "water" if entry.kind in ("lake", "river") else "district"
        if entry.kind == "subdistrict":
            return self._filled(entry.name, "subdistrict", 0.5, set(entry.districts), entry.point, entry)
        if entry.point is None or len(entry.districts) > 1:
            return GeoCandidate(entry.name, level, 0.3, lon=_x(entry.point), lat=_y(entry.point))
        return self._filled(entry.name, level, 0.3, set(entry.districts), entry.point)

    def _in_district(self) -> list[GeoCandidate]:
        if not self._districts:
            return []
        rest = self._rest()
        if len(rest) >= 3 and _MARK.search(rest):
            return [self._worded(set(self._districts))]
        found = []
        for code in sorted(self._districts):
            entry = self._gazetteer.by_code(code)
            found.append(self._filled("", "district", 0.2, {code}, entry.point if entry else None))
        return found

    def _worded(self, districts: Iterable[str], subdistrict: Entry | None = None) -> GeoCandidate:
        """Detail that is not in the gazetteer: the words are kept, no point is made up."""
        words = self._text
        for mention in self._mentions:
            if mention.kind == "district" or (subdistrict and subdistrict in mention.entries):
                whole = f"武汉{mention.text}"
                words = words.replace(whole if whole in words else mention.text, "", 1)
        words = re.sub(r"^(湖北省)?(武汉市)?", "", words.strip()).strip(" ，,。的")
        return self._filled(words, "text", 0.4, set(districts), None, subdistrict)

    def _at(
        self, words: str, level: Level, confidence: float, point: Point | None, districts: Iterable[str]
    ) -> GeoCandidate:
        near = self._gazetteer.nearest(point, districts) if point else None
        contradicted = bool(self._districts) and near is not None and near.districts[0] not in self._districts
        sure = min(confidence, 0.6) if contradicted else confidence
        return self._filled(words, level, sure, set(near.districts) if near else set(), point, near)

    def _filled(
        self,
        words: str,
        level: Level,
        confidence: float,
        districts: set[str],
        point: Point | None = None,
        subdistrict: Entry | None = None,
    ) -> GeoCandidate:
        district = next(iter(districts)) if len(districts) == 1 else None
        name = self._gazetteer.district_name(district) if district else None
        street = subdistrict.name if subdistrict and (level == "text" or words == subdistrict.name) else ""
        detail = words if words != street else ""
        return GeoCandidate(
            address=f"武汉市{name or ''}{street}{detail}",
            level=level,
            confidence=confidence,
            district=district,
            district_name=name,
            subdistrict=subdistrict.code if subdistrict else None,
            subdistrict_name=subdistrict.name if subdistrict else None,
            lon=_x(point),
            lat=_y(point),
        )

    def _wanted(self, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        """The readings that fit the stated district; all of them when none fits."""
        if not self._districts:
            return entries
        return tuple(each for each in entries if self._districts & set(each.districts)) or entries

    def _narrowed(self, districts: set[str]) -> set[str]:
        return districts & self._districts or districts

    def _rest(self) -> str:
        """What is left of the text without known names and filler."""
        rest = self._text
        for mention in reversed(self._mentions):
            rest = rest[: mention.start] + " " + rest[mention.end :]
        return _NOISE.sub("", rest)


def _x(point: Point | None) -> float | None:
    return round(point[0], 6) if point else None


def _y(point: Point | None) -> float | None:
    return round(point[1], 6) if point else None


def _meeting(first: tuple[Point, ...], second: tuple[Point, ...]) -> tuple[Point, float]:
    """Where two lines come closest, and the gap in metres there."""
    best: tuple[Point, float] = (first[0], float("inf"))
    for a, b in pairwise(first):
        for c, d in pairwise(second):
            crossing = _intersection(a, b, c, d)
            if crossing:
                return crossing, 0.0
            for point, (start, end) in ((a, (c, d)), (b, (c, d)), (c, (a, b)), (d, (a, b))):
                foot = _foot(point, start, end)
                gap = distance_m(point, foot)
                if gap < best[1]:
                    best = (((point[0] + foot[0]) / 2, (point[1] + foot[1]) / 2), gap)
    return best


def _intersection(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    r, s = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    cross = r[0] * s[1] - r[1] * s[0]
    if abs(cross) < 1e-15:
        return None
    t = ((c[0] - a[0]) * s[1] - (c[1] - a[1]) * s[0]) / cross
    u = ((c[0] - a[0]) * r[1] - (c[1] - a[1]) * r[0]) / cross
    return (a[0] + t * r[0], a[1] + t * r[1]) if 0 <= t <= 1 and 0 <= u <= 1 else None


def _foot(point: Point, start: Point, end: Point) -> Point:
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    t = max(0.0, min(1.0, ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length)) if length else 0.0
    return (start[0] + t * dx, start[1] + t * dy)


def _along(line: tuple[Point, ...], share: float, fits: Callable[[Point], bool]) -> Point:
    """The point at a share of the line's length, on the part that `fits` where there is one."""
    steps = [_between(line, index / 200) for index in range(201)]
    usual = steps[int(share * 200)]
    if fits(usual):
        return usual
    kept = [point for point in steps if fits(point)] or steps
    return kept[min(len(kept) - 1, int(share * len(kept)))]


def _between(line: tuple[Point, ...], share: float) -> Point:
    place = share * (len(line) - 1)
    index = min(int(place), len(line) - 2)
    part, a, b = place - index, line[index], line[index + 1]
    return (a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1]))
